/**
 * The versions of questionnaires as people make, approve and withdraw them. What a version holds is written once and never changed; which
 * one a new call uses is `questionnaires.ts`'.
 */
import { and, desc, eq, isNotNull, isNull, lt, or, sql } from 'drizzle-orm';
import type { Questionnaire } from '../domain/intake/questionnaire.ts';
import type { Database } from './database.ts';
import { contentHash, lastVersion } from './questionnaires.ts';
import { questionnaireVersions } from './schema.ts';

/** Two people may save at one moment; the one who lost takes the next number. */
const INSERTS_TRIED = 3;

export interface QuestionnaireVersion {
  readonly questionnaireId: string;
  readonly version: number;
  readonly hash: string;
  readonly createdAt: number;
  /** Null: it is shipped, or from before that was kept. */
  readonly createdBy: string | null;
  readonly approvedAt: number | null;
  readonly approvedBy: string | null;
  readonly withdrawnAt: number | null;
  readonly withdrawnBy: string | null;
}

export interface StoredQuestionnaire extends QuestionnaireVersion {
  /** As it was written; whether it still reads is another question. */
  readonly definition: unknown;
}

/** A questionnaire in the list of all. */
export interface QuestionnaireHead {
  readonly id: string;
  readonly title: string;
  readonly newestVersion: number;
  /** What the next call uses; null: nothing of it is approved. */
  readonly approvedVersion: number | null;
  readonly approvedBy: string | null;
  readonly approvedAt: number | null;
  readonly drafts: number;
  readonly updatedAt: number;
}

/** All but the definition, which is long. */
const FACTS = {
  questionnaireId: questionnaireVersions.questionnaireId,
  version: questionnaireVersions.version,
  hash: questionnaireVersions.hash,
  createdAt: questionnaireVersions.createdAt,
  createdBy: questionnaireVersions.createdBy,
  approvedAt: questionnaireVersions.approvedAt,
  approvedBy: questionnaireVersions.approvedBy,
  withdrawnAt: questionnaireVersions.withdrawnAt,
  withdrawnBy: questionnaireVersions.withdrawnBy,
};

const isVersion = (id: string, version: number) =>
  and(eq(questionnaireVersions.questionnaireId, id), eq(questionnaireVersions.version, version));
const isUsable = and(isNotNull(questionnaireVersions.approvedAt), isNull(questionnaireVersions.withdrawnAt));

interface Page {
  readonly limit: number;
}

/** By id. */
export async function listHeads(
  db: Database,
  { limit, after }: Page & { readonly after: string | null },
): Promise<{ items: QuestionnaireHead[]; next: string | null }> {
  const t = questionnaireVersions;
  const rows = await db
    .select({
      id: t.questionnaireId,
      newestVersion: sql<number>`max(${t.version})`,
      approvedVersion: sql<
        number | null
      >`max(case when ${t.approvedAt} is not null and ${t.withdrawnAt} is null then ${t.version} end)`,
      drafts: sql<number>`sum(${t.approvedAt} is null)`,
      updatedAt: sql<number>`max(max(${t.createdAt}, coalesce(${t.approvedAt}, 0), coalesce(${t.withdrawnAt}, 0)))`,
    })
    .from(t)
    .where(after === null ? undefined : sql`${t.questionnaireId} > ${after}`)
    .groupBy(t.questionnaireId)
    .orderBy(t.questionnaireId)
    .limit(limit + 1);
  const page = rows.slice(0, limit);
  const shown = JSON.stringify(
    page.map(({ id, newestVersion, approvedVersion }) => ({ id, newestVersion, approvedVersion })),
  );
  // The words of each that count, without the rest of its definition.
  const facts = await db
    .select({
      id: t.questionnaireId,
      version: t.version,
      title: sql<string | null>`json_extract(${t.definition}, '$.title.en')`,
      approvedBy: t.approvedBy,
      approvedAt: t.approvedAt,
    })
    .from(t)
    .where(
      sql`(${t.questionnaireId}, ${t.version}) in (
        select value ->> 'id', value ->> 'newestVersion' from json_each(${shown})
        union select value ->> 'id', value ->> 'approvedVersion' from json_each(${shown}))`,
    );
  const items = page.map((row): QuestionnaireHead => {
    const of = (version: number | null) => facts.find((fact) => fact.id === row.id && fact.version === version);
    const used = of(row.approvedVersion);
    return {
      ...row,
      title: used?.title ?? of(row.newestVersion)?.title ?? row.id,
      approvedBy: used?.approvedBy ?? null,
      approvedAt: used?.approvedAt ?? null,
    };
  });
  return { items, next: rows.length > page.length ? (page.at(-1)?.id ?? null) : null };
}

/** Newest first. */
export async function listVersions(
  db: Database,
  id: string,
  { limit, before }: Page & { readonly before: number | null },
): Promise<{ items: QuestionnaireVersion[]; next: number | null }> {
  const rows = await db
    .select(FACTS)
    .from(questionnaireVersions)
    .where(
      and(
        eq(questionnaireVersions.questionnaireId, id),
        before === null ? undefined : lt(questionnaireVersions.version, before),
      ),
    )
    .orderBy(desc(questionnaireVersions.version))
    .limit(limit + 1);
  const items = rows.slice(0, limit);
  return { items, next: rows.length > items.length ? (items.at(-1)?.version ?? null) : null };
}

export async function getVersion(db: Database, id: string, version: number): Promise<StoredQuestionnaire | null> {
  const [row] = await db.select().from(questionnaireVersions).where(isVersion(id, version)).limit(1);
  return row === undefined ? null : { ...row, definition: JSON.parse(row.definition) };
}

/** Under the next number. `isNew`: null instead, when there is one of that id. */
export async function insertVersion(
  db: Database,
  questionnaire: Questionnaire,
  { by, now, isNew }: { readonly by: string; readonly now: number; readonly isNew: boolean },
): Promise<QuestionnaireVersion | null> {
  const hash = await contentHash(questionnaire);
  for (let tried = 0; tried < INSERTS_TRIED; tried += 1) {
    const last = await lastVersion(db, questionnaire.id);
    if (isNew && last > 0) return null;
    const version = last + 1;
    const [row] = await db
      .insert(questionnaireVersions)
      .values({
        questionnaireId: questionnaire.id,
        ...{ version, hash, createdBy: by, createdAt: now },
        definition: JSON.stringify({ ...questionnaire, version }),
      })
      .onConflictDoNothing()
      .returning(FACTS);
    if (row !== undefined) return row;
  }
  throw new Error('others kept taking the next number');
}

/** Null: it is approved already, or there is no such version. */
export async function approveVersion(
  db: Database,
  id: string,
  version: number,
  by: string,
  now: number,
): Promise<QuestionnaireVersion | null> {
  const { approvedAt, withdrawnAt } = questionnaireVersions;
  const [row] = await db
    .update(questionnaireVersions)
    .set({ approvedBy: by, approvedAt: now, withdrawnBy: null, withdrawnAt: null })
    .where(and(isVersion(id, version), or(isNull(approvedAt), isNotNull(withdrawnAt))))
    .returning(FACTS);
  return row ?? null;
}

/** Null: it is not in force, or, where one has to be left, it is the last. */
export async function withdrawVersion(
  db: Database,
  id: string,
  version: number,
  { by, now, leaveOne }: { readonly by: string; readonly now: number; readonly leaveOne: boolean },
): Promise<QuestionnaireVersion | null> {
  const t = questionnaireVersions;
  const others = sql`exists (select 1 from ${t} as other where other.questionnaire_id = ${id} and other.version <> ${version}
    and other.approved_at is not null and other.withdrawn_at is null)`;
  const [row] = await db
    .update(t)
    .set({ withdrawnBy: by, withdrawnAt: now })
    .where(and(isVersion(id, version), isUsable, leaveOne ? others : undefined))
    .returning(FACTS);
  return row ?? null;
}

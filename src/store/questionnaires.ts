/**
 * Questionnaires by version; a stored version never changes. A shipped one is known by the hash of its content: when no version
 * holds it, it is inserted at first use under the next free number and counts as approved, unless a person has approved
 * another of that number or a later one. So an old version that no longer reads cannot leave a clinic without questions. What people
 * make of them is in `questionnaire-versions.ts`.
 */
import { and, desc, eq, isNotNull, isNull, sql } from 'drizzle-orm';
import { adultIntake } from '../domain/intake/adult-intake.ts';
import { scriptText } from '../domain/intake/call-texts.ts';
import { checkQuestionnaire } from '../domain/intake/check-questionnaire.ts';
import { lintQuestionnaire } from '../domain/intake/lint-questionnaire.ts';
import { scriptNames } from '../domain/intake/lint-script.ts';
import { messageAndReply } from '../domain/intake/message-and-reply.ts';
import { LANGUAGES, type Questionnaire } from '../domain/intake/questionnaire.ts';
import type { Database } from './database.ts';
import { questionnaireVersions } from './schema.ts';

const SHIPPED: readonly Questionnaire[] = [adultIntake, messageAndReply];
export const DEFAULT_QUESTIONNAIRE_ID = adultIntake.id;
export const BY_US = 'shipped';
/** A version that does not read is passed over, but not without end. */
const VERSIONS_TRIED = 5;
/** Two workers may take the same free number; the one that lost looks again. */
const INSERTS_TRIED = 3;

/** The newest approved version that reads, or null when there is none by that id. */
export async function approvedQuestionnaire(
  db: Database,
  id: string,
  now: number,
  shipped: readonly Questionnaire[] = SHIPPED,
): Promise<Questionnaire | null> {
  const ours = shipped.find((questionnaire) => questionnaire.id === id);
  if (ours === undefined) return (await newestApproved(db, id))?.questionnaire ?? null;
  const hash = await contentHash(ours);
  for (let tried = 0; ; tried += 1) {
    const newest = await newestApproved(db, id);
    const wanted = newest === null || newest.approvedBy === BY_US || newest.questionnaire.version < ours.version;
    const done = newest?.hash === hash || !wanted || (await isApproved(db, id, hash)) || tried === INSERTS_TRIED;
    if (done) return newest?.questionnaire ?? null;
    await insertShipped(db, ours, hash, now);
  }
}

interface Approved {
  readonly questionnaire: Questionnaire;
  readonly hash: string;
  readonly approvedBy: string | null;
}

async function newestApproved(db: Database, id: string): Promise<Approved | null> {
  const { definition, hash, approvedBy, approvedAt, withdrawnAt } = questionnaireVersions;
  const rows = await db
    .select({ definition, hash, approvedBy })
    .from(questionnaireVersions)
    .where(and(eq(questionnaireVersions.questionnaireId, id), isNotNull(approvedAt), isNull(withdrawnAt)))
    .orderBy(desc(questionnaireVersions.version))
    .limit(VERSIONS_TRIED);
  for (const row of rows) {
    const questionnaire = read(row.definition);
    if (questionnaire !== null) return { questionnaire, hash: row.hash, approvedBy: row.approvedBy };
  }
  return null;
}

/** Whether it ever was: what a clinic has withdrawn does not come back by itself. */
async function isApproved(db: Database, id: string, hash: string): Promise<boolean> {
  const { questionnaireId, approvedAt } = questionnaireVersions;
  const found = await db
    .select({ version: questionnaireVersions.version })
    .from(questionnaireVersions)
    .where(and(eq(questionnaireId, id), eq(questionnaireVersions.hash, hash), isNotNull(approvedAt)))
    .limit(1);
  return found.length > 0;
}

function read(definition: string): Questionnaire | null {
  const checked = checkQuestionnaire(JSON.parse(definition));
  return checked.ok ? checked.questionnaire : null;
}

async function insertShipped(db: Database, ours: Questionnaire, hash: string, now: number): Promise<void> {
  const checked = checkQuestionnaire(ours);
  const problems = checked.ok ? lintQuestionnaire(ours) : checked.problems;
  if (problems.length > 0) {
    const list = problems.map(({ pointer, code }) => `${pointer} ${code}`).join(', ');
    throw new Error(`the shipped questionnaire ${ours.id} is not sound: ${list}`);
  }
  const version = Math.max(ours.version, (await lastVersion(db, ours.id)) + 1);
  await db
    .insert(questionnaireVersions)
    .values({
      questionnaireId: ours.id,
      version,
      hash,
      definition: JSON.stringify({ ...ours, version }),
      approvedBy: BY_US,
      approvedAt: now,
      createdAt: now,
    })
    .onConflictDoNothing();
}

/** 0: there is none by that id. */
export async function lastVersion(db: Database, id: string): Promise<number> {
  const [row] = await db
    .select({ version: questionnaireVersions.version })
    .from(questionnaireVersions)
    .where(eq(questionnaireVersions.questionnaireId, id))
    .orderBy(desc(questionnaireVersions.version))
    .limit(1);
  return row?.version ?? 0;
}

/** Whoever looks finds the shipped ones there: all of them, or that one if it is shipped. */
export async function ensureShipped(db: Database, now: number, id?: string): Promise<void> {
  const looked = SHIPPED.filter((questionnaire) => id === undefined || questionnaire.id === id);
  await Promise.all(looked.map((questionnaire) => approvedQuestionnaire(db, questionnaire.id, now)));
}

/** What a call may ask: the shipped ones, and whatever else has an approved version that reads. By title. */
export async function listQuestionnaires(
  db: Database,
  now: number,
): Promise<{ readonly id: string; readonly title: string }[]> {
  const { questionnaireId, approvedAt } = questionnaireVersions;
  const rows = await db
    .selectDistinct({ id: questionnaireId })
    .from(questionnaireVersions)
    .where(isNotNull(approvedAt));
  const ids = new Set([...SHIPPED.map(({ id }) => id), ...rows.map(({ id }) => id)]);
  const found = await Promise.all([...ids].map((id) => approvedQuestionnaire(db, id, now)));
  return found
    .flatMap((questionnaire) =>
      questionnaire === null ? [] : [{ id: questionnaire.id, title: questionnaire.title.en }],
    )
    .toSorted((a, b) => a.title.localeCompare(b.title));
}

/** One version as it was when the call was asked for. */
export async function questionnaireVersion(db: Database, id: string, version: number): Promise<Questionnaire | null> {
  const [row] = await db
    .select({ definition: questionnaireVersions.definition })
    .from(questionnaireVersions)
    .where(and(eq(questionnaireVersions.questionnaireId, id), eq(questionnaireVersions.version, version)))
    .limit(1);
  return row === undefined ? null : read(row.definition);
}

/** Versions that calls could be asked, now or earlier. */
export function usedVersions(db: Database, limit: number): Promise<{ id: string; version: number }[]> {
  const { questionnaireId, version, approvedAt } = questionnaireVersions;
  return db
    .select({ id: questionnaireId, version })
    .from(questionnaireVersions)
    .where(isNotNull(approvedAt))
    .orderBy(questionnaireId, version)
    .limit(limit);
}

/** Those of these that are there and read. */
export async function givenVersions(
  db: Database,
  versions: readonly (readonly [id: string, version: number])[],
): Promise<Questionnaire[]> {
  const { questionnaireId, version, definition } = questionnaireVersions;
  const given = sql`(select json_extract(value, '$[0]'), json_extract(value, '$[1]') from json_each(${JSON.stringify(versions)}))`;
  const rows = await db
    .select({ definition })
    .from(questionnaireVersions)
    .where(sql`(${questionnaireId}, ${version}) in ${given}`);
  return rows.flatMap((row) => read(row.definition) ?? []);
}

/**
 * Proof of what a call said (CL-13): the first 16 hex digits of the SHA-256 of each text in effect, by `<language>/<step>`,
 * where step is an item id or the name of a text of the script; and the `definitionHash` of the whole.
 */
export async function wordingHashes(questionnaire: Questionnaire): Promise<Record<string, string>> {
  const texts = LANGUAGES.flatMap((language) => [
    ...scriptNames.map((name) => [`${language}/${name}`, scriptText(questionnaire, language, name)] as const),
    ...questionnaire.items.map(({ id, text }) => [`${language}/${id}`, text[language]] as const),
  ]);
  const hashes = texts.map(async ([step, text]) => [step, (await sha256(text)).slice(0, 16)] as const);
  return { ...Object.fromEntries(await Promise.all(hashes)), definitionHash: await contentHash(questionnaire) };
}

/** The number is not content: the same questions under another number are the same questionnaire. */
export const contentHash = ({ version: _, ...content }: Questionnaire): Promise<string> =>
  sha256(JSON.stringify(content));

async function sha256(text: string): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))).toHex();
}

/** What patients asked for about their own data, by when it is to be answered, and what became of it (HS-19 to HS-21). */
import { and, asc, desc, eq, isNull, type SQL, sql } from 'drizzle-orm';
import type { RequestKind } from '../domain/retention/request-rules.ts';
import type { Database } from './database.ts';
import { dataKeyOf, type PatientKeys } from './patient-keys.ts';
import { patientRequests } from './schema.ts';
import { type DataKey, openOrNull, seal, unseal } from './seal.ts';

export const REQUEST_STATUSES = ['open', 'done', 'denied', 'withdrawn', 'ended'] as const;
/** `ended`: the patient was erased before anybody answered it. */
export type RequestStatus = (typeof REQUEST_STATUSES)[number];

/** Without its words: what a list over all patients shows. */
export interface ListedRequest {
  readonly id: string;
  readonly patientId: string;
  readonly kind: RequestKind;
  readonly status: RequestStatus;
  readonly receivedAt: number;
  readonly dueAt: number;
  readonly extendedAt: number | null;
  readonly callId: string | null;
  readonly noteVersion: number | null;
  readonly createdBy: string;
  readonly createdName: string;
  readonly createdAt: number;
  readonly endedName: string | null;
  readonly endedAt: number | null;
}
export interface PatientRequest extends ListedRequest {
  /** Null, as the next: there are none, or the patient was erased. */
  readonly details: string | null;
  readonly outcome: string | null;
}
type RequestRow = typeof patientRequests.$inferSelect;
export interface By {
  readonly id: string;
  readonly name: string;
}

const place = (id: string) => ({ table: 'patient_requests', column: 'sealed', row: id });
const outcomePlace = (id: string) => ({ table: 'patient_requests', column: 'outcome_sealed', row: id });

export interface NewRequest
  extends Pick<ListedRequest, 'id' | 'patientId' | 'kind' | 'receivedAt' | 'dueAt' | 'callId'> {
  readonly details: string | null;
}

/** False: an erasure of this patient is asked for already. */
export async function insertRequest(
  db: Database,
  /** Null: the patient has none any more, and there are no words. */
  dataKey: DataKey | null,
  { details, ...row }: NewRequest,
  by: By,
  now: number,
): Promise<boolean> {
  const sealed = details === null || dataKey === null ? null : seal(dataKey, place(row.id), details);
  const rows = await db
    .insert(patientRequests)
    .values({
      ...{ ...row, sealed, status: 'open' },
      ...{ createdBy: by.id, createdName: by.name, createdAt: now },
    })
    .onConflictDoNothing()
    .returning({ id: patientRequests.id });
  return rows.length > 0;
}

export async function getRequest(db: Database, id: string): Promise<ListedRequest | null> {
  const [row] = await db.select().from(patientRequests).where(eq(patientRequests.id, id)).limit(1);
  return row === undefined ? null : listed(row);
}

/** With its words. */
export async function readRequest(db: Database, dataKey: DataKey | null, id: string): Promise<PatientRequest | null> {
  const [row] = await db.select().from(patientRequests).where(eq(patientRequests.id, id)).limit(1);
  return row === undefined ? null : opened(dataKey, row);
}

const MOST_OF_ONE = 200;

/** Newest first. */
export async function requestsOf(db: Database, dataKey: DataKey, patientId: string): Promise<PatientRequest[]> {
  const rows = await db
    .select()
    .from(patientRequests)
    .where(eq(patientRequests.patientId, patientId))
    .orderBy(desc(patientRequests.createdAt), desc(patientRequests.id))
    .limit(MOST_OF_ONE);
  return rows.map((row) => opened(dataKey, row));
}

/** What the patient asked to have put right in the note of one call, newest first. */
export async function amendmentsOfCall(
  db: Database,
  ring: PatientKeys,
  { id, patientId }: { readonly id: string; readonly patientId: string },
): Promise<PatientRequest[]> {
  const { patientId: of, callId, kind, createdAt } = patientRequests;
  const rows = await db
    .select()
    .from(patientRequests)
    .where(and(eq(of, patientId), eq(callId, id), eq(kind, 'amendment')))
    .orderBy(desc(createdAt), desc(patientRequests.id))
    .limit(MOST_OF_ONE);
  if (rows.length === 0) return [];
  const dataKey = await dataKeyOf(ring, patientId);
  return rows.map((row) => opened(dataKey, row));
}

/** The erasure of this patient that waits for a second person. */
export async function openErasureOf(db: Database, patientId: string): Promise<ListedRequest | null> {
  const [row] = await db
    .select()
    .from(patientRequests)
    .where(
      and(
        eq(patientRequests.patientId, patientId),
        sql`${patientRequests.kind} = 'erasure' and ${patientRequests.status} = 'open'`,
      ),
    )
    .limit(1);
  return row === undefined ? null : listed(row);
}

/** What this patient still waits for, those due first; an erasure that waits is one of them. */
export async function openRequestsOf(db: Database, patientId: string): Promise<ListedRequest[]> {
  const rows = await db
    .select()
    .from(patientRequests)
    .where(and(eq(patientRequests.patientId, patientId), eq(patientRequests.status, 'open')))
    .orderBy(asc(patientRequests.dueAt), asc(patientRequests.id))
    .limit(MOST_OF_ONE);
  return rows.map(listed);
}

export interface RequestFilter {
  readonly limit: number;
  /** `at`: when it is due. */
  readonly cursor: { readonly at: number; readonly id: string } | null;
  readonly status: RequestStatus;
  readonly kind: RequestKind | null;
  /** Only those due before then. */
  readonly dueBefore: number | null;
}

/** Open ones by when they are due, the first first; others the newest first. */
export async function listRequests(
  db: Database,
  { limit, cursor, status, kind, dueBefore }: RequestFilter,
): Promise<{ items: ListedRequest[]; nextCursor: RequestFilter['cursor'] }> {
  const { dueAt: due, id } = patientRequests;
  const isOpen = status === 'open';
  const inOrder = isOpen ? asc : desc;
  const beyond = sql.raw(isOpen ? '>' : '<');
  const rows = await db
    .select()
    .from(patientRequests)
    .where(
      and(
        eq(patientRequests.status, status),
        kind === null ? undefined : eq(patientRequests.kind, kind),
        dueBefore === null ? undefined : sql`${due} < ${dueBefore}`,
        cursor === null ? undefined : sql`(${due}, ${id}) ${beyond} (${cursor.at}, ${cursor.id})`,
      ),
    )
    .orderBy(inOrder(due), inOrder(id))
    .limit(limit + 1);
  const page = rows.slice(0, limit);
  const last = rows.length > page.length ? page.at(-1) : undefined;
  return { items: page.map(listed), nextCursor: last === undefined ? null : { at: last.dueAt, id: last.id } };
}

/** Those that nobody has answered, how many are late, and how many are erasures that wait for a second person. */
export async function countRequests(
  db: Database,
  now: number,
): Promise<{ open: number; overdue: number; erasures: number }> {
  const [row] = await db
    .select({
      open: sql<number>`count(*)`,
      overdue: sql<number>`coalesce(sum(${patientRequests.dueAt} < ${now}), 0)`,
      erasures: sql<number>`coalesce(sum(${patientRequests.kind} = 'erasure'), 0)`,
    })
    .from(patientRequests)
    .where(eq(patientRequests.status, 'open'));
  return row ?? { open: 0, overdue: 0, erasures: 0 };
}

export interface Ending {
  readonly status: Exclude<RequestStatus, 'open' | 'ended'>;
  readonly outcome: string | null;
  readonly callId?: string | null;
  readonly noteVersion?: number | null;
}

/** False: somebody has answered it already. */
export async function endRequest(
  db: Database,
  dataKey: DataKey | null,
  id: string,
  { outcome, ...ending }: Ending,
  by: By,
  now: number,
): Promise<boolean> {
  const outcomeSealed = outcome === null || dataKey === null ? null : seal(dataKey, outcomePlace(id), outcome);
  const rows = await db
    .update(patientRequests)
    .set({ ...ending, outcomeSealed, endedBy: by.id, endedName: by.name, endedAt: now })
    .where(and(eq(patientRequests.id, id), eq(patientRequests.status, 'open')))
    .returning({ id: patientRequests.id });
  return rows.length > 0;
}

/** For the batch that begins the erasure: approved, where `when` holds. */
export const endErasureRequest = (db: Database, id: string, by: By, now: number, when: SQL) =>
  db
    .update(patientRequests)
    .set({ status: 'done', endedBy: by.id, endedName: by.name, endedAt: now })
    .where(and(eq(patientRequests.id, id), eq(patientRequests.status, 'open'), when))
    .returning({ id: patientRequests.id });

/** Once. False: it was put off or answered meanwhile. */
export async function extendRequest(db: Database, id: string, due: number, now: number): Promise<boolean> {
  const rows = await db
    .update(patientRequests)
    .set({ dueAt: due, extendedAt: now })
    .where(and(eq(patientRequests.id, id), eq(patientRequests.status, 'open'), isNull(patientRequests.extendedAt)))
    .returning({ id: patientRequests.id });
  return rows.length > 0;
}

/** For the erasure: that it was asked for and answered stays, the words do not. What was still open ends unanswered, but for a wish to be erased. */
export const blankRequests = (db: Database, patientId: string, now: number) =>
  db
    .update(patientRequests)
    .set({
      sealed: null,
      outcomeSealed: null,
      status: sql`case when ${patientRequests.status} <> 'open' then ${patientRequests.status} when ${patientRequests.kind} = 'erasure' then 'done' else 'ended' end`,
      endedAt: sql`coalesce(${patientRequests.endedAt}, ${now})`,
    })
    .where(eq(patientRequests.patientId, patientId));

function listed(row: RequestRow): ListedRequest {
  const { sealed: _s, outcomeSealed: _o, endedBy: _e, ...rest } = row;
  return { ...rest, kind: row.kind as RequestKind, status: row.status as RequestStatus };
}

function opened(dataKey: DataKey | null, row: RequestRow): PatientRequest {
  const { sealed, outcomeSealed } = row;
  const words = (text: string | null, where: ReturnType<typeof place>) =>
    text === null || dataKey === null ? null : openOrNull(() => unseal(dataKey, where, text));
  return { ...listed(row), details: words(sealed, place(row.id)), outcome: words(outcomeSealed, outcomePlace(row.id)) };
}

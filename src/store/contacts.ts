/**
 * The people of a campaign: one row each, sealed under the patient's key. `ready` waits for its time, `active` has an attempt under
 * way, the others are over. A row is moved only from the state it was read in, so that nobody undoes what another did.
 */
import { and, asc, eq, exists, gt, inArray, isNotNull, lte, ne, sql } from 'drizzle-orm';
import { NEVER_REDIALED, redialedOutcomes } from '../domain/campaign/campaign-status.ts';
import type { CallStatus } from '../domain/intake/call-record.ts';
import type { Campaign } from './campaigns.ts';
import type { Database } from './database.ts';
import { dataKeysOf, type PatientKeys } from './patient-keys.ts';
import { attempts, calls, campaigns, contacts } from './schema.ts';
import { type DataKey, seal, unseal } from './seal.ts';

export const CONTACT_STATUSES = ['ready', 'active', 'done', 'skipped', 'canceled'] as const;
export type ContactStatus = (typeof CONTACT_STATUSES)[number];

export interface ContactDetails {
  /** +E.164. */
  readonly phoneNumber: string;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly variables: Readonly<Record<string, string>>;
}
export interface Contact extends ContactDetails {
  readonly id: string;
  readonly campaignId: string;
  /** Of the list it came with, from 1. */
  readonly row: number;
  readonly patientId: string;
  readonly externalId: string | null;
  readonly consentId: string | null;
  readonly status: ContactStatus;
  readonly code: string | null;
  /** Of its last call. */
  readonly outcome: CallStatus | null;
  readonly rings: number;
  readonly nextAt: number;
  readonly lastCallId: string | null;
  readonly updatedAt: number;
}
export type ContactRow = typeof contacts.$inferSelect;

const place = (id: string) => ({ table: 'contacts', column: 'sealed', row: id });

export const sealContact = (dataKey: DataKey, id: string, details: ContactDetails): string =>
  seal(dataKey, place(id), JSON.stringify(details));

/** Whose key is gone was erased, and is left out. */
export async function openContacts(ring: PatientKeys, rows: readonly ContactRow[]): Promise<Contact[]> {
  const keys = await dataKeysOf(
    ring,
    rows.map((row) => row.patientId),
  );
  return openContactsWith(keys, rows);
}

/** Those whose key is among these. */
export const openContactsWith = (keys: ReadonlyMap<string, DataKey>, rows: readonly ContactRow[]): Contact[] =>
  rows.flatMap((row) => {
    const key = keys.get(row.patientId);
    return key === undefined ? [] : [openContact(row, key)];
  });

function openContact(row: ContactRow, key: DataKey): Contact {
  const { sealed, ...rest } = row;
  return {
    ...rest,
    ...openDetails(row, key),
    status: row.status as ContactStatus,
    outcome: row.outcome as CallStatus | null,
  };
}

export const openDetails = ({ id, sealed }: Pick<ContactRow, 'id' | 'sealed'>, key: DataKey): ContactDetails =>
  JSON.parse(unseal(key, place(id), sealed)) as ContactDetails;

export async function getContact(db: Database, ring: PatientKeys, id: string): Promise<Contact | null> {
  const rows = await db.select().from(contacts).where(eq(contacts.id, id)).limit(1);
  return (await openContacts(ring, rows))[0] ?? null;
}

/** What the prompts are filled with: what the row says wins over what the campaign says. A test call hears the names of what is missing. */
export const variablesFor = (
  campaign: Pick<Campaign, 'script'> | null,
  contact: Pick<ContactDetails, 'variables' | 'firstName' | 'lastName'> | null,
): Readonly<Record<string, string>> => ({
  ...campaign?.script,
  ...(contact?.firstName == null ? {} : { first_name: contact.firstName }),
  ...(contact?.lastName == null ? {} : { last_name: contact.lastName }),
  ...contact?.variables,
});

export interface ContactFilter {
  readonly limit: number;
  /** The row of the last contact already seen. */
  readonly after: number;
  readonly status?: ContactStatus;
  readonly code?: string;
  readonly outcome?: CallStatus;
}

/** In the order of the list. */
export async function listContacts(
  db: Database,
  campaignId: string,
  filter: ContactFilter,
): Promise<{ rows: ContactRow[]; next: number | null }> {
  const { after, status, code, outcome, limit } = filter;
  const rows = await db
    .select()
    .from(contacts)
    .where(
      and(
        eq(contacts.campaignId, campaignId),
        gt(contacts.row, after),
        // A plus keeps the order of the list, which ends the search.
        status === undefined ? undefined : sql`+${contacts.status} = ${status}`,
        code === undefined ? undefined : sql`+${contacts.code} = ${code}`,
        outcome === undefined ? undefined : sql`+${contacts.outcome} = ${outcome}`,
      ),
    )
    .orderBy(asc(contacts.row))
    .limit(limit + 1);
  const page = rows.slice(0, limit);
  return { rows: page, next: rows.length > page.length ? (page.at(-1)?.row ?? null) : null };
}

/** How many stand where, and why. */
export async function countContacts(db: Database, campaignId: string) {
  const rows = await db
    .select({
      ...{ status: contacts.status, code: contacts.code, outcome: contacts.outcome },
      count: sql<number>`count(*)`,
    })
    .from(contacts)
    .where(eq(contacts.campaignId, campaignId))
    .groupBy(contacts.status, contacts.code, contacts.outcome);
  return rows.map((row) => ({
    ...row,
    status: row.status as ContactStatus,
    outcome: row.outcome as CallStatus | null,
  }));
}

/** Of a page of campaigns at once, by status alone. */
export async function countByCampaign(
  db: Database,
  campaignIds: readonly string[],
): Promise<Map<string, Partial<Record<ContactStatus, number>>>> {
  const rows = await db
    .select({ campaignId: contacts.campaignId, status: contacts.status, count: sql<number>`count(*)` })
    .from(contacts)
    .where(sql`${contacts.campaignId} in (select value from json_each(${JSON.stringify(campaignIds)}))`)
    .groupBy(contacts.campaignId, contacts.status);
  const counts = new Map<string, Partial<Record<ContactStatus, number>>>();
  for (const { campaignId, status, count } of rows)
    counts.set(campaignId, { ...counts.get(campaignId), [status]: count });
  return counts;
}

/** Those to be dialled now, who waits longest first. */
export const dueContacts = (db: Database, campaignId: string, now: number, limit: number): Promise<ContactRow[]> =>
  db
    .select()
    .from(contacts)
    .where(and(eq(contacts.campaignId, campaignId), eq(contacts.status, 'ready'), lte(contacts.nextAt, now)))
    .orderBy(asc(contacts.nextAt), asc(contacts.row))
    .limit(limit);

/** What is left of a campaign: from when on somebody is due, and whether anybody is under way. Two looks at an index, however long the list. */
export async function workLeft(
  db: Database,
  campaignId: string,
): Promise<{ readonly nextAt: number | null; readonly active: boolean }> {
  const standing = (status: ContactStatus) => and(eq(contacts.campaignId, campaignId), eq(contacts.status, status));
  // One snapshot: a contact that comes back in between would be in neither, and the campaign over.
  const [[next], [active]] = await db.batch([
    db.select({ at: contacts.nextAt }).from(contacts).where(standing('ready')).orderBy(asc(contacts.nextAt)).limit(1),
    db.select({ id: contacts.id }).from(contacts).where(standing('active')).limit(1),
  ]);
  return { nextAt: next?.at ?? null, active: active !== undefined };
}

/** What became of a contact; `rang` counts against its budget. */
export interface ContactMove {
  readonly id: string;
  readonly status: ContactStatus;
  readonly code: string | null;
  readonly nextAt: number;
  readonly outcome: CallStatus | null;
  readonly rang: boolean;
  /** As it was read: the call that is settled, or the one before. */
  readonly lastCallId: string | null;
}

/** A page of moves in one statement; a contact that left `from` meanwhile is left alone. */
export const moveContacts = (db: Database, from: ContactStatus, moves: readonly ContactMove[], now: number) =>
  db.run(sql`
    update contacts set status = m.value ->> 'status', code = m.value ->> 'code', next_at = m.value ->> 'nextAt',
      outcome = coalesce(m.value ->> 'outcome', outcome), rings = rings + (m.value ->> 'rang'), updated_at = ${now}
    from json_each(${JSON.stringify(moves)}) as m
    where contacts.id = m.value ->> 'id' and contacts.status = ${from} and contacts.last_call_id is (m.value ->> 'lastCallId')`);

/** Contacts whose attempt is over, and what became of it. */
export async function endedAttempts(db: Database, campaignId: string, limit: number) {
  const rows = await db
    .select({
      ...{ contact: contacts, attemptStatus: attempts.status, dialedAt: attempts.dialedAt },
      ...{ answeredAt: attempts.answeredAt, status: calls.status, error: calls.error },
      sameOutcome: sql<number>`(select count(*) from attempts as earlier
        inner join calls as call on call.id = earlier.call_id where earlier.contact_id = ${contacts.id}
        and call.status = ${calls.status} and (earlier.dialed_at is null) = (${attempts.dialedAt} is null))`,
    })
    .from(contacts)
    .innerJoin(attempts, eq(attempts.contactId, contacts.id))
    .innerJoin(calls, eq(calls.id, attempts.callId))
    .where(
      and(
        eq(contacts.campaignId, campaignId),
        eq(contacts.status, 'active'),
        eq(attempts.callId, contacts.lastCallId),
        isNotNull(attempts.endedAt),
      ),
    )
    .limit(limit);
  return rows.map((row) => ({ ...row, status: row.status as CallStatus }));
}

/** So many at a time: a statement that moved a whole list would keep everybody else from the database meanwhile. */
const ENDED_AT_ONCE = 1000;
/** All in one request, which may ask the database less than a hundred times. */
const REDIALED_AT_ONCE = 2000;
const someOf = (db: Database, which: ReturnType<typeof and>, most: number) =>
  inArray(contacts.id, db.select({ id: contacts.id }).from(contacts).where(which).limit(most));

/** Of those that wait a page, to where they are over: a campaign was canceled, or its time is up. Whether there may be more. */
export async function endContacts(
  db: Database,
  campaignId: string,
  status: 'canceled' | 'skipped',
  code: string,
  now: number,
): Promise<boolean> {
  const ended = await db
    .update(contacts)
    .set({ status, code, updatedAt: now })
    .where(someOf(db, and(eq(contacts.campaignId, campaignId), eq(contacts.status, 'ready')), ENDED_AT_ONCE))
    .returning({ id: contacts.id });
  return ended.length === ENDED_AT_ONCE;
}

/** Those that wait, in the order of the list, for a pre-flight. */
export const readyContacts = (db: Database, campaignId: string, after: number, limit: number): Promise<ContactRow[]> =>
  db
    .select()
    .from(contacts)
    .where(and(eq(contacts.campaignId, campaignId), gt(contacts.row, after), sql`+${contacts.status} = 'ready'`))
    .orderBy(asc(contacts.row))
    .limit(limit);

/** What a pre-flight said, shown beside each; it decides nothing. */
export const setVerdicts = (
  db: Database,
  verdicts: readonly { readonly id: string; readonly code: string | null; readonly nextAt: number }[],
) =>
  db.run(sql`
    update contacts set code = v.value ->> 'code', next_at = v.value ->> 'nextAt'
    from json_each(${JSON.stringify(verdicts)}) as v where contacts.id = v.value ->> 'id' and contacts.status = 'ready'`);

/**
 * Whoever was not reached waits again, with a new budget; how many that are. Others come between its pages: it goes on only while the
 * campaign stands still, so that nobody is made ready in one that was canceled, or fails and is made ready at once in one that runs.
 */
export async function redialContacts(db: Database, campaignId: string, now: number): Promise<number> {
  const unreached = and(
    eq(contacts.campaignId, campaignId),
    eq(contacts.status, 'done'),
    inArray(contacts.outcome, [...redialedOutcomes({ voicemail: true })]),
    ne(contacts.code, NEVER_REDIALED),
    exists(
      db
        .select({ id: campaigns.id })
        .from(campaigns)
        .where(and(eq(campaigns.id, campaignId), inArray(campaigns.status, ['paused', 'completed']))),
    ),
  );
  for (let all = 0; ; ) {
    const rows = await db
      .update(contacts)
      .set({ status: 'ready', code: null, rings: 0, nextAt: now, updatedAt: now })
      .where(someOf(db, unreached, REDIALED_AT_ONCE))
      .returning({ id: contacts.id });
    all += rows.length;
    if (rows.length < REDIALED_AT_ONCE) return all;
  }
}

/** Which of these rang back since they were put on the list and finished what the campaign asks: they are not called again (X3). */
export async function finishedByRingingBack(
  db: Database,
  { questionnaireId }: Pick<Campaign, 'questionnaireId'>,
  rows: readonly Pick<ContactRow, 'id'>[],
): Promise<Set<string>> {
  const ids = JSON.stringify(rows.map(({ id }) => id));
  const found = await db
    .selectDistinct({ id: contacts.id })
    .from(contacts)
    .innerJoin(calls, eq(calls.patientId, contacts.patientId))
    .where(
      and(
        sql`${contacts.id} in (select value from json_each(${ids}))`,
        ...[eq(calls.direction, 'inbound'), eq(calls.status, 'completed'), eq(calls.questionnaireId, questionnaireId)],
        gt(calls.createdAt, contacts.createdAt),
      ),
    );
  return new Set(found.map(({ id }) => id));
}

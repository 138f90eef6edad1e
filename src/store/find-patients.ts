/**
 * Patients by the page, newest first: all of them, or those of whom everything asked for is true. Numbers and names are found by keyed
 * hash, so exactly; a birth date is in no index and narrows down what a name found.
 */
import { and, type Column, desc, eq, gte, inArray, lt, type SQL } from 'drizzle-orm';
import type { Database } from './database.ts';
import { firstIdAt } from './new-id.ts';
import type { PatientKeys } from './patient-keys.ts';
import { normalisedName, openPatients, type Patient } from './patients.ts';
import { patients } from './schema.ts';
import { searchHashes } from './seal.ts';

export interface PatientFilter {
  readonly limit: number;
  /** The id of the last patient already seen. */
  readonly cursor: string | null;
  /** +E.164. */
  readonly phoneNumber?: string;
  /** Digits of a number. */
  readonly lastFour?: string;
  readonly familyName?: string;
  readonly externalId?: string;
  /** `YYYY-MM-DD`. */
  readonly dateOfBirth?: string;
  /** When they came onto file, epoch milliseconds, both included: their ids begin with it. */
  readonly from?: number;
  readonly to?: number;
}

export interface PatientPage {
  readonly items: Patient[];
  readonly nextCursor: string | null;
}

/** Of one family name, so many are opened for one page. */
const MOST_OPENED = 2000;
const OPENED_AT_ONCE = 500;

export async function listPatients(db: Database, ring: PatientKeys, filter: PatientFilter): Promise<PatientPage> {
  const { limit, dateOfBirth } = filter;
  const where = whereOf(ring, filter);
  if (dateOfBirth === undefined) {
    const { found, last } = await look(db, ring, where, filter.cursor, limit);
    return { items: found, nextCursor: last };
  }
  const items: Patient[] = [];
  let after = filter.cursor;
  for (let opened = 0; opened < MOST_OPENED; opened += OPENED_AT_ONCE) {
    const { found, last } = await look(db, ring, where, after, OPENED_AT_ONCE);
    items.push(...found.filter((patient) => patient.dateOfBirth === dateOfBirth));
    if (items.length > limit) return { items: items.slice(0, limit), nextCursor: items[limit - 1]?.id ?? null };
    if (last === null) return { items, nextCursor: null };
    after = last;
  }
  return { items, nextCursor: after };
}

/** `last`: the id where the next page goes on; null: there is none. */
async function look(db: Database, ring: PatientKeys, where: SQL | undefined, cursor: string | null, limit: number) {
  const rows = await db
    .select()
    .from(patients)
    .where(and(cursor === null ? undefined : lt(patients.id, cursor), where))
    .orderBy(desc(patients.id))
    .limit(limit + 1);
  const page = rows.slice(0, limit);
  return {
    found: await openPatients(ring, page),
    last: rows.length > page.length ? (page.at(-1)?.id ?? null) : null,
  };
}

function whereOf(ring: PatientKeys, filter: PatientFilter): SQL | undefined {
  const { phoneNumber, lastFour, familyName, externalId, from, to } = filter;
  const given = <T>(value: T | undefined, condition: (value: T) => SQL) =>
    value === undefined ? undefined : condition(value);
  return and(
    given(phoneNumber, (value) => among(patients.phoneHash, searchHashes(ring, 'phone', value))),
    given(lastFour, (value) => among(patients.lastFourHash, searchHashes(ring, 'last_four', value))),
    given(familyName, (value) =>
      among(patients.familyNameHash, searchHashes(ring, 'family_name', normalisedName(value))),
    ),
    given(externalId, (value) => eq(patients.externalId, value)),
    given(from, (value) => gte(patients.id, firstIdAt('pat', value))),
    given(to, (value) => lt(patients.id, firstIdAt('pat', value + 1))),
  );
}

/** Under one key the index is in the order of the ids; only while keys rotate has anything to be sorted. */
function among(column: Column, hashes: readonly string[]): SQL {
  const [only] = hashes;
  return hashes.length === 1 && only !== undefined ? eq(column, only) : inArray(column, [...hashes]);
}

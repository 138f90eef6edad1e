/** What the Reassigned Numbers Database said of a number (TC-21), by keyed hash. An answer under another key counts as none: it is asked for again. */
import { count, max, sql } from 'drizzle-orm';
import type { Database } from './database.ts';
import { rowsFromJson } from './rows-from-json.ts';
import { reassignedNumbers } from './schema.ts';
import { hashesOfEach, type KeyRing, searchHash } from './seal.ts';

export const REASSIGNED_ANSWERS = ['no', 'yes', 'no_data'] as const;
export interface ReassignedAnswer {
  readonly answer: (typeof REASSIGNED_ANSWERS)[number];
  readonly answeredAt: number;
}

export async function reassignedAnswers(
  db: Database,
  ring: KeyRing,
  phoneNumbers: readonly string[],
  hashes: ReadonlyMap<string, readonly string[]> = hashesOfEach(ring, 'phone', phoneNumbers),
): Promise<Map<string, ReassignedAnswer>> {
  const numberOf = new Map([...hashes].flatMap(([number, theirs]) => theirs.map((hash) => [hash, number] as const)));
  const rows = await db
    .select()
    .from(reassignedNumbers)
    .where(
      sql`${reassignedNumbers.phoneHash} in (select value from json_each(${JSON.stringify([...numberOf.keys()])}))`,
    );
  const newest = rows.toSorted((a, b) => a.answeredAt - b.answeredAt);
  return new Map(
    newest.flatMap(({ phoneHash, answer, answeredAt }) => {
      const number = numberOf.get(phoneHash);
      return number === undefined
        ? []
        : [[number, { answer: answer as ReassignedAnswer['answer'], answeredAt }] as const];
    }),
  );
}

export interface NumberAnswered extends ReassignedAnswer {
  /** +E.164. */
  readonly phoneNumber: string;
  /** The day the question was about: that of the consent, or of the last contact; epoch milliseconds. */
  readonly askedFor: number;
}

/** The latest answer about a number counts, whatever the order in which they come. */
export async function storeReassigned(db: Database, ring: KeyRing, answers: readonly NumberAnswered[]): Promise<void> {
  const { phoneHash, askedFor, answeredAt } = reassignedNumbers;
  const rows = answers.map(({ phoneNumber, ...said }) => ({
    phoneHash: searchHash(ring, 'phone', phoneNumber),
    ...said,
  }));
  await db
    .insert(reassignedNumbers)
    .select(rowsFromJson(reassignedNumbers, rows))
    .onConflictDoUpdate({
      target: phoneHash,
      set: { answer: sql`excluded.answer`, askedFor: sql`excluded.asked_for`, answeredAt: sql`excluded.answered_at` },
      setWhere: sql`(excluded.answered_at, excluded.asked_for) >= (${answeredAt}, ${askedFor})`,
    });
}

/** How many numbers stand under each answer, and when the latest came. */
export async function countReassigned(db: Database): Promise<{
  readonly counts: Readonly<Record<ReassignedAnswer['answer'], number>>;
  readonly latestAt: number | null;
}> {
  const { answer, answeredAt } = reassignedNumbers;
  const rows = await db
    .select({ answer, numbers: count(), latestAt: max(answeredAt) })
    .from(reassignedNumbers)
    .groupBy(answer);
  const numbersOf = (said: ReassignedAnswer['answer']) => rows.find((row) => row.answer === said)?.numbers ?? 0;
  const latest = rows.flatMap(({ latestAt }) => latestAt ?? []);
  return {
    counts: { no: numbersOf('no'), yes: numbersOf('yes'), no_data: numbersOf('no_data') },
    latestAt: latest.length === 0 ? null : Math.max(...latest),
  };
}

/**
 * HS-12, TC-12: however the journal of the do-not-call list is cut into objects and pages, however often a page is written and wherever that
 * is begun anew, the list is the one that the whole journal at once would give. And no number that was not lifted is free. Where a list
 * was both set back and brought under other keys, a number may stand there once or twice; it is blocked all the same.
 */
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { mergeJournal } from '../../src/store/merge-journal.ts';
import { replayLifted, replaySuppressions } from '../../src/store/replay-suppressions.ts';
import { rowsFromJson } from '../../src/store/rows-from-json.ts';
import { suppressions } from '../../src/store/schema.ts';
import {
  JOURNAL_PREFIX,
  newestOf,
  putJournal,
  readJournalPage,
  type SuppressionRow,
} from '../../src/store/suppression-journal.ts';
import { db, restore, stopClock, testEnv } from '../support/worker-env.ts';

beforeEach(stopClock);
afterEach(restore);

type Act =
  | { readonly kind: 'add' | 'lift'; readonly number: number }
  | { readonly kind: 'rekey' }
  /** The database goes back to what it was after so many acts, and copies its newest rows once more. */
  | { readonly kind: 'set_back'; readonly to: number };
const kindOf = <K extends Act['kind']>(...kinds: readonly K[]) => fc.constantFrom(...kinds);
const listing: fc.Arbitrary<Act> = fc.record({ kind: kindOf('add', 'lift'), number: fc.nat(2) });
const rekeying: fc.Arbitrary<Act> = fc.record({ kind: kindOf('rekey') });
const settingBack: fc.Arbitrary<Act> = fc.record({ kind: kindOf('set_back'), to: fc.nat(20) });
const oftenListing = { weight: 5, arbitrary: listing };
const anyAct = fc.oneof(oftenListing, { weight: 2, arbitrary: fc.oneof(rekeying, settingBack) });

/** What was written to the journal, in its order, and the list after each act. */
function historyOf(acts: readonly Act[]): { writes: SuppressionRow[]; states: SuppressionRow[][] } {
  const writes: SuppressionRow[] = [];
  const states: SuppressionRow[][] = [[]];
  let [rows, key] = [new Map<string, SuppressionRow>(), 1];
  const write = (row: SuppressionRow) => {
    rows.set(row.id, row);
    writes.push(row);
  };
  const active = (number: number) =>
    [...rows.values()].filter((row) => numberOf(row) === `${number}` && row.liftedAt === null);
  const fields = (id: string, number: number) => ({
    ...{ id, phoneHash: `k${key}.${number}`, keyId: `k${key}`, sealed: `k${key}.${number}` },
  });
  acts.forEach((given, i) => {
    switch (given.kind) {
      case 'add':
        if (active(given.number).some(({ keyId }) => keyId === `k${key}`)) break;
        write({
          ...fields(`sup_${String(i).padStart(3, '0')}`, given.number),
          ...{ reason: 'asked', callId: null, createdBy: null, createdAt: i },
          ...{ liftedAt: null, liftedBy: null, liftSealed: null },
        });
        break;
      case 'lift':
        for (const row of active(given.number))
          write({ ...row, liftedAt: i, liftedBy: 'admin', liftSealed: `${row.keyId}.lift.${i}` });
        break;
      case 'rekey':
        key += 1;
        for (const row of [...rows.values()]) {
          const isDouble = row.liftedAt === null && active(Number(numberOf(row))).some(({ id }) => id > row.id);
          const liftedAt = isDouble ? i : row.liftedAt;
          const liftSealed = row.liftSealed === null ? null : `k${key}.${row.liftSealed.replace(/^k\d+\./, '')}`;
          write({ ...row, ...fields(row.id, Number(numberOf(row))), liftedAt, liftSealed });
        }
        break;
      case 'set_back': {
        const back = states[given.to % states.length] ?? [];
        rows = new Map(back.map((row) => [row.id, row]));
        // Its list of changes came back with it.
        for (const row of back.slice(-1)) writes.push(row);
      }
    }
    states.push([...rows.values()]);
  });
  return { writes, states };
}

async function begin(rows: readonly SuppressionRow[]): Promise<void> {
  await testEnv.DB.exec('delete from suppressions');
  if (rows.length > 0) await db.insert(suppressions).select(rowsFromJson(suppressions, rows));
}
const list = async () =>
  JSON.stringify((await db.select().from(suppressions)).toSorted((a, b) => (a.id < b.id ? -1 : 1)));
const journalled = async () => (await testEnv.BUCKET.list({ prefix: JOURNAL_PREFIX })).objects.map(({ key }) => key);

/** In parts of these lengths, over and over. */
function cut<T>(items: readonly T[], lengths: readonly number[]): T[][] {
  const parts: T[][] = [];
  for (let from = 0; from < items.length; ) {
    const length = lengths[parts.length % lengths.length] ?? 1;
    parts.push(items.slice(from, from + length));
    from += length;
  }
  return parts;
}

const lengths = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 5 });
const runsOf = (act: fc.Arbitrary<Act>) =>
  fc.record({
    acts: fc.array(act, { minLength: 1, maxLength: 20 }),
    from: fc.nat(20),
    pages: lengths,
    /** Of each page in turn: how often it is written. */
    times: fc.array(fc.integer({ min: 1, max: 2 }), { minLength: 1, maxLength: 4 }),
    /** After so many pages all begins anew. */
    anewAfter: fc.nat(12),
  });

type Run = ReturnType<typeof runsOf> extends fc.Arbitrary<infer T> ? T : never;
const numberOf = ({ sealed }: Pick<SuppressionRow, 'sealed'>) => sealed.split('.')[1] ?? '';
const blocked = async () => {
  const rows = await db.select().from(suppressions);
  return [...new Set(rows.filter(({ liftedAt }) => liftedAt === null).map(numberOf))].toSorted();
};

/** The whole journal at once, and by the page. */
async function replayBothWays({ acts, from, pages, times, anewAfter }: Run) {
  const { writes, states } = historyOf(acts);
  const lost = states[from % states.length] ?? [];
  const whole = newestOf(writes);
  await begin(lost);
  await replayLifted(db, whole);
  await replaySuppressions(db, whole);
  const atOnce = { list: await list(), blocked: await blocked() };

  await begin(lost);
  const parts = cut(writes, pages);
  const steps = [replayLifted, replaySuppressions].flatMap((write) => parts.map((part) => ({ write, part })));
  const inTurn = steps.flatMap((step, i) => Array.from({ length: times[i % times.length] ?? 1 }, () => step));
  for (const { write, part } of [...inTurn.slice(0, anewAfter), ...inTurn]) await write(db, newestOf(part));
  return { atOnce, byPage: { list: await list(), blocked: await blocked() }, whole };
}

it.each([
  [
    'of a database that was set back, and more than once',
    fc.oneof(oftenListing, { weight: 1, arbitrary: settingBack }),
  ],
  ['of a list that was brought under other keys', fc.oneof(oftenListing, { weight: 1, arbitrary: rekeying })],
])(
  'any pages, any repetition, %s: the same list (HS-12, TC-12, T23)',
  async (_, act) => {
    await fc.assert(
      fc.asyncProperty(runsOf(act), async (run) => {
        const { atOnce, byPage } = await replayBothWays(run);
        expect(byPage).toEqual(atOnce);
      }),
      { numRuns: 50 },
    );
  },
  60_000,
);

it('a number whose one row was lifted is still held by another that had no room before (TC-12, T23)', async () => {
  // Listed; lost, and listed again; set back to the first, which is lifted.
  const acts: Act[] = [
    { kind: 'add', number: 0 },
    { kind: 'set_back', to: 0 },
    { kind: 'add', number: 0 },
    { kind: 'set_back', to: 1 },
    { kind: 'lift', number: 0 },
  ];
  const { byPage, atOnce } = await replayBothWays({ acts, from: 0, pages: [1], times: [1], anewAfter: 0 });
  expect(byPage).toEqual(atOnce);
  expect(byPage.blocked).toEqual(['0']);
});

it('set back, brought under other keys, or both: the same numbers are blocked, and every one that was not lifted (HS-12, TC-12)', async () => {
  await fc.assert(
    fc.asyncProperty(runsOf(anyAct), async (run) => {
      const { atOnce, byPage, whole } = await replayBothWays(run);
      expect(byPage.blocked).toEqual(atOnce.blocked);
      const listed = new Set(whole.filter(({ liftedAt }) => liftedAt === null).map(numberOf));
      expect([...listed].filter((number) => !byPage.blocked.includes(number))).toEqual([]);
    }),
    { numRuns: 50 },
  );
}, 60_000);

it('any objects, merged at any time, read by any pages: the same numbers are blocked (HS-12, TC-12)', async () => {
  const given = fc.record({
    acts: fc.array(anyAct, { minLength: 20, maxLength: 60 }),
    objects: lengths,
    most: fc.nat(5),
  });
  await fc.assert(
    fc.asyncProperty(given, async ({ acts, objects, most }) => {
      await testEnv.BUCKET.delete(await journalled());
      const { writes } = historyOf(acts);
      for (const [i, part] of cut(writes, objects).entries())
        await putJournal(testEnv.BUCKET, `${JOURNAL_PREFIX}sup_${String(i).padStart(4, '0')}.ndjson`, newestOf(part));
      const replayed = async () => {
        await begin([]);
        for (const write of [replayLifted, replaySuppressions])
          for (let after: string | null | undefined; after !== null; ) {
            const page = await readJournalPage(testEnv.BUCKET, after ?? null, most + 1);
            await write(db, page.rows);
            after = page.next;
          }
        return JSON.stringify(await blocked());
      };
      const [expected, before] = [await replayed(), (await journalled()).length];
      const merged = await mergeJournal(testEnv.BUCKET);
      expect(merged).toBe(before < 16 ? 0 : Math.min(before, 64));
      expect(await journalled()).toHaveLength(before - Math.max(0, merged - 1));
      expect(await replayed()).toBe(expected);
    }),
    { numRuns: 15 },
  );
}, 60_000);

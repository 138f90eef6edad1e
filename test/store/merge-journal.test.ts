/** HS-12: small objects of the journal become few, and nothing is lost wherever that is cut off, or done by two at once. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { mergeJournal } from '../../src/store/merge-journal.ts';
import {
  JOURNAL_PREFIX,
  putJournal,
  readJournalPage,
  type SuppressionRow,
} from '../../src/store/suppression-journal.ts';
import { restore, stopClock, testEnv } from '../support/worker-env.ts';

const bucket = testEnv.BUCKET;
const row = (n: number, sealed = 'k1.x'): SuppressionRow => ({
  ...{ id: `sup_${n}`, phoneHash: `k1.${n}`, keyId: 'k1', sealed, reason: 'asked', callId: null, createdBy: null },
  ...{ createdAt: n, liftedAt: null, liftedBy: null, liftSealed: null },
});
const keyOf = (n: number) => `${JOURNAL_PREFIX}sup_${String(n).padStart(4, '0')}.ndjson`;
const keys = async () => (await bucket.list({ prefix: JOURNAL_PREFIX })).objects.map(({ key }) => key);
/** All rows, as whoever replays them reads them. */
async function read(): Promise<string[]> {
  const ids: string[] = [];
  for (let after: string | null | undefined; after !== null; ) {
    const page = await readJournalPage(bucket, after ?? null, 7);
    ids.push(...page.rows.map(({ id }) => id));
    after = page.next;
  }
  return [...new Set(ids)].toSorted();
}
const given = async (count: number) => {
  for (let n = 0; n < count; n += 1) await putJournal(bucket, keyOf(n), [row(n)]);
};
const idsOf = (count: number) => Array.from({ length: count }, (_, n) => `sup_${n}`).toSorted();

beforeEach(async () => {
  stopClock();
  await bucket.delete(await keys());
});
afterEach(restore);

it('leaves a few alone, and makes one of many, in the place of the last (HS-12)', async () => {
  await given(15);
  expect(await mergeJournal(bucket)).toBe(0);
  await given(20);
  expect(await mergeJournal(bucket)).toBe(20);
  expect(await keys()).toEqual([keyOf(19)]);
  expect(await read()).toEqual(idsOf(20));
});

it('takes a bounded number at a time, and leaves large ones as they are', async () => {
  await given(70);
  expect(await mergeJournal(bucket)).toBe(64);
  expect(await keys()).toHaveLength(7);
  await putJournal(bucket, keyOf(63), [row(63, 'x'.repeat(999_900))]);
  for (let n = 70; n < 90; n += 1) await putJournal(bucket, keyOf(n), [row(n)]);
  expect(await mergeJournal(bucket)).toBe(26);
  expect(await keys()).toEqual([keyOf(63), keyOf(89)]);
});

it.each(['put', 'delete'] as const)(
  'cut off at the %s loses nothing, and is done the next time (HS-12)',
  async (at) => {
    await given(20);
    vi.spyOn(bucket, at).mockRejectedValueOnce(new Error('away'));
    await expect(mergeJournal(bucket)).rejects.toThrow('away');
    expect(await read()).toEqual(idsOf(20));
    expect(await mergeJournal(bucket)).toBe(20);
    expect(await read()).toEqual(idsOf(20));
  },
);

it('by two at once loses nothing: who finds an object gone leaves it to the other', async () => {
  await given(20);
  const [get, other] = [bucket.get.bind(bucket), { isDone: false }];
  vi.spyOn(bucket, 'get').mockImplementation(async (key: string) => {
    const isLater = key === keyOf(9) && !other.isDone;
    if (!isLater) return get(key);
    other.isDone = true;
    await mergeJournal(bucket);
    return get(key);
  });
  expect(await mergeJournal(bucket)).toBe(0);
  expect(await keys()).toEqual([keyOf(19)]);
  expect(await read()).toEqual(idsOf(20));
});

it('under the eyes of a reader moves rows only to where it has yet to read', async () => {
  await given(20);
  const first = await readJournalPage(bucket, null, 5);
  expect(first).toMatchObject({ objects: 5, next: keyOf(4) });
  await mergeJournal(bucket);
  const rest = await readJournalPage(bucket, first.next, 5);
  const ids = [...first.rows, ...rest.rows].map(({ id }) => id);
  expect([...new Set(ids)].toSorted()).toEqual(idsOf(20));
  expect(rest.next).toBe(null);
});

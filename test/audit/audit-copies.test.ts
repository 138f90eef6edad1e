/** The audit's days in R2: however long one is, little of it is held at once; cut off anywhere, it goes on; nothing is put twice. */
import { runInDurableObject } from 'cloudflare:test';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { copyDays, rowsAfter } from '../../src/audit/audit-copies.ts';
import { AuditJournal } from '../../src/audit/audit-journal.ts';
import { type AuditRow, type ChainHead, chained, GENESIS_HASH } from '../../src/domain/audit/audit-row.ts';
import { sha256Hex } from '../../src/store/seal.ts';
import { anEntry, auditLog, copiedLines, emptyTrail } from '../support/given-audit.ts';
import { catchLog, later, restore, START, stopClock, testEnv } from '../support/worker-env.ts';

const DAY_MS = 24 * 3_600_000;
const GENESIS = { seq: 0, hash: GENESIS_HASH };
/** An object, and a page; whatever is held of either may be a line longer. */
const [PART_CHARS, PAGE_CHARS, LINE_CHARS] = [1_000_000, 500_000, 10_000];

beforeEach(async () => {
  await emptyTrail();
  catchLog();
  stopClock();
});
afterEach(restore);

/** Its storage as it is found by whoever begins anew, as after an eviction. */
const inJournal = <T>(work: (journal: AuditJournal, sql: SqlStorage) => T | Promise<T>): Promise<T> =>
  runInDurableObject(auditLog(), (_, { storage }) => {
    const journal = new AuditJournal(storage);
    if (journal.start === null) journal.begin(GENESIS);
    return work(journal, storage.sql);
  });

/** Lines of that day, in the object's storage alone. */
const given = (count: number, day: string, length = 10) =>
  inJournal((journal) => {
    for (let i = 0; i < count; i += 1)
      journal.add(crypto.randomUUID(), anEntry({ requestId: 'x'.repeat(length) }), day, false);
    journal.mirrored = journal.head?.seq ?? 0;
  });

/** The bucket, that says how much went in and out of it, and refuses to put again what is there, as a lock does. */
function watched(fail: (key: string) => 'before' | 'after' | null = () => null) {
  const seen = { puts: [] as string[], longestPut: 0, bytesRead: 0 };
  const { BUCKET } = testEnv;
  const bucket = {
    head: (key: string) => BUCKET.head(key),
    async put(key: string, body: string, options: R2PutOptions & { onlyIf: Headers }) {
      if (fail(key) === 'before') throw new Error('not put');
      if ((await BUCKET.head(key)) !== null) throw new Error('locked');
      seen.puts.push(key);
      seen.longestPut = Math.max(seen.longestPut, body.length);
      const put = await BUCKET.put(key, body, options);
      if (fail(key) === 'after') throw new Error('evicted');
      return put;
    },
    async get(key: string) {
      const object = await BUCKET.get(key);
      if (object === null) return null;
      const counting = new TransformStream<Uint8Array, Uint8Array>({
        transform(bytes, controller) {
          seen.bytesRead += bytes.length;
          controller.enqueue(bytes);
        },
      });
      return { body: object.body.pipeThrough(counting) };
    },
  } as unknown as R2Bucket;
  return { bucket, seen };
}

const copy = (bucket: R2Bucket, today = '2030-01-09') => inJournal((journal) => copyDays(journal, bucket, today));
const allRows = (bucket: R2Bucket) =>
  inJournal(async (journal) => {
    const rows: AuditRow[] = [];
    for (;;) {
      const page = await rowsAfter(journal, bucket, rows.at(-1)?.seq ?? 0, 100);
      expect(page.length).toBeLessThanOrEqual(100);
      if (page.length > 1) expect(JSON.stringify(page).length).toBeLessThan(PAGE_CHARS + LINE_CHARS);
      if (page.length === 0) return rows.map(({ seq }) => seq);
      rows.push(...page);
    }
  });
const upTo = (last: number) => Array.from({ length: last }, (_, i) => i + 1);
/** Whatever of them is old enough and copied. */
const forget = () => inJournal((journal) => journal.forget(START + 40 * DAY_MS, 100_000));
const kept = () => inJournal((journal) => journal.after(0, 10).map(({ seq }) => seq));

describe('a long day (HS-06)', () => {
  it('is put in objects that are small enough to be held, each once, and read a page at a time', async () => {
    await given(3000, '2030-01-07', 2500);
    const { bucket, seen } = watched();
    await copy(bucket);
    const names = ['07', ...upTo(seen.puts.length - 1).map((part) => `07.${part}`)];
    expect(seen.puts).toEqual(names.map((name) => `audit/2030/01/${name}.ndjson`));
    expect(seen.puts.length).toBeGreaterThan(7);
    expect(seen.longestPut).toBeLessThan(PART_CHARS + LINE_CHARS);
    expect(await copiedLines('2030/01/07.1')).toContainEqual(expect.objectContaining({ day: '2030-01-07', part: 1 }));
    await copy(bucket);
    expect(seen.puts).toHaveLength(names.length);
    await forget();
    expect(await kept()).toEqual([3000]);
    expect(await allRows(bucket)).toEqual(upTo(3000));
    seen.bytesRead = 0;
    await inJournal((journal) => rowsAfter(journal, bucket, 1500, 100));
    expect(seen.bytesRead).toBeLessThan(PART_CHARS + LINE_CHARS);
  });

  it('takes several turns where it is very long', async () => {
    await given(45, '2030-01-07', 600_000);
    const { bucket, seen } = watched();
    const put = [];
    for (let turns = 0; turns < 4; turns += 1) {
      await copy(bucket);
      put.push(seen.puts.length);
    }
    expect(put).toEqual([20, 40, 45, 45]);
  });

  it('that was put as one object, however long, is read only as far as it is asked for', async () => {
    let made = 0;
    let head: ChainHead = GENESIS;
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          const row: AuditRow = chained(head, anEntry(), sha256Hex);
          head = row;
          made += 1;
          controller.enqueue(new TextEncoder().encode(`${JSON.stringify(row)}\n`));
        },
      },
      { highWaterMark: 0 },
    );
    const bucket = { get: async () => ({ body }) } as unknown as R2Bucket;
    await inJournal(async (journal) => {
      journal.notePart({ day: '2030-01-07', part: 0, first: 1, head: { seq: 1_000_000, hash: 'h' } });
      expect(await rowsAfter(journal, bucket, 50, 100)).toHaveLength(100);
    });
    expect(made).toBeLessThan(200);
  });
});

describe('cut off', () => {
  it('before or after any object of it is put, it goes on there and puts none twice', async () => {
    await given(8, '2030-01-07', 600_000);
    for (const when of ['before', 'after'] as const) {
      const failing = new Set(upTo(8).map((part) => `audit/2030/01/07${part === 1 ? '' : `.${part - 1}`}.ndjson`));
      const { bucket } = watched((key) => (failing.delete(key) ? when : null));
      for (let turns = 0; turns < 9; turns += 1) await copy(bucket).catch(() => undefined);
      const found = await Promise.all(upTo(7).map((part) => copiedLines(`2030/01/07.${part}`)));
      expect(found).toMatchObject(upTo(7).map((part) => [{ seq: part + 1 }, { part, first: part + 1, rows: 1 }]));
      expect(await inJournal((journal) => journal.partsAfter(0, 20))).toHaveLength(8);
      await inJournal((_, sql) => void sql.exec('delete from parts'));
      const { objects } = await testEnv.BUCKET.list({ prefix: 'audit/' });
      await testEnv.BUCKET.delete(objects.map(({ key }) => key));
    }
  });

  it('after a longer object was put than would be put now, it is taken as it is', async () => {
    await given(4, '2030-01-07', 600_000);
    const rows = await inJournal((journal) => upTo(4).flatMap((seq) => journal.after(seq - 1, 1)));
    const { hash } = rows[3] as AuditRow;
    const end = { day: '2030-01-07', first: 1, rows: 4, head: { seq: 4, hash } };
    const text = `${[...rows, end].map((line) => JSON.stringify(line)).join('\n')}\n`;
    await testEnv.BUCKET.put('audit/2030/01/07.ndjson', text, { customMetadata: { seq: '4', hash } });
    const { bucket, seen } = watched();
    await copy(bucket);
    expect(seen.puts).toEqual([]);
    expect(await inJournal((journal) => journal.partsAfter(0, 9))).toMatchObject([
      { first: 1, head: { seq: 4, hash } },
    ]);
    await forget();
    expect(await allRows(bucket)).toEqual(upTo(4));
  });

  it('nothing is believed of an object that says what is not so: its own lines stand for it when it is checked', async () => {
    await given(2, '2030-01-07');
    await testEnv.BUCKET.put('audit/2030/01/07.ndjson', 'x', { customMetadata: { seq: '99', hash: 'h' } });
    await copy(watched().bucket);
    expect(await inJournal((journal) => journal.partsAfter(0, 9))).toMatchObject([{ first: 1, head: { seq: 2 } }]);
  });
});

describe('a day that cannot be put', () => {
  const forged = () => JSON.stringify(chained({ seq: 98, hash: 'h' }, anEntry(), sha256Hex));

  it('holds up none behind it, nor that those are forgotten here, and no line is lost', async () => {
    await given(3, '2030-01-05');
    await given(3, '2030-01-06');
    await given(3, '2030-01-07');
    await given(1, '2030-01-08');
    const { bucket, seen } = watched((key) => (key.includes('/06') ? 'before' : null));
    await expect(copy(bucket, '2030-01-08')).rejects.toThrow('not put');
    expect(seen.puts).toEqual(['audit/2030/01/05.ndjson', 'audit/2030/01/07.ndjson']);
    await forget();
    expect(await inJournal((_, sql) => sql.exec('select seq from lines order by seq').toArray())).toEqual(
      [4, 5, 6, 9, 10].map((seq) => ({ seq })),
    );
    expect(await allRows(bucket)).toEqual(upTo(10));
    later(DAY_MS);
    await copy(watched().bucket, '2030-01-08');
    expect(await copiedLines('2030/01/06')).toMatchObject([{ seq: 4 }, { seq: 5 }, { seq: 6 }, { rows: 3 }]);
    // What comes late does not go into a day that was put before that one.
    await given(1, '2030-01-06');
    expect(await inJournal((_, sql) => sql.exec('select max(day) as day from lines').one())).toEqual({
      day: '2030-01-08',
    });
  });

  it.each([
    ['gone', () => testEnv.BUCKET.delete('audit/2030/01/06.ndjson'), [1, 2, 5, 6]],
    ['of lines that were never written', () => testEnv.BUCKET.put('audit/2030/01/06.ndjson', forged()), [1, 2, 5, 6]],
    ['damaged', () => testEnv.BUCKET.put('audit/2030/01/06.ndjson', 'x\n'), [1, 2, 5, 6]],
  ])('or whose object is %s hides none behind it from whoever reads', async (_, harm, rest) => {
    for (const day of ['2030-01-05', '2030-01-06', '2030-01-07']) await given(2, day);
    const { bucket } = watched();
    await copy(bucket);
    await forget();
    await harm();
    expect(await allRows(bucket)).toEqual(rest);
  });
});

it('takes over days that were noted as one object each', async () => {
  await given(2, '2030-01-07');
  await inJournal((_, sql) => {
    sql.exec('create table days (day text primary key, first integer, seq integer, hash text)');
    sql.exec(`insert into days values ('2030-01-07', 1, 2, 'h')`);
  });
  const { bucket, seen } = watched();
  await copy(bucket);
  expect(seen.puts).toEqual([]);
  expect(await inJournal((journal) => journal.partsAfter(0, 9))).toEqual([
    { day: '2030-01-07', part: 0, first: 1, head: { seq: 2, hash: 'h' } },
  ]);
});

/** The Dialer's rows: who waits in which order, who holds a line, what the ledger remembers, and what all that costs. */
import { runInDurableObject } from 'cloudflare:test';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Line, LineTable, type NewLine } from '../../src/dialer/line-table.ts';
import { testEnv } from '../support/worker-env.ts';

let tables = 0;
const withTable = <T>(work: (lines: LineTable, sql: SqlStorage) => T): Promise<T> => {
  tables += 1;
  const stub = testEnv.DIALER.getByName(`table-${tables}`);
  return runInDurableObject(stub, (_, { storage }) => work(new LineTable(storage.sql), storage.sql));
};
const line = (attemptId: string, callId = `call_${attemptId}`): NewLine => ({ attemptId, callId });
const LIMITS = { pacePerSecond: 1, maxLiveCalls: 5 };

it('hands out who has waited longest, and an attempt added twice keeps its place', () =>
  withTable((lines) => {
    lines.add(null, [line('a')], 1);
    lines.add(null, [line('b')], 2);
    lines.add(null, [line('a', 'call_other')], 3);
    expect(lines.hintNext(null, 9, 10)).toMatchObject({ attemptId: 'a', callId: 'call_a', state: 'hinted' });
    expect(lines.hintNext(null, 9, 10)?.attemptId).toBe('b');
    expect(lines.hintNext(null, 9, 10)).toBeNull();
  }));

it('puts back to its place, or to the end', () =>
  withTable((lines) => {
    lines.add('x', [line('a'), line('b'), line('c')], 1);
    const a = lines.hintNext('x', 9, 10) as Line;
    lines.waitAgain(a);
    expect(lines.hintNext('x', 9, 10)?.attemptId).toBe('a');
    lines.moveToEnd(a, 5);
    expect([1, 2, 3].map(() => lines.hintNext('x', 9, 10)?.attemptId)).toEqual(['b', 'c', 'a']);
  }));

it('keeps campaigns and single calls apart, and counts a line from the permit to the release', () =>
  withTable((lines) => {
    lines.add(null, [line('s')], 1);
    lines.add('x', [line('a'), line('b')], 1);
    lines.move(lines.hintNext('x', 5, 20) as Line, 'taken', 20);
    expect(lines.book('x')).toMatchObject({ waiting: 1, liveCalls: 1 });
    expect(lines.book(null)).toMatchObject({ waiting: 1, liveCalls: 0 });
    expect(lines.liveCalls()).toEqual(['call_a']);
    lines.remove('a');
    expect([lines.book('x').liveCalls, lines.get('a')]).toEqual([0, null]);
  }));

it('drops what is not taken, hinted or not, and nothing else', () =>
  withTable((lines) => {
    lines.add('x', [line('a'), line('b'), line('c')], 1);
    lines.add('y', [line('d')], 1);
    lines.move(lines.hintNext('x', 5, 20) as Line, 'taken', 20);
    lines.hintNext('x', 5, 20);
    expect(lines.dropWaiting('x').toSorted()).toEqual(['b', 'c']);
    expect(lines.dropWaiting('x')).toEqual([]);
    expect(['a', 'b', 'c', 'd'].map((id) => lines.get(id)?.state)).toEqual(['taken', undefined, undefined, 'waiting']);
  }));

it('remembers dials no longer than it must, but the last one of each campaign that goes on', () =>
  withTable((lines, sql) => {
    lines.setLimits('slow', LIMITS);
    lines.recordDial('slow', 1000);
    lines.recordDial('over', 1500);
    for (const at of [1800, 6900, 7001, 7002]) lines.recordDial(null, at);
    expect(lines.dialedAt).toEqual([1000, 6900, 7001, 7002]);
    expect(lines.book('slow').dialedAt).toEqual([1000]);
    expect(new LineTable(sql).dialedAt).toEqual([1000, 6900, 7001, 7002]);
    expect(new LineTable(sql).book('slow').dialedAt).toEqual([1000]);
  }));

it('takes over what was stored before there were campaigns', () =>
  withTable((_, sql) => {
    sql.exec(`
      drop table lines; drop table dials;
      create table lines (
        attempt_id text primary key, call_id text not null, state text not null, queued_at integer not null, due_at integer not null
      );
      create table dials (dialed_at integer not null);
      insert into lines values ('a', 'call_a', 'started', 1, 9), ('b', 'call_b', 'waiting', 2, 9);
      insert into dials values (7);
    `);
    const lines = new LineTable(sql);
    expect([lines.book(null).liveCalls, lines.book(null).waiting, lines.dialedAt]).toEqual([1, 1, [7]]);
    expect(lines.hintNext(null, 9, 10)).toEqual({ ...line('b'), campaignId: null, state: 'hinted', dueAt: 10 });
  }));

const ids = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const campaigns = fc.constantFrom(null, 'x', 'y');
const step = fc.oneof(
  fc.record({ do: fc.constant('add' as const), id: ids, campaign: campaigns }),
  fc.record({ do: fc.constantFrom('taken', 'started', 'again', 'end', 'remove') as fc.Arbitrary<'taken'>, id: ids }),
  fc.record({
    do: fc.constantFrom('hint', 'drop', 'dial', 'back', 'limits') as fc.Arbitrary<'hint'>,
    campaign: campaigns,
  }),
);

it('whatever is done in which order, what is held in memory is what is stored, and a new object knows the same', () =>
  withTable((first, sql) => {
    const known = (lines: LineTable) =>
      [...lines.books()]
        .map(({ campaignId, waiting, liveCalls, hinted, limits, dialedAt }) => ({
          ...{ campaignId, waiting, liveCalls, limits, dialedAt, hinted: [...hinted.keys()].toSorted() },
        }))
        .filter(({ waiting, liveCalls, hinted, limits }) => waiting + liveCalls + hinted.length > 0 || limits !== null)
        .toSorted((a, b) => (a.campaignId ?? '').localeCompare(b.campaignId ?? ''));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        sql.exec('delete from lines; delete from dials; delete from campaigns');
        const lines = new LineTable(sql);
        let now = 1000;
        for (const { do: what, id, campaign } of steps as { do: string; id: string; campaign: string | null }[]) {
          now += 700;
          const at = id === undefined ? null : lines.get(id);
          if (what === 'add') lines.add(campaign, [line(id)], now);
          if ((what === 'taken' || what === 'started') && at !== null) lines.move(at, what, now);
          if (what === 'again' && at !== null) lines.waitAgain(at);
          if (what === 'end' && at !== null) lines.moveToEnd(at, now);
          if (what === 'remove') lines.remove(id);
          if (what === 'hint') lines.hintNext(campaign, now, now + 10);
          if (what === 'drop' && campaign !== null) lines.dropWaiting(campaign);
          if (what === 'dial') lines.recordDial(campaign, now);
          if (what === 'back') lines.hintedBack(campaign ?? undefined);
          if (what === 'limits' && campaign !== null) lines.setLimits(campaign, now % 3 === 0 ? null : LIMITS);
        }
        const again = new LineTable(sql);
        expect(known(again)).toEqual(known(lines));
        expect([again.dialedAt, again.nextDue()]).toEqual([lines.dialedAt, lines.nextDue()]);
      }),
      { numRuns: 150 },
    );
    expect(first.dialedAt).toEqual([]);
  }));

describe('a hundred thousand that wait', () => {
  const many = Array.from({ length: 100_000 }, (_, n) => line(`a${String(n).padStart(6, '0')}`));

  it('cost a few rows each over their whole life, and no query goes through them', () =>
    withTable((_, sql) => {
      const counted = { rowsRead: 0, rowsWritten: 0 };
      const counting = {
        exec: (query: string, ...params: SqlStorageValue[]) => {
          const cursor = sql.exec(query, ...params);
          const rows = cursor.toArray();
          counted.rowsRead += cursor.rowsRead;
          counted.rowsWritten += cursor.rowsWritten;
          return Object.assign(rows, { toArray: () => rows });
        },
      } as unknown as SqlStorage;
      const lines = new LineTable(counting);
      lines.setLimits('x', LIMITS);
      lines.add('x', many, 1);
      expect(counted.rowsWritten / many.length).toBeLessThanOrEqual(3);
      const dials = 500;
      const added = { ...counted };
      for (let n = 0; n < dials; n += 1) {
        const hinted = lines.hintNext('x', n * 100, n) as Line;
        lines.recordDial('x', n * 100);
        lines.move(hinted, 'taken', n);
        lines.move(lines.get(hinted.attemptId) as Line, 'started', n);
        lines.remove(hinted.attemptId);
        lines.nextDue();
        lines.book('x');
      }
      expect((counted.rowsWritten - added.rowsWritten) / dials).toBeLessThanOrEqual(10);
      expect((counted.rowsRead - added.rowsRead) / dials).toBeLessThanOrEqual(15);
    }));

  it('use an index in every query', () =>
    withTable((_, sql) => {
      const queries = new Set<string>();
      const noting = {
        exec: (query: string, ...params: SqlStorageValue[]) => {
          if (!/create|pragma/i.test(query)) queries.add(query);
          return sql.exec(query, ...params);
        },
      } as unknown as SqlStorage;
      const lines = new LineTable(noting);
      lines.setLimits('x', LIMITS);
      lines.add('x', [line('a'), line('b')], 1);
      lines.add(null, [line('s')], 1);
      const hinted = lines.hintNext('x', 1, 1) as Line;
      lines.moveToEnd(hinted, 2);
      lines.move(lines.hintNext('x', 1, 1) as Line, 'taken', 1);
      for (const at of [1, 2, 9000]) lines.recordDial(null, at);
      lines.remove('s');
      lines.dropWaiting('x');
      const scans = [...queries].flatMap((query) => {
        const marks = [...query.matchAll(/\?/g)].map(() => '1');
        return [...sql.exec<{ detail: string }>(`explain query plan ${query}`, ...marks)]
          .map(({ detail }) => detail)
          .filter((detail) => /^SCAN (lines|dials)/.test(detail) && !/INDEX/.test(detail))
          .map((detail) => `${query}: ${detail}`);
      });
      expect(queries.size).toBeGreaterThan(10);
      // The ledger, a hundred rows or two, is read whole once, when the object starts.
      expect(scans.filter((scan) => !scan.startsWith('select rowid as id, dialed_at'))).toEqual([]);
    }));
});

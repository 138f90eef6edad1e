/** The Dialer's rows: who waits in which order, who holds a line, and what the ledger remembers. */
import { runInDurableObject } from 'cloudflare:test';
import { expect, it } from 'vitest';
import { LineTable } from '../../src/dialer/line-table.ts';
import { testEnv } from '../support/worker-env.ts';

let tables = 0;
const withTable = (work: (lines: LineTable) => void): Promise<void> => {
  tables += 1;
  const stub = testEnv.DIALER.getByName(`table-${tables}`);
  return runInDurableObject(stub, (_, { storage }) => work(new LineTable(storage.sql)));
};

it('hands out who has waited longest, and an attempt added twice keeps its place', () =>
  withTable((lines) => {
    lines.add('a', 'call_a', 1);
    lines.add('b', 'call_b', 2);
    lines.add('a', 'call_other', 3);
    expect(lines.nextWaiting()).toMatchObject({ attemptId: 'a', callId: 'call_a' });
    lines.moveToEnd('a', 4);
    expect(lines.nextWaiting()?.attemptId).toBe('b');
  }));

it('counts a line from the permit to the release, except that of whoever asks again', () =>
  withTable((lines) => {
    for (const [id, state] of [
      ['a', 'taken'],
      ['b', 'started'],
      ['c', 'hinted'],
    ] as const) {
      lines.add(id, `call_${id}`, 1);
      lines.move(id, state, 9);
    }
    expect(lines.ledger(null).liveCalls).toBe(2);
    expect(lines.ledger('a').liveCalls).toBe(1);
    lines.remove('b');
    expect([lines.ledger(null).liveCalls, lines.get('b')]).toEqual([1, null]);
  }));

it('remembers dials in order, and no longer than it must', () =>
  withTable((lines) => {
    for (const at of [1000, 2000, 7001]) lines.recordDial(at, 5000);
    expect(lines.ledger(null).dialedAt).toEqual([7001]);
  }));

/**
 * How far one account goes: what a call takes in the database, measured in the benchmarks' clinic table by table with its indexes, and the
 * limits of the platform that follow from it.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { BenchContext, Benchmark, Row } from '../row.ts';
import { limitsOf } from './account-limits.ts';
import { fileWith, keptClinic } from './clinic.ts';
import { SIZE } from './clinic-size.ts';
import { runAlone } from './run-alone.ts';

/** A row for every call, whatever became of it; and those that only the full calls of the clinic have. */
const OF_EVERY_CALL = ['calls', 'attempts', 'dial_decisions', 'tasks'];
const OF_FULL_CALLS = ['call_logs', 'notes', 'reviews', 'deliveries', 'jobs'];

/** take, started, release; its place in the line comes with a page of others. */
const DIALER_REQUESTS = 3;
/** The dial, and the hints to hand its note on and to fetch its audio. */
const QUEUE_MESSAGES = 3;
/** Its batches: placed, permitted, begun, ended, handed on, at what a small write of D1 takes. */
const D1_MILLISECONDS = 5 * 5;

/** With its indexes. */
function bytesOf(db: DatabaseSync, tables: readonly string[]): number {
  const sizes = db
    .prepare(
      `select sum(s.pgsize) as bytes from dbstat as s join sqlite_master as m on m.name = s.name
       where s.aggregate = 1 and m.tbl_name in (select value from json_each(?))`,
    )
    .get(JSON.stringify(tables)) as { bytes: number };
  return sizes.bytes;
}

const only = (name: string, unit: string, value: number, note?: string): Row => ({
  ...{ name, unit, value, low: value, high: value },
  ...(note === undefined ? {} : { note }),
});

async function run({ progress }: BenchContext): Promise<Row[]> {
  const kept = await keptClinic();
  progress('the database is weighed');
  const db = fileWith(kept, 'calls');
  const [every, full] = [bytesOf(db, OF_EVERY_CALL) / SIZE.calls, bytesOf(db, OF_FULL_CALLS) / SIZE.fullCalls];
  const people = bytesOf(db, ['patients', 'consents']) / SIZE.patients;
  db.close();
  const limits = limitsOf({
    ...{ d1Bytes: every + full, dialerRequests: DIALER_REQUESTS, queueMessages: QUEUE_MESSAGES },
    d1Milliseconds: D1_MILLISECONDS,
  });
  return [
    only('a call in D1, with its attempt and decision', 'bytes', every),
    only('its log, note and deliveries', 'bytes', full),
    only('a patient with a consent', 'bytes', people),
    ...limits.map(({ name, callsADay, change }) => only(name, 'calls a day', callsADay, change)),
  ];
}

export const account: Benchmark = { name: 'account', run };
await runAlone(import.meta, account);

/**
 * How far one account goes: what a full call takes in the database, weighed in the benchmarks' clinic table by table with its indexes; what it asks
 * of everything that there is one of, counted in whole calls and in those of a campaign; and how many calls a second there are in virtual
 * time. From those the limits of the platform, and what share of each so many calls a day take.
 */
import type { DatabaseSync } from 'node:sqlite';
import { flyPacing } from '../../flight/pacing-flight.ts';
import { callFigures } from '../cost.bench.ts';
import { dialerFigures } from '../dialer.bench.ts';
import { type Loads, mostOf } from '../loads.ts';
import type { BenchContext, Benchmark, Row } from '../row.ts';
import { figure } from '../table.ts';
import { FIRST_LINES, limitsOf, MOST_LINES, sharesAt, WRITE_MS } from './account-limits.ts';
import { fileWith, keptClinic } from './clinic.ts';
import { runAlone } from './run-alone.ts';

/**
 * The rows of a full call: of a campaign, answered to the end, recorded, written down, reviewed and handed on; of twenty calls one leaves a task.
 * The gate decides when it is asked for and at the dial. The audit has a line for asking for it, opening its page, hearing the recording, signing
 * the note and reading it. Of what is kept for 30 days at most (jobs) nothing counts, and nothing is taken as removed.
 */
const ROWS_OF_A_CALL = {
  ...{ calls: 1, attempts: 1, dial_decisions: 2, contacts: 1, tasks: 0.05 },
  ...{ call_logs: 1, notes: 1, reviews: 1, deliveries: 1, recordings: 1, recording_transcripts: 1 },
  ...{ audit_events: 5, audit_subjects: 5 },
};
type Table = keyof typeof ROWS_OF_A_CALL;
const TABLES = Object.keys(ROWS_OF_A_CALL) as Table[];
const VOLUMES = [1000, 10_000, 50_000, 100_000, 500_000];
/** Long enough that its beginning and its end matter little. */
const FLOWN = 10_000;

/** Of a row in the mean, with its indexes. */
function bytesOfRow(db: DatabaseSync, table: string): number {
  const { bytes } = db
    .prepare(
      `select sum(s.pgsize) as bytes from dbstat as s join sqlite_master as m on m.name = s.name
       where s.aggregate = 1 and m.tbl_name = ?`,
    )
    .get(table) as { bytes: number };
  const { rows } = db.prepare(`select count(*) as rows from "${table}"`).get() as { rows: number };
  return bytes / rows;
}

const only = (name: string, unit: string, value: number, note?: string): Row => ({
  ...{ name, unit, value, low: value, high: value },
  ...(note === undefined ? {} : { note }),
});

const toldOf = (share: number): string => (share < 1 ? `${figure(share * 100)} %` : `${figure(share)} times`);

async function perSecondOver(lines: number): Promise<number> {
  return (await flyPacing({ seed: 1, people: FLOWN, ratePerSecond: 30, maxLiveCalls: lines })).perSecond;
}

async function run(context: BenchContext): Promise<Row[]> {
  const { progress } = context;
  const whole = await callFigures(context);
  const ofCampaign = await dialerFigures(context);
  const kept = await keptClinic();
  progress('the database is weighed');
  const db = fileWith(kept, 'calls');
  const bytes = TABLES.map((table) => [table, ROWS_OF_A_CALL[table] * bytesOfRow(db, table)] as const);
  const d1Bytes = bytes.reduce((sum, [, each]) => sum + each, 0);
  const person = bytesOfRow(db, 'patients') + bytesOfRow(db, 'consents');
  db.close();
  // A call of a campaign asks the Dialer for more, a whole one the database: of each the larger, as if every call were both.
  const loads = mostOf(whole.loads, ofCampaign.loads);
  const toldBoth = (name: keyof Loads) =>
    `whole calls ${figure(whole.loads[name])}, a campaign’s ${figure(ofCampaign.loads[name])}`;
  const limits = limitsOf({
    ...{ d1Bytes, loads, dialsPerSecond: await perSecondOver(3000) },
    perSecondOverMostLines: await perSecondOver(MOST_LINES),
    perSecondOverFirstLines: await perSecondOver(FIRST_LINES),
  });
  return [
    only('a full call in D1', 'bytes', d1Bytes, bytes.map(([table, each]) => `${table} ${figure(each)}`).join(', ')),
    only('a patient with a consent', 'bytes', person),
    only(
      'D1 writes of a call',
      '',
      loads.d1Writes,
      `of ${loads.d1Requests.toFixed(1)} requests; ${WRITE_MS} ms assumed for each; ${toldBoth('d1Writes')}`,
    ),
    only('D1 busy with a call, by its own clock here', 'ms', loads.d1Milliseconds, toldBoth('d1Milliseconds')),
    only(
      'requests to the Dialer',
      '',
      loads.dialerRequests,
      `${toldBoth('dialerRequests')}; here it gave ${figure(ofCampaign.decisionsPerSecond)} permits a second`,
    ),
    only('requests to the key vault', '', loads.vaultRequests),
    only('queue messages', '', loads.queueMessages),
    ...limits.map(({ name, callsADay, change }) => only(name, 'calls a day', callsADay, change)),
    ...VOLUMES.map((volume) => {
      const shares = sharesAt(limits, volume);
      const note = shares.map(({ name, share }) => `${name}: ${toldOf(share)}`).join('; ');
      return only(`${volume.toLocaleString('en-US')} calls a day`, 'of the first', shares[0]?.share ?? 0, note);
    }),
  ];
}

export const account: Benchmark = { name: 'account', run };
await runAlone(import.meta, account);

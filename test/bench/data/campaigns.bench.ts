/**
 * A campaign before its start, beside a million calls and 250,000 patients: reading its list with a verdict for each row, and the pre-flight
 * that asks the gate about everybody. Time from the request until the answer is there, and the runtime's memory meanwhile.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { BenchContext, Benchmark, Row } from '../row.ts';
import { judged } from '../statistics.ts';
import { givenBigClinic } from './clinic.ts';
import { newcomers } from './clinic-people.ts';
import { SIZE } from './clinic-size.ts';
import { runAlone } from './run-alone.ts';
import { type BenchWorker, startBenchWorker } from './worker.ts';

/** Asking takes the worker's time from what is measured. */
const POLL_MS = 500;
const ROWS = 10_000;

async function watched<T>(worker: BenchWorker, work: () => Promise<T>) {
  const before = worker.memory();
  let most = before;
  const watch = setInterval(() => {
    most = Math.max(most, worker.memory());
  }, 20);
  const from = performance.now();
  try {
    const result = await work();
    return { result, seconds: (performance.now() - from) / 1000, before, most };
  } finally {
    clearInterval(watch);
  }
}

const memoryRow = (name: string, { before, most }: { readonly before: number; readonly most: number }): Row => ({
  ...{ name: `memory while ${name}`, unit: 'MB', value: most / 1e6, low: before / 1e6, high: most / 1e6 },
  note: 'of the whole runtime with its database; low: before it began',
});

async function imported(worker: BenchWorker, count: number): Promise<Row[]> {
  const contacts = newcomers(count).map(({ phone, externalId }, n) => ({
    ...{ phone_number: n % 50 === 7 ? 'none' : phone, external_id: externalId },
    ...{ first_name: 'Rosa', last_name: 'Quimby', date_of_birth: '1980-04-12' },
  }));
  const body = {
    ...{ name: `Import of ${count}`, purpose: 'intake', questionnaire: 'adult-intake', contacts },
    consent: {
      ...{ basis: 'number_given_by_patient', obtained_at: new Date().toISOString() },
      ...{ obtained_by: 'front desk', evidence: 'registration forms' },
    },
  };
  const from = Date.now();
  const done = await watched(worker, async () => {
    const made = await worker.api('POST', '/api/campaigns', body);
    for (;;) {
      await pause(POLL_MS);
      const item = await worker.api('GET', `/api/imports/${made['import_id']}`);
      if (item['status'] === 'done') return item;
      if (item['status'] !== 'reading') throw new Error(`the import is ${item['status']}`);
    }
  });
  const name = `reading a list of ${count.toLocaleString('en-US')}`;
  const { result } = done;
  const seconds = (Date.parse(String(result['ended_at'])) - from) / 1000;
  const row: Row = {
    ...{ name, unit: 's', value: seconds, low: seconds, high: seconds },
    note: `${result['accepted']} taken, refused ${JSON.stringify(result['rejected'])}; most of them not on file yet`,
  };
  return [judged(row, { op: '<=', value: 5, from: 'design 6' }), memoryRow(name, done)];
}

async function run({ folder, progress }: BenchContext): Promise<Row[]> {
  const clinic = await givenBigClinic(`${folder}/state`);
  const worker = await startBenchWorker(clinic.folder);
  try {
    const rows: Row[] = [];
    rows.push(...(await imported(worker, ROWS)));
    progress(`${rows.at(-2)?.name}: ${rows.at(-2)?.value.toFixed(1)} s`);
    const done = await watched(worker, () => worker.api('POST', `/api/campaigns/${clinic.waitingCampaign}/preflight`));
    const name = `pre-flight of ${SIZE.readyContacts.toLocaleString('en-US')}`;
    rows.push({
      ...{ name, unit: 's', value: done.seconds, low: done.seconds, high: done.seconds },
      note: JSON.stringify(done.result['counts']),
    });
    rows.push(memoryRow(name, done));
    return rows;
  } finally {
    await worker.stop();
  }
}

export const campaigns: Benchmark = { name: 'campaigns', run };
await runAlone(import.meta, campaigns);

/**
 * Lists, search, pages and exports of a clinic with a million calls, answered by the worker's own routes over its own database. The
 * baseline is a request of the same run that asks the database nothing but who is there.
 */
import { gzipSync } from 'node:zlib';
import type { BenchContext, Benchmark, Row } from '../row.ts';
import { judged, median, percentile } from '../statistics.ts';
import { type BigClinic, givenBigClinic } from './clinic.ts';
import { familyName } from './clinic-people.ts';
import { SIZE } from './clinic-size.ts';
import { runAlone } from './run-alone.ts';
import { type BenchWorker, startBenchWorker } from './worker.ts';

const TARGET = { op: '<=', value: 50, from: 'design 6, p95' } as const;
const TIMES = 40;
/** Of a page, which has no target but its weight. */
const PAGE_TIMES = 15;
const WARM_UP = 5;
/** Until the runtime has compiled what every request runs. */
const FIRST_REQUESTS = 150;

const PLAIN = 'a request that reads nothing';

/**
 * How long a request takes once the caches are warm, each beside one that asks the database only who is there, as the machine has its
 * moods; `value` is the median, `high` what nineteen of twenty stay under.
 */
async function timed(
  worker: BenchWorker,
  name: string,
  once: (turn: number) => Promise<Response>,
  times = TIMES,
): Promise<Row> {
  const [took, plain]: [number[], number[]] = [[], []];
  let bytes = 0;
  for (let turn = -WARM_UP; turn < times; turn += 1) {
    const from = performance.now();
    await (await worker.ask('GET', '/api/schemas/note')).arrayBuffer();
    const between = performance.now();
    const answer = await once(turn + WARM_UP);
    bytes = (await answer.arrayBuffer()).byteLength;
    if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
    if (turn < 0) continue;
    took.push(performance.now() - between);
    plain.push(between - from);
  }
  const value = median(took);
  return {
    ...{ name, unit: 'ms', value, low: percentile(took, 0.05), high: percentile(took, 0.95) },
    ...{ baseline: { name: PLAIN, value: median(plain) }, ratio: value / median(plain) },
    note: `${(bytes / 1000).toFixed(1)} kB`,
  };
}

const sometime = (part: number) => new Date(Date.now() - part * SIZE.days * 86_400_000).toISOString();

type Asked = readonly [name: string, method: string, path: string, body?: (turn: number) => unknown];

const listsOf = ({ patientId, callId, bigCampaign }: BigClinic): readonly Asked[] => [
  ['calls, newest', 'GET', '/api/calls'],
  ['calls of a status', 'GET', '/api/calls?status=busy'],
  ['calls with a red flag', 'GET', '/api/calls?flagged=true'],
  ['calls of last spring', 'GET', `/api/calls?from=${sometime(0.7)}&to=${sometime(0.6)}`],
  ['calls of a status last spring', 'GET', `/api/calls?status=opted_out&from=${sometime(0.7)}&to=${sometime(0.6)}`],
  ['calls of a campaign, of a status', 'GET', `/api/calls?campaign_id=${bigCampaign}&status=busy`],
  ['calls of a campaign, with a note', 'GET', `/api/calls?campaign_id=${bigCampaign}&reviewed=true`],
  ['calls of a patient', 'GET', `/api/calls?patient_id=${patientId}`],
  ['notes', 'GET', '/api/intake-notes'],
  ['notes to be reviewed, partial', 'GET', '/api/intake-notes?reviewed=false&status=partial'],
  ['tasks', 'GET', '/api/tasks'],
  ['tasks done, of a kind', 'GET', '/api/tasks?status=done&kind=red_flag'],
  ['patients', 'GET', '/api/patients'],
  ['campaigns', 'GET', '/api/campaigns'],
  ['people of a campaign of 100,000', 'GET', `/api/campaigns/${bigCampaign}/contacts`],
  ['people of a campaign, by outcome', 'GET', `/api/campaigns/${bigCampaign}/contacts?outcome=opted_out`],
  ['deliveries of a system', 'GET', '/api/deliveries?sink=backend'],
  ['do-not-call list', 'GET', '/api/suppressions'],
  ['audit', 'GET', '/api/audit'],
  ['audit of a patient', 'GET', `/api/audit?patient_id=${patientId}`],
  ['one call', 'GET', `/api/calls/${callId}`],
  ['search by number', 'POST', '/api/patients/search', (n) => ({ phone_number: `+121255501${10 + (n % 30)}` })],
  ['search by last four', 'POST', '/api/patients/search', (n) => ({ last_four: `01${10 + (n % 30)}` })],
  ['search by family name', 'POST', '/api/patients/search', (n) => ({ family_name: familyName(n * 7) })],
  [
    'search by name and birth date',
    'POST',
    '/api/patients/search',
    (n) => ({ family_name: familyName(n * 7), date_of_birth: '1950-02-03' }),
  ],
  ['search by record number', 'POST', '/api/patients/search', (n) => ({ external_id: `MRN-${n * 997}` })],
];

const pagesOf = ({
  patientId,
  callId,
  bigCampaign,
  waitingCampaign,
}: BigClinic): readonly (readonly [string, string])[] => [
  ['Today', '/dashboard/today'],
  ['Calls', '/dashboard/calls'],
  ['Calls, flagged', '/dashboard/calls?flagged=true'],
  ['a call', `/dashboard/calls/${callId}`],
  ['Patients', '/dashboard/patients'],
  ['a patient', `/dashboard/patients/${patientId}`],
  ['a patient’s rights', `/dashboard/patients/${patientId}/rights`],
  ['Tasks', '/dashboard/tasks'],
  ['Campaigns', '/dashboard/campaigns'],
  ['a campaign of 100,000', `/dashboard/campaigns/${bigCampaign}`],
  ['a campaign before its start', `/dashboard/campaigns/${waitingCampaign}`],
  ['Requests', '/dashboard/requests'],
  ['Do-not-call list', '/dashboard/suppressions'],
  ['Deliveries', '/dashboard/deliveries'],
  ['Exports', '/dashboard/exports'],
  ['Jobs', '/dashboard/jobs'],
  ['Alerts', '/dashboard/alerts'],
  ['Audit', '/dashboard/audit'],
  ['Audit, weeks', '/dashboard/audit/reviews'],
  ['Questionnaires', '/dashboard/questionnaires'],
  ['a questionnaire', '/dashboard/questionnaires/adult-intake'],
  ['editing a questionnaire', '/dashboard/questionnaires/adult-intake/edit'],
  ['Analytics', '/dashboard/analytics'],
  ['Downtime', '/dashboard/downtime'],
  ['Settings', '/dashboard/settings'],
  ['Retention', '/dashboard/settings/retention'],
  ['Roles', '/dashboard/settings/roles'],
  ['API', '/api/docs'],
];
/** What a page names and the browser fetches with it. */
const NAMED = /(?:href|src)="(\/static\/[^"]+)"/g;

/** As a browser is sent it: the edge compresses what the worker answers. */
async function fetched(worker: BenchWorker, path: string): Promise<{ kilobytes: number; text: string }> {
  const answer = await worker.ask('GET', path, undefined, { accept: 'text/html' });
  const bytes = Buffer.from(await answer.arrayBuffer());
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return { kilobytes: gzipSync(bytes, { level: 6 }).byteLength / 1000, text: bytes.toString('utf8') };
}

/** On the first visit, with all its files; they are kept afterwards. */
async function weigh(worker: BenchWorker, name: string, path: string): Promise<Row> {
  const page = await fetched(worker, path);
  const files = new Set([...page.text.matchAll(NAMED)].map(([, file]) => file as string));
  let kilobytes = page.kilobytes;
  for (const file of files) kilobytes += (await fetched(worker, file)).kilobytes;
  const row = { name, unit: 'kB', value: kilobytes, low: kilobytes, high: kilobytes };
  const note = `${page.kilobytes.toFixed(1)} kB without its ${files.size} files`;
  return judged({ ...row, note }, { op: '<=', value: 60, from: 'design 6' });
}

async function exported(worker: BenchWorker, what: string, filters: object): Promise<Row> {
  const from = performance.now();
  const answer = await worker.ask('POST', '/api/exports', { what, format: 'csv', filters });
  let [lines, bytes, most] = [0, 0, 0];
  for await (const chunk of answer.body ?? []) {
    bytes += chunk.byteLength;
    lines += Buffer.from(chunk).toString('latin1').split('\n').length - 1;
    most = Math.max(most, worker.memory());
  }
  const seconds = (performance.now() - from) / 1000;
  const value = lines / seconds;
  return {
    ...{ name: `export of ${what}`, unit: 'rows/s', value, low: value, high: value },
    note: `${lines} rows, ${(bytes / 1e6).toFixed(1)} MB in ${seconds.toFixed(1)} s; runtime ${(most / 1e6).toFixed(0)} MB`,
  };
}

async function run({ folder, progress }: BenchContext): Promise<Row[]> {
  progress('the clinic is made, or copied');
  const clinic = await givenBigClinic(`${folder}/state`);
  const worker = await startBenchWorker(clinic.folder);
  try {
    for (let n = 0; n < FIRST_REQUESTS; n += 1) await (await worker.ask('GET', '/api/calls?limit=1')).arrayBuffer();
    const rows: Row[] = [];
    const add = (row: Row, isJudged: boolean) => {
      rows.push(isJudged ? { ...row, target: TARGET, met: row.high <= TARGET.value } : row);
      progress(`${row.name}: ${row.value.toFixed(1)} ms, p95 ${row.high.toFixed(1)}`);
    };
    for (const [name, method, path, body] of listsOf(clinic))
      add(await timed(worker, name, (turn) => worker.ask(method, path, body?.(turn))), true);
    for (const [name, path] of pagesOf(clinic))
      add(
        await timed(
          worker,
          `page ${name}`,
          () => worker.ask('GET', path, undefined, { accept: 'text/html' }),
          PAGE_TIMES,
        ),
        false,
      );
    for (const [name, path] of pagesOf(clinic)) rows.push(await weigh(worker, `weight of ${name}`, path));
    const lately = { from: new Date(Date.now() - 3 * 86_400_000).toISOString() };
    for (const [what, filters] of [
      ['calls', { from: sometime(0.05) }],
      ['answers', lately],
      ['patients', { from: new Date(Date.now() - 400 * 86_400_000).toISOString() }],
      ['suppressions', {}],
    ] as const)
      rows.push(await exported(worker, what, filters));
    const memory = worker.memory() / 1e6;
    rows.push({ name: 'memory of the runtime afterwards', unit: 'MB', value: memory, low: memory, high: memory });
    return rows;
  } finally {
    await worker.stop();
  }
}

export const lists: Benchmark = { name: 'lists', run };
await runAlone(import.meta, lists);

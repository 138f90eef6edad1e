/**
 * The real Dialer and the real runner of a campaign in workerd, over a list of 100,000 people beside a short one: what a look at it takes, what
 * a call takes until it is dialled, and how long a list is canceled for while others wait at the database. Then the Dialer alone, with
 * 100,000 attempts in its own table, which is more than a campaign ever gives it. A call is over after a while without a word.
 */
import { rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { TEST_VARIABLES } from '../support/test-variables.ts';
import { applyMigrations } from '../tools/apply-migrations.ts';
import { buildWorker, startRuntime } from './built-worker.ts';
import { PHI_KEYS } from './data/clinic-size.ts';
import { freePort, residentOf, runtimes } from './data/worker.ts';
import { fillLists, LONG, PACE, SHORT } from './dialer-list.ts';
import { type Loads, loadsOfOne } from './loads.ts';
import { lessUsage, type Usage } from './prices.ts';
import type { BenchContext, Benchmark, Row } from './row.ts';
import { beside, judged, median, percentile } from './statistics.ts';

const root = path.resolve(import.meta.dirname, '../..');
const LOOKS = 20;
/** Of each list so many are dialled, or as many as can be in so long. */
const CALLS = 60;
const RUN_MS = 60_000;
const SETTLED_MS = 5000;
const ROUNDS = 5;
const DECISIONS = 80;

interface Runtime {
  ask<T>(where: string): Promise<T>;
  counts(): Promise<{ readonly usage: Usage; readonly loads: Loads }>;
  /** Resident, in MB. */
  memory(): number;
  stop(): Promise<void>;
}

async function start(script: string, stateFolder: string): Promise<Runtime> {
  const port = await freePort();
  const before = runtimes();
  const runtime = await startRuntime({
    ...{ config: path.join(root, 'wrangler.toml'), script, port, stateFolder },
    variables: { ...TEST_VARIABLES, PHI_KEYS, DIAL_RATE_PER_SECOND: '30', MAX_LIVE_CALLS: '1000' },
  });
  const pid = runtimes().find((each) => !before.includes(each)) ?? '';
  const ask = async <T>(where: string): Promise<T> => {
    const answer = await fetch(`http://127.0.0.1:${port}${where}`, { signal: AbortSignal.timeout(120_000) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${where}: ${answer.status} ${text.slice(0, 200)}`);
    return JSON.parse(text) as T;
  };
  return {
    ask,
    counts: async () => ({ usage: await ask<Usage>('/counted'), loads: await ask<Loads>('/loads') }),
    memory: () => residentOf(pid) / 1e6,
    stop: () => runtime.dispose(),
  };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}

const only = (name: string, unit: string, value: number, note?: string): Row => ({
  ...{ name, unit, value, low: value, high: value },
  ...(note === undefined ? {} : { note }),
});

/** Of a campaign that runs while all dialing is stopped: it is looked at, and nobody is dialled. */
async function looks({ ask, counts }: Runtime, id: string): Promise<{ ms: number[]; rowsRead: number }> {
  const ms: number[] = [];
  for (let n = 0; n < 5; n += 1) await ask(`/turn?id=${id}`);
  const before = await counts();
  for (let n = 0; n < LOOKS; n += 1) ms.push(await timed(() => ask(`/turn?id=${id}`)));
  return { ms, rowsRead: lessUsage((await counts()).usage, before.usage).d1RowsRead / LOOKS };
}

interface Ran {
  readonly calls: number;
  readonly perSecond: number;
  readonly usage: Usage;
  readonly loads: Loads;
}
/** It dials for a while. What is counted is its own, its Dialer's, and the consumer's. */
async function dialled({ ask, counts }: Runtime, id: string): Promise<Ran> {
  const before = await counts();
  const begun = await ask<number>('/started');
  const from = performance.now();
  await ask(`/change?id=${id}&status=running`);
  for (const until = Date.now() + RUN_MS; Date.now() < until; await pause(250))
    if ((await ask<number>('/started')) >= begun + CALLS) break;
  const seconds = (performance.now() - from) / 1000;
  await ask(`/change?id=${id}&status=paused`);
  // What was dialled ends, and is settled. Asking how the list stands would be counted too.
  await pause(SETTLED_MS);
  const after = await counts();
  const calls = (await ask<number>('/started')) - begun;
  if (calls === 0) throw new Error(`nobody of ${id} was dialled`);
  return {
    ...{ calls, perSecond: calls / seconds },
    ...{ usage: lessUsage(after.usage, before.usage), loads: loadsOfOne(after.loads, before.loads, calls) },
  };
}

async function ofCampaigns(runtime: Runtime, progress: BenchContext['progress']): Promise<{ rows: Row[]; ran: Ran }> {
  const { ask } = runtime;
  const started = runtime.memory();
  await ask('/stop?on=1');
  for (const { id } of [SHORT, LONG]) await ask(`/change?id=${id}&status=running`);
  const [short, long] = [await looks(runtime, SHORT.id), await looks(runtime, LONG.id)];
  for (const { id } of [SHORT, LONG]) await ask(`/change?id=${id}&status=paused`);
  await ask('/stop?on=0');
  progress(`a look at the long list ${median(long.ms).toFixed(1)} ms`);
  const few = await dialled(runtime, SHORT.id);
  const ran = await dialled(runtime, LONG.id);
  progress(`${ran.calls} calls of the long list`);
  const inUse = runtime.memory();
  const per = (of: Ran, name: keyof Usage) => of.usage[name] / of.calls;
  const pairs: readonly (readonly [string, keyof Usage])[] = [
    ['D1 rows read', 'd1RowsRead'],
    ['D1 rows written', 'd1RowsWritten'],
    ['Dialer and runner rows read', 'objectRowsRead'],
    ['Dialer and runner rows written', 'objectRowsWritten'],
  ];
  const compared = (name: string, unit: string, value: number, baseline: number): Row =>
    beside({ name, unit }, [value], { name: 'a short list', rounds: [baseline] });
  const rows = [
    beside({ name: 'a look at a list of 100,000', unit: 'ms' }, long.ms, { name: 'a short list', rounds: short.ms }),
    judged(
      compared('D1 rows read by a look at it', 'rows', long.rowsRead, short.rowsRead),
      { op: '<=', value: 2, from: 'flat' },
      'ratio',
    ),
    only(
      'calls of it',
      '/s',
      ran.perSecond,
      `asked for: ${PACE} a second; no more than ${3 * PACE} of ${ran.calls} were taken back`,
    ),
    ...pairs.map(([name, key]) => compared(`${name} until a call of it is dialled`, '', per(ran, key), per(few, key))),
    only('requests to the Dialer for a call of it', '', ran.loads.dialerRequests),
    ...(await ended(runtime)),
    only('memory of the runtime at its start', 'MB', started),
    only('memory after 100,000 were dialled from', 'MB', inUse),
  ];
  return { rows, ran };
}

/** A look at the database every 20 ms, as webhooks would come meanwhile: the longest that one took. */
async function ended({ ask, memory }: Runtime): Promise<Row[]> {
  await ask(`/change?id=${LONG.id}&status=running`);
  await pause(1500);
  const paused = await timed(() => ask(`/change?id=${LONG.id}&status=paused`));
  for (let n = 0; n < 20; n += 1) await ask('/probe');
  const alone: number[] = [];
  for (let n = 0; n < 50; n += 1) alone.push(await timed(() => ask('/probe')));
  let over = false;
  const meanwhile: number[] = [];
  const probing = (async () => {
    while (!over) {
      meanwhile.push(await timed(() => ask('/probe')));
      await pause(20);
    }
  })();
  const from = performance.now();
  const answered = await timed(() => ask(`/change?id=${LONG.id}&status=canceled`));
  for (;;) {
    const { ready = 0, active = 0 } = await ask<Record<string, number>>(`/standing?id=${LONG.id}`);
    if (ready + active === 0) break;
    if (performance.now() - from > 60_000) throw new Error('it was not over within a minute');
    await pause(100);
  }
  const seconds = (performance.now() - from) / 1000;
  over = true;
  await probing;
  return [
    only('pausing it', 'ms', paused),
    only('canceling it, until that is answered', 'ms', answered),
    only('until the last of its 100,000 is over', 's', seconds, `memory ${memory().toFixed(0)} MB`),
    {
      ...{ name: 'a statement of somebody else meanwhile', unit: 'ms', value: median(meanwhile) },
      ...{ low: percentile(meanwhile, 0), high: percentile(meanwhile, 1) },
      baseline: { name: 'alone', value: median(alone) },
    },
  ];
}

/** The Dialer itself: as many attempts wait in it as there are people, and as a few. */
async function ofDialer(script: string, stateFolder: string): Promise<{ rows: Row[]; decisionsPerSecond: number }> {
  const few = 'dialer=few&list=few';
  const many = 'dialer=many&list=many';
  let runtime = await start(script, stateFolder);
  const rows: Row[] = [];
  try {
    const { ask } = runtime;
    await ask('/backlog?dialer=few&list=none');
    const before = runtime.memory();
    const taken = await timed(() => ask(`/lines?${many}&count=${LONG.people}`));
    rows.push(
      only(
        'the Dialer takes in 100,000 at once',
        'ms',
        taken,
        `memory ${before.toFixed(0)} → ${runtime.memory().toFixed(0)} MB`,
      ),
    );
    const decide = (which: string, round: number) =>
      timed(() => ask(`/lines?${which}&from=${round * DECISIONS}&to=${(round + 1) * DECISIONS}`));
    await ask(`/lines?${few}&count=${(ROUNDS + 1) * DECISIONS}`);
    const [long, short]: [number[], number[]] = [[], []];
    const read = { long: 0, short: 0, written: 0 };
    for (let round = 0; round <= ROUNDS; round += 1) {
      const first = (await runtime.counts()).usage;
      const ofFew = await decide(few, round);
      const second = (await runtime.counts()).usage;
      const ofMany = await decide(many, round);
      const third = (await runtime.counts()).usage;
      // The first finds code that was not compiled yet.
      if (round === 0) continue;
      short.push(ofFew / DECISIONS);
      long.push(ofMany / DECISIONS);
      read.short += lessUsage(second, first).objectRowsRead;
      read.long += lessUsage(third, second).objectRowsRead;
      read.written += lessUsage(third, second).objectRowsWritten;
    }
    const all = ROUNDS * DECISIONS;
    rows.push(
      judged(
        beside({ name: 'a permit, its start and its release', unit: 'ms' }, long, { name: 'few wait', rounds: short }),
        { op: '<=', value: 1.5, from: 'flat' },
        'ratio',
      ),
      beside({ name: 'rows read for it', unit: 'rows' }, [read.long / all], {
        name: 'few wait',
        rounds: [read.short / all],
      }),
      only('rows written for it', 'rows', read.written / all),
    );
    await runtime.stop();
    runtime = await start(script, stateFolder);
    const again = runtime.ask;
    const coldFew = await timed(() => again('/backlog?dialer=few&list=few'));
    const coldMany = await timed(() => again('/backlog?dialer=many&list=many'));
    const loaded = runtime.memory();
    const dropped = await timed(() => again(`/drop?${many}`));
    rows.push(
      {
        ...only(
          'the Dialer wakes with 100,000',
          'ms',
          coldMany,
          `few, with the start of the worker: ${coldFew.toFixed(0)} ms; memory ${loaded.toFixed(0)} MB`,
        ),
      },
      only('and gives them all back', 'ms', dropped),
    );
    return { rows, decisionsPerSecond: 1000 / median(long) };
  } finally {
    await runtime.stop();
  }
}

export interface DialerFigures {
  readonly rows: readonly Row[];
  /** Of one Dialer on this machine: permit, start and release. */
  readonly decisionsPerSecond: number;
  readonly loads: Loads;
}
let measured: Promise<DialerFigures> | null = null;

/** Once in a run, whoever asks. */
export function dialerFigures(context: BenchContext): Promise<DialerFigures> {
  measured ??= measure(context);
  return measured;
}

async function measure({ folder, progress }: BenchContext): Promise<DialerFigures> {
  const script = path.join(
    buildWorker(path.join(folder, 'built'), { entry: 'test/bench/dialer-worker.ts' }).folder,
    'dialer-worker.js',
  );
  const stateFolder = path.join(folder, 'state');
  rmSync(stateFolder, { recursive: true, force: true });
  applyMigrations(stateFolder);
  const first = await start(script, stateFolder);
  await first.ask('/prepare');
  await first.stop();
  fillLists(stateFolder, Date.now());
  progress('two lists are there');
  const runtime = await start(script, stateFolder);
  const campaigns = await ofCampaigns(runtime, progress).finally(() => runtime.stop());
  const dialer = await ofDialer(script, stateFolder);
  progress('the Dialer alone');
  return {
    rows: [...campaigns.rows, ...dialer.rows],
    ...{ decisionsPerSecond: dialer.decisionsPerSecond, loads: campaigns.ran.loads },
  };
}

export const dialer: Benchmark = { name: 'dialer', run: async (context) => [...(await dialerFigures(context)).rows] };

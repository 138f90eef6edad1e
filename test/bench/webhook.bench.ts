/**
 * The way of a webhook (design 6): signed event to verified, kept and answered, by the built worker, against bare workers in the same
 * runtime and round. The event is `call.cost`, which is kept with one write and orders nothing: the least that a webhook of a call asks
 * for (calls.bench.ts has those that order something). Where every one is doubled, the second of each is known and writes nothing. Twice:
 * with storage on the disk, where a write waits for it as it waits for its copies in production, and in memory, where nothing is left
 * but the work of one thread for Worker and Durable Object together.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { buildSmallWorker } from './baseline.ts';
import { buildWorker } from './built-worker.ts';
import { type HeldCalls, holdCalls } from './held-calls.ts';
import { type Load, paced, rawRequest, saturate } from './load.ts';
import type { BenchContext, Row } from './row.ts';
import { beside, judged, percentile, spread } from './statistics.ts';

export const name = 'webhook';

const CALLS = 24;
const ROUNDS = 4;
const REQUESTS = 240;
const CONNECTIONS = 16;
/** Twice what thirty calls at a time send, about. */
const PACE_PER_SECOND = 40;
const PACED = 200;
const BASELINE_PORT = 9421;
const MEMORY = '/dev/shm';
const FROM = 'design 6';

export async function run({ folder, progress }: BenchContext): Promise<Row[]> {
  const { folder: built } = buildWorker(path.join(folder, 'built'));
  const script = path.join(built, 'index.js');
  const rows = await measure(script, folder, 'disk', progress);
  if (!existsSync(MEMORY)) return rows;
  const inMemory = mkdtempSync(path.join(MEMORY, 'bench-'));
  try {
    return [...rows, ...(await measure(script, inMemory, 'memory', progress))];
  } finally {
    rmSync(inMemory, { recursive: true, force: true });
  }
}

async function measure(
  script: string,
  folder: string,
  storage: 'disk' | 'memory',
  progress: (text: string) => void,
): Promise<Row[]> {
  progress(`${CALLS} calls are placed, storage on ${storage}`);
  const small = buildSmallWorker(folder, 'baseline-worker', 'BaselineObject');
  const held = await holdCalls(CALLS, script, path.join(folder, 'state'));
  const baseline = await small.start(BASELINE_PORT);
  try {
    const rounds = await interleaved(held, progress);
    const rows = throughput(rounds, storage);
    if (storage === 'memory') return rows;
    progress('one at a time');
    return [...rows, ...(await latency(held)), ...(await api(held))];
  } finally {
    await baseline.dispose();
    await held.stack.stop();
  }
}

interface Round {
  readonly ours: Load;
  readonly doubled: Load;
  readonly bare: Load;
  readonly write: Load;
}

async function interleaved(held: HeldCalls, progress: (text: string) => void): Promise<Round[]> {
  const rounds: Round[] = [];
  // The first one warms everybody up.
  for (let n = 0; n <= ROUNDS; n += 1) {
    const events = await held.events(REQUESTS);
    const ours = await saturate(
      held.port,
      events.map(({ request }) => request),
      CONNECTIONS,
    );
    const twice = await held.events(REQUESTS / 2);
    const doubled = await saturate(held.port, mixed(twice.flatMap(({ request }) => [request, request])), CONNECTIONS);
    const bare = await saturate(
      BASELINE_PORT,
      events.map(({ body }) => rawRequest('/bare', {}, body)),
      CONNECTIONS,
    );
    const write = await saturate(
      BASELINE_PORT,
      events.map(({ body, call }) => rawRequest('/write', { 'x-object': call }, body)),
      CONNECTIONS,
    );
    for (const { statuses } of [ours, doubled, bare, write]) {
      if (Object.keys(statuses).join() !== '200') throw new Error(`not all were taken: ${JSON.stringify(statuses)}`);
    }
    if (n > 0) rounds.push({ ours, doubled, bare, write });
    progress(`round ${n} of ${ROUNDS}: ${Math.round(ours.perSecond)} webhooks/s`);
  }
  return rounds;
}

/** Every event twice, in no order: seven apart, wherever that leads. */
function mixed<T>(items: readonly T[]): T[] {
  return items
    .map((item, n) => ({ item, place: (n * 7) % items.length, n }))
    .toSorted((a, b) => a.place - b.place || a.n - b.n)
    .map(({ item }) => item);
}

function throughput(rounds: readonly Round[], storage: string): Row[] {
  const of = (kind: keyof Round) => rounds.map((round) => round[kind].perSecond);
  const write = { name: 'one write', rounds: of('write') };
  const row = (what: string) => ({ name: `${what}, storage on ${storage}`, unit: '/s' });
  const kept = beside(row('call.cost kept'), of('ours'), write);
  const target = { op: '>=', value: 0.8, from: FROM } as const;
  return [
    storage === 'disk' ? judged(kept, target, 'ratio') : kept,
    beside(row('call.cost kept'), of('ours'), { name: 'bare Hono', rounds: of('bare') }),
    storage === 'disk'
      ? judged(beside(row('call.cost kept, every one doubled and reordered'), of('doubled'), write), target, 'ratio')
      : beside(row('call.cost kept, every one doubled and reordered'), of('doubled'), write),
  ];
}

async function latency(held: HeldCalls): Promise<Row[]> {
  const rounds: Load[] = [];
  const twice: Load[] = [];
  for (let n = 0; n < 3; n += 1) {
    const events = await held.events(PACED);
    rounds.push(
      await paced(
        held.port,
        events.map(({ request }) => request),
        PACE_PER_SECOND,
      ),
    );
    const doubled = (await held.events(PACED / 2)).flatMap(({ request }) => [request, request]);
    twice.push(await paced(held.port, mixed(doubled), PACE_PER_SECOND));
  }
  const at = (loads: readonly Load[], share: number) =>
    spread(loads.map((load) => percentile(load.latenciesMs, share)));
  const pace = `at ${PACE_PER_SECOND} a second`;
  const target = { op: '<=', value: 50, from: FROM } as const;
  return [
    { name: `call.cost answered, p50 ${pace}`, unit: 'ms', ...at(rounds, 0.5) },
    judged({ name: `call.cost answered, p99 ${pace}`, unit: 'ms', ...at(rounds, 0.99) }, target),
    judged({ name: `call.cost answered, p99 ${pace}, doubled and reordered`, unit: 'ms', ...at(twice, 0.99) }, target),
  ];
}

async function api({ stack, dialledMs }: HeldCalls): Promise<Row[]> {
  const paths = ['/api/calls?limit=50', '/api/stats', '/api/patients?limit=50', '/api/tasks'];
  const took: number[] = [];
  for (let n = 0; n < 25; n += 1) {
    for (const one of paths) {
      const began = performance.now();
      const { status } = await stack.api('GET', one);
      if (status !== 200) throw new Error(`${one} was answered ${status}`);
      if (n >= 5) took.push(performance.now() - began);
    }
  }
  const within = (p: number, times: readonly number[]) => ({
    value: percentile(times, p),
    low: percentile(times, 0),
    high: percentile(times, 1),
  });
  return [
    judged({ name: 'API read p95', unit: 'ms', ...within(0.95, took) }, { op: '<=', value: 200, from: FROM }),
    judged(
      { name: 'call start: asked for to dialled', unit: 'ms', ...within(0.5, dialledMs) },
      { op: '<=', value: 1000, from: FROM },
    ),
  ];
}

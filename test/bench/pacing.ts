/**
 * `npm run bench:pacing`: how evenly calls are let go at 1, 10 and 30 a second, by the real Dialer in the real runtime, over the
 * real local queue. Prints the calls granted in each second, at every place the second may begin, against the target; ends with 1
 * when more than a few seconds were more than a call off, or any 5 s held more than five times the target.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { TEST_VARIABLES } from '../support/test-variables.ts';
import { killGroup } from '../tools/local-worker.ts';

const SECONDS = 30;
/** The first calls find a cold runtime. */
const WARM_UP_MS = 3000;
const PACES = [1, 10, 30];
/** Of all places where a second may begin: one late timer of a busy machine is seen from a hundred of them. */
const TOLERATED = 0.05;
const PORT = 8797;

const root = path.resolve(import.meta.dirname, '../..');
const folder = path.join(root, '.state/bench-pacing');
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const config = path.join(folder, 'wrangler.json');
writeFileSync(
  config,
  JSON.stringify({
    name: 'bench-pacing',
    main: path.join(root, 'test/bench/pacing-worker.ts'),
    compatibility_date: '2026-11-01',
    compatibility_flags: ['nodejs_compat'],
    vars: { ...TEST_VARIABLES, DIAL_RATE_PER_SECOND: '30', MAX_LIVE_CALLS: '1000' },
    durable_objects: {
      bindings: [
        { name: 'DIALER', class_name: 'Dialer' },
        { name: 'INTAKE_SESSION', class_name: 'IntakeSession' },
        { name: 'CALLS', class_name: 'IntakeSession' },
        { name: 'CONSUMER', class_name: 'Consumer' },
      ],
    },
    migrations: [{ tag: 'v1', new_sqlite_classes: ['Dialer', 'IntakeSession', 'Consumer'] }],
    queues: {
      producers: [{ binding: 'DIAL_QUEUE', queue: 'dial' }],
      consumers: [{ queue: 'dial', max_batch_size: 10, max_batch_timeout: 0 }],
    },
  }),
);

const wrangler = path.join(root, 'node_modules/wrangler/bin/wrangler.js');
const offline = { WRANGLER_SEND_METRICS: 'false', CLOUDFLARE_CF_FETCH_ENABLED: 'false', CI: '1', NO_COLOR: '1' };
const worker = spawn(
  process.execPath,
  [
    ...[wrangler, 'dev', '--config', config, '--local', '--ip', '127.0.0.1', '--port', String(PORT)],
    ...['--inspector-port', '0', '--persist-to', folder, '--show-interactive-dev-session=false'],
  ],
  { cwd: root, env: { ...process.env, ...offline }, stdio: ['ignore', 'ignore', 'inherit'], detached: true },
);
process.on('exit', () => {
  if (worker.pid !== undefined) killGroup(worker.pid, 'SIGKILL');
});

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
async function ask(where: string): Promise<number[]> {
  const answer = await fetch(`http://127.0.0.1:${PORT}${where}`, { signal: AbortSignal.timeout(10_000) });
  return (await answer.json()) as number[];
}
for (let tries = 0; (await ask('/').catch(() => null)) === null; tries += 1) {
  if (tries === 300) throw new Error('the worker did not start');
  await pause(100);
}

/** Calls in (from, from + 1 s], for a `from` every 10 ms. */
function perSecond(times: readonly number[], first: number, last: number): number[] {
  const counts: number[] = [];
  for (let from = first; from + 1000 <= last; from += 10)
    counts.push(times.filter((time) => time > from && time <= from + 1000).length);
  return counts.toSorted((a, b) => a - b);
}
const most = (times: readonly number[], windowMs: number) =>
  Math.max(0, ...times.map((end) => times.filter((time) => time <= end && time > end - windowMs).length));

/** How late timers are on this machine while it runs: a pace cannot be kept more evenly than that. */
async function timersLate(forMs: number): Promise<number> {
  const late: number[] = [];
  for (const end = performance.now() + forMs; performance.now() < end; ) {
    const from = performance.now();
    await pause(20);
    late.push(performance.now() - from - 20);
  }
  return late.toSorted((a, b) => a - b)[Math.floor(late.length * 0.95)] ?? 0;
}

let failed = false;
process.stdout.write(
  'target/s   min  median  max   mean   off by more than 1   most in 5 s (of 5 × target)   timers late (95 %)\n',
);
for (const pace of PACES) {
  await ask(`/start?pace=${pace}`);
  const lateMs = await timersLate(WARM_UP_MS + SECONDS * 1000);
  const times = await ask(`/stop?pace=${pace}`);
  const last = times.at(-1) ?? 0;
  const counts = perSecond(times, last - SECONDS * 1000, last);
  const off = counts.filter((count) => Math.abs(count - pace) > 1).length;
  const mean = times.filter((time) => time > last - SECONDS * 1000).length / SECONDS;
  const five = most(times, 5000);
  failed ||= off > counts.length * TOLERATED || five > pace * 5;
  const columns = [
    ...[String(pace).padStart(8), String(counts[0]).padStart(5), String(counts[counts.length >> 1]).padStart(7)],
    ...[String(counts.at(-1)).padStart(4), mean.toFixed(2).padStart(6)],
    `${((100 * off) / counts.length).toFixed(1)} %`.padStart(20),
    `${five} of ${pace * 5}`.padStart(18),
    `${lateMs.toFixed(0)} ms`.padStart(26),
  ];
  process.stdout.write(`${columns.join(' ')}\n`);
  await pause(3000);
}
process.exit(failed ? 1 : 0);

/**
 * What the script costs at the start of an isolate, and how large it is. Measured as processor time of a new runtime until its first
 * answer, beyond the same runtime with a bare worker: whatever else the machine does makes that no longer, as it would the time on a
 * clock. Cloudflare counts the same for `startup_time_ms`, on its own machines. Read from /proc, so it is measured on Linux.
 */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { TEST_VARIABLES } from '../support/test-variables.ts';
import { buildWorker, startRuntime } from './built-worker.ts';
import type { BenchContext, Row } from './row.ts';
import { judged, median, spread } from './statistics.ts';

export const name = 'start-up';

const ROUNDS = 7;
const PORT = 9423;
const root = path.resolve(import.meta.dirname, '../..');

export async function run({ folder, progress }: BenchContext): Promise<Row[]> {
  const ours = path.join(buildWorker(path.join(folder, 'built')).folder, 'index.js');
  const bare = path.join(
    buildWorker(path.join(folder, 'bare'), { entry: 'test/bench/bare-entry.ts' }).folder,
    'bare-entry.js',
  );
  const withBare: number[] = [];
  const withOurs: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    withBare.push(await cpuToFirstAnswer(bare, folder));
    withOurs.push(await cpuToFirstAnswer(ours, folder));
    progress(`round ${round + 1} of ${ROUNDS}`);
  }
  const runtime = median(withBare);
  const script = withOurs.map((ms) => ms - runtime);
  const bundle = gzipSync(readFileSync(ours), { level: 9 }).length / 1000;
  return [
    judged(
      {
        ...{ name: 'start-up of the script, processor time', unit: 'ms', ...spread(script) },
        baseline: { name: 'runtime, bare Hono', value: runtime },
      },
      { op: '<=', value: 50, from: 'design 6' },
    ),
    judged(
      { name: 'bundle, gzipped', unit: 'kB', value: bundle, low: bundle, high: bundle },
      { op: '<=', value: 350, from: 'design 6' },
    ),
  ];
}

async function cpuToFirstAnswer(script: string, folder: string): Promise<number> {
  const stateFolder = path.join(folder, 'state');
  rmSync(stateFolder, { recursive: true, force: true });
  const before = new Set(children());
  const config = path.join(root, 'wrangler.toml');
  const runtime = await startRuntime({ config, script, port: PORT, stateFolder, variables: TEST_VARIABLES });
  try {
    const answer = await fetch(`http://127.0.0.1:${PORT}/healthz`);
    await answer.arrayBuffer();
    if (answer.status !== 200) throw new Error(`the first answer was ${answer.status}`);
    const [pid] = children().filter((child) => !before.has(child));
    if (pid === undefined) throw new Error('the process of the runtime is not found');
    return cpuMs(pid);
  } finally {
    await runtime.dispose();
  }
}

/** Processes that this one started. */
const children = (): readonly string[] =>
  readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && parentOf(pid) === String(process.pid));

function parentOf(pid: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8').match(/^PPid:\t(\d+)$/m)?.[1];
  } catch {
    // It ended while it was looked for.
    return undefined;
  }
}

/** Of all its threads, by the scheduler's own count of nanoseconds. */
const cpuMs = (pid: string): number =>
  readdirSync(`/proc/${pid}/task`)
    .map((task) => Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]) / 1e6)
    .reduce((sum, ms) => sum + ms, 0);

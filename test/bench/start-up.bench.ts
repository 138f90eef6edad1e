/**
 * How long a new runtime takes from its start to its first answer, beyond a bare worker, and how large the bundle is. More than the start-up
 * of the script, which it cannot be longer than: bindings that the bare worker does not have are started too.
 */
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { TEST_VARIABLES } from '../support/test-variables.ts';
import { buildSmallWorker } from './baseline.ts';
import { buildWorker, startRuntime } from './built-worker.ts';
import type { BenchContext, Row } from './row.ts';
import { judged, spread } from './statistics.ts';

export const name = 'start-up';

const ROUNDS = 5;
const PORT = 9423;
const root = path.resolve(import.meta.dirname, '../..');

export async function run({ folder, progress }: BenchContext): Promise<Row[]> {
  const script = path.join(buildWorker(path.join(folder, 'built')).folder, 'index.js');
  const small = buildSmallWorker(folder, 'baseline-worker', 'BaselineObject');
  const first: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const stateFolder = path.join(folder, 'state');
    rmSync(stateFolder, { recursive: true, force: true });
    first.push(
      await firstAnswer('/healthz', () =>
        startRuntime({
          ...{ config: path.join(root, 'wrangler.toml'), script, port: PORT, stateFolder, variables: TEST_VARIABLES },
        }),
      ),
    );
    bare.push(await firstAnswer('/', () => small.start(PORT + 1), PORT + 1));
    progress(`round ${round + 1} of ${ROUNDS}`);
  }
  const more = first.map((ms, n) => Math.max(0, ms - (bare[n] ?? Number.NaN)));
  const bundle = gzipSync(readFileSync(script), { level: 9 }).length / 1000;
  return [
    judged(
      {
        name: 'start to first answer, beyond a bare worker',
        unit: 'ms',
        ...spread(more),
        baseline: { name: 'bare Hono', value: spread(bare).value },
      },
      { op: '<=', value: 50, from: 'design 6' },
    ),
    judged(
      { name: 'bundle, gzipped', unit: 'kB', value: bundle, low: bundle, high: bundle },
      { op: '<=', value: 350, from: 'design 6' },
    ),
  ];
}

async function firstAnswer(
  where: string,
  start: () => Promise<{ dispose(): Promise<void> }>,
  port = PORT,
): Promise<number> {
  const began = performance.now();
  const runtime = await start();
  try {
    const answer = await fetch(`http://127.0.0.1:${port}${where}`);
    await answer.arrayBuffer();
    if (answer.status !== 200) throw new Error(`the first answer was ${answer.status}`);
    return performance.now() - began;
  } finally {
    await runtime.dispose();
  }
}

/**
 * How long a new runtime takes to answer its first request, against a bare worker, and how large the bundle is. Not the whole
 * start-up: the runtime may have compiled and run the script by then, which `wrangler check startup` shows.
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
        name: 'first answer, beyond a bare worker',
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

/** From the moment the runtime is there: its script is compiled and run when the first request needs it. */
async function firstAnswer(
  where: string,
  start: () => Promise<{ dispose(): Promise<void> }>,
  port = PORT,
): Promise<number> {
  const runtime = await start();
  try {
    const began = performance.now();
    const answer = await fetch(`http://127.0.0.1:${port}${where}`);
    await answer.arrayBuffer();
    if (answer.status !== 200) throw new Error(`the first answer was ${answer.status}`);
    return performance.now() - began;
  } finally {
    await runtime.dispose();
  }
}

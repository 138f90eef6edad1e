/**
 * The small run of `npm run chaos`: real worker, real D1, a share of every fault, one `kill -9` of the worker and one outage of
 * D1; the figures that must be zero are zero.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
const stateFolder = mkdtempSync(path.join(tmpdir(), 'intake-chaos-'));
afterAll(() => rmSync(stateFolder, { recursive: true, force: true }));

it('60 calls with 5 % of every fault, a killed worker and a locked D1 all end, and every answer given before the hang-up is stored (X1, X10)', () => {
  const run = spawnSync(
    process.execPath,
    [
      ...['test/tools/chaos.ts', '--calls', '60', '--live', '30', '--first-port', '8807'],
      ...['--kills', '1', '--outages', '1', '--state-folder', stateFolder],
    ],
    { cwd: root, encoding: 'utf8' },
  );
  expect({ output: run.stdout.slice(-3000), status: run.status }).toMatchObject({ status: 0 });
  expect(run.stdout).toMatch(/^calls {2,}60$/m);
  // Not vacuous: faults happened, and recorders ran.
  expect(run.stdout).not.toMatch(/^events lost for good {2,}0$/m);
  expect(run.stdout).not.toMatch(/^recorders started {2,}0$/m);
  expect(run.stdout).not.toMatch(/^recordings expected {2,}0$/m);
  expect(run.stdout).toMatch(/^kills {2,}1$/m);
  expect(run.stdout).toMatch(/^outages {2,}1$/m);
}, 240_000);

/**
 * The small runs of `npm run chaos`: real worker, real D1, a share of every fault, one `kill -9` of the worker and one outage of
 * D1; the figures that must be zero are zero.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { PORTS } from './ports.ts';

const root = path.resolve(import.meta.dirname, '../..');
const stateFolder = mkdtempSync(path.join(tmpdir(), 'intake-chaos-'));
afterAll(() => rmSync(stateFolder, { recursive: true, force: true }));

const chaos = (...more: string[]) =>
  spawnSync(
    process.execPath,
    [
      ...['test/tools/chaos.ts', '--first-port', String(PORTS.chaos)],
      ...['--live', '20', '--kills', '1', '--state-folder', stateFolder, ...more],
    ],
    { cwd: root, encoding: 'utf8' },
  );

it('40 calls with 5 % of every fault, a killed worker and a locked D1 all end; every answer given before the hang-up is stored, and every recording byte for byte (X1, X10, C16)', () => {
  const run = chaos('--calls', '40', '--outages', '1', '--recordings');
  expect(run.status, `${run.stdout}${run.stderr}`.slice(-3000)).toBe(0);
  expect(run.stdout).toMatch(/^calls {2,}40$/m);
  // Not vacuous: faults happened, and recorders ran.
  expect(run.stdout).not.toMatch(/^events lost for good {2,}0$/m);
  expect(run.stdout).not.toMatch(/^recorders started {2,}0$/m);
  expect(run.stdout).not.toMatch(/^recordings expected {2,}0$/m);
  expect(run.stdout).toMatch(/^kills {2,}1$/m);
  expect(run.stdout).toMatch(/^outages {2,}1$/m);
}, 240_000);

it('a campaign of 20 with 5 % of every fault, on queues that lose and double messages and with a killed worker, ends for everybody: nobody is rung twice, in spite of a rule or too fast (T20, S1-M15)', () => {
  const run = chaos('--campaign', '20');
  expect(run.status, `${run.stdout}${run.stderr}`.slice(-3000)).toBe(0);
  expect(run.stdout).toMatch(/^contacts {2,}20$/m);
  // Not vacuous: queues were faulty, somebody was left out by rule, and the worker died.
  expect(run.stdout).toMatch(/^queue messages dropped, \w+ {2,}[1-9]/m);
  expect(run.stdout).toMatch(/^contacts skipped, suppressed {2,}1$/m);
  expect(run.stdout).toMatch(/^kills {2,}1$/m);
}, 400_000);

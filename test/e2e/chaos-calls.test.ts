/**
 * Calls on a real worker and a real D1 with a share of every fault, one `kill -9` of the worker and one outage of D1. The figures that must be zero are zero; `npm run verify:deep` runs it with more.
 */
import { expect, it } from 'vitest';
import { runChaos } from '../support/run-chaos.ts';
import { PORTS } from './ports.ts';

it('24 calls with 5 % of every fault, a killed worker and a locked D1 all end; every answer given before the hang-up is stored, and every recording byte for byte (X1, X10, C16)', () => {
  const run = runChaos(PORTS.chaosCalls, '--calls', '24', '--outages', '1', '--recordings');
  expect(run.status, `${run.stdout}${run.stderr}`.slice(-3000)).toBe(0);
  expect(run.stdout).toMatch(/^calls {2,}24$/m);
  // Not vacuous: faults happened, and recorders ran.
  expect(run.stdout).not.toMatch(/^events lost for good {2,}0$/m);
  expect(run.stdout).not.toMatch(/^recorders started {2,}0$/m);
  expect(run.stdout).not.toMatch(/^recordings expected {2,}0$/m);
  expect(run.stdout).toMatch(/^kills {2,}1$/m);
  expect(run.stdout).toMatch(/^outages {2,}1$/m);
}, 240_000);

/**
 * A campaign on a real worker with a share of every fault, on queues that lose and double messages, and one `kill -9` of the worker. The figures that must be zero are zero; `npm run verify:deep` runs it with more.
 */
import { expect, it } from 'vitest';
import { runChaos } from '../support/run-chaos.ts';
import { PORTS } from './ports.ts';

it('a campaign of 12 with 5 % of every fault, on queues that lose and double messages and with a killed worker, ends for everybody: nobody is rung twice, in spite of a rule or too fast (X10, T20, S1-M15)', () => {
  const run = runChaos(PORTS.chaosCampaign, '--campaign', '12');
  expect(run.status, `${run.stdout}${run.stderr}`.slice(-3000)).toBe(0);
  expect(run.stdout).toMatch(/^contacts {2,}12$/m);
  // Not vacuous: queues were faulty, somebody was left out by rule, and the worker died.
  expect(run.stdout).toMatch(/^queue messages dropped, \w+ {2,}[1-9]/m);
  expect(run.stdout).toMatch(/^contacts skipped, suppressed {2,}1$/m);
  expect(run.stdout).toMatch(/^kills {2,}1$/m);
}, 400_000);

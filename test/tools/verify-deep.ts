/**
 * `npm run verify:deep`: the heavy lanes, whose small counts run in `npm test`. Every lane runs, whatever becomes of the others;
 * ends with 1 if one failed. Hours on two cores.
 */
import { spawnSync } from 'node:child_process';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');
const vitest = path.join(root, 'node_modules/vitest/vitest.mjs');
const unit = (...files: string[]) => [
  ...[vitest, 'run', '--config', 'test/vitest.config.ts', '--project', 'unit', '--testTimeout', '7200000'],
  ...files,
];
const LANES = [
  {
    name: 'model check',
    args: unit('test/domain/intake/transition.model.test.ts'),
    env: { MODEL_STATES: '150000' },
  },
  {
    name: 'flight',
    args: unit('test/flight'),
    env: { FLIGHT_RUNS: '10000', FLIGHT_CALLS: '100000', CAMPAIGN_PEOPLE: '10000', CAMPAIGN_DAYS: '60' },
  },
  { name: 'chaos', args: ['test/tools/chaos.ts', '--calls', '2000'], env: {} },
  { name: 'campaign', args: ['test/tools/chaos.ts', '--campaign', '1000', '--kills', '3'], env: {} },
];

const failed: string[] = [];
for (const { name, args, env } of LANES) {
  process.stdout.write(`\n== ${name} ==\n`);
  const run = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } });
  if (run.status !== 0) failed.push(name);
}
process.stdout.write(failed.length === 0 ? '\nall lanes are green\n' : `\nfailed: ${failed.join(', ')}\n`);
process.exit(failed.length === 0 ? 0 : 1);

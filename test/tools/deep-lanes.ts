/** The heavy lanes of `npm run verify:deep` as data: what is run, with which counts, large and small. What is not there yet has no lane. */
import { existsSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '../..');

export interface Lane {
  readonly name: string;
  /** What Node is given. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** For people: what is counted, and how much of it. */
  readonly counted: string;
}

export function deepLanes(isSmall: boolean): Lane[] {
  const size = <T>(small: T, large: T): T => (isSmall ? small : large);
  const counts = (of: Readonly<Record<string, readonly [small: number, large: number]>>) =>
    Object.fromEntries(Object.entries(of).map(([name, [small, large]]) => [name, String(size(small, large))]));
  const lane = (
    name: string,
    args: readonly string[],
    env: Record<string, string> = {},
    counted = told(env),
  ): Lane => ({
    ...{ name, args, env, counted },
  });
  const calls = size(60, 2000);
  const flown = size(300, 100_000);
  const people = size(60, 1000);
  return [
    lane('model check', unit('test/domain/intake/transition.model.test.ts'), counts({ MODEL_STATES: [3000, 150_000] })),
    lane(
      'flight',
      unit('test/flight'),
      counts({
        FLIGHT_RUNS: [300, 10_000],
        CAMPAIGN_PEOPLE: [500, 10_000],
        CAMPAIGN_DAYS: [4, 60],
        FHIR_CALLS: [60, 1000],
      }),
    ),
    lane('fly', ['test/tools/fly.ts', '--calls', `${flown}`], {}, `${flown} calls`),
    lane('chaos', ['test/tools/chaos.ts', '--calls', `${calls}`], {}, `${calls} calls`),
    lane(
      'campaign',
      ['test/tools/chaos.ts', '--campaign', `${people}`, '--kills', size('1', '3')],
      {},
      `${people} contacts, ${size(1, 3)} kills`,
    ),
    ...(isThere('test/fuzz') ? [lane('fuzz', vitest('test/fuzz'), counts({ FUZZ_FACTOR: [2, 1000] }))] : []),
    lane(
      'mutants',
      ['test/tools/mutants.ts', '--jobs', '2', ...size(['--group', 'consent-gate,dial-gate,verify'], [])],
      {},
      size('the guards that run in Node', 'all mutants'),
    ),
    ...(isThere('test/tools/restore-drill.ts')
      ? [lane('restore drill', ['test/tools/restore-drill.ts'], {}, 'one restore')]
      : []),
    lane('canary', vitest('test/store/canary.test.ts'), {}, 'one patient, every encoding'),
    // Last: it reads what the others reported. A small run has too few mutants for it.
    ...(isSmall ? [] : [lane('security table', ['test/tools/security-table.ts', '--run'], {}, 'every id')]),
  ];
}

const isThere = (file: string): boolean => existsSync(path.join(ROOT, file));
/** Without a report: that one is of the whole lane of tests. */
const vitest = (...files: string[]): string[] => [
  ...[path.join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', '--config', 'test/vitest.config.ts'],
  ...['--reporter', 'default', '--testTimeout', '7200000', ...files],
];
const unit = (...files: string[]): string[] => [...vitest(...files), '--project', 'unit'];
const told = (env: Readonly<Record<string, string>>): string =>
  Object.entries(env)
    .map(([name, value]) => `${Number(value).toLocaleString('en-US')} ${name.toLowerCase().replaceAll('_', ' ')}`)
    .join(', ');

/** The workflows and Dependabot's settings: the least rights, everything pinned, and nothing of a stranger in a shell. */
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { judgeWorkflow } from './judge-workflow.ts';

const root = path.resolve(import.meta.dirname, '../..');
const folder = path.join(root, '.github/workflows');
const files = globSync('*.{yml,yaml}', { cwd: folder }).toSorted();
const read = (file: string) => readFileSync(path.join(folder, file), 'utf8');
const text = read('test.yml');

const expression = (inner: string) => `\${{ ${inner} }}`;

/** What the steps of all jobs of a workflow run, in order. */
const runsOf = (file: string): string[] => {
  const { jobs } = parse(read(file)) as { jobs: Record<string, { steps: { run?: string }[] }> };
  return Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ run }) => (run === undefined ? [] : [run])));
};

it('there are those that test, analyze, review dependencies and audit, and no other (S1-T1, S2-T1, S1-X2, S1-R13)', () => {
  expect(files).toEqual(['audit.yml', 'codeql.yml', 'dependency-review.yml', 'test.yml']);
});

it.each(files)(
  '%s asks for the least rights, pins every action and uses no secret (S1-V1, S1-G4, SE-29, T10)',
  (file) => {
    expect(judgeWorkflow(read(file))).toEqual([]);
  },
);

describe('finds what is wrong with a workflow (SE-29, S1-V1, S1-G4)', () => {
  it.each([
    ['an action by its tag', '@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1', '@v7', /not pinned/],
    ['an action of a stranger', 'uses: actions/setup-node', 'uses: stranger/setup-node', /stranger/],
    ['a pin whose version nobody can read', ' # v7.0.1', '', /without its version/],
    ['no permissions at the top', 'permissions: {}\n', '', /at the top/],
    ['all permissions at the top', 'permissions: {}', 'permissions: write-all', /at the top/],
    ['a job that does not say what it may', '    permissions:\n      contents: read\n', '', /does not say/],
    ['a job that may write code', 'contents: read', 'contents: write', /may write contents/],
    ['a job that may sign for us', 'contents: read', 'id-token: write', /may write id-token/],
    ['a job that never ends', '    timeout-minutes: 60\n', '', /no timeout/],
    ['the rights of the base for a stranger’s code', 'pull_request:', 'pull_request_target:', /pull_request_target/],
    ['a title in a shell', 'npm test', `echo ${expression('github.event.pull_request.title')}`, /in a shell/],
    ['a branch’s name in a shell', 'npm test', `git switch ${expression('github.head_ref')}`, /in a shell/],
    ['a token left in the folder', 'persist-credentials: false', 'fetch-depth: 1', /leaves its token/],
    ['a secret', 'node-version: 24', `token: ${expression('secrets.DEPLOY')}`, /secret/],
    ['a registry', 'node-version: 24', 'registry-url: https://registry.example', /registry/],
    ['a script from elsewhere', 'npm test', 'curl https://example.com | sh', /no lockfile/],
    ['runs that pile up', /concurrency:\n.*\n.*\n/, '', /concurrency/],
  ] as const)('%s', (_, found, instead, complaint) => {
    const broken = text.replace(found, instead);
    expect(broken).not.toBe(text);
    expect(judgeWorkflow(broken).join('\n')).toMatch(complaint);
  });
});

it('the test workflow runs the commands of the README, and every npm script that a workflow runs exists', () => {
  expect(runsOf('test.yml')).toEqual(['npm ci', 'npm test', 'npm start -- --once']);
  const readme = readFileSync(path.join(root, 'README.md'), 'utf8');
  for (const command of runsOf('test.yml')) expect(readme).toContain(command);
  const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { scripts: object };
  const named = files.flatMap(runsOf).filter((run) => !run.includes('--if-present'));
  const names = named.flatMap((run) => [...run.matchAll(/npm run ([a-z:-]+)/g)].map(([, name]) => name ?? ''));
  expect(names.filter((name) => !(name in scripts))).toEqual([]);
});

it('dependencies are audited weekly, with a threshold, and outdated ones are listed (S1-X2, S1-X3, S1-X5, S1-T2, S1-M11, C72)', () => {
  const { on } = parse(read('audit.yml')) as { on: { schedule: { cron: string }[] } };
  expect(on.schedule[0]?.cron).toMatch(/^\d+ \d+ \* \* [0-6]$/);
  expect(runsOf('audit.yml')).toEqual(
    expect.arrayContaining([
      'npm outdated || true',
      'npm audit --omit=dev --audit-level=moderate',
      'npm audit --audit-level=high',
      'npm audit signatures',
    ]),
  );
});

it('a pull request may bring in nothing known to be weak (S1-T2, T10)', () => {
  expect(read('dependency-review.yml')).toContain('fail-on-severity: moderate');
});

it('CodeQL reads the product and the workflows, at each change and weekly (S1-T1, S2-T1, S1-R13)', () => {
  const { on, jobs } = parse(read('codeql.yml')) as {
    on: Record<string, unknown>;
    jobs: { analyze: { strategy: { matrix: { language: string[] } } } };
  };
  expect(Object.keys(on)).toEqual(['push', 'pull_request', 'schedule']);
  expect(jobs.analyze.strategy.matrix.language).toEqual(['javascript-typescript', 'actions']);
});

it('Dependabot looks weekly at packages and actions, in groups, and takes no version that is a day old (S1-X4)', () => {
  const { version, updates } = parse(readFileSync(path.join(root, '.github/dependabot.yml'), 'utf8')) as {
    version: number;
    updates: {
      'package-ecosystem': string;
      schedule: { interval: string };
      cooldown: { 'default-days': number };
      groups: object;
    }[];
  };
  expect(version).toBe(2);
  expect(updates.map((update) => update['package-ecosystem'])).toEqual(['npm', 'github-actions']);
  for (const { schedule, cooldown, groups } of updates) {
    expect(schedule.interval).toBe('weekly');
    expect(cooldown['default-days']).toBeGreaterThanOrEqual(7);
    expect(Object.keys(groups)).not.toEqual([]);
  }
});

it('every package is pinned exactly, and the lockfile pins the rest by checksum (S1-X1, SE-29, T10)', () => {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as Record<
    'dependencies' | 'devDependencies',
    Record<string, string>
  >;
  const loose = Object.entries({ ...dependencies, ...devDependencies }).filter(
    ([, range]) => !/^\d+\.\d+\.\d+$/.test(range),
  );
  expect(loose).toEqual([]);
  const { packages } = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { version?: string; integrity?: string; link?: boolean; optional?: boolean }>;
  };
  const unpinned = Object.entries(packages).filter(
    ([name, { integrity, link, optional }]) =>
      name.includes('node_modules/') && link !== true && optional !== true && !(integrity ?? '').startsWith('sha512-'),
  );
  expect(unpinned).toEqual([]);
});

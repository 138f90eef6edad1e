/**
 * `npm run security [-- --json] [-- --run]`: one table, each rule and threat with the tests that passed, or the runbook, and the mutant that
 * makes one of them fail. Nothing is typed here: it reads SECURITY.md and the reports of the runs. Ends with 1 on a gap, and without a
 * table when a report is missing: each id would be a gap.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { withUsage } from './backup-usage.ts';
import { type Gap, judgeEvidence, type KilledMutant, type ReportedTest, type Shown } from './judge-evidence.ts';
import { anchorsOf, readRows } from './security-ids.ts';
import { treeDigest } from './tree-digest.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
/** How each report is made; the runs of tests write beside it of which tree it is. */
const REPORTS = [
  { name: 'vitest', command: 'test:vitest', by: 'npm test', files: ['test/**/*.test.ts'], but: 'test/e2e/' },
  { name: 'e2e', command: 'test:e2e', by: 'npm test', files: ['test/e2e/**/*.test.ts'], but: null },
] as const;
const MUTANTS = { name: 'mutants', command: 'mutants', by: 'npm run mutants' } as const;

const USAGE = `npm run security [-- --run] [--json]
  --run               makes the reports that are missing
  --json              all of it, as JSON
  --reports <folder>  where the reports are; left out: test/reports
  --help              this text
`;

const values = withUsage(
  USAGE,
  () =>
    parseArgs({
      options: {
        json: { type: 'boolean', default: false },
        run: { type: 'boolean', default: false },
        reports: { type: 'string', default: 'test/reports' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values,
);

stopWithoutReports();
const tree = treeDigest();
const gaps: Gap[] = [];
const tests = REPORTS.flatMap((report) => readTests(report));
const mutants = readMutants();
const anchors = new Map(['SECURITY.md', 'README.md'].map((file) => [file, anchorsOf(readText(file))]));
const judged = judgeEvidence({ rows: readRows(readText('SECURITY.md')), tests, mutants, anchors });
gaps.push(...judged.gaps);
if (values.json) process.stdout.write(`${JSON.stringify({ tree, shown: judged.shown, gaps }, null, 1)}\n`);
else print(judged.shown);
process.exitCode = gaps.length === 0 ? 0 : 1;

function readText(file: string): string {
  return readFileSync(path.resolve(ROOT, file), 'utf8');
}

function reportFile(name: string): string {
  return path.join(values.reports, `${name}.json`);
}

function stopWithoutReports(): void {
  const missing = [...REPORTS, MUTANTS].filter(({ name, command }) => {
    const isThere = () => existsSync(path.resolve(ROOT, reportFile(name)));
    if (!isThere() && values.run) spawnSync('npm', ['run', command], { cwd: ROOT, stdio: ['ignore', 2, 2] });
    return !isThere();
  });
  if (missing.length === 0) return;
  const files = missing.map(({ name }) => reportFile(name)).join(', ');
  const commands = [...new Set(missing.map(({ by }) => by))].join(' and ');
  process.stderr.write(`Missing: ${files}. To make: ${commands}, or npm run security -- --run for all of it.\n`);
  process.exit(1);
}

function readTests({ name, command, files, but }: (typeof REPORTS)[number]): ReportedTest[] {
  const file = reportFile(name);
  const stamp = path.resolve(ROOT, values.reports, `${name}.tree`);
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8').trim() !== tree)
    gaps.push({ id: file, gap: `is of another tree: npm run ${command}` });
  const { testResults } = JSON.parse(readText(file)) as {
    testResults: { name: string; assertionResults: { fullName: string; status: string }[] }[];
  };
  const ran = new Set(testResults.map((each) => path.relative(ROOT, each.name)));
  const wanted = files.flatMap((glob) => globSync(glob, { cwd: ROOT }));
  const unrun = wanted.filter((each) => !ran.has(each) && (but === null || !each.startsWith(but)));
  if (unrun.length > 0)
    gaps.push({ id: file, gap: `lacks ${unrun.length} files, as ${unrun[0]}: npm run ${command} without a choice` });
  return testResults.flatMap((each) =>
    each.assertionResults.map(({ fullName, status }) => ({
      ...{ file: path.relative(ROOT, each.name), name: fullName },
      status: status === 'passed' || status === 'failed' ? status : 'skipped',
    })),
  );
}

function readMutants(): KilledMutant[] {
  const file = reportFile(MUTANTS.name);
  const all = JSON.parse(readText(file)) as {
    id: string;
    verdict: string;
    tree: string;
    killers: { name: string }[];
  }[];
  const fresh = all.filter((mutant) => mutant.tree === tree);
  if (fresh.length < all.length)
    gaps.push({
      id: file,
      gap: `${all.length - fresh.length} are of another tree: npm run mutants`,
    });
  for (const { id, verdict } of fresh) if (verdict !== 'killed') gaps.push({ id, gap: `this mutant ${verdict}` });
  return fresh
    .filter(({ verdict }) => verdict === 'killed')
    .map(({ id, killers }) => ({ id, by: killers.map(({ name }) => name) }));
}

function print(shown: readonly Shown[]): void {
  const table = new Table({
    head: ['id', 'shown by', 'killed by'],
    colWidths: [8, 100, 34],
    wordWrap: true,
    style: { head: [], border: [] },
  });
  for (const row of shown) table.push([row.id, shownBy(row), row.mutant ?? '']);
  process.stdout.write(`${table.toString()}\n`);
  for (const { id, gap } of gaps) process.stdout.write(`gap: ${id} ${gap}\n`);
  const byTests = shown.filter((row) => row.tests.length > 0).length;
  process.stdout.write(
    `${shown.length} ids: ${byTests} with tests of their own, ${shown.filter((row) => row.runbook !== null).length} with a runbook, ` +
      `${shown.filter((row) => row.mutant !== null).length} killed by a mutant; ${gaps.length} gaps\n`,
  );
}

/** The first few; all of them with `--json`. */
function shownBy({ tests: passed, as, runbook }: Shown): string {
  const first = passed.slice(0, 3).map(({ file, name }) => `${shortened(name)} (${file.replace(/^test\//, '')})`);
  const more = passed.length > 3 ? [`and ${passed.length - 3} more`] : [];
  const others = as.length > 0 ? [`as ${as.join(', ')}`] : [];
  return [...first, ...more, ...others, ...(runbook === null ? [] : [`runbook: ${runbook}`])].join('\n');
}

function shortened(name: string): string {
  return name.length > 150 ? `${name.slice(0, 149)}…` : name;
}

/**
 * `npm run mutants [-- --only id,… --group dial-gate --file src/… --jobs 2 --list]`: puts each mutant in and sees that a test fails. Adds to
 * test/reports/mutants.json, prints a table, and ends with 1 if one survives.
 */
import { fork } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import type { Mutant } from '../mutants/mutant.ts';
import { allMutants, ROOT } from './all-mutants.ts';
import { type MutantResult, openRunner } from './run-mutant.ts';
import { treeDigest } from './tree-digest.ts';

/** A file of the workers lane takes a tenth of it. */
const LONGEST_MS = 180_000;
const REPORT = path.join(ROOT, 'test/reports/mutants.json');

export interface ReportedMutant extends MutantResult, Pick<Mutant, 'group' | 'file' | 'text' | 'replacement' | 'ids'> {
  /** Of which tree this was found. */
  readonly tree: string;
}

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    group: { type: 'string' },
    file: { type: 'string' },
    jobs: { type: 'string', default: '1' },
    list: { type: 'boolean', default: false },
  },
});

if (process.send === undefined) await main();
else await serveParent();

async function main(): Promise<void> {
  const wanted = allMutants().filter(isWanted);
  if (wanted.length === 0) throw new Error('no mutant is called so, or in that group or file: see --list');
  if (values.list) {
    for (const { id, group, text, replacement } of wanted)
      process.stdout.write(`${group}  ${id}  ${oneLine(text)} → ${oneLine(replacement)}\n`);
    return;
  }
  const begun = Date.now();
  const tree = treeDigest();
  const reported: ReportedMutant[] = [];
  await inParallel(wanted, Math.max(1, Number(values.jobs)), (result) => {
    const { group, file, text, replacement, ids } = wanted.find(({ id }) => id === result.id) as Mutant;
    reported.push({ ...result, group, file, text, replacement, ids, tree });
    process.stdout.write(
      `${reported.length}/${wanted.length} ${result.verdict} ${result.id} ${result.seconds.toFixed(1)} s\n`,
    );
    // At once: a run that is broken off has found something too.
    writeReport(reported, tree);
  });
  printTable(reported, (Date.now() - begun) / 1000);
  process.exit(reported.every(({ verdict }) => verdict === 'killed') ? 0 : 1);
}

function isWanted({ id, group, file }: Mutant): boolean {
  if (values.only !== undefined && !values.only.split(',').includes(id)) return false;
  if (values.group !== undefined && !values.group.split(',').includes(group)) return false;
  return values.file === undefined || file.includes(values.file);
}

/** Each child takes the next mutant when it is done with one. Those of one file follow each other, for what a child has read already. */
async function inParallel(
  wanted: readonly Mutant[],
  jobs: number,
  done: (result: MutantResult) => void,
): Promise<void> {
  const queue = wanted.toSorted((a, b) => JSON.stringify(a.killers).localeCompare(JSON.stringify(b.killers)));
  const oneChild = () =>
    new Promise<void>((resolve, reject) => {
      const child = fork(import.meta.filename, [], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
      let timer: NodeJS.Timeout | undefined;
      const next = () => {
        clearTimeout(timer);
        const mutant = queue.shift();
        child.send(mutant?.id ?? 'none');
        if (mutant === undefined) return;
        timer = setTimeout(() => {
          done(endless(mutant));
          child.removeAllListeners('exit');
          child.kill('SIGKILL');
          resolve(queue.length > 0 ? oneChild() : undefined);
        }, LONGEST_MS);
      };
      child.on('message', (message: MutantResult | 'ready') => {
        if (message !== 'ready') done(message);
        next();
      });
      child.on('error', reject);
      child.on('exit', (code) =>
        code === 0 ? resolve() : reject(new Error(`a runner of mutants ended with ${code}`)),
      );
    });
  await Promise.all(Array.from({ length: Math.min(jobs, wanted.length) }, oneChild));
}

/** It loops for ever: no test can fail, and none passes. */
function endless({ id, ids }: Mutant): MutantResult {
  const detail = `did not end in ${LONGEST_MS / 1000} s`;
  return { id, verdict: 'endless', killers: [], unproven: ids, detail, seconds: LONGEST_MS / 1000 };
}

async function serveParent(): Promise<void> {
  const byId = new Map(allMutants().map((mutant) => [mutant.id, mutant]));
  const runner = await openRunner();
  process.on('message', async (id: string) => {
    const mutant = byId.get(id);
    if (mutant !== undefined) return process.send?.(await runner.run(mutant));
    // workerd may be slow to go; what there was to say is said.
    await Promise.race([runner.close(), new Promise((resolve) => setTimeout(resolve, 5000))]);
    process.exit(0);
  });
  process.send?.('ready');
}

/** What earlier runs found about the same tree stays. */
function writeReport(reported: readonly ReportedMutant[], tree: string): void {
  const before = existsSync(REPORT) ? (JSON.parse(readFileSync(REPORT, 'utf8')) as ReportedMutant[]) : [];
  const kept = before.filter((old) => old.tree === tree && !reported.some(({ id }) => id === old.id));
  mkdirSync(path.dirname(REPORT), { recursive: true });
  writeFileSync(REPORT, `${JSON.stringify([...kept, ...reported], null, 1)}\n`);
}

function printTable(reported: readonly ReportedMutant[], seconds: number): void {
  const table = new Table({
    head: ['group', 'mutants', 'killed', 'survived', 'broken', 'endless'],
    style: { head: [], border: [] },
  });
  const count = (of: readonly ReportedMutant[], verdict: string) =>
    of.filter((each) => each.verdict === verdict).length;
  for (const [group, of] of Map.groupBy(reported, (each) => each.group))
    table.push([
      group,
      of.length,
      count(of, 'killed'),
      count(of, 'survived'),
      count(of, 'broken'),
      count(of, 'endless'),
    ]);
  process.stdout.write(`${table.toString()}\n`);
  for (const { id, verdict, text, replacement, unproven, detail, killers } of reported)
    if (verdict !== 'killed')
      process.stdout.write(
        `${verdict}: ${id}\n  ${oneLine(text)} → ${oneLine(replacement)}\n` +
          `  ${detail ?? (killers.length > 0 ? `killed by nothing that cites ${unproven.join(', ')}` : 'no test failed')}\n`,
      );
  process.stdout.write(
    `${count(reported, 'killed')} of ${reported.length} mutants killed in ${seconds.toFixed(0)} s\n`,
  );
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ');
}

/**
 * `npm run bench`: every benchmark after the other, those that have baselines with them in the same run, then one table. A full run is kept in
 * test/bench/history. `-- --only webhook` runs those whose name holds the word; `-- --json FILE` also writes the rows there.
 * A missed target is said, and no failure: machines differ. It ends with 1 only when something could not be measured.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { benches } from './benches.ts';
import { type Section, writeTable } from './table.ts';

const { values } = parseArgs({ options: { only: { type: 'string' }, json: { type: 'string' } } });
const root = path.resolve(import.meta.dirname, '../..');
const { only = '' } = values;
const chosen = benches.filter(({ name }) => name.includes(only));
if (chosen.length === 0) {
  const names = benches.map(({ name }) => name).join(', ');
  process.stderr.write(`No benchmark has ${only} in its name. There are: ${names}\n`);
  process.exit(2);
}

const startedAt = Date.now();
const say = (line: string) => process.stderr.write(`${Math.round((Date.now() - startedAt) / 1000)} s  ${line}\n`);

const sections: Section[] = [];
const failures: string[] = [];
for (const { name, run } of chosen) {
  say(`${name} …`);
  const folder = path.join(root, '.state/bench', name);
  mkdirSync(folder, { recursive: true });
  try {
    sections.push({ benchmark: name, rows: await run({ folder, progress: (text) => say(`  ${text}`) }) });
  } catch (error) {
    failures.push(`${name} could not be measured: ${(error as Error).stack ?? String(error)}`);
    say(`  ${failures.at(-1)}`);
  }
}

const cpu = os.cpus()[0]?.model ?? 'unknown';
const machine = {
  cpu,
  cores: os.cpus().length,
  memoryGb: Math.round(os.totalmem() / 2 ** 30),
  system: `${os.platform()} ${os.arch()}`,
  node: process.version,
};
const took = Math.round((Date.now() - startedAt) / 1000);
process.stdout.write(`\n${writeTable(sections)}\n`);
process.stdout.write(`${machine.cores} cores of ${cpu}, ${machine.memoryGb} GB, ${took} s\n`);
for (const failure of failures) process.stdout.write(`${failure}\n`);

const date = new Date().toISOString().slice(0, 10);
const record = `${JSON.stringify({ date, commit: commit(), machine, seconds: took, sections }, null, 1)}\n`;
if (values.json !== undefined) writeFileSync(values.json, record);
if (values.only === undefined && failures.length === 0) {
  const history = path.join(root, 'test/bench/history');
  mkdirSync(history, { recursive: true });
  const slug = `${machine.cores}x-${cpu}`.toLowerCase().replaceAll(/\([^)]*\)|[^a-z0-9]+/g, '-');
  writeFileSync(path.join(history, `${date}-${slug.replaceAll(/-+/g, '-').replace(/-$/, '')}.json`), record);
}
process.exit(failures.length === 0 ? 0 : 1);

function commit(): string | null {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();
  } catch {
    return null;
  }
}

/**
 * `npm run verify:deep [-- --small] [-- --only chaos,mutants]`: the heavy lanes one after the other, whatever becomes of the others, and
 * what each counted in one table. Ends with 1 if one failed. Hours on two cores; a quarter of an hour with `--small`.
 */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { deepLanes, type Lane } from './deep-lanes.ts';

const root = path.resolve(import.meta.dirname, '../..');
const { values } = parseArgs({
  options: { small: { type: 'boolean', default: false }, only: { type: 'string' } },
});
const all = deepLanes(values.small);
const only = values.only?.split(',').map((name) => name.trim());
const unknown = only?.filter((name) => !all.some((lane) => lane.name === name)) ?? [];
if (unknown.length > 0) {
  process.stderr.write(`no lane ${unknown.join(', ')}: there are ${all.map(({ name }) => name).join(', ')}\n`);
  process.exit(2);
}

const table = new Table({
  head: ['lane', 'asked for', 'counted', 'seconds', 'verdict'],
  colWidths: [16, 40, 50, 9, 9],
  wordWrap: true,
  style: { head: [], border: [] },
});
let failures = 0;
for (const lane of all.filter(({ name }) => only === undefined || only.includes(name))) {
  process.stdout.write(`\n== ${lane.name} ==\n`);
  const begun = Date.now();
  const { code, said } = await run(lane);
  if (code !== 0) failures += 1;
  const seconds = ((Date.now() - begun) / 1000).toFixed(0);
  table.push([lane.name, lane.counted, countsIn(said), seconds, code === 0 ? 'green' : 'failed']);
}
process.stdout.write(`\n${table.toString()}\n${failures === 0 ? 'all lanes are green' : `${failures} failed`}\n`);
process.exit(failures === 0 ? 0 : 1);

/** What it says is shown as it comes, and its end is kept. */
async function run({ args, env }: Lane): Promise<{ code: number | null; said: string }> {
  const child = spawn(process.execPath, args, {
    cwd: root,
    stdio: ['inherit', 'pipe', 'inherit'],
    env: { ...process.env, NO_COLOR: '1', ...env },
  });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    process.stdout.write(chunk);
    said = `${said}${chunk}`.slice(-20_000);
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, said };
}

/** The lines in which a lane says how much there was: of Vitest its sum, of our own tools the last. */
function countsIn(said: string): string {
  const lines = said.split('\n').map((line) => line.trim());
  const tests = lines.findLast((line) => /^Tests\s/.test(line));
  return tests?.replace(/^Tests\s+/, 'tests: ') ?? lines.findLast((line) => /\d/.test(line)) ?? '';
}

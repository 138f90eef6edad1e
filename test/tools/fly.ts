/**
 * `npm run fly -- --calls 1000000`: core and simulator in virtual time, on every core, with faults; what must be zero in a table.
 * The first case of each kind of violation is made smaller and saved; `--replay <file>` flies it again and prints it. Ctrl-C gives
 * the result so far. `--plant drops-words` plants a bug, to see it found. Ends with 1 on any violation.
 */
import { mkdirSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { SingleBar } from 'cli-progress';
import Table from 'cli-table3';
import { kindOf, type Tally } from '../flight/fleet.ts';
import { casesFor, ENDINGS, type FlightCase, flyCase, INVARIANTS, shrinkCase } from '../flight/flight-case.ts';
import { isBug, isGate, PLANTED_BUGS, PLANTED_GATES } from '../flight/planted-bugs.ts';
import { readable } from './readable-flight.ts';

/** From so many calls on every ending must have been seen. */
const ALL_ENDINGS_FROM = 10_000;
const SHOWN = 20;
const TOLD_EVERY = 50_000;
/** What a fleet makes is mostly rubbish soon after: less of it is looked at twice. */
const YOUNG = { maxYoungGenerationSizeMb: 192 };
/** For one case; what is smallest by then is kept. */
const SHRINK_MS = 120_000;

const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    workers: { type: 'string', default: String(availableParallelism()) },
    replay: { type: 'string' },
    out: { type: 'string', default: path.resolve(import.meta.dirname, '../reports/fly') },
    plant: { type: 'string' },
  },
});
/** At once: what a pipe has not yet taken would be lost at the exit. */
const write = (line: string): void => void writeSync(1, `${line}\n`);

if (values.replay !== undefined) {
  const { flown } = JSON.parse(readFileSync(values.replay, 'utf8')) as { flown: FlightCase };
  const { problems, conversation } = await readable(flown);
  for (const line of conversation) write(line);
  for (const problem of problems) write(`violation  ${problem}`);
  if (problems.length === 0) write('no violation any more');
  process.exit(problems.length > 0 ? 1 : 0);
}

const plant = values.plant ?? null;
if (plant !== null && !isBug(plant) && !isGate(plant)) {
  const known = Object.keys({ ...PLANTED_BUGS, ...PLANTED_GATES });
  process.stderr.write(`no bug ${plant}: there are ${known.join(', ')}\n`);
  process.exit(2);
}
/** A whole number; anything else ends it with 2. */
function whole(name: 'calls' | 'seed' | 'workers'): number {
  const number = Number(values[name]);
  if (Number.isSafeInteger(number) && number >= 1) return number;
  process.stderr.write(`--${name} ${values[name]} is no whole number from 1 on\n`);
  process.exit(2);
}
const [wanted, seed, workers] = [whole('calls'), whole('seed'), whole('workers')];
const cases = casesFor(wanted, seed, plant);
const sum: Tally = { counts: {}, problems: [] };
/** The first of each kind. */
const failing = new Map<string, FlightCase>();
const begun = Date.now();
let isStopped = false;
process.once('SIGINT', () => {
  isStopped = true;
});
const bar = process.stderr.isTTY
  ? new SingleBar({
      format: '[{bar}] {value}/{total} calls  {rate} calls/s  {eta_formatted} to go',
      ...{ stream: process.stderr, gracefulExit: false },
    })
  : null;
bar?.start(wanted, 0, { rate: 0 });
await Promise.all(Array.from({ length: workers }, work));
bar?.stop();

// Before a case is made smaller, which takes a while.
const isWrong = report();
mkdirSync(values.out, { recursive: true });
for (const [kind, found] of failing) {
  // As it was found, at once: making it smaller may take long, and be broken off.
  const file = path.join(values.out, `${kind.replaceAll(' ', '-')}.json`);
  save(file, { problems: [], flown: found });
  const flown = await shrinkCase(found, kind, Date.now() + SHRINK_MS);
  save(file, { problems: (await flyCase(flown)).problems, flown });
  write(`saved ${file}: npm run fly -- --replay ${path.relative('.', file)}`);
}
process.exit(isWrong ? 1 : 0);

function save(file: string, found: { readonly problems: readonly string[]; readonly flown: FlightCase }): void {
  writeFileSync(file, `${JSON.stringify(found, null, 2)}\n`);
}

/** One thread, until there are no more cases. */
function work(): Promise<void> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(path.join(import.meta.dirname, 'fly-worker.ts'), { resourceLimits: YOUNG });
    const next = (): void => {
      const flown = isStopped ? undefined : cases.shift();
      if (flown === undefined) void thread.terminate().then(() => resolve());
      else thread.postMessage(flown);
    };
    thread.on('error', reject);
    thread.on('message', ({ flown, tally }: { flown: FlightCase; tally: Tally }) => {
      take(flown, tally);
      next();
    });
    next();
  });
}

function take(flown: FlightCase, { counts, problems }: Tally): void {
  for (const [name, count] of Object.entries(counts)) sum.counts[name] = (sum.counts[name] ?? 0) + count;
  sum.problems.push(...problems);
  for (const problem of problems) if (!failing.has(kindOf(problem))) failing.set(kindOf(problem), flown);
  const calls = sum.counts.calls ?? 0;
  const rate = Math.round(calls / ((Date.now() - begun) / 1000));
  bar?.update(calls, { rate });
  // Where no bar can be drawn.
  if (bar === null && Math.floor(calls / TOLD_EVERY) > Math.floor((calls - (counts.calls ?? 0)) / TOLD_EVERY))
    process.stderr.write(
      `${calls.toLocaleString('en-US')} calls, ${sum.problems.length} violations, ${rate} calls/s\n`,
    );
}

/** Whether anything is not as it must be. */
function report(): boolean {
  const calls = sum.counts.calls ?? 0;
  const kinds = sum.problems.map(kindOf);
  const seen = new Table({ head: ['seen', 'count'], style: { head: [], border: [] } });
  for (const name of Object.keys(sum.counts).sort()) seen.push([name, (sum.counts[name] ?? 0).toLocaleString('en-US')]);
  const zeros = new Table({ head: ['must be zero', 'count'], style: { head: [], border: [] } });
  const known = Object.values(INVARIANTS).flat();
  for (const [name, of] of Object.entries(INVARIANTS))
    zeros.push([name, kinds.filter((kind) => of.includes(kind)).length]);
  zeros.push(['anything else', kinds.filter((kind) => !known.includes(kind)).length]);
  const missing =
    calls < ALL_ENDINGS_FROM ? [] : ENDINGS.filter((ending) => sum.counts[`ending: ${ending}`] === undefined);
  write(`${seen.toString()}\n${zeros.toString()}`);
  for (const problem of sum.problems.slice(0, SHOWN)) write(`violation  ${problem}`);
  for (const ending of missing) write(`no call ended ${ending}`);
  const seconds = (Date.now() - begun) / 1000;
  const { user, system } = process.cpuUsage();
  const perCpu = Math.round(calls / ((user + system) / 1_000_000));
  write(
    `${calls.toLocaleString('en-US')} calls, ${sum.problems.length} violations, ${seconds.toFixed(1)} s, ${Math.round(calls / seconds)} calls/s, ${perCpu} calls per second of processor`,
  );
  return sum.problems.length + missing.length > 0;
}

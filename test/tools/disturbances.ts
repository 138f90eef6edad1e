/**
 * What befalls the worker from outside while calls are live: `kill -9` of all its processes, and a database that refuses every
 * statement. At seeded places of the run, each only after the worker has recovered from the last of its kind.
 */
import { globSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { Random } from '../../src/simulator/random.ts';
import type { ChaosSettings } from './chaos-settings.ts';
import type { LocalStack } from './local-stack.ts';
import { killGroup, type LocalWorker } from './local-worker.ts';

export interface Run {
  readonly calls: number;
  /** Calls that are over and judged. */
  finished(): number;
  /** Whether anyone is on the line. */
  isLive(): boolean;
}

/** So much of the run they are spread over: at its very end nobody is on the line any more. */
const SPREAD = 0.85;
/** Waited at each place, by chance, so that it falls into every state a call can be in. */
const UP_TO_MS = 2_000;
const POLL_MS = 50;
const OUTAGE_MS = [2_000, 6_000] as const;

/** As often as the settings say, each kind in a row of its own. */
export async function disturbWorker(
  running: LocalStack,
  progress: Pick<Run, 'calls' | 'finished'>,
  { kills, outages, seed }: Pick<ChaosSettings, 'kills' | 'outages' | 'seed'>,
): Promise<{ kills: number; outages: number }> {
  const { engine } = running.telnyx;
  const run = { ...progress, isLive: () => [...engine.legs.values()].some(({ phase }) => phase !== 'ended') };
  const seeds = new Random(seed + 1);
  const [ofKills, ofOutages] = [new Random(seeds.next() * 2 ** 32), new Random(seeds.next() * 2 ** 32)];
  const [least, most] = OUTAGE_MS;
  try {
    const [killed, locked] = await Promise.all([
      disturb(run, kills, ofKills, () => timed('killed', killWorker(running.worker))),
      disturb(run, outages, ofOutages, () =>
        timed('D1 locked', lockDatabase(running.stateFolder, least + ofOutages.next() * (most - least))),
      ),
    ]);
    return { kills: killed, outages: locked };
  } catch (error) {
    // A worker that does not come back is told of at once, and fails the run when it is waited for.
    process.stdout.write(`${String(error)}\n`);
    throw error;
  }
}

/** For whoever reads what became of a call. */
async function timed(what: string, lasting: Promise<void>): Promise<void> {
  const from = new Date();
  await lasting;
  process.stdout.write(`${what} ${from.toISOString()} to ${new Date().toISOString()}\n`);
}

/** Says how often it befell. */
export async function disturb(
  run: Run,
  times: number,
  random: Random,
  befall: () => Promise<void>,
  upToMs = UP_TO_MS,
): Promise<number> {
  const isOver = () => run.finished() >= run.calls;
  const places = Array.from({ length: times }, (_, n) => ((n + random.next()) / times) * SPREAD * run.calls);
  for (const [done, place] of places.entries()) {
    await until(() => isOver() || (run.finished() >= place && run.isLive()));
    await pause(random.next() * upToMs);
    await until(() => isOver() || run.isLive());
    if (isOver()) return done;
    await befall();
  }
  return times;
}

/** Resolves when the next life of the worker answers. */
export async function killWorker(worker: LocalWorker): Promise<void> {
  const killed = worker.pid();
  if (killed !== null) killGroup(killed, 'SIGKILL');
  await until(() => worker.pid() !== killed);
  await worker.ready();
}

/**
 * An exclusive lock on D1's file, held by this process: to the worker, every read and write fails with SQLITE_BUSY. Its Durable
 * Objects have files of their own and go on.
 */
export async function lockDatabase(stateFolder: string, ms: number): Promise<void> {
  const files = globSync('v3/d1/**/*.sqlite', { cwd: stateFolder }).filter((file) => !file.endsWith('metadata.sqlite'));
  const [file] = files;
  if (file === undefined || files.length > 1) throw new Error(`one D1 file expected, found ${files.length}`);
  const database = new DatabaseSync(path.join(stateFolder, file), { timeout: 1_000 });
  try {
    database.exec('BEGIN EXCLUSIVE');
    await pause(ms);
  } finally {
    database.close();
  }
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await pause(POLL_MS);
}

/**
 * The worker as a child process: `wrangler dev` in a process group of its own, watched. When it dies, whatever killed it, the
 * rest of its group is cleared and it is started again on the same state; the same when it answers nobody for a minute, as
 * happens to wrangler's own proxy on a machine that is too busy. And its cron is rung, which nobody else does here.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { offline, wrangler } from './local-wrangler.ts';

const root = path.resolve(import.meta.dirname, '../..');
/** Looks in vain, in a row, after which it is taken for hung. */
const MOST_SILENT = 12;
const LOOK_EVERY_MS = 5_000;

export interface LocalWorkerOptions {
  readonly port: number;
  /** Holds D1, R2 and Durable Objects between starts. */
  readonly stateFolder: string;
  readonly variables: Readonly<Record<string, string>>;
  /** In place of the product's own, relative to the repository. */
  readonly entry?: string;
  readonly cronEveryMs?: number;
  readonly onRestart?: () => void;
}
export interface LocalWorker {
  readonly url: string;
  /** The id of the worker's process group, while it runs. */
  pid(): number | null;
  ready(): Promise<void>;
  /** What it wrote since this process started it. */
  log(): string;
  stop(): Promise<void>;
}

export function startLocalWorker(options: LocalWorkerOptions): LocalWorker {
  const url = `http://127.0.0.1:${options.port}`;
  const logFile = path.join(options.stateFolder, 'worker.log');
  const logFrom = existsSync(logFile) ? statSync(logFile).size : 0;
  const output = createWriteStream(logFile, { flags: 'a' });
  const script = scriptOf(options);
  let child: ChildProcess | null = null;
  let stopping = false;

  const start = (): void => {
    const variables = Object.entries(options.variables).flatMap(([name, value]) => ['--var', `${name}:${value}`]);
    child = spawn(
      process.execPath,
      [
        ...[wrangler, 'dev', ...script, '--local'],
        ...['--ip', '127.0.0.1', '--port', String(options.port), '--inspector-port', '0'],
        ...['--persist-to', options.stateFolder, '--show-interactive-dev-session=false', '--log-level', 'log'],
        ...variables,
      ],
      { cwd: root, env: { ...process.env, ...offline }, stdio: ['ignore', 'pipe', 'pipe'], detached: true },
    );
    child.stdout?.pipe(output, { end: false });
    child.stderr?.pipe(output, { end: false });
    const { pid } = child;
    if (pid !== undefined) writeFileSync(path.join(options.stateFolder, 'worker.pid'), String(pid));
    child.once('exit', () => {
      if (pid !== undefined) killGroup(pid, 'SIGKILL');
      if (stopping) return;
      options.onRestart?.();
      setTimeout(start, 100);
    });
  };

  const ready = async (): Promise<void> => {
    const deadline = Date.now() + 60_000;
    for (;;) {
      if (await answers(url)) return;
      if (Date.now() > deadline)
        throw new Error(`the worker did not start; see ${path.join(options.stateFolder, 'worker.log')}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };

  // However this process ends, it leaves no worker behind.
  process.on('exit', () => {
    if (child?.pid !== undefined && child.exitCode === null) killGroup(child.pid, 'SIGKILL');
  });
  start();
  const cron = setInterval(() => {
    const ring = `${url}/cdn-cgi/local/scheduled?cron=${encodeURIComponent('* * * * *')}`;
    // The worker may be between two lives; the next ring comes.
    fetch(ring, { signal: AbortSignal.timeout(5000) })
      .then((answer) => answer.body?.cancel())
      .catch(() => undefined);
  }, options.cronEveryMs ?? 5000);

  let silent = 0;
  const watch = setInterval(async () => {
    silent = (await answers(url)) ? 0 : silent + 1;
    if (silent < MOST_SILENT || child?.pid === undefined) return;
    silent = 0;
    output.write('local-worker: it answers nobody, and is killed\n');
    killGroup(child.pid, 'SIGKILL');
  }, LOOK_EVERY_MS);

  return {
    url,
    pid: () => child?.pid ?? null,
    ready,
    log: () => readFileSync(logFile).subarray(logFrom).toString('utf8'),
    stop: async () => {
      stopping = true;
      clearInterval(cron);
      clearInterval(watch);
      const running = child;
      if (running?.pid === undefined || running.exitCode !== null) return;
      const ended = new Promise<void>((resolve) => running.once('exit', () => resolve()));
      killGroup(running.pid, 'SIGTERM');
      const forced = setTimeout(() => killGroup(running.pid as number, 'SIGKILL'), 3000);
      await ended;
      clearTimeout(forced);
    },
  };
}

/** Left out: wrangler bundles what wrangler.toml names. A lane of tests that starts many has it bundled once (test/e2e/bundle-once.ts). */
function scriptOf({ entry }: LocalWorkerOptions): string[] {
  if (entry !== undefined) return [entry];
  const bundled = process.env['BUNDLED_WORKER'];
  return bundled === undefined ? [] : [bundled, '--no-bundle', '--config', path.join(root, 'wrangler.toml')];
}

async function answers(url: string): Promise<boolean> {
  const answer = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(2000) }).catch(() => null);
  await answer?.body?.cancel();
  return answer?.status === 200;
}

export function killGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // Nobody left in the group: what was wanted.
  }
}

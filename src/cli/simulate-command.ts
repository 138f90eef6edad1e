/**
 * `simulate`: the stand-ins of Telnyx and of Access, in a process of their own, for a worker that is started by hand. This machine's
 * commands are signed in at it by a token that lives as long as it does.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import type { Setup } from './context.ts';
import { EXIT } from './exit-codes.ts';
import { wholeNumber } from './list-pages.ts';
import { localTokenFile } from './settings.ts';

interface SimulateOptions {
  readonly telnyxPort: number;
  readonly accessPort: number;
  readonly upstream: string;
  readonly audience: string;
  readonly person: readonly string[];
  readonly speed: number;
  readonly seed: number;
  readonly ringBacks?: boolean;
}

const SIMULATOR = path.resolve(import.meta.dirname, '../simulator/main.ts');
const CLIENT_ID = 'local-tools.access';
const collect = (text: string, before: readonly string[] = []): readonly string[] => [...before, text];

export function addSimulateCommand(program: Command, { io, ending }: Setup): void {
  program
    .command('simulate')
    .description(
      'Starts the stand-ins of Telnyx and Cloudflare Access, for a worker you start yourself ("npm start" starts all)',
    )
    .option('--telnyx-port <n>', 'where Telnyx listens', wholeNumber, 8789)
    .option('--access-port <n>', 'where Access listens', wholeNumber, 8787)
    .option('--upstream <url>', 'where the worker listens', 'http://127.0.0.1:8788')
    .option('--audience <text>', 'what ACCESS_AUD says', 'local-audience')
    .option('--person <email>', 'who can sign in by a button; again for each', collect)
    .option('--speed <n>', 'how many times faster than people', wholeNumber, 20)
    .option('--seed <n>', 'of everything that is by chance', wholeNumber, 1)
    .option('--ring-backs', 'patients ring back')
    .addHelpText(
      'after',
      `\nADMIN_EMAILS of the worker has to name ${CLIENT_ID}, then commands here are signed in.\n\nExample:\n  telnyx-edge-intake simulate --speed 20`,
    )
    .action(async (options: SimulateOptions) => {
      const file = localTokenFile(io.root, options.accessPort);
      const secret = randomBytes(24).toString('hex');
      mkdirSync(path.dirname(file), { recursive: true });
      // Anew, so that nobody else may read it, whoever may read what lay there.
      rmSync(file, { force: true });
      writeFileSync(file, JSON.stringify({ client_id: CLIENT_ID, client_secret: secret }), { mode: 0o600 });
      try {
        ending.exitCode = await runSimulator(argumentsOf(options, secret));
      } finally {
        rmSync(file, { force: true });
      }
    });
}

const argumentsOf = (options: SimulateOptions, secret: string): string[] => [
  ...['--telnyx-port', String(options.telnyxPort), '--access-port', String(options.accessPort)],
  ...['--upstream', options.upstream, '--audience', options.audience],
  ...['--speed', String(options.speed), '--seed', String(options.seed)],
  ...(options.person ?? []).flatMap((email) => ['--person', email]),
  ...(options.ringBacks === true ? ['--ring-backs'] : []),
  // The stand-in's own way; it is worth nothing beyond this machine and this start.
  ...['--service-token', `${CLIENT_ID}:${secret}`],
];

function runSimulator(given: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [SIMULATOR, ...given], { stdio: 'inherit' });
  // Ctrl-C reaches it too, as one of this terminal; whatever else ends this process ends it as well.
  const end = () => void child.kill('SIGTERM');
  process.once('SIGTERM', end);
  process.on('SIGINT', end);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      process.off('SIGTERM', end);
      process.off('SIGINT', end);
      resolve(code === 0 ? EXIT.ok : EXIT.failed);
    });
  });
}

/**
 * `npm run restore -- --from <folder> --into <state folder>`: a backup into an empty local state. `--only database`: where R2 and the
 * Durable Objects are still there. What to do on Cloudflare stands in the README.
 */
import { parseArgs } from 'node:util';
import { withUsage } from './backup-usage.ts';
import { RestoreRefused, restoreBackup } from './restore-backup.ts';

const USAGE = `npm run restore -- --from <folder> [--into <state folder>] [--keys <file>] [--only database]
  --from <folder>        what npm run backup wrote
  --into <state folder>  an empty one; left out: .state/restored
  --keys <file>          what npm run backup -- --keys wrote, where the vault is lost too
  --only database        where R2 and the Durable Objects are still there
  --help                 this text
`;

const values = withUsage(
  USAGE,
  () =>
    parseArgs({
      options: {
        from: { type: 'string' },
        into: { type: 'string', default: '.state/restored' },
        keys: { type: 'string' },
        only: { type: 'string', default: 'everything' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values,
);
const say = (line: string): void => void process.stdout.write(`${line}\n`);

try {
  const { from, into, only, keys } = values;
  if (from === undefined) throw new RestoreRefused('Name the folder of the backup: --from <folder>.');
  if (only !== 'database' && only !== 'everything') throw new RestoreRefused('--only takes “database”.');
  const manifest = await restoreBackup(from, into, only, keys);
  say(`${into} is as it was at ${manifest.takenAt}.`);
  say(
    'Nobody is dialled before the worker has written again what is newer and still known, and an administrator goes on.',
  );
} catch (error) {
  const { message } = error as Error;
  const isRefused = error instanceof RestoreRefused;
  process.stderr.write(isRefused ? `${message}\n` : `The restore failed: ${message}\n`);
  process.exitCode = isRefused ? 2 : 1;
}

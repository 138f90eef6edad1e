/**
 * `npm run restore -- --from <folder> --into <state folder>`: a backup into an empty local state. `--only database`: where R2 and the
 * Durable Objects are still there. What to do on Cloudflare stands in the README.
 */
import { parseArgs } from 'node:util';
import { RestoreRefused, restoreBackup } from './restore-backup.ts';

const { values } = parseArgs({
  options: {
    from: { type: 'string' },
    into: { type: 'string', default: '.state/restored' },
    /** The file that `npm run backup -- --keys` wrote, where the vault is lost too. */
    keys: { type: 'string' },
    only: { type: 'string', default: 'everything' },
  },
});
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
  if (!(error instanceof RestoreRefused)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}

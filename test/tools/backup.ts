/**
 * `npm run backup -- --out <folder>`: a backup of the clinic on this machine; `--remote`: of the account that wrangler is signed in to.
 * Everything about patients in it is sealed. The keys are not in it: neither PHI_KEYS, nor those of patients, which are in the vault.
 */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { withUsage } from './backup-usage.ts';
import { BackupRefused, checkKeysFile, keepKeys, makeBackup } from './make-backup.ts';

const USAGE = `npm run backup -- --out <folder> [--keys <file>] [--remote | --state-folder <folder>]
  --out <folder>           where the backup goes: outside the repository, new or empty
  --keys <file>            the wrapped keys of patients too, into a file that is kept apart and replaced each time
  --remote                 of the account that wrangler is signed in to, instead of this machine
  --state-folder <folder>  the state on this machine; left out: .state/start, where npm start keeps it
  --help                   this text
`;

const values = withUsage(
  USAGE,
  () =>
    parseArgs({
      options: {
        out: { type: 'string' },
        keys: { type: 'string' },
        remote: { type: 'boolean', default: false },
        'state-folder': { type: 'string', default: path.resolve(import.meta.dirname, '../../.state/start') },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values,
);
const say = (line: string): void => void process.stdout.write(`${line}\n`);

// So that a run which is broken off takes along what it wrote.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
try {
  if (values.out === undefined) throw new BackupRefused('Name a folder outside the repository: --out <folder>.');
  if (values.keys !== undefined) checkKeysFile(values.keys, values.out);
  const manifest = await makeBackup(values.out, values.remote ? null : values['state-folder']);
  const rows = Object.values(manifest.rows).reduce((sum, n) => sum + n, 0);
  say(`${values.out}: ${rows} rows of ${Object.keys(manifest.rows).length} tables, ${manifest.objects.length} files`);
  say(`The audit ends with line ${manifest.auditHead?.seq ?? 0}, the tables with ${manifest.migration}.`);
  say(
    `To read it: the key${manifest.keyIds.length === 1 ? '' : 's'} ${manifest.keyIds.join(', ')} of PHI_KEYS, and the vault.`,
  );
  if (values.keys !== undefined) {
    const isThere = await keepKeys(values.keys, values.remote ? null : values['state-folder']);
    say(
      isThere
        ? `${values.keys}: the keys of patients. Keep it apart, and only the newest.`
        : 'There is no copy of the vault yet.',
    );
  }
} catch (error) {
  const { message } = error as Error;
  const isRefused = error instanceof BackupRefused;
  process.stderr.write(isRefused ? `${message}\n` : `The backup failed: ${message}\n`);
  process.exitCode = isRefused ? 2 : 1;
}

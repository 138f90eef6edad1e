/**
 * `npm run backup -- --out <folder>`: a backup of the clinic on this machine; `--remote`: of the account that wrangler is signed in to.
 * Everything about patients in it is sealed. The keys are not in it: neither PHI_KEYS, nor those of patients, which are in the vault.
 */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { BackupRefused, keepKeys, makeBackup } from './make-backup.ts';

const { values } = parseArgs({
  options: {
    out: { type: 'string' },
    /** The keys of patients, wrapped, into a file that is kept apart and replaced each time. */
    keys: { type: 'string' },
    remote: { type: 'boolean', default: false },
    'state-folder': { type: 'string', default: path.resolve(import.meta.dirname, '../../.state/start') },
  },
});
const say = (line: string): void => void process.stdout.write(`${line}\n`);

try {
  if (values.out === undefined) throw new BackupRefused('Name a folder outside the repository: --out <folder>.');
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
  if (!(error instanceof BackupRefused)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}

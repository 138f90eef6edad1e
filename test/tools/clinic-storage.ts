/**
 * D1 and R2 of an installation as a program outside the worker reaches them, through wrangler: of this machine, or of the account that
 * wrangler is signed in to. A configuration of its own, in a folder that goes with it, names nothing but the two.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');
const wrangler = path.join(root, 'node_modules/wrangler/bin/wrangler.js');
const quiet = { WRANGLER_SEND_METRICS: 'false', CI: '1', NO_COLOR: '1' };

interface Bindings {
  readonly DB: D1Database;
  readonly BUCKET: R2Bucket;
}
export interface ClinicStorage {
  readonly bucket: R2Bucket;
  readonly database: D1Database;
  /** As one file of SQL. */
  exportDatabase(file: string): void;
  importDatabase(file: string): void;
  close(): Promise<void>;
}

/** `stateFolder` null: the account's own. */
export async function openStorage(stateFolder: string | null): Promise<ClinicStorage> {
  const folder = mkdtempSync(path.join(tmpdir(), 'intake-storage-'));
  const configPath = path.join(folder, 'wrangler.toml');
  writeFileSync(configPath, configuration(stateFolder === null));
  if (stateFolder !== null) {
    mkdirSync(path.join(folder, '.wrangler'));
    symlinkSync(path.resolve(stateFolder), path.join(folder, '.wrangler/state'));
  }
  const where = stateFolder === null ? '--remote' : '--local';
  const d1 = (...words: string[]) =>
    execFileSync(process.execPath, [wrangler, 'd1', ...words, where, '--config', configPath], {
      ...{ cwd: folder, env: { ...process.env, ...quiet } },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  // Only now: loading it takes a second, which whoever asks for `--help` need not wait for.
  const { getPlatformProxy } = await import('wrangler');
  const proxy = await getPlatformProxy<Bindings>({
    ...{ configPath, remoteBindings: stateFolder === null },
    persist: stateFolder === null ? false : { path: path.join(path.resolve(stateFolder), 'v3') },
  });
  return {
    bucket: proxy.env.BUCKET,
    database: proxy.env.DB,
    exportDatabase: (file) => d1('export', 'DB', '--output', file, '--skip-confirmation'),
    importDatabase: (file) => d1('execute', 'DB', '--file', file, '--yes'),
    close: async () => {
      await proxy.dispose();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Names and ids as wrangler.toml has them for production; there they are the same as above it. */
function configuration(isRemote: boolean): string {
  const own = readFileSync(path.join(root, 'wrangler.toml'), 'utf8');
  const production = own.slice(own.indexOf('[env.production]'));
  const named = (name: string) => {
    const value = new RegExp(`^${name} = "([^"]+)"`, 'm').exec(isRemote ? production : own)?.[1];
    if (value === undefined) throw new Error(`wrangler.toml does not say ${name}`);
    return value;
  };
  return [
    ...['name = "backup"', 'compatibility_date = "2026-11-01"'],
    ...['[[d1_databases]]', 'binding = "DB"', `database_name = "${named('database_name')}"`],
    ...[`database_id = "${named('database_id')}"`, `remote = ${isRemote}`],
    ...['[[r2_buckets]]', 'binding = "BUCKET"', `bucket_name = "${named('bucket_name')}"`, `remote = ${isRemote}`, ''],
  ].join('\n');
}

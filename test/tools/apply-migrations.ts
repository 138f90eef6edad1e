/**
 * The tables of a local state. wrangler starts a runtime for each migration, ten seconds in all; so an empty state gets a copy of what it
 * once made of the same files, and only a state that is there already is migrated itself.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { offline, wrangler } from './local-wrangler.ts';

const root = path.resolve(import.meta.dirname, '../..');
const CACHE = path.join(root, 'node_modules/.cache');
const DATABASES = 'v3/d1';

export function applyMigrations(stateFolder: string): void {
  if (existsSync(path.join(stateFolder, DATABASES))) migrate(stateFolder);
  else cpSync(path.join(migratedOnce(), DATABASES), path.join(stateFolder, DATABASES), { recursive: true });
}

/** The folder that holds it. Made beside its place and renamed, so that nobody copies a half one. */
function migratedOnce(): string {
  const home = path.join(CACHE, `migrated-${digest()}`);
  if (existsSync(home)) return home;
  mkdirSync(CACHE, { recursive: true });
  const partial = mkdtempSync(`${home}.`);
  try {
    migrate(partial);
    renameSync(partial, home);
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    if (!existsSync(home)) throw error; // otherwise another process was first
  }
  return home;
}

function migrate(stateFolder: string): void {
  execFileSync(
    process.execPath,
    [wrangler, 'd1', 'migrations', 'apply', 'DB', '--local', '--persist-to', stateFolder],
    { cwd: root, env: { ...process.env, ...offline }, stdio: ['ignore', 'ignore', 'inherit'] },
  );
}

/** Of all that says what they become: the migrations, the name of the database, whoever applies them. */
function digest(): string {
  const files = [
    ...globSync('migrations/*.sql', { cwd: root }).sort(),
    ...['wrangler.toml', 'node_modules/wrangler/package.json'],
  ];
  const hash = createHash('sha256');
  for (const file of files)
    hash
      .update(`${file}\0`)
      .update(readFileSync(path.join(root, file)))
      .update('\0');
  return hash.digest('hex').slice(0, 16);
}

/**
 * What a backup is (HS-12, C80): a folder with `database.sql` (D1 as wrangler exports it), `objects/` (R2, sealed as it lies) and
 * `manifest.json`, which says of each file how long it is and its SHA-256, and what the database held. No key is in it.
 */
import { createHash } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export const MANIFEST = 'manifest.json';
export const DATABASE = 'database.sql';
export const OBJECTS = 'objects';

export interface StoredFile {
  /** Relative to the folder, with `/`. */
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
}
export interface StoredObject extends StoredFile {
  readonly key: string;
  readonly customMetadata: Readonly<Record<string, string>>;
  readonly contentType: string | null;
}
export interface DatabaseFigures {
  /** Rows of each table. */
  readonly rows: Readonly<Record<string, number>>;
  /** The last migration that was applied. */
  readonly migration: string | null;
  /** The last line of the audit. */
  readonly auditHead: { readonly seq: number; readonly hash: string | null } | null;
  /** Ids of the keys of PHI_KEYS under which something in the database is sealed; never the keys. */
  readonly keyIds: readonly string[];
}
export interface Manifest extends DatabaseFigures {
  readonly format: 'telnyx-edge-intake-backup-1';
  /** When it began, ISO 8601: what came later is not in it. */
  readonly takenAt: string;
  readonly from: 'local' | 'remote';
  readonly database: StoredFile;
  readonly objects: readonly StoredObject[];
}

export async function describeFile(folder: string, file: string): Promise<StoredFile> {
  const full = path.join(folder, file);
  const digest = createHash('sha256');
  for await (const chunk of createReadStream(full)) digest.update(chunk as Buffer);
  return { file, bytes: (await stat(full)).size, sha256: digest.digest('hex') };
}

/** Read by restoring it into a database in memory: an export that cannot be restored is noticed on the day it is made. */
export function readFigures(folder: string): DatabaseFigures {
  const database = new DatabaseSync(':memory:');
  try {
    database.exec(readFileSync(path.join(folder, DATABASE), 'utf8'));
    return figuresOf(database);
  } finally {
    database.close();
  }
}

export function figuresOf(database: DatabaseSync): DatabaseFigures {
  const all = <T>(sql: string) => database.prepare(sql).all() as T[];
  const tables = all<{ name: string }>(
    `select name from sqlite_master where type = 'table' and name not like 'sqlite_%' and name not like '_cf_%' order by name`,
  );
  const rows = Object.fromEntries(
    tables.map(({ name }) => [name, all<{ n: number }>(`select count(*) as n from "${name}"`)[0]?.n ?? 0]),
  );
  const columns = all<{ name: string }>(`select name from pragma_table_info('audit_events')`).map(({ name }) => name);
  const hash = columns.includes('hash') ? 'hash' : 'null as hash';
  const [head] = all<{ seq: number; hash: string | null }>(
    `select seq, ${hash} from audit_events order by seq desc limit 1`,
  );
  const [last] = all<{ name: string }>('select name from d1_migrations order by id desc limit 1');
  const hashes = ['patients.phone_hash', 'suppressions.key_id', 'consents.phone_hash', 'contacts.phone_hash']
    .map((column) => column.split('.'))
    .map(([table, column]) => `select ${column} as id from ${table}`);
  const ids = all<{ id: string }>(`select distinct substr(id || '.', 1, instr(id || '.', '.') - 1) as id
    from (${hashes.join(' union ')}) where id <> '' order by 1`);
  return {
    rows,
    migration: last?.name ?? null,
    auditHead: head === undefined ? null : { seq: head.seq, hash: head.hash },
    keyIds: ids.map(({ id }) => id),
  };
}

/** One line for each thing that is not as the manifest says; empty: it may be restored. */
export async function problemsOf(folder: string, manifest: Manifest): Promise<string[]> {
  const problems: string[] = [];
  for (const file of [manifest.database, ...manifest.objects]) {
    if (!isInside(file.file)) {
      problems.push(`${file.file}: leads out of the folder`);
      continue;
    }
    const found = await describeFile(folder, file.file).catch(() => null);
    if (found === null) problems.push(`${file.file}: is not there`);
    else if (found.sha256 !== file.sha256 || found.bytes !== file.bytes)
      problems.push(`${file.file}: is not as it was`);
  }
  if (problems.length > 0) return problems;
  const { rows, auditHead, migration } = readFigures(folder);
  const said = JSON.stringify({ rows: manifest.rows, auditHead: manifest.auditHead, migration: manifest.migration });
  return JSON.stringify({ rows, auditHead, migration }) === said ? [] : ['database.sql: holds other rows than it did'];
}

const isInside = (file: string): boolean => !path.isAbsolute(file) && !file.split('/').includes('..');

export const readManifest = (folder: string): Manifest => {
  const manifest = JSON.parse(readFileSync(path.join(folder, MANIFEST), 'utf8')) as Manifest;
  if (manifest.format !== 'telnyx-edge-intake-backup-1') throw new Error('it is of something else');
  if (manifest.database === undefined || !Array.isArray(manifest.objects)) throw new Error('it names no files');
  return manifest;
};

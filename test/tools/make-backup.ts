/** Makes a backup: D1 by `wrangler d1 export`, every object of R2 as it lies, and the manifest last, so that half a backup is none. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import {
  DATABASE,
  describeFile,
  MANIFEST,
  type Manifest,
  OBJECTS,
  readFigures,
  type StoredObject,
} from './backup-format.ts';
import { type ClinicStorage, openStorage } from './clinic-storage.ts';

const root = realpathSync(path.resolve(import.meta.dirname, '../..'));
/** The keys of patients are kept apart from what they open: see SECURITY.md. */
const NOT_IN_IT = /^(vault|doctor)\//;
export const VAULT_COPY = 'vault/keys.ndjson';
const ONLY_OWNER = { file: 0o600, folder: 0o700 } as const;

export class BackupRefused extends Error {
  override readonly name = 'BackupRefused';
}

/** Before anything is written: the keys lie apart from what they open, and take the place of nothing but older keys. */
export function checkKeysFile(keys: string, out: string): void {
  const file = realPath(keys);
  const folder = realPath(out);
  if (isWithin(file, root))
    throw new BackupRefused('--keys: the keys do not belong into the repository: name a file outside it.');
  if (isWithin(file, folder))
    throw new BackupRefused('--keys: the keys do not belong into the backup they open: name a file elsewhere.');
  if (!existsSync(file)) return;
  if (!statSync(file).isFile())
    throw new BackupRefused(`--keys: ${file} is no file: name one, as ${file}/keys.ndjson.`);
  if (!isKeys(readFileSync(file, 'utf8')))
    throw new BackupRefused(`--keys: ${file} holds something else than keys, and is left alone: name another file.`);
}

/** The vault's one copy, into a file of its own that the next one replaces. False: there is none yet. `stateFolder` null: of the account. */
export async function keepKeys(file: string, stateFolder: string | null): Promise<boolean> {
  const storage = await openStorage(stateFolder);
  try {
    const object = await storage.bucket.get(VAULT_COPY);
    if (object === null) return false;
    const whole = realPath(file);
    mkdirSync(path.dirname(whole), { recursive: true, mode: ONLY_OWNER.folder });
    // The older keys stay until these are all there.
    const part = `${whole}.part`;
    rmSync(part, { force: true });
    writeFileSync(part, await object.text(), { mode: ONLY_OWNER.file, flag: 'wx' });
    renameSync(part, whole);
    return true;
  } finally {
    await storage.close();
  }
}

export async function makeBackup(out: string, stateFolder: string | null): Promise<Manifest> {
  const folder = checkFolder(out);
  if (stateFolder !== null && !existsSync(path.join(stateFolder, 'v3/d1')))
    throw new BackupRefused(
      `There is no state in ${stateFolder}: run npm start first, or name another --state-folder.`,
    );
  const isNew = !existsSync(folder);
  mkdirSync(folder, { recursive: true, mode: ONLY_OWNER.folder });
  chmodSync(folder, ONLY_OWNER.folder);
  // Half a backup would be in the way of the next.
  const discard = () => {
    for (const name of [MANIFEST, DATABASE, OBJECTS]) rmSync(path.join(folder, name), { recursive: true, force: true });
    if (isNew) rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', discard);
  try {
    return await fillFolder(folder, stateFolder);
  } catch (error) {
    discard();
    throw error;
  } finally {
    process.off('exit', discard);
  }
}

async function fillFolder(folder: string, stateFolder: string | null): Promise<Manifest> {
  const takenAt = new Date().toISOString();
  const storage = await openStorage(stateFolder);
  try {
    // The database first: an object that comes later has no row, which is harmless; a row without its object is not.
    storage.exportDatabase(path.join(folder, DATABASE));
    chmodSync(path.join(folder, DATABASE), ONLY_OWNER.file);
    const objects = await copyObjects(storage, folder);
    const manifest: Manifest = {
      ...{ format: 'telnyx-edge-intake-backup-1', takenAt, from: stateFolder === null ? 'remote' : 'local' },
      ...readFigures(folder),
      ...{ database: await describeFile(folder, DATABASE), objects },
    };
    writeFileSync(path.join(folder, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`, { mode: ONLY_OWNER.file });
    return manifest;
  } finally {
    await storage.close();
  }
}

/** Outside the repository, where nobody can commit it; new or empty; nothing is written yet. */
function checkFolder(out: string): string {
  const folder = realPath(out);
  if (isWithin(folder, root))
    throw new BackupRefused('A backup does not belong into the repository: name a folder outside it.');
  if (!existsSync(folder)) return folder;
  if (!statSync(folder).isDirectory()) throw new BackupRefused(`${folder} is no folder: name one.`);
  if (readdirSync(folder).length > 0)
    throw new BackupRefused(`${folder} is not empty: each backup has a folder of its own.`);
  return folder;
}

/** Older keys, or nothing at all. */
function isKeys(text: string): boolean {
  const [first = ''] = text.split('\n');
  try {
    return text === '' || 'patientId' in (JSON.parse(first) as object);
  } catch {
    return false;
  }
}

/** Also of what is not there yet. */
function realPath(name: string): string {
  const whole = path.resolve(name);
  let known = whole;
  while (!existsSync(known)) known = path.dirname(known);
  return path.join(realpathSync(known), path.relative(known, whole));
}

const isWithin = (name: string, folder: string): boolean => name === folder || name.startsWith(`${folder}${path.sep}`);

async function copyObjects({ bucket }: ClinicStorage, folder: string): Promise<StoredObject[]> {
  mkdirSync(path.join(folder, OBJECTS), { mode: ONLY_OWNER.folder });
  const copied: StoredObject[] = [];
  let cursor: string | undefined;
  do {
    const page = await bucket.list(cursor === undefined ? {} : { cursor });
    for (const { key } of page.objects) {
      if (NOT_IN_IT.test(key)) continue;
      const object = await bucket.get(key);
      // Deleted in the meantime: an erasure, or a list that was read.
      if (object === null) continue;
      // Numbered: a key may be no name for a file.
      const file = `${OBJECTS}/${String(copied.length).padStart(8, '0')}`;
      writeFileSync(path.join(folder, file), new Uint8Array(await object.arrayBuffer()), { mode: ONLY_OWNER.file });
      copied.push({
        ...(await describeFile(folder, file)),
        ...{ key, customMetadata: object.customMetadata ?? {}, contentType: object.httpMetadata?.contentType ?? null },
      });
    }
    cursor = page.truncated ? page.cursor : undefined;
  } while (cursor !== undefined);
  return copied;
}

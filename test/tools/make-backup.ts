/** Makes a backup: D1 by `wrangler d1 export`, every object of R2 as it lies, and the manifest last, so that half a backup is none. */
import { chmodSync, existsSync, mkdirSync, readdirSync, realpathSync, writeFileSync } from 'node:fs';
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

/** `stateFolder` null: of the account. */
/** The vault's one copy, into a file of its own that the next one replaces. False: there is none yet. */
export async function keepKeys(file: string, stateFolder: string | null): Promise<boolean> {
  emptyFolder(path.dirname(file), path.basename(file));
  const storage = await openStorage(stateFolder);
  try {
    const object = await storage.bucket.get(VAULT_COPY);
    if (object === null) return false;
    writeFileSync(file, await object.text(), { mode: ONLY_OWNER.file });
    return true;
  } finally {
    await storage.close();
  }
}

export async function makeBackup(out: string, stateFolder: string | null): Promise<Manifest> {
  const folder = emptyFolder(out);
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

/** Outside the repository, where nobody can commit it; new or empty; only for whoever runs this. */
function emptyFolder(out: string, but?: string): string {
  const folder = path.resolve(out);
  let known = folder;
  while (!existsSync(known)) known = path.dirname(known);
  const real = path.join(realpathSync(known), path.relative(known, folder));
  if (real === root || real.startsWith(`${root}${path.sep}`))
    throw new BackupRefused('A backup does not belong into the repository: name a folder outside it.');
  mkdirSync(real, { recursive: true, mode: ONLY_OWNER.folder });
  if (readdirSync(real).some((name) => name !== but))
    throw new BackupRefused(`${real} is not empty: each backup has a folder of its own.`);
  chmodSync(real, ONLY_OWNER.folder);
  return real;
}

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

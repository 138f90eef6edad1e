/**
 * Restores a backup into an empty local state, after every file was found to be as the manifest says. Into D1 goes a mark that it came from
 * a backup: by it nobody is dialled before what is newer was written again (src/outbox/replay-lost.ts).
 */
import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { MANIFEST, type Manifest, problemsOf, readManifest } from './backup-format.ts';
import { type ClinicStorage, openStorage } from './clinic-storage.ts';
import { VAULT_COPY } from './make-backup.ts';

export class RestoreRefused extends Error {
  override readonly name = 'RestoreRefused';
}

/** `only`: the database alone, where R2 and the Durable Objects are still there. */
export async function restoreBackup(
  from: string,
  stateFolder: string,
  only: 'database' | 'everything',
  keysFile?: string,
): Promise<Manifest> {
  if (keysFile !== undefined && !(existsSync(keysFile) && statSync(keysFile).isFile()))
    throw new RestoreRefused(`--keys: there is no file ${keysFile}: name the one that npm run backup -- --keys wrote.`);
  const folder = path.resolve(from);
  const manifest = manifestOf(folder);
  const problems = await problemsOf(folder, manifest);
  if (problems.length > 0) throw new RestoreRefused(`The backup is damaged:\n${problems.join('\n')}`);
  mkdirSync(stateFolder, { recursive: true, mode: 0o700 });
  const storage = await openStorage(stateFolder);
  try {
    await refuseUnlessEmpty(storage, stateFolder, only);
    storage.importDatabase(path.join(folder, manifest.database.file));
    if (only === 'everything') await putObjects(storage, folder, manifest);
    // The vault, which is as empty, takes them from there.
    if (keysFile !== undefined) await storage.bucket.put(VAULT_COPY, readFileSync(keysFile));
    await storage.database
      .prepare(`insert or replace into signs (name, at, code) values ('restored', ?, null)`)
      .bind(Date.parse(manifest.takenAt))
      .run();
    return manifest;
  } finally {
    await storage.close();
  }
}

function manifestOf(folder: string): Manifest {
  if (!existsSync(path.join(folder, MANIFEST)))
    throw new RestoreRefused(
      `${folder} is no backup: it has no ${MANIFEST}. Name the folder that npm run backup wrote.`,
    );
  try {
    return readManifest(folder);
  } catch (error) {
    throw new RestoreRefused(`${folder} is no backup that can be read: ${(error as Error).message}`);
  }
}

/** Nothing is ever written over: what is there may be all that is left. */
async function refuseUnlessEmpty(storage: ClinicStorage, stateFolder: string, only: 'database' | 'everything') {
  const table = await storage.database
    .prepare(
      `select name from sqlite_master where type = 'table' and name not like '\\_cf\\_%' escape '\\' and name not like 'sqlite\\_%' escape '\\'`,
    )
    .first<{ name: string }>();
  if (table !== null)
    throw new RestoreRefused(`${stateFolder} holds a database already. Restore into an empty folder.`);
  if (only === 'database') return;
  const { objects } = await storage.bucket.list({ limit: 1 });
  if (objects.length > 0) throw new RestoreRefused(`${stateFolder} holds files already. Restore into an empty folder.`);
}

async function putObjects({ bucket }: ClinicStorage, folder: string, { objects }: Manifest): Promise<void> {
  for (const { key, file, customMetadata, contentType } of objects) {
    await bucket.put(key, readFileSync(path.join(folder, file)), {
      customMetadata: { ...customMetadata },
      httpMetadata: contentType === null ? {} : { contentType },
    });
  }
}

/**
 * One page of a list into the do-not-call list. A number that stands there already stays as it is; nothing is ever taken off. In one
 * batch under the fence of the import, as a page of contacts is.
 */
import { and, eq } from 'drizzle-orm';
import type { Database } from './database.ts';
import { insertRejected, type RejectedRow } from './import-rows.ts';
import { advanceImport, isWanted, type ListImport } from './imports.ts';
import { setProgress } from './jobs.ts';
import { rowsFromJson } from './rows-from-json.ts';
import { imports, suppressions } from './schema.ts';
import type { DataKey, KeyRing } from './seal.ts';
import { suppressionRow } from './suppressions.ts';

export interface PageOfSuppressions {
  readonly item: ListImport;
  readonly dataKey: DataKey;
  readonly page: {
    readonly phoneNumbers: readonly string[];
    readonly rejected: readonly RejectedRow[];
    readonly unlisted: number;
    readonly rows: number;
  };
  readonly reader: { readonly jobId: string; readonly progress: string };
}

/** False: nobody wants the page any more, or somebody else has written it. */
export async function writeSuppressions(
  db: Database,
  ring: KeyRing,
  { item, dataKey, page, reader }: PageOfSuppressions,
  now: number,
): Promise<boolean> {
  const { phoneNumbers, rejected, unlisted, rows } = page;
  const { reason } = item.layout;
  const listed = [...new Set(phoneNumbers)].map((phoneNumber) =>
    suppressionRow(ring, { phoneNumber, reason: reason ?? 'imported', callId: null, createdBy: item.createdBy }, now),
  );
  const wanted = isWanted(item);
  const [isWritten] = await db.batch([
    db
      .select({ id: imports.id })
      .from(imports)
      .where(and(eq(imports.id, item.id), wanted)),
    db
      .insert(suppressions)
      .select(rowsFromJson(suppressions, listed, wanted))
      .onConflictDoNothing(),
    insertRejected(db, dataKey, item, rejected, now),
    setProgress(db, reader.jobId, reader.progress, wanted),
    // The fence moves last.
    advanceImport(db, item, { rows, accepted: phoneNumbers.length, rejected: rejected.length + unlisted }),
  ]);
  return isWritten.length > 0;
}

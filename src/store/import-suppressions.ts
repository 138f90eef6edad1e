import type { Database } from './database.ts';
import { insertRejected, type RejectedRow } from './import-rows.ts';
import { advanceImport, type ImportCounts, isWanted, type ListImport } from './imports.ts';
import { setProgress } from './jobs.ts';
import { rowsFromJson } from './rows-from-json.ts';
import { suppressions } from './schema.ts';
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

/** Where the import stands then. Null: nobody wants the page any more, or somebody else has written it. */
export async function writeSuppressions(
  db: Database,
  ring: KeyRing,
  { item, dataKey, page, reader }: PageOfSuppressions,
  now: number,
): Promise<ImportCounts | null> {
  const { phoneNumbers, rejected, unlisted, rows } = page;
  const { reason } = item.layout;
  const listed = [...new Set(phoneNumbers)].map((phoneNumber) =>
    suppressionRow(ring, { phoneNumber, reason: reason ?? 'imported', callId: null, createdBy: item.createdBy }, now),
  );
  const wanted = isWanted(item);
  const [, , , advanced] = await db.batch([
    db
      .insert(suppressions)
      .select(rowsFromJson(suppressions, listed, wanted))
      .onConflictDoNothing(),
    insertRejected(db, dataKey, item, rejected, now),
    setProgress(db, reader.jobId, reader.progress, wanted),
    // The fence moves last.
    advanceImport(db, item, { rows, accepted: phoneNumbers.length, rejected: rejected.length + unlisted }),
  ]);
  return advanced[0] ?? null;
}

/**
 * What is left of lists: refused rows are kept for 30 days, then they go with the key that opens them; and a file that nobody will read,
 * because whoever stored it died before he had said so, goes after a day.
 */
import { goesBefore } from '../domain/retention/retention-policy.ts';
import { log } from '../log.ts';
import { deleteLists, listLists } from '../store/import-bucket.ts';
import { forgetImports, importsToForget, statusesOf } from '../store/imports.ts';
import type { JobContext } from './job-handler.ts';

const PAGE = 500;
/** Each may have forty thousand rows. */
const IMPORTS_A_PAGE = 5;

/** Where the next page of files begins; null: there is none. */
export async function sweepLists({ env, config, db, now }: JobContext, after: string): Promise<string | null> {
  const { items, next } = await listLists(env.BUCKET, after, PAGE);
  const known = await statusesOf(
    db,
    items.map(({ id }) => id),
  );
  const before = goesBefore('list_files', now, config.retentionDays) ?? 0;
  const isOrphan = ({ id, storedAt }: (typeof items)[number]) => known.get(id) !== 'reading' && storedAt < before;
  const orphans = items.filter(isOrphan).map(({ id }) => id);
  if (orphans.length === 0) return next;
  await deleteLists(env.BUCKET, orphans);
  log.warn('import.orphans_deleted', { count: orphans.length });
  // Of those that are known the key opens refused rows, which have a time of their own.
  for (const id of orphans) if (!known.has(id)) await config.keyRing.vault().erase(id, now);
  return next;
}

/** Whether there may be more. */
export async function forgetRows({ config, db, now }: JobContext): Promise<boolean> {
  const before = goesBefore('refused_rows', now, config.retentionDays);
  const ids = before === null ? [] : await importsToForget(db, before, IMPORTS_A_PAGE);
  // The key first: from there no copy of the database has anything of them.
  for (const id of ids) await config.keyRing.vault().erase(id, now);
  await forgetImports(db, ids);
  return ids.length === IMPORTS_A_PAGE;
}

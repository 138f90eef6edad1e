/**
 * What was uploaded to be written down goes after RETENTION_DAYS, audio, words and key; and audio that no row tells of, because whoever
 * stored it died before he had said so, goes after a day.
 */
import { goesBefore } from '../domain/retention/retention-policy.ts';
import { log } from '../log.ts';
import { deleteUploads, listUploads } from '../store/transcription-bucket.ts';
import { deleteTranscriptionRow, knownTranscriptions, transcriptionsBefore } from '../store/transcriptions.ts';
import type { JobContext } from './job-handler.ts';

const DAY_MS = 24 * 3_600_000;
const PAGE = 500;
/** Each is a few requests. */
const FORGOTTEN_A_PAGE = 20;

/** Where the next page of audio begins; null: there is none. */
export async function sweepUploads({ env, config, db, now }: JobContext, after: string): Promise<string | null> {
  const { items, next } = await listUploads(env.BUCKET, after, PAGE);
  const known = await knownTranscriptions(
    db,
    items.map(({ id }) => id),
  );
  const orphans = items.filter(({ id, storedAt }) => !known.has(id) && storedAt < now - DAY_MS).map(({ id }) => id);
  if (orphans.length === 0) return next;
  for (const id of orphans) await config.keyRing.vault().erase(id, now);
  await deleteUploads(env.BUCKET, orphans);
  log.warn('transcription.orphans_deleted', { count: orphans.length });
  return next;
}

/** Whether there may be more. */
export async function forgetTranscriptions({ env, config, db, now }: JobContext): Promise<boolean> {
  const before = goesBefore('uploads', now, config.retentionDays);
  const ids = before === null ? [] : await transcriptionsBefore(db, before, FORGOTTEN_A_PAGE);
  for (const id of ids) {
    // The key first: from there no copy of anything has what was said.
    await config.keyRing.vault().erase(id, now);
    await deleteTranscriptionRow(db, id);
  }
  if (ids.length > 0) await deleteUploads(env.BUCKET, ids);
  return ids.length === FORGOTTEN_A_PAGE;
}

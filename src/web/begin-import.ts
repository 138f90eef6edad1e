/** From an uploaded list to work that is under way: its key, then the sealed file, then in one step the import and the job that reads it. */
import type { StatedConsent } from '../domain/campaign/verdict.ts';
import { log } from '../log.ts';
import { putList } from '../store/import-bucket.ts';
import { type ImportKind, newImport, storeImport } from '../store/imports.ts';
import { sendJobHints } from '../store/job-hints.ts';
import { findJob } from '../store/jobs.ts';
import type { ListFile } from './read-list-file.ts';
import type { Ask } from './route.ts';

export interface ImportOrder {
  readonly kind: ImportKind;
  readonly file: ListFile;
  /** Waits as `importing`; null for the do-not-call list. */
  readonly campaignId: string | null;
  /** Stated for all rows. */
  readonly consent: StatedConsent | null;
  /** A code that stands with each number of the do-not-call list. */
  readonly reason?: string;
}

/** The import's id. Whoever dies in between leaves an object that nobody can open and the daily sweep removes. */
export async function beginImport(
  { env, config, db, actor, now }: Pick<Ask, 'env' | 'config' | 'db' | 'actor' | 'now'>,
  { kind, file, campaignId, consent, reason = '' }: ImportOrder,
): Promise<string> {
  const { id, dataKey } = await newImport(config.keyRing, now);
  async function* pieces() {
    yield* file.text();
  }
  const bytes = await putList(env.BUCKET, id, dataKey, pieces());
  const layout = { ...file.layout, reason: reason === '' ? null : reason };
  const given = { id, kind, campaignId, format: file.format, layout, bytes, createdBy: actor.id };
  await storeImport(db, dataKey, { ...given, secrets: { headers: file.headers, consent } }, now);
  const job = await findJob(db, 'import_list', id);
  if (job !== null) await sendJobHints(env, [job.id]);
  log.info('import.begun', { import_id: id, campaign_id: campaignId, kind, bytes, actor: actor.id });
  return id;
}

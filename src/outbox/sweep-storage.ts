/**
 * Once a day: audio in R2 that belongs to no recording with a proof of consent goes (RC-08), and whoever was erased and is there
 * again, because a database was restored, is erased again; what is left of lists, of uploaded audio and in the archive goes in its time. By the page,
 * from where the last one ended. A database that was set back knows nothing of the newest audio, and Telnyx has no copy any more: so
 * what has no row waits longer than any database can be set back.
 */
import { log } from '../log.ts';
import { listArchived } from '../store/archive-bucket.ts';
import type { Database } from '../store/database.ts';
import { insertErasure, keptCalls, returnedPatients } from '../store/erasure.ts';
import type { PatientKeys } from '../store/patient-keys.ts';
import { listRecordings } from '../store/recording-bucket.ts';
import { keptRecordings } from '../store/recordings.ts';
import { copyVault } from './copy-vault.ts';
import { DONE, type JobContext, type JobHandler, type JobOutcome } from './job-handler.ts';
import { forgetRows, sweepLists } from './sweep-imports.ts';
import { forgetTranscriptions, sweepUploads } from './sweep-transcriptions.ts';

const PAGE = 500;
/** D1 can be set back by 30 days. */
const ORPHAN_AFTER_MS = 35 * 24 * 3_600_000;

interface Progress {
  readonly phase: 'audio' | 'lists' | 'uploads' | 'archive' | 'erased';
  readonly after: string;
}

export const sweepStorage: JobHandler = {
  run: async (context) => {
    const { job } = context;
    const { phase, after }: Progress = job.progress === null ? { phase: 'audio', after: '' } : JSON.parse(job.progress);
    switch (phase) {
      case 'audio':
        return sweepAudio(context, after);
      case 'lists':
        return sweepImports(context, after);
      case 'uploads':
        return sweepTranscriptions(context, after);
      case 'archive':
        return sweepArchive(context, after);
      case 'erased':
        return eraseAgain(context, after);
    }
  },
};

const goOn = (progress: Progress): JobOutcome => ({ kind: 'goes_on', progress: JSON.stringify(progress), afterMs: 0 });

async function sweepAudio({ env, config, db, now }: JobContext, after: string): Promise<JobOutcome> {
  const { objects, next } = await listRecordings(env.BUCKET, after, PAGE);
  const owners = [...new Set(objects.flatMap(({ patientId }) => (patientId === null ? [] : [patientId])))];
  const [kept, erased] = await Promise.all([
    keptRecordings(
      db,
      objects.map(({ id }) => id),
    ),
    config.keyRing.vault().erasedOf(owners),
  ]);
  const isOrphan = ({ id, patientId, storedAt }: (typeof objects)[number]) =>
    (patientId !== null && erased.includes(patientId)) || (!kept.has(id) && storedAt < now - ORPHAN_AFTER_MS);
  const orphans = objects.filter(isOrphan).map(({ key }) => key);
  if (orphans.length > 0) {
    await env.BUCKET.delete(orphans);
    log.warn('recording.orphans_deleted', { count: orphans.length });
  }
  return next === null ? goOn({ phase: 'lists', after: '' }) : goOn({ phase: 'audio', after: next });
}

async function sweepImports(context: JobContext, after: string): Promise<JobOutcome> {
  const next = await sweepLists(context, after);
  if (next !== null) return goOn({ phase: 'lists', after: next });
  return (await forgetRows(context)) ? goOn({ phase: 'lists', after }) : goOn({ phase: 'uploads', after: '' });
}

async function sweepTranscriptions(context: JobContext, after: string): Promise<JobOutcome> {
  const next = await sweepUploads(context, after);
  if (next !== null) return goOn({ phase: 'uploads', after: next });
  return (await forgetTranscriptions(context))
    ? goOn({ phase: 'uploads', after })
    : goOn({ phase: 'archive', after: '' });
}

/** Notes whose call is no longer kept, or whose patient was erased while one of theirs was on its way. */
async function sweepArchive({ env, config, db, now }: JobContext, after: string): Promise<JobOutcome> {
  const { objects, next } = await listArchived(env.BUCKET, after, PAGE);
  const owners = [...new Set(objects.flatMap(({ patientId }) => (patientId === null ? [] : [patientId])))];
  const calls = [...new Set(objects.map(({ callId }) => callId))];
  const [kept, erased] = await Promise.all([keptCalls(db, calls), config.keyRing.vault().erasedOf(owners)]);
  const isOrphan = ({ callId, patientId, storedAt }: (typeof objects)[number]) =>
    (patientId !== null && erased.includes(patientId)) || (!kept.has(callId) && storedAt < now - ORPHAN_AFTER_MS);
  const orphans = objects.filter(isOrphan).map(({ key }) => key);
  if (orphans.length > 0) {
    await env.BUCKET.delete(orphans);
    log.warn('archive.orphans_deleted', { count: orphans.length });
  }
  return next === null ? goOn({ phase: 'erased', after: '' }) : goOn({ phase: 'archive', after: next });
}

async function eraseAgain({ env, config, db, now }: JobContext, after: string): Promise<JobOutcome> {
  const { next } = await eraseReturned(db, config.keyRing, after, now);
  if (next === null) await copyVault(env.BUCKET, config.keyRing);
  return next === null ? DONE : goOn({ phase: 'erased', after: next });
}

/** One page of those who were erased; also asked for at once when a database was set back. */
export async function eraseReturned(
  db: Database,
  keyRing: PatientKeys,
  after: string,
  now: number,
  page: number = PAGE,
): Promise<{ readonly returned: number; readonly next: string | null }> {
  const erased = await keyRing.vault().erasedAfter(after, page);
  const returned = erased.length === 0 ? [] : await returnedPatients(db, erased);
  for (const id of returned) {
    log.warn('patient.returned', { patient_id: id });
    await insertErasure(db, id, now);
  }
  return { returned: returned.length, next: erased.length === page ? (erased.at(-1) ?? null) : null };
}

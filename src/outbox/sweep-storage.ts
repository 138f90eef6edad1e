/**
 * Once a day: audio in R2 that belongs to no recording with a proof of consent goes (RC-08), and whoever was erased and is there
 * again, because a database was restored, is erased again. By the page, from where the last one ended.
 */
import { log } from '../log.ts';
import { insertErasure, returnedPatients } from '../store/erasure.ts';
import { RECORDINGS_PREFIX } from '../store/recording-bucket.ts';
import { keptRecordings } from '../store/recordings.ts';
import { DONE, type JobContext, type JobHandler, type JobOutcome } from './job-handler.ts';

const PAGE = 500;
/** An upload is written down when it is complete; until then it belongs to nobody. */
const ORPHAN_AFTER_MS = 3_600_000;

interface Progress {
  readonly phase: 'audio' | 'erased';
  readonly after: string;
}

export const sweepStorage: JobHandler = {
  run: async (context) => {
    const { job } = context;
    const { phase, after }: Progress = job.progress === null ? { phase: 'audio', after: '' } : JSON.parse(job.progress);
    return phase === 'audio' ? sweepAudio(context, after) : eraseAgain(context, after);
  },
};

const goOn = (progress: Progress): JobOutcome => ({ kind: 'goes_on', progress: JSON.stringify(progress), afterMs: 0 });

async function sweepAudio({ env, db, now, config }: JobContext, after: string): Promise<JobOutcome> {
  const listed = await env.BUCKET.list({
    prefix: RECORDINGS_PREFIX,
    limit: PAGE,
    ...(after === '' ? {} : { startAfter: after }),
  });
  const old = listed.objects.filter(({ uploaded }) => uploaded.getTime() < now - ORPHAN_AFTER_MS * config.timerScale);
  const idOf = (key: string) => key.slice(key.lastIndexOf('/') + 1);
  const kept = await keptRecordings(
    db,
    old.map(({ key }) => idOf(key)),
  );
  const orphans = old.filter(({ key }) => !kept.has(idOf(key))).map(({ key }) => key);
  if (orphans.length > 0) {
    await env.BUCKET.delete(orphans);
    log.warn('recording.orphans_deleted', { count: orphans.length });
  }
  const last = listed.objects.at(-1)?.key;
  return listed.truncated && last !== undefined
    ? goOn({ phase: 'audio', after: last })
    : goOn({ phase: 'erased', after: '' });
}

async function eraseAgain({ config, db, now }: JobContext, after: string): Promise<JobOutcome> {
  const erased = await config.keyRing.vault().erasedAfter(after, PAGE);
  const returned = erased.length === 0 ? [] : await returnedPatients(db, erased);
  for (const id of returned) {
    log.warn('patient.returned', { patient_id: id });
    await insertErasure(db, id, now);
  }
  const last = erased.at(-1);
  return erased.length === PAGE && last !== undefined ? goOn({ phase: 'erased', after: last }) : DONE;
}

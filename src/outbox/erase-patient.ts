/**
 * Erases one patient (C74, X13). Their key is destroyed first: from there nothing sealed for them opens, whatever happens to the rest,
 * in no copy of the database; with it go the keys of what was written about emergency accesses to them. Then what is left of them goes,
 * place by place: sessions, audio in R2, audio at Telnyx, rows. What stays says nothing about a
 * person: the do-not-call list, the decisions about dialling, that there were consents, the audit, and that they were erased.
 */
import { log } from '../log.ts';
import { deleteArchived } from '../store/archive-bucket.ts';
import { archivedOf } from '../store/deliveries.ts';
import { eraseWordsAbout } from '../store/emergency-accesses.ts';
import {
  type AtTelnyx,
  type CallOfPatient,
  callsOfPatient,
  deletePatientRows,
  giveCall,
  pageEnd,
  recentInboundCalls,
  recordingsAtTelnyx,
} from '../store/erasure.ts';
import { standingHold } from '../store/holds.ts';
import { deleteRecordings } from '../store/recording-bucket.ts';
import { recordingIdOf } from '../store/recordings.ts';
import { copyVault } from './copy-vault.ts';
import { telnyxOf } from './fetch-recording.ts';
import { DONE, failed, type JobContext, type JobHandler, type JobOutcome } from './job-handler.ts';

const PAGE = 50;
/** Sessions keep what they hold for a day after the call was written down, and a recording may be told of for a day before that. */
const SESSIONS_KEEP_MS = 72 * 3_600_000;

/** Telnyx makes the file within a minute of the hang-up; who is erased before that is looked for there until so long after. */
const TELNYX_MAKES_FILE_MS = 6 * 3_600_000;
const LOOK_AGAIN_MS = 5 * 60_000;

type Progress =
  /** `after`: the call seen to last. */
  | { readonly phase: 'own_calls' | 'inbound_calls'; readonly after: string }
  | { readonly phase: 'rest' }
  /** Everything here is gone; what may still lie at Telnyx is known by these alone. */
  | { readonly phase: 'telnyx'; readonly left: readonly AtTelnyx[] };

export const erasePatient: JobHandler = {
  run: async (context) => {
    const { config, db, job, now } = context;
    // None is placed once this work is there; whatever brought one nevertheless, it counts while there is something to keep.
    const isBegun = (await config.keyRing.vault().erasedOf([job.subject])).length > 0;
    if (!isBegun && (await standingHold(db, job.subject)) !== null) return failed('legal_hold', true);
    await config.keyRing.vault().erase(job.subject, now);
    if (job.progress === null) await eraseWordsAbout(db, config.keyRing, job.subject, now);
    // Begun again after a failure: the copy may still be the old one.
    if (job.progress === null) await copyVault(context.env.BUCKET, config.keyRing);
    const progress = job.progress === null ? BEGINNING : (JSON.parse(job.progress) as Progress);
    switch (progress.phase) {
      case 'own_calls':
        return eraseSessions(context, progress.after);
      case 'inbound_calls':
        return forgetPatient(context, progress.after);
      case 'rest':
        return eraseStored(context);
      case 'telnyx':
        return eraseAtTelnyx(context, progress.left);
    }
  },
};

const BEGINNING: Progress = { phase: 'own_calls', after: '' };
const goOn = (progress: Progress, afterMs = 0): JobOutcome => ({
  ...{ kind: 'goes_on', progress: JSON.stringify(progress), afterMs },
});
const nextPage = (phase: 'own_calls' | 'inbound_calls', page: readonly CallOfPatient[], then: Progress): JobOutcome =>
  page.length < PAGE ? goOn(then) : goOn({ phase, after: pageEnd(page) });

/** What keeps a session from giving up what it holds; both pass. */
const REFUSALS: Readonly<Record<string, string>> = { live: 'call_live', unreadable: 'key_missing' };

async function eraseSessions({ env, db, job }: JobContext, after: string): Promise<JobOutcome> {
  const page = await callsOfPatient(db, job.subject, after, PAGE);
  for (const { id } of page) {
    const refusal = REFUSALS[await env.INTAKE_SESSION.getByName(id).erase(job.subject)];
    if (refusal !== undefined) return failed(refusal);
  }
  return nextPage('own_calls', page, { phase: 'inbound_calls', after: '' });
}

/**
 * Whoever rang from the same number may have been taken for them: those sessions hold their unfinished answers. One who proved to
 * be them while they were being erased could not be written down as them: that call is theirs too.
 */
async function forgetPatient({ env, db, job, now }: JobContext, after: string): Promise<JobOutcome> {
  const page = await recentInboundCalls(db, now - SESSIONS_KEEP_MS, after, PAGE);
  for (const { id } of page) {
    const session = env.INTAKE_SESSION.getByName(id);
    let answer: string = await session.forgetPatient(job.subject);
    if (answer === 'theirs') {
      await giveCall(db, id, job.subject);
      answer = await session.erase(job.subject);
    }
    const refusal = REFUSALS[answer];
    if (refusal !== undefined) return failed(refusal);
  }
  return nextPage('inbound_calls', page, { phase: 'rest' });
}

async function eraseStored(context: JobContext): Promise<JobOutcome> {
  const { env, db, job } = context;
  for (let after = ''; ; ) {
    const page = await callsOfPatient(db, job.subject, after, 1000);
    const objects = page.map(({ id }) => ({ callId: id, id: recordingIdOf(id) }));
    if (objects.length > 0) await deleteRecordings(env.BUCKET, objects);
    await deleteArchived(env.BUCKET, await archivedOf(db, page));
    if (page.length < 1000) break;
    after = pageEnd(page);
  }
  const left = await recordingsAtTelnyx(db, job.subject);
  await deletePatientRows(db, job.subject, context.now);
  log.info('patient.erased', { patient_id: job.subject });
  return left.length === 0 ? DONE : goOn({ phase: 'telnyx', left });
}

/** All that was recorded on their legs. What is not there yet is looked for again until it cannot come any more. */
async function eraseAtTelnyx(context: JobContext, left: readonly AtTelnyx[]): Promise<JobOutcome> {
  const { config, now } = context;
  const telnyx = telnyxOf(context);
  const stillLeft: AtTelnyx[] = [];
  for (const recorded of left) {
    const listed = recorded.legId === null ? null : await telnyx.listRecordings(recorded.legId);
    if (listed !== null && !listed.ok) return failed(`telnyx_${listed.failure.code}`);
    const ids = new Set((listed?.value ?? []).map(({ id }) => id));
    if (recorded.telnyxId !== null) ids.add(recorded.telnyxId);
    for (const id of ids) {
      const gone = await telnyx.deleteRecording(id);
      if (!gone.ok) return failed(`telnyx_${gone.failure.code}`);
    }
    const mayCome = now < recorded.endedAt + TELNYX_MAKES_FILE_MS * config.timerScale;
    if (ids.size === 0 && mayCome) stillLeft.push(recorded);
  }
  return stillLeft.length === 0 ? DONE : goOn({ phase: 'telnyx', left: stillLeft }, LOOK_AGAIN_MS);
}

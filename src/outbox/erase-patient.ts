/**
 * Erases one patient (C74, X13). Their key is destroyed first: from there nothing sealed for them opens, whatever happens to the rest,
 * in no copy of the database. Then what is left of them goes, place by place: sessions, audio in R2, audio at Telnyx, rows. What
 * stays says nothing about a person: the do-not-call list, the decisions about dialling, the audit, and that they were erased.
 */
import { log } from '../log.ts';
import {
  type CallOfPatient,
  callsOfPatient,
  deletePatientRows,
  giveCall,
  recentInboundCalls,
  recordingsAtTelnyx,
} from '../store/erasure.ts';
import { deleteRecordings } from '../store/recording-bucket.ts';
import { recordingIdOf } from '../store/recordings.ts';
import { telnyxOf } from './fetch-recording.ts';
import { DONE, failed, type JobContext, type JobHandler, type JobOutcome } from './job-handler.ts';

const PAGE = 50;
/** Sessions keep what they hold for a day after the call was written down, and a recording may be told of for a day before that. */
const SESSIONS_KEEP_MS = 72 * 3_600_000;

interface Progress {
  readonly phase: 'own_calls' | 'inbound_calls' | 'rest';
  /** The id of the last call seen to. */
  readonly after: string;
}

export const erasePatient: JobHandler = {
  run: async (context) => {
    const { config, job, now } = context;
    await config.keyRing.vault().erase(job.subject, now);
    const { phase, after } = job.progress === null ? BEGINNING : (JSON.parse(job.progress) as Progress);
    switch (phase) {
      case 'own_calls':
        return eraseSessions(context, after);
      case 'inbound_calls':
        return forgetPatient(context, after);
      case 'rest':
        return eraseStored(context);
    }
  },
};

const BEGINNING: Progress = { phase: 'own_calls', after: '' };
const goOn = (progress: Progress): JobOutcome => ({ kind: 'goes_on', progress: JSON.stringify(progress), afterMs: 0 });
const nextPage = (phase: Progress['phase'], page: readonly CallOfPatient[], then: Progress['phase']): JobOutcome =>
  page.length < PAGE ? goOn({ phase: then, after: '' }) : goOn({ phase, after: page.at(-1)?.id ?? '' });

async function eraseSessions({ env, db, job }: JobContext, after: string): Promise<JobOutcome> {
  const page = await callsOfPatient(db, job.subject, after, PAGE);
  for (const { id } of page) {
    if ((await env.INTAKE_SESSION.getByName(id).erase(job.subject)) === 'live') return failed('call_live');
  }
  return nextPage('own_calls', page, 'inbound_calls');
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
    if (answer === 'live') return failed('call_live');
  }
  return nextPage('inbound_calls', page, 'rest');
}

/** Null: it is gone. Of one that Telnyx never told of only the leg is known. */
async function deleteThere(context: JobContext, telnyxId: string | null, legId: string | null): Promise<string | null> {
  const telnyx = telnyxOf(context);
  let id = telnyxId;
  if (id === null && legId !== null) {
    const found = await telnyx.findRecording(legId);
    if (!found.ok) return found.failure.code;
    id = found.value?.id ?? null;
  }
  const gone = id === null ? null : await telnyx.deleteRecording(id);
  return gone === null || gone.ok ? null : gone.failure.code;
}

async function eraseStored(context: JobContext): Promise<JobOutcome> {
  const { env, db, job } = context;
  for (let after = ''; ; ) {
    const page = await callsOfPatient(db, job.subject, after, 1000);
    const objects = page.map(({ id }) => ({ callId: id, id: recordingIdOf(id) }));
    if (objects.length > 0) await deleteRecordings(env.BUCKET, objects);
    if (page.length < 1000) break;
    after = page.at(-1)?.id ?? '';
  }
  for (const { telnyxId, legId } of await recordingsAtTelnyx(db, job.subject)) {
    const failure = await deleteThere(context, telnyxId, legId);
    if (failure !== null) return failed(`telnyx_${failure}`);
  }
  await deletePatientRows(db, job.subject, context.now);
  log.info('patient.erased', { patient_id: job.subject });
  return DONE;
}

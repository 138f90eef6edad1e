/**
 * The erasure of a patient, for whoever asks: API and page both come through here. Once two administrators work here it waits for the
 * second of them (SE-20, HS-21); a service never counts as one. It begins with the row of its work, which no legal hold can follow; then
 * the key goes at once, so nothing of the patient opens any more; the rest follows in the background. Works also for one whose data no
 * longer opens.
 */
import { dueAt } from '../domain/retention/request-rules.ts';
import { log } from '../log.ts';
import { beginApprovedErasure, beginErasure, liveCallOf, openRedFlagOf, patientExists } from '../store/erasure.ts';
import { sendJobHints } from '../store/job-hints.ts';
import type { Job } from '../store/jobs.ts';
import {
  endRequest,
  getRequest,
  insertRequest,
  type ListedRequest,
  openErasureOf,
  type PatientRequest,
} from '../store/patient-requests.ts';
import { newestRecordOf } from '../store/retention.ts';
import { isSetBack } from '../store/set-back.ts';
import { alreadyAnswered, keyIfAny, knownRequest } from './answer-request.ts';
import { type Actor, isPerson } from './context.ts';
import { notFound, Problem } from './errors.ts';
import { refuseIfHeld, underHold } from './hold-patient.ts';
import type { Ask } from './route.ts';
import { isAnother, isSettled, needsSecond, refuseRightAfterRemoval, refuseTooNew } from './second-person.ts';

type Asker = Pick<Ask, 'db' | 'config' | 'env' | 'actor' | 'now'>;

/** `jobId`: the work that removes the rest. */
export type Erasing =
  | { readonly status: 'erasing'; readonly jobId: string | null; readonly requestId: null }
  | { readonly status: 'waiting'; readonly jobId: null; readonly requestId: string };

export async function erasePatient(ask: Asker & Pick<Ask, 'newId'>, id: string): Promise<Erasing> {
  await refuseErasure(ask, id);
  // One that was begun goes on: its key is gone already.
  const { db, actor, now } = ask;
  if (await isErased(ask, id)) return eraseNow(ask, id);
  // One that waits is not done sooner because an administrator was taken off the list meanwhile.
  if (!(await needsSecond(ask)) && (await openErasureOf(db, id)) === null) {
    await refuseRightAfterRemoval(ask);
    return eraseNow(ask, id);
  }
  if (!isPerson(actor))
    throw new Problem(409, 'second_approver', {
      detail: 'Two administrators decide this, in person: one asks, the other approves. A service is neither.',
    });
  refuseTooNew(actor, now);
  const request = {
    ...{ id: ask.newId('req'), patientId: id, receivedAt: now, callId: null, details: null },
    kind: 'erasure',
    dueAt: dueAt('erasure', now, ask.config.clinic.timeZone),
  } as const;
  if (await insertRequest(db, null, request, actor, now))
    log.info('erasure.requested', { actor: actor.id, patient_id: id });
  const waiting = await openErasureOf(db, id);
  if (waiting === null) throw alreadyAnswered();
  return { status: 'waiting', jobId: null, requestId: waiting.id };
}

export const mayRefuse = (actor: Actor, request: ListedRequest): boolean =>
  actor.roles.includes('admin') && isAnother(actor, request);
export const mayApprove = (actor: Actor, request: ListedRequest, now: number): boolean =>
  mayRefuse(actor, request) && isSettled(actor, now);

export async function approveErasure(ask: Asker, requestId: string): Promise<Erasing & { readonly patientId: string }> {
  const { db, actor, now } = ask;
  const { patientId } = await erasureRequest(ask, requestId);
  refuseTooNew(actor, now);
  await refuseErasure(ask, patientId);
  // Before the key goes: who is refused or held at the same moment stays.
  const job = await beginApprovedErasure(db, { id: requestId, patientId }, actor, now);
  if (job === 'answered') throw alreadyAnswered();
  if (job === null) throw underHold();
  log.info('erasure.approved', { actor: actor.id, patient_id: patientId });
  return { ...(await destroyKey(ask, patientId, job)), patientId };
}

export async function refuseErasureRequest(ask: Asker, requestId: string, reason: string): Promise<PatientRequest> {
  const { db, actor, now } = ask;
  const { patientId } = await erasureRequest(ask, requestId);
  const ending = { status: 'denied', outcome: reason } as const;
  if (!(await endRequest(db, await keyIfAny(ask, patientId), requestId, ending, actor, now))) throw alreadyAnswered();
  log.info('erasure.refused', { actor: actor.id, patient_id: patientId });
  return knownRequest(ask, requestId);
}

async function erasureRequest(ask: Asker, requestId: string): Promise<ListedRequest> {
  const request = await getRequest(ask.db, requestId);
  if (request === null) throw notFound();
  if (request.kind !== 'erasure')
    throw new Problem(409, 'not_an_erasure', {
      detail: 'Only an erasure is approved or refused. Answer this one instead.',
    });
  if (!mayRefuse(ask.actor, request))
    throw new Problem(409, 'second_approver', {
      detail: 'Another administrator than the one who asked has to say so, in person: a service does not count.',
    });
  if (request.status !== 'open' && request.status !== 'done') throw alreadyAnswered();
  return request;
}

/** What stands in the way of it, said before it is asked for and again before it is done. */
async function refuseErasure({ db, config, env, now }: Asker, id: string): Promise<void> {
  // A hold may be among what it lacks.
  if (await isSetBack(env))
    throw new Problem(409, 'database_set_back', {
      detail:
        'The database was set back, or cannot be checked: a legal hold may be missing in it. Ask again in some minutes; the doctor says whether it is whole.',
    });
  if (!(await patientExists(db, id))) throw notFound();
  await refuseIfHeld(db, id);
  const live = await liveCallOf(db, id);
  if (live !== null)
    throw new Problem(409, 'call_live', { detail: `Hang up ${live} first, or wait until it is over.` });
  if ((await openRedFlagOf(db, id)) !== null) {
    throw new Problem(409, 'open_red_flag', {
      detail: 'A red flag of this patient waits under Tasks. See to it first.',
    });
  }
  const newest = config.recordMinimumYears === 0 ? null : await newestRecordOf(db, id);
  const until = (newest ?? 0) + config.recordMinimumYears * YEAR_MS;
  if (newest !== null && now < until)
    throw new Problem(409, 'retention_minimum', {
      detail: `The record of this patient has to be kept until ${new Date(until).toISOString().slice(0, 10)} (RECORD_MINIMUM_YEARS). Ask again then.`,
    });
}
const YEAR_MS = 365.25 * 24 * 3_600_000;

async function eraseNow(ask: Asker, id: string): Promise<Erasing> {
  const job = await beginErasure(ask.db, id, ask.now);
  if (job === null) throw underHold();
  return destroyKey(ask, id, job);
}

/** Should this die, the work does it. */
async function destroyKey({ config, env, actor, now }: Asker, id: string, job: Job): Promise<Erasing> {
  await config.keyRing.vault().erase(id, now);
  log.info('patient.erasing', { actor: actor.id, patient_id: id });
  await sendJobHints(env, [job.id]);
  return { status: 'erasing', jobId: job.id, requestId: null };
}

export const isErased = async ({ config }: Pick<Ask, 'config'>, id: string): Promise<boolean> =>
  (await config.keyRing.vault().erasedOf([id])).length > 0;

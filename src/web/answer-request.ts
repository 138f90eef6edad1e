/**
 * What patients ask for about their own data, for whoever asks: API and pages both come through here (HS-19 to HS-22). An erasure is not
 * answered here: once two administrators work here it waits for the second of them (web/erase-patient.ts).
 */
import { dueAt, extendedDueAt, type RequestKind } from '../domain/retention/request-rules.ts';
import { log } from '../log.ts';
import { getCall } from '../store/calls.ts';
import { patientExists } from '../store/erasure.ts';
import { dataKeyOf } from '../store/patient-keys.ts';
import {
  endRequest,
  extendRequest,
  getRequest,
  insertRequest,
  type ListedRequest,
  type PatientRequest,
  readRequest,
  requestsOf,
} from '../store/patient-requests.ts';
import { knownPatient } from './change-patient.ts';
import { invalidField } from './check-input.ts';
import { notFound, Problem } from './errors.ts';
import type { Ask } from './route.ts';

type Asker = Pick<Ask, 'db' | 'config' | 'actor' | 'now'>;

/** Null: they were erased, and nothing sealed for them opens. */
export const keyIfAny = async ({ db, config }: Pick<Ask, 'db' | 'config'>, patientId: string) =>
  (await patientExists(db, patientId)) && (await config.keyRing.vault().erasedOf([patientId])).length === 0
    ? dataKeyOf(config.keyRing, patientId)
    : null;

export async function listRequestsOf(ask: Pick<Ask, 'db' | 'config'>, patientId: string): Promise<PatientRequest[]> {
  await knownPatient(ask, patientId);
  return requestsOf(ask.db, await dataKeyOf(ask.config.keyRing, patientId), patientId);
}

export async function knownRequest(ask: Pick<Ask, 'db' | 'config'>, id: string): Promise<PatientRequest> {
  const listed = await getRequest(ask.db, id);
  if (listed === null) throw notFound();
  const request = await readRequest(ask.db, await keyIfAny(ask, listed.patientId), id);
  if (request === null) throw notFound();
  return request;
}

export interface RequestGiven {
  readonly kind: Exclude<RequestKind, 'erasure'>;
  readonly receivedAt: number;
  readonly details: string | null;
  /** The call whose note is to be put right. */
  readonly callId: string | null;
}

export async function addRequest(
  ask: Asker & Pick<Ask, 'newId' | 'made'>,
  patientId: string,
  given: RequestGiven,
): Promise<PatientRequest> {
  const { db, config, actor, now } = ask;
  await knownPatient(ask, patientId);
  const dataKey = await dataKeyOf(config.keyRing, patientId);
  const before = await ask.made('req', (id) => readRequest(db, dataKey, id));
  if (before !== null) return before;
  if (given.callId !== null) {
    const call = await getCall(db, config.keyRing, given.callId);
    if (call?.patientId !== patientId)
      throw invalidField(
        '/call_id',
        'unknown_call',
        'That is not a call of this patient. Give the id of one of theirs.',
      );
  }
  const id = ask.newId('req');
  const due = dueAt(given.kind, given.receivedAt, config.clinic.timeZone);
  await insertRequest(db, dataKey, { ...given, id, patientId, dueAt: due }, actor, now);
  log.info('request.received', { actor: actor.id, patient_id: patientId, kind: given.kind });
  return knownRequest(ask, id);
}

/** Put off once, with a notice to the patient (HS-19). */
export async function putOffRequest(ask: Asker, id: string): Promise<PatientRequest> {
  const { db, actor, now } = ask;
  const request = await openRequest(ask, id);
  const due = extendedDueAt(request.kind, request, ask.config.clinic.timeZone);
  if (due === null || !(await extendRequest(db, id, due, now)))
    throw new Problem(409, 'not_extendable', {
      detail: 'It was put off once already, or cannot be. Answer it by the day it is due.',
    });
  log.info('request.extended', { actor: actor.id, patient_id: request.patientId, kind: request.kind });
  return knownRequest(ask, id);
}

export interface RequestAnswer {
  readonly status: 'done' | 'denied' | 'withdrawn';
  /** What was done, or why it was denied. */
  readonly outcome: string | null;
  /** The call whose note was put right; the version that did is its newest. */
  readonly callId: string | null;
}

export async function answerRequest(ask: Asker, id: string, answer: RequestAnswer): Promise<PatientRequest> {
  const { db, config, actor, now } = ask;
  const request = await openRequest(ask, id);
  if (request.kind === 'erasure' && answer.status === 'done')
    throw new Problem(409, 'needs_approval', { detail: 'An erasure is approved or refused, by another person.' });
  if (answer.status === 'denied' && answer.outcome === null)
    throw invalidField('/outcome', 'required', 'Say why it is denied: the patient has a right to the reason.');
  const corrected = await correctedNote(ask, request, answer);
  const ending = { status: answer.status, outcome: answer.outcome, ...corrected };
  if (!(await endRequest(db, await dataKeyOf(config.keyRing, request.patientId), id, ending, actor, now)))
    throw alreadyAnswered();
  log.info('request.answered', {
    actor: actor.id,
    patient_id: request.patientId,
    kind: request.kind,
    status: answer.status,
  });
  return knownRequest(ask, id);
}

const NAME_THE_CALL =
  'Say which call it was about: enter the id of the call whose note was put right. It stands in the address of the page of that call.';

/** An amendment that is accepted names the version of the note that did it: the one before stays beside it (HS-20). */
async function correctedNote(
  { db, config }: Asker,
  { kind, patientId, callId }: ListedRequest,
  answer: RequestAnswer,
): Promise<{ callId: string; noteVersion: number } | Record<string, never>> {
  if (kind !== 'amendment' || answer.status !== 'done') return {};
  const id = answer.callId ?? callId;
  if (id === null) throw invalidField('/call_id', 'required', NAME_THE_CALL);
  const call = await getCall(db, config.keyRing, id);
  if (call?.patientId !== patientId)
    throw invalidField('/call_id', 'unknown_call', 'That is not a call of this patient. Give the id of one of theirs.');
  if (call.noteVersion === null || call.noteVersion < 2)
    throw new Problem(409, 'not_corrected', {
      detail:
        'The note of this call has not been put right yet. Correct it on the page of the call, then say that it is done.',
    });
  return { callId: id, noteVersion: call.noteVersion };
}

async function openRequest(ask: Asker, id: string): Promise<PatientRequest> {
  const request = await knownRequest(ask, id);
  if (request.status !== 'open') throw alreadyAnswered();
  return request;
}

export const alreadyAnswered = () =>
  new Problem(409, 'already_answered', { detail: 'This request was answered already. Look at it again.' });

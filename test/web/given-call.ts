/** Calls in D1, made and ended by the functions the worker uses. */

import { eq } from 'drizzle-orm';
import { configuredSinks } from '../../src/domain/delivery/sinks.ts';
import type { CallLog, LoggedEvent } from '../../src/domain/intake/call-log.ts';
import type { CallRecord } from '../../src/domain/intake/call-record.ts';
import type { CallRecording } from '../../src/domain/intake/recording.ts';
import type { TaskKind } from '../../src/domain/intake/state.ts';
import type { Note, NoteRedFlag } from '../../src/domain/note/note.ts';
import { getCall } from '../../src/store/calls.ts';
import { finishCall } from '../../src/store/finish-call.ts';
import { dataKeyOf } from '../../src/store/patient-keys.ts';
import { createPatient } from '../../src/store/patients.ts';
import { placeCall } from '../../src/store/place-call.ts';
import { calls } from '../../src/store/schema.ts';
import { openTask } from '../../src/store/tasks.ts';
import { nextNumber, requestFor } from '../support/place-call.ts';
import type { GivenApp } from './given-app.ts';

export const CONSENT = {
  basis: 'verbal',
  obtained_at: '2026-11-01T15:00:00Z',
  obtained_by: 'Front desk',
  evidence: 'Intake form, page 2',
} as const;

export interface Person {
  readonly firstName?: string;
  readonly lastName?: string;
  readonly phoneNumber?: string;
}

export async function givenCall(given: GivenApp, person: Person = {}) {
  const { db, config } = given;
  const now = Date.now();
  const phoneNumber = person.phoneNumber ?? nextNumber();
  const details = {
    firstName: person.firstName ?? 'Ana',
    lastName: person.lastName ?? 'Diaz',
    dateOfBirth: '1980-04-12',
  };
  const consent = { basis: 'verbal', obtainedAt: now - 1000, obtainedBy: 'desk', evidence: 'form' } as const;
  const patient = await createPatient(
    db,
    config.keyRing,
    { ...details, phoneNumber, externalId: null, language: 'en' },
    consent,
    'staff_1',
    now,
  );
  const request = { phoneNumber, patientId: patient.id, questionnaireId: null, language: null, consent: null };
  const placed = await placeCall(db, config, requestFor({ ...request, numberValid: true }), now);
  if (!placed.ok) throw new Error(`not placed: ${JSON.stringify(placed)}`);
  const call = await getCall(db, config.keyRing, placed.callId);
  if (call === null) throw new Error('no call');
  return { call, patient, attemptId: placed.attemptId };
}
export type GivenCall = Awaited<ReturnType<typeof givenCall>>;

export const ANSWERED_AT = Date.parse('2026-11-20T15:00:00Z');

export const recordOf = (changes: Partial<CallRecord> = {}): CallRecord => ({
  status: 'completed',
  language: 'en',
  identity: 'verified',
  answeredBy: 'human',
  consentCollection: 'given',
  consentRecording: 'given',
  consentAt: ANSWERED_AT + 20_000,
  dialedAt: ANSWERED_AT - 9_000,
  answeredAt: ANSWERED_AT,
  greetingDelayMs: 400,
  endedAt: ANSWERED_AT + 184_000,
  hangupCause: 'normal_clearing',
  hangupSource: 'caller',
  sipHangupCause: '200',
  error: null,
  recordingStatus: 'pending',
  recordingId: 'rec_1',
  recordingDurationMs: 171_000,
  redFlags: 0,
  costNanos: null,
  costCurrency: null,
  callControlId: 'v3:control',
  callLegId: 'leg',
  callSessionId: 'session',
  ...changes,
});

/** `flagged`: the words of the patient raised a red flag. */
export const logOf = (said = 'tight chest since yesterday', { flagged = false } = {}): CallLog => ({
  events: [
    {
      event_id: 'ev1',
      type: 'call.answered',
      at: ANSWERED_AT,
      received_at: ANSWERED_AT + 90,
      effect: 'applied',
      commands: ['gather_using_speak'],
    },
    {
      event_id: 'ev1',
      type: 'call.answered',
      at: ANSWERED_AT,
      received_at: ANSWERED_AT + 900,
      effect: 'duplicate',
      commands: [],
    },
    ...(flagged ? [FLAGGED] : []),
  ],
  transcript: [
    {
      speaker: 'agent',
      text: 'Please tell us the main reason for your visit.',
      at: ANSWERED_AT + 30_000,
      item: 'hpi.chief_complaint',
      input: 'voice',
      confidence: null,
    },
    {
      speaker: 'patient',
      text: said,
      at: ANSWERED_AT + 41_250,
      item: 'hpi.chief_complaint',
      input: 'voice',
      confidence: 0.93,
    },
  ],
});
const FLAGGED: LoggedEvent = {
  event_id: 'ev2',
  type: 'transcription.received',
  at: ANSWERED_AT + 41_250,
  received_at: ANSWERED_AT + 41_900,
  effect: 'applied',
  commands: ['open_task', 'gather_stop', 'gather_using_speak'],
};

/** As the note of that call names it. */
export const redFlagOf = ({ call }: GivenCall): NoteRedFlag => ({
  rule: 'chest-pain',
  item: 'hpi.chief_complaint',
  level: 'urgent',
  at: new Date(ANSWERED_AT + 41_250).toISOString(),
  event_id: 'ev2',
  unverified: true,
  call_id: call.id,
  acknowledged_by: null,
});

export function noteFor({ call, patient }: GivenCall, said = 'tight chest since yesterday'): Note {
  const at = new Date(ANSWERED_AT + 41_250).toISOString();
  return {
    note_id: `note_${call.id.slice(5)}`,
    version: 1,
    call_id: call.id,
    status: 'complete',
    questionnaire: { id: 'adult-intake', version: 1, language: 'en' },
    patient_info: {
      patient_id: patient.id,
      external_id: null,
      phone_number: call.phoneNumber,
      first_name: patient.firstName,
      last_name: patient.lastName,
      date_of_birth: patient.dateOfBirth,
    },
    identity: 'verified',
    consent: {
      given: true,
      recording_consent: true,
      timestamp: at,
      wording: 'consent-en-1',
      wording_hash: 'c0ffee',
      key: '1',
      event_id: 'ev9',
    },
    hpi: {
      chief_complaint: {
        state: 'answered',
        value: said,
        display: said,
        input: 'voice',
        entry: said,
        confidence: 0.93,
        confirmed: true,
        timestamp: at,
        event_id: 'ev2',
        event_ids: ['ev2'],
        wording: 'a1b2c3',
        question_version: 1,
        call_id: call.id,
        offset_ms: 21_250,
      },
      symptom_duration: {
        state: 'answered',
        value: '1_to_3_days',
        display: 'One to three days',
        input: 'keys',
        timestamp: at,
        event_id: 'ev3',
      },
      pain_level: { state: 'answered', value: 0, input: 'keys', timestamp: at, event_id: 'ev4' },
    },
    ample: {
      allergies: { state: 'none', value: false, input: 'keys', timestamp: at },
      allergies_detail: { state: 'not_asked' },
    },
    family_history: {
      diabetes: { state: 'unknown', value: null, input: 'keys', timestamp: at },
      cancer: { state: 'skipped' },
    },
    red_flags: [],
    call_metadata: { status: 'completed', duration_seconds: 184, started_at: at, ended_at: at },
    recording: { status: 'pending' },
    created_at: at,
    completed_at: at,
  };
}

interface Ending {
  readonly record?: Partial<CallRecord>;
  readonly note?: Note | null;
  readonly itemCodes?: string;
  readonly recording?: CallRecording | null;
  readonly log?: CallLog;
  readonly tasks?: readonly TaskKind[];
  /** That of an inbound caller, under whose name the call was begun before anybody knew them. */
  readonly number?: string;
}

export async function endCall(given: GivenApp, made: GivenCall, ending: Ending = {}): Promise<void> {
  const { call, patient, attemptId } = made;
  const dataKey = await dataKeyOf(given.config.keyRing, patient.id);
  await finishCall(
    given.db,
    given.config.keyRing,
    dataKey,
    {
      callId: call.id,
      attemptId,
      // Another owner makes the numbers be sealed anew.
      ownerId: ending.number === undefined ? patient.id : 'pat_of_nobody',
      patientId: patient.id,
      externalId: null,
      phoneNumber: ending.number ?? call.phoneNumber,
      questionnaire: { id: 'adult-intake', version: 1 },
      clinicNumber: call.fromNumber,
      ...{ record: recordOf(ending.record), refused: false },
      recording: ending.recording ?? null,
      strayRecordings: [],
      sinks: configuredSinks(given.config.sinks),
      note: ending.note === undefined ? noteFor(made) : ending.note,
      itemCodes: ending.itemCodes ?? null,
      log: ending.log ?? logOf(),
      tasks: ending.tasks ?? ['callback'],
    },
    Date.now(),
  );
}

/** A task of a call that still runs; its id. */
export const openedTask = (
  given: GivenApp,
  { call, patient }: GivenCall,
  kind: TaskKind = 'red_flag',
  at: number = Date.now(),
): Promise<string> => openTask(given.db, { kind, callId: call.id, patientId: patient.id }, at);

/** An ended call whose patient rang us; nobody was dialled. */
export const inbound = (given: GivenApp, { call }: GivenCall) =>
  given.db.update(calls).set({ direction: 'inbound', dialedAt: null }).where(eq(calls.id, call.id));

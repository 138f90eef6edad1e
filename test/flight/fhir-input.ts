/** What a Bundle of a simulated call is made of; who it is about, what the clinic has on file and what staff did differ from call to call. */

import type { BundleInput, BundlePatient, ContactConsent } from '../../src/domain/fhir/bundle-input.ts';
import { endedBy, recordingWithdrawnAt } from '../../src/domain/fhir/withdrawn.ts';
import { planFor } from '../../src/domain/intake/call-plan.ts';
import { type CallRecord, callRecord, leavesNote } from '../../src/domain/intake/call-record.ts';
import { recordingOf } from '../../src/domain/intake/recording.ts';
import { withCorrections } from '../../src/domain/note/correct-note.ts';
import { type Note, noteOf } from '../../src/domain/note/note.ts';
import type { Session } from './session.ts';

const iso = (at: number): string => new Date(at).toISOString();
const isoOrNull = (at: number | null): string | null => (at === null ? null : iso(at));
const HOUR_MS = 3_600_000;

export function fhirInput(session: Session, index: number): BundleInput {
  const { state, transcript } = session;
  const plan = planFor(state, session.plan);
  const record = callRecord(state);
  const ended = state.endedAt ?? plan.createdAt;
  const at = iso(ended + HOUR_MS);
  const note = noteAfter(session, index, at);
  const review = { noteVersion: note?.version ?? 1, by: 'clinician@clinic.example', at };
  return {
    call: {
      ...{ call_id: plan.callId, status: record.status, direction: plan.direction, language: record.language },
      ...{ patient_id: plan.patient.patientId, phone_number: plan.patientNumber },
      consent: {
        ...{ collection: record.consentCollection, recording: record.consentRecording },
        at: isoOrNull(record.consentAt),
      },
      ...{ created_at: iso(plan.createdAt), dialed_at: isoOrNull(record.dialedAt) },
      ...{ answered_at: isoOrNull(record.answeredAt), ended_at: isoOrNull(record.endedAt) },
    },
    transcripts: { items: transcript.map(({ speaker, text, at: when }) => ({ speaker, text, timestamp: iso(when) })) },
    intake_data: note,
    patient: patientOf(session, index),
    consents: consentsOf(plan.createdAt, index).map((consent) => contact(endedBy(consent, stopsOf(session, record)))),
    recordingWithdrawnAt: isoOrNull(recordingWithdrawnAt(session.events)),
    recording: recorded(session, index),
    questionnaire: plan.questionnaire,
    signatures: note !== null && index % 3 === 0 ? [{ id: `rev_${index}a`, ...review }] : [],
    addenda:
      note !== null && index % 6 === 0
        ? [{ id: `rev_${index}b`, ...review, text: 'Called back: <b>better</b> – ñ.' }]
        : [],
    clinic: { name: 'Elm Street Clinic', patientSystem: null },
    origin: 'https://intake.clinic.example',
  };
}

/** Every fifth was put right afterwards. */
function noteAfter({ state, plan }: Session, index: number, at: string): Note | null {
  if (!leavesNote(state, plan)) return null;
  const note = noteOf(state, plan, `note_${plan.callId.slice(5)}`, 1, state.endedAt ?? plan.createdAt, iso);
  if (index % 5 !== 4) return note;
  const fixed = new Map([
    ['hpi.pain_level', { state: 'answered', value: index % 11 }],
    ['ample.allergies', { state: 'none', value: false }],
  ] as const);
  return { ...note, version: 2, ...withCorrections(note, fixed, 'nurse@clinic.example', at) };
}

function patientOf({ state, plan }: Session, index: number): BundlePatient {
  const { patient, patientNumber } = planFor(state, plan);
  const { patientId: id, firstName, lastName, dateOfBirth } = patient;
  return {
    ...{ id, phoneNumber: patientNumber, firstName, lastName, dateOfBirth },
    externalId: index % 2 === 0 ? `MRN-${index}` : null,
    state: index % 4 === 0 ? 'NY' : null,
    language: state.language,
  };
}

/** When the patient asked not to be called, as the list has it and as the call tells. */
const stopsOf = ({ sent }: Session, record: CallRecord): (number | null)[] => [
  sent.find(({ command }) => command.name === 'suppress_number')?.at ?? null,
  record.status === 'opted_out' ? record.endedAt : null,
];

type OnFile = Pick<ContactConsent, 'id' | 'basis' | 'purposes'> &
  Record<'obtainedAt', number> &
  Record<'expiresAt' | 'revokedAt', number | null>;

const contact = ({ obtainedAt, expiresAt, revokedAt, ...rest }: OnFile): ContactConsent => ({
  ...{ ...rest, obtainedAt: iso(obtainedAt), expiresAt: isoOrNull(expiresAt), revokedAt: isoOrNull(revokedAt) },
});

function consentsOf(before: number, index: number): OnFile[] {
  const one: OnFile = {
    id: `con_${index}a`,
    ...{ basis: 'number_given_by_patient', purposes: ['intake', 'follow_up'], obtainedAt: before - 24 * HOUR_MS },
    ...{ expiresAt: index % 7 === 0 ? before + 24 * HOUR_MS : null, revokedAt: null },
  };
  if (index % 4 === 0) return [one];
  return index % 4 === 1
    ? [one, { ...one, id: `con_${index}b`, basis: 'verbal', purposes: [], revokedAt: before }]
    : [];
}

function recorded({ state, plan }: Session, index: number): BundleInput['recording'] {
  const recording = recordingOf(state);
  if (recording?.proof == null) return null;
  const ready = index % 2 === 0;
  return {
    id: plan.callId.replace('call_', 'rec_'),
    ...{ status: ready ? 'ready' : 'pending', format: recording.format, startedAt: isoOrNull(recording.startedAt) },
    ...(ready ? { bytes: 48_000, sha256: 'ab'.repeat(32) } : { bytes: null, sha256: null }),
  };
}

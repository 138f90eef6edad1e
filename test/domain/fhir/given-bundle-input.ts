/** A call that was answered to the end, and what is on file beside it; each test changes what it is about. */
import type { FhirResource } from 'fhir/r4';
import type { BundleInput, BundleNote } from '../../../src/domain/fhir/bundle-input.ts';
import { bundleOf } from '../../../src/domain/fhir/bundle-of.ts';
import { adultIntake } from '../../../src/domain/intake/adult-intake.ts';
import type { NoteAnswer } from '../../../src/domain/note/note.ts';

const at = (minute: number): string => `2026-11-20T15:${String(minute).padStart(2, '0')}:00.000Z`;
const keys = (answer: NoteAnswer, minute: number): NoteAnswer => ({
  ...{ ...answer, input: 'keys', timestamp: at(minute), question_version: 1, call_id: 'call_1' },
});
const spoken = (value: string, minute: number): NoteAnswer => ({
  ...keys({ state: 'answered', value, display: value, entry: value, confidence: 0.93, confirmed: true }, minute),
  input: 'voice',
});

export const givenNote = (changes: Partial<BundleNote> = {}): BundleNote => ({
  ...{ note_id: 'note_1', version: 1, call_id: 'call_1', status: 'complete', identity: 'verified' },
  questionnaire: { id: 'adult-intake', version: 1, language: 'en' },
  patient_info: {
    ...{ patient_id: 'pat_1', external_id: 'MRN-7', phone_number: '+12025550143' },
    ...{ first_name: 'Rosa', last_name: 'Quimby', date_of_birth: '1980-04-12' },
  },
  consent: {
    ...{ given: true, recording_consent: true, timestamp: at(1), wording: 'consent-en-1', wording_hash: 'c0ffee' },
    ...{ key: '1', event_id: 'evt_1' },
  },
  hpi: {
    chief_complaint: spoken('my left knee hurts', 2),
    symptom_duration: keys({ state: 'answered', value: '1_to_3_days', display: 'One to three days', entry: '2' }, 3),
    pain_level: keys({ state: 'answered', value: 6, entry: '6' }, 4),
  },
  ample: {
    allergies: keys({ state: 'none', value: false, entry: '2' }, 5),
    allergies_detail: { state: 'not_asked' },
    medications: keys({ state: 'answered', value: true, entry: '1' }, 6),
    medications_detail: spoken('aspirin and insulin', 7),
    past_medical_history: keys({ state: 'none', value: false, entry: '2' }, 8),
    past_medical_history_detail: { state: 'not_asked' },
    last_meal: keys({ state: 'answered', value: '1_to_3_hours', display: 'One to three hours ago', entry: '2' }, 9),
    events: spoken('I was lifting boxes', 10),
  },
  family_history: {
    heart_disease: keys({ state: 'none', value: false, entry: '2' }, 11),
    diabetes: keys({ state: 'unknown', value: null, entry: '3' }, 12),
    cancer: keys({ state: 'declined', entry: '*' }, 13),
  },
  red_flags: [],
  call_metadata: { status: 'completed', duration_seconds: 840, started_at: at(0), ended_at: at(14) },
  created_at: at(14),
  completed_at: at(14),
  ...changes,
});

export const givenInput = (changes: Partial<BundleInput> = {}): BundleInput => ({
  call: {
    ...{ call_id: 'call_1', status: 'completed', direction: 'outbound', patient_id: 'pat_1', language: 'en' },
    ...{ phone_number: '+12025550143', consent: { collection: 'given', recording: 'given', at: at(1) } },
    ...{ created_at: at(0), dialed_at: at(0), answered_at: at(0), ended_at: at(14) },
  },
  transcripts: { items: [{ speaker: 'agent', text: 'Hello, ¿qué tal?', timestamp: at(0) }] },
  intake_data: givenNote(),
  patient: {
    ...{ id: 'pat_1', externalId: 'MRN-7', phoneNumber: '+12025550143', firstName: 'Rosa', lastName: 'Quimby' },
    ...{ dateOfBirth: '1980-04-12', state: 'NY', language: 'en' },
  },
  consents: [
    {
      ...{ id: 'con_1', basis: 'written', purposes: ['intake'], obtainedAt: '2026-11-01T10:00:00.000Z' },
      ...{ expiresAt: null, revokedAt: null },
    },
  ],
  recordingWithdrawnAt: null,
  recording: {
    ...{ id: 'rec_1', status: 'ready', format: 'mp3', bytes: 48_000, sha256: 'ab'.repeat(32), startedAt: at(1) },
  },
  questionnaire: adultIntake,
  signatures: [],
  addenda: [],
  clinic: { name: 'Elm Street Clinic', patientSystem: null },
  origin: 'https://intake.clinic.example',
  ...changes,
});

type Named<Type extends FhirResource['resourceType']> = Extract<FhirResource, { resourceType: Type }>;

/** Those of one type in the Bundle of that input. */
export const resourcesOf = <Type extends FhirResource['resourceType']>(input: BundleInput, type: Type): Named<Type>[] =>
  (bundleOf(input).entry ?? []).flatMap(({ resource }) =>
    resource?.resourceType === type ? [resource as Named<Type>] : [],
  );

/** What stands where in the Bundle of a call: the mapping that README tells, by the rules FH-02 to FH-07. */
import type { CodeableConcept, Extension, QuestionnaireResponseItem } from 'fhir/r4';
import { describe, expect, it } from 'vitest';
import type { BundleCall, BundleInput } from '../../../src/domain/fhir/bundle-input.ts';
import { bundleOf } from '../../../src/domain/fhir/bundle-of.ts';
import { fhirId } from '../../../src/domain/fhir/names.ts';
import { CALL_STATUSES, type CallStatus } from '../../../src/domain/intake/call-record.ts';
import type { NoteAnswer } from '../../../src/domain/note/note.ts';
import { judgeBundle } from '../../support/judge-fhir.ts';
import { givenInput, givenNote, resourcesOf } from './given-bundle-input.ts';

const only = <T>(found: readonly T[]): T => {
  const [one] = found;
  if (one === undefined || found.length !== 1) throw new Error(`${found.length} of them`);
  return one;
};
const responseOf = (input: BundleInput) => only(resourcesOf(input, 'QuestionnaireResponse'));
const itemOf = (input: BundleInput, linkId: string): QuestionnaireResponseItem | undefined =>
  responseOf(input).item?.find((item) => item.linkId === linkId);
const extension = (of: { extension?: Extension[] | undefined } | undefined, end: string): Extension | undefined =>
  of?.extension?.find(({ url }) => url.endsWith(end));
const codesOf = (concept: CodeableConcept | undefined) => concept?.coding?.map(({ code }) => code);

const note = givenNote();
/** With that answer to one question. */
const answering = (section: 'hpi' | 'ample' | 'family_history', name: string, answer: NoteAnswer): BundleInput =>
  givenInput({ intake_data: givenNote({ [section]: { ...note[section], [name]: answer } }) });
const ended = (status: CallStatus, changes: Partial<BundleCall> = {}): BundleInput =>
  givenInput({ call: { ...givenInput().call, status, ...changes } });

describe('the Bundle of a call', () => {
  it('puts each resource under an id made from ours, so that a second delivery updates (FH-01)', () => {
    const { entry = [] } = bundleOf(givenInput());
    expect(entry.map(({ request }) => `${request?.method} ${request?.url}`)).toEqual([
      'PUT Patient/pat.1',
      'PUT Consent/con.1',
      'PUT Consent/call.1.collection',
      'PUT Consent/call.1.recording',
      'PUT Communication/call.1',
      'PUT QuestionnaireResponse/call.1',
      'PUT Observation/call.1.pain',
      'PUT DocumentReference/call.1.transcript',
      'PUT DocumentReference/rec.1',
      'PUT Provenance/call.1.interview',
    ]);
    const later = bundleOf(givenInput({ intake_data: givenNote({ version: 2, note_id: 'note_1.2' }) }));
    expect(later.entry?.map(({ fullUrl }) => fullUrl)).toEqual(entry.map(({ fullUrl }) => fullUrl));
  });

  it('has ids that fit FHIR and never meet, whichever call they are of', () => {
    const uuid = '0199f3c2-7f4e-7000-8000-000000000001';
    const ids = [
      fhirId(`call_${uuid}`),
      fhirId(`pat_${uuid}`),
      fhirId(`call_${uuid}`, 'recording'),
      fhirId(`rec_${uuid}`),
    ];
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of [...ids, fhirId(`call_${uuid}`, '20261120T150000000Z')])
      expect(id).toMatch(/^[A-Za-z0-9.-]{1,64}$/);
  });

  it('names the patient by our id and by the clinic’s, and overwrites no record of theirs', () => {
    const patient = only(resourcesOf(givenInput(), 'Patient'));
    expect(patient.identifier).toEqual([
      { system: 'urn:telnyx-edge-intake:patient', value: 'pat_1' },
      {
        ...{ use: 'usual', system: 'https://intake.clinic.example/fhir/external-id', value: 'MRN-7' },
        assigner: { type: 'Organization', display: 'Elm Street Clinic' },
      },
    ]);
    const theirs = { name: 'Elm Street Clinic', patientSystem: 'urn:oid:1.2.36.146' };
    expect(only(resourcesOf(givenInput({ clinic: theirs }), 'Patient')).identifier?.[1]).toMatchObject({
      ...{ system: 'urn:oid:1.2.36.146', value: 'MRN-7' },
    });
    expect(JSON.stringify(bundleOf(givenInput()))).not.toContain('identifier=');
    const bare = { ...givenInput().patient, externalId: null, firstName: null, lastName: null, dateOfBirth: null };
    const input = givenInput({ patient: { ...bare, state: null } });
    expect(only(resourcesOf(input, 'Patient')).identifier).toHaveLength(1);
    expect(judgeBundle(bundleOf(input))).toEqual([]);
  });

  it('of a call that left no note tells the attempt alone', () => {
    const input = givenInput({
      ...{ intake_data: null, transcripts: { items: [] }, recording: null },
      call: {
        ...ended('no_answer').call,
        consent: { collection: 'not_asked', recording: 'not_asked', at: null },
        answered_at: null,
      },
    });
    expect(bundleOf(input).entry?.map(({ request }) => request?.url)).toEqual([
      'Patient/pat.1',
      'Consent/con.1',
      'Communication/call.1',
    ]);
    expect(judgeBundle(bundleOf(input))).toEqual([]);
  });
});

describe('an answer', () => {
  it('that is missing says why, and keeps our own word for it (FH-02)', () => {
    const reasons = (['declined', 'unknown', 'skipped', 'not_asked', 'unclear'] as const).map((state) => {
      const item = itemOf(answering('hpi', 'chief_complaint', { state }), 'hpi.chief_complaint');
      expect(item?.answer).toBeUndefined();
      return [state, extension(item, '/data-absent-reason')?.valueCode, extension(item, ':answer-state')?.valueCode];
    });
    expect(reasons).toEqual([
      ['declined', 'asked-declined', 'declined'],
      ['unknown', 'asked-unknown', 'unknown'],
      ['skipped', 'not-asked', 'skipped'],
      ['not_asked', 'not-asked', 'not_asked'],
      ['unclear', 'unknown', 'unclear'],
    ]);
  });

  it('to what is asked after a yes alone is not there without one (FH-02)', () => {
    expect(itemOf(givenInput(), 'ample.allergies_detail')).toBeUndefined();
    expect(
      itemOf(answering('ample', 'allergies', { state: 'answered', value: true }), 'ample.allergies_detail'),
    ).toMatchObject({
      extension: [{ valueCode: 'not-asked' }, { valueCode: 'not_asked' }],
    });
  });

  it('is coded as none only after the key for no, to the question that opens the whole list (FH-03, FH-06)', () => {
    const noneCode = (input: BundleInput, item: string) =>
      extension(itemOf(input, item)?.answer?.[0], ':none-code')?.valueCoding?.code;
    expect(noneCode(givenInput(), 'ample.allergies')).toBe('716186003');
    expect(noneCode(answering('ample', 'medications', { state: 'none', value: false }), 'ample.medications')).toBe(
      '787481004',
    );
    // Past illness is another thing than current problems.
    expect(itemOf(givenInput(), 'ample.past_medical_history')?.answer?.[0]?.valueBoolean).toBe(false);
    expect(noneCode(givenInput(), 'ample.past_medical_history')).toBeUndefined();
    for (const state of ['declined', 'unknown', 'skipped', 'not_asked', 'unclear'] as const)
      expect(JSON.stringify(bundleOf(answering('ample', 'allergies', { state })))).not.toContain('716186003');
    const yes = answering('ample', 'allergies', { state: 'answered', value: true });
    expect(JSON.stringify(bundleOf(yes))).not.toContain('716186003');
  });

  it('by voice stays words, whatever drug or diagnosis they name (FH-04)', () => {
    const said = 'penicillin, and I have diabetes';
    const input = answering('ample', 'medications_detail', { state: 'answered', value: said, input: 'voice' });
    expect(itemOf(input, 'ample.medications_detail')?.answer).toEqual([
      { extension: expect.anything(), valueString: said },
    ]);
    const types = new Set(bundleOf(input).entry?.map(({ resource }) => resource?.resourceType));
    expect(
      ['AllergyIntolerance', 'Condition', 'MedicationStatement'].filter((type) => types.has(type as never)),
    ).toEqual([]);
  });

  it('by a key is the option of the question under our own code, and a day is a day (FH-06)', () => {
    expect(itemOf(givenInput(), 'hpi.symptom_duration')?.answer?.[0]?.valueCoding).toEqual({
      ...{
        system: 'urn:telnyx-edge-intake:answer:hpi.symptom_duration',
        code: '1_to_3_days',
        display: 'One to three days',
      },
    });
  });

  it('says how it was given, and what the patient had said before staff put it right', () => {
    const previous = { state: 'answered', value: 6, input: 'keys', timestamp: '2026-11-20T15:04:00.000Z' } as const;
    const input = answering('hpi', 'pain_level', {
      ...{
        state: 'answered',
        value: 8,
        input: 'staff',
        timestamp: '2026-11-20T17:00:00.000Z',
        corrected_by: 'nurse',
        previous,
      },
    });
    const item = itemOf(input, 'hpi.pain_level');
    expect(extension(item, ':previous-answer')?.extension).toContainEqual({ url: 'text', valueString: '6' });
    expect(extension(item?.answer?.[0], ':answer-source')?.extension).toContainEqual({
      url: 'corrected-by',
      valueString: 'nurse',
    });
    expect(responseOf(input).status).toBe('amended');
    expect(only(resourcesOf(input, 'Observation'))).toMatchObject({ status: 'amended', valueInteger: 8 });
    const [, correction] = resourcesOf(input, 'Provenance');
    expect(correction).toMatchObject({
      ...{ id: 'call.1.20261120T170000000Z', recorded: '2026-11-20T17:00:00.000Z' },
      agent: [{ who: { display: 'nurse' } }],
      entity: [{ role: 'revision', what: { display: 'As it was before: hpi.pain_level' } }],
    });
    expect(judgeBundle(bundleOf(input))).toEqual([]);
  });

  it('that raised a red flag carries it, and makes the call urgent', () => {
    const flag = {
      rule: 'chest-pain',
      item: 'hpi.chief_complaint',
      level: 'urgent',
      at: '2026-11-20T15:02:00.000Z',
    } as const;
    const rest = { event_id: 'evt_2', unverified: true, call_id: 'call_1', acknowledged_by: null };
    const input = givenInput({ intake_data: givenNote({ red_flags: [{ ...flag, ...rest }] }) });
    expect(extension(itemOf(input, 'hpi.chief_complaint'), ':red-flag')?.extension).toContainEqual({
      url: 'unverified',
      valueBoolean: true,
    });
    expect(only(resourcesOf(input, 'Communication')).priority).toBe('urgent');
    expect(judgeBundle(bundleOf(input))).toEqual([]);
  });
});

describe('pain', () => {
  it('is an integer in the answer, and an observation that comes from it (FH-05)', () => {
    expect(itemOf(givenInput(), 'hpi.pain_level')?.answer?.[0]?.valueInteger).toBe(6);
    const observation = only(resourcesOf(givenInput(), 'Observation'));
    expect(observation).toMatchObject({
      ...{ status: 'final', valueInteger: 6, derivedFrom: [{ reference: 'QuestionnaireResponse/call.1' }] },
    });
    expect(codesOf(observation.code)).toEqual(['hpi.pain_level', '72514-3', '225908003']);
  });

  it('of 0 is a 0, and no code of no pain (FH-03, FH-05)', () => {
    const input = answering('hpi', 'pain_level', { state: 'answered', value: 0, input: 'keys' });
    expect(only(resourcesOf(input, 'Observation')).valueInteger).toBe(0);
    expect(JSON.stringify(bundleOf(input))).not.toContain('301379001');
  });

  it('that the patient would not tell is an observation without a value; never asked it is none (FH-02, FH-05)', () => {
    const observation = only(resourcesOf(answering('hpi', 'pain_level', { state: 'declined' }), 'Observation'));
    expect(observation.valueInteger).toBeUndefined();
    expect(codesOf(observation.dataAbsentReason)).toEqual(['asked-declined']);
    expect(resourcesOf(answering('hpi', 'pain_level', { state: 'not_asked' }), 'Observation')).toEqual([]);
  });
});

describe('the statuses', () => {
  it.each<[CallStatus, response: string, communication: string]>([
    ['in_progress', 'in-progress', 'in-progress'],
    ['completed', 'completed', 'completed'],
    ['partial', 'stopped', 'stopped'],
    ['opted_out', 'stopped', 'stopped'],
    ['declined', 'stopped', 'stopped'],
    ['wrong_person', 'entered-in-error', 'stopped'],
  ])('of a call that is %s are %s and %s', (status, response, communication) => {
    expect(responseOf(ended(status)).status).toBe(response);
    expect(only(resourcesOf(ended(status), 'Communication')).status).toBe(communication);
    expect(judgeBundle(bundleOf(ended(status)))).toEqual([]);
  });

  it.each<[CallStatus, string | undefined]>([
    ['blocked', undefined],
    ['no_answer', 'recipient-unavailable'],
    ['busy', 'recipient-unavailable'],
    ['voicemail', 'recipient-unavailable'],
    ['canceled', undefined],
    ['failed', undefined],
  ])('of an attempt that is %s are not-done, with the reason', (status, theirs) => {
    const { statusReason, ...communication } = only(resourcesOf(ended(status, { answered_at: null }), 'Communication'));
    expect(communication.status).toBe('not-done');
    expect(codesOf(statusReason)).toEqual([...(theirs === undefined ? [] : [theirs]), status]);
    expect(statusReason?.text).toMatch(/^[A-Z]/);
  });

  it('are sound for every status a call can have (FH-01)', () => {
    expect(CALL_STATUSES.flatMap((status) => judgeBundle(bundleOf(ended(status))))).toEqual([]);
  });

  it('of consents: in force, refused, ended, run out', () => {
    const consent = givenInput().consents[0];
    if (consent === undefined) throw new Error('there is none');
    const input = givenInput({
      call: {
        ...givenInput().call,
        consent: { collection: 'given', recording: 'declined', at: '2026-11-20T15:01:00.000Z' },
      },
      consents: [
        consent,
        { ...consent, id: 'con_2', revokedAt: '2026-11-10T10:00:00.000Z' },
        { ...consent, id: 'con_3', expiresAt: '2026-11-19T10:00:00.000Z' },
      ],
    });
    expect(
      resourcesOf(input, 'Consent').map(({ id, status, provision }) => `${id} ${status} ${provision?.type}`),
    ).toEqual([
      'con.1 active permit',
      'con.2 inactive permit',
      'con.3 inactive permit',
      'call.1.collection active permit',
      'call.1.recording rejected deny',
    ]);
    expect(judgeBundle(bundleOf(input))).toEqual([]);
  });
});

describe('the documents', () => {
  it('are the transcript as text, and the audio as its address and SHA-256, without a byte of it', () => {
    const [transcript, audio] = resourcesOf(givenInput(), 'DocumentReference');
    const text = new TextDecoder().decode(
      Uint8Array.from(atob(transcript?.content[0]?.attachment.data ?? ''), (each) => each.charCodeAt(0)),
    );
    expect(text).toBe('2026-11-20T15:00:00.000Z agent: Hello, ¿qué tal?\n');
    const attachment = audio?.content[0]?.attachment;
    expect(attachment).toMatchObject({
      contentType: 'audio/mpeg',
      url: 'https://intake.clinic.example/api/calls/call_1/recording',
    });
    expect(extension(attachment, ':sha-256')?.valueString).toBe('ab'.repeat(32));
    expect(attachment?.data).toBeUndefined();
    expect(attachment?.hash).toBeUndefined();
  });

  it('of clinicians and their signatures are those that this version of the note knows', () => {
    const review = { by: 'clinician@clinic.example', at: '2026-11-20T18:00:00.000Z' };
    const input = givenInput({
      signatures: [
        { id: 'rev_1', noteVersion: 1, ...review },
        { id: 'rev_2', noteVersion: 2, ...review },
      ],
      addenda: [{ id: 'rev_3', noteVersion: 1, text: 'Called back.', ...review }],
    });
    expect(resourcesOf(input, 'Provenance').map(({ id }) => id)).toEqual(['call.1.interview', 'rev.1', 'rev.3']);
    expect(resourcesOf(input, 'DocumentReference').at(-1)).toMatchObject({
      id: 'rev.3',
      author: [{ display: 'clinician@clinic.example' }],
    });
    expect(judgeBundle(bundleOf(input))).toEqual([]);
  });

  it('of a recording that the patient had stopped: agreed to until then, and no longer (RC-04)', () => {
    const of = (changes: Partial<BundleInput>) =>
      resourcesOf(givenInput(changes), 'Consent').find(({ id }) => id === 'call.1.recording');
    const stopped = { recordingWithdrawnAt: '2026-11-20T15:06:00.000Z' };
    expect(of({})).toMatchObject({ status: 'active', provision: { period: { start: '2026-11-20T15:01:00.000Z' } } });
    expect(of({})?.provision?.period?.end).toBeUndefined();
    const period = { start: '2026-11-20T15:01:00.000Z', end: '2026-11-20T15:06:00.000Z' };
    expect(of(stopped)).toMatchObject({ status: 'inactive', provision: { type: 'permit', period } });
    const input = givenInput(stopped);
    expect(resourcesOf(input, 'Consent').find(({ id }) => id === 'call.1.collection')?.status).toBe('active');
    expect(judgeBundle(bundleOf(input))).toEqual([]);
    // It was refused: there is nothing to take back.
    const refused = { ...givenInput().call, consent: { ...givenInput().call.consent, recording: 'declined' as const } };
    expect(of({ ...stopped, call: refused })).toMatchObject({ status: 'rejected', provision: { type: 'deny' } });
  });
});

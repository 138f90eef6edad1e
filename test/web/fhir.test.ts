/** FHIR as the API answers it: the Bundle of a call, from what is really stored, and the Questionnaire that it names. */

import { and, eq, ne } from 'drizzle-orm';
import type { Bundle, FhirResource, Questionnaire } from 'fhir/r4';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { adultIntake } from '../../src/domain/intake/adult-intake.ts';
import type { CallRecording, ConsentProof } from '../../src/domain/intake/recording.ts';
import { insertConsent, revokeConsents } from '../../src/store/consents.ts';
import { dataKeyOf } from '../../src/store/patient-keys.ts';
import { auditEvents } from '../../src/store/schema.ts';
import { ROLES } from '../../src/store/staff.ts';
import { catchLog, restore } from '../support/worker-env.ts';
import { type GivenApp, givenApp } from './given-app.ts';
import { ANSWERED_AT, endCall, type GivenCall, givenCall, logOf } from './given-call.ts';
import { tokenOf } from './given-role.ts';

let given: GivenApp;
beforeEach(() => {
  catchLog();
  given = givenApp();
});
afterEach(restore);

const bundle = (made: GivenCall, token?: string) =>
  given.request(`/api/calls/${made.call.id}/fhir`, token === undefined ? {} : { token });
const read = async (made: GivenCall): Promise<FhirResource[]> => {
  const { entry = [] } = (await (await bundle(made)).json()) as Bundle<FhirResource>;
  return entry.flatMap(({ resource }) => (resource === undefined ? [] : [resource]));
};
const ofType = <Type extends FhirResource['resourceType']>(resources: readonly FhirResource[], type: Type) =>
  resources.filter((each): each is Extract<FhirResource, { resourceType: Type }> => each.resourceType === type);
const ended = async (ending: Parameters<typeof endCall>[2] = {}): Promise<GivenCall> => {
  const made = await givenCall(given);
  await endCall(given, made, ending);
  return made;
};
const lineOf = async ({ headers }: Response) => {
  // Whoever begins to work with that request leaves a line of that too.
  const isItself = ne(auditEvents.action, 'session.begin');
  const ofRequest = and(eq(auditEvents.requestId, headers.get('X-Request-Id') ?? ''), isItself);
  const [line] = await given.db.select().from(auditEvents).where(ofRequest);
  if (line === undefined) throw new Error('it left no line');
  return line;
};
const codeOf = async (response: Response) => [response.status, ((await response.json()) as { code?: string }).code];

const RECORDING: CallRecording = {
  ...{ id: 'rec_1', startedAt: 1, durationMs: 2000, format: 'mp3', link: null, linkAt: null },
  proof: { eventId: 'ev9', at: 1, key: '1', wording: 'consent-en-1', wordingHash: 'c0ffee' } as ConsentProof,
};

describe('GET /api/calls/{call_id}/fhir', () => {
  it('answers all that is stored of a call as one transaction, the same each time (FH-01)', async () => {
    const made = await ended({ recording: RECORDING });
    const response = await bundle(made);
    expect([response.status, response.headers.get('Content-Type')]).toEqual([200, 'application/fhir+json']);
    const text = await response.text();
    expect(await (await bundle(made)).text()).toBe(text);
    const { type, entry = [] } = JSON.parse(text) as Bundle<FhirResource>;
    expect(type).toBe('transaction');
    const id = made.call.id.replace('_', '.');
    expect(entry.map(({ request }) => request?.url.replace(/con\..*/, 'con'))).toEqual([
      `Patient/${made.patient.id.replace('_', '.')}`,
      'Consent/con',
      ...[`Consent/${id}.collection`, `Consent/${id}.recording`, `Communication/${id}`, `QuestionnaireResponse/${id}`],
      ...[`Observation/${id}.pain`, `DocumentReference/${id}.transcript`],
      ...[`DocumentReference/${id.replace('call', 'rec')}`, `Provenance/${id}.interview`],
    ]);
    for (const { fullUrl, request } of entry) expect(fullUrl).toBe(`${given.config.publicUrl}/fhir/${request?.url}`);
  });

  it('says why answers are missing, codes none after its key alone, and pain as a number (FH-02, FH-03, FH-04, FH-05)', async () => {
    const resources = await read(await ended());
    const [response] = ofType(resources, 'QuestionnaireResponse');
    const item = (linkId: string) => response?.item?.find((each) => each.linkId === linkId);
    expect(item('family_history.diabetes')?.extension?.[0]?.valueCode).toBe('asked-unknown');
    expect(item('family_history.cancer')?.extension?.[0]?.valueCode).toBe('not-asked');
    expect(JSON.stringify(item('ample.allergies'))).toContain('716186003');
    expect(item('hpi.chief_complaint')?.answer?.[0]?.valueString).toBe('tight chest since yesterday');
    expect(ofType(resources, 'Observation')[0]).toMatchObject({ valueInteger: 0, derivedFrom: [{}] });
  });

  it('tells the consents to be called at that number, in force or ended, and none of another number', async () => {
    const made = await givenCall(given);
    const { db, config } = given;
    const { id: patientId, phoneNumber } = made.patient;
    await revokeConsents(db, config.keyRing, patientId, phoneNumber, 'asked', Date.now());
    const consent = { basis: 'written', obtainedAt: 1, obtainedBy: 'desk', evidence: 'canary evidence' } as const;
    const dataKey = await dataKeyOf(config.keyRing, patientId);
    for (const number of [phoneNumber, '+13035550188'])
      await insertConsent(
        db,
        config.keyRing,
        dataKey,
        { patientId, phoneNumber: number, consent, recordedBy: 'staff_1' },
        Date.now(),
      );
    await endCall(given, made);
    const resources = await read(made);
    const contact = ofType(resources, 'Consent').filter(({ id = '' }) => id.startsWith('con.'));
    expect(contact.map(({ status }) => status)).toEqual(['active', 'inactive']);
    expect(JSON.stringify(resources)).not.toContain('canary evidence');
  });

  it('says that whoever asked not to be called no longer agrees to it, in that very call and whenever they asked (TC-09)', async () => {
    const contactsOf = async (made: GivenCall) =>
      ofType(await read(made), 'Consent').filter(({ id = '' }) => id.startsWith('con.'));
    const optedOut = await ended({ record: { status: 'opted_out', endedAt: Date.now() + 1000 } });
    expect(await contactsOf(optedOut)).toMatchObject([{ status: 'inactive' }]);
    const later = await ended();
    expect(await contactsOf(later)).toMatchObject([{ status: 'active' }]);
    const listed = { phone_number: later.patient.phoneNumber, reason: 'stated' };
    expect((await given.send('POST', '/api/suppressions', listed)).status).toBe(201);
    const [contact] = await contactsOf(later);
    expect(contact?.status).toBe('inactive');
    expect(contact?.provision?.period?.end).toMatch(/Z$/);
  });

  it('says that whoever had the recording stopped no longer agrees to it, from that key on (RC-04)', async () => {
    const stop = { event_id: 'ev8', type: 'gather.ended', at: ANSWERED_AT + 60_000, received_at: ANSWERED_AT + 60_100 };
    const stopped = { ...stop, effect: 'applied', commands: ['record_stop', 'transcription_stop'] } as const;
    const log = { ...logOf(), events: [...logOf().events, stopped] };
    const consentOf = async (made: GivenCall) =>
      ofType(await read(made), 'Consent').find(({ id = '' }) => id.endsWith('.recording'));
    expect(await consentOf(await ended({ recording: RECORDING }))).toMatchObject({ status: 'active' });
    expect(await consentOf(await ended({ recording: RECORDING, log }))).toMatchObject({
      status: 'inactive',
      provision: { type: 'permit', period: { end: new Date(stop.at).toISOString() } },
    });
  });

  it('has what clinicians signed, added and put right', async () => {
    const made = await ended();
    const path = `/api/calls/${made.call.id}`;
    const fixed = { items: [{ item: 'hpi.pain_level', state: 'answered', value: 8 }] };
    await given.send('POST', `${path}/corrections`, fixed);
    await given.send('POST', `${path}/review`, { verdict: 'signed', addendum: 'Called back.' });
    const resources = await read(made);
    expect(ofType(resources, 'QuestionnaireResponse')[0]?.status).toBe('amended');
    expect(ofType(resources, 'Observation')[0]).toMatchObject({ status: 'amended', valueInteger: 8 });
    expect(ofType(resources, 'Provenance').map(({ activity }) => activity?.text)).toEqual([
      'The patient answered an automated call',
      'Staff put answers right',
      'A clinician signed the note',
      'A clinician added to the note',
    ]);
    expect(ofType(resources, 'DocumentReference').at(-1)?.content[0]?.attachment.data).toBe(btoa('Called back.'));
  });

  it('tells nothing of audio that nobody agreed to', async () => {
    const made = await ended({ recording: { ...RECORDING, proof: null } });
    expect(ofType(await read(made), 'DocumentReference').map(({ id }) => id)).toEqual([
      `${made.call.id.replace('_', '.')}.transcript`,
    ]);
  });

  it('of a call that nobody answered is the attempt, not done', async () => {
    const record = {
      status: 'no_answer',
      answeredAt: null,
      consentCollection: 'not_asked',
      consentRecording: 'not_asked',
    } as const;
    const made = await ended({
      record: { ...record, recordingStatus: 'none' },
      note: null,
      log: { events: [], transcript: [] },
    });
    const resources = await read(made);
    expect(resources.map(({ resourceType }) => resourceType)).toEqual(['Patient', 'Consent', 'Communication']);
    expect(ofType(resources, 'Communication')[0]?.status).toBe('not-done');
  });

  it('is not ready before the note, and nothing for a call nobody knows', async () => {
    expect(await codeOf(await bundle(await givenCall(given)))).toEqual([404, 'not_ready']);
    const unknown = '/api/calls/call_0199f3c2-7f4e-7000-8000-000000000001/fhir';
    expect((await given.request(unknown)).status).toBe(404);
  });

  it('is for whoever may read the note, and stands in the audit line with its patient (HS-11)', async () => {
    const made = await ended({ note: null });
    const statuses = [];
    for (const role of ROLES) statuses.push([role, (await bundle(made, await tokenOf(given, role))).status]);
    expect(Object.fromEntries(statuses)).toEqual({
      admin: 200,
      clinician: 200,
      intake: 403,
      operator: 403,
      auditor: 403,
    });
    const { action, status, code, shown, callId } = await lineOf(await bundle(made));
    expect({ action, status, code, callId, shown: JSON.parse(shown ?? '[]') }).toEqual({
      ...{ action: 'note.read_fhir', status: 200, code: null },
      ...{ callId: made.call.id, shown: [made.patient.id] },
    });
  });
});

describe('GET /api/questionnaires/{questionnaire_id}/versions/{version}/fhir', () => {
  const questionnaire = (of: string, query = '') => given.request(`/api/questionnaires/${of}/fhir${query}`);

  it('answers an approved version, in a language, under the address that responses name (FH-06, FH-07)', async () => {
    const response = await questionnaire('adult-intake/versions/1', '?language=es');
    expect([response.status, response.headers.get('Content-Type')]).toEqual([200, 'application/fhir+json']);
    const answered = (await response.json()) as Questionnaire;
    expect(answered).toMatchObject({
      resourceType: 'Questionnaire',
      language: 'es',
      status: 'active',
      title: 'Admisión de adultos',
    });
    expect(answered.item?.map(({ linkId }) => linkId)).toEqual(adultIntake.items.map(({ id }) => id));
    expect(answered.copyright).toMatch(/Regenstrief Institute.*SNOMED International/);
    const [named] = ofType(await read(await ended()), 'QuestionnaireResponse');
    expect(named?.questionnaire).toBe(`${answered.url}|${answered.version}`);
  });

  it('refuses a draft, and knows a version that was withdrawn as retired', async () => {
    await tokenOf(given, 'admin');
    const own = { ...adultIntake, id: 'own-fhir', title: { en: 'Own', es: 'Propio' } };
    await given.send('POST', '/api/questionnaires', { definition: own });
    expect(await codeOf(await questionnaire('own-fhir/versions/1'))).toEqual([409, 'not_approved']);
    // Two may approve here: somebody else than whoever wrote it has to.
    const token = await tokenOf(given, 'clinician');
    for (const verb of ['approve', 'withdraw'])
      await given.send('POST', `/api/questionnaires/own-fhir/versions/1/${verb}`, {}, { token });
    expect(await (await questionnaire('own-fhir/versions/1')).json()).toMatchObject({ status: 'retired' });
    expect((await questionnaire('own-fhir/versions/9')).status).toBe(404);
    expect((await questionnaire('own-fhir/versions/1', '?language=fr')).status).toBe(422);
  });
});

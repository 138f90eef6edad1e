/** What an example of the contract may need to be there first: made by the functions the worker uses, or by the API itself. */
import { eq } from 'drizzle-orm';
import { vi } from 'vitest';
import { adultIntake } from '../../src/domain/intake/adult-intake.ts';
import { applyReconciled, listAlerts } from '../../src/store/alerts.ts';
import { beginEmergency, EMERGENCY_MS } from '../../src/store/emergency-accesses.ts';
import { findJob, insertJob } from '../../src/store/jobs.ts';
import { newId } from '../../src/store/new-id.ts';
import { dataKeyOf } from '../../src/store/patient-keys.ts';
import { insertRequest } from '../../src/store/patient-requests.ts';
import { putRecording } from '../../src/store/recording-bucket.ts';
import { insertRecordingTranscript, storePiece } from '../../src/store/recording-transcripts.ts';
import { markFailed, markReady, recordingIdOf } from '../../src/store/recordings.ts';
import { jobs, staff as staffTable } from '../../src/store/schema.ts';
import { findStaff, type Role } from '../../src/store/staff.ts';
import { runDueJobs } from '../support/due-jobs.ts';
import { givenMp3 } from '../support/given-audio.ts';
import { inPieces } from '../support/given-bytes.ts';
import { givenCampaign } from '../support/given-campaign.ts';
import { BACKEND } from '../support/given-delivery.ts';
import { catchHints, dialerNamed } from '../support/given-dialer.ts';
import { catchJobHints } from '../support/given-jobs.ts';
import { givenImport, readListOf } from '../support/given-list.ts';
import { OPENAI, refuses } from '../support/given-transcription.ts';
import { nextNumber } from '../support/place-call.ts';
import { config, db, ring } from '../support/worker-env.ts';
import { givenApp } from './given-app.ts';
import { CONSENT, endCall, givenCall, logOf, noteFor, redFlagOf } from './given-call.ts';
import { handOnProbes } from './given-doctor.ts';
import { givenEnded, noAnswer } from './given-results.ts';
import { tokenOf } from './given-role.ts';
import { givenUpload, transcribed } from './given-transcriptions.ts';

export type World = Awaited<ReturnType<typeof givenWorld>>;
type Ids = Readonly<Record<string, string>>;

const PROOF = { eventId: 'ev9', at: 1, key: '1', wording: 'consent-en-1', wordingHash: 'c0ffee' } as const;

const ALERT_URL = 'http://127.0.0.1:9/alerts';

/** For what has to have another name each time. */
let made = 0;

export async function givenWorld() {
  const keys = { PHI_KEYS: `k1:${ring.keys.get('k1')?.toBase64()}` };
  const given = givenApp({ ...keys, ...OPENAI, ...BACKEND, ALERT_URL } as never, { objects: 'real' });
  catchHints();
  catchJobHints();
  handOnProbes();
  // Nobody reads a list or answers a question while it is waited for.
  vi.spyOn(scheduler, 'wait').mockResolvedValue(undefined);
  await dialerNamed().stub.resume({ by: 'test' });
  vi.spyOn(given.env.CAMPAIGN_RUNNER, 'getByName').mockReturnValue({ wake: async () => {} } as never);
  Object.assign(given.env, {
    INTAKE_SESSION: {
      getByName: () => ({
        requestHangup: async () => 'accepted',
        liveView: async () => null,
        hasStarted: async () => true,
      }),
    },
  });
  const create = async (path: string, body: unknown, token?: string): Promise<Record<string, string>> => {
    const response = await given.send('POST', path, body, token === undefined ? {} : { token });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json();
  };

  const patient = async (): Promise<Ids> => {
    const { patient_id = '' } = await create('/api/patients', { phone_number: nextNumber(), consent: CONSENT });
    return { patient_id };
  };
  const consent = async (): Promise<Ids> => {
    const of = await patient();
    const { consent_id = '' } = await create(`/api/patients/${of['patient_id']}/consents`, CONSENT);
    return { ...of, consent_id };
  };
  const hold = async (): Promise<Ids> => {
    const of = await patient();
    const order = { reason: 'litigation', text: 'Letter of a lawyer' };
    const { hold_id = '' } = await create(`/api/patients/${of['patient_id']}/holds`, order);
    return { ...of, hold_id };
  };
  const request = async (): Promise<Ids> => {
    const of = await patient();
    const { request_id = '' } = await create(`/api/patients/${of['patient_id']}/requests`, { kind: 'access' });
    return { ...of, patient_request_id: request_id };
  };
  /** Asked for by somebody else. */
  const erasure = async (): Promise<Ids> => {
    const { patient_id = '' } = await patient();
    const patient_request_id = newId('req', Date.now());
    const row = {
      id: patient_request_id,
      patientId: patient_id,
      kind: 'erasure',
      receivedAt: 1,
      dueAt: 2,
      callId: null,
    } as const;
    await insertRequest(
      db,
      null,
      { ...row, details: null },
      { id: 'staff_9', name: 'other@clinic.example' },
      Date.now(),
    );
    return { patient_request_id };
  };
  const disclosed = async (): Promise<Ids> => {
    const of = await patientOfCall();
    await create(`/api/patients/${of['patient_id']}/disclosures`, { purpose: 'legal', what: 'note', to: 'A court' });
    return of;
  };
  const liveCall = async (): Promise<Ids> => ({ call_id: (await givenCall(given)).call.id });
  /** With a note, a flag, words and events; its recording waits to be fetched. */
  const endedCall = async () => {
    const call = await givenCall(given);
    const told = { id: 'rec_1', startedAt: 1, durationMs: 2000, format: 'mp3', link: null, linkAt: null, proof: PROOF };
    await endCall(given, call, {
      note: { ...noteFor(call), red_flags: [redFlagOf(call)] },
      log: logOf('tight chest', { flagged: true }),
      ...{ record: { redFlags: 1, costNanos: 14_000_000, costCurrency: 'USD' }, recording: told as never },
      tasks: ['red_flag', 'callback'],
    });
    return call;
  };
  const call = async (): Promise<Ids> => ({ call_id: (await endedCall()).call.id });
  /** With a note that nothing keeps from being signed. */
  const calmCall = async (): Promise<Ids> => {
    const call = await givenCall(given);
    await endCall(given, call);
    return { call_id: call.call.id };
  };
  const recordedCall = async (): Promise<Ids> => ({ call_id: (await withAudio()).call.id });
  const patientOfCall = async (): Promise<Ids> => ({ patient_id: (await withAudio()).patient.id });
  const withAudio = async () => {
    const made = await endedCall();
    const { call, patient } = made;
    const ref = { id: recordingIdOf(call.id), callId: call.id, patientId: patient.id };
    const audio = inPieces(givenMp3(2000), 50_000);
    const stored = await putRecording(given.env.BUCKET, ref, await dataKeyOf(ring, patient.id), PROOF as never, audio);
    const facts = { telnyxId: null, format: 'mp3', durationMs: 2000, startedAt: 1 } as const;
    await markReady(db, call.id, { ...stored, ...facts }, Date.now());
    return made;
  };
  const writtenDown = async (): Promise<Ids> => {
    const { call, patient } = await withAudio();
    const owner = { callId: call.id, patientId: patient.id, pieces: 0 };
    await db.batch(insertRecordingTranscript(db, owner, Date.now()));
    const line = { speaker: 'patient', text: 'tight chest', startMs: 500, endMs: 1500, confidence: 0.9 } as const;
    const listened = { audioMs: 2000, costNanos: 17_098, language: 'en' };
    const lines = [{ ...line, item: 'hpi.chief_complaint' }];
    await storePiece(db, await dataKeyOf(ring, patient.id), owner, { lines }, listened, Date.now());
    return { call_id: call.id };
  };
  const failedRecording = async (): Promise<Ids> => {
    const of = await call();
    await markFailed(db, of['call_id'] ?? '', 'missing');
    return of;
  };
  const task = async (): Promise<Ids> => {
    await call();
    const { items } = await (await given.request('/api/tasks')).json<{ items: { task_id: string }[] }>();
    return { task_id: items.at(-1)?.task_id ?? '' };
  };
  const deadJob = async (): Promise<Ids> => {
    made += 1;
    const job = { kind: 'sweep_storage', subject: `s${made}` } as const;
    await insertJob(db, job, Date.now());
    const { id } = (await findJob(db, job.kind, job.subject)) as { id: string };
    await db.update(jobs).set({ status: 'dead', code: 'gone', endedAt: Date.now() }).where(eq(jobs.id, id));
    return { job_id: id };
  };
  const delivery = async (): Promise<Ids> => {
    const of = await calmCall();
    const list = await given.request(`/api/deliveries?call_id=${of['call_id']}`);
    const { items } = await list.json<{ items: { delivery_id: string }[] }>();
    return { delivery_id: items[0]?.delivery_id ?? '' };
  };
  const earlier = async (): Promise<Ids> => {
    const span = { from: '2026-03-01T00:00:00Z', to: '2026-04-01T00:00:00Z' };
    await given.send('POST', '/api/deliveries/earlier', { sink: 'backend', ...span });
    return {};
  };
  type Status = Parameters<typeof givenCampaign>[1];
  /** One that is over has somebody who was reached and somebody who was not. */
  const campaign = async (status: Status = { status: 'draft' }): Promise<Ids> => {
    const { id, people } = await givenCampaign([{}, { firstName: 'Ana', externalId: 'MRN-1' }], status);
    if (status.status !== 'completed') return { campaign_id: id };
    for (const [n, person] of people.entries()) await givenEnded({ id, people }, person, n === 0 ? {} : noAnswer());
    await given.env.DB.prepare("update contacts set code = 'budget_used' where outcome = 'no_answer'").run();
    return { campaign_id: id };
  };
  /** What a start asks for: a test call that was answered, and a receipt. */
  const preflight = async (campaignId: string): Promise<{ preflight_id: string }> => {
    const { call_id } = await create(`/api/campaigns/${campaignId}/test-call`, { phone_number: nextNumber() });
    await given.env.DB.prepare('update calls set answered_at = 1 where id = ?').bind(call_id).run();
    const { preflight_id = '' } = await create(`/api/campaigns/${campaignId}/preflight`, {});
    return { preflight_id };
  };
  const suppression = async (): Promise<Ids> => {
    const order = { phone_number: nextNumber(), reason: 'asked at the desk' };
    const { suppression_id = '' } = await create('/api/suppressions', order);
    return { suppression_id };
  };
  const staff = async (): Promise<Ids> => {
    const order = { email: `${crypto.randomUUID()}@clinic.example`, roles: ['intake'] };
    const { staff_id = '' } = await create('/api/staff', order);
    return { staff_id };
  };
  const alert = async (): Promise<Ids> => {
    made += 1;
    const breach = { kind: 'dead_letters', subject: `s${made}`, code: 'jobs_dead', count: 2 } as const;
    await applyReconciled(db, { open: [breach], seen: [], close: [] }, Date.now());
    const { items } = await listAlerts(db, { limit: 1, cursor: null });
    return { alert_id: items[0]?.id ?? '' };
  };
  /** Who takes what is sent to ALERT_URL. */
  const listener = async (): Promise<Ids> => {
    const fetching = vi.mocked(globalThis.fetch);
    const others = fetching.getMockImplementation() ?? fetch;
    fetching.mockImplementation(async (input, init) =>
      String(input) === ALERT_URL ? new Response() : others(input, init),
    );
    return {};
  };
  /** Of somebody with that role; over, so that it can be reviewed, unless they are to end it. */
  const emergency = async (role?: 'operator'): Promise<Ids> => {
    const begun = await beginEmergency(
      db,
      ring,
      {
        staffId: role === undefined ? newId('staff', Date.now()) : await staffOf(role),
        staffName: 'desk@clinic.example',
        reason: 'Nobody else was there.',
      },
      role === undefined ? Date.now() - EMERGENCY_MS : Date.now(),
    );
    return { emergency_id: begun?.id ?? '' };
  };
  const staffOf = async (role: Role): Promise<string> => {
    await tokenOf(given, role);
    return (await findStaff(db, `${role}@role.example`, Date.now()))?.id ?? '';
  };
  const media = async (): Promise<Ids> => {
    const response = await given.request('/api/media', { method: 'POST', body: audioForm() });
    return { media_id: (await response.json<{ media_id: string }>()).media_id };
  };
  const transcription = async (isDone = true): Promise<Ids> => {
    made += 1;
    const taken = await givenUpload(given, givenMp3(3000, made));
    await transcribed(given, taken, isDone ? undefined : refuses(401));
    return { transcription_id: taken.transcription_id };
  };
  const definition = () => {
    made += 1;
    return { ...adultIntake, id: `own-${made}`, title: { en: 'Our own', es: 'La nuestra' } };
  };
  /** A draft that somebody else has written, so that it may be approved. */
  const questionnaire = async (): Promise<Ids> => {
    await given.db.delete(staffTable);
    const order = { definition: definition() };
    await create('/api/questionnaires', order, await tokenOf(given, 'clinician'));
    return { questionnaire_id: order.definition.id, version: '1' };
  };
  const approved = async (): Promise<Ids> => {
    const of = await questionnaire();
    await create(`/api/questionnaires/${of['questionnaire_id']}/versions/1/approve`, {});
    return of;
  };
  const listBeingRead = async (): Promise<Ids> => ({ import_id: (await givenImport(`phone\n${nextNumber()}\n`)).id });
  const listRead = async (): Promise<Ids> => {
    const { item } = await readListOf(`phone;name\n${nextNumber()};Ana\nabc;Ben\n`);
    return { import_id: item.id };
  };
  return {
    ...{ given, db, config, nextNumber, runDueJobs },
    ...{
      patient,
      consent,
      liveCall,
      call,
      calmCall,
      recordedCall,
      patientOfCall,
      failedRecording,
      writtenDown,
      task,
      deadJob,
      delivery,
      earlier,
    },
    ...{ transcription, definition, questionnaire, approved, hold, request, erasure, disclosed },
    ...{ campaign, preflight, suppression, staff, emergency, alert, listener, media, listBeingRead, listRead },
  };
}

export const formOf = (parts: Readonly<Record<string, string | File>>): FormData => {
  const form = new FormData();
  for (const [name, part] of Object.entries(parts)) form.append(name, part);
  return form;
};
export const audioForm = () =>
  formOf({ name: 'Flu clinic', file: new File([givenMp3(3000) as Uint8Array<ArrayBuffer>], 'flu.mp3') });
export const listForm = (fields: Readonly<Record<string, string>>, number: string) =>
  formOf({ ...fields, file: new File([`phone\n${number}\n`], 'list.csv', { type: 'text/csv' }) });
export const audioOnly = () => formOf({ file: new File([givenMp3(3500) as Uint8Array<ArrayBuffer>], 'visit.mp3') });

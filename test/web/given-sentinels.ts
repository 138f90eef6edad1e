/** One patient of whom everything is kept that can be kept, each kind of it in words that stand nowhere else, and the routes' ids. */
import { eq } from 'drizzle-orm';
import type { CallRecording, ConsentProof } from '../../src/domain/intake/recording.ts';
import { getCall } from '../../src/store/calls.ts';
import { insertJob } from '../../src/store/jobs.ts';
import { dataKeyOf } from '../../src/store/patient-keys.ts';
import { createPatient } from '../../src/store/patients.ts';
import { placeCall } from '../../src/store/place-call.ts';
import { putRecording } from '../../src/store/recording-bucket.ts';
import { storePiece } from '../../src/store/recording-transcripts.ts';
import { markReady, recordingIdOf } from '../../src/store/recordings.ts';
import { attempts, calls, consents, contacts, jobs, tasks } from '../../src/store/schema.ts';
import { createStaff } from '../../src/store/staff.ts';
import { suppressNumber } from '../../src/store/suppression-list.ts';
import { runDueJobs } from '../support/due-jobs.ts';
import { inPieces } from '../support/given-bytes.ts';
import { givenCampaign, givenImport } from '../support/given-list.ts';
import { requestFor } from '../support/place-call.ts';
import type { GivenApp } from './given-app.ts';
import { endCall, logOf, noteFor } from './given-call.ts';

const NUMBER = '+13035550177';
const PROOF = { eventId: 'ev9', at: 1, key: '1', wording: 'consent-en-1', wordingHash: 'c0ffee' } as ConsentProof;
const TOLD: CallRecording = {
  ...{ id: 'rec_1', startedAt: 1, durationMs: 2000, format: 'mp3', link: null, linkAt: null },
  proof: PROOF,
};

/** What somebody sees of each kind. */
export const TEXTS = {
  name: /Zephyrine|Quimbleton/,
  initials: /\bZQ\b/,
  number: /\+13035550177|\(303\) 555-0177/,
  lastFour: /•••• 0177/,
  birthDate: /1947-03-19/,
  record: /MRN-SENTINEL/,
  place: /Antarctica\/Troll/,
  evidence: /sentinel-evidence/,
  answer: /sentinel-answer/,
  words: /sentinel-words/,
  event: /sentinel-event/,
  audio: /sentinel-audio/,
  campaign: /sentinel-campaign/,
  suppressed: /•••• 0178|\+13035550178/,
  statement: /sentinel-statement/,
  refusedContact: /sentinel-refused-contact/,
  staff: /sentinel-staff/,
} as const;
export type Text = keyof typeof TEXTS;

export interface Sentinels {
  /** By the name of the parameter. */
  readonly ids: Readonly<Record<string, string>>;
}

export async function givenSentinels(given: GivenApp): Promise<Sentinels> {
  const { db, config, env } = given;
  const ring = config.keyRing;
  const now = Date.now();
  const details = {
    ...{ firstName: 'Zephyrine', lastName: 'Quimbleton', dateOfBirth: '1947-03-19', phoneNumber: NUMBER },
    ...{ externalId: 'MRN-SENTINEL', language: 'en' as const, state: 'AK', timeZone: 'Antarctica/Troll' },
  };
  const consent = {
    basis: 'verbal',
    obtainedAt: now - 1000,
    obtainedBy: 'desk',
    evidence: 'sentinel-evidence',
  } as const;
  const patient = await createPatient(db, ring, details, consent, 'staff_1', now);
  const asked = { phoneNumber: NUMBER, patientId: patient.id };
  const placed = await placeCall(db, config, requestFor(asked), now);
  if (!placed.ok) throw new Error(`not placed: ${JSON.stringify(placed)}`);
  const call = await getCall(db, ring, placed.callId);
  if (call === null) throw new Error('no call');
  const made = { call, patient, attemptId: placed.attemptId };
  const log = logOf('sentinel-words');
  const [first, ...others] = log.events;
  if (first === undefined) throw new Error('no event');
  await endCall(given, made, {
    note: noteFor(made, 'sentinel-answer'),
    log: { ...log, events: [{ ...first, event_id: 'sentinel-event' }, ...others] },
    recording: TOLD,
    tasks: ['callback'],
  });
  // Its own column, which the record of a call brings.
  await db.update(calls).set({ externalId: 'MRN-SENTINEL' }).where(eq(calls.id, call.id));
  const campaign = await givenCampaign({ name: 'sentinel-campaign' });
  const list = `phone,first_name,last_name,mrn\n${NUMBER},Zephyrine,Quimbleton,MRN-SENTINEL\nbad,sentinel-refused-contact,,\n`;
  const item = await givenImport(list, { campaign });
  await runDueJobs();
  const [contact] = await db.select().from(contacts).where(eq(contacts.campaignId, campaign.id));
  const ofContact = { campaignId: campaign.id, contactId: contact?.id ?? '' };
  await db.update(attempts).set(ofContact).where(eq(attempts.id, placed.attemptId));
  await db.update(calls).set(ofContact).where(eq(calls.id, call.id));

  const ref = { id: recordingIdOf(call.id), callId: call.id, patientId: patient.id };
  const audio = new TextEncoder().encode('sentinel-audio'.repeat(100));
  const stored = await putRecording(env.BUCKET, ref, await dataKeyOf(ring, patient.id), PROOF, inPieces(audio, 500));
  const facts = { telnyxId: null, format: 'mp3' as const, durationMs: 2000, startedAt: null };
  await markReady(db, call.id, { ...stored, ...facts }, now, patient.id);
  const said = { text: 'sentinel-words', item: null, startMs: 0, endMs: 900, confidence: 0.9 } as const;
  const written = { callId: call.id, pieces: 0 };
  const listened = { audioMs: 2000, costNanos: null, language: 'en' };
  const heard = { lines: [{ ...said, speaker: 'patient' as const }] };
  await storePiece(db, await dataKeyOf(ring, patient.id), written, heard, listened, now);

  const { row: suppression } = await suppressNumber(
    ...([db, ring] as const),
    { phoneNumber: '+13035550178', reason: 'sentinel-statement', callId: null, createdBy: 'desk' },
    now,
  );
  await insertJob(db, { kind: 'fetch_recording', subject: 'call_nobody' }, now + 1e9);
  const member = await createStaff(db, { email: 'sentinel-staff@clinic.example', roles: ['auditor'] }, now);
  const [[task], [job], [stated]] = await Promise.all([
    db.select({ id: tasks.id }).from(tasks).where(eq(tasks.callId, call.id)),
    db.select({ id: jobs.id }).from(jobs).where(eq(jobs.subject, 'call_nobody')),
    db.select({ id: consents.id }).from(consents).where(eq(consents.patientId, patient.id)),
  ]);
  const ids = {
    ...{ patient_id: patient.id, call_id: call.id, task_id: task?.id ?? '', job_id: job?.id ?? '' },
    ...{ consent_id: stated?.id ?? '', campaign_id: campaign.id, suppression_id: suppression.id, import_id: item.id },
    staff_id: member?.id ?? '',
  };
  return { ids };
}

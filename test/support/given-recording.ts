/** A call whose patient agreed to be recorded, Telnyx' word about its recording, and what became of both at our side. */
import { eq } from 'drizzle-orm';
import { expect } from 'vitest';
import type { CallRecording, ConsentProof } from '../../src/domain/intake/recording.ts';
import type { Env } from '../../src/env.ts';
import { runJob } from '../../src/outbox/run-job.ts';
import { type Call, getCall } from '../../src/store/calls.ts';
import type { Job } from '../../src/store/jobs.ts';
import { dataKeyOf } from '../../src/store/patient-keys.ts';
import { type ReadableRecording, readRecording, recordingKey } from '../../src/store/recording-bucket.ts';
import {
  getRecording,
  insertRecording,
  type Recording,
  readable,
  recordingIdOf,
  shownRecording,
} from '../../src/store/recordings.ts';
import { calls } from '../../src/store/schema.ts';
import { recordingLink } from './fake-telnyx.ts';
import { givenMp3 } from './given-audio.ts';
import { joined } from './given-bytes.ts';
import { deliver, hintOf, knownJob } from './given-jobs.ts';
import { givenSession, type SessionUnderTest } from './given-session.ts';
import { db, later, ring, START, testEnv } from './worker-env.ts';

export const CHIEF_COMPLAINT = 'My knee hurts.';

/** Live, recorded, and one answer into the interview. */
export async function givenRecorded(key: '1' | '2' = '1'): Promise<SessionUnderTest> {
  const call = await (await givenSession()).consented(key);
  if (key === '1') await call.speaks(CHIEF_COMPLAINT);
  return call;
}

/** Over, and written down. */
export async function ended<T extends SessionUnderTest>(call: T): Promise<T> {
  await call.hangup();
  await call.after(5000);
  return call;
}

/** When the recorder began, a moment after the consent, and ended, in whatever Telnyx tells. */
export const RECORDED = { from: START + 5500, to: START + 125_500 };

/** Telnyx tells that the recording can be had. */
export const saved = (call: SessionUnderTest, changes: Record<string, unknown> = {}, id?: string) =>
  call.webhook(
    'call.recording.saved',
    {
      ...{ recording_id: 'rec-1', channels: 'dual', format: 'mp3', recording_urls: { mp3: recordingLink() } },
      ...{ recording_started_at: new Date(RECORDED.from).toISOString() },
      ...{ recording_ended_at: new Date(RECORDED.to).toISOString() },
      ...changes,
    },
    id === undefined ? {} : { id },
  );

/** Over, saved before its hang-up; the work of fetching it waits. */
export async function givenSaved(changes: Record<string, unknown> = {}): Promise<SessionUnderTest> {
  const call = await givenRecorded();
  await saved(call, changes);
  return ended(call);
}

const PROOF = {
  ...{ eventId: 'evt-consent', at: START, key: '1', wording: 'consent-1/en', wordingHash: 'a'.repeat(64) },
} as ConsentProof;

/** Just written down, without the talk before it: its address is fresh, its work waits. */
export async function givenPending(changes: Partial<CallRecording> = {}): Promise<SessionUnderTest> {
  const call = await givenSession();
  const { callId, patient } = call.placed;
  const told = { id: 'rec-1', startedAt: START, durationMs: 2000, format: 'mp3', link: recordingLink() } as const;
  const recording = { ...told, linkAt: Date.now(), proof: PROOF, ...changes };
  const dataKey = await dataKeyOf(ring, patient.id);
  await db.batch([
    ...insertRecording(db, dataKey, { callId, patientId: patient.id }, recording, Date.now()),
    db.update(calls).set(shownRecording(callId)).where(eq(calls.id, callId)),
  ]);
  return call;
}

export const fetchJobOf = ({ callId }: SessionUnderTest): Promise<Job> =>
  knownJob({ kind: 'fetch_recording', subject: callId });

/** The hint of its work arrives; how the work stands then. */
export async function fetched(call: SessionUnderTest, env: Env | null = null): Promise<Job> {
  const job = await fetchJobOf(call);
  if (env === null) await deliver(hintOf(job));
  else await runJob(env, job.id);
  return fetchJobOf(call);
}

/** Time passes until its next try, and that is made. */
export async function fetchedAgain(call: SessionUnderTest): Promise<Job> {
  later(Math.max(0, (await fetchJobOf(call)).dueAt - Date.now()));
  return fetched(call);
}

/** All its tries, until nobody makes one any more. */
export async function fetchedToTheEnd(call: SessionUnderTest): Promise<Job> {
  for (let tries = 0; tries < 50; tries += 1) {
    const job = await fetchedAgain(call);
    if (job.status !== 'waiting') return job;
  }
  throw new Error('tried for ever');
}

export async function rowOf({ callId }: SessionUnderTest): Promise<Recording> {
  const recording = await getRecording(db, callId);
  if (recording === null) throw new Error('no recording');
  return recording;
}
export const callOf = async ({ callId }: SessionUnderTest) => (await getCall(db, ring, callId)) as Call;

/** As it lies in R2. */
export async function storedOf({ callId }: SessionUnderTest): Promise<Uint8Array | null> {
  const object = await testEnv.BUCKET.get(recordingKey({ callId, id: recordingIdOf(callId) }));
  return object === null ? null : new Uint8Array(await object.arrayBuffer());
}

/** As it is played. */
export async function playedOf(call: SessionUnderTest): Promise<Uint8Array> {
  const row = await rowOf(call);
  const audio = readable(row) as ReadableRecording;
  const dataKey = await dataKeyOf(ring, row.patientId);
  return joined(
    (await readRecording(testEnv.BUCKET, audio, dataKey, 0, audio.bytes - 1)) as ReadableStream<Uint8Array>,
  );
}

const objectsOf = async ({ callId }: SessionUnderTest) =>
  (await testEnv.BUCKET.list({ prefix: `recordings/${callId}/` })).objects;

export async function expectStoredOnce(call: SessionUnderTest): Promise<void> {
  expect(await fetchJobOf(call)).toMatchObject({ status: 'done' });
  expect(await rowOf(call)).toMatchObject({ status: 'ready', reason: null, deletedAtTelnyxAt: expect.any(Number) });
  expect(await callOf(call)).toMatchObject({ recordingStatus: 'ready', recordingBytes: givenMp3(2000).length });
  expect(await objectsOf(call)).toHaveLength(1);
  expect(await playedOf(call)).toEqual(givenMp3(2000));
  expect(call.telnyx.sent('delete_recording')).toHaveLength(1);
}

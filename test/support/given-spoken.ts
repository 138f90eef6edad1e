/** A recorded call of known words at known seconds, its audio in R2, and the simulator's engine that hears it by its tones. */
import { vi } from 'vitest';
import type { TranscriptLine } from '../../src/domain/intake/call-log.ts';
import type { Env } from '../../src/env.ts';
import { runJob } from '../../src/outbox/run-job.ts';
import { AudioTranscriptions } from '../../src/simulator/audio-transcriptions.ts';
import { Random } from '../../src/simulator/random.ts';
import { renderRecording } from '../../src/simulator/recording-audio.ts';
import { type Recording, Recordings } from '../../src/simulator/recordings.ts';
import { VirtualClock } from '../../src/simulator/virtual-clock.ts';
import { insertCallLog, packCallLog } from '../../src/store/call-logs.ts';
import { findJob, type Job } from '../../src/store/jobs.ts';
import { dataKeyOf } from '../../src/store/patient-keys.ts';
import { putRecording } from '../../src/store/recording-bucket.ts';
import { getRecordingTranscript, type RecordingTranscript } from '../../src/store/recording-transcripts.ts';
import { markReady, recordingIdOf } from '../../src/store/recordings.ts';
import { inPieces } from './given-bytes.ts';
import { givenPending, rowOf } from './given-recording.ts';
import type { SessionUnderTest } from './given-session.ts';
import { type Engine, envWith } from './given-transcription.ts';
import { db, ring, START, testEnv } from './worker-env.ts';

type Mark = Recording['marks'][number];
export const says = (side: Mark['side'], fromMs: number, toMs: number, words: string, tones?: number[]): Mark => ({
  ...{ atMs: START + fromMs, durationMs: toMs - fromMs, side, words },
  tones: tones ?? (side === 'clinic' ? [240] : [720]),
});
/** A voice of its own for each, so that no part of a recording sounds like another. */
export const voice = (index: number): number[] => [500 + (index % 20) * 20, 1000 + (Math.floor(index / 20) % 45) * 20];

/** What the steps of a call are, and when each was asked: in the time of the recording. */
const STEPS: readonly (readonly [item: string, atMs: number, said: string])[] = [
  ['consent', -4000, 'May we record this call?'],
  ['hpi.chief_complaint', 400, 'What brings you in today?'],
  ['hpi.chief_complaint.confirm', 12_000, 'You said: my left knee hurts. Press 1 to keep it.'],
  ['hpi.pain_level', 17_000, 'How strong is the pain?'],
  ['ample.events', 22_000, 'What happened before it began?'],
];
export const MARKS: readonly Mark[] = [
  says('clinic', 500, 3500, 'What brings you in today?'),
  says('patient', 5000, 8000, 'my left knee hurts'),
  says('clinic', 12_100, 15_000, 'You said: my left knee hurts. Press 1 to keep it.'),
  says('clinic', 17_100, 19_000, 'How strong is the pain?'),
  says('clinic', 22_100, 24_000, 'What happened before it began?'),
  says('patient', 25_500, 28_500, 'Canarywords on the stairs yesterday'),
];

interface Given {
  readonly marks?: readonly Mark[];
  readonly durationMs?: number;
  readonly format?: 'mp3' | 'wav';
  readonly channels?: 'single' | 'dual';
  /** In place of what the marks make. */
  readonly audio?: Uint8Array;
  readonly startedAt?: number | null;
}

const recordings = new Recordings(new VirtualClock(), new Random(1), 'http://127.0.0.1:9');

export async function givenSpoken({
  marks = MARKS,
  durationMs = 30_000,
  format = 'mp3',
  channels = 'dual',
  audio,
  startedAt = START,
}: Given = {}): Promise<SessionUnderTest> {
  // Whoever listens is still there when the call's own Telnyx has come and gone.
  const listener = vi.isMockFunction(globalThis.fetch)
    ? vi.mocked(globalThis.fetch).getMockImplementation()
    : undefined;
  const call = await givenPending({ startedAt, durationMs, format });
  if (listener !== undefined) vi.spyOn(globalThis, 'fetch').mockImplementation(listener);
  const { callId } = call;
  const recording: Recording = {
    ...{ id: callId, format, channels, startedAt: START, endedAt: START + durationMs, initiatedBy: 'api', marks },
    ...{ callControlId: 'c', callLegId: 'l', callSessionId: 's', connectionId: 'x', from: '+1', to: '+1', callId },
  };
  recordings.save(recording);
  const bytes = audio ?? renderRecording(recording);
  const { patientId, proof } = await rowOf(call);
  const dataKey = await dataKeyOf(ring, patientId);
  const transcript = STEPS.map(
    ([item, atMs, text]): TranscriptLine => ({
      ...{ speaker: 'agent', text, at: START + atMs, item, input: 'voice', confidence: null },
    }),
  );
  const sealed = await packCallLog(dataKey, callId, { events: [], transcript });
  await insertCallLog(db, { callId, patientId, sealed, createdAt: Date.now() });
  const ref = { id: recordingIdOf(callId), callId, patientId };
  const stored = await putRecording(testEnv.BUCKET, ref, dataKey, proof as never, inPieces(bytes, 50_000));
  await markReady(db, callId, { ...stored, telnyxId: 'rec-1', format, durationMs, startedAt }, Date.now(), patientId);
  return call;
}

export interface SimulatedEngine {
  readonly transcriptions: AudioTranscriptions;
  readonly engine: Engine;
}

export function givenSimulatedEngine(): SimulatedEngine {
  const transcriptions = new AudioTranscriptions(new Random(1), (sha256, audio) => recordings.hear(sha256, audio));
  const engine: Engine = async ({ form }) => {
    const text = (name: string) => (form.get(name) as string | null) ?? null;
    const file = form.get('file') as unknown as File;
    const reply = await transcriptions.answer('Bearer sk-simulator', {
      file: { name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) },
      ...{ model: text('model'), language: text('language'), responseFormat: text('response_format') },
    });
    if (reply === null) return new Promise<never>(() => {});
    return new Response(reply.body, { status: reply.status, headers: reply.headers });
  };
  return { transcriptions, engine };
}

export const spokenJobOf = async ({ callId }: SessionUnderTest): Promise<Job> => {
  const job = await findJob(db, 'transcribe_recording', callId);
  if (job === null) throw new Error('there is no such work');
  return job;
};

export async function spokenOf({ callId }: SessionUnderTest): Promise<RecordingTranscript> {
  const item = await getRecordingTranscript(db, ring, callId);
  if (item === null) throw new Error('nothing is to be written down');
  return item;
}

/** One try, and what the row and the job say after it. */
export async function triedOnce(call: SessionUnderTest, env: Env = envWith()) {
  await runJob(env, (await spokenJobOf(call)).id);
  return { item: await spokenOf(call), job: await spokenJobOf(call) };
}

/** As many tries as there are pieces. */
export async function writtenDown(call: SessionUnderTest, env: Env = envWith()) {
  for (let tries = 0; tries < 50; tries += 1) {
    const { item, job } = await triedOnce(call, env);
    if (job.status !== 'waiting' || job.code !== null) return { item, job };
  }
  throw new Error('written down for ever');
}

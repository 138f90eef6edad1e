/** Uploaded audio that waits to be written down, an engine on loopback that is a function of the test, and the work done as the queue does. */
import { vi } from 'vitest';
import { recogniseAudio } from '../../src/domain/audio/recognise-audio.ts';
import { UploadedBytes } from '../../src/domain/audio/uploaded-bytes.ts';
import type { Env } from '../../src/env.ts';
import { runJob } from '../../src/outbox/run-job.ts';
import { findJob, type Job } from '../../src/store/jobs.ts';
import { putUpload } from '../../src/store/transcription-bucket.ts';
import {
  getTranscription,
  newTranscription,
  storeTranscription,
  type Transcribed,
} from '../../src/store/transcriptions.ts';
import { givenMp3 } from './given-audio.ts';
import { db, ring, testEnv } from './worker-env.ts';

export const OPENAI = { TRANSCRIBER: 'openai', OPENAI_API_KEY: 'sk-canary', OPENAI_BASE: 'http://127.0.0.1:9/v1' };

/** The worker with these variables on top. */
export const envWith = (variables: Record<string, unknown> = OPENAI): Env => ({ ...testEnv, ...variables }) as Env;

export const FILE_NAME = 'Canaryname 1980-04-12.mp3';

interface Given {
  readonly audio?: Uint8Array;
  readonly language?: string | null;
  readonly createdBy?: string;
}

/** Stored as the API stores it. */
export async function givenTranscription({
  audio = givenMp3(3_600),
  language = null,
  createdBy = 'staff_1',
}: Given = {}): Promise<string> {
  const found = recogniseAudio(new UploadedBytes([audio]));
  if (!found.ok) throw new Error(found.code);
  const { id, dataKey } = await newTranscription(ring, Date.now());
  await putUpload(testEnv.BUCKET, id, dataKey, [audio]);
  const sha256 = new Uint8Array(await crypto.subtle.digest('SHA-256', audio)).toHex();
  const { format, durationMs } = found;
  const given = {
    ...{ id, language, format, durationMs, sha256, createdBy, bytes: audio.length },
    ...{ fileName: FILE_NAME, ownerName: 'clinician@clinic.example' },
  };
  if (!(await storeTranscription(db, dataKey, given, Date.now(), Date.now()))) throw new Error('it is there already');
  return id;
}

export async function transcriptionOf(id: string): Promise<Transcribed> {
  const item = await getTranscription(db, ring, id);
  if (item === null) throw new Error('there is no such transcription');
  return item;
}

export async function jobOf(id: string): Promise<Job> {
  const job = await findJob(db, 'transcribe', id);
  if (job === null) throw new Error('there is no such work');
  return job;
}

/** One try, and what the row and the job say after it. */
export async function tried(id: string, env: Env = envWith()): Promise<{ item: Transcribed; job: Job }> {
  await runJob(env, (await jobOf(id)).id);
  return { item: await transcriptionOf(id), job: await jobOf(id) };
}

/** A request as the engine got it. */
export interface Asked {
  readonly url: string;
  readonly init: RequestInit;
  /** Read to its end. */
  readonly form: FormData;
}
export type Engine = (asked: Asked) => Response | Promise<Response>;

export const HEARD = {
  task: 'transcribe',
  language: 'english',
  duration: 3.6,
  text: 'Canarywords about the knee.',
  segments: [{ id: 0, start: 0, end: 3.6, text: ' Canarywords about the knee.', avg_logprob: -0.0726 }],
};
export const hears: Engine = () => Response.json(HEARD);

/** Answers every request in turn, the last answer again and again. */
export function givenEngine(...answers: readonly Engine[]): Asked[] {
  const asked: Asked[] = [];
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init = {}) => {
    const type = new Headers(init.headers).get('Content-Type') ?? '';
    const form = await new Response(init.body as ReadableStream, { headers: { 'Content-Type': type } }).formData();
    const one: Asked = { url: String(input), init, form };
    asked.push(one);
    const answer = answers[Math.min(asked.length, answers.length) - 1] ?? hears;
    return answer(one);
  });
  return asked;
}

export const refuses =
  (status: number, body: unknown = { error: { message: 'Canarymessage', code: null } }, headers = {}): Engine =>
  () =>
    new Response(JSON.stringify(body), { status, headers });

/** An app whose uploads are written down by an engine on loopback, forms as browsers send them, and the work done when a test says so. */
import { vi } from 'vitest';
import { runJob } from '../../src/outbox/run-job.ts';
import { findJob } from '../../src/store/jobs.ts';
import { givenMp3 } from '../support/given-audio.ts';
import { catchJobHints } from '../support/given-jobs.ts';
import { type Engine, HEARD, OPENAI } from '../support/given-transcription.ts';
import { type GivenApp, givenApp } from './given-app.ts';

export type Json = Record<string, unknown> & { transcription_id: string };

export function givenTranscriber(variables: Parameters<typeof givenApp>[0] = OPENAI): GivenApp {
  catchJobHints();
  return givenApp(variables);
}

export const fileOf = (bytes: Uint8Array, name: string): File => new File([bytes as Uint8Array<ArrayBuffer>], name);

export function audioForm(audio: Uint8Array | File = givenMp3(3_600), fields: Record<string, string> = {}): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append('file', audio instanceof File ? audio : fileOf(audio, 'visit.mp3'));
  return form;
}

export const post = (given: GivenApp, form: FormData, init: { token?: string } = {}) =>
  given.request('/api/transcriptions', { method: 'POST', body: form, ...init });

/** As the API answers it. */
export async function givenUpload(given: GivenApp, ...form: Parameters<typeof audioForm>): Promise<Json> {
  const response = await post(given, audioForm(...form));
  if (response.status !== 202) throw new Error(`${response.status} ${await response.text()}`);
  return (await response.json()) as Json;
}

/** One try of the work, with an engine that answers so. */
export async function transcribed(
  given: GivenApp,
  { transcription_id: id }: Pick<Json, 'transcription_id'>,
  engine: Engine = () => Response.json(HEARD),
): Promise<void> {
  const before = globalThis.fetch;
  const asked = vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init = {}) => {
    if (!String(input).endsWith('/audio/transcriptions')) return before(input, init);
    const type = new Headers(init.headers).get('Content-Type') ?? '';
    const form = await new Response(init.body as ReadableStream, { headers: { 'Content-Type': type } }).formData();
    return engine({ url: String(input), init, form });
  });
  try {
    const job = await findJob(given.db, 'transcribe', id);
    await runJob(given.env, job?.id ?? '');
  } finally {
    asked.mockImplementation(before);
  }
}

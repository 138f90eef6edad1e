/** What a recording says, over HTTP and on the page of its call: told apart from what was heard live, and tried again when it failed (S2-F4, C6). */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CallRecording, ConsentProof } from '../../src/domain/intake/recording.ts';
import type { SpokenLine } from '../../src/domain/transcription/align-segments.ts';
import { findJob } from '../../src/store/jobs.ts';
import { dataKeyOf } from '../../src/store/patient-keys.ts';
import {
  beginPiece,
  getRecordingTranscript,
  insertRecordingTranscript,
  markPieceFailed,
  storePiece,
} from '../../src/store/recording-transcripts.ts';
import { markFailed, markReady } from '../../src/store/recordings.ts';
import type { Role } from '../../src/store/staff.ts';
import { catchJobHints, type JobHints } from '../support/given-jobs.ts';
import { OPENAI } from '../support/given-transcription.ts';
import { type GivenApp, givenApp, ORIGIN } from './given-app.ts';
import { ANSWERED_AT, endCall, type GivenCall, givenCall } from './given-call.ts';
import { expectNoInlineCode, openPage } from './given-page.ts';
import { tokenOf } from './given-role.ts';

let given: GivenApp;
let hints: JobHints;
beforeEach(() => {
  given = givenApp(OPENAI);
  hints = catchJobHints();
});
afterEach(() => vi.restoreAllMocks());

const STARTED_AT = ANSWERED_AT + 20_000;
const PROOF = { eventId: 'ev9', at: 1, key: '1', wording: 'consent-en-1', wordingHash: 'c0ffee' } as ConsentProof;
const TOLD: CallRecording = {
  ...{ id: 'rec_1', startedAt: STARTED_AT, durationMs: 90_000, format: 'mp3', link: null, linkAt: null },
  proof: PROOF,
};

/** Ended, its recording stored; nobody was asked to write it down. */
async function recorded(): Promise<GivenCall> {
  const made = await givenCall(given);
  await endCall(given, made, { recording: TOLD });
  const facts = { telnyxId: null, format: 'mp3', durationMs: 90_000, startedAt: STARTED_AT } as const;
  await markReady(given.db, made.call.id, { bytes: 10, sha256: 'ab', ...facts }, Date.now());
  return made;
}
const ownerOf = ({ call, patient }: GivenCall) => ({ callId: call.id, patientId: patient.id, pieces: 0 });
async function waiting(): Promise<GivenCall> {
  const made = await recorded();
  await given.db.batch(insertRecordingTranscript(given.db, ownerOf(made), Date.now()));
  return made;
}
async function failedWith(code: string): Promise<GivenCall> {
  const made = await waiting();
  await markPieceFailed(given.db, made.call.id, { status: 'failed', code }, Date.now());
  return made;
}
const LINES: readonly SpokenLine[] = [
  {
    ...{ speaker: 'agent', text: 'Please tell us the main reason for your visit.', item: 'hpi.chief_complaint' },
    ...{ startMs: 10_000, endMs: 14_000, confidence: 0.97 },
  },
  {
    ...{ speaker: 'patient', text: 'tight <b>chest</b> since yesterday', item: 'hpi.chief_complaint' },
    ...{ startMs: 18_000, endMs: 20_500, confidence: 0.41 },
  },
];
async function written(lines = LINES): Promise<GivenCall> {
  const made = await waiting();
  const dataKey = await dataKeyOf(given.config.keyRing, made.patient.id);
  await beginPiece(given.db, made.call.id, 'workers-ai');
  const listened = { audioMs: 171_400, costNanos: 1_465_271, language: 'en' };
  await storePiece(given.db, dataKey, ownerOf(made), { lines }, listened, Date.now());
  return made;
}
const spokenOf = ({ call }: GivenCall) => getRecordingTranscript(given.db, given.config.keyRing, call.id);

describe('the transcript of a call', () => {
  const read = async ({ call }: GivenCall, query = '') =>
    (await given.request(`/api/calls/${call.id}/transcripts${query}`)).json() as Promise<{
      items: Record<string, unknown>[];
      from_recording: unknown;
    }>;

  it('has what was heard live, then what was written down, each with its source and its second', async () => {
    const { items, from_recording: of } = await read(await written());
    expect(
      items.map(({ source, speaker, item, offset_ms, end_offset_ms }) => [
        source,
        speaker,
        item,
        offset_ms,
        end_offset_ms,
      ]),
    ).toEqual([
      ['live', 'agent', 'hpi.chief_complaint', 10_000, null],
      ['live', 'patient', 'hpi.chief_complaint', 21_250, null],
      ['recording', 'agent', 'hpi.chief_complaint', 10_000, 14_000],
      ['recording', 'patient', 'hpi.chief_complaint', 18_000, 20_500],
    ]);
    expect(items.at(-1)).toMatchObject({
      text: 'tight <b>chest</b> since yesterday',
      timestamp: new Date(STARTED_AT + 18_000).toISOString(),
      ...{ confidence: 0.41, input: 'voice' },
    });
    expect(of).toMatchObject({
      ...{ status: 'done', code: null, engine: 'workers-ai', language: 'en', audio_seconds: 171 },
      cost: { amount: '0.001465271', currency: 'USD' },
    });
  });

  it('is one of the two when one of them is asked for', async () => {
    const made = await written();
    for (const source of ['live', 'recording'])
      expect(new Set((await read(made, `?source=${source}`)).items.map((each) => each['source']))).toEqual(
        new Set([source]),
      );
    expect((await given.request(`/api/calls/${made.call.id}/transcripts?source=both`)).status).toBe(422);
  });

  it('says as a file which line is from the recording', async () => {
    const made = await written();
    const text = async (format: string) =>
      (await given.request(`/api/calls/${made.call.id}/transcripts?format=${format}`)).text();
    expect(await text('txt')).toContain('Patient (from the recording): tight <b>chest</b> since yesterday\n');
    const [head, ...rows] = (await text('tsv')).trim().split('\n');
    expect(head?.trim().split('\t').at(-1)).toBe('source');
    expect(rows.map((row) => row.trim().split('\t').at(-1))).toEqual(['live', 'live', 'recording', 'recording']);
  });

  it('says how the writing down stands: not asked for, waiting, failed and why', async () => {
    expect((await read(await recorded())).from_recording).toBeNull();
    expect((await read(await waiting())).from_recording).toMatchObject({ status: 'queued', cost: null });
    expect((await read(await failedWith('engine_busy'))).from_recording).toMatchObject({
      ...{ status: 'failed', code: 'engine_busy' },
    });
  });

  it('is in what a patient takes along, told apart (HS-19)', async () => {
    const { patient } = await written();
    const path = `/api/patients/${patient.id}/export?purpose=access`;
    const all = (await (await given.request(path)).json()) as { calls: { transcript: { source: string }[] }[] };
    expect(all.calls[0]?.transcript.map(({ source }) => source)).toEqual(['live', 'live', 'recording', 'recording']);
    const html = await (await given.request(`${path}&format=html`)).text();
    expect(html).toContain('Patient (from the recording)</th><td>tight &lt;b&gt;chest&lt;/b&gt; since yesterday');
  });

  it('changes nothing of the note', async () => {
    const made = await written();
    const note = await (await given.request(`/api/calls/${made.call.id}/intake-data`)).json();
    expect(note).toMatchObject({ version: 1, hpi: { chief_complaint: { value: 'tight chest since yesterday' } } });
  });
});

describe('tried again', () => {
  const retry = ({ call }: GivenCall, token?: string | null) =>
    given.request(`/api/calls/${call.id}/transcripts/retry`, {
      ...{ method: 'POST', headers: { Origin: ORIGIN } },
      ...(token === undefined ? {} : { token }),
    });
  const refusal = async (response: Response) => [response.status, ((await response.json()) as { code: string }).code];

  it.each([
    ['what failed', () => failedWith('engine_busy')],
    ['a recording that nobody was asked to write down', recorded],
  ])('%s is written down, and the work is hinted at once', async (_, make) => {
    const made = await make();
    hints.take();
    const response = await retry(made);
    expect(response.status).toBe(202);
    expect(await response.json()).toMatchObject({
      call_id: made.call.id,
      from_recording: { status: 'queued', code: null },
    });
    const job = await findJob(given.db, 'transcribe_recording', made.call.id);
    expect(job).toMatchObject({ status: 'waiting', attempts: 0 });
    expect(hints.take().map(({ jobId }) => jobId)).toEqual([job?.id]);
    expect(given.logged('audit').at(-1)).toMatchObject({ audit: 'transcript.retry', call_id: made.call.id });
  });

  it('what is done, or under way, is left as it is', async () => {
    expect(await refusal(await retry(await written()))).toEqual([409, 'not_failed']);
    expect(await refusal(await retry(await waiting()))).toEqual([409, 'not_failed']);
  });

  it('without a recording there is nothing to write down', async () => {
    const made = await givenCall(given);
    await endCall(given, made);
    expect(await refusal(await retry(made))).toEqual([409, 'no_recording']);
    const lost = await recorded();
    await markFailed(given.db, lost.call.id, 'missing');
    expect(await refusal(await retry(lost))).toEqual([409, 'no_recording']);
    expect(await spokenOf(lost)).toBeNull();
  });

  it.each([
    [{ TRANSCRIBER: 'off' }, 'transcriber_off'],
    [
      { TRANSCRIBER: 'openai', OPENAI_API_KEY: 'sk-1', OPENAI_BASE: 'https://api.openai.com/v1' },
      'vendor_not_confirmed',
    ],
    [{ TRANSCRIBER: 'telnyx' }, 'engine_cannot_upload'],
  ])('nobody is asked who may not be: %o is %s (HS-13, HS-14)', async (variables, code) => {
    given = givenApp(variables);
    expect(await refusal(await retry(await recorded()))).toEqual([409, code]);
  });

  it('is for those who may read what was said', async () => {
    const made = await failedWith('engine_busy');
    expect((await retry(made, null)).status).toBe(401);
    for (const role of ['operator', 'auditor'] satisfies Role[])
      expect((await retry(made, await tokenOf(given, role))).status).toBe(403);
    expect((await retry(made, await tokenOf(given, 'clinician'))).status).toBe(202);
  });
});

describe('the page of a call', () => {
  const pageOf = ({ call }: GivenCall) => openPage(given, `/dashboard/calls/${call.id}`);
  const part = ({ call }: GivenCall) => openPage(given, `/dashboard/fragments/calls/${call.id}/spoken`);

  it('has what was heard live and what was written down under headings of their own, each sentence to be played', async () => {
    const { html } = await pageOf(await written());
    expect(html.indexOf('What was said')).toBeLessThan(html.indexOf('What the recording says'));
    expect(html).toContain('Written down afterwards by Workers AI from the recording');
    const spoken = html.slice(html.indexOf('id="spoken"'));
    expect(spoken).toContain('data-seek="18000"');
    expect(spoken).toContain('Hard to understand');
    expect(spoken).toContain('tight &lt;b&gt;chest&lt;/b&gt; since yesterday');
    expect(spoken).not.toContain('<b>chest');
    expect(spoken).not.toContain('hx-get="/dashboard/fragments');
    expectNoInlineCode(html);
  });

  it('fetches only that part again while it is being written down, and no more once it is', async () => {
    const made = await waiting();
    const { html } = await pageOf(made);
    expect(html).toContain(`<div id="spoken" hx-get="/dashboard/fragments/calls/${made.call.id}/spoken"`);
    expect(html).toContain('It appears here by itself.');
    expect(html).not.toContain('id="write-down-again"');
    await beginPiece(given.db, made.call.id, 'openai');
    expect((await part(made)).html).toContain('hx-trigger="every 5s"');
    await markPieceFailed(given.db, made.call.id, { status: 'queued', code: 'engine_busy' }, Date.now());
    expect((await part(made)).html).toContain('The engine had too much to do. It is tried again by itself.');
  });

  it.each([
    ['engine_key_refused', 'The engine refused our key.'],
    ['too_long', 'The recording is longer than any call is.'],
    ['vendor_not_confirmed', 'no agreement with whoever would hear it is on record'],
  ])('says why it failed (%s), and tries again by its button', async (code, words) => {
    const made = await failedWith(code);
    const { html } = await pageOf(made);
    expect(html).toContain(words);
    expect(html).toContain(`hx-post="/dashboard/calls/${made.call.id}/transcripts/retry"`);
    expect(html).not.toContain('hx-trigger="every 5s"');
    const path = `/dashboard/calls/${made.call.id}/transcripts/retry`;
    const { status, html: after } = await openPage(given, path, { method: 'POST', headers: { Origin: ORIGIN } });
    expect(status).toBe(200);
    expect(after).toContain('The recording is being written down.');
    expect((await spokenOf(made))?.status).toBe('queued');
    // Pressed by two people at a time: the second reads how it stands.
    const again = await openPage(given, path, { method: 'POST', headers: { Origin: ORIGIN } });
    expect(again.html).toContain('Only what failed is tried again');
  });

  it('offers to write down what nobody was asked to, where anybody could be', async () => {
    expect((await pageOf(await recorded())).html).toContain('Write it down');
    given = givenApp({ TRANSCRIBER: 'off' });
    const { html } = await pageOf(await recorded());
    expect(html).not.toContain('What the recording says');
  });

  it('says when nothing was said', async () => {
    expect((await pageOf(await written([]))).html).toContain('Nothing was said.');
  });

  it('shows that part to nobody without a token or the role', async () => {
    const { call } = await written();
    const path = `/dashboard/fragments/calls/${call.id}/spoken`;
    expect((await given.request(path, { token: null })).status).toBe(401);
    for (const role of ['operator', 'auditor'] satisfies Role[])
      expect((await given.request(path, { token: await tokenOf(given, role) })).status).toBe(403);
    expect(
      (await openPage(given, '/dashboard/fragments/calls/call_0199f3c2-7f4e-7000-8000-000000000001/spoken')).status,
    ).toBe(404);
  });
});

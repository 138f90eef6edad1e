/** The pages of uploaded audio: the form or why there is none, what became of each file, what was said, trying again and deleting. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ROLES } from '../../src/store/staff.ts';
import { givenMp3 } from '../support/given-audio.ts';
import { HEARD, OPENAI, refuses } from '../support/given-transcription.ts';
import { testEnv } from '../support/worker-env.ts';
import { ADMIN, type GivenApp } from './given-app.ts';
import { expectNoInlineCode, openPage, type PageInit } from './given-page.ts';
import { tokenOf } from './given-role.ts';
import { audioForm, fileOf, givenTranscriber, givenUpload, transcribed } from './given-transcriptions.ts';

const PATH = '/dashboard/transcriptions';
const HTMX = { 'HX-Request': 'true' };
let given: GivenApp;
beforeEach(async () => {
  given = givenTranscriber();
  await testEnv.DB.exec('delete from transcriptions; delete from jobs;');
});
afterEach(() => vi.restoreAllMocks());

const open = (path = PATH, init: PageInit = {}) => openPage(given, path, init);
const post = (path: string, headers: Record<string, string> = {}) => open(path, { method: 'POST', headers });
/** What a reader reads. */
const words = (html: string) => html.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');

describe('the page', () => {
  it('without a token is not shown, and only to those who may read answers', async () => {
    expect((await open(PATH, { token: null })).status).toBe(401);
    for (const role of ROLES) {
      const token = await tokenOf(given, role);
      const may = role === 'admin' || role === 'clinician';
      expect([role, (await open(PATH, { token })).status]).toEqual([role, may ? 200 : 403]);
      const { html } = await open('/dashboard/campaigns', { token });
      expect([role, html.includes(`href="${PATH}"`)]).toEqual([role, may]);
    }
  });

  it('without a file says what will stand here, and takes one', async () => {
    const { html } = await open();
    expectNoInlineCode(html);
    expect(words(html)).toContain('No audio has been sent yet.');
    expect(words(html)).toContain('MP3, WAV, M4A, OGG, FLAC, WEBM; at most 25 MB each. OpenAI writes it down');
    expect(html).toContain('enctype="multipart/form-data"');
    expect(html).toContain('aria-current="page">Transcribe');
    expect(words((await open(`${PATH}?status=failed`)).html)).toContain('Nothing here is failed.');
    expect((await open(`${PATH}?status=lost`)).status).toBe(422);
  });

  it.each([
    [{ TRANSCRIBER: 'off' }, 'Set TRANSCRIBER to openai or workers-ai to turn it on.'],
    [{ TRANSCRIBER: 'telnyx' }, 'takes no files'],
    [{ ...OPENAI, OPENAI_BASE: 'https://api.openai.com/v1' }, 'BAA_CONFIRMED'],
  ])('with %j says how to turn it on in place of the form', async (variables, text) => {
    given = givenTranscriber(variables);
    const { html } = await open();
    expect(words(html)).toContain('No audio can be sent at the moment.');
    expect(words(html)).toContain(text);
    expect(html).not.toContain('type="file"');
  });

  it('says of each file where it stands; what is under way asks again by itself', async () => {
    const [waits, failed, done] = [
      await givenUpload(given, fileOf(givenMp3(1_000, 1), 'one.mp3'), { language: 'es' }),
      await givenUpload(given, fileOf(givenMp3(65_000, 2), 'two.mp3')),
      await givenUpload(given, fileOf(givenMp3(3_600, 3), 'three.mp3')),
    ];
    await transcribed(given, failed, refuses(400));
    await transcribed(given, done);
    const { html } = await open();
    const rows = new Map(
      [...html.matchAll(/<li id="(trn_[^"]+)" class="upload".*?<\/li>/gs)].map(([row, id]) => [id, row]),
    );
    expect([...rows.keys()]).toEqual([done, failed, waits].map(({ transcription_id: id }) => id));
    const shown = (taken: typeof done) => words(rows.get(taken.transcription_id) ?? '');
    expect(shown(waits)).toMatch(/one\.mp3 Waiting.*MP3 .* 0:01 Spanish/);
    expect(shown(failed)).toMatch(/two\.mp3 Failed Try again two\.mp3.*1:05.*The engine could not read this audio/);
    expect(shown(done)).toMatch(/three\.mp3 Done.*What was said in three\.mp3/);
    expect(html).not.toContain('knee');
    const polls = (taken: typeof done) => rows.get(taken.transcription_id)?.includes('every 2s');
    expect([polls(waits), polls(failed), polls(done)]).toEqual([true, false, false]);
  });

  it('says that a try failed while the next one waits, and not to do anything', async () => {
    const taken = await givenUpload(given);
    await transcribed(given, taken, refuses(503));
    const { html } = await open(`/dashboard/fragments/transcriptions/${taken.transcription_id}`);
    expect(words(html)).toContain(
      'The last try failed: The engine did not work at that time. It is tried again by itself.',
    );
    expect(html).not.toContain('Try again');
  });

  it('goes on to a second page', async () => {
    for (let i = 0; i < 26; i += 1) await givenUpload(given, givenMp3(1_000, i));
    const { html } = await open();
    expect(html.match(/class="upload"/g)).toHaveLength(25);
    const next = /href="([^"]+)" rel="next"/.exec(html)?.[1]?.replaceAll('&amp;', '&') ?? '';
    expect((await open(next)).html.match(/class="upload"/g)).toHaveLength(1);
  });

  it('escapes what a file is called and what was said (S2-P4, S2-P5)', async () => {
    const evil = '<img src=x onerror=alert(1)>';
    const taken = await givenUpload(given, fileOf(givenMp3(3_600), `${evil}.mp3`));
    const segments = [{ start: 0, end: 1, text: evil }];
    await transcribed(given, taken, () => Response.json({ ...HEARD, text: evil, segments }));
    for (const path of [
      PATH,
      `${PATH}/${taken.transcription_id}`,
      `/dashboard/transcriptions/${taken.transcription_id}/text`,
    ]) {
      const { html } = await open(path);
      expect(html).toContain('&lt;img src=x');
      expect(html).not.toContain('<img');
    }
  });
});

describe('the form without script', () => {
  const send = (form: FormData) => given.request(PATH, { method: 'POST', body: form });

  it('leads to the list with the file on it', async () => {
    const answer = await send(audioForm(givenMp3(1_000), { language: '' }));
    expect([answer.status, answer.headers.get('Location')]).toEqual([303, PATH]);
    expect(words((await open()).html)).toContain('visit.mp3');
  });

  it.each([
    ['a text', new TextEncoder().encode('hello'), 415, 'This is no audio file'],
    ['nothing', new Uint8Array(0), 422, 'The file is empty.'],
    ['more than 25 MB', new Uint8Array(25_000_001), 413, 'A file may have at most 25 MB.'],
  ])('that holds %s is the page again, with the reason', async (_, bytes, status, text) => {
    const answer = await send(audioForm(fileOf(bytes, 'a.mp3')));
    expect(answer.status).toBe(status);
    const html = await answer.text();
    expect(words(html)).toContain(`Not taken. ${text}`);
    expect(html).toContain('type="file"');
  });
});

describe('one file', () => {
  it('has a page with its audio and each sentence at its second', async () => {
    const taken = await givenUpload(given);
    const path = `${PATH}/${taken.transcription_id}`;
    expect(words((await open(path)).html)).toContain('appears here when it has been written down');
    await transcribed(given, taken);
    const { html } = await open(path);
    expectNoInlineCode(html);
    expect(html).toContain(`src="/api/transcriptions/${taken.transcription_id}/audio"`);
    expect(html).toContain('data-seek="0"');
    expect(words(html)).toContain('Canarywords about the knee.');
    expect(words(html)).toContain(ADMIN);
    expect((await open(`${PATH}/trn_0199f3c2-7f4e-7000-8000-000000000001`)).status).toBe(404);
  });

  it('in which nobody spoke says so; words that were hard to hear are marked', async () => {
    const silent = await givenUpload(given);
    await transcribed(given, silent, () => Response.json({ text: '', segments: [] }));
    const text = (id: string) => open(`/dashboard/transcriptions/${id}/text`);
    expect(words((await text(silent.transcription_id)).html)).toContain('Nothing was said.');
    const unsure = await givenUpload(given, givenMp3(1_000, 1));
    const segments = [{ start: 0, end: 1, text: 'Mumble', avg_logprob: -1.2 }];
    await transcribed(given, unsure, () => Response.json({ text: 'Mumble', segments }));
    expect(words((await text(unsure.transcription_id)).html)).toContain('Hard to understand, 30 % sure');
  });

  it('that failed is tried again in its place, and by a plain form', async () => {
    const taken = await givenUpload(given);
    await transcribed(given, taken, refuses(400));
    const path = `${PATH}/${taken.transcription_id}/retry`;
    const { status, html } = await post(path, HTMX);
    expect(status).toBe(200);
    expect(words(html)).toMatch(/visit\.mp3 Waiting.*“visit\.mp3” is being tried again\./);
    const again = await post(path, HTMX);
    expect([again.status, words(again.html)]).toEqual([
      409,
      expect.stringContaining('Only what failed is tried again'),
    ]);
    expect((await post(path)).response.headers.get('Location')).toBe(PATH);
  });

  it('is deleted, also twice; its row is then nothing', async () => {
    const taken = await givenUpload(given);
    const id = taken.transcription_id;
    for (let i = 0; i < 2; i += 1) {
      const { status, html } = await post(`${PATH}/${id}/delete`, HTMX);
      expect([status, words(html)]).toEqual([200, expect.stringContaining('The file is deleted.')]);
    }
    const row = await open(`/dashboard/fragments/transcriptions/${id}`);
    expect([row.status, row.html]).toEqual([200, '']);
    expect((await post(`${PATH}/${id}/delete`)).response.headers.get('Location')).toBe(PATH);
    expect(words((await open()).html)).toContain('No audio has been sent yet.');
  });
});

/** /api/transcriptions: audio is sent, written down, read, heard, tried again, deleted and taken out as a table (S2-E06 to E08, S2-F7, S2-L2). */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ROLES } from '../../src/store/staff.ts';
import { givenMp3, givenWav } from '../support/given-audio.ts';
import { givenAac, givenAmr, givenFlac, givenM4a, givenOpus, givenWebm } from '../support/given-containers.ts';
import { HEARD, OPENAI, refuses } from '../support/given-transcription.ts';
import { testEnv } from '../support/worker-env.ts';
import { ADMIN, type GivenApp } from './given-app.ts';
import { tokenOf } from './given-role.ts';
import {
  audioForm,
  fileOf,
  givenTranscriber,
  givenUpload,
  type Json,
  post,
  transcribed,
} from './given-transcriptions.ts';

let given: GivenApp;
beforeEach(async () => {
  given = givenTranscriber();
  await testEnv.DB.exec('delete from transcriptions; delete from jobs;');
});
afterEach(() => vi.restoreAllMocks());

const get = async (path: string, init = {}) => {
  const response = await given.request(path, init);
  return { response, status: response.status, body: (await response.json()) as Json & { items: Json[] } };
};
const item = async ({ transcription_id: id }: Json) => (await get(`/api/transcriptions/${id}`)).body;
const problem = async (response: Response) => {
  const { code, errors, detail } = (await response.json()) as Json & { errors?: { pointer: string; code: string }[] };
  return { status: response.status, code, errors: errors?.map((e) => `${e.pointer} ${e.code}`) ?? [], detail };
};
const objects = async () => (await testEnv.BUCKET.list({ prefix: 'transcriptions/' })).objects.length;

describe('an upload', () => {
  it('is taken at once and written down later, with what was said and when (S2-E06, S2-F7)', async () => {
    const audio = givenMp3(3_600);
    const response = await post(given, audioForm(audio, { language: 'EN' }));
    expect(response.status).toBe(202);
    const taken = (await response.json()) as Json;
    expect(response.headers.get('Location')).toBe(`/api/transcriptions/${taken.transcription_id}`);
    expect(taken).toEqual({
      ...{ transcription_id: expect.stringMatching(/^trn_[0-9a-f-]{36}$/), status: 'queued', file_name: 'visit.mp3' },
      ...{ bytes: audio.length, format: 'mp3', language_hint: 'en', duration_seconds: 3.6, engine: null },
      ...{ code: null, what_to_do: null, uploaded_by: ADMIN },
      ...{ created_at: expect.stringMatching(/Z$/), ended_at: null },
    });
    expect(await item(taken)).toEqual({ ...taken, language: null, text: null, segments: [] });
    await transcribed(given, taken);
    expect(await item(taken)).toEqual({
      ...{ ...taken, status: 'done', engine: 'openai', ended_at: expect.stringMatching(/Z$/) },
      ...{ language: 'en', text: HEARD.text },
      segments: [{ start_ms: 0, end_ms: 3600, text: HEARD.text, confidence: 0.93 }],
    });
  });

  it.each([
    ['wav', givenWav(2_000)],
    ['m4a', givenM4a()],
    ['ogg', givenOpus()],
    ['flac', givenFlac()],
    ['webm', givenWebm()],
  ])('may be %s, whatever it is called', async (format, audio) => {
    expect(await givenUpload(given, fileOf(audio, 'note.txt'))).toMatchObject({ format, file_name: 'note.txt' });
  });

  it.each([
    ['a text called .mp3', new TextEncoder().encode('Dear colleague'.repeat(100)), [415, 'not_audio', []]],
    [
      'a picture called .wav',
      new Uint8Array([0x89, 0x50, 0x4e, 0x47, ...new Array(500).fill(1)]),
      [415, 'not_audio', []],
    ],
    ['nothing', new Uint8Array(0), [422, 'invalid', ['/file empty']]],
    ['half a WAV', givenWav(4_000).subarray(0, 9_000), [422, 'invalid', ['/file cut_off']]],
    ['a WAV of silence without length', givenWav(0), [422, 'invalid', ['/file no_sound']]],
    ['AAC, which this engine does not take', givenAac(), [415, 'format_not_supported', []]],
    ['AMR, which this engine does not take', givenAmr(), [415, 'format_not_supported', []]],
    ['more than 25 MB', new Uint8Array(25_000_001), [413, 'too_large', []]],
  ])(
    'of %s is refused with what to do, and nothing is stored (SE-24, S2-T4)',
    async (_, bytes, [status, code, errors]) => {
      const before = await objects();
      const told = await problem(await post(given, audioForm(fileOf(bytes, 'note.mp3'))));
      expect(told).toMatchObject({ status, code, errors });
      if (code !== 'invalid') expect(told.detail).toMatch(/Send|Save/);
      expect(await objects()).toBe(before);
      expect((await get('/api/transcriptions')).body.items).toEqual([]);
    },
  );

  it.each([
    [{ language: 'english' }, ['/language invalid']],
    [{ language: 'xx' }, ['/language invalid']],
    [{ prompt: 'a' }, ['/prompt unknown_field']],
  ])('with %j is refused', async (fields, errors) => {
    expect(await problem(await post(given, audioForm(givenMp3(1_000), fields)))).toMatchObject({ status: 422, errors });
  });

  it('of two files at once is refused: one request, one file', async () => {
    const form = audioForm();
    form.append('file', fileOf(givenMp3(1_000), 'b.mp3'));
    expect(await problem(await post(given, form))).toMatchObject({ status: 422, errors: ['/file more_than_one'] });
  });

  it.each([
    ['../../etc/Visit 3.mp3', 'Visit 3.mp3'],
    ['C:\\Users\\ada\\a.mp3', 'a.mp3'],
    ['<b>x</b>\u202e.mp3', 'b>.mp3'],
    [' \u0007', 'audio.mp3'],
    ['é'.repeat(300), 'é'.repeat(200)],
  ])('called %j keeps a name that can be shown (SE-24, S2-V9)', async (name, shown) => {
    expect((await givenUpload(given, fileOf(givenMp3(1_000), name))).file_name).toBe(shown);
  });
});

describe('the same audio again', () => {
  it('from the same person within a day is the same transcription, and is written down once', async () => {
    const first = await givenUpload(given);
    const second = await givenUpload(given, fileOf(givenMp3(3_600), 'other name.mp3'));
    expect(second).toEqual(first);
    expect(await objects()).toBeGreaterThan(0);
    const { results } = await testEnv.DB.prepare('select id from jobs').all();
    expect(results).toHaveLength(1);
  });

  it('pressed twice at once is stored once', async () => {
    const before = await objects();
    const [first, second] = await Promise.all([givenUpload(given), givenUpload(given)]);
    expect(second?.transcription_id).toBe(first?.transcription_id);
    expect((await get('/api/transcriptions')).body.items).toHaveLength(1);
    expect(await objects()).toBe(before + 1);
  });

  it('in another language, from another person, or a day later is another one', async () => {
    const ids = new Set([(await givenUpload(given)).transcription_id]);
    ids.add((await givenUpload(given, givenMp3(3_600), { language: 'es' })).transcription_id);
    const token = await tokenOf(given, 'clinician');
    ids.add(((await (await post(given, audioForm(), { token })).json()) as Json).transcription_id);
    await testEnv.DB.exec('update transcriptions set created_at = created_at - 86400001');
    ids.add((await givenUpload(given)).transcription_id);
    expect(ids.size).toBe(4);
  });

  it('after it failed is tried again', async () => {
    const first = await givenUpload(given);
    await transcribed(given, first, refuses(400));
    expect((await item(first)).status).toBe('failed');
    expect(await givenUpload(given)).toMatchObject({ transcription_id: first.transcription_id, status: 'queued' });
    await transcribed(given, first);
    expect((await item(first)).status).toBe('done');
  });
});

describe('when nobody would write it down', () => {
  it.each([
    [{ TRANSCRIBER: 'off' }, 'transcriber_off'],
    [{ TRANSCRIBER: 'telnyx', BAA_CONFIRMED: 'telnyx' }, 'engine_cannot_upload'],
    [{ ...OPENAI, OPENAI_BASE: 'https://api.openai.com/v1' }, 'vendor_not_confirmed'],
    [{ TRANSCRIBER: 'openai', BAA_CONFIRMED: 'openai' }, 'no_api_key'],
    [{ TRANSCRIBER: 'workers-ai', BAA_CONFIRMED: 'cloudflare' }, 'no_ai_binding'],
  ])('with %j an upload is 409 %s, with what to set', async (variables, code) => {
    given = givenTranscriber(variables);
    expect(await problem(await post(given, audioForm()))).toMatchObject({
      ...{ status: 409, code, detail: expect.stringMatching(/TRANSCRIBER|OPENAI|BAA_CONFIRMED/) },
    });
  });
});

describe('what failed', () => {
  it('says why and what to do, and can be tried again; what has not cannot', async () => {
    const taken = await givenUpload(given);
    const retry = () => given.request(`/api/transcriptions/${taken.transcription_id}/retry`, { method: 'POST' });
    expect(await problem(await retry())).toMatchObject({ status: 409, code: 'not_failed' });
    await transcribed(given, taken, refuses(401));
    expect(await item(taken)).toMatchObject({
      ...{ status: 'failed', code: 'engine_key_refused', what_to_do: expect.stringContaining('key') },
    });
    const answer = await retry();
    expect([answer.status, await answer.json()]).toMatchObject([202, { status: 'queued', code: null }]);
    await transcribed(given, taken);
    expect(await problem(await retry())).toMatchObject({ status: 409, code: 'not_failed' });
  });
});

describe('the list', () => {
  it('is newest first, by page, by status, and without what was said (S2-E07)', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 5; i += 1) ids.unshift((await givenUpload(given, givenMp3(1_000, i))).transcription_id);
    await transcribed(given, { transcription_id: ids[0] ?? '' });
    const first = (await get('/api/transcriptions?limit=3')).body;
    expect(first.items.map(({ transcription_id: id }) => id)).toEqual(ids.slice(0, 3));
    expect(JSON.stringify(first)).not.toContain('knee');
    const rest = (await get(`/api/transcriptions?limit=3&cursor=${first['next_cursor']}`)).body;
    expect(rest.items.map(({ transcription_id: id }) => id)).toEqual(ids.slice(3));
    expect(rest['next_cursor']).toBeNull();
    expect((await get('/api/transcriptions?status=done')).body.items).toMatchObject([{ transcription_id: ids[0] }]);
    expect((await get('/api/transcriptions?status=lost')).status).toBe(422);
  });
});

describe('the audio', () => {
  it('is given back as it came, whole or in part, under a name of ours', async () => {
    const audio = givenMp3(90_000);
    const { transcription_id: id } = await givenUpload(given, audio);
    const address = `/api/transcriptions/${id}/audio`;
    const whole = await given.request(address);
    expect(whole.status).toBe(200);
    expect(new Uint8Array(await whole.arrayBuffer())).toEqual(audio);
    const names = ['Content-Type', 'Content-Length', 'Cache-Control', 'Content-Disposition', 'Accept-Ranges'];
    expect(names.map((name) => whole.headers.get(name))).toEqual([
      ...['audio/mpeg', String(audio.length), 'no-store', `inline; filename="${id}.mp3"`, 'bytes'],
    ]);
    const part = await given.request(address, { headers: { Range: 'bytes=65530-65545' } });
    expect([part.status, part.headers.get('Content-Range')]).toEqual([206, `bytes 65530-65545/${audio.length}`]);
    expect(new Uint8Array(await part.arrayBuffer())).toEqual(audio.subarray(65_530, 65_546));
    const beyond = await given.request(address, { headers: { Range: 'bytes=999999999-' } });
    expect(beyond.status).toBe(416);
    expect((await given.request(address, { method: 'HEAD' })).headers.get('Content-Length')).toBe(String(audio.length));
  });

  it('that is gone or damaged is said to be so', async () => {
    const { transcription_id: id } = await givenUpload(given);
    const key = `transcriptions/${id}`;
    const bytes = new Uint8Array(await (await testEnv.BUCKET.get(key))!.arrayBuffer());
    bytes[100] = (bytes[100] ?? 0) ^ 1;
    await testEnv.BUCKET.put(key, bytes);
    expect(await problem(await given.request(`/api/transcriptions/${id}/audio`))).toMatchObject({
      code: 'audio_damaged',
    });
    await testEnv.BUCKET.delete(key);
    expect(await problem(await given.request(`/api/transcriptions/${id}/audio`))).toMatchObject({
      code: 'audio_missing',
    });
  });
});

describe('deleting', () => {
  it.each(['queued', 'failed', 'done'])('takes everything of what is %s', async (status) => {
    const taken = await givenUpload(given, givenMp3(2_000, status.length));
    if (status === 'done') await transcribed(given, taken);
    if (status === 'failed') await transcribed(given, taken, refuses(400));
    expect((await item(taken)).status).toBe(status);
    const id = taken.transcription_id;
    const answer = await given.request(`/api/transcriptions/${id}`, { method: 'DELETE' });
    expect([answer.status, await answer.text()]).toEqual([204, '']);
    expect((await get(`/api/transcriptions/${id}`)).status).toBe(404);
    expect(await testEnv.BUCKET.head(`transcriptions/${id}`)).toBeNull();
    expect(await given.config.keyRing.vault().wrappedKeys([id])).toEqual([]);
    const { results } = await testEnv.DB.prepare('select id from jobs where subject = ?').bind(id).all();
    expect(results).toEqual([]);
    expect((await given.request(`/api/transcriptions/${id}`, { method: 'DELETE' })).status).toBe(404);
  });
});

describe('the results', () => {
  beforeEach(async () => {
    const taken = await givenUpload(given, fileOf(givenMp3(3_600), '=1+1.mp3'));
    await transcribed(given, taken, () => Response.json({ ...HEARD, text: '=cmd|\tand a "quote",\nnext line' }));
    await transcribed(given, await givenUpload(given, givenMp3(1_000, 1)), refuses(400));
  });
  const file = async (format: string) => {
    const response = await given.request(`/api/transcriptions/results?format=${format}`);
    return { response, text: await response.text() };
  };

  it('as TSV are one line each, which no spreadsheet computes (S2-E08, SE-26)', async () => {
    const { response, text } = await file('tsv');
    expect(response.headers.get('Content-Type')).toBe('text/tab-separated-values; charset=utf-8');
    expect(response.headers.get('Content-Disposition')).toBe('attachment; filename="transcriptions.tsv"');
    const lines = text.replace('\uFEFF', '').trim().split('\r\n');
    expect(lines).toHaveLength(3);
    const [head = '', failed = '', done = ''] = lines.map((line) => line.split('\t'));
    expect(head).toEqual([
      ...['transcription_id', 'file_name', 'status', 'code', 'language', 'duration_seconds', 'format', 'bytes'],
      ...['engine', 'uploaded_by', 'created_at', 'text'],
    ]);
    expect(failed.slice(1, 4)).toEqual(['visit.mp3', 'failed', 'audio_refused']);
    expect(done.slice(1, 3)).toEqual(["'=1+1.mp3", 'done']);
    expect(done.at(-1)).toMatch(/^"?'=cmd\| and a/);
  });

  it('as CSV and as JSON hold the same, JSON with every second (S2-L6)', async () => {
    expect((await file('csv')).text).toContain(`"'=cmd|\tand a ""quote"",`);
    const { response, text } = await file('json');
    expect(response.headers.get('Content-Type')).toMatch('application/json');
    expect(JSON.parse(text)).toMatchObject([
      { status: 'failed', text: null, segments: [] },
      { status: 'done', segments: [{ start_ms: 0, end_ms: 3600 }] },
    ]);
  });

  it('are an empty table when there are none, and no other format', async () => {
    await testEnv.DB.exec('delete from transcriptions');
    expect((await file('tsv')).text.trim().split('\n')).toHaveLength(1);
    expect(JSON.parse((await file('json')).text)).toEqual([]);
    expect((await file('xlsx')).response.status).toBe(422);
  });
});

describe('who may', () => {
  it('send, read, hear and delete: admin and clinician alone (HS-18)', async () => {
    const { transcription_id: id } = await givenUpload(given);
    for (const role of ROLES) {
      const token = await tokenOf(given, role);
      const may = role === 'admin' || role === 'clinician';
      for (const path of ['', '/results', `/${id}`, `/${id}/audio`]) {
        const { status } = await given.request(`/api/transcriptions${path}`, { token });
        expect([role, path, status]).toEqual([role, path, may ? 200 : 403]);
      }
      expect((await post(given, audioForm(), { token })).status).toBe(may ? 202 : 403);
    }
  });

  it('each is on the audit line with our own id, and no name or word in the log (LG-01)', async () => {
    const taken = await givenUpload(given, fileOf(givenMp3(1_000), 'Canary Jones.mp3'));
    await transcribed(given, taken);
    await item(taken);
    expect(given.logged('audit').at(-1)).toMatchObject({
      ...{ audit: 'transcription.read', phi: true, transcription_id: taken.transcription_id },
    });
    expect(given.lines.join('\n')).not.toMatch(/Canary|knee|sk-canary/);
  });
});

/** Audio of message campaigns: uploaded by those who run them, told by its bytes, heard by staff, and by Telnyx at an address only we make. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { deleteMediaAudio } from '../../src/store/media-bucket.ts';
import { mediaUrlFor } from '../../src/store/media-link.ts';
import { campaigns } from '../../src/store/schema.ts';
import { createApp } from '../../src/web/app.ts';
import { givenMp3, givenWav } from '../support/given-audio.ts';
import { ADMIN, type GivenApp, givenApp, ORIGIN } from './given-app.ts';
import { tokenOf } from './given-role.ts';

let given: GivenApp;
beforeEach(() => {
  given = givenApp();
});
afterEach(() => vi.restoreAllMocks());

type Json = Record<string, unknown> & { media_id: string; format: 'mp3' | 'wav' };

function formOf(parts: Record<string, string | Uint8Array<ArrayBufferLike>>): FormData {
  const form = new FormData();
  for (const [name, part] of Object.entries(parts)) {
    if (typeof part === 'string') form.append(name, part);
    else form.append(name, new File([part as Uint8Array<ArrayBuffer>], '../evil.html', { type: 'text/html' }));
  }
  return form;
}
const post = (form: FormData | string, init: RequestInit & { token?: string } = {}) =>
  given.request('/api/media', { method: 'POST', body: form, ...init });
async function givenMedia(audio: Uint8Array = givenMp3(3000), name = 'Flu clinic'): Promise<Json> {
  const response = await post(formOf({ file: audio, name }));
  expect(response.status).toBe(201);
  return (await response.json()) as Json;
}
const problem = async (response: Response) => {
  const { code, errors } = (await response.json()) as { code: string; errors?: { pointer: string; code: string }[] };
  return [response.status, code, ...(errors ?? []).map((error) => `${error.pointer} ${error.code}`)];
};
/** As Telnyx asks: without a token. */
const fetched = (address: string, init: RequestInit = {}) =>
  given.request(address.replace(ORIGIN, ''), { token: null, ...init });
const addressOf = ({ media_id: id, format }: Json) => mediaUrlFor(given.config, { id, format });
const headersOf = ({ headers }: Response, ...names: string[]) => names.map((name) => headers.get(name));

describe('an upload', () => {
  it('is stored as it came, and told of by what its bytes say (S2-F2)', async () => {
    const audio = givenMp3(3000);
    const response = await post(formOf({ file: audio, name: '  Flu clinic ' }));
    expect(response.status).toBe(201);
    const media = (await response.json()) as Json;
    expect(response.headers.get('Location')).toBe(`/api/media/${media.media_id}`);
    expect(media).toEqual({
      media_id: expect.stringMatching(/^med_[0-9a-f-]{36}$/),
      name: 'Flu clinic',
      format: 'mp3',
      bytes: audio.length,
      sha256: new Uint8Array(await crypto.subtle.digest('SHA-256', audio)).toHex(),
      duration_seconds: expect.closeTo(3, 1),
      created_by: ADMIN,
      created_at: expect.stringMatching(/Z$/),
    });
    expect(await (await given.request(`/api/media/${media.media_id}`)).json()).toEqual(media);
  });

  it('may be a WAV', async () => {
    expect(await givenMedia(givenWav(2000))).toMatchObject({ format: 'wav', duration_seconds: 2 });
  });

  it.each<[string, Record<string, string | Uint8Array>, unknown[]]>([
    [
      'a page with the name of a sound',
      { file: new TextEncoder().encode('<html>'.repeat(500)), name: 'x' },
      [422, 'invalid', '/file not_audio'],
    ],
    ['nothing', { file: new Uint8Array(0), name: 'x' }, [422, 'invalid', '/file not_audio']],
    ['a WAV without sound', { file: givenWav(0), name: 'x' }, [422, 'invalid', '/file not_audio']],
    ['more than a minute (TC-04)', { file: givenWav(60_100, 1), name: 'x' }, [422, 'invalid', '/file too_long']],
    ['a text in the place of the file', { file: 'sound', name: 'x' }, [422, 'invalid', '/file not_a_file']],
    ['no file', { name: 'x' }, [422, 'invalid', '/file missing']],
    ['no name', { file: givenMp3(1000) }, [422, 'invalid', '/name missing']],
    ['a name of two lines', { file: givenMp3(1000), name: 'a\u0007b' }, [422, 'invalid', '/name invalid']],
    ['a field nobody knows', { file: givenMp3(1000), name: 'x', id: 'med_1' }, [422, 'invalid', '/id unknown_field']],
  ])('of %s is refused, and nothing is stored (SE-24)', async (_, parts, expected) => {
    const before = await given.env.BUCKET.list({ prefix: 'media/' });
    expect(await problem(await post(formOf(parts)))).toEqual(expected);
    expect((await given.env.BUCKET.list({ prefix: 'media/' })).objects).toHaveLength(before.objects.length);
  });

  it('of exactly a minute passes', async () => {
    expect(await givenMedia(givenWav(60_000, 1))).toMatchObject({ duration_seconds: 60 });
  });

  it('of a file sent twice is no form of ours', async () => {
    const form = formOf({ file: givenMp3(1000), name: 'x' });
    form.append('file', new File([givenMp3(1000) as Uint8Array<ArrayBuffer>], 'b.mp3'));
    expect(await problem(await post(form))).toEqual([422, 'invalid', '/file more_than_one']);
  });

  it('of more than 10 MiB is refused, told of or not', async () => {
    const long = new Uint8Array(10 * 1024 * 1024 + 1);
    expect(await problem(await post(formOf({ file: long, name: 'x' })))).toEqual([413, 'too_large']);
    const body = formOf({ file: new Uint8Array(11 * 1024 * 1024), name: 'x' });
    expect(await problem(await post(body))).toEqual([413, 'too_large']);
  });

  it('that is no form is refused', async () => {
    const json = { headers: { 'Content-Type': 'application/json' } };
    expect(await problem(await post('{}', json))).toEqual([415, 'not_multipart']);
    const broken = { headers: { 'Content-Type': 'multipart/form-data; boundary=x' } };
    expect(await problem(await post('nonsense', broken))).toEqual([400, 'not_multipart']);
  });

  it.each(['clinician', 'intake', 'auditor'] as const)('is not for the role %s', async (role) => {
    const response = await post(formOf({ file: givenMp3(1000), name: 'x' }), { token: await tokenOf(given, role) });
    expect(await problem(response)).toEqual([403, 'forbidden']);
  });

  it('is for whoever runs campaigns, and stands on the audit line', async () => {
    const token = await tokenOf(given, 'operator');
    expect((await post(formOf({ file: givenMp3(1000), name: 'x' }), { token })).status).toBe(201);
    expect(given.logged('audit').at(-1)).toMatchObject({ audit: 'media.create', phi: false, status: 201 });
  });
});

describe('the list', () => {
  it('is newest first, page by page', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 3; i += 1) ids.unshift((await givenMedia(givenMp3(500), `n${i}`)).media_id);
    const page = async (query: string) =>
      (await (await given.request(`/api/media?limit=2${query}`)).json()) as {
        items: Json[];
        next_cursor: string | null;
      };
    const first = await page('');
    expect(first.items.map(({ media_id }) => media_id)).toEqual(ids.slice(0, 2));
    const second = await page(`&cursor=${first.next_cursor}`);
    expect(second.items[0]?.media_id).toBe(ids[2]);
    expect((await given.request('/api/media?cursor=x')).status).toBe(422);
  });
});

describe('staff', () => {
  it('hear it whole and in part', async () => {
    const audio = givenWav(1000);
    const { media_id } = await givenMedia(audio);
    const whole = await given.request(`/api/media/${media_id}/audio`);
    expect(headersOf(whole, 'content-type', 'content-length', 'content-disposition', 'x-content-type-options')).toEqual(
      [...['audio/wav', String(audio.length), `inline; filename="${media_id}.wav"`, 'nosniff']],
    );
    expect(new Uint8Array(await whole.arrayBuffer())).toEqual(audio);
    const part = await given.request(`/api/media/${media_id}/audio`, { headers: { Range: 'bytes=10-19' } });
    expect([part.status, ...headersOf(part, 'content-range')]).toEqual([206, `bytes 10-19/${audio.length}`]);
    expect(new Uint8Array(await part.arrayBuffer())).toEqual(audio.slice(10, 20));
    expect(given.logged('audit').at(-1)).toMatchObject({ audit: 'media.play', media_id });
  });

  it('hear nothing that is not there', async () => {
    const unknown = 'med_0199f3c2-7f4e-7000-8000-000000000001';
    for (const path of [unknown, `${unknown}/audio`, 'med_x']) {
      expect((await given.request(`/api/media/${path}`)).status).toBe(404);
    }
  });
});

describe('Telnyx', () => {
  it('fetches it without a token, and may keep it for ever; in a browser it does nothing (SE-24, SE-25)', async () => {
    const audio = givenMp3(2000);
    const media = await givenMedia(audio);
    const address = addressOf(media);
    expect(address).toMatch(new RegExp(`^${ORIGIN}/media/${media.media_id}/k1\\.[A-Za-z0-9_-]{22}\\.mp3$`));
    const response = await fetched(address);
    expect(response.status).toBe(200);
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(audio);
    expect(headersOf(response, 'content-type', 'content-length', 'cache-control', 'content-security-policy')).toEqual([
      ...['audio/mpeg', String(audio.length), 'public, max-age=31536000, immutable'],
      "default-src 'none'; frame-ancestors 'none'; sandbox",
    ]);
  });

  it('asks by HEAD and in part', async () => {
    const media = await givenMedia(givenWav(1000));
    const head = await fetched(addressOf(media), { method: 'HEAD' });
    expect([head.status, ...headersOf(head, 'content-type', 'content-length'), await head.text()]).toEqual([
      ...[200, 'audio/wav', String(media['bytes']), ''],
    ]);
    const part = await fetched(addressOf(media), { headers: { Range: 'bytes=-4' } });
    expect([part.status, (await part.arrayBuffer()).byteLength]).toEqual([206, 4]);
    const beyond = await fetched(addressOf(media), { headers: { Range: 'bytes=99999999-' } });
    expect(beyond.status).toBe(416);
  });

  it('the hash without the ending is as good', async () => {
    const media = await givenMedia();
    expect((await fetched(addressOf(media).replace(/\.mp3$/, ''))).status).toBe(200);
  });

  it('gets 404 for every other hash, and for an id that is not stored (SE-24)', async () => {
    const [media, other] = [await givenMedia(), await givenMedia()];
    const hash = addressOf(media).split('/').at(-1) ?? '';
    const changed = `${hash.slice(0, 5)}${hash[5] === 'A' ? 'B' : 'A'}${hash.slice(6)}`;
    const unknown = 'med_0199f3c2-7f4e-7000-8000-000000000001';
    for (const path of [
      ...[`${media.media_id}/${changed}`, `${other.media_id}/${hash}`, `${media.media_id}/${hash.slice(0, -5)}`],
      ...[
        `${media.media_id}/${hash}x`,
        `${media.media_id}/.mp3`,
        `${media.media_id}/k1.`,
        `${media.media_id}/k2${hash.slice(2)}`,
      ],
      new URL(mediaUrlFor(given.config, { id: unknown, format: 'mp3' })).pathname.slice('/media/'.length),
      `med_x/${hash}`,
    ]) {
      expect([path, (await fetched(`/media/${path}`)).status]).toEqual([path, 404]);
    }
  });

  it('changes nothing there', async () => {
    const media = await givenMedia();
    for (const method of ['POST', 'PUT', 'DELETE']) {
      const response = await fetched(addressOf(media), { method });
      expect([response.status, response.headers.get('Allow')]).toEqual([405, 'GET, HEAD']);
    }
    expect((await fetched(`/media/${media.media_id}`)).status).toBe(401);
  });

  it('follows an address made before the keys were rotated, until the old key is gone', async () => {
    const media = await givenMedia();
    const address = addressOf(media).replace(ORIGIN, '');
    const [k1, k2] = [7, 8].map((fill, i) => `k${i + 1}:${new Uint8Array(32).fill(fill).toBase64()}`);
    const ask = (PHI_KEYS: string) => createApp([]).request(`${ORIGIN}${address}`, {}, { ...given.env, PHI_KEYS });
    expect((await ask(`${k2},${k1}`)).status).toBe(200);
    expect((await ask(`${k2}`)).status).toBe(404);
  });

  it('gets 404 when the audio itself is gone', async () => {
    const media = await givenMedia();
    await deleteMediaAudio(given.env.BUCKET, media.media_id);
    expect((await fetched(addressOf(media))).status).toBe(404);
  });
});

describe('what is deleted', () => {
  const inUse = (mediaId: string, status: string) =>
    given.db.insert(campaigns).values({
      ...{ id: `cmp_${mediaId.slice(4)}`, name: 'Flu', purpose: 'care', questionnaireId: 'message-and-reply' },
      ...{ questionnaireVersion: 2, status, pacePerSecond: 1, maxLiveCalls: 1, retry: '{}', script: '{}' },
      ...{ mediaId, owner: 'o', ownerName: 'Owner', createdAt: 1 },
    });
  const remove = (id: string, init = {}) => given.request(`/api/media/${id}`, { method: 'DELETE', ...init });

  it('is gone for staff and for Telnyx', async () => {
    const media = await givenMedia();
    expect((await remove(media.media_id)).status).toBe(204);
    expect((await given.request(`/api/media/${media.media_id}`)).status).toBe(404);
    expect((await fetched(addressOf(media))).status).toBe(404);
    expect((await remove(media.media_id)).status).toBe(404);
  });

  it.each(['importing', 'draft', 'running', 'paused', 'completed'])(
    'is not what a campaign plays: %s',
    async (status) => {
      const media = await givenMedia();
      await inUse(media.media_id, status);
      expect(await problem(await remove(media.media_id))).toEqual([409, 'media_in_use']);
      expect((await fetched(addressOf(media))).status).toBe(200);
    },
  );

  it.each(['canceled', 'failed'])('may be what a campaign no longer plays: %s', async (status) => {
    const media = await givenMedia();
    await inUse(media.media_id, status);
    expect((await remove(media.media_id)).status).toBe(204);
  });

  it('is deleted by whoever runs campaigns', async () => {
    const media = await givenMedia();
    expect((await remove(media.media_id, { token: await tokenOf(given, 'clinician') })).status).toBe(403);
  });
});

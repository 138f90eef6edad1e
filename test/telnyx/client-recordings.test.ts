/** How recordings are asked for, found and deleted at Telnyx: the exact requests, and what is made of each answer. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createTelnyxClient, SEND_TIMEOUT_MS } from '../../src/telnyx/client.ts';
import {
  type Answer,
  FakeTelnyx,
  hang,
  html,
  networkError,
  recording,
  recordingLink,
  recordings,
  refused,
} from '../support/fake-telnyx.ts';

const API_BASE = 'https://api.telnyx.com/v2';
const client = createTelnyxClient({
  apiKey: 'KEY0123',
  apiBase: API_BASE,
  connectionId: '1684641123236054244',
  publicUrl: 'https://intake.example',
  voices: { en: 'Telnyx.KokoroTTS.af', es: 'Telnyx.KokoroTTS.ef_dora' },
  transcriptionModel: 'openai/whisper-large-v3-turbo',
});

let telnyx: FakeTelnyx;
beforeEach(() => {
  telnyx = new FakeTelnyx(API_BASE);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const WAV = recordingLink('leg-1.wav');
const found = (changes: Record<string, unknown> = {}) => {
  telnyx.next('retrieve_recording', recording(changes));
  return client.getRecording('rec-1');
};
const REC = { id: 'rec-1', format: 'mp3', link: recordingLink(), startedAt: null, durationMs: 2000 };

describe('a recording asked for by its id', () => {
  it('is one request, with our key, and is told whole', async () => {
    const started = { recording_started_at: '2030-01-07T15:04:10.000001Z' };
    expect(await found(started)).toEqual({
      ok: true,
      value: { ...REC, startedAt: Date.UTC(2030, 0, 7, 15, 4, 10) },
    });
    const [request] = telnyx.requests;
    expect([request?.method, request?.path, [...(request?.query ?? [])]]).toEqual(['GET', '/recordings/rec-1', []]);
    expect(request?.headers.get('authorization')).toBe('Bearer KEY0123');
    expect(telnyx.requests).toHaveLength(1);
  });

  it.each<[Record<string, unknown>, object]>([
    [{ download_urls: { wav: WAV } }, { format: 'wav', link: WAV }],
    [{ download_urls: { mp3: recordingLink(), wav: WAV } }, { format: 'mp3', link: recordingLink() }],
    [{ download_urls: { mp3: '', wav: WAV } }, { format: 'wav', link: WAV }],
    [{ download_urls: { mp3: null } }, { format: null, link: null }],
    [{ download_urls: {} }, { format: null, link: null }],
    [{ download_urls: null }, { format: null, link: null }],
    [
      { download_urls: undefined, public_recording_urls: { mp3: WAV } },
      { format: null, link: null },
    ],
    [
      { download_urls: {}, public_url: WAV, recording_urls: { mp3: WAV } },
      { format: null, link: null },
    ],
    [{ recording_started_at: 'noon' }, { startedAt: null }],
    [{ recording_started_at: null }, { startedAt: null }],
    [{ duration_millis: null }, { durationMs: null }],
    [{ duration_millis: '2000' }, { durationMs: null }],
    [{ duration_millis: 0 }, { durationMs: 0 }],
  ])('of which Telnyx says %j is taken as it is', async (changes, expected) => {
    expect(await found(changes)).toEqual({ ok: true, value: { ...REC, ...expected } });
  });

  it.each<[string, Answer]>([
    ['404', refused(404, '10005')],
    ['a 404 of another code', refused(404, '404')],
    ['no data', () => Response.json({})],
    ['data of nothing', () => Response.json({ data: null })],
    ['no id', recording({ id: '' })],
  ])('are none when Telnyx answers with %s', async (_, answer) => {
    telnyx.next('retrieve_recording', answer);
    expect(await client.getRecording('rec-1')).toEqual({ ok: true, value: null });
  });

  it.each(['a/b', '../calls', 'a?b=c', 'a#b', 'é', 'rec 1', '%2e%2e'])(
    'by an id such as %j asks for nothing else',
    async (id) => {
      await client.getRecording(id);
      const [address] = vi.mocked(fetch).mock.calls[0] ?? [];
      const { pathname, search, hash } = new URL(String(address));
      expect([decodeURIComponent(pathname), search, hash]).toEqual([`/v2/recordings/${id}`, '', '']);
      expect(pathname.split('/')).toHaveLength(4);
      expect(fetch).toHaveBeenCalledTimes(1);
    },
  );

  it.each(['.', '..'])('by the id %j asks for nothing at all', async (id) => {
    expect(await client.getRecording(id)).toMatchObject({ ok: false });
    expect(fetch).not.toHaveBeenCalled();
  });
});

describe('the recordings of a leg', () => {
  const list = (...all: Record<string, unknown>[]) => {
    telnyx.next('list_recordings', recordings(...all));
    return client.listRecordings('leg-1');
  };

  it('are one request for that leg and no other', async () => {
    expect(await list({})).toEqual({ ok: true, value: [REC] });
    const [request] = telnyx.requests;
    expect([request?.method, request?.path]).toEqual(['GET', '/recordings']);
    expect([...(request?.query ?? [])].toSorted()).toEqual([
      ['filter[call_leg_id]', 'leg-1'],
      ['page[size]', '250'],
    ]);
    expect(telnyx.requests).toHaveLength(1);
  });

  it('come newest first, whatever their order', async () => {
    const older = { id: 'rec-1', recording_started_at: '2030-01-07T15:04:10Z' };
    const newer = { id: 'rec-2', recording_started_at: '2030-01-07T15:09:10Z' };
    const undated = { id: 'rec-3', recording_started_at: null };
    for (const order of [
      [older, newer, undated],
      [undated, newer, older],
      [newer, undated, older],
    ]) {
      expect(await list(...order)).toMatchObject({
        ok: true,
        value: [{ id: 'rec-2' }, { id: 'rec-1' }, { id: 'rec-3' }],
      });
    }
  });

  it('leave out what has no id', async () => {
    expect(await list({ id: null }, { id: 'rec-2' }, { id: '' })).toMatchObject({ ok: true, value: [{ id: 'rec-2' }] });
  });

  it.each<[string, Answer]>([
    ['none', recordings()],
    ['only what has no id', recordings({ id: null })],
    ['no list', () => Response.json({})],
    ['404', refused(404, '10005')],
  ])('are none when Telnyx answers with %s', async (_, answer) => {
    telnyx.next('list_recordings', answer);
    expect(await client.listRecordings('leg-1')).toEqual({ ok: true, value: [] });
  });
});

describe('a recording that is deleted', () => {
  it('is one request, with our key and no body', async () => {
    expect(await client.deleteRecording('rec-1')).toEqual({ ok: true, value: null });
    const [request] = telnyx.requests;
    expect([request?.method, request?.path, request?.body]).toEqual(['DELETE', '/recordings/rec-1', {}]);
    expect(request?.headers.get('authorization')).toBe('Bearer KEY0123');
    expect(telnyx.requests).toHaveLength(1);
  });

  it('is gone when it was gone before', async () => {
    telnyx.next('delete_recording', refused(404, '10005'));
    expect(await client.deleteRecording('rec-1')).toEqual({ ok: true, value: null });
  });

  it.each(['.', '..'])('is never all of them: the id %j deletes nothing', async (id) => {
    await client.deleteRecording(id);
    expect(fetch).not.toHaveBeenCalled();
  });
});

describe('Telnyx that does not answer as it should', () => {
  const requests = [
    ['retrieve_recording', () => client.getRecording('rec-1')],
    ['list_recordings', () => client.listRecordings('leg-1')],
    ['delete_recording', () => client.deleteRecording('rec-1')],
  ] as const;
  const answers: readonly (readonly [string, Answer, object])[] = [
    ['401', refused(401, '10009'), { kind: 'permanent', status: 401 }],
    ['429', refused(429, '10011'), { kind: 'retryable', code: '10011', status: 429 }],
    ['500', refused(500, '10007'), { kind: 'retryable', code: '10007', status: 500 }],
    ['HTML', html(502), { kind: 'retryable', code: 'http_502', status: 502 }],
    ['no network', networkError, { kind: 'retryable', code: 'no_answer', status: null }],
  ];
  it.each(requests.flatMap(([action, send]) => answers.map((answer) => [action, send, ...answer] as const)))(
    '%s: %s',
    async (action, send, _, answer, failure) => {
      telnyx.next(action, answer);
      expect(await send()).toMatchObject({ ok: false, failure });
      expect(telnyx.requests).toHaveLength(1);
    },
  );

  it.each(requests)('%s is given up after 4 s, in one request', async (action, send) => {
    vi.useFakeTimers();
    telnyx.next(action, hang);
    const sent = send();
    await vi.advanceTimersByTimeAsync(SEND_TIMEOUT_MS);
    expect(await sent).toMatchObject({ ok: false, failure: { kind: 'retryable', code: 'no_answer', status: null } });
    expect(telnyx.requests).toHaveLength(1);
  });
});

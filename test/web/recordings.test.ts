/** The audio over HTTP: whole or in part and never other bytes than were stored (HS-07), for those who may, each time on the audit line (RC-10). */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CallRecording, ConsentProof } from '../../src/domain/intake/recording.ts';
import { findJob } from '../../src/store/jobs.ts';
import { dataKeyOf } from '../../src/store/patient-keys.ts';
import { putRecording, recordingKey } from '../../src/store/recording-bucket.ts';
import { getRecording, markFailed, markReady, recordingIdOf } from '../../src/store/recordings.ts';
import { CHUNK_BYTES, HEADER_BYTES } from '../../src/store/sealed-object.ts';
import type { Role } from '../../src/store/staff.ts';
import { parseRange } from '../../src/web/recording-audio.ts';
import { givenBytes, inPieces } from '../support/given-bytes.ts';
import { catchJobHints, type JobHints } from '../support/given-jobs.ts';
import { until } from '../support/worker-env.ts';
import { type GivenApp, givenApp } from './given-app.ts';
import { endCall, type GivenCall, givenCall, recordOf } from './given-call.ts';
import { tokenOf } from './given-role.ts';

let given: GivenApp;
let hints: JobHints;
beforeEach(() => {
  given = givenApp();
  hints = catchJobHints();
});
afterEach(() => vi.restoreAllMocks());

/** Three chunks and a bit. */
const AUDIO = givenBytes(3 * CHUNK_BYTES + 1000);
const TOTAL = AUDIO.length;
const UNKNOWN = 'call_0199f3c2-7f4e-7000-8000-000000000001';
const PROOF = { eventId: 'ev9', at: 1, key: '1', wording: 'consent-en-1', wordingHash: 'c0ffee' } as ConsentProof;
const TOLD: CallRecording = {
  ...{ id: 'rec_1', startedAt: 1, durationMs: 2000, format: 'mp3', link: null, linkAt: null },
  proof: PROOF,
};

/** Ended, with a recording that is still to be fetched. */
async function givenPending(changes: Partial<CallRecording> = {}): Promise<GivenCall> {
  const made = await givenCall(given, { firstName: 'Canary', lastName: 'Sentinel' });
  await endCall(given, made, { recording: { ...TOLD, ...changes } });
  return made;
}
async function givenReady(format: 'mp3' | 'wav' = 'mp3'): Promise<GivenCall> {
  const made = await givenPending();
  const ref = { id: recordingIdOf(made.call.id), callId: made.call.id, patientId: made.patient.id };
  const dataKey = await dataKeyOf(given.config.keyRing, made.patient.id);
  const stored = await putRecording(given.env.BUCKET, ref, dataKey, PROOF, inPieces(AUDIO, 50_000));
  const facts = { telnyxId: null, format, durationMs: 2000, startedAt: null };
  await markReady(given.db, made.call.id, { ...stored, ...facts }, Date.now());
  return made;
}
const play = ({ call }: GivenCall, headers: Record<string, string> = {}, method = 'GET'): Promise<Response> =>
  given.request(`/api/calls/${call.id}/recording`, { method, headers });
const codeOf = async (response: Response) => [response.status, ((await response.json()) as { code: string }).code];
const headersOf = ({ headers }: Response, ...names: string[]) => names.map((name) => headers.get(name));

describe('a recording', () => {
  it('is the bytes that were stored, with their type and length, for this moment only (RC-10, T14)', async () => {
    const made = await givenReady();
    const response = await play(made);
    expect(response.status).toBe(200);
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(AUDIO);
    expect(headersOf(response, 'content-type', 'content-length', 'accept-ranges', 'cache-control')).toEqual([
      ...['audio/mpeg', String(TOTAL), 'bytes', 'no-store'],
    ]);
    expect(headersOf(response, 'content-disposition', 'content-range', 'x-content-type-options')).toEqual([
      ...[`inline; filename="${made.call.id}.mp3"`, null, 'nosniff'],
    ]);
  });

  it('of another format says so', async () => {
    const made = await givenReady('wav');
    const response = await play(made);
    expect(headersOf(response, 'content-type', 'content-disposition')).toEqual([
      ...['audio/wav', `inline; filename="${made.call.id}.wav"`],
    ]);
    await response.body?.cancel();
  });

  it('is told of without its bytes by HEAD, whole or in part', async () => {
    const made = await givenReady();
    const read = vi.spyOn(given.env.BUCKET, 'get');
    const whole = await play(made, {}, 'HEAD');
    expect([whole.status, ...headersOf(whole, 'content-length', 'accept-ranges'), await whole.text()]).toEqual([
      ...[200, String(TOTAL), 'bytes', ''],
    ]);
    const part = await play(made, { Range: 'bytes=0-9' }, 'HEAD');
    expect([part.status, ...headersOf(part, 'content-length', 'content-range')]).toEqual([
      ...[206, '10', `bytes 0-9/${TOTAL}`],
    ]);
    expect(read).not.toHaveBeenCalled();
  });

  it.each([
    ['the first bytes', 'bytes=0-99', 0, 99],
    ['one byte', 'bytes=0-0', 0, 0],
    [
      'the middle, across two borders of chunks',
      `bytes=${CHUNK_BYTES - 5}-${2 * CHUNK_BYTES + 5}`,
      CHUNK_BYTES - 5,
      2 * CHUNK_BYTES + 5,
    ],
    ['exactly one chunk', `bytes=${CHUNK_BYTES}-${2 * CHUNK_BYTES - 1}`, CHUNK_BYTES, 2 * CHUNK_BYTES - 1],
    ['the last bytes', 'bytes=-500', TOTAL - 500, TOTAL - 1],
    ['an open end', `bytes=${TOTAL - 1500}-`, TOTAL - 1500, TOTAL - 1],
    ['more than there is', `bytes=${TOTAL - 10}-99999999`, TOTAL - 10, TOTAL - 1],
    ['a longer end than there is', 'bytes=-99999999', 0, TOTAL - 1],
    ['all of it', 'bytes=0-', 0, TOTAL - 1],
  ])('is given in part: %s', async (_, range, from, to) => {
    const made = await givenReady();
    const response = await play(made, { Range: range });
    expect(response.status).toBe(206);
    expect(headersOf(response, 'content-range', 'content-length', 'content-type')).toEqual([
      ...[`bytes ${from}-${to}/${TOTAL}`, String(to - from + 1), 'audio/mpeg'],
    ]);
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(AUDIO.slice(from, to + 1));
  });

  it('reads no more of what is stored than a part needs', async () => {
    const made = await givenReady();
    const read = vi.spyOn(given.env.BUCKET, 'get');
    await (await play(made, { Range: `bytes=${CHUNK_BYTES}-${CHUNK_BYTES + 9}` })).arrayBuffer();
    const lengths = read.mock.calls.map(([, options]) => (options as { range: { length: number } }).range.length);
    expect(lengths.reduce((sum, length) => sum + length, 0)).toBeLessThan(CHUNK_BYTES + HEADER_BYTES + 100);
  });

  it.each([`bytes=${TOTAL}-`, `bytes=${TOTAL + 5}-${TOTAL + 9}`, 'bytes=-0'])(
    'of which %s is asked is 416, and says how long it is',
    async (range) => {
      const response = await play(await givenReady(), { Range: range });
      expect(headersOf(response, 'content-range', 'content-type')).toEqual([
        `bytes */${TOTAL}`,
        'application/problem+json',
      ]);
      expect(await codeOf(response)).toEqual([416, 'range_not_satisfiable']);
    },
  );

  it.each([
    ['the wrong way round', { Range: 'bytes=9-3' }],
    ['several', { Range: 'bytes=0-1,5-6' }],
    ['of another unit', { Range: 'seconds=0-9' }],
    ['none at all', { Range: 'bytes=-' }],
    ['no numbers', { Range: 'bytes=a-b' }],
    ['of a copy from before', { Range: 'bytes=0-9', 'If-Range': '"etag"' }],
  ])('is given whole when the range is %s', async (_, headers) => {
    const response = await play(await givenReady(), headers);
    expect([response.status, response.headers.get('content-range')]).toEqual([200, null]);
    expect((await response.arrayBuffer()).byteLength).toBe(TOTAL);
  });

  it('leaves a line for each request that names who, which call and how it ended, and nothing else of the call (RC-10, HS-05)', async () => {
    const made = await givenReady();
    await (await play(made)).arrayBuffer();
    await (await play(made, { Range: 'bytes=0-9' })).arrayBuffer();
    await play(made, {}, 'HEAD');
    await play(made, { Range: 'bytes=99999999-' });
    const lines = given.logged('audit').filter(({ audit }) => audit === 'recording.play');
    expect(lines.map(({ status }) => status)).toEqual([200, 206, 200, 416]);
    for (const line of lines) {
      expect(line).toMatchObject({ actor: expect.stringMatching(/^admin:/), call_id: made.call.id, phi: true });
    }
    expect(given.lines.join('\n')).not.toMatch(/canary|sentinel/i);
  });

  it.each<[Role, number]>([
    ['clinician', 200],
    ['intake', 403],
    ['operator', 403],
    ['auditor', 403],
  ])('is for the role %s: %i', async (role, status) => {
    const made = await givenReady();
    const token = await tokenOf(given, role);
    const response = await given.request(`/api/calls/${made.call.id}/recording`, { token });
    expect(response.status).toBe(status);
    await response.body?.cancel();
    expect(given.logged('audit').at(-1)).toMatchObject({ audit: 'recording.play', status });
  });
});

describe('where there is nothing to play', () => {
  it('404 tells one that is still fetched from one that there will never be', async () => {
    expect(await codeOf(await play(await givenPending()))).toEqual([404, 'not_ready']);
    const untold = await givenCall(given);
    await endCall(given, untold, { record: recordOf({ recordingStatus: 'pending' }) });
    expect(await codeOf(await play(untold))).toEqual([404, 'not_ready']);
    const none = await givenCall(given);
    expect(await codeOf(await play(none))).toEqual([404, 'no_recording']);
    await endCall(given, none, { record: recordOf({ recordingStatus: 'none' }) });
    expect(await codeOf(await play(none))).toEqual([404, 'no_recording']);
    expect(await codeOf(await given.request(`/api/calls/${UNKNOWN}/recording`))).toEqual([404, 'not_found']);
  });

  it('404 says why one that was given up could not be fetched', async () => {
    const made = await givenPending();
    await markFailed(given.db, made.call.id, 'link_refused');
    const response = await play(made);
    expect(await response.json()).toMatchObject({
      code: 'no_recording',
      detail: expect.stringContaining('link_refused'),
    });
  });

  it('404 is all there is of audio nobody agreed to, though it lies in R2 (RC-08)', async () => {
    const made = await givenPending({ proof: null });
    const key = recordingKey({ id: recordingIdOf(made.call.id), callId: made.call.id });
    await given.env.BUCKET.put(key, AUDIO);
    await markReady(
      given.db,
      made.call.id,
      { bytes: TOTAL, sha256: 'x', format: 'mp3', durationMs: 1, startedAt: 1, telnyxId: null },
      1,
    );
    expect(await codeOf(await play(made))).toEqual([404, 'no_recording']);
  });
});

describe('a recording that is not what was stored (HS-07)', () => {
  const keyOf = ({ call }: GivenCall) => recordingKey({ id: recordingIdOf(call.id), callId: call.id });
  async function damage(made: GivenCall, change: (sealed: Uint8Array) => Uint8Array): Promise<void> {
    const object = await given.env.BUCKET.get(keyOf(made));
    await given.env.BUCKET.put(keyOf(made), change(new Uint8Array(await (object as R2ObjectBody).arrayBuffer())));
  }
  const flip = (at: number) => (sealed: Uint8Array) => {
    sealed[at] = (sealed[at] ?? 0) ^ 1;
    return sealed;
  };

  it.each<[string, (sealed: Uint8Array) => Uint8Array]>([
    ['in its first bytes', flip(0)],
    ['in its first chunk', flip(HEADER_BYTES + 10)],
    ['cut off', (sealed) => sealed.slice(0, -1)],
    ['longer', (sealed) => new Uint8Array([...sealed, 0])],
    ['empty', () => new Uint8Array(0)],
  ])('%s is 500 without a byte of it, and a line in the log', async (_, change) => {
    const made = await givenReady();
    await damage(made, change);
    expect(await codeOf(await play(made))).toEqual([500, 'recording_corrupt']);
    expect(given.logged('recording.corrupt')).toMatchObject([{ level: 'error', call_id: made.call.id }]);
    expect(given.logged('audit').at(-1)).toMatchObject({ audit: 'recording.play', status: 500 });
    // Shown as it is from then on, so that it can be fetched again.
    expect(await getRecording(given.db, made.call.id)).toMatchObject({ status: 'failed', reason: 'corrupt' });
  });

  it('further on breaks the answer off: whoever listens never takes it for the whole', async () => {
    const made = await givenReady();
    await damage(made, flip(HEADER_BYTES + 2 * CHUNK_BYTES + 100));
    const response = await play(made);
    expect(response.status).toBe(200);
    await expect(response.arrayBuffer()).rejects.toThrow();
    await until(() => given.logged('recording.corrupt').length === 1);
  });

  it('can be heard up to the damage, in part', async () => {
    const made = await givenReady();
    await damage(made, flip(HEADER_BYTES + 2 * CHUNK_BYTES + 100));
    const response = await play(made, { Range: 'bytes=0-99' });
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(AUDIO.slice(0, 100));
  });

  it('because it is that of another call does not open', async () => {
    const [mine, other] = [await givenReady(), await givenReady()];
    const object = await given.env.BUCKET.get(keyOf(other));
    await given.env.BUCKET.put(keyOf(mine), await (object as R2ObjectBody).arrayBuffer());
    expect(await codeOf(await play(mine))).toEqual([500, 'recording_corrupt']);
  });

  it('because it is gone is 500 with a code of its own', async () => {
    const made = await givenReady();
    await given.env.BUCKET.delete(keyOf(made));
    expect(await codeOf(await play(made))).toEqual([500, 'recording_missing']);
    expect(given.logged('recording.missing')).toMatchObject([{ call_id: made.call.id }]);
    expect(await getRecording(given.db, made.call.id)).toMatchObject({ status: 'failed', reason: 'missing' });
  });

  it('is not said to be damaged when R2 cannot be read at this moment', async () => {
    const made = await givenReady();
    vi.spyOn(given.env.BUCKET, 'get').mockRejectedValueOnce(new Error('R2 is away'));
    expect(await codeOf(await play(made))).toEqual([500, 'internal']);
    expect(await getRecording(given.db, made.call.id)).toMatchObject({ status: 'ready' });
    expect(new Uint8Array(await (await play(made)).arrayBuffer())).toEqual(AUDIO);
  });
});

describe('fetching a recording again', () => {
  const retry = ({ call }: GivenCall, token?: string) =>
    given.request(`/api/calls/${call.id}/recording/retry`, {
      method: 'POST',
      ...(token === undefined ? {} : { token }),
    });

  it('is accepted for one that was given up, shown as pending, and hinted at', async () => {
    const made = await givenPending();
    await markFailed(given.db, made.call.id, 'not_found');
    await given.db.$client.exec("update jobs set status = 'dead', code = 'not_found', attempts = 9");
    const response = await retry(made);
    expect([response.status, await response.json()]).toEqual([
      ...[202, { call_id: made.call.id, recording: { status: 'pending' } }],
    ]);
    const job = await findJob(given.db, 'fetch_recording', made.call.id);
    expect(job).toMatchObject({ status: 'waiting', attempts: 0, code: null });
    expect(hints.take().map(({ jobId }) => jobId)).toEqual([job?.id]);
    expect(await codeOf(await play(made))).toEqual([404, 'not_ready']);
    expect(await codeOf(await retry(made))).toEqual([409, 'not_failed']);
  });

  it('is 409 for what is there, is fetched, was never agreed to or never was, and changes nothing', async () => {
    const ready = await givenReady();
    for (const made of [ready, await givenPending(), await givenPending({ proof: null }), await givenCall(given)]) {
      const before = await getRecording(given.db, made.call.id);
      expect(await codeOf(await retry(made))).toEqual([409, 'not_failed']);
      expect(await getRecording(given.db, made.call.id)).toEqual(before);
    }
    expect((await (await play(ready)).arrayBuffer()).byteLength).toBe(TOTAL);
    const none = { call: { id: UNKNOWN } } as GivenCall;
    expect(await codeOf(await retry(none))).toEqual([404, 'not_found']);
  });

  it.each<[Role, number]>([
    ['clinician', 202],
    ['intake', 403],
    ['operator', 403],
    ['auditor', 403],
  ])('is for the role %s: %i', async (role, status) => {
    const made = await givenPending();
    await markFailed(given.db, made.call.id, 'not_found');
    expect((await retry(made, await tokenOf(given, role))).status).toBe(status);
    expect(given.logged('audit').at(-1)).toMatchObject({ audit: 'recording.retry', status, call_id: made.call.id });
  });
});

describe('a range', () => {
  it('lies inside the audio, whatever is asked', () => {
    const part = fc.oneof(fc.constant(''), fc.nat().map(String), fc.bigInt({ min: 0n }).map(String));
    const asked = fc.oneof(
      fc.string(),
      fc.tuple(part, part).map(([from, to]) => `bytes=${from}-${to}`),
    );
    fc.assert(
      fc.property(asked, fc.integer({ min: 1, max: 2 ** 30 }), (header, bytes) => {
        const range = parseRange(header, bytes);
        if (range === null || range === 'unsatisfiable') return true;
        return (
          [range.from, range.to].every(Number.isSafeInteger) &&
          0 <= range.from &&
          range.from <= range.to &&
          range.to < bytes
        );
      }),
      { numRuns: 2000 },
    );
  });

  it('that names bytes of the audio is never refused, and gives exactly those', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.nat(1000), fc.nat(1000), (from, more, rest) => {
        const bytes = from + more + rest + 1;
        expect(parseRange(`bytes=${from}-${from + more}`, bytes)).toEqual({ from, to: from + more });
        expect(parseRange(`bytes=-${more + 1}`, bytes)).toEqual({ from: bytes - more - 1, to: bytes - 1 });
      }),
    );
  });
});

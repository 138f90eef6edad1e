/** The audio of calls in R2: only beside a proof of consent (X1), whole or not at all, streamed both ways, never damaged (HS-07). */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ConsentProof } from '../../src/domain/intake/recording.ts';
import {
  deleteRecordings,
  putRecording,
  RecordingCorrupt,
  type RecordingRef,
  readRecording,
  recordingKey,
  type StoredAudio,
} from '../../src/store/recording-bucket.ts';
import { newDataKey } from '../../src/store/seal.ts';
import { CHUNK_BYTES, HEADER_BYTES, sealedLength } from '../../src/store/sealed-object.ts';
import { givenBytes, inPieces, joined, MIB, sha256Of, streamedBytes } from '../support/given-bytes.ts';
import { restore, testEnv } from '../support/worker-env.ts';

const { BUCKET } = testEnv;
const dataKey = newDataKey();
/** What goes up at a time: 80 chunks. */
const PART = 5 * MIB;
const proof = {
  ...{ eventId: 'evt-consent', at: 1_800_000_000_000, key: '1' },
  ...{ wording: 'consent-1/en', wordingHash: 'a'.repeat(64) },
} as ConsentProof;

let recordings = 0;
let ref: RecordingRef;
beforeEach(() => {
  recordings += 1;
  ref = { id: `rec_${recordings}`, callId: `call_${recordings}` };
});
afterEach(restore);

const put = (audio: AsyncIterable<Uint8Array>, bucket: R2Bucket = BUCKET) =>
  putRecording(bucket, { ...ref, patientId: 'pat_1' }, dataKey, proof, audio);
const putBytes = (length: number) => put(streamedBytes(length));
const read = (stored: StoredAudio, from = 0, to = stored.bytes - 1, bucket: R2Bucket = BUCKET) =>
  readRecording(bucket, { ...ref, ...stored }, dataKey, from, to);
const heard = async (...asked: Parameters<typeof read>) => joined((await read(...asked)) as ReadableStream<Uint8Array>);

/** What came before it broke off, and why. */
async function broken(stored: StoredAudio, ...range: [from?: number, to?: number]) {
  let given = 0;
  try {
    for await (const piece of (await read(stored, ...range)) as ReadableStream<Uint8Array>) given += piece.length;
  } catch (error) {
    return { given, error };
  }
  return { given, error: null };
}
const corrupt = (given = 0) => ({ given, error: expect.any(RecordingCorrupt) });

/** The bucket, and how much of it was really read. */
function watched() {
  const seen = { gets: 0, bytes: 0, canceled: 0 };
  const get = async (key: string, options: R2GetOptions) => {
    seen.gets += 1;
    const object = (await BUCKET.get(key, options)) as R2ObjectBody;
    const reader = object.body.getReader();
    const body = new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          const { done, value } = await reader.read();
          if (done) return controller.close();
          seen.bytes += value.length;
          controller.enqueue(value);
        },
        async cancel() {
          seen.canceled += 1;
          await reader.cancel();
        },
      },
      { highWaterMark: 0 },
    );
    return { body };
  };
  return { seen, bucket: { head: (key: string) => BUCKET.head(key), get } as unknown as R2Bucket };
}

/** What was stored, changed behind our back. */
async function tampered(change: (bytes: Uint8Array) => Uint8Array): Promise<void> {
  const object = (await BUCKET.get(recordingKey(ref))) as R2ObjectBody;
  await BUCKET.put(recordingKey(ref), change(new Uint8Array(await object.arrayBuffer())));
}
const flippedAt = (at: number) => (bytes: Uint8Array) => {
  bytes[at] = (bytes[at] as number) ^ 0x10;
  return bytes;
};
const chunkAt = (index: number) => HEADER_BYTES + index * (CHUNK_BYTES + 16);

async function* failingAfter(length: number) {
  yield* streamedBytes(length);
  throw new Error('cut off');
}
function watchUploads() {
  const ids: string[] = [];
  const begin = BUCKET.createMultipartUpload.bind(BUCKET);
  vi.spyOn(BUCKET, 'createMultipartUpload').mockImplementation(async (...asked) => {
    const upload = await begin(...asked);
    ids.push(upload.uploadId);
    return upload;
  });
  return ids;
}

describe('putRecording', () => {
  it('takes no audio without a proof of consent (X1, RC-08)', async () => {
    const audio = streamedBytes(10);
    const { eventId, at, key, wording, wordingHash } = proof;
    const tries = [
      // @ts-expect-error no proof is no proof
      () => putRecording(BUCKET, ref, dataKey, null, audio),
      // @ts-expect-error and nobody but the core makes one
      () => putRecording(BUCKET, ref, dataKey, { eventId, at, key, wording, wordingHash }, audio),
    ];
    await expect(tries[0]?.()).rejects.toThrow();
    expect(await BUCKET.head(recordingKey(ref))).toBeNull();
  });

  it.each([1, 1000, CHUNK_BYTES, 3 * CHUNK_BYTES + 5])(
    'stores %i bytes at once, and they come back',
    async (length) => {
      const uploads = watchUploads();
      const stored = await putBytes(length);
      expect(stored).toEqual({ bytes: length, sha256: await sha256Of(streamedBytes(length)) });
      expect(await heard(stored)).toEqual(givenBytes(length));
      expect(uploads).toEqual([]);
    },
  );

  it.each([
    ['just fits', PART - HEADER_BYTES - 80 * 16, 0],
    ['is a byte more than', PART - HEADER_BYTES - 80 * 16 + 1, 1],
    ['is longer than', 17 * MIB + 99, 1],
  ])('stores what %s a part of an upload, and it comes back with the same digest', async (_, length, uploads) => {
    const begun = watchUploads();
    const stored = await putBytes(length);
    expect(begun).toHaveLength(uploads);
    expect(stored).toEqual({ bytes: length, sha256: await sha256Of(streamedBytes(length)) });
    expect((await BUCKET.head(recordingKey(ref)))?.size).toBe(sealedLength(length));
    expect(await sha256Of((await read(stored)) as ReadableStream<Uint8Array>)).toBe(stored.sha256);
  });

  it('stores it sealed, beside the event of the consent, under a name that holds two ids', async () => {
    const words = new TextEncoder().encode('CANARY my chest hurts ');
    await put(
      inPieces(
        new Uint8Array(200_000).map((_, i) => words[i % words.length] as number),
        7000,
      ),
    );
    const object = (await BUCKET.get(recordingKey(ref))) as R2ObjectBody;
    expect(object.key).toBe(`recordings/${ref.callId}/${ref.id}`);
    expect(object.customMetadata).toEqual({ 'consent-event': 'evt-consent', patient: 'pat_1' });
    expect(object.httpMetadata).toEqual({ contentType: 'application/octet-stream', cacheControl: 'no-store' });
    expect(new TextDecoder('latin1').decode(await object.arrayBuffer())).not.toMatch(/CANARY|chest/);
  });

  it('stores nothing of a source that fails midway, short or long, and leaves no upload behind', async () => {
    const uploads = watchUploads();
    await expect(put(failingAfter(100_000))).rejects.toThrow('cut off');
    expect([uploads.length, await BUCKET.head(recordingKey(ref))]).toEqual([0, null]);
    await expect(put(failingAfter(10 * MIB))).rejects.toThrow('cut off');
    expect([uploads.length, await BUCKET.head(recordingKey(ref))]).toEqual([1, null]);
    const left = BUCKET.resumeMultipartUpload(recordingKey(ref), String(uploads[0]));
    await expect(left.uploadPart(2, new Uint8Array(10))).rejects.toThrow(/does not exist/);
  });

  it('ends the source and the upload when the bucket refuses a part', async () => {
    let [ended, aborted] = [false, false];
    async function* source() {
      try {
        yield* streamedBytes(20 * MIB);
      } finally {
        ended = true;
      }
    }
    const upload = {
      uploadPart: async () => Promise.reject(new Error('R2 is away')),
      abort: async () => {
        aborted = true;
        throw new Error('R2 is away');
      },
    };
    const bucket = { createMultipartUpload: async () => upload } as unknown as R2Bucket;
    await expect(put(source(), bucket)).rejects.toThrow('R2 is away');
    expect([ended, aborted]).toEqual([true, true]);
  });

  it('writes over what an earlier try left, and a try that fails leaves that as it was', async () => {
    const first = await putBytes(300_000);
    await expect(put(failingAfter(10 * MIB))).rejects.toThrow('cut off');
    expect(await heard(first)).toEqual(givenBytes(300_000));
    const second = await putBytes(100_000);
    expect(await heard(second)).toEqual(givenBytes(100_000));
    expect((await BUCKET.list({ prefix: `recordings/${ref.callId}` })).objects).toHaveLength(1);
  });
});

describe('readRecording', () => {
  const LENGTH = 4 * CHUNK_BYTES + 321;

  it.each([
    [0, 0],
    [0, CHUNK_BYTES],
    [CHUNK_BYTES - 1, CHUNK_BYTES],
    [100, LENGTH - 1],
    [LENGTH - 1, LENGTH - 1],
    [0, LENGTH - 2],
  ])('gives the bytes %i to %i', async (from, to) => {
    const stored = await putBytes(LENGTH);
    expect(await heard(stored, from, to)).toEqual(givenBytes(to + 1, from));
  });

  it('is null of what is not there', async () => {
    const stored = await putBytes(LENGTH);
    await deleteRecordings(BUCKET, [ref, { id: 'rec_none', callId: 'call_none' }]);
    expect(await read(stored)).toBeNull();
  });

  it.each([
    ['a flipped bit of its first chunk', flippedAt(chunkAt(0) + 9)],
    ['a flipped bit of its header', flippedAt(HEADER_BYTES - 1)],
    ['a byte too few', (bytes: Uint8Array) => bytes.slice(0, -1)],
    ['a byte too many', (bytes: Uint8Array) => new Uint8Array([...bytes, 0])],
    ['a whole chunk too few', (bytes: Uint8Array) => bytes.slice(0, chunkAt(3))],
    ['other bytes altogether', (bytes: Uint8Array) => new Uint8Array(bytes.length)],
  ])('gives no byte of one with %s (HS-07)', async (_, change) => {
    const stored = await putBytes(LENGTH);
    await tampered(change);
    expect(await broken(stored)).toEqual(corrupt());
    expect(await broken(stored, 5, 10)).toEqual(corrupt());
  });

  it('breaks off before a chunk that is damaged, and gives the parts that are not (HS-07)', async () => {
    const stored = await putBytes(LENGTH);
    await tampered(flippedAt(chunkAt(3) + 40_000));
    expect(await broken(stored, 1)).toEqual(corrupt(3 * CHUNK_BYTES - 1));
    expect(await broken(stored, 3 * CHUNK_BYTES)).toEqual(corrupt());
    // The whole is one chunk behind: it keeps its last one back.
    expect(await broken(stored)).toEqual(corrupt(2 * CHUNK_BYTES));
    expect(await heard(stored, 0, 3 * CHUNK_BYTES - 1)).toEqual(givenBytes(3 * CHUNK_BYTES));
  });

  it('of the whole ends in an error before its last piece when it is not what was stored (HS-07)', async () => {
    const stored = await putBytes(LENGTH);
    const other = { ...stored, sha256: 'f'.repeat(64) };
    expect(await broken(other)).toEqual(corrupt(4 * CHUNK_BYTES));
    const short = await putBytes(1000);
    expect(await broken({ ...short, sha256: 'f'.repeat(64) })).toEqual(corrupt());
  });

  it('of an older object of the same call and length is not taken for the newer', async () => {
    await putBytes(LENGTH);
    const older = await ((await BUCKET.get(recordingKey(ref))) as R2ObjectBody).arrayBuffer();
    const stored = await put(inPieces(givenBytes(2 * LENGTH, LENGTH), 9000));
    await BUCKET.put(recordingKey(ref), older);
    expect(await broken(stored)).toEqual(corrupt(4 * CHUNK_BYTES));
  });

  it('of a bucket that cannot be read now fails, and calls nothing corrupt', async () => {
    const stored = await putBytes(LENGTH);
    const away = async () => Promise.reject(new Error('R2 is away'));
    const bucket = { head: (key: string) => BUCKET.head(key), get: away } as unknown as R2Bucket;
    await expect(read(stored, 0, 10, bucket)).rejects.toThrow('R2 is away');
    await expect(read(stored, 0, 10, { ...bucket, head: away } as never)).rejects.toThrow('R2 is away');
  });

  it('of one that is replaced while it is looked at fails, and calls nothing corrupt', async () => {
    const stored = await putBytes(LENGTH);
    const bucket = { head: (key: string) => BUCKET.head(key), get: async () => null } as unknown as R2Bucket;
    await expect(read(stored, 0, 10, bucket)).rejects.toThrow('replaced while it was read');
  });
});

describe('a recording of an hour', () => {
  // 128 kbit/s.
  const HOUR = 57_600_000;
  const A_FEW = 5 * CHUNK_BYTES;

  it('is stored as it streams; ranges at its beginning, middle and end cost a few chunks each (S1-Q5)', async () => {
    const stored = await putBytes(HOUR);
    expect(stored.bytes).toBe(HOUR);
    for (const from of [0, HOUR / 2, HOUR - 1000]) {
      const { seen, bucket } = watched();
      expect(await heard(stored, from, from + 999, bucket)).toEqual(givenBytes(from + 1000, from));
      expect(seen.bytes).toBeLessThanOrEqual(2 * (CHUNK_BYTES + 16) + HEADER_BYTES);
    }
    // Somebody who moves on: the open end of a range is not read ahead, nor is the whole.
    for (const from of [0, 1, HOUR / 2]) {
      const { seen, bucket } = watched();
      const reader = ((await read(stored, from, HOUR - 1, bucket)) as ReadableStream<Uint8Array>).getReader();
      expect((await reader.read()).value?.length).toBeGreaterThan(0);
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(seen.bytes).toBeLessThan(A_FEW);
      await reader.cancel();
      expect(seen.canceled).toBe(seen.gets);
      expect(seen.bytes).toBeLessThan(A_FEW);
    }
  }, 60_000);
});

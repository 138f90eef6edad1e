/**
 * The audio of calls in R2, sealed under the patient's key. Written only beside a proof of consent (X1), in parts of 5 MiB, so that an
 * hour of talk is never held in memory; read by range. The object's name says nothing but the call's and the recording's ids.
 */
import { AudioProbe } from '../domain/audio/audio-probe.ts';
import type { ConsentProof } from '../domain/intake/recording.ts';
import type { AudioFormat } from '../domain/intake/state.ts';
import { putInParts } from './put-in-parts.ts';
import { type DataKey, SealError, type SealedPlace } from './seal.ts';
import { clearLength, openObject, sealedLength, sealObject } from './sealed-object.ts';

const RECORDINGS_PREFIX = 'recordings/';

export interface RecordingRef {
  readonly id: string;
  readonly callId: string;
}
/** Whose it is stands beside the object, as an opaque id: audio outlives a database that is set back. */
export interface OwnedRecording extends RecordingRef {
  readonly patientId: string;
}
export interface StoredAudio {
  readonly bytes: number;
  /** Of the audio in clear, hex. */
  readonly sha256: string;
}

/** Name of the metadata that says whose audio it is. */
const PATIENT = 'patient';

export const recordingKey = ({ id, callId }: RecordingRef): string => `${RECORDINGS_PREFIX}${callId}/${id}`;

const place = ({ id }: RecordingRef): SealedPlace => ({ table: 'recordings', column: 'audio', row: id });

/** Overwrites what an earlier try left. What `audio` throws ends the upload, and nothing is stored. */
export async function putRecording(
  bucket: R2Bucket,
  recording: OwnedRecording,
  dataKey: DataKey,
  proof: ConsentProof,
  audio: AsyncIterable<Uint8Array>,
): Promise<StoredAudio> {
  const digest = new crypto.DigestStream('SHA-256');
  const writer = digest.getWriter();
  // Read below; when the source fails nobody does.
  digest.digest.catch(() => undefined);
  let bytes = 0;
  async function* counted(): AsyncGenerator<Uint8Array, void> {
    for await (const piece of audio) {
      bytes += piece.length;
      await writer.write(piece);
      yield piece;
    }
  }
  try {
    const metadata = { 'consent-event': proof.eventId, [PATIENT]: recording.patientId };
    await putInParts(bucket, recordingKey(recording), sealObject(dataKey, place(recording), counted()), metadata);
  } catch (error) {
    await writer.abort(error).catch(() => undefined);
    throw error;
  }
  await writer.close();
  return { bytes, sha256: new Uint8Array(await digest.digest).toHex() };
}

/** What is stored is not what was stored: shown to nobody (HS-07). */
export class RecordingCorrupt extends Error {
  override readonly name = 'RecordingCorrupt';
}

export interface ReadableRecording extends RecordingRef, StoredAudio {}

/**
 * The audio, or bytes `from` to `to` (included) of it. Each chunk is authenticated before a byte of it is given, and of the
 * whole the SHA-256 as well before the last byte; the first chunk is opened before this returns. Null: there is no such object.
 */
export async function readRecording(
  bucket: R2Bucket,
  recording: ReadableRecording,
  dataKey: DataKey,
  from: number,
  to: number,
): Promise<ReadableStream<Uint8Array> | null> {
  const key = recordingKey(recording);
  const head = await bucket.head(key);
  if (head === null) return null;
  if (head.size !== sealedLength(recording.bytes)) throw new RecordingCorrupt('not as long as it was stored');
  const read = async (offset: number, length: number) => {
    // One that is replaced meanwhile is another object, not a damaged one.
    const object = await bucket.get(key, { range: { offset, length }, onlyIf: { etagMatches: head.etag } });
    if (object === null || !('body' in object)) throw new Error('replaced while it was read');
    return object.body;
  };
  const { bytes } = recording;
  const clear = openObject({ dataKey, place: place(recording), bytes, read }, from, to);
  const isWhole = from === 0 && to === bytes - 1;
  const checked = withVerdict(isWhole ? withDigest(clear, recording.sha256) : clear);
  const first = await checked.next();
  let waiting: Uint8Array | null = first.done ? null : first.value;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const next = waiting === null ? await checked.next() : { done: false, value: waiting };
        waiting = null;
        if (next.done) controller.close();
        else controller.enqueue(next.value as Uint8Array);
      },
      async cancel() {
        await checked.return();
      },
    },
    // Nothing is opened ahead of whoever listens.
    { highWaterMark: 0 },
  );
}

/** A bucket that cannot be read at this moment says nothing about what lies in it: only what does not open is corrupt. */
async function* withVerdict(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  try {
    yield* source;
  } catch (cause) {
    throw cause instanceof SealError ? new RecordingCorrupt('a chunk does not open', { cause }) : cause;
  }
}

/** Keeps the last piece back until the digest of all of it is right. */
async function* withDigest(source: AsyncIterable<Uint8Array>, sha256: string): AsyncGenerator<Uint8Array, void> {
  const digest = new crypto.DigestStream('SHA-256');
  const writer = digest.getWriter();
  digest.digest.catch(() => undefined);
  let held: Uint8Array | null = null;
  try {
    for await (const piece of source) {
      if (held !== null) yield held;
      await writer.write(piece);
      held = piece;
    }
    await writer.close();
  } catch (error) {
    await writer.abort(error).catch(() => undefined);
    throw error;
  }
  if (new Uint8Array(await digest.digest).toHex() !== sha256)
    throw new RecordingCorrupt('another digest than was stored');
  if (held !== null) yield held;
}

/** What lies there, read whole and opened: what it is. Null: nothing lies there, or it does not open. */
export async function examineRecording(
  bucket: R2Bucket,
  recording: RecordingRef,
  dataKey: DataKey,
): Promise<(StoredAudio & { readonly format: AudioFormat; readonly durationMs: number }) | null> {
  const key = recordingKey(recording);
  const head = await bucket.head(key);
  if (head === null) return null;
  const bytes = clearLength(head.size);
  if (bytes <= 0) return null;
  const read = async (offset: number, length: number) => {
    const object = await bucket.get(key, { range: { offset, length }, onlyIf: { etagMatches: head.etag } });
    if (object === null || !('body' in object)) throw new Error('replaced while it was read');
    return object.body;
  };
  const digest = new crypto.DigestStream('SHA-256');
  const writer = digest.getWriter();
  digest.digest.catch(() => undefined);
  const probe = new AudioProbe();
  try {
    for await (const piece of openObject({ dataKey, place: place(recording), bytes, read }, 0, bytes - 1)) {
      probe.push(piece);
      await writer.write(piece);
    }
    await writer.close();
  } catch (error) {
    await writer.abort(error).catch(() => undefined);
    if (error instanceof SealError) return null;
    throw error;
  }
  const format = probe.end();
  if (format === 'none') return null;
  return { bytes, sha256: new Uint8Array(await digest.digest).toHex(), format, durationMs: probe.durationMs };
}

/** One page of what lies there, in the order of names. */
export async function listRecordings(bucket: R2Bucket, after: string, limit: number) {
  const start = after === '' ? {} : { startAfter: after };
  const listed = await bucket.list({ prefix: RECORDINGS_PREFIX, limit, include: ['customMetadata'], ...start });
  return {
    objects: listed.objects.map(({ key, uploaded, customMetadata }) => ({
      key,
      id: key.slice(key.lastIndexOf('/') + 1),
      patientId: customMetadata?.[PATIENT] ?? null,
      storedAt: uploaded.getTime(),
    })),
    next: listed.truncated ? (listed.objects.at(-1)?.key ?? null) : null,
  };
}

export const deleteRecordings = (bucket: R2Bucket, recordings: readonly RecordingRef[]): Promise<void> =>
  bucket.delete(recordings.map(recordingKey));

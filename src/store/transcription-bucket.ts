/**
 * Uploaded audio in R2 (`transcriptions/<id>`), sealed under the transcription's own key, chunk by chunk, so that it is sent to an engine,
 * or heard, without being held in memory.
 */
import type { UploadFormat } from '../domain/audio/recognise-audio.ts';
import { putInParts } from './put-in-parts.ts';
import { type DataKey, SealError, type SealedPlace } from './seal.ts';
import { openObject, sealedLength, sealObject } from './sealed-object.ts';

const PREFIX = 'transcriptions/';

export const UPLOAD_TYPES: Readonly<Record<UploadFormat, string>> = {
  mp3: 'audio/mpeg',
  wav: 'audio/wav',
  m4a: 'audio/mp4',
  ogg: 'audio/ogg',
  flac: 'audio/flac',
  webm: 'audio/webm',
  aac: 'audio/aac',
  amr: 'audio/amr',
};

const keyOf = (id: string): string => `${PREFIX}${id}`;
const place = (id: string): SealedPlace => ({ table: 'transcriptions', column: 'audio', row: id });

export async function putUpload(
  bucket: R2Bucket,
  id: string,
  dataKey: DataKey,
  pieces: Iterable<Uint8Array>,
): Promise<void> {
  async function* source() {
    yield* pieces;
  }
  await putInParts(bucket, keyOf(id), sealObject(dataKey, place(id), source()), {});
}

/** `audio_missing`: it is not there, or not as long as it was; `audio_damaged`: it does not open. */
export class UploadUnreadable extends Error {
  override readonly name = 'UploadUnreadable';
  readonly code: 'audio_missing' | 'audio_damaged';
  constructor(code: UploadUnreadable['code']) {
    super(code);
    this.code = code;
  }
}

/** Bytes `from` to `to`, both included. Throws before the first piece if nothing of that length is there. */
export async function readUploadedAudio(
  bucket: R2Bucket,
  { id, bytes }: { readonly id: string; readonly bytes: number },
  dataKey: DataKey,
  from = 0,
  to = bytes - 1,
): Promise<AsyncGenerator<Uint8Array, void>> {
  const head = await bucket.head(keyOf(id));
  if (head === null || head.size !== sealedLength(bytes)) throw new UploadUnreadable('audio_missing');
  const read = async (offset: number, length: number) => {
    const object = await bucket.get(keyOf(id), { range: { offset, length } });
    if (object === null) throw new UploadUnreadable('audio_missing');
    return object.body;
  };
  return judged(openObject({ dataKey, place: place(id), bytes, read }, from, to));
}

async function* judged(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  try {
    yield* source;
  } catch (error) {
    throw error instanceof SealError ? new UploadUnreadable('audio_damaged') : error;
  }
}

export const deleteUploads = (bucket: R2Bucket, ids: readonly string[]): Promise<void> => bucket.delete(ids.map(keyOf));

/** One page of what lies there, in the order of names. */
export async function listUploads(bucket: R2Bucket, after: string, limit: number) {
  const start = after === '' ? {} : { startAfter: keyOf(after) };
  const listed = await bucket.list({ prefix: PREFIX, limit, ...start });
  const items = listed.objects.map(({ key, uploaded }) => ({
    id: key.slice(PREFIX.length),
    storedAt: uploaded.getTime(),
  }));
  return { items, next: listed.truncated ? (items.at(-1)?.id ?? null) : null };
}

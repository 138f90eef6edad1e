/**
 * Audio of message campaigns in R2, as it was uploaded: no patient data, so it is not sealed, and whoever has its address may hear
 * it. An object is written once and never changed. What lies there says its own type.
 */
import type { AudioFormat } from '../domain/intake/state.ts';

export const AUDIO_TYPES: Readonly<Record<AudioFormat, string>> = { mp3: 'audio/mpeg', wav: 'audio/wav' };

const mediaKey = (id: string): string => `media/${id}`;

export async function putMediaAudio(bucket: R2Bucket, id: string, format: AudioFormat, audio: ArrayBuffer) {
  await bucket.put(mediaKey(id), audio, { httpMetadata: { contentType: AUDIO_TYPES[format] } });
}

export interface MediaAudio {
  readonly bytes: number;
  readonly contentType: string;
}

/** Null: nothing lies there. */
export async function headMediaAudio(bucket: R2Bucket, id: string): Promise<MediaAudio | null> {
  const head = await bucket.head(mediaKey(id));
  if (head === null) return null;
  return { bytes: head.size, contentType: head.httpMetadata?.contentType ?? AUDIO_TYPES.mp3 };
}

/** Bytes `from` to `to`, both included. Null: it went meanwhile. */
export async function readMediaAudio(
  bucket: R2Bucket,
  id: string,
  from: number,
  to: number,
): Promise<ReadableStream | null> {
  const object = await bucket.get(mediaKey(id), { range: { offset: from, length: to - from + 1 } });
  return object?.body ?? null;
}

export const deleteMediaAudio = (bucket: R2Bucket, id: string): Promise<void> => bucket.delete(mediaKey(id));

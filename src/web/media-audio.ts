/**
 * Uploaded audio over HTTP: to staff by its id, and to Telnyx by an address only we can make (`store/media-link.ts`). No patient
 * data is in it; it is played to patients, and never changes.
 */
import { AUDIO_TYPES, headMediaAudio, readMediaAudio } from '../store/media-bucket.ts';
import { opensMedia } from '../store/media-link.ts';
import type { AppContext } from './context.ts';
import { notFound, Problem } from './errors.ts';
import { parseRange } from './recording-audio.ts';

const MEDIA_ID = /^med_[0-9a-f-]{36}$/;

/** `GET /media/{id}/{hmac}`: whoever cannot show the hash learns nothing, not even that there is such an audio. */
export async function publicMedia(c: AppContext): Promise<Response> {
  const { id = '', hmac = '' } = c.req.param();
  if (!MEDIA_ID.test(id) || !opensMedia(c.get('config').keyRing, id, hmac)) throw notFound();
  return answerMedia(c, id, 'public, max-age=31536000, immutable');
}

export async function answerMedia(c: AppContext, id: string, cacheControl: string): Promise<Response> {
  const audio = await headMediaAudio(c.env.BUCKET, id);
  if (audio === null) throw notFound();
  const { bytes, contentType } = audio;
  const range = c.req.header('If-Range') === undefined ? parseRange(c.req.header('Range'), bytes) : null;
  if (range === 'unsatisfiable')
    throw new Problem(416, 'range_not_satisfiable', { headers: { 'Content-Range': `bytes */${bytes}` } });
  const { from, to } = range ?? { from: 0, to: bytes - 1 };
  // The name is ours, not that of the upload (SE-24).
  const ending = contentType === AUDIO_TYPES.wav ? 'wav' : 'mp3';
  const headers = new Headers({
    'Accept-Ranges': 'bytes',
    'Cache-Control': cacheControl,
    'Content-Type': contentType,
    'Content-Length': String(to - from + 1),
    'Content-Disposition': `inline; filename="${id}.${ending}"`,
  });
  if (range !== null) headers.set('Content-Range', `bytes ${from}-${to}/${bytes}`);
  const status = range === null ? 200 : 206;
  if (c.req.method === 'HEAD') return new Response(null, { status, headers });
  const body = await readMediaAudio(c.env.BUCKET, id, from, to);
  if (body === null) throw notFound();
  return new Response(body, { status, headers });
}

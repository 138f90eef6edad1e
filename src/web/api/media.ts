/**
 * /api/media: the audio that message campaigns play. Whoever starts a campaign answers for what it says (TC-25); here it is only seen to
 * that it is audio, and short enough to be heard out.
 */
import * as z from 'zod';
import { AudioProbe } from '../../domain/audio/audio-probe.ts';
import type { AudioFormat } from '../../domain/intake/state.ts';
import { log } from '../../log.ts';
import { deleteMedia, getMedia, insertMedia, listMedia, type Media } from '../../store/media.ts';
import { deleteMediaAudio, putMediaAudio } from '../../store/media-bucket.ts';
import { checkInput, invalidField } from '../check-input.ts';
import { notFound, Problem } from '../errors.ts';
import { answerMedia } from '../media-audio.ts';
import { cursorText, pageCursor } from '../page-cursor.ts';
import { readUpload, type UploadedFile } from '../read-upload.ts';
import { type Route, route } from '../route.ts';
import { count, idOf, listOf, moment } from './answer-fields.ts';
import { DEFAULT_LIMIT, limit, line } from './fields.ts';

const MAX_BYTES = 10 * 1024 * 1024;
/** TC-04. The end of a message is waited for a little longer than that (`domain/intake/play-message.ts`). */
const MAX_SECONDS = 60;

const listeners = { roles: ['admin', 'clinician', 'intake', 'operator'], phi: false } as const;
const runners = { roles: ['admin', 'operator'], phi: false } as const;
const one = z.strictObject({ media_id: z.string().regex(/^med_[0-9a-f-]{36}$/) });
const form = z.strictObject({ name: line(100) });

const mediaAnswer = z
  .strictObject({
    media_id: idOf('med'),
    name: z.string(),
    format: z.enum(['mp3', 'wav']),
    bytes: count,
    sha256: z.string(),
    duration_seconds: z.number(),
    created_by: z.string(),
    created_at: moment,
  })
  .meta({ id: 'Media' });

const mediaJson = ({
  id,
  name,
  format,
  bytes,
  sha256,
  durationMs,
  createdBy,
  createdAt,
}: Media): z.infer<typeof mediaAnswer> => ({
  ...{ media_id: id, name, format, bytes, sha256, duration_seconds: durationMs / 1000 },
  ...{ created_by: createdBy, created_at: new Date(createdAt).toISOString() },
});

const upload = route(
  {
    ...runners,
    method: 'POST',
    path: '/api/media',
    audit: 'media.create',
    summary: 'Upload the audio of a message: MP3 or WAV, at most 60 seconds',
    answers: { 201: mediaAnswer },
    reads: { form, maxBytes: MAX_BYTES },
  },
  async ({ c, env, db, actor, now, newId, made }) => {
    const { file, fields } = await readUpload(c.req.raw, MAX_BYTES);
    const { name } = checkInput(form, Object.fromEntries(fields));
    const { format, durationMs } = probed(file);
    const audio = await new Blob(file.pieces as Uint8Array<ArrayBuffer>[]).arrayBuffer();
    const sha256 = new Uint8Array(await crypto.subtle.digest('SHA-256', audio)).toHex();
    const before = await made('med', (id) => getMedia(db, id));
    if (before !== null) return c.json(mediaJson(before), 201, { Location: `/api/media/${before.id}` });
    const id = newId('med');
    const stored: Media = {
      ...{ id, name, format, bytes: audio.byteLength, sha256, durationMs },
      ...{ createdBy: actor.name, createdAt: now },
    };
    // The audio first: a row without it would be a campaign without its message.
    await putMediaAudio(env.BUCKET, id, format, audio);
    await insertMedia(db, stored);
    return c.json(mediaJson(stored), 201, { Location: `/api/media/${id}` });
  },
);

/** By its bytes; what it is called proves nothing (SE-24). */
function probed({ pieces }: UploadedFile): { format: AudioFormat; durationMs: number } {
  const probe = new AudioProbe();
  for (const piece of pieces) probe.push(piece);
  const format = probe.end();
  if (format === 'none' || probe.durationMs === 0)
    throw invalidField('/file', 'not_audio', 'An MP3 or WAV file with sound.');
  if (probe.durationMs > MAX_SECONDS * 1000)
    throw invalidField('/file', 'too_long', `At most ${MAX_SECONDS} seconds: nobody hears out more.`);
  return { format, durationMs: probe.durationMs };
}

const list = route(
  {
    ...{ ...listeners, method: 'GET', path: '/api/media', audit: 'media.list' },
    summary: 'List uploaded audio, newest first',
    answers: { 200: listOf(mediaAnswer) },
    query: z.strictObject({ limit, cursor: pageCursor('med').optional() }),
  },
  async ({ query, db, c }) => {
    const page = { limit: query.limit ?? DEFAULT_LIMIT, cursor: query.cursor ?? null };
    const { items, nextCursor } = await listMedia(db, page);
    return c.json({ items: items.map(mediaJson), next_cursor: cursorText(nextCursor) });
  },
);

const read = route(
  {
    ...listeners,
    method: 'GET',
    path: '/api/media/:media_id',
    audit: 'media.read',
    params: one,
    summary: 'Read what is known of uploaded audio',
    answers: { 200: mediaAnswer },
  },
  async ({ params, db, c }) => {
    const media = await getMedia(db, params.media_id);
    if (media === null) throw notFound();
    return c.json(mediaJson(media));
  },
);

const listen = route(
  {
    ...listeners,
    method: 'GET',
    path: '/api/media/:media_id/audio',
    audit: 'media.play',
    params: one,
    summary: 'Hear uploaded audio, whole or one byte range of it',
    answers: { 200: null, 206: null },
    types: ['audio/mpeg', 'audio/wav'],
    refusals: [416],
  },
  async ({ params, db, c }) => {
    if ((await getMedia(db, params.media_id)) === null) throw notFound();
    return answerMedia(c, params.media_id, 'private, max-age=300');
  },
);

const remove = route(
  {
    ...runners,
    method: 'DELETE',
    path: '/api/media/:media_id',
    audit: 'media.delete',
    params: one,
    summary: 'Delete uploaded audio that no campaign plays',
    answers: { 204: null },
  },
  async ({ params, db, env, c }) => {
    const id = params.media_id;
    if (!(await deleteMedia(db, id))) {
      if ((await getMedia(db, id)) === null) throw notFound();
      throw new Problem(409, 'media_in_use', { detail: 'A campaign plays it. Cancel the campaign first.' });
    }
    // The row is what counts: audio that stays behind has no address any more.
    await deleteMediaAudio(env.BUCKET, id).catch((error: Error) => log.warn('media.left', { reason: error.name }));
    return c.body(null, 204);
  },
);

export const mediaRoutes: readonly Route[] = [upload, list, read, listen, remove];

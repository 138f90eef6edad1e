/** Uploaded audio over HTTP: whole or one byte range of it, opened chunk by chunk while it is sent, kept by nobody on the way (RC-10). */
import { log } from '../log.ts';
import { dataKeyOf } from '../store/patient-keys.ts';
import { readUploadedAudio, UPLOAD_TYPES, UploadUnreadable } from '../store/transcription-bucket.ts';
import type { Transcription } from '../store/transcriptions.ts';
import { Problem } from './errors.ts';
import { parseRange } from './recording-audio.ts';
import type { Ask } from './route.ts';
import { whatToDo } from './transcription-words.ts';

export async function answerUploadedAudio({ c, env, config }: Ask, item: Transcription): Promise<Response> {
  const { id, bytes, format } = item;
  const range = c.req.header('If-Range') === undefined ? parseRange(c.req.header('Range'), bytes) : null;
  if (range === 'unsatisfiable')
    throw new Problem(416, 'range_not_satisfiable', { headers: { 'Content-Range': `bytes */${bytes}` } });
  const { from, to } = range ?? { from: 0, to: bytes - 1 };
  const headers = new Headers({
    'Accept-Ranges': 'bytes',
    'Cache-Control': 'no-store',
    'Content-Type': UPLOAD_TYPES[format],
    'Content-Length': String(to - from + 1),
    // The name is ours: that of the upload may be a patient's.
    'Content-Disposition': `inline; filename="${id}.${format}"`,
  });
  if (range !== null) headers.set('Content-Range', `bytes ${from}-${to}/${bytes}`);
  const status = range === null ? 200 : 206;
  if (c.req.method === 'HEAD') return new Response(null, { status, headers });
  const audio = await opened(async () =>
    readUploadedAudio(env.BUCKET, item, await dataKeyOf(config.keyRing, id), from, to),
  );
  const first = await opened(() => audio.next());
  const sized = new FixedLengthStream(to - from + 1);
  void send(id, first, audio, sized.writable.getWriter());
  return new Response(sized.readable, { status, headers });
}

async function opened<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof UploadUnreadable)) throw error;
    throw new Problem(500, error.code, { detail: whatToDo(error.code) });
  }
}

/** Whoever listens may stop at any moment; only damage is worth a word. */
async function send(
  id: string,
  first: IteratorResult<Uint8Array, void>,
  rest: AsyncGenerator<Uint8Array, void>,
  writer: WritableStreamDefaultWriter<Uint8Array>,
): Promise<void> {
  try {
    for (let piece = first; !piece.done; piece = await rest.next()) await writer.write(piece.value);
    await writer.close();
  } catch (error) {
    if (error instanceof UploadUnreadable)
      log.error('transcription.unreadable', { transcription_id: id, code: error.code });
    await writer.abort(error).catch(() => undefined);
  } finally {
    await rest.return();
  }
}

/** The form of a transcription request off the wire, and its answer onto it. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type AudioForm, type AudioTranscriptions, mostFormBytes } from './audio-transcriptions.ts';

export async function serveTranscription(
  transcriptions: AudioTranscriptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const form = await readForm(request);
  if (form === null) {
    response.writeHead(413, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ error: { message: 'Maximum content size limit exceeded.', code: null } }));
    return;
  }
  const reply = await transcriptions.answer(request.headers.authorization, form);
  // One that hangs holds its line open until the other end gives up.
  if (reply === null) return;
  response.writeHead(reply.status, reply.headers);
  response.end(reply.body);
}

/** Null: it is too long. */
async function readForm(request: IncomingMessage): Promise<AudioForm | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > mostFormBytes) return null;
    chunks.push(chunk);
  }
  const type = request.headers['content-type'] ?? '';
  const body = new Response(new Blob(chunks as Uint8Array<ArrayBuffer>[]), { headers: { 'content-type': type } });
  const form = await body.formData().catch(() => new FormData());
  const text = (name: string): string | null => {
    const value = form.get(name);
    return typeof value === 'string' ? value : null;
  };
  const file = form.get('file');
  return {
    file:
      file === null || typeof file === 'string'
        ? null
        : { name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) },
    ...{ model: text('model'), language: text('language'), responseFormat: text('response_format') },
  };
}

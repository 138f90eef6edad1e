/** Bodies with a limit that also holds for those that do not tell their length: reading stops at the first byte too many. */
import { Problem, tooLarge } from './errors.ts';

/** null: longer than `maxBytes`. */
export async function readBytes(request: Request, maxBytes: number): Promise<Uint8Array | null> {
  if (Number(request.headers.get('Content-Length') ?? 0) > maxBytes) return null;
  if (request.body === null) return new Uint8Array(0);
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = request.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.byteLength;
    if (length > maxBytes) {
      await reader.cancel();
      return null;
    }
    chunks.push(value);
  }
  // A small one comes in one piece.
  const [only] = chunks;
  if (chunks.length === 1 && only !== undefined) return only;
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}

export const isJsonType = (request: Request): boolean =>
  /^application\/json\s*(;|$)/i.test(request.headers.get('Content-Type') ?? '');

/** undefined: not JSON in UTF-8. */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes));
  } catch {
    return undefined;
  }
}

/** Of what is no list and no file. */
export const API_BODY_MAX_BYTES = 64 * 1024;

export async function readJson(request: Request, maxBytes = API_BODY_MAX_BYTES): Promise<unknown> {
  const bytes = await readBytes(request, maxBytes);
  if (bytes === null) throw tooLarge(maxBytes);
  if (!isJsonType(request)) throw new Problem(415, 'not_json_type');
  const body = parseJson(bytes);
  if (body === undefined) throw new Problem(400, 'not_json');
  return body;
}

/** What one of our forms sends, by name; of a name that comes twice the last counts. */
export async function readFields(request: Request, maxBytes = API_BODY_MAX_BYTES): Promise<Record<string, string>> {
  const bytes = await readBytes(request, maxBytes);
  if (bytes === null) throw tooLarge(maxBytes);
  const type = request.headers.get('Content-Type') ?? '';
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(type)) throw new Problem(415, 'not_form_type');
  return Object.fromEntries(new URLSearchParams(new TextDecoder().decode(bytes)));
}

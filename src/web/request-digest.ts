/**
 * What tells one request from another: method, path, query and body. Of a form it is the fields and the file, not the bytes as they came: sent
 * again it has another boundary and is the same all the same. What is read for it is held for the handler.
 */
import type { AppContext } from './context.ts';
import { tooLarge } from './errors.ts';
import { API_BODY_MAX_BYTES, readBytes } from './read-body.ts';
import { readUploadAhead } from './read-upload.ts';
import type { RouteSpec } from './route.ts';

export async function requestDigest({ reads, maxBodyBytes }: RouteSpec, c: AppContext): Promise<string> {
  // As much as the handler takes, and no more.
  const maxBytes = reads?.maxBytes ?? maxBodyBytes ?? API_BODY_MAX_BYTES;
  const { pathname, search } = new URL(c.req.url);
  const digest = new crypto.DigestStream('SHA-256');
  const writer = digest.getWriter();
  const add = (part: string | Uint8Array) =>
    writer.write(typeof part === 'string' ? new TextEncoder().encode(part) : part);
  await add(`${JSON.stringify([c.req.method, pathname, search])}\n`);
  const isForm = reads?.form !== undefined && /^multipart\/form-data\s*;/i.test(c.req.header('Content-Type') ?? '');
  for (const part of isForm ? await partsOf(c, maxBytes) : [await bodyOf(c, maxBytes)]) await add(part);
  await writer.close();
  return new Uint8Array(await digest.digest).toHex();
}

async function bodyOf(c: AppContext, maxBytes: number): Promise<Uint8Array> {
  const bytes = await readBytes(c.req.raw, maxBytes);
  if (bytes === null) throw tooLarge(maxBytes);
  if (bytes.length > 0) c.req.raw = new Request(c.req.raw, { body: bytes as Uint8Array<ArrayBuffer> });
  return bytes;
}

/** Each with its length before it, so that no two forms have the same bytes. */
async function partsOf(c: AppContext, maxBytes: number): Promise<(string | Uint8Array)[]> {
  const { fields, file } = await readUploadAhead(c.req.raw, maxBytes);
  const named = [...fields].sort(([a], [b]) => (a < b ? -1 : 1));
  return [`${JSON.stringify([named, file.name, file.type, file.bytes])}\n`, ...file.pieces];
}

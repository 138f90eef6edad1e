/**
 * A multipart form with one file, held in the pieces in which it came: 32 MiB are not copied about in a worker that has 128. Limits hold
 * while it is read, also for a body that does not tell its length.
 */
import {
  getMultipartBoundary,
  MaxFileSizeExceededError,
  MaxPartsExceededError,
  MaxTotalSizeExceededError,
  MultipartParseError,
  type MultipartPart,
  parseMultipartStream,
} from '@remix-run/multipart-parser';
import { invalidField } from './check-input.ts';
import { Problem, tooLarge } from './errors.ts';

export interface UploadedFile {
  readonly name: string;
  /** As the sender says; may be empty. */
  readonly type: string;
  readonly pieces: readonly Uint8Array[];
  readonly bytes: number;
}
export interface Upload {
  readonly fields: ReadonlyMap<string, string>;
  readonly file: UploadedFile;
}

const MAX_FIELD_BYTES = 64 * 1024;
const MAX_PARTS = 20;
const MAX_FIELDS_BYTES = 256 * 1024;

/** Forms that were read before their handler asked for them (`request-digest.ts`). */
const read = new WeakMap<Request, Upload>();

export async function readUploadAhead(request: Request, maxFileBytes: number): Promise<Upload> {
  const upload = await readUpload(request, maxFileBytes);
  read.set(request, upload);
  return upload;
}

/** The field named `file` is the file; the others are text. */
export async function readUpload(request: Request, maxFileBytes: number): Promise<Upload> {
  const known = read.get(request);
  if (known !== undefined) {
    if (known.file.bytes > maxFileBytes) throw tooLarge(maxFileBytes);
    return known;
  }
  const type = request.headers.get('Content-Type') ?? '';
  const boundary = /^multipart\/form-data\s*;/i.test(type) ? getMultipartBoundary(type) : null;
  if (boundary === null || !/^[ -~]{1,70}$/.test(boundary))
    throw new Problem(415, 'not_multipart', {
      detail: 'Send a form (multipart/form-data) with the file in the field file.',
    });
  const maxBytes = maxFileBytes + MAX_FIELDS_BYTES;
  if (request.body === null) throw malformed();
  if (Number(request.headers.get('Content-Length') ?? 0) > maxBytes) throw tooLarge(maxFileBytes);
  const fields = new Map<string, string>();
  let file: UploadedFile | null = null;
  try {
    const limits = { maxFileSize: maxFileBytes, maxParts: MAX_PARTS, maxTotalSize: maxBytes };
    for await (const part of parseMultipartStream(request.body, { boundary, ...limits })) {
      const name = part.name ?? '';
      if (name === 'file') {
        if (file !== null) throw invalidField('/file', 'more_than_one', 'Send one file at a time.');
        if (!part.isFile) throw invalidField('/file', 'not_a_file', 'It has to be sent as a file, with its name.');
        file = fileOf(part);
      } else {
        if (fields.has(name)) throw invalidField(pointerTo(name), 'more_than_one', 'This field is there twice.');
        fields.set(name, textOf(part));
      }
    }
  } catch (error) {
    throw problemFor(error, maxFileBytes);
  }
  if (file === null) throw invalidField('/file', 'missing', 'This field is required.');
  return { fields, file };
}

const fileOf = (part: MultipartPart): UploadedFile => ({
  name: part.filename ?? '',
  type: part.mediaType ?? '',
  pieces: part.content,
  bytes: part.content.reduce((sum, { length }) => sum + length, 0),
});

function textOf(part: MultipartPart): string {
  if (part.size > MAX_FIELD_BYTES) throw tooLarge(MAX_FIELD_BYTES);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(part.bytes);
  } catch {
    throw invalidField(pointerTo(part.name ?? ''), 'not_utf8', 'This field is not text in UTF-8.');
  }
}

const pointerTo = (name: string): string => `/${name.slice(0, 64).replaceAll('~', '~0').replaceAll('/', '~1')}`;

function problemFor(error: unknown, maxFileBytes: number): unknown {
  if (error instanceof MaxPartsExceededError)
    return new Problem(413, 'too_large', { detail: `A form has at most ${MAX_PARTS} fields. Leave the others out.` });
  if (error instanceof MaxFileSizeExceededError || error instanceof MaxTotalSizeExceededError)
    return tooLarge(maxFileBytes);
  return error instanceof MultipartParseError ? malformed() : error;
}

const malformed = () => new Problem(400, 'not_multipart');

/** A field that holds JSON, as JSON bodies do; undefined: it is not there. */
export function jsonField({ fields }: Upload, name: string): unknown {
  const text = fields.get(name);
  if (text === undefined || text.trim() === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw invalidField(pointerTo(name), 'not_json', 'This field holds JSON.');
  }
}

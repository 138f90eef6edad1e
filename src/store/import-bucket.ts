/**
 * Uploaded lists in R2 (`imports/<id>`) until they are read, as UTF-8, sealed under the import's own key. Read by the piece from any
 * byte on, so that a reader that was stopped goes on where it stood.
 */
import { putInParts } from './put-in-parts.ts';
import { type DataKey, SealError, type SealedPlace } from './seal.ts';
import { openObject, sealedLength, sealObject } from './sealed-object.ts';

const PREFIX = 'imports/';

const keyOf = (importId: string): string => `${PREFIX}${importId}`;
const place = (importId: string): SealedPlace => ({ table: 'imports', column: 'file', row: importId });

/** How many bytes it is in clear. */
export async function putList(
  bucket: R2Bucket,
  importId: string,
  dataKey: DataKey,
  text: AsyncIterable<Uint8Array>,
): Promise<number> {
  let bytes = 0;
  async function* counted(): AsyncGenerator<Uint8Array, void> {
    for await (const piece of text) {
      bytes += piece.length;
      yield piece;
    }
  }
  await putInParts(bucket, keyOf(importId), sealObject(dataKey, place(importId), counted()), {});
  return bytes;
}

/** `file_missing`: it is not there, or not as long as it was; `file_damaged`: it does not open. */
class ListUnreadable extends Error {
  override readonly name = 'ListUnreadable';
  readonly code: 'file_missing' | 'file_damaged';
  constructor(code: ListUnreadable['code']) {
    super(code);
    this.code = code;
  }
}

/** Bytes `from` up to `until` (not included). */
export async function readList(
  bucket: R2Bucket,
  { id, bytes }: { readonly id: string; readonly bytes: number },
  dataKey: DataKey,
  from: number,
  until: number,
): Promise<Uint8Array> {
  const read = async (offset: number, length: number) => {
    const object = await bucket.get(keyOf(id), { range: { offset, length } });
    if (object === null || object.size !== sealedLength(bytes)) throw new ListUnreadable('file_missing');
    return object.body;
  };
  const clear = new Uint8Array(until - from);
  let held = 0;
  try {
    for await (const piece of openObject({ dataKey, place: place(id), bytes, read }, from, until - 1)) {
      clear.set(piece, held);
      held += piece.length;
    }
  } catch (error) {
    throw error instanceof SealError ? new ListUnreadable('file_damaged') : error;
  }
  return clear;
}

export const deleteLists = (bucket: R2Bucket, importIds: readonly string[]): Promise<void> =>
  bucket.delete(importIds.map(keyOf));

/** One page of what lies there, in the order of names. */
export async function listLists(bucket: R2Bucket, after: string, limit: number) {
  const start = after === '' ? {} : { startAfter: keyOf(after) };
  const listed = await bucket.list({ prefix: PREFIX, limit, ...start });
  const items = listed.objects.map(({ key, uploaded }) => ({
    id: key.slice(PREFIX.length),
    storedAt: uploaded.getTime(),
  }));
  return { items, next: listed.truncated ? (items.at(-1)?.id ?? null) : null };
}

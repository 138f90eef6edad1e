/**
 * Long objects sealed in chunks, so that they stream and any part opens alone (design: R2 audio). Layout:
 * `TEI1` | salt 16 | nonce prefix 7 | chunk | chunk …, each chunk 64 KiB of the object and 16 bytes of tag, the last one shorter.
 * Nonce = prefix | index, 4 bytes | 1 for the last chunk, else 0: no chunk can be moved, dropped or cut off unnoticed.
 */
import {
  type DataKey,
  NONCE_BYTES,
  newSalt,
  OBJECT_SALT_BYTES,
  objectKey,
  openChunk,
  SealError,
  type SealedPlace,
  sealChunk,
  TAG_BYTES,
} from './seal.ts';

export const CHUNK_BYTES = 64 * 1024;
const SEALED_CHUNK_BYTES = CHUNK_BYTES + TAG_BYTES;
const MAGIC = new TextEncoder().encode('TEI1');
const PREFIX_BYTES = NONCE_BYTES - 5;
export const HEADER_BYTES = MAGIC.length + OBJECT_SALT_BYTES + PREFIX_BYTES;

const chunkCount = (bytes: number): number => Math.max(1, Math.ceil(bytes / CHUNK_BYTES));

/** Of an object of so many bytes, sealed. */
export const sealedLength = (bytes: number): number => HEADER_BYTES + bytes + chunkCount(bytes) * TAG_BYTES;

/** The other way round: how long the object is that is so long sealed. */
export const clearLength = (sealedBytes: number): number => {
  const body = sealedBytes - HEADER_BYTES;
  return body - Math.ceil(body / SEALED_CHUNK_BYTES) * TAG_BYTES;
};

function nonceOf(prefix: Uint8Array, index: number, isLast: boolean): Uint8Array {
  const nonce = new Uint8Array(NONCE_BYTES);
  nonce.set(prefix, 0);
  new DataView(nonce.buffer).setUint32(PREFIX_BYTES, index);
  nonce[NONCE_BYTES - 1] = isLast ? 1 : 0;
  return nonce;
}

/** Holds one chunk at a time, whatever the sizes of the pieces that come. */
export async function* sealObject(
  dataKey: DataKey,
  place: SealedPlace,
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void> {
  const salt = newSalt();
  const prefix = newSalt().subarray(0, PREFIX_BYTES);
  const key = objectKey(dataKey, salt, place);
  const header = new Uint8Array(HEADER_BYTES);
  header.set(MAGIC, 0);
  header.set(salt, MAGIC.length);
  header.set(prefix, MAGIC.length + OBJECT_SALT_BYTES);
  yield header;
  const chunk = new Uint8Array(CHUNK_BYTES);
  let held = 0;
  let index = 0;
  for await (const piece of source) {
    let taken = 0;
    while (taken < piece.length) {
      // A full chunk waits for one byte more: only then it is not the last.
      if (held === CHUNK_BYTES) {
        yield sealChunk(key, nonceOf(prefix, index, false), chunk);
        index += 1;
        held = 0;
      }
      const part = piece.subarray(taken, taken + CHUNK_BYTES - held);
      chunk.set(part, held);
      held += part.length;
      taken += part.length;
    }
  }
  yield sealChunk(key, nonceOf(prefix, index, true), chunk.subarray(0, held));
}

/** Reads part of the stored object: so many bytes from an offset, as they are stored. */
export type ReadStored = (offset: number, length: number) => Promise<AsyncIterable<Uint8Array>>;

export interface SealedObject {
  readonly dataKey: DataKey;
  readonly place: SealedPlace;
  /** Its length in clear, as was written down when it was stored. */
  readonly bytes: number;
  readonly read: ReadStored;
}

/** Bytes `from` to `to` (included) in clear, chunk by chunk; only the chunks that hold them are read and opened. */
export async function* openObject(
  { dataKey, place, bytes, read }: SealedObject,
  from: number,
  to: number,
): AsyncGenerator<Uint8Array, void> {
  const first = Math.floor(from / CHUNK_BYTES);
  const last = Math.floor(to / CHUNK_BYTES);
  const final = chunkCount(bytes) - 1;
  const start = HEADER_BYTES + first * SEALED_CHUNK_BYTES;
  const end = Math.min(HEADER_BYTES + (last + 1) * SEALED_CHUNK_BYTES, sealedLength(bytes));
  // From the beginning header and chunks are one read; from further on they are two.
  const stored = pieces(await read(first === 0 ? 0 : start, first === 0 ? end : end - start));
  try {
    const header = first === 0 ? await stored.take(HEADER_BYTES) : await headerOf(read);
    if (!MAGIC.every((byte, i) => header[i] === byte)) throw notWhole();
    const salt = header.subarray(MAGIC.length, MAGIC.length + OBJECT_SALT_BYTES);
    const prefix = header.subarray(MAGIC.length + OBJECT_SALT_BYTES);
    const key = objectKey(dataKey, salt, place);
    for (let index = first; index <= last; index += 1) {
      const length = index < final ? SEALED_CHUNK_BYTES : bytes - final * CHUNK_BYTES + TAG_BYTES;
      const chunk = openChunk(key, nonceOf(prefix, index, index === final), await stored.take(length));
      const base = index * CHUNK_BYTES;
      yield chunk.subarray(Math.max(0, from - base), Math.min(chunk.length, to - base + 1));
    }
  } finally {
    // Whoever listens may go before the end.
    await stored.letGo();
  }
}

async function headerOf(read: ReadStored): Promise<Uint8Array> {
  const stored = pieces(await read(0, HEADER_BYTES));
  try {
    return await stored.take(HEADER_BYTES);
  } finally {
    await stored.letGo();
  }
}

const notWhole = () => new SealError('not_openable', 'a sealed object is not whole');

/** Exactly so many bytes at a time from pieces of any size. */
function pieces(source: AsyncIterable<Uint8Array>) {
  const iterator = source[Symbol.asyncIterator]();
  let rest = new Uint8Array(0);
  return {
    take: async (length: number): Promise<Uint8Array> => {
      const taken = new Uint8Array(length);
      let held = 0;
      while (held < length) {
        if (rest.length === 0) {
          const next = await iterator.next();
          if (next.done) throw notWhole();
          rest = new Uint8Array(next.value);
          continue;
        }
        const part = rest.subarray(0, length - held);
        taken.set(part, held);
        held += part.length;
        rest = rest.subarray(part.length);
      }
      return taken;
    },
    letGo: async (): Promise<void> => {
      await iterator.return?.();
    },
  };
}

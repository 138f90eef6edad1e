/** Long objects in chunks: they come back as they were, any range alone, and nothing that was tampered with opens (HS-04, HS-07). */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newDataKey, SealError } from '../../src/store/seal.ts';
import { CHUNK_BYTES, HEADER_BYTES, openObject, sealedLength, sealObject } from '../../src/store/sealed-object.ts';
import { givenBytes, glued, inPieces, joined } from '../support/given-bytes.ts';

const TAG = 16;
const SEALED_CHUNK = CHUNK_BYTES + TAG;
const place = { table: 'recordings', column: 'audio', row: 'rec_1' };
const dataKey = newDataKey();

const sealed = (bytes: Uint8Array, row = 'rec_1', sizes: readonly number[] = [5000]) =>
  joined(sealObject(dataKey, { ...place, row }, inPieces(bytes, ...sizes)));

interface Reading {
  readonly key?: Uint8Array;
  readonly row?: string;
  /** How long the object is said to be. */
  readonly bytes: number;
  readonly from?: number;
  readonly to?: number;
}
/** Opens a stored object, whose parts come in pieces of odd sizes. */
function opening(stored: Uint8Array, { key = dataKey, row = 'rec_1', bytes, from = 0, to = bytes - 1 }: Reading) {
  const reads: { offset: number; length: number }[] = [];
  let ended = 0;
  const read = async (offset: number, length: number) => {
    reads.push({ offset, length });
    return (async function* () {
      try {
        yield* inPieces(stored.subarray(offset, offset + length), 1000, 1, 40_000);
      } finally {
        ended += 1;
      }
    })();
  };
  const clear = openObject({ dataKey: key, place: { ...place, row }, bytes, read }, from, to);
  return { clear, reads, ended: () => ended };
}
const opened = (stored: Uint8Array, reading: Reading) => joined(opening(stored, reading).clear);

/** What was given before it broke off, and why it did. */
async function broken(stored: Uint8Array, reading: Reading): Promise<{ given: number; error: unknown }> {
  let given = 0;
  try {
    for await (const piece of opening(stored, reading).clear) given += piece.length;
  } catch (error) {
    return { given, error };
  }
  return { given, error: null };
}
const refused = (given = 0) => ({ given, error: expect.any(SealError) });

const LENGTHS = [1, 2, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES, 3 * CHUNK_BYTES + 777];

describe('a sealed object', () => {
  it.each(LENGTHS)('of %i bytes comes back as it was, whatever pieces it came in', async (length) => {
    const bytes = givenBytes(length);
    for (const sizes of [[length], [1000, 1, 65_536, 3], [CHUNK_BYTES], [CHUNK_BYTES + 1]]) {
      const stored = await sealed(bytes, 'rec_1', sizes);
      expect(stored.length).toBe(sealedLength(length));
      expect(await opened(stored, { bytes: length })).toEqual(bytes);
    }
  });

  it('of nothing is a header and one empty chunk, and opens as nothing', async () => {
    const stored = await sealed(new Uint8Array(0));
    expect([stored.length, sealedLength(0)]).toEqual([HEADER_BYTES + TAG, HEADER_BYTES + TAG]);
    expect(await opened(stored, { bytes: 0, from: 0, to: 0 })).toEqual(new Uint8Array(0));
    expect(await opened(stored, { bytes: 0, from: 0, to: -1 })).toEqual(new Uint8Array(0));
  });

  it('takes pieces of nothing for nothing, also at the end of a full chunk', async () => {
    const bytes = givenBytes(2 * CHUNK_BYTES);
    async function* withGaps() {
      for await (const piece of inPieces(bytes, CHUNK_BYTES)) yield* [new Uint8Array(0), piece, new Uint8Array(0)];
    }
    const stored = await joined(sealObject(dataKey, place, withGaps()));
    expect(stored.length).toBe(sealedLength(bytes.length));
    expect(await opened(stored, { bytes: bytes.length })).toEqual(bytes);
  });

  it('is never sealed alike twice', async () => {
    const bytes = givenBytes(1000);
    const [first, second] = [await sealed(bytes), await sealed(bytes)];
    const alike = first.filter((byte, i) => byte === second[i]).length;
    expect(first.subarray(4, HEADER_BYTES)).not.toEqual(second.subarray(4, HEADER_BYTES));
    expect(alike).toBeLessThan(100);
  });

  it('shows nothing in clear', async () => {
    const words = new TextEncoder().encode('CANARY my chest hurts ');
    const bytes = new Uint8Array(CHUNK_BYTES + 500).map((_, i) => words[i % words.length] as number);
    const text = new TextDecoder('latin1').decode(await sealed(bytes));
    expect(text).not.toMatch(/CANARY|chest|hurts|rec_1|recordings/);
  });

  it('whose source fails gives the failure on, and no last chunk', async () => {
    async function* failing() {
      yield givenBytes(CHUNK_BYTES + 10);
      throw new Error('cut off');
    }
    let given = 0;
    const sealing = async () => {
      for await (const piece of sealObject(dataKey, place, failing())) given += piece.length;
    };
    await expect(sealing()).rejects.toThrow('cut off');
    expect(given).toBe(HEADER_BYTES + SEALED_CHUNK);
  });
});

describe('a range', () => {
  const bytes = givenBytes(3 * CHUNK_BYTES + 777);
  const edges = [0, 1, 1, 2, 3].flatMap((n) => [n * CHUNK_BYTES - 1, n * CHUNK_BYTES, n * CHUNK_BYTES + 1]);
  const anywhere = fc.oneof(
    fc.constantFrom(...edges.filter((at) => at >= 0), bytes.length - 1, bytes.length - 2),
    fc.nat({ max: bytes.length - 1 }),
  );

  it('is the slice of what was sealed, wherever it begins and ends', async () => {
    const stored = await sealed(bytes);
    await fc.assert(
      fc.asyncProperty(anywhere, anywhere, async (one, other) => {
        const [from, to] = [Math.min(one, other), Math.max(one, other)];
        const part = await opened(stored, { bytes: bytes.length, from, to });
        expect(part.length).toBe(to - from + 1);
        expect(part).toEqual(bytes.subarray(from, to + 1));
      }),
      { numRuns: 100 },
    );
  });

  it('reads the chunks that hold it and no other', async () => {
    const stored = await sealed(bytes);
    const readsOf = async (from: number, to: number) => {
      const { clear, reads } = opening(stored, { bytes: bytes.length, from, to });
      await joined(clear);
      return reads;
    };
    const chunkAt = (index: number) => HEADER_BYTES + index * SEALED_CHUNK;
    const header = { offset: 0, length: HEADER_BYTES };
    expect(await readsOf(0, 0)).toEqual([{ offset: 0, length: HEADER_BYTES + SEALED_CHUNK }]);
    expect(await readsOf(0, CHUNK_BYTES)).toEqual([{ offset: 0, length: HEADER_BYTES + 2 * SEALED_CHUNK }]);
    expect(await readsOf(CHUNK_BYTES, 2 * CHUNK_BYTES - 1)).toEqual([
      { offset: chunkAt(1), length: SEALED_CHUNK },
      header,
    ]);
    expect(await readsOf(2 * CHUNK_BYTES - 1, 2 * CHUNK_BYTES)).toEqual([
      { offset: chunkAt(1), length: 2 * SEALED_CHUNK },
      header,
    ]);
    expect(await readsOf(bytes.length - 1, bytes.length - 1)).toEqual([
      { offset: chunkAt(3), length: 777 + TAG },
      header,
    ]);
    expect(await readsOf(0, bytes.length - 1)).toEqual([{ offset: 0, length: sealedLength(bytes.length) }]);
  });

  it.each([
    ['the beginning', 0],
    ['further on', CHUNK_BYTES + 5],
  ])('from %s that nobody listens to any more lets go of what is stored', async (_, from) => {
    const { clear, reads, ended } = opening(await sealed(bytes), { bytes: bytes.length, from });
    await clear.next();
    await clear.return();
    expect(ended()).toBe(reads.length);
  });
});

describe('what was tampered with', () => {
  const small = givenBytes(60);
  const large = givenBytes(2 * CHUNK_BYTES + 300);
  const chunkOf = (stored: Uint8Array, index: number) =>
    stored.slice(HEADER_BYTES + index * SEALED_CHUNK, HEADER_BYTES + (index + 1) * SEALED_CHUNK);

  it('by any bit of it does not open', async () => {
    const stored = await sealed(small);
    for (let bit = 0; bit < stored.length * 8; bit += 1) {
      const flipped = stored.slice();
      flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(await broken(flipped, { bytes: small.length }), `bit ${bit}`).toEqual(refused());
    }
  });

  it('in its second chunk gives the first, which is whole, and not a byte of the second', async () => {
    const stored = await sealed(large);
    for (const at of [0, 1, 40_000, SEALED_CHUNK - 1]) {
      const flipped = stored.slice();
      const index = HEADER_BYTES + SEALED_CHUNK + at;
      flipped[index] = (flipped[index] as number) ^ 1;
      expect(await broken(flipped, { bytes: large.length })).toEqual(refused(CHUNK_BYTES));
      expect(await broken(flipped, { bytes: large.length, from: CHUNK_BYTES + 9 })).toEqual(refused());
    }
  });

  it('by a change of places among its chunks does not open', async () => {
    const stored = await sealed(large);
    const [header, first, second, last] = [stored.slice(0, HEADER_BYTES), 0, 1, 2].map((part) =>
      typeof part === 'number' ? chunkOf(stored, part) : part,
    ) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
    const { length: bytes } = large;
    expect(await broken(await glued(header, second, first, last), { bytes })).toEqual(refused());
    expect(await broken(await glued(header, first, first, last), { bytes })).toEqual(refused(CHUNK_BYTES));
  });

  it('by the loss of its last chunk does not open to its end, whatever length it is said to have', async () => {
    const stored = await sealed(large);
    const cut = stored.slice(0, HEADER_BYTES + 2 * SEALED_CHUNK);
    expect(await broken(cut, { bytes: large.length })).toEqual(refused(2 * CHUNK_BYTES));
    expect(await broken(cut, { bytes: 2 * CHUNK_BYTES })).toEqual(refused(CHUNK_BYTES));
    const one = stored.slice(0, HEADER_BYTES + SEALED_CHUNK);
    expect(await broken(one, { bytes: CHUNK_BYTES })).toEqual(refused());
  });

  it('by a cut in the middle of a chunk or of the header does not open', async () => {
    const stored = await sealed(large);
    for (const at of [0, 3, HEADER_BYTES - 1, HEADER_BYTES, HEADER_BYTES + 100, HEADER_BYTES + SEALED_CHUNK - 1])
      expect(await broken(stored.slice(0, at), { bytes: large.length })).toEqual(refused());
    expect(await broken(stored.slice(0, -1), { bytes: large.length })).toEqual(refused(2 * CHUNK_BYTES));
    // Said to be as short as it is.
    expect(await broken(stored.slice(0, -1), { bytes: large.length - 1 })).toEqual(refused(2 * CHUNK_BYTES));
  });

  it('by bytes behind its end does not open as longer, and as what it was it opens without them', async () => {
    const stored = await sealed(small);
    const longer = await glued(stored, new Uint8Array(40));
    expect(await broken(longer, { bytes: small.length + 40 })).toEqual(refused());
    expect(await broken(await glued(stored, stored.slice(HEADER_BYTES)), { bytes: CHUNK_BYTES + 1 })).toEqual(
      refused(),
    );
    expect(await opened(longer, { bytes: small.length })).toEqual(small);
  });

  it('by the header, or a chunk, of another object of the same patient does not open', async () => {
    const [stored, other] = [await sealed(large), await sealed(large)];
    const bytes = large.length;
    const withHeader = await glued(other.slice(0, HEADER_BYTES), stored.slice(HEADER_BYTES));
    expect(await broken(withHeader, { bytes })).toEqual(refused());
    const withChunk = await glued(stored.slice(0, -300 - TAG), other.slice(-300 - TAG));
    expect(await broken(withChunk, { bytes })).toEqual(refused(2 * CHUNK_BYTES));
  });

  it('or is of another patient or another row does not open', async () => {
    const stored = await sealed(small);
    expect(await broken(stored, { bytes: small.length, key: newDataKey() })).toEqual(refused());
    expect(await broken(stored, { bytes: small.length, row: 'rec_2' })).toEqual(refused());
    expect(await broken(await sealed(small, 'rec_2'), { bytes: small.length })).toEqual(refused());
  });
});

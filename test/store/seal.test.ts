/** Sealing: opens only where it was sealed, under a key of the ring, and says nothing otherwise (HS-04). */
import { describe, expect, it } from 'vitest';
import {
  type KeyRing,
  newDataKey,
  parseKeyRing,
  type SealedPlace,
  seal,
  sealUnderRing,
  searchHash,
  searchHashes,
  unseal,
  unsealUnderRing,
  unwrapDataKey,
  wrapDataKey,
} from '../../src/store/seal.ts';

const key = (byte: number) => new Uint8Array(32).fill(byte).toBase64();
const ringOf = (text: string): KeyRing => parseKeyRing(text) as KeyRing;
const oldRing = ringOf(`k1:${key(1)}`);
const rotated = ringOf(`k2:${key(2)},k1:${key(1)}`);
const afterwards = ringOf(`k2:${key(2)}`);

const place: SealedPlace = { table: 'patients', column: 'sealed', row: 'pat_1' };
const TEXT = 'Zoë Quimby, +12025550143';

const codeOf = (work: () => unknown): unknown => {
  try {
    work();
  } catch (error) {
    expect(String(error)).not.toContain('Quimby');
    return (error as { code?: unknown }).code;
  }
  return 'opened';
};

describe('a sealed text', () => {
  const dataKey = newDataKey();
  const sealed = seal(dataKey, place, TEXT);

  it('opens where it was sealed', () => {
    expect(unseal(dataKey, place, sealed)).toBe(TEXT);
  });

  it.each(['', 'x', 'ñ'.repeat(100_000)])('may be of any length', (text) => {
    expect(unseal(dataKey, place, seal(dataKey, place, text))).toBe(text);
  });

  it('is never the same twice', () => {
    expect(seal(dataKey, place, TEXT)).not.toBe(sealed);
  });

  it.each([
    ['row', { ...place, row: 'pat_2' }],
    ['column', { ...place, column: 'name' }],
    ['table', { ...place, table: 'notes' }],
    ['place whose parts begin elsewhere', { table: 'patientss', column: 'ealed', row: 'pat_1' }],
    ['place whose parts run together', { table: 'patients\0sealed', column: 'pat', row: '_1' }],
  ])('does not open in another %s', (_, elsewhere) => {
    expect(codeOf(() => unseal(dataKey, elsewhere, sealed))).toBe('not_openable');
  });

  it('does not open under another key (HS-04)', () => {
    expect(codeOf(() => unseal(newDataKey(), place, sealed))).toBe('not_openable');
  });

  it('does not open with any bit flipped (HS-04)', () => {
    const bytes = Uint8Array.fromBase64(sealed);
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const flipped = bytes.slice();
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(codeOf(() => unseal(dataKey, place, flipped.toBase64()))).toBe('not_openable');
    }
  });

  it.each(['', 'AAAA', sealed.slice(0, 36), sealed.slice(4), `${sealed}AAAA`, '%%%', 'ü'])(
    'does not open when it is cut, stretched or no base64 (%#)',
    (text) => {
      expect(codeOf(() => unseal(dataKey, place, text))).toBe('not_openable');
    },
  );
});

describe('a wrapped data key', () => {
  const dataKey = newDataKey();
  const wrapped = wrapDataKey(oldRing, dataKey, 'pat_1');

  it('names its ring key and opens for its patient only', () => {
    expect(wrapped).toMatch(/^k1\./);
    expect(unwrapDataKey(oldRing, wrapped, 'pat_1')).toEqual(dataKey);
    expect(codeOf(() => unwrapDataKey(oldRing, wrapped, 'pat_2'))).toBe('not_openable');
  });

  it('opens after a rotation, and not when its key has left the ring', () => {
    expect(unwrapDataKey(rotated, wrapped, 'pat_1')).toEqual(dataKey);
    expect(codeOf(() => unwrapDataKey(afterwards, wrapped, 'pat_1'))).toBe('unknown_key');
    expect(wrapDataKey(rotated, dataKey, 'pat_1')).toMatch(/^k2\./);
  });

  it.each(['', 'k1', 'k1.', '.AAAA', 'k9.AAAA', 'k1.%%'])('that is malformed (%s) is refused with a code', (text) => {
    expect(['unknown_key', 'not_openable']).toContain(codeOf(() => unwrapDataKey(oldRing, text, 'pat_1')));
  });
});

describe('a text under the ring', () => {
  const sealed = sealUnderRing(oldRing, place, TEXT);

  it('opens under every ring that holds its key, in its place', () => {
    expect([unsealUnderRing(oldRing, place, sealed), unsealUnderRing(rotated, place, sealed)]).toEqual([TEXT, TEXT]);
    expect(codeOf(() => unsealUnderRing(afterwards, place, sealed))).toBe('unknown_key');
    expect(codeOf(() => unsealUnderRing(oldRing, { ...place, row: 'other' }, sealed))).toBe('not_openable');
  });
});

describe('a search hash', () => {
  it('is the same for the same value, and another for another value, field or key', () => {
    const hash = searchHash(oldRing, 'phone', '+12025550143');
    expect(searchHash(oldRing, 'phone', '+12025550143')).toBe(hash);
    expect(hash).toMatch(/^k1\.[A-Za-z0-9_-]{22}$/);
    expect(
      new Set([
        hash,
        searchHash(oldRing, 'phone', '+12025550144'),
        searchHash(oldRing, 'last_four', '+12025550143'),
        searchHash(afterwards, 'phone', '+12025550143').replace('k2', 'k1'),
      ]).size,
    ).toBe(4);
  });

  it('is made under every key of the ring, so that older rows are found', () => {
    expect(searchHashes(rotated, 'phone', '+12025550143')).toEqual([
      searchHash(rotated, 'phone', '+12025550143'),
      searchHash(oldRing, 'phone', '+12025550143'),
    ]);
  });
});

describe('parseKeyRing', () => {
  it('takes the first key as the current one', () => {
    expect(rotated.currentId).toBe('k2');
    expect([...rotated.keys.keys()]).toEqual(['k2', 'k1']);
    expect(parseKeyRing(` k1:${key(1)} , k2:${key(2)} `)?.currentId).toBe('k1');
  });

  it.each([
    ['nothing', ''],
    ['no id', key(1)],
    ['an empty id', `:${key(1)}`],
    ['an id with a dot', `k.1:${key(1)}`],
    ['an id that is too long', `${'k'.repeat(33)}:${key(1)}`],
    ['the same id twice', `k1:${key(1)},k1:${key(2)}`],
    ['31 bytes', `k1:${new Uint8Array(31).toBase64()}`],
    ['33 bytes', `k1:${new Uint8Array(33).toBase64()}`],
    ['base64url', `k1:${new Uint8Array(32).fill(255).toBase64({ alphabet: 'base64url' })}`],
    ['hex', `k1:${'ab'.repeat(32)}`],
    ['a good key and an empty part', `k1:${key(1)},`],
    ['a good key and a bad one', `k1:${key(1)},k2:short`],
  ])('refuses %s', (_, text) => {
    expect(parseKeyRing(text)).toBeNull();
  });
});

/** The do-not-call list: one way, found under every key, and closed when it cannot be read (TC-10, TC-12). */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type KeyRing, parseKeyRing, unsealUnderRing } from '../../src/store/seal.ts';
import { insertSuppression, isSuppressed } from '../../src/store/suppressions.ts';
import { nextNumber } from '../support/place-call.ts';
import { db, restore, ring, stopClock, testEnv } from '../support/worker-env.ts';

beforeEach(async () => {
  stopClock();
  await testEnv.DB.exec('delete from suppressions');
});
afterEach(restore);

const fresh = (id: string, byte: number) => `${id}:${new Uint8Array(32).fill(byte).toBase64()}`;
const current = [...ring.keys].map(([id, bytes]) => `${id}:${bytes.toBase64()}`).join(',');
const rotated = parseKeyRing(`${fresh('k9', 9)},${current}`) as KeyRing;
const foreign = parseKeyRing(fresh('k9', 9)) as KeyRing;

const suppress = async (phoneNumber: string, under: KeyRing = ring) => {
  await insertSuppression(db, under, { phoneNumber, reason: 'opted_out', callId: 'call_1' }, Date.now());
};
const rows = async () => (await testEnv.DB.prepare('select * from suppressions').all()).results;

describe('the do-not-call list', () => {
  it('holds the number and no other', async () => {
    const phoneNumber = nextNumber();
    expect(await isSuppressed(db, ring, phoneNumber)).toBe(false);
    await suppress(phoneNumber);
    expect(await isSuppressed(db, ring, phoneNumber)).toBe(true);
    expect(await isSuppressed(db, ring, nextNumber())).toBe(false);
  });

  it('holds a number once, and the first row stays as it was', async () => {
    const phoneNumber = nextNumber();
    await suppress(phoneNumber);
    const before = await rows();
    await suppress(phoneNumber);
    expect(await rows()).toEqual(before);
  });

  it('is found after a rotation of the ring', async () => {
    const phoneNumber = nextNumber();
    await suppress(phoneNumber);
    expect(await isSuppressed(db, rotated, phoneNumber)).toBe(true);
    await suppress(phoneNumber, rotated);
    expect(await isSuppressed(db, rotated, phoneNumber)).toBe(true);
  });

  it('blocks everybody when a row is under a key the ring does not hold', async () => {
    await suppress(nextNumber());
    expect(await isSuppressed(db, foreign, nextNumber())).toBe(true);
  });

  it('shows no number, and can be exported with the ring', async () => {
    const phoneNumber = nextNumber();
    await suppress(phoneNumber);
    const [row] = await rows();
    expect(JSON.stringify(row)).not.toContain(phoneNumber.slice(2));
    const place = { table: 'suppressions', column: 'sealed', row: String(row?.['id']) };
    expect(unsealUnderRing(rotated, place, String(row?.['sealed']))).toBe(phoneNumber);
  });

  it('counts a lifted row no more, and takes the number again', async () => {
    const phoneNumber = nextNumber();
    await suppress(phoneNumber);
    await testEnv.DB.prepare('update suppressions set lifted_at = 1').run();
    expect(await isSuppressed(db, ring, phoneNumber)).toBe(false);
    await suppress(phoneNumber);
    expect([await isSuppressed(db, ring, phoneNumber), (await rows()).length]).toEqual([true, 2]);
  });
});

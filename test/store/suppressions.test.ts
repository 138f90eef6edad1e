/** The do-not-call list: one way, found under every key, and closed when it cannot be read (TC-10, TC-12). */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decide } from '../../src/domain/campaign/gate.ts';
import { readGateFacts } from '../../src/store/gate-facts.ts';
import { type KeyRing, parseKeyRing, unsealUnderRing } from '../../src/store/seal.ts';
import { suppressNumber } from '../../src/store/suppression-list.ts';
import { insertSuppression, isSuppressed, suppressedOf } from '../../src/store/suppressions.ts';
import { givenPlacedCall, nextNumber } from '../support/place-call.ts';
import { config, db, restore, ring, stopClock, testEnv } from '../support/worker-env.ts';

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

  it('blocks everybody when a row is under a key the ring does not hold (T23, TC-12)', async () => {
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

describe('many numbers at once', () => {
  it('are answered each for itself, also under an earlier key', async () => {
    const [listed, earlier, free] = [nextNumber(), nextNumber(), nextNumber()];
    await suppress(earlier);
    await suppress(listed, rotated);
    expect([...(await suppressedOf(db, rotated, [listed, earlier, free, listed]))]).toEqual([
      [listed, true],
      [earlier, true],
      [free, false],
    ]);
    expect(await suppressedOf(db, ring, [])).toEqual(new Map());
  });

  it('are all blocked by one row that cannot be compared', async () => {
    await suppress(nextNumber());
    const [one, two] = [nextNumber(), nextNumber()];
    expect([...(await suppressedOf(db, foreign, [one, two])).values()]).toEqual([true, true]);
  });
});

describe('whoever asks (TC-09)', () => {
  it.each([
    ['keys in a call', { reason: 'opted_out', callId: 'call_1', createdBy: null }],
    ['staff', { reason: 'asked', callId: null, createdBy: 'desk@clinic.example' }],
    ['an import', { reason: 'imported', callId: null, createdBy: 'admin@clinic.example' }],
  ])('%s put the number on the same list in the same way, once', async (_who, given) => {
    const phoneNumber = nextNumber();
    const first = await suppressNumber(db, ring, { phoneNumber, ...given }, Date.now());
    expect(first).toMatchObject({ isNew: true, row: { phoneNumber, statement: null, liftedAt: null, ...given } });
    const again = await suppressNumber(db, ring, { phoneNumber, ...given, reason: 'legal' }, Date.now());
    expect(again).toEqual({ isNew: false, row: first.row });
    expect(await rows()).toHaveLength(1);
  });

  it('is kept in their own words, sealed; only a word of ours stands in the clear', async () => {
    const phoneNumber = nextNumber();
    const given = { phoneNumber, reason: 'suicidal', callId: null };
    const { row } = await suppressNumber(db, ring, given, Date.now());
    expect(row).toMatchObject({ reason: 'stated', statement: 'suicidal' });
    expect(JSON.stringify(await rows())).not.toContain('suicidal');
    expect(await isSuppressed(db, rotated, phoneNumber)).toBe(true);
  });

  it('is not listed twice where the number stands under an earlier key', async () => {
    const phoneNumber = nextNumber();
    await suppress(phoneNumber);
    const given = { phoneNumber, reason: 'asked', callId: null };
    expect(await suppressNumber(db, rotated, given, Date.now())).toMatchObject({ isNew: false });
  });
});

describe('an opt-out while a call waits to be dialled (TC-10)', () => {
  it('is seen by the gate at the moment of dialling', async () => {
    const { patient, attemptId } = await givenPlacedCall();
    const decideNow = async () => {
      const occasion = { stopped: false, purpose: 'intake', approved: true, campaign: null, isTest: false } as const;
      const { phoneNumber } = patient;
      const subject = { phoneNumber, numberValid: true, patient, statedConsent: null, attemptId };
      const [facts] = await readGateFacts(db, config, occasion, [subject], Date.now());
      return facts && decide(facts, Date.now());
    };
    expect(await decideNow()).toMatchObject({ allowed: true });
    await suppress(patient.phoneNumber);
    expect(await decideNow()).toMatchObject({ allowed: false, code: 'suppressed', again: null });
  });
});

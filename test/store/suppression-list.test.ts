/** The do-not-call list as people read it, and the one way off it (TC-12). */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { isRotationDue, rehashSuppressions } from '../../src/store/rotation.ts';
import { type KeyRing, parseKeyRing } from '../../src/store/seal.ts';
import {
  countSuppressions,
  getSuppression,
  liftSuppression,
  listSuppressions,
  suppressionsOf,
  suppressNumber,
} from '../../src/store/suppression-list.ts';
import { insertSuppression, isSuppressed } from '../../src/store/suppressions.ts';
import { nextNumber } from '../support/place-call.ts';
import { config, db, later, restore, ring, stopClock, testEnv } from '../support/worker-env.ts';

beforeEach(async () => {
  stopClock();
  await testEnv.DB.exec('delete from suppressions; delete from patients;');
});
afterEach(restore);

const fresh = (id: string, byte: number) => `${id}:${new Uint8Array(32).fill(byte).toBase64()}`;
const current = [...ring.keys].map(([id, bytes]) => `${id}:${bytes.toBase64()}`).join(',');
const rotated = parseKeyRing(`${fresh('k9', 9)},${current}`) as KeyRing;
const foreign = parseKeyRing(fresh('k9', 9)) as KeyRing;

const add = async (phoneNumber = nextNumber(), under: KeyRing = ring) => {
  // Rows of one millisecond are in no order.
  later(1);
  const given = { phoneNumber, reason: 'asked', callId: null, createdBy: 'desk@clinic.example' };
  return (await suppressNumber(db, under, given, Date.now())).row;
};
const lift = (id: string, changes: { obtainedAt?: number; evidence?: string } = {}, under: KeyRing = ring) => {
  const given = { evidence: 'Signed form', obtainedAt: Date.now(), liftedBy: 'admin@clinic.example', ...changes };
  return liftSuppression(db, under, id, given, Date.now());
};
const rehash = (under: KeyRing) => rehashSuppressions(db, under, '', 100, Date.now());

describe('off the list', () => {
  it('a number comes only on evidence newer than the request', async () => {
    const { id, phoneNumber, createdAt } = await add();
    later(60_000);
    expect(await lift(id, { obtainedAt: createdAt - 1 })).toEqual({ ok: false, code: 'not_newer' });
    expect(await isSuppressed(db, ring, phoneNumber ?? '')).toBe(true);
    expect(await lift(id)).toMatchObject({ ok: true, row: { liftedAt: Date.now(), liftEvidence: 'Signed form' } });
    expect(await isSuppressed(db, ring, phoneNumber ?? '')).toBe(false);
    expect(await lift(id)).toEqual({ ok: false, code: 'already_lifted' });
    expect(await lift('sup_0199f3c2-7f4e-7000-8000-000000000001')).toEqual({ ok: false, code: 'not_found' });
  });

  it('it comes under every key at once, each row with the evidence', async () => {
    const phoneNumber = nextNumber();
    const { id } = await add(phoneNumber);
    // Put there by a worker that did not look first.
    await insertSuppression(db, rotated, { phoneNumber, reason: 'opted_out', callId: 'call_1' }, Date.now());
    expect((await lift(id, {}, rotated)).ok).toBe(true);
    expect(await isSuppressed(db, rotated, phoneNumber)).toBe(false);
    const evidence = (await suppressionsOf(db, rotated, phoneNumber, 10)).map(({ liftEvidence }) => liftEvidence);
    expect(evidence).toEqual(['Signed form', 'Signed form']);
  });

  it('the older of two requests does not let the newer one go', async () => {
    const phoneNumber = nextNumber();
    const { id } = await add(phoneNumber);
    later(60_000);
    const between = Date.now();
    later(60_000);
    await insertSuppression(db, rotated, { phoneNumber, reason: 'opted_out', callId: 'call_1' }, Date.now());
    expect(await lift(id, { obtainedAt: between }, rotated)).toEqual({ ok: false, code: 'not_newer' });
  });

  it('its evidence and who judged it are kept, sealed, and the number can be listed again', async () => {
    const { id, phoneNumber } = await add();
    await lift(id);
    const again = await add(phoneNumber ?? '');
    expect(again.id).not.toBe(id);
    expect(await getSuppression(db, ring, id)).toMatchObject({
      liftedBy: 'admin@clinic.example',
      liftEvidence: 'Signed form',
    });
    const stored = JSON.stringify((await testEnv.DB.prepare('select * from suppressions').all()).results);
    expect(stored).not.toContain('Signed');
    expect((await suppressionsOf(db, ring, phoneNumber ?? '', 10)).map((row) => row.id)).toEqual([again.id, id]);
  });
});

describe('a rotation of the keys (TC-12)', () => {
  it('brings evidence and words under the new key, until the old one can go', async () => {
    const lifted = await add();
    await lift(lifted.id);
    const listed = await add();
    later(1);
    await suppressNumber(db, ring, { phoneNumber: nextNumber(), reason: 'in her own words', callId: null }, Date.now());
    expect(await rehash(rotated)).toEqual({ next: null, stuck: 0 });
    const all = (await listSuppressions(db, foreign, { limit: 10, cursor: null })).items;
    expect(all).toMatchObject([
      { statement: 'in her own words' },
      { phoneNumber: listed.phoneNumber, liftedAt: null },
      { phoneNumber: lifted.phoneNumber, liftEvidence: 'Signed form' },
    ]);
    expect(await isSuppressed(db, foreign, listed.phoneNumber ?? '')).toBe(true);
    expect(await isSuppressed(db, foreign, lifted.phoneNumber ?? '')).toBe(false);
  });

  it('is due while evidence stands under an earlier key, though its number does not', async () => {
    const { id } = await add(nextNumber(), rotated);
    // Lifted by a worker that has not been told of the new key.
    await lift(id, {}, { ...rotated, currentId: ring.currentId });
    const keys = { ...config.keyRing, ...rotated };
    expect(await isRotationDue(db, keys)).toBe(true);
    await rehash(rotated);
    expect(await isRotationDue(db, keys)).toBe(false);
    expect((await getSuppression(db, foreign, id))?.liftEvidence).toBe('Signed form');
  });

  it('keeps evidence that comes while its page is being written', async () => {
    const { id } = await add();
    const write = db.batch.bind(db);
    vi.spyOn(db, 'batch').mockImplementationOnce(async (statements) => {
      await lift(id, {}, rotated);
      return write(statements);
    });
    await rehash(rotated);
    expect(await getSuppression(db, foreign, id)).toMatchObject({
      liftEvidence: 'Signed form',
      liftedBy: 'admin@clinic.example',
    });
  });
});

describe('the list', () => {
  it('shows a row that does not open without its number, and the others all the same', async () => {
    const known = await add(nextNumber(), foreign);
    const lost = await add();
    const { items } = await listSuppressions(db, foreign, { limit: 10, cursor: null });
    expect(items.map(({ id, phoneNumber }) => [id, phoneNumber])).toEqual(
      [lost.id, known.id]
        .toSorted()
        .reverse()
        .map((id) => [id, id === lost.id ? null : known.phoneNumber]),
    );
    expect(await lift(lost.id, {}, foreign)).toEqual({ ok: false, code: 'unreadable' });
  });

  it('is counted', async () => {
    const [first] = [await add(), await add(), await add()];
    await lift(first.id);
    expect(await countSuppressions(db)).toEqual({ active: 2, lifted: 1 });
  });
});

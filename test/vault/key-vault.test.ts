/** The vault: a key is kept as it was first put, gone for good when its patient is erased, and rewrapped without a moment in between. */
import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { configOf, type Env } from '../../src/env.ts';
import { dataKeyOf, dataKeysOf, storeKeys, wrappedKeyOf } from '../../src/store/patient-keys.ts';
import { type KeyRing, newDataKey, parseKeyRing, unwrapDataKey, wrapDataKey } from '../../src/store/seal.ts';
import { ring, testEnv } from '../support/worker-env.ts';

const vault = () => testEnv.KEY_VAULT.getByName('vault');
const oldKey = new Uint8Array(32).fill(7).toBase64();
const oldRing = { ...ring, ...(parseKeyRing(`old:${oldKey}`) as KeyRing) };

/** As after a deploy with a new key in front of PHI_KEYS. */
async function withBothKeys(work: () => Promise<void>): Promise<void> {
  const set = (keys: KeyRing['keys']) =>
    runInDurableObject(vault(), (instance) => {
      Object.assign(configOf((instance as unknown as { env: Env }).env).keyRing, { keys });
    });
  await set(new Map([...ring.keys, ['old', Uint8Array.fromBase64(oldKey)]]));
  await work();
  await set(ring.keys);
}

describe('a key in the vault', () => {
  it('comes back as it was put, also after an eviction', async () => {
    const dataKey = newDataKey();
    await storeKeys(ring, [{ patientId: 'pat_1', dataKey }]);
    await evictDurableObject(vault());
    expect(await dataKeyOf(ring, 'pat_1')).toEqual(dataKey);
  });

  it('is never replaced: a second key for the same patient changes nothing', async () => {
    const dataKey = newDataKey();
    await storeKeys(ring, [{ patientId: 'pat_2', dataKey }]);
    await storeKeys(ring, [{ patientId: 'pat_2', dataKey: newDataKey() }]);
    expect(await dataKeyOf(ring, 'pat_2')).toEqual(dataKey);
  });

  it('is given by the page, with those left out that nobody has', async () => {
    const keys = Array.from({ length: 250 }, (_, n) => ({ patientId: `pat_many_${n}`, dataKey: newDataKey() }));
    await storeKeys(ring, keys);
    const found = await dataKeysOf(ring, [...keys.map(({ patientId }) => patientId), 'pat_nobody']);
    expect([found.size, found.get('pat_many_249')]).toEqual([250, keys[249]?.dataKey]);
  });

  it('does not stand in clear in its storage (HS-04)', async () => {
    const dataKey = newDataKey();
    await storeKeys(ring, [{ patientId: 'pat_3', dataKey }]);
    const rows = await runInDurableObject(vault(), (_, { storage }) =>
      JSON.stringify([...storage.sql.exec('select * from keys')]),
    );
    expect(rows).toContain('pat_3');
    for (const secret of [dataKey.toBase64(), dataKey.toHex(), ...[...ring.keys.values()].map((key) => key.toBase64())])
      expect(rows).not.toContain(secret);
  });
});

describe('whoever was erased (X13)', () => {
  it('has no key any more, and never gets another', async () => {
    await storeKeys(ring, [{ patientId: 'pat_gone', dataKey: newDataKey() }]);
    await vault().erase('pat_gone', 1);
    await vault().erase('pat_gone', 2);
    await storeKeys(ring, [{ patientId: 'pat_gone', dataKey: newDataKey() }]);
    await expect(wrappedKeyOf(ring, 'pat_gone')).rejects.toMatchObject({ name: 'SealError', code: 'no_key' });
  });

  it('is listed by the page, so that a restored database can be cleared again', async () => {
    for (const id of ['pat_e1', 'pat_e2', 'pat_e3']) await vault().erase(id, 1);
    expect(await vault().erasedAfter('pat_e1', 2)).toEqual(['pat_e2', 'pat_e3']);
    expect(await vault().erasedAfter('pat_z', 2)).toEqual([]);
  });
});

describe('a rotation of the ring', () => {
  it('wraps page by page anew, skips what it cannot open, and says so', async () => {
    const keys = ['a', 'b', 'c'].map((letter) => ({ patientId: `pat_r${letter}`, dataKey: newDataKey() }));
    await storeKeys(oldRing, keys);
    const foreign = { ...ring, ...(parseKeyRing(`lost:${new Uint8Array(32).fill(1).toBase64()}`) as KeyRing) };
    await storeKeys(foreign, [{ patientId: 'pat_rb_lost', dataKey: newDataKey() }]);
    await withBothKeys(async () => {
      const first = await vault().rewrap('', 2);
      expect(first).toEqual({ next: 'pat_rb', rewrapped: 2, stuck: 0 });
      expect(await vault().rewrap('pat_rb', 2)).toEqual({ next: 'pat_rc', rewrapped: 1, stuck: 1 });
      expect(await vault().rewrap('pat_rc', 2)).toEqual({ next: null, rewrapped: 0, stuck: 0 });
    });
    // With the old key out of PHI_KEYS everything of these patients still opens.
    for (const { patientId, dataKey } of keys) expect(await dataKeyOf(ring, patientId)).toEqual(dataKey);
    expect(await vault().census()).toMatchObject({ lost: 1 });
    expect(Object.keys(await vault().census())).not.toContain('old');
  });

  it('shows one key of each kind, so that a wrong key under a known id can be noticed', async () => {
    await storeKeys(oldRing, [{ patientId: 'pat_sample', dataKey: newDataKey() }]);
    const sample = (await vault().samples()).find(({ wrapped }) => wrapped.startsWith('old.'));
    expect(sample).toEqual({ patientId: 'pat_sample', wrapped: await wrappedKeyOf(oldRing, 'pat_sample') });
    const wrong = parseKeyRing(`old:${new Uint8Array(32).fill(8).toBase64()}`) as KeyRing;
    expect(() => unwrapDataKey(wrong, String(sample?.wrapped), 'pat_sample')).toThrow(/does not open/);
    expect(wrapDataKey(oldRing, newDataKey(), 'pat_x')).toMatch(/^old\./);
  });
});

/** HS-12, X13: a vault that is lost comes back from its one copy, and nobody comes back with it who was erased. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { copyVault, fillEmptyVault } from '../../src/outbox/copy-vault.ts';
import type { PatientKeys } from '../../src/store/patient-keys.ts';
import { newDataKey, unwrapDataKey, wrapDataKey } from '../../src/store/seal.ts';
import { getVaultCopy } from '../../src/store/vault-bucket.ts';
import { catchLog, restore, ring, START, stopClock, testEnv } from '../support/worker-env.ts';

let vaults = 0;
/** The ring with a vault of its own. */
const withVault = (): PatientKeys => {
  vaults += 1;
  const name = `copied-${vaults}`;
  return { ...ring, vault: () => testEnv.KEY_VAULT.getByName(name) };
};
const keyOf = (patientId: string) => ({ patientId, wrapped: wrapDataKey(ring, newDataKey(), patientId) });

beforeEach(async () => {
  stopClock();
  catchLog();
  await testEnv.BUCKET.delete('vault/keys.ndjson');
});
afterEach(restore);

it('is copied as the ring wraps it, and fills an empty vault with the same keys (HS-12, S1-K8)', async () => {
  const [lost, empty] = [withVault(), withVault()];
  const keys = ['pat_1', 'pat_2'].map(keyOf);
  await lost.vault().put(keys);
  await copyVault(testEnv.BUCKET, lost);
  expect(await fillEmptyVault(testEnv.BUCKET, empty)).toBe(2);
  const back = await empty.vault().wrappedKeys(['pat_1', 'pat_2']);
  expect(back.toSorted((a, b) => (a.patientId < b.patientId ? -1 : 1))).toEqual(keys);
  expect(unwrapDataKey(ring, back[0]?.wrapped ?? '', back[0]?.patientId ?? '')).toHaveLength(32);
});

it('keeps no key of whoever was erased, and a vault that is filled from it refuses an older one of theirs (X13, T19)', async () => {
  const [lost, empty] = [withVault(), withVault()];
  const keys = ['pat_1', 'pat_2'].map(keyOf);
  await lost.vault().put(keys);
  await copyVault(testEnv.BUCKET, lost);
  await lost.vault().erase('pat_1', START);
  await copyVault(testEnv.BUCKET, lost);
  const copy = await getVaultCopy(testEnv.BUCKET);
  expect(copy).toEqual({ keys: [keys[1]], erased: [{ patientId: 'pat_1', erasedAt: START }] });
  await fillEmptyVault(testEnv.BUCKET, empty);
  await empty.vault().put(keys);
  expect(await empty.vault().wrappedKeys(['pat_1'])).toEqual([]);
});

it('is never written over by a vault that is empty, nor put into one that is not', async () => {
  const [lost, empty, other] = [withVault(), withVault(), withVault()];
  await lost.vault().put([keyOf('pat_1')]);
  await copyVault(testEnv.BUCKET, lost);
  await copyVault(testEnv.BUCKET, empty);
  expect((await getVaultCopy(testEnv.BUCKET))?.keys).toHaveLength(1);
  await other.vault().put([keyOf('pat_9')]);
  expect(await fillEmptyVault(testEnv.BUCKET, other)).toBe(0);
});

it('that was cut off while it was filled is filled the next time, and is copied over nothing before (HS-12, T19)', async () => {
  const [lost, empty] = [withVault(), withVault()];
  const keys = ['pat_1', 'pat_2', 'pat_3'].map(keyOf);
  await lost.vault().put(keys);
  await lost.vault().erase('pat_3', START);
  await copyVault(testEnv.BUCKET, lost);
  const stub = empty.vault();
  const cutOff: PatientKeys = {
    ...empty,
    vault: () => ({
      ...([] as unknown as ReturnType<PatientKeys['vault']>),
      isUnfilled: () => stub.isUnfilled(),
      beginFilling: (erased) => stub.beginFilling(erased),
      put: () => Promise.reject(new Error('away')),
    }),
  };
  await expect(fillEmptyVault(testEnv.BUCKET, cutOff)).rejects.toThrow('away');
  // A patient who comes onto file meanwhile is there too.
  await stub.put([keyOf('pat_9')]);
  await copyVault(testEnv.BUCKET, empty);
  expect((await getVaultCopy(testEnv.BUCKET))?.keys).toHaveLength(2);
  expect(await fillEmptyVault(testEnv.BUCKET, empty)).toBe(2);
  expect(await stub.wrappedKeys(['pat_1', 'pat_2', 'pat_3', 'pat_9'])).toHaveLength(3);
  await copyVault(testEnv.BUCKET, empty);
  expect((await getVaultCopy(testEnv.BUCKET))?.keys).toHaveLength(3);
});

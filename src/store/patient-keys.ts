/**
 * The data key of each patient, as everybody but the vault sees it. It is put into the vault before the first row is sealed with
 * it; a key without rows opens nothing. Never stored in the clear, never in D1.
 */
import { type DataKey, type KeyRing, SealError, unwrapDataKey, wrapDataKey } from './seal.ts';

/** A data key as `wrapDataKey` gives it, and whose it is. */
export interface WrappedKey {
  readonly patientId: string;
  readonly wrapped: string;
}
/** The vault as others ask it (vault/key-vault.ts). */
interface Vault {
  put(keys: readonly WrappedKey[]): Promise<void>;
  wrappedKeys(patientIds: readonly string[]): Promise<WrappedKey[]>;
  erase(patientId: string, now: number): Promise<void>;
  erasedAfter(after: string, limit: number): Promise<string[]>;
  isRotationDue(): Promise<boolean>;
  census(): Promise<Record<string, number>>;
  samples(): Promise<WrappedKey[]>;
  rewrap(after: string, limit: number): Promise<{ readonly next: string | null; readonly stuck: number }>;
}

/** The ring, and the vault with the keys that it wraps; asked for each time, because a stub does not outlive a restart. */
export interface PatientKeys extends KeyRing {
  readonly vault: () => Vault;
}

export async function storeKeys(
  ring: PatientKeys,
  keys: readonly { readonly patientId: string; readonly dataKey: DataKey }[],
): Promise<void> {
  const wrapped = keys.map(({ patientId, dataKey }): WrappedKey => {
    return { patientId, wrapped: wrapDataKey(ring, dataKey, patientId) };
  });
  await ring.vault().put(wrapped);
}

/** The wrapped form, for a session that unwraps it itself. */
export async function wrappedKeyOf(ring: PatientKeys, patientId: string): Promise<string> {
  const [key] = await ring.vault().wrappedKeys([patientId]);
  if (key === undefined) throw new SealError('no_key', 'a patient has no data key: it was erased');
  return key.wrapped;
}

export async function dataKeyOf(ring: PatientKeys, patientId: string): Promise<DataKey> {
  return unwrapDataKey(ring, await wrappedKeyOf(ring, patientId), patientId);
}

/** Keys of one page of rows; a patient whose key is gone is left out. */
export async function dataKeysOf(ring: PatientKeys, patientIds: readonly string[]): Promise<Map<string, DataKey>> {
  if (patientIds.length === 0) return new Map();
  const keys = await ring.vault().wrappedKeys([...new Set(patientIds)]);
  return new Map(keys.map(({ patientId, wrapped }) => [patientId, unwrapDataKey(ring, wrapped, patientId)]));
}

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
  put(keys: readonly WrappedKey[]): Promise<'stored' | 'wrong_key'>;
  wrappedKeys(patientIds: readonly string[]): Promise<WrappedKey[]>;
  erase(patientId: string, now: number): Promise<void>;
  erasedOf(patientIds: readonly string[]): Promise<string[]>;
  erasedAfter(after: string, limit: number): Promise<string[]>;
  page(
    after: string,
    limit: number,
  ): Promise<{
    readonly keys: readonly WrappedKey[];
    readonly erased: readonly { readonly patientId: string; readonly erasedAt: number }[];
    readonly next: string | null;
  }>;
  isUnfilled(): Promise<boolean>;
  beginFilling(erased: { readonly patientId: string; readonly erasedAt: number }[]): Promise<void>;
  endFilling(): Promise<void>;
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
  if ((await ring.vault().put(wrapped)) === 'stored') return;
  throw new SealError('not_openable', 'the current key of PHI_KEYS is not the one it was');
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

/**
 * Keys of one page of rows; a patient whose key is gone is left out, and so is one whose key alone does not open: that is damage to
 * one, and must not hide the others. When none opens it is the ring that is wrong, and nothing is shown.
 */
export async function dataKeysOf(ring: PatientKeys, patientIds: readonly string[]): Promise<Map<string, DataKey>> {
  if (patientIds.length === 0) return new Map();
  const keys = await ring.vault().wrappedKeys([...new Set(patientIds)]);
  const opened = new Map<string, DataKey>();
  let failure: unknown = null;
  for (const { patientId, wrapped } of keys) {
    try {
      opened.set(patientId, unwrapDataKey(ring, wrapped, patientId));
    } catch (error) {
      if (!(error instanceof SealError) || error.code === 'unknown_key') throw error;
      failure = error;
    }
  }
  if (failure !== null && opened.size === 0) throw failure;
  return opened;
}

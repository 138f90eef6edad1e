/**
 * The one copy of the vault in R2 (`vault/keys.ndjson`): each patient's key as the ring wraps it, and who was erased. There is never more
 * than one generation: it is put anew each day and with each erasure, so that the key of whoever was erased is in no copy (X13). It is
 * not part of a backup, which would keep such keys.
 */
import type { WrappedKey } from './patient-keys.ts';

const KEY = 'vault/keys.ndjson';

export interface ErasedPatient {
  readonly patientId: string;
  /** Epoch milliseconds. */
  readonly erasedAt: number;
}
export interface VaultCopy {
  readonly keys: readonly WrappedKey[];
  readonly erased: readonly ErasedPatient[];
}

export async function putVaultCopy(bucket: R2Bucket, { keys, erased }: VaultCopy): Promise<void> {
  const lines = [...keys, ...erased].map((line) => `${JSON.stringify(line)}\n`);
  await bucket.put(KEY, lines.join(''), { httpMetadata: { contentType: 'application/x-ndjson' } });
}

/** Null: there is none. */
export async function getVaultCopy(bucket: R2Bucket): Promise<VaultCopy | null> {
  const object = await bucket.get(KEY);
  if (object === null) return null;
  const lines = (await object.text()).split('\n').filter((line) => line !== '');
  const parsed = lines.map((line) => JSON.parse(line) as WrappedKey | ErasedPatient);
  return {
    keys: parsed.filter((line) => 'wrapped' in line),
    erased: parsed.filter((line) => 'erasedAt' in line),
  };
}

/** The notes of the archive in clear, one JSON a line, opened with the keys of patients as the vault's copy beside it has them. */
import { listArchived, openArchived } from '../../src/store/archive-bucket.ts';
import { type KeyRing, unwrapDataKey } from '../../src/store/seal.ts';
import { getVaultCopy } from '../../src/store/vault-bucket.ts';

const PAGE = 500;

/** A note whose patient was erased, or that does not open: its name alone. */
export type Opened = { readonly key: string; readonly text: string } | { readonly key: string; readonly text: null };

/** Whatever is under `archive/` of that bucket, in the order of names. */
export async function* openArchive(bucket: R2Bucket, ring: KeyRing): AsyncGenerator<Opened, void> {
  const keys = new Map((await getVaultCopy(bucket))?.keys.map(({ patientId, wrapped }) => [patientId, wrapped]));
  let after: string | null = '';
  while (after !== null) {
    const { objects, next }: Awaited<ReturnType<typeof listArchived>> = await listArchived(bucket, after, PAGE);
    for (const { key } of objects) yield { key, text: opened(ring, keys, await textOf(bucket, key)) };
    after = next;
  }
}

const textOf = async (bucket: R2Bucket, key: string): Promise<string> => (await (await bucket.get(key))?.text()) ?? '';

function opened(ring: KeyRing, keys: ReadonlyMap<string, string>, stored: string): string | null {
  try {
    const line = JSON.parse(stored);
    return openArchived(line, unwrapDataKey(ring, keys.get(line.patient_id) ?? '', line.patient_id));
  } catch {
    return null;
  }
}

/** The vault's copy in R2, made anew; and a vault that is empty, as after the loss of everything, filled from it (HS-12). */
import { log } from '../log.ts';
import type { PatientKeys, WrappedKey } from '../store/patient-keys.ts';
import { type ErasedPatient, getVaultCopy, putVaultCopy } from '../store/vault-bucket.ts';

const PAGE = 5000;

/** An empty vault writes over nothing, nor does one that is only filled in part: what is there may be all that is left. */
export async function copyVault(bucket: R2Bucket, ring: PatientKeys): Promise<void> {
  if (await ring.vault().isUnfilled()) return;
  const keys: WrappedKey[] = [];
  const erased: ErasedPatient[] = [];
  for (let after: string | null = ''; after !== null; ) {
    const page = await ring.vault().page(after, PAGE);
    keys.push(...page.keys);
    erased.push(...page.erased);
    after = page.next;
  }
  // A patient who was erased between two pages: their key is not among what is kept.
  const gone = new Set(erased.map(({ patientId }) => patientId));
  await putVaultCopy(bucket, { keys: keys.filter(({ patientId }) => !gone.has(patientId)), erased });
}

/** Who was erased goes first: their keys are then refused. How many keys there were. Cut off anywhere, it is done anew. */
export async function fillEmptyVault(bucket: R2Bucket, ring: PatientKeys): Promise<number> {
  if (!(await ring.vault().isUnfilled())) return 0;
  const copy = await getVaultCopy(bucket);
  if (copy === null) return 0;
  await ring.vault().beginFilling([...copy.erased]);
  for (let from = 0; from < copy.keys.length; from += PAGE) {
    const put = await ring.vault().put(copy.keys.slice(from, from + PAGE));
    if (put !== 'stored')
      throw new Error('the vault refuses its copy: the current key of PHI_KEYS is not the one it was');
  }
  await ring.vault().endFilling();
  log.warn('vault.filled', { count: copy.keys.length });
  return copy.keys.length;
}

/** What of the stored data opens with the keys there are. Works also when patient data does not open: that is when it is needed. */
import type { Finding } from '../domain/doctor/finding.ts';
import { judgeKeys } from '../domain/doctor/keys-and-jobs.ts';
import type { Config } from '../env.ts';
import type { Database } from '../store/database.ts';
import { findJob } from '../store/jobs.ts';
import { isRotationDue, keysOfSuppressions } from '../store/rotation.ts';
import { SealError, unwrapDataKey } from '../store/seal.ts';

export async function examineKeys(db: Database, { keyRing }: Config): Promise<readonly Finding[]> {
  const [census, samples, listed] = await Promise.all([
    keyRing.vault().census(),
    keyRing.vault().samples(),
    keysOfSuppressions(db),
  ]);
  const missing = [...new Set([...Object.keys(census), ...listed])].filter((keyId) => !keyRing.keys.has(keyId));
  const wrong = new Set<string>();
  for (const { patientId, wrapped } of samples) {
    const keyId = wrapped.slice(0, wrapped.indexOf('.'));
    if (!missing.includes(keyId) && !opens(() => unwrapDataKey(keyRing, wrapped, patientId))) wrong.add(keyId);
  }
  const outdated = Object.entries(census).filter(([keyId]) => keyId !== keyRing.currentId && keyRing.keys.has(keyId));
  const isSound = missing.length === 0 && wrong.size === 0;
  const isTurning = outdated.length > 0 || (isSound && (await isRotationDue(db, keyRing)));
  const job = isTurning ? await findJob(db, 'rotate_keys', keyRing.currentId) : null;
  return judgeKeys({
    missing: missing.map((keyId) => ({ keyId, patients: census[keyId] ?? 0, listed: listed.has(keyId) })),
    wrong: [...wrong],
    outdated: isTurning ? outdated.reduce((sum, [, n]) => sum + n, 0) : null,
    rotationDead: job?.status === 'dead',
  });
}

function opens(open: () => unknown): boolean {
  try {
    open();
    return true;
  } catch (error) {
    if (error instanceof SealError) return false;
    throw error;
  }
}

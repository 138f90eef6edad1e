/**
 * Looks at what this installation needs and says what is wrong with it, one finding for each fault, with what to do about it. Works
 * also when patient data does not open: that is when it is needed.
 */
import type { Config } from '../env.ts';
import type { Database } from '../store/database.ts';
import { countDeadJobs, findJob } from '../store/jobs.ts';
import { isRotationDue, keysOfSuppressions } from '../store/rotation.ts';
import { SealError, unwrapDataKey } from '../store/seal.ts';

export interface Finding {
  readonly check: 'keys' | 'jobs';
  readonly level: 'ok' | 'warning' | 'fault';
  /** What is the case; stable, for programs. */
  readonly code: string;
  readonly detail: string;
  readonly remedy: string | null;
}

export async function examine(db: Database, config: Config): Promise<Finding[]> {
  return [...(await examineKeys(db, config)), await examineJobs(db)];
}

async function examineKeys(db: Database, { keyRing }: Config): Promise<Finding[]> {
  const [census, samples, listed] = await Promise.all([
    keyRing.vault().census(),
    keyRing.vault().samples(),
    keysOfSuppressions(db),
  ]);
  const findings: Finding[] = [];
  const missing = [...new Set([...Object.keys(census), ...listed])].filter((keyId) => !keyRing.keys.has(keyId));
  for (const keyId of missing) {
    findings.push({
      ...{ check: 'keys', level: 'fault', code: 'key_missing' },
      detail: [
        `${census[keyId] ?? 0} patients are sealed under the key “${keyId}”, which is not in PHI_KEYS. Their data does not open.`,
        ...(listed.has(keyId) ? ['Numbers on the do-not-call list are under it, so nobody is called.'] : []),
      ].join(' '),
      remedy: `Put the key “${keyId}” back into PHI_KEYS, behind the current one, and deploy. It can go when the rotation is done.`,
    });
  }
  for (const { patientId, wrapped } of samples) {
    const keyId = wrapped.slice(0, wrapped.indexOf('.'));
    if (missing.includes(keyId) || opens(() => unwrapDataKey(keyRing, wrapped, patientId))) continue;
    findings.push({
      ...{ check: 'keys', level: 'fault', code: 'key_wrong' },
      detail: `The key “${keyId}” in PHI_KEYS is not the one that patient data was sealed with.`,
      remedy: `Set “${keyId}” in PHI_KEYS to the bytes it had, and give a new key a new id.`,
    });
  }
  const outdated = Object.entries(census).filter(([keyId]) => keyId !== keyRing.currentId && keyRing.keys.has(keyId));
  if (outdated.length > 0 || (findings.length === 0 && (await isRotationDue(db, keyRing)))) {
    const count = outdated.reduce((sum, [, n]) => sum + n, 0);
    const job = await findJob(db, 'rotate_keys', keyRing.currentId);
    const isDead = job?.status === 'dead';
    findings.push({
      ...{ check: 'keys', level: isDead ? 'fault' : 'warning', code: isDead ? 'rotation_stopped' : 'rotation_running' },
      detail: `${count} patients are still sealed under an older key.`,
      remedy: isDead
        ? 'See to the other findings about keys, then send the rotation again under “Background work”.'
        : 'Nothing to do: the rotation goes on by itself. Keep the older key in PHI_KEYS until this is gone, and a day longer.',
    });
  }
  if (findings.length > 0) return findings;
  return [
    { check: 'keys', level: 'ok', code: 'ok', detail: 'Everything is sealed under the current key.', remedy: null },
  ];
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

const MOST_COUNTED = 100;

async function examineJobs(db: Database): Promise<Finding> {
  const dead = await countDeadJobs(db, MOST_COUNTED);
  if (dead === 0) return { check: 'jobs', level: 'ok', code: 'ok', detail: 'No work was given up.', remedy: null };
  return {
    ...{ check: 'jobs', level: 'fault', code: 'dead_letters' },
    detail: `${dead >= MOST_COUNTED ? `${MOST_COUNTED} or more` : dead} pieces of work were given up after their last try.`,
    remedy: 'See “Background work” for why, mend it, and send them again.',
  };
}

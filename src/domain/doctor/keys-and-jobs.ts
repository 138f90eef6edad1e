/** What of the stored data does not open, whether a change of keys goes on, and what work was given up. */
import { type Finding, fine, found } from './finding.ts';

export interface KeyFacts {
  /** Not in PHI_KEYS, with the patients under it and whether the do-not-call list names it. */
  readonly missing: readonly { readonly keyId: string; readonly patients: number; readonly listed: boolean }[];
  /** In PHI_KEYS with other bytes than it had. */
  readonly wrong: readonly string[];
  /** How many patients are under an older key; null: none, and nothing else is. */
  readonly outdated: number | null;
  readonly rotationDead: boolean;
}

export function judgeKeys({ missing, wrong, outdated, rotationDead }: KeyFacts): readonly Finding[] {
  const findings = [
    ...missing.map(({ keyId: key, patients, listed }) => {
      const who = patients === 1 ? '1 patient is' : `${patients} patients are`;
      const detail = [
        `${who} sealed under the key “${key}”, which is not in PHI_KEYS. Their data does not open.`,
        ...(listed ? ['Numbers on the do-not-call list are under it, so nobody is called.'] : []),
      ].join(' ');
      return found('keys', 'key_missing', detail, { key });
    }),
    ...wrong.map((key) => {
      const detail = `The key “${key}” in PHI_KEYS is not the one that patient data was sealed with.`;
      return found('keys', 'key_wrong', detail, { key });
    }),
  ];
  if (outdated !== null) {
    const detail = `${outdated === 1 ? '1 patient is' : `${outdated} patients are`} still sealed under an older key.`;
    findings.push(found('keys', rotationDead ? 'rotation_stopped' : 'rotation_running', detail));
  }
  return findings.length > 0 ? findings : [fine('keys', 'Everything is sealed under the current key.')];
}

/** Counting further tells nobody more. */
export const MOST_COUNTED = 100;

export function judgeJobs(dead: number): Finding {
  if (dead === 0) return fine('jobs', 'No work was given up.');
  const count =
    dead >= MOST_COUNTED
      ? `${MOST_COUNTED} or more pieces of work were`
      : dead === 1
        ? '1 piece of work was'
        : `${dead} pieces of work were`;
  return found('jobs', 'dead_letters', `${count} given up after the last try.`);
}

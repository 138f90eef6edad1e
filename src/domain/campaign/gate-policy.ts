/**
 * The rules of the dial gate that are numbers, with the date from which they count: a change is a new row, so that an old decision
 * stays explained by the rules of its day (TC-26). Stricter than the law on purpose (TC-27); the hours are in `calling-hours-policy.ts`.
 */
import { DAY_MS, isInstant, isoDate } from './local-clock.ts';

export interface GatePolicy {
  readonly version: string;
  /** The first date on which it counts, UTC. */
  readonly effectiveFrom: string;
  /** TC-05, per patient and per number, over all campaigns. Rolling: so no calendar day or week holds more either. */
  readonly caps: readonly Cap[];
  /**
   * TC-21: a number is taken for the patient's own while consent or a call in which they said who they are is not older; then the
   * Reassigned Numbers Database must have answered `no` not longer ago.
   */
  readonly ownNumberDays: number;
  readonly reassignedAnswerDays: number;
}
export interface Cap {
  readonly counts: 'answered' | 'unanswered';
  readonly most: number;
  readonly withinHours: number;
}

export const GATE_POLICIES: readonly GatePolicy[] = [
  {
    version: '2026-11-28',
    effectiveFrom: '2026-01-01',
    caps: [
      { counts: 'answered', most: 1, withinHours: 24 },
      { counts: 'answered', most: 3, withinHours: 7 * 24 },
      { counts: 'unanswered', most: 2, withinHours: 24 },
    ],
    ownNumberDays: 90,
    reassignedAnswerDays: 90,
  },
];

/** Null before the first: then nobody is called. */
export function gatePolicyAt(at: number, policies: readonly GatePolicy[] = GATE_POLICIES): GatePolicy | null {
  if (!isInstant(at)) return null;
  const today = isoDate(Math.floor(at / DAY_MS));
  const inForce = policies.filter(({ effectiveFrom }) => effectiveFrom <= today);
  return inForce.toSorted((a, b) => (a.effectiveFrom < b.effectiveFrom ? 1 : -1))[0] ?? null;
}

/** What a call is for (TC-03); anything that advertises is none of them. */
export const PURPOSES = ['intake', 'follow_up', 'reminder', 'care'] as const;
export type Purpose = (typeof PURPOSES)[number];

/** What staff note about a patient and what stops automated calls (TC-22, HS-17). */
export const STOPPING_FLAGS = ['deceased', 'restricted', 'staff_only', 'wrong_number'] as const;
/**
 * With those that stop no call: an answering machine is hung up on without a word (HS-17); details are hidden from the front desk
 * (HS-24).
 */
export const PATIENT_FLAGS = [...STOPPING_FLAGS, 'no_voicemail', 'sensitive'] as const;
export type PatientFlag = (typeof PATIENT_FLAGS)[number];

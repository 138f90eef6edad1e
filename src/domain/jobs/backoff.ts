/** When work that failed is tried again, and when it is given up: then it waits for a person as a dead letter. Pure. */

/** What is known of a kind of work, in data. */
export interface JobPolicy {
  /** Waits after the first, second, … failure, milliseconds; when they are used up the work is dead. */
  readonly waitsMs: readonly number[];
  /** So long one try may take; then whoever took it counts as dead, and it is tried again. */
  readonly leaseMs: number;
}

/** Spread by up to so much of itself, so that what failed together does not come back together. */
const JITTER = 0.2;

/** Null: given up. `attempts`: tries made so far; `chance`: 0 to 1, drawn by the caller. */
export function nextTryMs(policy: JobPolicy, attempts: number, chance: number): number | null {
  const wait = policy.waitsMs[attempts - 1];
  return wait === undefined ? null : Math.round(wait * (1 + JITTER * chance));
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

export const JOB_KINDS = [
  'fetch_recording',
  'discard_recording',
  'discard_stray',
  'erase_patient',
  'rotate_keys',
  'sweep_storage',
  'apply_retention',
  'verify_audit',
  'import_list',
  'transcribe',
  'transcribe_recording',
  'deliver',
  'send_earlier',
] as const;
export type JobKind = (typeof JOB_KINDS)[number];

/** A day: Telnyx may be away for hours, and keeps what it recorded. */
const A_DAY = [
  ...[10 * SECOND, 30 * SECOND, MINUTE, 2 * MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE],
  ...[HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, 8 * HOUR],
];

/** Three days: a system of the clinic may be away over a weekend. */
const THREE_DAYS = [...A_DAY, ...Array.from({ length: 6 }, () => 8.5 * HOUR)];

export const JOB_POLICIES: Readonly<Record<JobKind, JobPolicy>> = {
  // Two downloads of four minutes, and the time to store and to read again what came.
  fetch_recording: { waitsMs: A_DAY, leaseMs: 10 * MINUTE },
  discard_recording: { waitsMs: A_DAY, leaseMs: MINUTE },
  discard_stray: { waitsMs: A_DAY, leaseMs: MINUTE },
  erase_patient: { waitsMs: A_DAY, leaseMs: 10 * MINUTE },
  rotate_keys: { waitsMs: A_DAY, leaseMs: 10 * MINUTE },
  sweep_storage: { waitsMs: A_DAY, leaseMs: 10 * MINUTE },
  apply_retention: { waitsMs: A_DAY, leaseMs: 10 * MINUTE },
  verify_audit: { waitsMs: A_DAY, leaseMs: 5 * MINUTE },
  // A few thousand rows take seconds; a page that somebody else writes meanwhile is not written twice.
  import_list: { waitsMs: A_DAY, leaseMs: 2 * MINUTE },
  // One answer of an engine, which may take five minutes over an hour of talk.
  transcribe: { waitsMs: A_DAY, leaseMs: 10 * MINUTE },
  // One piece of it a try.
  transcribe_recording: { waitsMs: A_DAY, leaseMs: 10 * MINUTE },
  // Requests of twenty seconds in all, also where time runs twenty times faster.
  deliver: { waitsMs: THREE_DAYS, leaseMs: 8 * MINUTE },
  // A page of rows: a hundred deliveries, which have work of their own.
  send_earlier: { waitsMs: A_DAY, leaseMs: 2 * MINUTE },
};

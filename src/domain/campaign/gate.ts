/**
 * The dial gate: the one place that decides whether a number may be rung, in a fixed order, first failing step wins. Asked before
 * anything is promised and again just before dialling; every decision is stored. What could not be read is `null` and blocks. Pure.
 */
import { callableAt, type Place } from './calling-hours.ts';
import {
  type Cap,
  type GatePolicy,
  gatePolicyAt,
  type PatientFlag,
  type Purpose,
  STOPPING_FLAGS,
} from './gate-policy.ts';

export const GATE_CODES = [
  'kill_switch',
  'not_production',
  'not_approved',
  'bad_number',
  'suppressed',
  'patient_flag',
  'no_consent',
  'reassigned',
  'state_policy',
  'outside_hours',
  'frequency',
  'capacity',
  'already_reserved',
] as const;
export type GateCode = (typeof GATE_CODES)[number];

/** A consent that is on file for this patient at this number, or that comes with the request; times are epoch milliseconds. */
export interface ConsentOnFile {
  readonly id: string;
  readonly purposes: readonly Purpose[];
  readonly obtainedAt: number;
  readonly expiresAt: number | null;
}
/** An earlier call to this patient or this number. Inbound and test calls are none. */
export interface EarlierCall {
  readonly dialedAt: number;
  readonly answeredAt: number | null;
  readonly samePatient: boolean;
  readonly sameNumber: boolean;
}

/** What the shell read for one decision; `null` where it could not be read. */
export interface GateFacts {
  /** Somebody stopped all dialing. */
  readonly stopped: boolean | null;
  /** Agreements are recorded with whoever carries the call, or it is a stand-in on this machine (HS-13). */
  readonly production: boolean | null;
  /** The questionnaire is approved; of a campaign, it runs. */
  readonly approved: boolean | null;
  /** A US number that may be rung at all, and none of our own. */
  readonly numberValid: boolean | null;
  /** On the do-not-call list, or a row of that list cannot be compared because its key is missing. */
  readonly suppressed: boolean | null;
  readonly flags: readonly PatientFlag[] | null;
  readonly purpose: Purpose;
  readonly consents: readonly ConsentOnFile[] | null;
  /** `off` against a stand-in; `lastProofAt`: when the number was last shown to be the patient's, beside the consent. */
  readonly reassigned:
    | { readonly check: 'off' }
    | {
        readonly check: 'on';
        readonly answer: 'no' | 'yes' | 'no_data' | null;
        readonly answeredAt: number | null;
        readonly lastProofAt: number | null;
      }
    | null;
  /** `always` is accepted by the configuration only against a stand-in on loopback. */
  readonly callingHours: 'policy' | 'always';
  readonly place: Place | null;
  /** Of the longest window of the policy; empty for a test call. */
  readonly earlier: readonly EarlierCall[] | null;
  /** In billionths of a dollar: today over everything, and by this campaign over all days. */
  readonly spend: {
    readonly todayNanos: number;
    readonly dayCapNanos: number;
    readonly campaignNanos: number;
    readonly campaignCapNanos: number | null;
  } | null;
  /** Another attempt at this number or this patient is under way. */
  readonly reserved: boolean | null;
}

export type GateDecision = {
  readonly policyVersion: string;
  /** The consent it rests on; null where none was found. */
  readonly consentId: string | null;
  readonly zones: readonly string[];
} & (
  | { readonly allowed: true; readonly code: null }
  | {
      readonly allowed: false;
      readonly code: GateCode;
      /** What exactly, where a step has several reasons: a flag, a cap, why it is closed. */
      readonly reason: string | null;
      /** When asking again may have another answer, epoch milliseconds; null: not by waiting. */
      readonly again: number | null;
    }
);

interface No {
  readonly reason?: string;
  readonly again?: number | null;
}
type Check = (facts: GateFacts, policy: GatePolicy, at: number) => No | null;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** What passes by itself, but nobody knows when. */
const SOON_MS = 60_000;
/** Spending starts anew with the day of the one who bills: UTC. */
const nextUtcDay = (at: number): number => (Math.floor(at / DAY_MS) + 1) * DAY_MS;

const unless = (fact: boolean | null, no: No = {}): No | null => (fact === true ? null : no);

/** In this order; TypeScript sees to it that no code is without its check. */
const CHECKS: Readonly<Record<GateCode, Check>> = {
  kill_switch: ({ stopped }) => unless(stopped === false),
  not_production: ({ production }) => unless(production),
  not_approved: ({ approved }) => unless(approved),
  bad_number: ({ numberValid }) => unless(numberValid),
  suppressed: ({ suppressed }) => unless(suppressed === false),
  patient_flag: ({ flags }) => {
    if (flags === null) return {};
    const flag = STOPPING_FLAGS.find((each) => flags.includes(each));
    return flag === undefined ? null : { reason: flag };
  },
  no_consent: (facts, _policy, at) => (consentFor(facts, at) === null ? {} : null),
  reassigned: reassigned,
  state_policy: (facts, _policy, at) => closed(facts, at, 'state_policy'),
  outside_hours: (facts, _policy, at) => closed(facts, at, 'outside_hours'),
  frequency: ({ earlier }, { caps }, at) => (earlier === null ? {} : exceeded(earlier, caps, at)),
  capacity: ({ spend }, _policy, at) => {
    if (spend === null) return {};
    const { todayNanos, dayCapNanos, campaignNanos, campaignCapNanos } = spend;
    if (campaignCapNanos !== null && campaignNanos >= campaignCapNanos) return { reason: 'campaign_spend' };
    return todayNanos >= dayCapNanos ? { reason: 'day_spend', again: nextUtcDay(at) } : null;
  },
  already_reserved: ({ reserved }, _policy, at) => unless(reserved === false, { again: at + SOON_MS }),
};

export function decide(facts: GateFacts, at: number, policies?: readonly GatePolicy[]): GateDecision {
  const policy = gatePolicyAt(at, policies);
  const zones = facts.callingHours === 'always' || facts.place === null ? [] : callableAt(facts.place, at).zones;
  const common = { policyVersion: policy?.version ?? 'none', consentId: consentFor(facts, at)?.id ?? null, zones };
  if (policy === null) return { ...common, allowed: false, code: 'not_approved', reason: 'no_policy', again: null };
  for (const code of GATE_CODES) {
    const no = CHECKS[code](facts, policy, at);
    if (no !== null) return { ...common, allowed: false, code, reason: no.reason ?? null, again: no.again ?? null };
  }
  return { ...common, allowed: true, code: null };
}

/** The newest that covers the purpose and is in force. */
function consentFor({ consents, purpose }: GateFacts, at: number): ConsentOnFile | null {
  const covering = (consents ?? []).filter(
    (consent) => consent.purposes.includes(purpose) && (consent.expiresAt === null || at < consent.expiresAt),
  );
  return covering.reduce<ConsentOnFile | null>(
    (newest, consent) => (newest === null || consent.obtainedAt > newest.obtainedAt ? consent : newest),
    null,
  );
}

function reassigned(facts: GateFacts, policy: GatePolicy, at: number): No | null {
  const told = facts.reassigned;
  if (told === null) return {};
  if (told.check === 'off') return null;
  if (told.answer === 'yes') return { reason: 'reassigned' };
  const consentAt = consentFor(facts, at)?.obtainedAt ?? Number.NEGATIVE_INFINITY;
  const proofAt = Math.max(consentAt, told.lastProofAt ?? Number.NEGATIVE_INFINITY);
  if (at - proofAt <= policy.ownNumberDays * DAY_MS) return null;
  const fresh = told.answeredAt !== null && at - told.answeredAt <= policy.reassignedAnswerDays * DAY_MS;
  if (told.answer === 'no' && fresh) return null;
  return { reason: told.answer === 'no_data' ? 'no_data' : 'not_asked' };
}

function closed({ callingHours, place }: GateFacts, at: number, code: 'state_policy' | 'outside_hours'): No | null {
  if (callingHours === 'always') return null;
  // The first of the two steps that looks says so; unknown is outside the hours (X8).
  if (place === null) return code === 'outside_hours' ? { reason: 'unknown_zone' } : null;
  const hours = callableAt(place, at);
  if (hours.open || hours.code !== code) return null;
  return { reason: hours.reason, again: hours.nextOpenAt };
}

/** The cap that opens last, of those that are full for the patient or for the number. */
function exceeded(earlier: readonly EarlierCall[], caps: readonly Cap[], at: number): No | null {
  let worst: { reason: string; again: number } | null = null;
  for (const cap of caps)
    for (const whose of ['samePatient', 'sameNumber'] as const) {
      const again = openAgain(
        earlier.filter((call) => call[whose]),
        cap,
        at,
      );
      if (again === null || (worst !== null && worst.again >= again)) continue;
      worst = { reason: `${cap.counts}_${cap.most}_in_${cap.withinHours}_h`, again };
    }
  return worst;
}

/** When the oldest call that fills the cap leaves the window; null: it is not full. */
function openAgain(calls: readonly EarlierCall[], { counts, most, withinHours }: Cap, at: number): number | null {
  const windowMs = withinHours * HOUR_MS;
  const times = calls
    .filter((call) => (call.answeredAt === null) === (counts === 'unanswered'))
    .map((call) => call.answeredAt ?? call.dialedAt)
    .filter((time) => time > at - windowMs)
    .toSorted((a, b) => a - b);
  const freeing = times[times.length - most];
  return freeing === undefined ? null : freeing + windowMs;
}

/**
 * The dial gate: the one place that decides whether a number may be rung, in a fixed order, first failing step wins.
 * Every decision is stored. What could not be read blocks: it is `null` here, or reading it threw and nobody is called. Pure.
 * Steps that need tables the product does not have yet fail closed: outside loopback the calling hours are never open.
 */
const GATE_CODES = [
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

/** Rises when a rule changes, so that an old decision can be explained by the rules of its day (TC-26). */
export const GATE_POLICY_VERSION = '2026-11-23';

/** What the shell read for one decision; `null` where it could not be read. */
export interface GateFacts {
  /** A valid US number in +E.164. */
  readonly numberValid: boolean;
  /** On the do-not-call list, or a row of that list cannot be compared because its key is missing. */
  readonly suppressed: boolean | null;
  /** The consent that covers this patient at this number (TC-01). */
  readonly consentId: string | null;
  /** `always` is accepted by the configuration only against a stand-in on loopback. */
  readonly callingHours: 'policy' | 'always';
  /** Another attempt at this number is under way. */
  readonly reserved: boolean | null;
}

export type GateDecision =
  | { readonly allowed: true; readonly code: null }
  | { readonly allowed: false; readonly code: GateCode };

export function decide(facts: GateFacts): GateDecision {
  const refuse = (code: GateCode): GateDecision => ({ allowed: false, code });
  if (!facts.numberValid) return refuse('bad_number');
  if (facts.suppressed !== false) return refuse('suppressed');
  if (facts.consentId === null) return refuse('no_consent');
  if (facts.callingHours !== 'always') return refuse('outside_hours');
  if (facts.reserved !== false) return refuse('already_reserved');
  return { allowed: true, code: null };
}

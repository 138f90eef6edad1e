/** What the gate's word means for a contact that waits: it is dialled, comes back later, or is left out for good. Pure. */
import type { GateCode, GateDecision } from './gate.ts';

/** Why a whole campaign is paused. */
export type HaltCode = 'dialing_stopped' | 'not_production' | 'not_approved' | 'spend_cap';
export type AfterGate =
  | { readonly kind: 'dial' }
  | { readonly kind: 'wait'; readonly at: number; readonly code: GateCode }
  | { readonly kind: 'skip'; readonly code: GateCode | 'campaign_ended' | 'patient_erased' }
  /** It is not about this contact: nobody of the campaign may be dialled now. */
  | { readonly kind: 'halt'; readonly code: HaltCode };

/** These say nothing about the person. */
const ABOUT_ALL = new Map<GateCode, HaltCode>([
  ['kill_switch', 'dialing_stopped'],
  ['not_production', 'not_production'],
  ['not_approved', 'not_approved'],
  ['capacity', 'spend_cap'],
]);

/** `endsAt`: from then on the campaign dials nobody, epoch milliseconds. */
export function afterGate(decision: GateDecision, endsAt: number | null, at: number): AfterGate {
  if (endsAt !== null && at >= endsAt) return { kind: 'skip', code: 'campaign_ended' };
  if (decision.allowed) return { kind: 'dial' };
  const { code, again } = decision;
  const halt = ABOUT_ALL.get(code);
  if (halt !== undefined) return { kind: 'halt', code: halt };
  if (again === null) return { kind: 'skip', code };
  return endsAt !== null && again >= endsAt
    ? { kind: 'skip', code: 'campaign_ended' }
    : { kind: 'wait', at: again, code };
}

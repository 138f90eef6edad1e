/**
 * Whose turn it is: which of those that wait is sent to be dialled next. Single calls come first; campaigns take turns, and one
 * that may not dial now (its pace, its lines) is passed over without losing more than that turn. Pure.
 */
import { earliestDial, hasLine, type Pacer } from './pacing.ts';

/** Sent so long before it may be dialled: the way through the queue takes time, and whoever is early waits at the counter. */
export const LEAD_MS = 1000;

export interface Waiting {
  /** Null: the single calls, which have no limits but the account's. */
  readonly campaignId: string | null;
  readonly pacer: Pacer | null;
  /** Sent already and not dialled yet. */
  readonly ahead: number;
  /** Of whoever was sent last the highest. */
  readonly turn: number;
}
export type NextTurn =
  | { readonly kind: 'send'; readonly campaignId: string | null }
  /** Nobody before `at`; null: not by time alone. */
  | { readonly kind: 'wait'; readonly at: number | null };

/** `queues`: those with somebody waiting. `ahead` counts all that were sent, also of queues where nobody waits any more. */
export function nextTurn(
  account: Pacer & { readonly ahead: number },
  queues: readonly Waiting[],
  now: number,
): NextTurn {
  const singles = queues.find(({ campaignId }) => campaignId === null);
  // Campaigns' calls that were sent do not stand in their way: at the counter a single call goes before them.
  if (singles !== undefined && hasLine(account, singles.ahead)) {
    const at = earliestDial(account, singles.ahead, now);
    return at <= now + LEAD_MS ? { kind: 'send', campaignId: null } : { kind: 'wait', at: at - LEAD_MS };
  }
  if (singles !== undefined || !hasLine(account, account.ahead)) return { kind: 'wait', at: null };

  const slot = earliestDial(account, account.ahead, now);
  const able = queues.flatMap(({ campaignId, pacer, ahead, turn }) =>
    pacer === null || !hasLine(pacer, ahead) ? [] : [{ campaignId, turn, at: earliestDial(pacer, ahead, now) }],
  );
  // Whoever can use the account's next moment takes turns; only when nobody can does the one who can soonest get a later one.
  const ready = able.filter(({ at }) => at <= slot).toSorted((a, b) => a.turn - b.turn);
  const next = ready[0] ?? able.toSorted((a, b) => a.at - b.at || a.turn - b.turn)[0];
  if (next === undefined) return { kind: 'wait', at: null };
  const at = Math.max(slot, next.at);
  return at <= now + LEAD_MS ? { kind: 'send', campaignId: next.campaignId } : { kind: 'wait', at: at - LEAD_MS };
}

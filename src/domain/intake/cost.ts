/** What a call cost, as Telnyx tells it leg by leg (C76). In billionths, so that sums are exact. Pure. */
import type { CallPlan } from './call-plan.ts';
import type { CallEventOf } from './event.ts';
import type { CallState, Cost } from './state.ts';
import { saveAgain, stay, type Turn } from './turn.ts';

/** Each event counts once, because each is applied once. Another currency than before cannot be added. */
export function onCostReported(state: CallState, event: CallEventOf<'cost.reported'>, plan: CallPlan): Turn {
  const { nanos, currency } = event;
  if (state.cost !== null && state.cost.currency !== currency) return stay(state);
  const cost: Cost = { nanos: (state.cost?.nanos ?? 0) + nanos, currency };
  return saveAgain({ ...state, cost }, event, plan);
}

/** `0.0140`: at least four places, as Telnyx writes it, and as many more as it takes. */
export function amountText(nanos: number): string {
  const digits = String(nanos).padStart(10, '0');
  const places = digits.slice(-9).replace(/0{1,5}$/, '');
  return `${digits.slice(0, -9)}.${places}`;
}

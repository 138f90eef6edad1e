/**
 * The line that stops calls (TC-13): 9 stops those to the caller's own phone, ten digits those to another. What is said does
 * not depend on whether a number is on file. Pure.
 */
import { ask } from './ask.ts';
import { type CallPlan, hidesNumber } from './call-plan.ts';
import type { CallEvent } from './event.ts';
import type { CallState, StateIn } from './state.ts';
import { andThen, close, order, type Turn } from './turn.ts';

/** Area code and exchange of a North American number begin with 2 to 9. */
const TEN_DIGITS = /^1?([2-9]\d{2}[2-9]\d{6})$/;

/** Null for an entry that means nothing here. */
export function onOptOutLine(state: StateIn<'asking'>, event: CallEvent, plan: CallPlan, digits: string): Turn | null {
  if (digits === '9' && !hidesNumber(plan)) return close(state, event, plan, 'optedOut', 'opted_out');
  const keyed = stopKeyed(state, event, digits);
  // The caller's own number stays as it is: `partial`, not `opted_out`.
  return keyed && andThen(keyed, (current) => close(current, event, plan, 'optedOut', 'partial'));
}

/** Stops the calls to the phone of the patient. One that hides its number cannot be put on the list: it has to be keyed in. */
export function stopOwnCalls(state: CallState, event: CallEvent, plan: CallPlan): Turn {
  if (!hidesNumber(plan)) return close(state, event, plan, 'optedOut', 'opted_out');
  return ask({ ...state, optOutLine: true, stopHeard: false }, event, plan, 'opening');
}

/** What was keyed at the opening of that line when its gather ended otherwise; a whole number counts all the same. */
export const stopKeyedAt = (state: CallState, event: CallEvent, step: string, digits: string): Turn | null =>
  state.optOutLine && step === 'opening' ? stopKeyed(state, event, digits) : null;

/** The number that was keyed goes on the list; null when none was. */
function stopKeyed(state: CallState, event: CallEvent, digits: string): Turn | null {
  const number = TEN_DIGITS.exec(digits)?.[1];
  if (number === undefined) return null;
  return order([state, []], event.receivedAt, { name: 'suppress_number', number: `+1${number}` });
}

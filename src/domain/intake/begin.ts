/** The first words of a call: the opening at the answer, and the time the interview may take. Pure. */
import { ask } from './ask.ts';
import type { CallPlan } from './call-plan.ts';
import type { CallEvent } from './event.ts';
import type { CallState } from './state.ts';
import { andThen, stay, type Turn, timerAt } from './turn.ts';

/** CL-21: then the rest is for another time. */
const INTERVIEW_LIMIT_MS = 15 * 60_000;

export function begin(state: CallState, event: CallEvent, plan: CallPlan): Turn {
  const limit = timerAt(event, plan, INTERVIEW_LIMIT_MS);
  return andThen(ask(state, event, plan, 'opening'), (asking) =>
    stay({ ...asking, timers: { ...asking.timers, limit } }),
  );
}

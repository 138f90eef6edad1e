/**
 * How long a patient who answered waited for the first words (TC-16): from the answer, as Telnyx dates it, until Telnyx took the
 * opening. Pure. Told by the order itself once it is done, not by an event: nothing is sent or waited for on its account.
 */
import type { Command } from './command.ts';
import type { CallState } from './state.ts';

/** The first time counts: an opening put again, or an order that is said to be done twice, greets nobody sooner or later. */
export function greeted(state: CallState, command: Command, at: number): CallState {
  if (command.name !== 'gather_using_speak' || command.step !== 'opening') return state;
  if (state.greetingDelayMs !== null || state.answeredAt === null) return state;
  // Two clocks: ours may be behind Telnyx'.
  return { ...state, greetingDelayMs: Math.max(0, at - state.answeredAt) };
}

/**
 * The commands of a patient: `**` repeat, `*7` skip, `*8` stop recording, `*0` staff, `*9` stop all calls. Anything else asks
 * the question again. Pure.
 */
import { confirmedBy, itemOf, leadIn, put } from './ask.ts';
import type { CallPlan } from './call-plan.ts';
import type { CallEvent } from './event.ts';
import { stopOwnCalls } from './opt-out-line.ts';
import { goOn, skip } from './settle-item.ts';
import { toStaff } from './staff.ts';
import type { StateIn } from './state.ts';
import { stopListening } from './stop-listening.ts';
import { andThen, type Turn } from './turn.ts';

type Asking = StateIn<'asking'>;

export function onCommand(state: Asking, event: CallEvent, plan: CallPlan, key: string | null): Turn {
  const { question } = state;
  switch (key) {
    case '0':
      return toStaff(state, event, plan, question.step === 'red_flag' ? (question.flag?.after ?? 'next') : question);
    case '9':
      return stopOwnCalls(state, event, plan);
    case '7':
      return onSkip(state, event, plan);
    case '8':
      return onStopRecording(state, event, plan);
    default:
      return put(state, event, plan, question, null);
  }
}

/** Said, so that nobody has to trust in it. */
function onStopRecording(state: Asking, event: CallEvent, plan: CallPlan): Turn {
  const turn = andThen(stopListening(state, event), (stopped) => put(stopped, event, plan, state.question, null));
  return turn[0].recorder === 'stopped' ? leadIn(turn, plan, 'recordingStopped') : turn;
}

/** Items can be skipped, read-backs with them, and the offer of a red flag; who they are and what they agree to cannot. */
function onSkip(state: Asking, event: CallEvent, plan: CallPlan): Turn {
  const { step } = state.question;
  if (step === 'red_flag') return goOn(state, event, plan, state.question);
  const item = confirmedBy(step) ?? step;
  return itemOf(plan, item) === undefined
    ? put(state, event, plan, state.question, null)
    : skip(state, event, plan, item);
}

/** Items settled and tries that failed: what an answer, a skip or a third silence leads to. Pure. */
import { askNextItem, confirmedBy, MAX_TRIES, put, settle } from './ask.ts';
import type { CallPlan } from './call-plan.ts';
import type { CallEvent } from './event.ts';
import { interrupt, newFlagsOfAnswer } from './raise-flags.ts';
import type { Answer, CallState, OpenQuestion, StateIn } from './state.ts';
import { close, type Turn, withTask } from './turn.ts';
import { keepWords } from './voice-answer.ts';

type Asking = StateIn<'asking'>;

export function settleAndGoOn(state: Asking, event: CallEvent, plan: CallPlan, item: string, answer: Answer): Turn {
  const silentItems = answer.state === 'skipped' && answer.input === undefined ? state.silentItems + 1 : 0;
  const settled = settle({ ...state, silentItems }, plan, item, answer) as Asking;
  const flags = newFlagsOfAnswer(settled, plan, item, answer);
  if (flags.length > 0) {
    // The gather of the answer is over: nothing runs that had to be stopped.
    const over: Asking = { ...settled, question: { ...settled.question, settling: 'silence' } };
    return interrupt(over, event, plan, flags, { item, unverified: false }, null);
  }
  if (silentItems >= MAX_TRIES) return close(settled, event, plan, 'partialClosing', 'partial');
  return askNextItem(settled, event, plan);
}

export function onFailedTry(state: Asking, event: CallEvent, plan: CallPlan, why: 'silence' | 'invalid'): Turn {
  const { question } = state;
  const failedTries = question.failedTries + 1;
  const anyInvalid = question.anyInvalid || why === 'invalid';
  const tries = question.step === 'red_flag' ? 2 : MAX_TRIES;
  if (failedTries < tries) {
    const lead = why === 'silence' ? 'silent' : 'invalid';
    return put(state, event, plan, { ...question, failedTries, anyInvalid }, lead);
  }
  return giveUp(state, event, plan, anyInvalid);
}

/** So often asked in vain. */
function giveUp(state: Asking, event: CallEvent, plan: CallPlan, anyInvalid: boolean): Turn {
  const { step } = state.question;
  switch (step) {
    case 'birth_date': {
      const failed: CallState = withTask({ ...state, identity: 'failed', error: 'identity_failed' }, 'identity');
      return close(failed, event, plan, 'identityFailed', 'identity_failed');
    }
    case 'opening':
      // Nobody has said who they are: nothing is said of questions or answers.
      return close(state, event, plan, 'callerClosing', 'partial');
    case 'consent':
      return close(state, event, plan, 'partialClosing', 'partial');
    case 'red_flag':
      return goOn(state, event, plan, state.question);
    default: {
      // Nobody confirmed them, but they were said.
      if (confirmedBy(step) !== null) return askNextItem({ ...keepWords(state, plan), silentItems: 0 }, event, plan);
      const answer: Answer = { state: anyInvalid ? 'unclear' : 'skipped', at: event.at, eventId: event.id };
      return settleAndGoOn(state, event, plan, step, answer);
    }
  }
}

export function skip(state: Asking, event: CallEvent, plan: CallPlan, item: string): Turn {
  const answer: Answer = { state: 'skipped', input: 'keys', at: event.at, eventId: event.id };
  return settleAndGoOn(state, event, plan, item, answer);
}

/** With the question the flag broke into, or the next one. */
export function goOn(state: Asking, event: CallEvent, plan: CallPlan, { flag }: OpenQuestion): Turn {
  const after = flag?.after ?? null;
  return after === null ? askNextItem(state, event, plan) : put(state, event, plan, after, null);
}

/** The 2 s after the gather of a voice item are over, and nothing was heard. */
export function onNothingHeard(state: Asking, event: CallEvent, plan: CallPlan): Turn {
  return onFailedTry(state, event, plan, state.question.settling ?? 'silence');
}

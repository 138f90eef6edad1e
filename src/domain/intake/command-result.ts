/** What it means for the call that a command failed, came late, or will never be sent. Pure. */
import { awaitAnew, itemOf, putInstead } from './ask.ts';
import type { CallPlan } from './call-plan.ts';
import type { CallEvent, CallEventOf } from './event.ts';
import { backToInterview } from './staff.ts';
import type { CallState, StateIn } from './state.ts';
import { andThen, awaitHangup, close, hangUp, saveAgain, speechAnew, stay, type Turn, withTask } from './turn.ts';

/** Telnyx' answer to a second start: it runs already, which is what was wanted. */
const ALREADY_TRANSCRIBING = 'telnyx_90054';
/** The call was not answered: there is nobody to speak to. */
const NOT_ANSWERED = 'telnyx_90034';

export function onCommandFailed(state: CallState, event: CallEventOf<'command.failed'>, plan: CallPlan): Turn {
  if (state.phase === 'ended' || state.phase === 'new' || state.phase === 'dialing') return stay(state);
  // 90018 on any command is a normal end: the other side was faster.
  if (event.reason === 'call_ended')
    return state.phase === 'hanging_up' ? stay(state) : awaitHangup(state, event, plan);
  const faulty: CallState = { ...state, error: state.error ?? event.code };
  switch (event.name) {
    case 'answer':
      return state.phase === 'ringing' ? hangUp(faulty, event, plan) : stay(state);
    case 'record_start':
      return stay(recorderFailed({ ...state, error: state.error ?? 'record_start_refused' }));
    case 'transcription_start':
      if (event.code === ALREADY_TRANSCRIBING) return stay(state);
      return withoutTranscription({ ...state, error: state.error ?? 'transcription_start_refused' }, event, plan);
    case 'transfer':
      if (state.phase !== 'transferring') return stay(state);
      return backToInterview(faulty as StateIn<'transferring'>, event, plan);
    default:
      if (event.code === NOT_ANSWERED && onlyRang(state, event.seq))
        return hangUp({ ...state, answeredAt: null }, event, plan);
      return isSpoken(state, event.seq)
        ? notSpoken(faulty, event, plan)
        : stay({ ...state, error: state.error ?? `${event.name}_refused` });
  }
}

/** Taken for answered because it lived so long, and it only rang. */
const onlyRang = (state: CallState, seq: number): boolean =>
  state.answerPresumed === true && !state.anyKey && state.phase === 'asking' && state.question.seq === seq;

/** Whether the patient waits for what this command was to say. */
function isSpoken(state: CallState, seq: number): boolean {
  switch (state.phase) {
    case 'asking':
      return state.question.seq === seq;
    case 'closing':
    case 'leaving_message':
    case 'transferring':
      return state.speakSeq === seq;
    default:
      return false;
  }
}

/** CL-22: never dead air. The question cannot be put, so the patient is told, and staff will call. */
function notSpoken(state: CallState, event: CallEventOf<'command.failed'>, plan: CallPlan): Turn {
  switch (state.phase) {
    case 'asking':
      return close(withTask(state, 'callback'), event, plan, 'fault', 'partial');
    case 'transferring':
      return backToInterview(state, event, plan);
    default:
      return hangUp(state, event, plan);
  }
}

const recorderFailed = (state: CallState): CallState =>
  state.recorder === 'on' ? { ...state, recorder: 'failed' } : state;

/** Spoken answers cannot be taken: the one that is open is left to staff, and so are those to come. */
function withoutTranscription(state: CallState, event: CallEvent, plan: CallPlan): Turn {
  if (state.transcriber !== 'on') return stay(state);
  const deaf: CallState = { ...state, transcriber: 'failed' };
  if (deaf.phase !== 'asking' || itemOf(plan, deaf.question.step)?.type !== 'voice') return stay(deaf);
  return putInstead(deaf, event, plan, deaf.question);
}

export function onCommandDelayed(state: CallState, event: CallEventOf<'command.delayed'>, plan: CallPlan): Turn {
  if (!isSpoken(state, event.seq)) return stay(state);
  return stay(state.phase === 'asking' ? awaitAnew(state, event, plan) : speechAnew(state, event, plan));
}

export function onCommandDropped(state: CallState, event: CallEventOf<'command.dropped'>, plan: CallPlan): Turn {
  switch (event.name) {
    case 'record_start':
      if (state.recorder !== 'on') return stay(state);
      return andThen(stay(recorderFailed(state)), (failed) => saveAgain(failed, event, plan));
    case 'transcription_start':
      return withoutTranscription(state, event, plan);
    default:
      return stay(state);
  }
}

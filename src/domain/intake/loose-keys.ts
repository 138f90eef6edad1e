/**
 * Keys as they are pressed, one event each, in any order. A question hears its keys from its gather; here only what no gather
 * says is put together: the key that completes a `*`, and `*9`, which stops all calls in every state (TC-08). Pure.
 */
import { COMMAND_KEY_MS, putCommand, stopGather } from './ask.ts';
import { type CallPlan, hidesNumber } from './call-plan.ts';
import { onCommand } from './commands.ts';
import type { CallEvent, CallEventOf } from './event.ts';
import { backToOpening, takeBack } from './machine.ts';
import { SAME_PRESS_MS } from './read-keys.ts';
import type { CallState, OpenQuestion, StateIn } from './state.ts';
import { stopListening } from './stop-listening.ts';
import { andThen, close, stay, stopCalls, type Turn } from './turn.ts';

type Key = CallEventOf<'dtmf.received'>;

export function onKey(state: CallState, event: Key, plan: CallPlan): Turn {
  switch (state.phase) {
    case 'new':
    case 'dialing':
    case 'ringing':
      return stay(state);
    case 'asking': {
      const turn = onKeyAsked(note({ ...state, lostEvents: 0 }, event, plan) as StateIn<'asking'>, event, plan);
      // RC-04: the end of the gather that holds the `*8` may never come.
      return stopsListening(state, event, plan) ? andThen(turn, (heard) => stopListening(heard, event)) : turn;
    }
    case 'leaving_message': {
      const human = note({ ...state, anyKey: true }, event, plan) as StateIn<'leaving_message'>;
      // The 9 of the opening stops the calls; any other key brings the opening back.
      if (event.digit === '9' && event.asked !== null && event.asked.seq === state.question?.seq)
        return andThen(takeBack(human, event), (stopped) => close(stopped, event, plan, 'optedOut', 'opted_out'));
      return backToOpening(human, event, plan);
    }
    case 'transferring':
    case 'bridged':
    case 'closing':
    case 'hanging_up':
    case 'ended': {
      // No question is open: during the last words, while staff talk, while the line closes, and after it.
      const heard = note({ ...state, anyKey: true }, event, plan);
      if (heard.stopHeard) return stopCalls(heard, event, plan);
      // `*8` (RC-04) counts while the line lives; nothing is said in between.
      return stopsListening(state, event, plan) ? stopListening(heard, event) : stay(heard);
    }
  }
}

/** A key outside a gather counts only when it completes a `*`, and one key press counts once. */
function onKeyAsked(state: StateIn<'asking'>, event: Key, plan: CallPlan): Turn {
  const { commandSince, seq, settling, playing } = state.question;
  const heard: StateIn<'asking'> = { ...state, anyKey: true };
  if (playing !== undefined) return onKeyOverMessage(heard, event, plan);
  // No gather runs while the last words of a spoken answer are awaited: the `*` is heard here.
  if (settling !== null && event.digit === '*' && event.asked?.seq === seq)
    return putCommand(heard, event, plan, heard.question);
  if (isBetweenGathers(heard, event, plan))
    return andThen(stopGather(heard, event), (stopped) => putCommand(stopped, event, plan, heard.question));
  const gapMs = event.digit === '*' ? SAME_PRESS_MS * plan.timerScale : 0;
  const outside = commandSince !== null && event.at > commandSince + gapMs && event.asked?.seq !== seq;
  if (!outside) return stay(heard);
  // The command prompt may already be playing: it goes before the next question, so that one question is open at a time.
  // What completed a command begins none.
  return andThen(stopGather({ ...heard, starAt: null }, event), (stopped) =>
    onCommand(stopped as StateIn<'asking'>, event, plan, event.digit),
  );
}

/** No gather hears the keys over a message: a `*` breaks into it; at any other key it is heard on. */
function onKeyOverMessage(state: StateIn<'asking'>, event: Key, plan: CallPlan): Turn {
  const { digit, at, receivedAt } = event;
  if (digit !== '*' || receivedAt - at > COMMAND_KEY_MS || isUsed(state, event, plan)) return stay(state);
  const key = overtaken(state, event, plan);
  return andThen(stopGather(state, event), (stopped) => {
    const silenced = stopped as StateIn<'asking'>;
    return key === null
      ? putCommand(silenced, event, plan, silenced.question)
      : onCommand(useStar(silenced, event), event, plan, key);
  });
}

/** The key after `*` was pressed before its prompt, and its event was faster than what told of the `*`. */
export function overtaken({ lastKey }: CallState, event: CallEvent, { timerScale }: CallPlan): string | null {
  if (lastKey === null || lastKey.digit === '#') return null;
  // The `*` that ended the gather may be stamped after that end; it is no second one.
  const gapMs = lastKey.digit === '*' ? SAME_PRESS_MS * timerScale : 0;
  return lastKey.at > event.at + gapMs ? lastKey.digit : null;
}

/** A `*` pressed after one gather had ended and before the next was open: no gather will ever tell of it. */
function isBetweenGathers(state: StateIn<'asking'>, event: Key, plan: CallPlan): boolean {
  const { seq, commandSince, lostSeq, settling } = state.question;
  if (event.digit !== '*' || commandSince !== null || settling !== null || event.asked === null) return false;
  const older = event.asked.seq < seq && event.asked.seq !== lostSeq && event.asked.step !== 'command';
  return older && event.receivedAt - event.at <= COMMAND_KEY_MS && !isUsed(state, event, plan);
}

/** A gather has told of the `*`: what it began goes on from there. */
export function useStar<S extends CallState>(state: S, { at }: { readonly at: number }): S {
  const starAt = state.starAt !== null && state.starAt <= at ? null : state.starAt;
  return { ...state, starAt, starUsedAt: Math.max(at, state.starUsedAt ?? at) };
}

const isUsed = ({ starUsedAt }: CallState, { at }: Key, { timerScale }: CallPlan): boolean =>
  starUsedAt !== null && at <= starUsedAt + SAME_PRESS_MS * timerScale;

/** What is kept of a key: that it was the newest, and whether `*9` has been pressed. */
function note(state: CallState, event: Key, plan: CallPlan): CallState {
  const newest = state.lastKey === null || event.at > state.lastKey.at;
  return noteStar(newest ? { ...state, lastKey: { digit: event.digit, at: event.at } } : state, event, plan);
}

function noteStar(state: CallState, event: Key, plan: CallPlan): CallState {
  // `**` is a command of its own, and ends there; its two keys may have changed places on the way.
  if (event.digit === '*') {
    if (isUsed(state, event, plan)) return state;
    const key = completedBefore(state, event, plan);
    if (key !== null)
      return { ...state, starAt: null, stopHeard: state.stopHeard || (key === '9' && !hidesNumber(plan)) };
    const repeats = Math.abs(sinceStar(state, event)) <= COMMAND_KEY_MS || isOfCommandPrompt(state, event, plan);
    return { ...state, starAt: repeats ? null : event.at };
  }
  const follows = followsStar(state, event);
  // Whoever hides the number is asked to key it in; nothing is stopped by this key alone.
  if (event.digit === '9' && (follows || isStopMenu(state, event)))
    return { ...state, starAt: null, stopHeard: state.stopHeard || !hidesNumber(plan) };
  return follows ? { ...state, starAt: null } : state;
}

const sinceStar = ({ starAt }: CallState, { at }: Key): number =>
  starAt === null ? Number.POSITIVE_INFINITY : at - starAt;

function followsStar(state: CallState, event: Key): boolean {
  const ms = sinceStar(state, event);
  return ms > 0 && ms <= COMMAND_KEY_MS;
}

/** The second `*` of a repetition, pressed in the prompt of the first; its event may come after what it led to. */
function isOfCommandPrompt(state: CallState, { at, asked }: Key, { timerScale }: CallPlan): boolean {
  if (state.phase !== 'asking' || asked === null) return false;
  const { seq, commandSince, since, putAt = since } = state.question;
  if (asked.seq === seq) return commandSince !== null;
  return asked.step === 'command' && asked.seq < seq && at <= putAt + SAME_PRESS_MS * timerScale;
}

/** `state`: of before the key, which uses up the `*`. */
function stopsListening(state: CallState, event: Key, plan: CallPlan): boolean {
  if (state.phase === 'ended') return false;
  if (event.digit === '*') return completedBefore(state, event, plan) === '8';
  return event.digit === '8' && (followsStar(state, event) || isInCommandPrompt(state, event));
}

/** The key that completes this `*`, told of before it. */
function completedBefore(state: CallState, event: Key, plan: CallPlan): string | null {
  const isSoon = state.lastKey !== null && state.lastKey.at - event.at <= COMMAND_KEY_MS;
  return isSoon && !isUsed(state, event, plan) ? overtaken(state, event, plan) : null;
}

const isInCommandPrompt = (state: CallState, event: Key): boolean => openAt(state, event)?.commandSince != null;

/** The question this key was pressed into, if that one is still open. */
function openAt(state: CallState, { asked }: Key): OpenQuestion | null {
  const question = state.phase === 'asking' ? state.question : state.lastQuestion;
  return asked !== null && asked.seq === question?.seq ? question : null;
}

/** A bare 9 stops all calls only in the opening and in the command prompt, and only while that one is open. */
function isStopMenu(state: CallState, event: Key): boolean {
  // Where a number can be keyed in, a 9 may be its first digit.
  const isOpening = openAt(state, event)?.step === 'opening' && !state.optOutLine;
  return isOpening || isInCommandPrompt(state, event);
}

/** The result of every decision, and the few ways to make one: give an order, set a timer, end the call. Pure. */
import type { CallPlan } from './call-plan.ts';
import { callTexts, promptEstimateMs, say } from './call-texts.ts';
import type { Command, CommandBody } from './command.ts';
import type { CallEvent } from './event.ts';
import type { CallFacts, CallState, OpenQuestion, Outcome, Phase, TaskKind, TimerName } from './state.ts';

export type Turn = readonly [state: CallState, commands: readonly Command[]];

/** After the end of a call late events may still come; the note waits this long for them. */
const CLOSE_AFTER_MS = 5000;
/** How long Telnyx may take to confirm a hang-up before we ask. */
const HANGUP_CONFIRM_MS = 20_000;
/** Longer than any last text takes to speak. */
const LAST_WORDS_MS = 45_000;
const SAFETY_MARGIN_MS = 10_000;
const LONGEST_SILENCE_MS = 75_000;

export const stay = (state: CallState): Turn => [state, []];

/** Gives the orders their seq and adds them to what the turn already orders. */
export function order(turn: Turn, at: number, ...bodies: readonly CommandBody[]): Turn {
  const [state, commands] = turn;
  const issued = bodies.map((body, i): Command => ({ ...body, seq: state.seq + 1 + i, createdAt: at }));
  return [{ ...state, seq: state.seq + bodies.length }, [...commands, ...issued]];
}

/** Moves to another phase; timers of the old phase do not outlive it. */
export function enter(state: CallState, phase: Phase, timers: CallFacts['timers'] = {}): CallState {
  return { ...facts(state), ...phase, timers } as CallState;
}

/** The facts without what belongs to the phase. */
function facts(state: CallState): CallFacts {
  const { phase: _, ...rest } = state;
  for (const key of ['dial', 'question', 'speakSeq'] as const) delete (rest as Record<string, unknown>)[key];
  return rest;
}

export const timerAt = (event: CallEvent, plan: CallPlan, ms: number): number =>
  event.receivedAt + ms * plan.timerScale;

/** A lost event is noticed after prompt estimate + what the patient may take + 10 s, at most 75 s. */
export function silenceTimer(event: CallEvent, plan: CallPlan, payload: string, waitMs: number): { silence: number } {
  const ms = Math.min(promptEstimateMs(payload) + waitMs + SAFETY_MARGIN_MS, LONGEST_SILENCE_MS);
  return { silence: timerAt(event, plan, ms) };
}

export type ClosingText =
  | 'closing'
  | 'partialClosing'
  | 'declined'
  | 'wrongPerson'
  | 'optedOut'
  | 'staffCallback'
  | 'identityFailed'
  | 'fault';

/** Says a last text; it is heard to the end, then the line is hung up (Z8). The outcome is settled before the first word. */
export function close(state: CallState, event: CallEvent, plan: CallPlan, text: ClosingText, outcome: Outcome): Turn {
  const payload = say(callTexts[state.language][text], plan);
  const settled: CallState = { ...state, outcome, checking: null, lastQuestion: null };
  const before: CommandBody[] = outcome === 'opted_out' ? [{ name: 'suppress_number' }] : [];
  const turn = order([settled, []], event.receivedAt, ...before, { name: 'speak', payload, language: state.language });
  return [enter(turn[0], { phase: 'closing', speakSeq: turn[0].seq }, silenceTimer(event, plan, payload, 0)), turn[1]];
}

/** The last words reached the patient later than they were ordered: a generous time for them begins now. */
export const closeAnew = (state: CallState, event: CallEvent, plan: CallPlan): CallState => ({
  ...state,
  timers: { ...state.timers, silence: timerAt(event, plan, LAST_WORDS_MS) },
});

export function hangUp(state: CallState, event: CallEvent, plan: CallPlan): Turn {
  const hanging = enter(state, { phase: 'hanging_up' }, { hangup: timerAt(event, plan, HANGUP_CONFIRM_MS) });
  const outcome = state.outcome ?? outcomeOfBreakOff(state);
  const broken = { ...hanging, outcome, checking: null, lastQuestion: brokenOff(state) };
  return order(stopIfHeard(broken, event), event.receivedAt, { name: 'hangup' });
}

/** The question that the end of the line leaves open. */
const brokenOff = (state: CallState): OpenQuestion | null =>
  state.phase === 'asking' ? state.question : state.lastQuestion;

/** TC-08: a `*9` whose gather never spoke still stops all calls. */
function stopIfHeard(state: CallState, event: CallEvent): Turn {
  if (!state.stopHeard || state.outcome === 'opted_out') return stay(state);
  return order([{ ...state, outcome: 'opted_out' }, []], event.receivedAt, { name: 'suppress_number' });
}

/** Telnyx says the call is over, but its hang-up event, which holds the cause, may still be on its way. */
export function awaitHangup(state: CallState, event: CallEvent, plan: CallPlan): Turn {
  const outcome = state.outcome ?? outcomeOfBreakOff(state);
  const waiting = enter(state, { phase: 'hanging_up' }, { hangup: timerAt(event, plan, CLOSE_AFTER_MS) });
  return stopIfHeard({ ...waiting, outcome, lastQuestion: brokenOff(state) }, event);
}

/** The line is free at once; the note follows when late events have had their time. */
export function end(state: CallState, event: CallEvent, plan: CallPlan, change: Partial<CallFacts> = {}): Turn {
  const ended: CallState = {
    ...enter(state, { phase: 'ended' }, { close: timerAt(event, plan, CLOSE_AFTER_MS) }),
    endedAt: event.at,
    checking: null,
    outcome: state.outcome ?? outcomeOfBreakOff(state),
    lastQuestion: brokenOff(state),
    ...change,
  } as CallState;
  return order(stopIfHeard(ended, event), event.receivedAt, { name: 'release_line' });
}

/** Facts that come after the end are saved too, once the note has had its turn. */
export function saveAgain(state: CallState, event: CallEvent, plan: CallPlan): Turn {
  if (state.phase !== 'ended') return stay(state);
  const close = state.timers.close ?? timerAt(event, plan, CLOSE_AFTER_MS);
  return stay({ ...state, timers: { ...state.timers, close } });
}

/** A call that was answered and then broke off is partial; one that never was is judged by its hang-up cause. */
const outcomeOfBreakOff = (state: CallState): Outcome | null => (state.answeredAt === null ? null : 'partial');

export const withTask = (state: CallState, kind: TaskKind): CallState =>
  state.tasks.includes(kind) ? state : { ...state, tasks: [...state.tasks, kind] };

export function withoutTimer(state: CallState, timer: TimerName): CallState {
  const { [timer]: _, ...timers } = state.timers;
  return { ...state, timers };
}

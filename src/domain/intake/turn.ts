/** The result of every decision, and the few ways to make one: give an order, set a timer, end the call. Pure. */
import { type CallPlan, hidesNumber } from './call-plan.ts';
import { promptEstimateMs, type ScriptText, say } from './call-texts.ts';
import type { Command, CommandBody } from './command.ts';
import type { CallEvent } from './event.ts';
import type { CallFacts, CallState, OpenQuestion, Outcome, Phase, TaskKind, TimerName } from './state.ts';
import { keepWords } from './voice-answer.ts';

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

/** One turn after another: what the first orders goes before what the second does. */
export function andThen(turn: Turn, next: (state: CallState) => Turn): Turn {
  const [state, commands] = next(turn[0]);
  return [state, [...turn[1], ...commands]];
}

/** Moves to another phase; of the timers of the old phase only the limit of the interview outlives it. */
export function enter(state: CallState, phase: Phase, timers: CallFacts['timers'] = {}): CallState {
  const { limit } = state.timers;
  const goesOn = phase.phase === 'asking' || phase.phase === 'transferring' || phase.phase === 'leaving_message';
  const kept = goesOn && limit !== undefined ? { limit } : {};
  return { ...facts(state), ...phase, timers: { ...kept, ...timers } } as CallState;
}

type OfAPhase = Partial<
  Record<'phase' | 'dial' | 'question' | 'speakSeq' | 'speakAt' | 'back' | 'transferSeq', unknown>
>;

/** The facts without what belongs to the phase. */
function facts(state: CallState): CallFacts {
  const { phase, dial, question, speakSeq, speakAt, back, transferSeq, ...rest } = state as CallFacts & OfAPhase;
  return rest;
}

export const timerAt = (event: CallEvent, plan: CallPlan, ms: number): number =>
  event.receivedAt + ms * plan.timerScale;

/** A lost event is noticed after prompt estimate + what the patient may take + 10 s, at most 75 s. */
export function silenceTimer(event: CallEvent, plan: CallPlan, payload: string, waitMs: number): { silence: number } {
  const ms = Math.min(promptEstimateMs(payload) + waitMs + SAFETY_MARGIN_MS, LONGEST_SILENCE_MS);
  return { silence: timerAt(event, plan, ms) };
}

/** The number is written to the do-not-call list; a hidden one cannot be. */
const suppress = (plan: CallPlan): CommandBody[] =>
  hidesNumber(plan) ? [] : [{ name: 'suppress_number', number: plan.patientNumber }];

/** Says a last text; it is heard to the end, then the line is hung up (Z8). The outcome is settled before the first word. */
export function close(state: CallState, event: CallEvent, plan: CallPlan, text: ScriptText, why: Outcome): Turn {
  // TC-08: whoever has asked for it is told so, however the talk came to its end.
  const stops = why === 'opted_out' || state.outcome === 'opted_out' || state.stopHeard;
  const outcome = stops ? 'opted_out' : why;
  const payload = say(plan, state.language, stops && !text.startsWith('optedOut') ? 'optedOut' : text);
  const kept = keepWords(state, plan);
  const voice = kept.voice === null ? null : { ...kept.voice, until: kept.voice.until ?? event.receivedAt };
  const settled: CallState = { ...kept, voice, outcome, checking: null, lastQuestion: leftOpen(state, event) };
  const before = outcome === 'opted_out' && state.outcome !== 'opted_out' ? suppress(plan) : [];
  const turn = order([settled, []], event.receivedAt, ...before, { name: 'speak', payload, language: state.language });
  const closing = { phase: 'closing', speakSeq: turn[0].seq, speakAt: event.receivedAt } as const;
  return [enter(turn[0], closing, silenceTimer(event, plan, payload, 0)), turn[1]];
}

/** A question that is cut off by its time, or by something said, may have been answered already: that end still counts. */
function leftOpen(state: CallState, event: CallEvent): OpenQuestion | null {
  if (state.phase !== 'asking') return null;
  const ended = event.type === 'gather.ended' && event.asked?.seq === state.question.seq;
  return ended ? null : state.question;
}

/** The last words reached the patient later than they were ordered: a generous time for them begins now. */
export const speechAnew = (state: CallState, event: CallEvent, plan: CallPlan): CallState => ({
  ...state,
  timers: { ...state.timers, silence: timerAt(event, plan, LAST_WORDS_MS) },
});

export function hangUp(state: CallState, event: CallEvent, plan: CallPlan): Turn {
  const hanging = enter(keepWords(state, plan), { phase: 'hanging_up' }, hangupTimer(event, plan, HANGUP_CONFIRM_MS));
  const outcome = state.outcome ?? outcomeOfBreakOff(state);
  const broken = { ...hanging, outcome, checking: null, lastQuestion: brokenOff(state) };
  return order(stopIfHeard(broken, event, plan), event.receivedAt, { name: 'hangup' });
}

const hangupTimer = (event: CallEvent, plan: CallPlan, ms: number) => ({ hangup: timerAt(event, plan, ms) });

/** The question that the end of the line leaves open. */
const brokenOff = (state: CallState): OpenQuestion | null =>
  state.phase === 'asking' || state.phase === 'leaving_message' ? state.question : state.lastQuestion;

/** TC-08: a `*9` whose gather never spoke still stops all calls. */
function stopIfHeard(state: CallState, event: CallEvent, plan: CallPlan): Turn {
  if (!state.stopHeard || state.outcome === 'opted_out') return stay(state);
  return order([{ ...state, outcome: 'opted_out' }, []], event.receivedAt, ...suppress(plan));
}

/** The opt-out of one whose line is closing or gone: stored, and nothing more is said. */
export function stopCalls(state: CallState, event: CallEvent, plan: CallPlan): Turn {
  if (state.outcome === 'opted_out') return stay(state);
  // Nothing can be stored, so nothing counts as stopped.
  if (hidesNumber(plan)) return saveAgain(state, event, plan);
  const stopped: CallState = { ...state, outcome: 'opted_out', anyKey: true };
  return andThen(saveAgain(stopped, event, plan), (saved) => order([saved, []], event.receivedAt, ...suppress(plan)));
}

/** Telnyx says the call is over, but its hang-up event, which holds the cause, may still be on its way. */
export function awaitHangup(state: CallState, event: CallEvent, plan: CallPlan): Turn {
  const outcome = state.outcome ?? outcomeOfBreakOff(state);
  const kept = keepWords(state, plan);
  const waiting = enter(kept, { phase: 'hanging_up' }, hangupTimer(event, plan, CLOSE_AFTER_MS));
  return stopIfHeard({ ...waiting, outcome, lastQuestion: brokenOff(state) }, event, plan);
}

/** The line is free at once; the note follows when late events have had their time. */
export function end(state: CallState, event: CallEvent, plan: CallPlan, change: Partial<CallFacts> = {}): Turn {
  const ended: CallState = {
    ...enter(keepWords(state, plan), { phase: 'ended' }, { close: timerAt(event, plan, CLOSE_AFTER_MS) }),
    endedAt: event.at,
    checking: null,
    outcome: state.outcome ?? outcomeOfBreakOff(state),
    lastQuestion: brokenOff(state),
    ...change,
  } as CallState;
  return order(stopIfHeard(ended, event, plan), event.receivedAt, { name: 'release_line' });
}

/** Facts that come after the end are saved too, once the note has had its turn. */
export function saveAgain(state: CallState, event: CallEvent, plan: CallPlan): Turn {
  if (state.phase !== 'ended') return stay(state);
  if (state.timers.close !== undefined) return stay(state);
  // A note already written is not rewritten: what came late makes its next version.
  const close = timerAt(event, plan, CLOSE_AFTER_MS);
  return stay({ ...state, noteVersion: state.noteVersion + 1, timers: { ...state.timers, close } });
}

/** A call that was answered and then broke off is partial; one that never was is judged by its hang-up cause. */
const outcomeOfBreakOff = (state: CallState): Outcome | null => (state.answeredAt === null ? null : 'partial');

export const withTask = (state: CallState, kind: TaskKind): CallState =>
  state.tasks.includes(kind) ? state : { ...state, tasks: [...state.tasks, kind] };

export function withoutTimer(state: CallState, timer: TimerName): CallState {
  const { [timer]: _, ...timers } = state.timers;
  return { ...state, timers };
}

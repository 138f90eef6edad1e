/**
 * Bugs to plant, so that it can be seen that a flight finds them: a core that goes wrong, or the gate of a campaign that does.
 * Each with the kind of violation that gives it away. Every row of what must be zero has at least one.
 */
import { decide, type GateCode, type GateDecision } from '../../src/domain/campaign/gate.ts';
import type { CallPlan } from '../../src/domain/intake/call-plan.ts';
import type { Command, CommandName } from '../../src/domain/intake/command.ts';
import type { CallEvent } from '../../src/domain/intake/event.ts';
import type { CallState } from '../../src/domain/intake/state.ts';
import { transition } from '../../src/domain/intake/transition.ts';
import type { Turn } from '../../src/domain/intake/turn.ts';

type Core = typeof transition;
type Gate = typeof decide;

/** Hears one thing wrong, or not at all. */
const hearing =
  (mistake: (event: CallEvent, step: string, plan: CallPlan) => CallEvent | null): Core =>
  (state, event, plan) => {
    const heard = mistake(event, state.phase === 'asking' ? state.question.step : '', plan);
    return heard === null ? [state, []] : transition(state, heard, plan);
  };

/** Takes the end of one question for another answer. */
const mistaking = (asked: string, answer: (digits: string, plan: CallPlan) => string): Core =>
  hearing((event, step, plan) =>
    event.type === 'gather.ended' && step === asked ? { ...event, digits: answer(event.digits, plan) } : event,
  );

/** Decides right, and does something else. */
const doing =
  (mistake: (turn: Turn, before: CallState, event: CallEvent) => Turn): Core =>
  (state, event, plan) =>
    mistake(transition(state, event, plan), state, event);

const without = (...names: readonly CommandName[]): Core =>
  doing(([state, commands]) => [state, commands.filter(({ name }) => !names.includes(name))]);

const isAlarm = (command: Command): boolean => command.name === 'open_task' && command.kind === 'red_flag';

const onFile = (_: string, { patient }: CallPlan): string => {
  const [year = '', month = '', day = ''] = (patient.dateOfBirth ?? '').split('-');
  return `${month}${day}${year}`;
};

/** Dials once more while it rings. */
const ringAgain = (turn: Turn, before: CallState, { type, at }: CallEvent): Turn => {
  const [state, commands] = turn;
  if (type !== 'dial.accepted' || state.phase !== 'ringing' || before.seq >= 3) return turn;
  const seq = state.seq + 1;
  const again: Command = { name: 'dial', seq, createdAt: at };
  return [{ ...state, phase: 'dialing', dial: 'pending', seq }, [...commands, again]];
};

/** Knows of the hang-up, and orders one thing more. */
const orderOnceMore = (turn: Turn, before: CallState, { type, at }: CallEvent): Turn => {
  const [{ phase, hangup }] = turn;
  if (type !== 'call.hangup' || before.phase !== 'asking' || phase !== 'ended') return turn;
  return [{ ...before, hangup }, [{ name: 'record_stop', seq: before.seq + 1, createdAt: at }]];
};

interface Planted<T> {
  readonly broken: T;
  /** As `kindOf` says it. */
  readonly kind: string;
}

/** Lets through what one rule forbids. */
const allowing =
  (forgotten: GateCode): Gate =>
  (facts, at, policies) => {
    const decision = decide(facts, at, policies);
    if (decision.code !== forgotten) return decision;
    const { policyVersion, consentId, zones } = decision;
    return { policyVersion, consentId, zones, allowed: true, code: null };
  };

/** Says no, and something wrong of it. */
const saying =
  (mistake: (no: Extract<GateDecision, { allowed: false }>) => GateDecision): Gate =>
  (facts, at, policies) => {
    const decision = decide(facts, at, policies);
    return decision.allowed ? decision : mistake(decision);
  };

export const PLANTED_BUGS = {
  /** Whatever is pressed at the consent counts as a yes. */
  'records-without-consent': { kind: 'consent', broken: mistaking('consent', () => '1') },
  /** Words are not taken in. */
  'drops-words': {
    kind: 'answers',
    broken: hearing((event) => (event.type === 'transcription.received' ? null : event)),
  },
  /** The second half of a sentence. */
  'drops-what-follows': {
    kind: 'words',
    broken: hearing((event) => (event.type === 'transcription.received' && /^and /.test(event.text) ? null : event)),
  },
  'rings-twice': { kind: 'dial', broken: doing(ringAgain) },
  'keeps-the-line': { kind: 'open', broken: without('release_line') },
  'saves-nothing': { kind: 'open', broken: without('save_note') },
  'talks-over': { kind: 'question', broken: without('gather_stop') },
  'orders-after-the-end': { kind: 'after the end', broken: doing(orderOnceMore) },
  'forgets-the-hang-up': {
    kind: 'after the end',
    broken: hearing((event) => (event.type === 'call.hangup' ? null : event)),
  },
  'stores-no-opt-out': { kind: 'opt-out', broken: without('suppress_number') },
  'takes-an-opt-out-for-a-no': {
    kind: 'opt-out',
    broken: doing(([state, commands]) =>
      state.outcome === 'opted_out'
        ? [{ ...state, outcome: 'declined' }, commands.filter(({ name }) => name !== 'suppress_number')]
        : [state, commands],
    ),
  },
  'overhears-spoken-stops': {
    kind: 'opt-out',
    broken: hearing((event) => (event.type === 'transcription.received' && /stop/.test(event.text) ? null : event)),
  },
  'stops-calls-unasked': {
    kind: 'opt-out',
    broken: (state, event, plan) => {
      const [next, commands] = transition(state, event, plan);
      if (next.phase !== 'ended' || state.phase === 'ended') return [next, commands];
      const seq = next.seq + 1;
      return [
        { ...next, seq },
        [...commands, { name: 'suppress_number', number: plan.patientNumber, seq, createdAt: event.at }],
      ];
    },
  },
  'overhears-alarms': {
    kind: 'red flag',
    broken: doing(([state, commands]) => {
      const tasks = state.tasks.filter((kind) => kind !== 'red_flag');
      return [{ ...state, tasks, redFlags: [] }, commands.filter((command) => !isAlarm(command))];
    }),
  },
  'tells-nobody-of-alarms': {
    kind: 'red flag',
    broken: doing(([state, commands]) => [state, commands.filter((command) => !isAlarm(command))]),
  },
  'listens-on': { kind: 'withdrawal', broken: without('record_stop', 'transcription_stop') },
  'takes-anybody-for-the-patient': {
    kind: 'identity',
    broken: mistaking('opening', (digits) => (digits === '2' ? '1' : digits)),
  },
  'takes-any-birth-date': { kind: 'identity', broken: mistaking('birth_date', onFile) },
  'throws-dice': {
    kind: 'replay',
    broken: doing(([state, commands], _, { type }) =>
      type === 'call.answered' ? [{ ...state, answeredAt: Math.random() }, commands] : [state, commands],
    ),
  },
} as const satisfies Record<string, Planted<Core>>;

export const PLANTED_GATES = {
  'rings-at-night': { kind: 'dialled', broken: allowing('outside_hours') },
  'rings-too-often': { kind: 'calendar', broken: allowing('frequency') },
  'rings-who-may-not-be-rung': { kind: 'decision', broken: allowing('patient_flag') },
  'reserves-twice': { kind: 'overlap', broken: allowing('already_reserved') },
  /** Whoever must wait waits for ever. */
  'gives-up-early': {
    kind: 'given up',
    broken: saying((no) => (no.again === null ? no : { ...no, again: Number.MAX_SAFE_INTEGER })),
  },
  'names-another-rule': {
    kind: 'skip',
    broken: saying((no) => (no.code === 'patient_flag' ? { ...no, code: 'suppressed' } : no)),
  },
} as const satisfies Record<string, Planted<Gate>>;

export type PlantedBug = keyof typeof PLANTED_BUGS;
export type PlantedGate = keyof typeof PLANTED_GATES;

export const isBug = (name: string): name is PlantedBug => Object.hasOwn(PLANTED_BUGS, name);
export const isGate = (name: string): name is PlantedGate => Object.hasOwn(PLANTED_GATES, name);

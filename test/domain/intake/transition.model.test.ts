/**
 * The core model-checked over its distinct states: every event in every state that can be reached, to a fixed depth, on a
 * questionnaire small enough to be exhaustive. Every turn is held to given-sound-turn.ts (X1 among its rules).
 */
import { beforeAll, describe, expect, it } from 'vitest';
import type { CallPlan } from '../../../src/domain/intake/call-plan.ts';
import type { Command } from '../../../src/domain/intake/command.ts';
import { type CallState, newCall, nextTimer } from '../../../src/domain/intake/state.ts';
import { stillWanted } from '../../../src/domain/intake/still-wanted.ts';
import { transition } from '../../../src/domain/intake/transition.ts';
import { dated, eventsAfter } from '../../support/given-any-event.ts';
import { givenConsent } from '../../support/given-conversation.ts';
import { fired, gathered } from '../../support/given-events.ts';
import { givenPlan, givenQuestionnaire, voice, yesNo } from '../../support/given-plan.ts';
import { expectSoundTurn } from '../../support/given-sound-turn.ts';

const DEPTH = 10;
const SMALL = givenQuestionnaire(yesNo('ample.allergies'), voice('ample.allergies_detail', 'ample.allergies'));
const RECORD_START: Command = { name: 'record_start', seq: 0, createdAt: 0 };

/** What tells two states apart for a decision: times, counters and mere records are out of sight. */
function distinct(state: CallState): string {
  const { seq, checking, answers, consent, timers, anyKey: _, error, ...rest } = state;
  const since = (then: number | null | undefined) => (typeof then === 'number' ? seq - then : null);
  const said = Object.entries(answers).map(([id, { state, value, input }]) => [id, state, value, input]);
  return JSON.stringify({
    ...rest,
    said,
    consent: [consent.collection, consent.recording],
    timers: Object.keys(timers).sort(),
    checking: since(checking),
    givenUp: error === 'dial_unknown',
    ids: rest.ids !== null,
    hangup: rest.hangup !== null,
    recording: rest.recording !== null,
    dialedAt: rest.dialedAt !== null,
    answeredAt: rest.answeredAt !== null,
    endedAt: rest.endedAt !== null,
    starAt: 'starAt' in rest && rest.starAt !== undefined,
    ...('question' in rest && {
      question: { ...rest.question, seq: since(rest.question.seq), commandSince: rest.question.commandSince !== null },
    }),
    ...('speakSeq' in rest && { speakSeq: since(rest.speakSeq) }),
  });
}

interface Explored {
  readonly states: readonly CallState[];
  readonly turns: number;
  readonly recorderStarts: number;
}

function explore(plan: CallPlan, from: CallState, depth: number): Explored {
  const seen = new Map([[distinct(from), from]]);
  let front = [from];
  let turns = 0;
  let recorderStarts = 0;
  for (let step = 0; step < depth && front.length > 0; step += 1) {
    const next: CallState[] = [];
    for (const before of front) {
      for (const input of eventsAfter(before)) {
        const event = dated(input, step);
        const turn = transition(before, event, plan);
        turns += 1;
        expectSoundTurn(before, event, turn);
        if (turn[1].some(({ name }) => name === 'record_start')) recorderStarts += 1;
        const key = distinct(turn[0]);
        if (seen.has(key)) continue;
        seen.set(key, turn[0]);
        next.push(turn[0]);
      }
    }
    front = next;
  }
  return { states: [...seen.values()], turns, recorderStarts };
}

describe('every order of events', () => {
  const plan = givenPlan({ questionnaire: SMALL });
  const noIdentity = givenPlan({ questionnaire: SMALL, patient: { dateOfBirth: null } });
  const models: [string, CallPlan, CallState][] = [
    ['from the order to dial', plan, newCall(plan)],
    ['from the order to dial, without a birth date on file', noIdentity, newCall(noIdentity)],
    ['from the consent', plan, givenConsent(plan).state],
  ];

  describe.each(models)('%s', (_, ofPlan, from) => {
    let explored: Explored = { states: [], turns: 0, recorderStarts: 0 };
    beforeAll(() => {
      explored = explore(ofPlan, from, DEPTH);
    });

    it('is explored far enough to mean something', () => {
      const { states, turns, recorderStarts } = explored;
      expect(states.length).toBeGreaterThan(3000);
      expect(turns).toBeGreaterThan(50_000);
      expect(recorderStarts).toBeGreaterThan(0);
      expect(new Set(states.map(({ phase }) => phase)).size).toBeGreaterThanOrEqual(4);
    });

    it('never lets a recorder start in a state without a stored consent (X1)', () => {
      for (const state of explored.states) {
        if (state.consent.recording !== 'given') expect(stillWanted(state, RECORD_START)).toBe(false);
        if (state.recorder !== 'off')
          expect([state.consent.recording, state.consent.eventId]).toEqual(['given', expect.any(String)]);
      }
    });

    it('leaves no call open: when nothing more is heard, the timers alone bring every state to its end and its note', () => {
      for (const state of explored.states) {
        if (state.phase === 'new') continue;
        const end = runOut(state, ofPlan);
        if (end.state.phase !== 'ended') expect.fail(`left open: ${JSON.stringify(state)}`);
        if (state.phase !== 'ended')
          expect(end.names.filter((name) => name === 'save_note' || name === 'release_line')).toEqual([
            'release_line',
            'save_note',
          ]);
      }
    });
  });
});

function runOut(from: CallState, plan: CallPlan): { state: CallState; names: string[] } {
  let state = from;
  const names: string[] = [];
  for (let step = 0; step < 40; step += 1) {
    const next = nextTimer(state);
    if (next === null) break;
    const event = { ...dated(fired(next.timer), step), at: next.dueAt, receivedAt: next.dueAt };
    const [after, commands] = transition(state, event, plan);
    names.push(...commands.map(({ name }) => name));
    state = after;
  }
  return { state, names };
}

describe('the check itself', () => {
  const atConsent = givenConsent(givenPlan({ questionnaire: SMALL }));
  const turnOn = (digits: string) => {
    const event = dated(gathered(digits, atConsent.asked), 1);
    return { event, turn: transition(atConsent.state, event, atConsent.plan) };
  };
  const recorder = (state: CallState): Command => ({ ...RECORD_START, seq: state.seq + 1, createdAt: 2000 });

  it.each(['2', '3', '*', '9'])('catches a recorder that starts on key %s (X1)', (digits) => {
    const { event, turn } = turnOn(digits);
    const [state, commands] = turn;
    const mutant = { ...state, seq: state.seq + 1, recorder: 'on' } as CallState;
    expect(() => expectSoundTurn(atConsent.state, event, [mutant, [...commands, recorder(state)]])).toThrow();
  });

  it('catches a recorder that starts with the consent not yet stored (X1)', () => {
    const { event, turn } = turnOn('1');
    const mutant = { ...turn[0], consent: atConsent.state.consent };
    expect(() => expectSoundTurn(atConsent.state, event, [mutant, turn[1]])).toThrow();
  });

  it('catches a second question, a lost answer and a line command after the end', () => {
    const { event, turn } = turnOn('2');
    const [state, commands] = turn;
    const twice = commands.map((command) => ({ ...command, seq: command.seq + 1 }));
    expect(() =>
      expectSoundTurn(atConsent.state, event, [{ ...state, seq: state.seq + 1 }, [...commands, ...twice]]),
    ).toThrow();
    expect(() => expectSoundTurn({ ...atConsent.state, answers: { x: { state: 'none' } } }, event, turn)).toThrow();
    expect(() =>
      expectSoundTurn(atConsent.state, event, [{ ...state, phase: 'ended' } as CallState, commands]),
    ).toThrow();
  });
});

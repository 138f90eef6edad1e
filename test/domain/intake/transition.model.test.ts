/**
 * The core model-checked (X1, X2): breadth first over the distinct states of a call, every event of given-any-event.ts in each,
 * on a questionnaire small enough to get around in. Every turn is held to given-sound-turn.ts.
 * MODEL_STATES bounds the states of each model (4000 in `npm test`); for a deep run:
 *   MODEL_STATES=150000 npx vitest run --config test/vitest.config.ts --project unit test/domain/intake/transition.model.test.ts
 */
import { beforeAll, describe, expect, it } from 'vitest';
import type { CallPlan } from '../../../src/domain/intake/call-plan.ts';
import type { Command, CommandBody } from '../../../src/domain/intake/command.ts';
import type { CallEvent } from '../../../src/domain/intake/event.ts';
import {
  type CallState,
  newCall,
  nextTimer,
  type OpenQuestion,
  type Progress,
} from '../../../src/domain/intake/state.ts';
import { stillWanted } from '../../../src/domain/intake/still-wanted.ts';
import { transition } from '../../../src/domain/intake/transition.ts';
import type { Turn } from '../../../src/domain/intake/turn.ts';
import { dated, eventsAfter, FLAG_WORDS } from '../../support/given-any-event.ts';
import { givenConsent, givenInterview } from '../../support/given-conversation.ts';
import { fired, speakEnded } from '../../support/given-events.ts';
import {
  givenInboundPlan,
  givenPlan,
  givenQuestionnaire,
  message,
  STAFF_ON_DUTY,
  spokenFlag,
  voice,
  yesNo,
} from '../../support/given-plan.ts';
import { expectSoundTurn } from '../../support/given-sound-turn.ts';

const MAX_STATES = Number(process.env['MODEL_STATES'] ?? 4000);
const SMALL = {
  ...givenQuestionnaire(yesNo('ample.allergies'), voice('ample.allergies_detail', 'ample.allergies')),
  redFlags: [
    spokenFlag('flag', FLAG_WORDS),
    { ...spokenFlag('key', 'x'), when: [{ item: 'ample.allergies', equals: false }] },
  ],
};
const STARTS: readonly Command[] = [
  { name: 'record_start', seq: 0, createdAt: 0 },
  { name: 'transcription_start', language: 'en', seq: 0, createdAt: 0 },
];

/** What tells two states apart for a decision: times, counters and mere records are out of sight. */
function distinct(state: CallState): string {
  const { seq, answers, consent, voice: spoken, timers, error, ...rest } = state;
  const { ids, hangup, recording, dialedAt, answeredAt, endedAt, starAt, checking, redFlags, ...facts } = rest;
  return JSON.stringify(
    [
      { ...facts, lastQuestion: put(facts.lastQuestion), lastKey: facts.lastKey?.digit, noteVersion: null },
      Object.entries(answers).map(([id, answer]) => [id, answer.state, answer.value, answer.input, answer.confirmed]),
      [consent.collection, consent.recording],
      spoken && [spoken.item, spoken.until === null, Math.min(spoken.words.length, 2)],
      Object.keys(timers).sort(),
      redFlags.map(({ rule }) => rule),
      [ids, hangup, recording, dialedAt, answeredAt, endedAt, starAt, checking].map((known) => known !== null),
      error === 'dial_unknown',
      'question' in rest && put(rest.question),
      'back' in rest && (rest.back === null || rest.back === 'next' ? rest.back : put(rest.back)),
      'speakSeq' in rest && rest.speakSeq === null,
      'transferSeq' in rest && rest.transferSeq === null,
    ],
    (key, value) => (OF_A_PHASE.has(key) ? undefined : value),
  );
}
const OF_A_PHASE = new Set(['question', 'back', 'speakSeq', 'speakAt', 'transferSeq', 'since']);

/** A question without its numbers. */
function put(question: Progress | OpenQuestion | null): unknown {
  if (question === null) return null;
  const { step, flag, failedTries, anyInvalid, lostSeq, freeRepeats } = question;
  const open = 'seq' in question ? [question.settling, question.commandSince !== null, question.playing] : null;
  return [step, flag && [flag.advice, put(flag.after)], failedTries, anyInvalid, lostSeq !== null, freeRepeats, open];
}

type Decide = (state: CallState, event: CallEvent, plan: CallPlan) => Turn;
interface Place {
  readonly state: CallState;
  /** Epoch milliseconds of the last event: later ones come later. */
  readonly now: number;
}
interface Explored {
  readonly places: readonly Place[];
  readonly turns: number;
  readonly names: ReadonlySet<string>;
}

function explore(plan: CallPlan, from: CallState, maxStates = MAX_STATES, decide: Decide = transition): Explored {
  const seen = new Set([distinct(from)]);
  const places: Place[] = [{ state: from, now: plan.createdAt + 60_000 }];
  const names = new Set<string>();
  let turns = 0;
  for (let next = 0; next < places.length && places.length < maxStates; next += 1) {
    const place = places[next];
    if (place === undefined) break;
    for (const input of eventsAfter(place.state)) {
      const event = dated(input, `evt_${turns}`, place.now, place.state);
      const turn = decide(place.state, event, plan);
      turns += 1;
      expectSoundTurn(place.state, event, turn);
      for (const { name } of turn[1]) names.add(name);
      const key = distinct(turn[0]);
      if (seen.has(key)) continue;
      seen.add(key);
      places.push({ state: turn[0], now: event.receivedAt });
    }
  }
  return { places, turns, names };
}

const plan = givenPlan({ questionnaire: SMALL, staff: STAFF_ON_DUTY });
const told = givenPlan({
  questionnaire: { ...SMALL, items: [message('message.audio', true), voice('message.reply')] },
  mediaUrl: 'https://intake.example/media/med_1/h.mp3',
  staff: STAFF_ON_DUTY,
});
const nobodyThere = givenPlan({ questionnaire: SMALL, patient: { dateOfBirth: null } });
const inbound = givenInboundPlan({
  questionnaire: SMALL,
  staff: STAFF_ON_DUTY,
  candidates: [{}, { patient: { dateOfBirth: null } }],
});
const hidden = givenInboundPlan({ questionnaire: SMALL, patientNumber: 'anonymous' });
const models: [string, CallPlan, CallState][] = [
  ['from the order to dial', plan, newCall(plan)],
  ['from the order to dial, without staff or birth date', nobodyThere, newCall(nobodyThere)],
  ['from a call that rings us', inbound, newCall(inbound)],
  ['from a caller who hides the number', hidden, newCall(hidden)],
  ['from the consent', plan, givenConsent(plan).state],
  ['from the first spoken question', plan, givenInterview(plan).keys('1').state],
  ['from the text of a message', told, givenInterview(told).state],
  ['from the audio of a message', told, givenInterview(told).when(speakEnded).state],
];

describe.each(models)('every order of events, %s', (_, ofPlan, from) => {
  let explored: Explored = { places: [], turns: 0, names: new Set() };
  beforeAll(() => {
    explored = explore(ofPlan, from);
  }, 3_600_000);

  it('is explored far enough to mean something', () => {
    const { places, turns, names } = explored;
    expect(places.length).toBeGreaterThanOrEqual(Math.min(MAX_STATES, 3000));
    expect(turns).toBeGreaterThan(places.length);
    for (const name of ['gather_using_speak', 'speak', 'hangup', 'release_line', 'save_note'])
      expect([...names]).toContain(name);
    // Who hides the number would have to key it in, and the keys of the alphabet make none.
    expect(names.has('suppress_number')).toBe(ofPlan !== hidden);
    expect(new Set(places.map(({ state }) => state.phase)).size).toBeGreaterThanOrEqual(5);
  });

  it('lets recorder and transcription start only with the stored consent, while on, on a live line (X1)', () => {
    expect(openGate(stillWanted, explored.places)).toBeNull();
    for (const { state } of explored.places) {
      if (state.recorder === 'off' && state.transcriber === 'off') continue;
      if (state.consent.recording !== 'given' || state.consent.eventId === null || state.consent.key !== '1')
        expect.fail(`listens without a consent: ${JSON.stringify(state)}`);
    }
  });

  it('leaves no call open: when nothing more is heard, the timers alone bring every state to its end and its note', () => {
    for (const place of explored.places) {
      if (place.state.phase === 'new') continue;
      const { state, names } = runOut(place, ofPlan);
      if (state.phase !== 'ended') expect.fail(`left open: ${JSON.stringify(place.state)}`);
      const own = names.filter((name) => name === 'save_note' || name === 'release_line');
      if (place.state.phase !== 'ended') expect(own).toEqual(['release_line', 'save_note']);
    }
  }, 3_600_000);
});

/** Where a start would be sent that must not be, or would not be though it should; null when nowhere. */
function openGate(wanted: typeof stillWanted, places: readonly Place[]): string | null {
  const live = new Set(['asking', 'leaving_message', 'transferring', 'bridged', 'closing', 'hanging_up']);
  for (const { state } of places) {
    for (const recording of ['not_asked', 'given', 'declined'] as const) {
      for (const runs of ['off', 'on', 'stopped', 'failed'] as const) {
        const consent = { ...state.consent, recording };
        const mutant = { ...state, consent, recorder: runs, transcriber: runs } as CallState;
        const may = recording === 'given' && runs === 'on' && live.has(state.phase);
        for (const start of STARTS)
          if (wanted(mutant, start) !== may) return `${start.name} while ${state.phase}, ${recording}, ${runs}`;
      }
    }
  }
  return null;
}

/** So many timers at most until a call nobody hears of is over and written down. */
const MAX_TIMERS = 60;

function runOut(from: Place, ofPlan: CallPlan): { state: CallState; names: string[] } {
  let { state, now } = from;
  const names: string[] = [];
  for (let i = 0; i < MAX_TIMERS; i += 1) {
    const next = nextTimer(state);
    if (next === null) break;
    const event = dated(fired(next.timer), `out_${i}`, now, state);
    now = event.receivedAt;
    const [after, commands] = transition(state, event, ofPlan);
    names.push(...commands.map(({ name }) => name));
    state = after;
  }
  return { state, names };
}

describe('the check is not empty: it finds', () => {
  const atConsent = givenConsent(plan).state;
  const atVoice = givenInterview(plan).keys('1').state;
  const withOrder = ([state, commands]: Turn, event: CallEvent, body: CommandBody, change: object = {}): Turn => {
    const seq = state.seq + 1;
    const command = { ...body, seq, createdAt: event.receivedAt } as Command;
    return [{ ...state, seq, ...change } as CallState, [...commands, command]];
  };
  const ON = { recorder: 'on', transcriber: 'on' } as const;
  const isEnd = (event: CallEvent, digits: string, status = 'valid'): boolean =>
    event.type === 'gather.ended' && event.digits === digits && event.status === status;
  const without = ([state, commands]: Turn, name: Command['name']): Turn => {
    const kept = commands.filter((command) => command.name !== name);
    const seq = state.seq - (commands.length - kept.length);
    const renamed = kept.map((command, i) => ({ ...command, seq: seq - kept.length + 1 + i }));
    const asked = renamed.find((command) => command.name === 'gather_using_speak');
    const open = state.phase === 'asking' && asked ? { question: { ...state.question, seq: asked.seq } } : {};
    return [{ ...state, seq, ...open } as CallState, renamed];
  };

  const mutants: [string, CallState, Decide][] = [
    ...(['2', '3', '*', '9'] as const).map((key): [string, CallState, Decide] => [
      `a recorder that starts on key ${key}`,
      atConsent,
      (state, event, of) => {
        const turn = transition(state, event, of);
        const starts = state.phase === 'asking' && state.question.step === 'consent' && isEnd(event, key);
        return starts ? withOrder(turn, event, { name: 'record_start' }, ON) : turn;
      },
    ]),
    [
      'a transcription that starts on key 2',
      atConsent,
      (state, event, of) => {
        const turn = transition(state, event, of);
        const starts = state.phase === 'asking' && state.question.step === 'consent' && isEnd(event, '2');
        return starts ? withOrder(turn, event, { name: 'transcription_start', language: 'en' }, ON) : turn;
      },
    ],
    [
      'a recorder that starts on a 1 whose status is invalid (Z5)',
      atConsent,
      (state, event, of) =>
        isEnd(event, '1', 'invalid')
          ? transition(state, { ...event, status: 'valid' } as CallEvent, of)
          : transition(state, event, of),
    ],
    [
      'a recorder that starts though the consent is not stored',
      atConsent,
      (state, event, of) => {
        const [after, commands] = transition(state, event, of);
        return [{ ...after, consent: state.consent }, commands];
      },
    ],
    [
      'a recorder that starts with the answer',
      givenPlanState(),
      (state, event, of) => {
        const turn = transition(state, event, of);
        const starts = event.type === 'call.answered' && turn[0].phase === 'asking' && state.phase !== 'asking';
        return starts ? withOrder(turn, event, { name: 'record_start' }, ON) : turn;
      },
    ],
    [
      'a recorder that starts again after `*8` (RC-04)',
      atVoice,
      (state, event, of) => {
        const turn = transition(state, event, of);
        return state.recorder === 'stopped' && event.type === 'gather.ended'
          ? withOrder(turn, event, { name: 'record_start' }, ON)
          : turn;
      },
    ],
    [
      'a recorder that merely counts as running again (RC-04)',
      atVoice,
      (state, event, of) => {
        const [after, commands] = transition(state, event, of);
        return [after.recorder === 'stopped' ? { ...after, recorder: 'on' } : after, commands];
      },
    ],
    [
      'a late consent that starts the recorder after the hang-up',
      atConsent,
      (state, event, of) => {
        const turn = transition(state, event, of);
        return state.phase === 'ended' && isEnd(event, '1')
          ? withOrder(turn, event, { name: 'record_start' }, ON)
          : turn;
      },
    ],
    [
      'a question put while another is open',
      atVoice,
      (state, event, of) => without(transition(state, event, of), 'gather_stop'),
    ],
    [
      'an opt-out that reaches no list (TC-08)',
      atVoice,
      (state, event, of) => without(transition(state, event, of), 'suppress_number'),
    ],
    [
      'an end that holds the line (TC-18)',
      atVoice,
      (state, event, of) => without(transition(state, event, of), 'release_line'),
    ],
    [
      'a hang-up that goes before the opt-out (TC-08)',
      atVoice,
      (state, event, of) => {
        const turn = transition(state, event, of);
        const at = turn[1].findIndex(({ name }) => name === 'suppress_number');
        const { [at]: first, [at + 1]: second } = turn[1];
        if (first === undefined || second?.name !== 'hangup') return turn;
        const swapped = [...turn[1]];
        swapped[at] = { ...second, seq: first.seq };
        swapped[at + 1] = { ...first, seq: second.seq };
        return [turn[0], swapped];
      },
    ],
    [
      'an answer that is lost',
      atVoice,
      (state, event, of) => {
        const [after, commands] = transition(state, event, of);
        return event.type === 'call.hangup' ? [{ ...after, answers: {} }, commands] : [after, commands];
      },
    ],
    [
      'a call that talks on after its hang-up (TC-18)',
      atVoice,
      (state, event, of) =>
        state.phase === 'ended' && event.type === 'call.answered'
          ? withOrder(transition(state, event, of), event, { name: 'hangup' })
          : transition(state, event, of),
    ],
  ];

  it.each(mutants)('%s', (_, from, decide) => {
    expect(() => explore(plan, from, 3000, decide)).toThrow(/TC-|X1|RC-|two questions|lost or changed|nobody wants/);
  });

  it('a question put over a message that is still played', () => {
    const playing = givenInterview(told).when(speakEnded).state;
    const decide: Decide = (state, event, of) => without(transition(state, event, of), 'playback_stop');
    expect(() => explore(told, playing, 3000, decide)).toThrow(/two questions|over a message/);
  });

  it('a path that never ends', () => {
    const place: Place = { state: { ...atVoice, timers: {} }, now: plan.createdAt };
    expect(runOut(place, plan).state.phase).not.toBe('ended');
  });

  const gates: [string, typeof stillWanted][] = [
    [
      'the consent',
      (state, command) => stillWanted({ ...state, consent: { ...state.consent, recording: 'given' } }, command),
    ],
    ['that recorder and transcriber are on', (state, command) => stillWanted({ ...state, ...ON }, command)],
    ['the live line', (state, command) => stillWanted({ ...state, phase: 'hanging_up' } as CallState, command)],
    ['everything', () => true],
    ['anything that lets it open', () => false],
    [
      'the gate of the transcription alone',
      (state, command) => command.name === 'transcription_start' || stillWanted(state, command),
    ],
    [
      'the gate of the recorder alone',
      (state, command) => command.name === 'record_start' || stillWanted(state, command),
    ],
  ];

  it.each(gates)('a gate without %s (X1)', (_, wanted) => {
    const { places } = explore(plan, newCall(plan), 200);
    expect(openGate(wanted, places)).not.toBeNull();
  });

  function givenPlanState(): CallState {
    return newCall(plan);
  }
});

/** Random calls: totality, one note and one release per end, and calls told in another order (X2). */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CallEvent, GatherStatus, MachineVerdict } from '../../../src/domain/intake/event.ts';
import { type CallState, newCall, nextTimer, type TimerName } from '../../../src/domain/intake/state.ts';
import { transition } from '../../../src/domain/intake/transition.ts';
import { noteOf } from '../../../src/domain/note/note.ts';
import { dated, eventsAfter } from '../../support/given-any-event.ts';
import {
  type Conversation,
  given,
  givenInterview,
  givenOpening,
  givenRinging,
} from '../../support/given-conversation.ts';
import {
  answered,
  fired,
  gathered,
  heard,
  hungUp,
  IDS,
  keyPressed,
  recordingSaved,
  speakEnded,
} from '../../support/given-events.ts';
import { type Entries, talk, USUAL_ENTRIES } from '../../support/given-phone.ts';
import { BIRTH_DATE_KEYS, givenPlan, STAFF_ON_DUTY } from '../../support/given-plan.ts';
import { expectSoundTurn } from '../../support/given-sound-turn.ts';

const plan = givenPlan();

/** A call that takes, at each step, one of the events that may happen next. */
function wander(choices: readonly number[], from = newCall(plan)): { state: CallState; names: string[]; ends: number } {
  let state = from;
  let now = plan.createdAt + 60_000;
  const names: string[] = [];
  let ends = 0;
  for (const [step, choice] of choices.entries()) {
    const possible = eventsAfter(state);
    const event = dated(possible[choice % possible.length] ?? fired('close'), `evt_w${step}`, now, state);
    now = event.receivedAt;
    const turn = transition(state, event, plan);
    expectSoundTurn(state, event, turn);
    if (state.phase !== 'ended' && turn[0].phase === 'ended') ends += 1;
    state = turn[0];
    names.push(...turn[1].map(({ name }) => name));
  }
  return { state, names, ends };
}

describe('any call', () => {
  it('keeps every rule of a turn, whatever happens next (SE-03)', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(10_000), { minLength: 20, maxLength: 120 }), (choices) => {
        const { names, ends } = wander(choices);
        expect(names.filter((name) => name === 'record_start').length).toBeLessThanOrEqual(1);
        expect(names.filter((name) => name === 'release_line')).toHaveLength(ends);
      }),
      { numRuns: 300 },
    );
  });

  it('keeps them in the middle of an interview, too, with staff to reach', () => {
    const ready = givenPlan({ staff: STAFF_ON_DUTY });
    const starts = ['hpi.chief_complaint', 'hpi.chief_complaint.confirm', 'hpi.pain_level', 'ample.allergies'];
    const choices = fc.array(fc.nat(10_000), { minLength: 10, maxLength: 60 });
    fc.assert(
      fc.property(fc.constantFrom(...starts), choices, (step, picked) => {
        const { names } = wander(picked, talk(givenOpening(ready), {}, step).state);
        expect(names.filter((name) => name === 'record_start' || name === 'transcription_start')).toEqual([]);
        expect(names.filter((name) => name === 'transfer').length).toBeLessThanOrEqual(2);
      }),
      { numRuns: 300 },
    );
  });

  it('does not count the end of a gather twice, whatever the end', () => {
    const steps = fc.constantFrom(...Object.keys(USUAL_ENTRIES));
    const digits = fc.constantFrom(
      '1',
      '2',
      '3',
      '9',
      '0',
      '7',
      '10',
      '*',
      '*7',
      '*8',
      '*9',
      '**',
      '',
      BIRTH_DATE_KEYS,
    );
    const status = fc.constantFrom<GatherStatus>('valid', 'invalid', 'timeout', 'call_hangup', 'cancelled', 'other');
    fc.assert(
      fc.property(steps, digits, status, fc.boolean(), (step, entry, how, hangsUp) => {
        const call = talk(givenOpening(), {}, step);
        const { asked } = call;
        if (hangsUp) call.when(hungUp());
        call.when(gathered(entry, asked, how));
        const before = call.state;
        call.when(gathered(entry, asked, how), gathered(entry, asked, how));
        // A gather that ended with the line says nothing yet, however often.
        expect([call.last, { ...call.state, timers: {} }]).toEqual([[], { ...before, timers: {} }]);
      }),
      { numRuns: 400 },
    );
  });

  it('answers with the same words whatever the order in which they are delivered (X2, SE-03, T06)', () => {
    const texts = ['my knee', 'is swollen', 'since Monday', 'and it hurts', 'at night'];
    fc.assert(
      fc.property(fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 1 }), (order) => {
        const call = givenInterview();
        const { now } = call;
        for (const i of order) call.when(heard(texts[i] ?? '', { at: now + 1 + i }));
        const said = texts.filter((_, i) => order.includes(i)).join(' ');
        expect(call.quiet().keys('1').state.answers['hpi.chief_complaint']?.value).toBe(said);
      }),
    );
  });

  it('releases its line once and writes its note once, when it ends and nothing is heard after', () => {
    const step = fc.constantFrom(...Object.keys(USUAL_ENTRIES));
    fc.assert(
      fc.property(step, fc.boolean(), (stopAt, silent) => {
        const call = talk(givenOpening(), {}, stopAt);
        if (silent) while (call.state.phase !== 'ended') call.timer(nextTimer(call.state)?.timer ?? 'close');
        else call.when(hungUp());
        call.timer('close').when(hungUp(), fired('close'), answered, speakEnded);
        expect([call.ordered('release_line').length, call.ordered('save_note').length]).toEqual([1, 1]);
      }),
    );
  });

  it('never throws, whatever an event holds', () => {
    const text = fc.oneof(
      fc.string({ maxLength: 12 }),
      fc.constantFrom('1', '*', '**', '__proto__', 'constructor', '9'.repeat(200)),
    );
    const seq = fc.integer({ min: -2, max: 12 });
    const asked = fc.option(fc.record({ step: fc.oneof(text, fc.constantFrom('opening', 'consent', 'command')), seq }));
    const status = fc.constantFrom<GatherStatus>(
      'valid',
      'invalid',
      'timeout',
      'call_hangup',
      'cancelled',
      'cancelled_amd',
      'other',
    );
    const timer = fc.constantFrom<TimerName>(
      ...(['silence', 'dial_wait', 'ring', 'utterance', 'greeting', 'transfer', 'bridge', 'limit', 'hangup'] as const),
      'close',
    );
    const verdict = fc.constantFrom<MachineVerdict>('human', 'machine', 'fax', 'silence', 'not_sure');
    const confidence = fc.option(fc.double());
    const body = fc.oneof(
      fc
        .constantFrom(
          ...['call.requested', 'dial.sent', 'dial.unknown', 'speak.ended', 'hangup.requested', 'greeting.ended'],
          ...['call_screening.detected', 'staff.answered', 'staff.hung_up'],
        )
        .map((type) => ({ type })),
      fc
        .constantFrom('dial.accepted', 'call.initiated', 'call.received', 'call.answered')
        .map((type) => ({ type, ids: IDS })),
      fc.record({ type: fc.constant('machine.detected'), verdict }),
      fc.record({ type: fc.constant('transcription.received'), text, confidence }),
      fc.record({ type: fc.constant('gather.ended'), digits: text, status, asked }),
      fc.record({ type: fc.constant('dtmf.received'), digit: text, asked }),
      fc.record({
        type: fc.constant('call.hangup'),
        cause: fc.option(text),
        source: fc.option(text),
        sipCause: fc.option(text),
      }),
      fc.record({ type: fc.constant('call.checked'), seq, alive: fc.option(fc.boolean()) }),
      fc.record({ type: fc.constant('timeout.fired'), timer }),
    );
    const time = fc.integer({ min: -1, max: 4_000_000_000_000 });
    const event = fc
      .tuple(fc.record({ id: fc.uuid(), at: time, receivedAt: time }), body)
      .map(([base, rest]) => ({ ...base, ...rest }) as CallEvent);
    fc.assert(
      fc.property(fc.array(event, { maxLength: 30 }), fc.nat(2), (events, start) => {
        let state: CallState = [newCall(plan), givenOpening().state, givenInterview().state][start] ?? newCall(plan);
        for (const each of events) {
          const turn = transition(state, each, plan);
          expectSoundTurn(state, each, turn);
          state = turn[0];
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('a recorded call told again (X2)', () => {
  const entries = fc.record({
    consent: fc.constantFrom('1', '2', '3'),
    'hpi.pain_level': fc.constantFrom('0', '10', '*7', '**', '99', ''),
    'ample.allergies': fc.constantFrom('1', '2', '3', '8'),
    'ample.medications': fc.constantFrom('1', '*'),
    'hpi.chief_complaint': fc.constantFrom('my knee', '5', '*7', '*'),
    'hpi.chief_complaint.confirm': fc.constantFrom('1', '2', '3', '', '*'),
    command: fc.constantFrom('7', '9', '0', '8'),
  });

  it('is the same after stale copies, with fresh ids, of what was said before', () => {
    const copies = fc.array(fc.tuple(fc.nat(1000), fc.nat(1000)), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(entries, copies, (said, places) => {
        const { events } = recorded(said);
        const late = [...events];
        for (const [from, to] of places) insertCopy(late, from, to);
        expect(replay(late)).toEqual(replay(events));
      }),
      { numRuns: 150 },
    );
  });

  it('is the same in every order Telnyx may deliver it: what no answer waits for comes late (SE-03, T06)', () => {
    fc.assert(
      fc.property(entries, fc.array(fc.nat(12), { minLength: 60, maxLength: 60 }), (said, delays) => {
        const { events } = recorded(said);
        const order = events.map((event, i) => ({
          event,
          place: i + (isWaitedFor(event) ? 0 : (delays[i % 60] ?? 0) + 0.5),
        }));
        const shuffled = order.sort((a, b) => a.place - b.place).map(({ event }) => event);
        expect(replay(shuffled)).toEqual(replay(events));
      }),
      { numRuns: 150 },
    );
  });
});

const OTHER_ENTRIES: Entries = { command: '7', red_flag: '2' };

/** A call to its end, each key also as dtmf. The given entries are the first at their step; after them come the usual ones. */
function recorded(entries: Entries): Conversation {
  const call = givenRinging().when(answered);
  const asked = new Set<string>();
  while (call.state.phase === 'asking') {
    const step = call.at;
    const usual = USUAL_ENTRIES[step] ?? OTHER_ENTRIES[step] ?? (step.endsWith('.confirm') ? '1' : 'some words');
    const entry = asked.has(step) ? usual : (entries[step] ?? usual);
    asked.add(step);
    if (/\p{L}/u.test(entry)) {
      call.says(entry).quiet();
      continue;
    }
    for (const digit of entry) call.when(keyPressed(digit, call.asked));
    call.when(gathered(entry, call.asked, entry === '' ? 'timeout' : 'valid'));
    if (call.state.phase === 'asking' && call.question.settling !== null) call.quiet();
  }
  if (call.state.phase === 'closing') call.when(speakEnded);
  return call.when(hungUp(), recordingSaved());
}

const isWaitedFor = ({ type }: CallEvent): boolean =>
  type !== 'dtmf.received' && type !== 'dial.accepted' && type !== 'call.initiated' && type !== 'recording.saved';

/** A copy of an earlier gather or key, under a new id, somewhere after the original. */
function insertCopy(events: CallEvent[], from: number, to: number): void {
  const spoken = events.flatMap(({ type }, i) => (type === 'gather.ended' || type === 'dtmf.received' ? [i] : []));
  const original = spoken[from % spoken.length] ?? 0;
  const place = original + 1 + (to % (events.length - original));
  const event = events[original];
  if (event) events.splice(place, 0, { ...event, id: `${event.id}_copy_${place}_${events.length}` });
}

/** What a call comes to: its note, its orders, its consent and tasks. */
function replay(events: readonly CallEvent[]) {
  const call = given(plan);
  for (const event of events) call.when(event);
  if (call.state.timers.close !== undefined) call.timer('close');
  const note = noteOf(call.state, plan, 'note_1', 1, 0, (at) => new Date(at).toISOString());
  const orders = call.commands.map(({ createdAt: _, ...order }) => order);
  return [call.at, note, orders, call.state.consent, call.state.tasks, call.state.outcome] as const;
}

import { describe, expect, it } from 'vitest';
import { promptEstimateMs } from '../../../src/domain/intake/call-texts.ts';
import type { CallEvent } from '../../../src/domain/intake/event.ts';
import { newCall } from '../../../src/domain/intake/state.ts';
import {
  close,
  end,
  enter,
  hangUp,
  order,
  silenceTimer,
  stay,
  withoutTimer,
  withTask,
} from '../../../src/domain/intake/turn.ts';
import { givenInterview } from '../../support/given-conversation.ts';
import { givenPlan } from '../../support/given-plan.ts';

const plan = givenPlan();
const state = newCall(plan);
const event: CallEvent = { id: 'evt_1', at: 900, receivedAt: 1000, type: 'speak.ended' };

describe('order', () => {
  it('numbers the orders on from the state and dates them', () => {
    const [next, commands] = order(
      [{ ...state, seq: 4 }, []],
      1000,
      { name: 'open_task', kind: 'callback' },
      { name: 'hangup' },
    );
    expect(next.seq).toBe(6);
    expect(commands).toEqual([
      { name: 'open_task', kind: 'callback', seq: 5, createdAt: 1000 },
      { name: 'hangup', seq: 6, createdAt: 1000 },
    ]);
  });

  it('adds to what the turn already orders', () => {
    const first = order(stay(state), 1000, { name: 'gather_stop' });
    expect(order(first, 1000, { name: 'hangup' })[1].map(({ name, seq }) => [name, seq])).toEqual([
      ['gather_stop', 1],
      ['hangup', 2],
    ]);
  });
});

describe('enter', () => {
  it('leaves behind what belonged to the old phase, its timers too', () => {
    const asking = givenInterview().state;
    const ended = enter({ ...asking, timers: { silence: 5 } }, { phase: 'ended' });
    expect(ended).not.toHaveProperty('question');
    expect(ended).toMatchObject({ phase: 'ended', timers: {}, consent: asking.consent });
    expect(enter({ ...state, phase: 'closing', speakSeq: 3, speakAt: 900 }, { phase: 'hanging_up' })).toEqual({
      ...state,
      phase: 'hanging_up',
    });
    expect(enter({ ...state, phase: 'dialing', dial: 'sent' }, { phase: 'ringing' })).not.toHaveProperty('dial');
  });
});

describe('silenceTimer', () => {
  it('is the prompt, the wait and 10 s from when we learned of the event', () => {
    expect(silenceTimer(event, plan, 'x'.repeat(12), 8000)).toEqual({
      silence: 1000 + promptEstimateMs('x'.repeat(12)) + 18_000,
    });
  });

  it('is never later than 75 s', () => {
    expect(silenceTimer(event, plan, 'x'.repeat(3000), 8000)).toEqual({ silence: 76_000 });
  });
});

describe('close', () => {
  it('settles the outcome before the first word', () => {
    const [next, commands] = close(state, event, plan, 'declined', 'declined');
    expect(next).toMatchObject({ phase: 'closing', outcome: 'declined', speakSeq: 1 });
    expect(commands).toMatchObject([{ name: 'speak', seq: 1, language: 'en' }]);
  });

  it('writes the suppression before it acknowledges an opt-out (TC-08)', () => {
    const [next, commands] = close(state, event, plan, 'optedOut', 'opted_out');
    expect(commands.map(({ name }) => name)).toEqual(['suppress_number', 'speak']);
    expect(commands[0]).toMatchObject({ number: plan.patientNumber });
    expect(next).toMatchObject({ speakSeq: 2 });
  });
});

describe('hangUp and end', () => {
  it.each([
    ['partial', 500],
    [null, null],
  ])('make a call that broke off %s when it was answered at %s', (outcome, answeredAt) => {
    const broken = { ...state, answeredAt };
    expect(hangUp(broken, event, plan)[0].outcome).toBe(outcome);
    expect(end(broken, event, plan)[0].outcome).toBe(outcome);
  });

  it('keep an outcome that is settled', () => {
    const settled = { ...state, answeredAt: 500, outcome: 'completed' as const };
    expect(hangUp(settled, event, plan)[0].outcome).toBe('completed');
    expect(end(settled, event, plan)[0].outcome).toBe('completed');
  });

  it('date the end by what happened, and the note by when we learned of it', () => {
    expect(end(state, event, plan)[0]).toMatchObject({ endedAt: 900, timers: { close: 6000 } });
  });
});

it('withTask adds a task once', () => {
  expect(withTask(withTask(state, 'callback'), 'callback').tasks).toEqual(['callback']);
});

it('withoutTimer takes one timer away', () => {
  expect(withoutTimer({ ...state, timers: { ring: 1, close: 2 } }, 'ring').timers).toEqual({ close: 2 });
});

/** The order in which pending commands leave, and what a failed one holds up. */
import { describe, expect, it } from 'vitest';
import type { Command, CommandBody } from '../../../src/domain/intake/command.ts';
import { type PendingCommand, pickCommand, retryLater } from '../../../src/domain/intake/pick-command.ts';
import { givenInterview } from '../../support/given-conversation.ts';
import { hungUp, keyPressed } from '../../support/given-events.ts';
import { talk } from '../../support/given-phone.ts';

const NOW = 1_900_000_000_000;
const pending = (body: CommandBody, seq: number, more: Partial<PendingCommand> = {}): PendingCommand => ({
  command: { ...body, seq, createdAt: NOW } as Command,
  attempts: 0,
  notBefore: 0,
  ...more,
});
const SUPPRESS: CommandBody = { name: 'suppress_number', number: '+12025550143' };
const failedOnce = { attempts: 1, notBefore: NOW + 500 };
const question = (seq: number) =>
  ({ ...givenInterview().state, phase: 'asking', question: { ...givenInterview().question, seq } }) as never;
const gather = (seq: number, more = {}) =>
  pending(
    {
      name: 'gather_using_speak',
      step: 'x',
      payload: 'x',
      language: 'en',
      maximumDigits: 1,
      timeoutMs: 1,
      interDigitTimeoutMs: 1,
    },
    seq,
    more,
  );
const next = (state: never, entries: PendingCommand[]) => pickCommand(state, entries, NOW).next?.command.name ?? null;

describe('pickCommand', () => {
  it('a recorder that fails to start lets the question pass (CL-22)', () => {
    expect(next(question(8), [pending({ name: 'record_start' }, 7, failedOnce), gather(8)])).toBe('gather_using_speak');
  });

  it('a recorder that fails to stop lets the question pass, and is tried again when it is due', () => {
    const stop = pending({ name: 'record_stop' }, 7, failedOnce);
    expect(next(question(8), [stop, gather(8)])).toBe('gather_using_speak');
    expect(next(question(8), [{ ...stop, notBefore: NOW }, gather(8)])).toBe('record_stop');
  });

  it('the opt-out goes before the hang-up, also while it waits to be tried again (TC-08)', () => {
    const hanging = { ...givenInterview().state, phase: 'hanging_up' } as never;
    expect(next(hanging, [pending({ name: 'hangup' }, 9), pending(SUPPRESS, 8)])).toBe('suppress_number');
    const waiting = pickCommand(hanging, [pending({ name: 'hangup' }, 9), pending(SUPPRESS, 8, failedOnce)], NOW);
    expect(waiting.next).toMatchObject({ command: SUPPRESS, notBefore: NOW + 500 });
    const givenUp = pending(SUPPRESS, 8, { attempts: 3, notBefore: NOW + 500 });
    expect(next(hanging, [pending({ name: 'hangup' }, 9), givenUp])).toBe('hangup');
  });

  it('a prompt waits until the one before it is stopped, but not for ever', () => {
    expect(next(question(8), [pending({ name: 'gather_stop' }, 7, failedOnce), gather(8)])).toBe('gather_stop');
    const { next: after, dropped } = pickCommand(
      question(8),
      [pending({ name: 'gather_stop' }, 7, { attempts: 3 }), gather(8)],
      NOW,
    );
    expect([after?.command.name, dropped.map(({ name }) => name)]).toEqual(['gather_using_speak', ['gather_stop']]);
  });

  it('drops what is no longer wanted and what is too old', () => {
    const old = { ...gather(8), command: { ...gather(8).command, createdAt: NOW - 50_001 } };
    const { next: none, dropped } = pickCommand(question(8), [gather(5), old], NOW);
    expect([none, dropped.map(({ seq }) => seq)]).toEqual([null, [5, 8]]);
  });

  it('what stays in our storage goes last', () => {
    const over = talk(givenInterview(), {}).when(keyPressed('1', null), hungUp()).state as never;
    expect(next(over, [pending({ name: 'release_line' }, 20), pending(SUPPRESS, 21)])).toBe('suppress_number');
    expect(next(question(8), [pending({ name: 'release_line' }, 7), gather(8)])).toBe('gather_using_speak');
  });
});

describe('retryLater', () => {
  it('sends the same command again under its id, and a stopping one under a new id', () => {
    const { state } = givenInterview();
    expect(retryLater(state, gather(8), NOW)[1]).toMatchObject({
      command: { seq: 8 },
      attempts: 1,
      notBefore: NOW + 500,
    });
    const [after, again] = retryLater(state, pending({ name: 'hangup' }, 9), NOW);
    expect([again.command.seq, after.seq]).toEqual([state.seq + 1, state.seq + 1]);
  });

  it('waits longer each time, up to 4 s for a prompt, 30 s for what stops something, a minute for our own', () => {
    const { state } = givenInterview();
    const longest = (body: CommandBody) =>
      retryLater(state, pending(body, 1, { attempts: 20 }), NOW)[1].notBefore - NOW;
    expect([longest({ name: 'record_start' }), longest({ name: 'hangup' }), longest({ name: 'save_note' })]).toEqual([
      4000, 30_000, 60_000,
    ]);
  });
});

/** What a failed command means for the call, for every command and every kind of failure. */
import { expect, it } from 'vitest';
import { afterFailure, type CommandFailure } from '../../../src/domain/intake/after-failure.ts';
import type { Command, CommandName } from '../../../src/domain/intake/command.ts';

const command = (name: CommandName) => ({ name, seq: 7, createdAt: 1 }) as Command;
const failure = (kind: CommandFailure['kind'], definite = true): CommandFailure => ({
  kind,
  code: 'telnyx_1',
  definite,
});

it('a dial is never sent again: a definite no is refused, all else is unknown', () => {
  for (const kind of ['call_ended', 'retryable', 'permanent'] as const) {
    expect(afterFailure(command('dial'), failure(kind, true))).toEqual({ type: 'dial.refused', code: 'telnyx_1' });
    expect(afterFailure(command('dial'), failure(kind, false))).toEqual({ type: 'dial.unknown' });
  }
});

it.each(['hangup', 'record_stop', 'transcription_stop', 'gather_stop', 'playback_stop'] as const)(
  '%s is sent until it works or the call is over',
  (name) => {
    expect(afterFailure(command(name), failure('permanent'))).toBe('retry');
    expect(afterFailure(command(name), failure('retryable'))).toBe('retry');
    expect(afterFailure(command(name), failure('call_ended'))).toMatchObject({
      type: 'command.failed',
      reason: 'call_ended',
    });
  },
);

it.each(['gather_using_speak', 'speak', 'record_start', 'transcription_start', 'answer', 'transfer'] as const)(
  '%s is tried again, or told to the core',
  (name) => {
    expect(afterFailure(command(name), failure('retryable'))).toBe('retry');
    expect(afterFailure(command(name), failure('permanent'))).toEqual({
      type: 'command.failed',
      seq: 7,
      name,
      reason: 'refused',
      code: 'telnyx_1',
    });
  },
);

it('a question to Telnyx that is refused has no answer', () => {
  expect(afterFailure(command('retrieve_call'), failure('permanent'))).toEqual({
    type: 'call.checked',
    seq: 7,
    alive: null,
  });
  expect(afterFailure(command('find_dial'), failure('permanent'))).toEqual({ type: 'dial.checked', ids: null });
  for (const name of ['retrieve_call', 'find_dial'] as const)
    expect(afterFailure(command(name), failure('retryable'))).toBe('retry');
});

it.each(['suppress_number', 'open_task', 'release_line', 'save_note', 'run_jobs'] as const)(
  '%s waits for our own storage to come back',
  (name) => {
    for (const kind of ['call_ended', 'retryable', 'permanent'] as const)
      expect(afterFailure(command(name), failure(kind))).toBe('retry');
  },
);

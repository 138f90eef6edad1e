/** A command that failed, came late or was dropped: what the patient is left with (CL-22). */
import { describe, expect, it } from 'vitest';
import type { CommandName } from '../../../src/domain/intake/command.ts';
import { onCommandDelayed, onCommandDropped, onCommandFailed } from '../../../src/domain/intake/command-result.ts';
import { type Conversation, givenInterview } from '../../support/given-conversation.ts';

const base = { id: 'e', at: 1000, receivedAt: 1000 };
const failed = (call: Conversation, name: CommandName, seq: number, code = 'telnyx_1') =>
  onCommandFailed(call.state, { ...base, type: 'command.failed', name, seq, code, reason: 'refused' }, call.plan);

describe('a refused command', () => {
  it('that was to ask the open question leads to an apology and a callback, never to silence', () => {
    const call = givenInterview();
    const [state, commands] = failed(call, 'gather_using_speak', call.question.seq);
    expect([state.phase, state.tasks, commands.at(-1)?.name]).toEqual(['closing', ['callback'], 'speak']);
  });

  it('of an older question changes nothing that is heard', () => {
    const call = givenInterview();
    expect(failed(call, 'gather_using_speak', 1)[1]).toEqual([]);
  });

  it('to start a transcription that runs already is what was wanted', () => {
    const call = givenInterview();
    expect(failed(call, 'transcription_start', 9, 'telnyx_90054')).toEqual([call.state, []]);
    expect(failed(call, 'transcription_start', 9)[0].transcriber).toBe('failed');
  });
});

it('a dropped start of the recorder is no recording, and one of anything else is nothing', () => {
  const call = givenInterview();
  const dropped = (name: CommandName) =>
    onCommandDropped(call.state, { ...base, type: 'command.dropped', name, seq: 4 }, call.plan);
  expect(dropped('record_start')[0].recorder).toBe('failed');
  expect(dropped('gather_stop')).toEqual([call.state, []]);
});

it('the silence of a question that came late begins when it came', () => {
  const call = givenInterview();
  const at = call.now + 30_000;
  const delayed = (seq: number) =>
    onCommandDelayed(call.state, { ...base, at, receivedAt: at, type: 'command.delayed', seq }, call.plan)[0];
  expect(delayed(call.question.seq).timers.silence).toBeGreaterThan((call.state.timers.silence ?? 0) + 20_000);
  expect(delayed(1)).toEqual(call.state);
});

/** What was said and keyed, line by line, for readers. A birth date is never written down here. Pure. */
import type { TranscriptLine } from './call-log.ts';
import type { Command } from './command.ts';
import type { CallEvent } from './event.ts';
import type { CallState } from './state.ts';

/** The line a command that was accepted adds; null for one that says nothing. */
export function spokenLine(command: Command, at: number): TranscriptLine | null {
  switch (command.name) {
    case 'gather_using_speak':
      return { speaker: 'agent', text: command.payload, at, item: command.step, input: 'voice' };
    case 'speak':
      return { speaker: 'agent', text: command.payload, at, item: 'closing', input: 'voice' };
    default:
      return null;
  }
}

/** The keys that ended the question which was open before the event; null when it brought none. */
export function keyedLine(before: CallState, event: CallEvent): TranscriptLine | null {
  if (event.type !== 'gather.ended' || before.phase !== 'asking' || event.asked?.seq !== before.question.seq)
    return null;
  if (event.digits === '') return null;
  const { step, commandSince } = before.question;
  const text = step === 'birth_date' && commandSince === null ? 'date of birth entered' : event.digits;
  return { speaker: 'patient', text, at: event.at, item: commandSince === null ? step : 'command', input: 'keys' };
}

/** What was said and keyed, line by line, for readers. A birth date is never written down here. Pure. */
import type { TranscriptLine } from './call-log.ts';
import type { Command } from './command.ts';
import type { CallEvent, CallEventOf } from './event.ts';
import type { CallState } from './state.ts';
import { mayBeHeard } from './voice-answer.ts';

/** The line a command that was accepted adds; null for one that says nothing. */
export function spokenLine(command: Command, at: number): TranscriptLine | null {
  switch (command.name) {
    case 'gather_using_speak':
      return { speaker: 'agent', text: command.payload, at, item: command.step, input: 'voice', confidence: null };
    case 'speak':
      return {
        speaker: 'agent',
        text: command.payload,
        at,
        item: command.step ?? 'closing',
        input: 'voice',
        confidence: null,
      };
    case 'playback_start':
      return { speaker: 'agent', text: '(recorded message)', at, item: command.step, input: 'voice', confidence: null };
    default:
      return null;
  }
}

/** What an event adds of the patient: keys that ended the open question, or words; null when it brought none. */
export function patientLine(before: CallState, event: CallEvent, after: CallState): TranscriptLine | null {
  switch (event.type) {
    case 'gather.ended':
      return keyedLine(before, event);
    case 'transcription.received':
      return heardLine(before, event, after);
    default:
      return null;
  }
}

function keyedLine(before: CallState, event: CallEventOf<'gather.ended'>): TranscriptLine | null {
  if (before.phase !== 'asking' || event.asked?.seq !== before.question.seq || event.digits === '') return null;
  const { step, commandSince } = before.question;
  const text = step === 'birth_date' && commandSince === null ? 'date of birth entered' : event.digits;
  const item = commandSince === null ? step : 'command';
  return { speaker: 'patient', text, at: event.at, item, input: 'keys', confidence: null };
}

function heardLine(
  before: CallState,
  event: CallEventOf<'transcription.received'>,
  after: CallState,
): TranscriptLine | null {
  const text = event.text.trim();
  if (text === '' || !mayBeHeard(before, event)) return null;
  const taken = after.voice?.words.some(({ eventId }) => eventId === event.id) ? after.voice.item : null;
  const item = taken ?? (before.phase === 'asking' ? before.question.step : null);
  return { speaker: 'patient', text, at: event.at, item, input: 'voice', confidence: event.confidence };
}

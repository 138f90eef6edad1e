/** What holds for every turn of every call, whatever happened: used by each test conversation and by the properties. */
import { expect } from 'vitest';
import { type Command, isOwn } from '../../src/domain/intake/command.ts';
import type { CallEvent } from '../../src/domain/intake/event.ts';
import type { Answer, CallState } from '../../src/domain/intake/state.ts';
import { stillWanted } from '../../src/domain/intake/still-wanted.ts';
import type { Turn } from '../../src/domain/intake/turn.ts';

/** Throws a sentence when the turn breaks a rule; cheap, because the model check makes hundreds of thousands of turns. */
export function expectSoundTurn(before: CallState, event: CallEvent, [after, commands]: Turn): void {
  const broken = brokenRule(before, event, after, commands);
  if (broken !== null) expect.fail(`${broken}\nafter ${JSON.stringify(event)}\nin ${JSON.stringify(before)}`);
}

function brokenRule(
  before: CallState,
  event: CallEvent,
  after: CallState,
  commands: readonly Command[],
): string | null {
  if (commands.some(({ seq }, i) => seq !== before.seq + 1 + i)) return 'seq does not grow one by one';
  if (after.seq !== before.seq + commands.length) return 'the state forgets a seq it gave out';
  if (commands.some(({ createdAt }) => createdAt !== event.receivedAt)) return 'a command is not dated by its event';

  const names = commands.map(({ name }) => name);
  // A message stands in the place of a question.
  const asked = commands.filter(
    (command) =>
      command.name === 'gather_using_speak' ||
      command.name === 'playback_start' ||
      (command.name === 'speak' && command.step),
  );
  if (asked.length > 1) return 'two questions in one turn';
  if (asked[0] && !(after.phase === 'asking' && after.question.seq === asked[0].seq))
    return 'a question is asked but not open';
  if (after.phase === 'ended' && !commands.every(({ name }) => isOwn(name)))
    return 'a line command after the end (TC-18)';
  if (before.hangup !== null && (after.phase !== 'ended' || !names.every(isOwn)))
    return 'the call goes on after its hang-up (TC-18)';
  if ((after.phase === 'hanging_up' || after.phase === 'ended') && after.stopHeard && !stoppedCalls(after))
    return 'an opt-out that was heard is not kept (TC-08)';
  if (before.phase !== 'ended' && after.phase === 'ended' && !commands.some(({ name }) => name === 'release_line')) {
    return 'the end does not release the line (TC-18)';
  }
  if (commands.some((command) => !stillWanted(after, command)))
    return 'a command nobody wants in the state that orders it';

  const listening = commands.some(({ name }) => name === 'record_start' || name === 'transcription_start');
  if (listening && !consentIsFrom(event, before, after)) return 'recorder or transcription starts without consent (X1)';
  if (names.includes('record_stop') && after.recorder !== 'stopped') return 'a stopped recorder counts as on (RC-04)';
  if (names.includes('transcription_stop') && after.transcriber !== 'stopped')
    return 'a stopped transcription counts as on (RC-04)';
  if (hasStopped(before.recorder, after.recorder) || hasStopped(before.transcriber, after.transcriber))
    return 'what the patient or staff stopped runs again (RC-04, RC-06)';
  const stop = before.phase === 'asking' && before.question.playing !== undefined ? 'playback_stop' : 'gather_stop';
  if (isOpenBefore(before, event) && asked[0] && !names.slice(0, names.indexOf(asked[0].name)).includes(stop))
    return 'two questions are open at a time';
  if (after.phase === 'closing' && isOpenBefore(before, event) && isPlaying(before) && !names.includes('playback_stop'))
    return 'the last words are spoken over a message';
  if (
    names.includes('hangup') &&
    names.includes('suppress_number') &&
    names.indexOf('hangup') < names.indexOf('suppress_number')
  )
    return 'the hang-up goes before the opt-out (TC-08)';
  if (stoppedCalls(before) && !stoppedCalls(after)) return 'an opt-out is forgotten (TC-08)';
  if (stoppedCalls(after) && !stoppedCalls(before) && !names.includes('suppress_number'))
    return 'an opt-out that no list knows (TC-08)';
  if (before.consent.recording !== 'not_asked' && before.consent !== after.consent)
    return 'a consent once given changes';
  if (lostAnswer(before, after) && !isTakenBack(event, after)) return 'a settled answer is lost or changed';
  if (after.identity === 'verified' && before.identity === 'failed') return 'a failed identity recovers';
  if ((after.endedAt !== null) !== (after.phase === 'ended')) return 'endedAt does not say whether the call has ended';
  return null;
}

const consentIsFrom = (event: CallEvent, before: CallState, after: CallState): boolean =>
  before.consent.recording === 'not_asked' &&
  after.consent.recording === 'given' &&
  after.consent.collection === 'given' &&
  after.consent.eventId === event.id &&
  event.type === 'gather.ended' &&
  event.status === 'valid' &&
  event.digits === '1';

/** Nothing that was stopped starts again. */
const hasStopped = (before: CallState['recorder'], after: CallState['recorder']): boolean =>
  before === 'stopped' && (after === 'on' || after === 'off');

const stoppedCalls = ({ outcome }: CallState): boolean => outcome === 'opted_out';

/** Whether the gather of a question still runs at this moment, for all we know. */
function isOpenBefore(before: CallState, event: CallEvent): boolean {
  if (before.phase !== 'asking' || before.question.settling !== null) return false;
  if (before.question.playing === 'text' && event.type === 'speak.ended') return false;
  if (before.question.playing === 'audio' && event.type === 'playback.ended') return false;
  if (event.type === 'gather.ended') return event.asked?.seq !== before.question.seq;
  return event.type !== 'command.failed';
}

const isPlaying = (state: CallState): boolean => state.phase === 'asking' && state.question.playing !== undefined;

/** The patient wants to say it again. */
const isTakenBack = (event: CallEvent, after: CallState): boolean =>
  event.type === 'gather.ended' && event.digits === '2' && (after.voice?.words ?? []).length === 0;

/** A settled answer stays as it is, but for one: words that come later still belong to the answer they were said to. */
function lostAnswer(before: CallState, after: CallState): boolean {
  return Object.entries(before.answers).some(([id, answer]) => {
    const now = after.answers[id];
    return now !== answer && !(now !== undefined && isHeardMore(id, answer, now, after));
  });
}

function isHeardMore(id: string, before: Answer, now: Answer, { voice }: CallState): boolean {
  if (voice?.item !== id || before.input === 'keys') return false;
  if (now.input === 'keys') return now.state === 'skipped';
  return now.input === 'voice' && (before.eventIds ?? []).every((eventId) => now.eventIds?.includes(eventId));
}

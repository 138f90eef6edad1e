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

  const asked = commands.filter(({ name }) => name === 'gather_using_speak');
  if (asked.length > 1) return 'two questions in one turn';
  if (asked[0] && !(after.phase === 'asking' && after.question.seq === asked[0].seq))
    return 'a question is asked but not open';
  if (after.phase === 'ended' && !commands.every(({ name }) => isOwn(name)))
    return 'a line command after the end (TC-18)';
  if (before.phase !== 'ended' && after.phase === 'ended' && !commands.some(({ name }) => name === 'release_line')) {
    return 'the end does not release the line (TC-18)';
  }
  if (commands.some((command) => !stillWanted(after, command)))
    return 'a command nobody wants in the state that orders it';

  const recorders = commands.filter(({ name }) => name === 'record_start');
  if (recorders.length > 0 && !consentIsFrom(event, before, after)) return 'the recorder starts without consent (X1)';
  if (before.consent.recording !== 'not_asked' && before.consent !== after.consent)
    return 'a consent once given changes';
  if (lostAnswer(before, after)) return 'a settled answer is lost or changed';
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
  event.digits === '1';

function lostAnswer(before: CallState, after: CallState): boolean {
  const same = (a: Answer | undefined, b: Answer) => a === b;
  return Object.entries(before.answers).some(([id, answer]) => !same(after.answers[id], answer));
}

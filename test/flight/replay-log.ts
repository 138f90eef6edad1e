/** A call again from its log alone: what was written down goes through the core once more, and must give the same bytes. */
import type { CallPlan } from '../../src/domain/intake/call-plan.ts';
import { leavesNote } from '../../src/domain/intake/call-record.ts';
import type { Command } from '../../src/domain/intake/command.ts';
import { greeted } from '../../src/domain/intake/greeting.ts';
import { retryLater } from '../../src/domain/intake/pick-command.ts';
import { newCall } from '../../src/domain/intake/state.ts';
import type { transition } from '../../src/domain/intake/transition.ts';
import { noteOf } from '../../src/domain/note/note.ts';
import type { Move, Session } from './session.ts';

/** All that ever moved the state of a call, as text. */
export const logOfSession = ({ moves }: Session): string => JSON.stringify(moves);

/** Commands, state and note of a log, as text. */
export function replayLog(log: string, plan: CallPlan, core: typeof transition): string {
  const moves: readonly Move[] = JSON.parse(log);
  let state = newCall(plan);
  const ordered: Command[] = [];
  for (const move of moves) {
    switch (move.kind) {
      case 'event': {
        const [next, commands] = core(state, move.event, plan);
        state = next;
        ordered.push(...commands);
        break;
      }
      case 'again':
        [state] = retryLater(state, move.entry, move.at);
        break;
      case 'greeted':
        state = greeted(state, move.command, move.at);
        break;
    }
  }
  return outcomeOf({ plan, state, ordered });
}

/** What came of the call when it was flown, in the same words. */
export function outcomeOf({ plan, state, ordered }: Pick<Session, 'plan' | 'state' | 'ordered'>): string {
  const note = leavesNote(state, plan) ? noteOf(state, plan, 'note_1', 1, 0, (at) => String(at)) : null;
  return JSON.stringify({ commands: ordered, state, note });
}

/** Before each send the runner asks the core whether the command still makes sense: the call may have moved on meanwhile. */
import { type Command, isOwn, isStopping } from './command.ts';
import type { CallState } from './state.ts';

/** Telnyx forgets a command_id after 60 s; a command that old could be carried out twice, so its timer decides instead. */
export const LONGEST_COMMAND_AGE_MS = 50_000;

export function stillWanted(state: CallState, command: Command): boolean {
  switch (command.name) {
    case 'dial':
      return state.phase === 'dialing' && state.dial === 'pending';
    case 'gather_using_speak':
      return state.phase === 'asking' && state.question.seq === command.seq;
    case 'speak':
      return state.phase === 'closing' && state.speakSeq === command.seq;
    case 'gather_stop':
      // In the closing too: after `*` and a loose 0 or 9 the command prompt must not talk into the last text.
      return state.phase === 'asking' || state.phase === 'closing';
    case 'record_start':
      // X1: a recorder only ever starts in a state that holds the stored consent.
      return state.consent.recording === 'given' && state.recorder === 'on' && isLive(state);
    case 'record_stop':
      return isLive(state);
    case 'hangup':
      return state.phase === 'hanging_up';
    case 'retrieve_call':
      return state.checking === command.seq;
    case 'find_dial':
      return state.phase === 'dialing';
    case 'suppress_number':
    case 'release_line':
      return true;
    case 'save_note':
      // A call that came back to life writes its note when it is over.
      return state.phase === 'ended';
  }
}

const isLive = (state: CallState): boolean =>
  state.phase === 'asking' || state.phase === 'closing' || state.phase === 'hanging_up';

/** A stopping command never ages: it is issued again under a new id until it works. Our own wait until they succeed. */
export const isExpired = (command: Command, now: number): boolean =>
  !isStopping(command.name) && !isOwn(command.name) && now - command.createdAt > LONGEST_COMMAND_AGE_MS;

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
    case 'playback_start':
      return state.phase === 'asking' && state.question.seq === command.seq;
    case 'speak':
      return speaksNow(state, command.seq);
    case 'gather_stop':
    case 'playback_stop':
      // In the closing too: what was put before must not talk into the last text, nor into what staff say.
      return isTalking(state) || state.phase === 'bridged';
    case 'answer':
      return state.phase === 'ringing';
    case 'transfer':
      return state.phase === 'transferring' && state.transferSeq === command.seq;
    case 'transcription_start':
      // X1, RC-03: what a patient says is listened to only with the consent to record.
      return state.consent.recording === 'given' && state.transcriber === 'on' && isLive(state);
    case 'record_start':
      // X1: a recorder only ever starts in a state that holds the stored consent.
      return state.consent.recording === 'given' && state.recorder === 'on' && isLive(state);
    case 'record_stop':
    case 'transcription_stop':
      return isLive(state);
    case 'hangup':
      return state.phase === 'hanging_up';
    case 'retrieve_call':
      return state.checking === command.seq;
    case 'find_dial':
      return state.phase === 'dialing';
    case 'suppress_number':
    case 'open_task':
    case 'release_line':
      return true;
    case 'save_note':
    case 'run_jobs':
      // A call that came back to life writes its note when it is over.
      return state.phase === 'ended';
  }
}

function speaksNow(state: CallState, seq: number): boolean {
  switch (state.phase) {
    case 'asking':
      return state.question.playing === 'text' && state.question.seq === seq;
    case 'closing':
    case 'leaving_message':
      return state.speakSeq === seq;
    case 'transferring':
      return state.speakSeq === seq && state.transferSeq === null;
    default:
      return false;
  }
}

const TALKING: ReadonlySet<CallState['phase']> = new Set(['asking', 'leaving_message', 'transferring', 'closing']);
const isTalking = (state: CallState): boolean => TALKING.has(state.phase);
const isLive = (state: CallState): boolean =>
  isTalking(state) || state.phase === 'bridged' || state.phase === 'hanging_up';

/** A stopping command never ages: it is issued again under a new id until it works. Our own wait until they succeed. */
export const isExpired = (command: Command, now: number): boolean =>
  !isStopping(command.name) && !isOwn(command.name) && now - command.createdAt > LONGEST_COMMAND_AGE_MS;

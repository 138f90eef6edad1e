/**
 * What the core orders. Where a command is a Telnyx action it keeps Telnyx' word; the rest is ours (`save_note`, …).
 * A command is data: telnyx/to-action.ts spells it for the wire, session/ runs it.
 */
import type { Language } from './questionnaire.ts';
import type { AudioFormat, TaskKind } from './state.ts';

interface CommandBase {
  /** Per-call sequence number: `<call id>:<seq>` is Telnyx' command_id, and `n` in the client_state of a question. */
  readonly seq: number;
  /** Epoch milliseconds. Older than 50 s and it is not sent again: Telnyx dedupes a command_id for 60 s. */
  readonly createdAt: number;
}

export type CommandBody =
  | { readonly name: 'dial' }
  | {
      readonly name: 'gather_using_speak';
      readonly step: string;
      readonly payload: string;
      readonly language: Language;
      readonly maximumDigits: number;
      /** How long to wait for a key after the prompt. */
      readonly timeoutMs: number;
      readonly interDigitTimeoutMs: number;
    }
  | { readonly name: 'gather_stop' }
  | {
      readonly name: 'speak';
      readonly payload: string;
      readonly language: Language;
      /** The message it is of; absent: the last words of a call, an announcement. */
      readonly step?: string;
    }
  | { readonly name: 'playback_start'; readonly step: string; readonly url: string; readonly audioType: AudioFormat }
  /** Ends what `speak` is saying, or `playback_start` is playing. */
  | { readonly name: 'playback_stop' }
  | { readonly name: 'record_start' }
  | { readonly name: 'record_stop' }
  | { readonly name: 'transcription_start'; readonly language: Language }
  | { readonly name: 'transcription_stop' }
  /** An inbound call is ours only once it is answered. */
  | { readonly name: 'answer' }
  | { readonly name: 'transfer'; readonly to: string; readonly timeoutSeconds: number }
  | { readonly name: 'hangup' }
  /** GET the call: is it still alive? Answered by `call.checked`. */
  | { readonly name: 'retrieve_call' }
  /** A dial without an answer: ask active calls and call events for our client_state. Answered by `dial.checked`. */
  | { readonly name: 'find_dial' }
  /** `number` (+E.164) is never to be called again: written before the hang-up (TC-08). */
  | { readonly name: 'suppress_number'; readonly number: string }
  /** Work that cannot wait for the end of the call (CL-03). */
  | { readonly name: 'open_task'; readonly kind: TaskKind }
  | { readonly name: 'release_line' }
  | { readonly name: 'save_note' }
  /** Sees to the work that the saved call left, until all of it is done or given up. */
  | { readonly name: 'run_jobs' };

export type Command = CommandBase & CommandBody;
export type CommandName = Command['name'];

/** Commands that end something: issued again under a new id until Telnyx takes them, and ahead of anything else. */
const STOPPING: ReadonlySet<CommandName> = new Set([
  'hangup',
  'record_stop',
  'transcription_stop',
  'gather_stop',
  'playback_stop',
]);
/** Commands that never leave our own storage; they do not age and wait until they succeed. */
const OWN: ReadonlySet<CommandName> = new Set([
  'suppress_number',
  'open_task',
  'release_line',
  'save_note',
  'run_jobs',
]);

export const isStopping = (name: CommandName): boolean => STOPPING.has(name);
export const isOwn = (name: CommandName): boolean => OWN.has(name);

/**
 * A questionnaire tried out without a phone: everything the patient did so far, played through the engine that runs the calls, and
 * what it came to. Nothing is stored in between: the same inputs lead to the same question. Pure.
 */
import { confirmedBy, itemOf, MAX_TRIES } from '../intake/ask.ts';
import type { CallPlan } from '../intake/call-plan.ts';
import { type CallStatus, leavesNote, statusOf } from '../intake/call-record.ts';
import type { RaisedFlag, TaskKind } from '../intake/state.ts';
import { keepWords } from '../intake/voice-answer.ts';
import { newestNote } from '../note/newest-note.ts';
import type { Note, ToIso } from '../note/note.ts';
import { Handset, type HandsetLine } from './handset.ts';
import { type OfferedKey, offeredKeys } from './offered-keys.ts';

export type PreviewInput =
  | { readonly keys: string }
  /** Needs the consent to record, as on the phone. */
  | { readonly speech: string }
  | { readonly silence: true };

export interface OpenStep {
  readonly step: string;
  /** How the question wants to be answered. Keys count at every one. */
  readonly kind: 'keys' | 'voice';
  readonly text: string;
  readonly triesLeft: number;
  /** Whether what the patient says is heard. */
  readonly listening: boolean;
  readonly keys: readonly OfferedKey[];
}

export interface Preview {
  readonly transcript: readonly HandsetLine[];
  /** Null: the call is over. */
  readonly open: OpenStep | null;
  readonly status: CallStatus;
  /** As it stands; of a call that is over only where such a call leaves one. */
  readonly note: Note | null;
  /** What staff are given to do. */
  readonly tasks: readonly TaskKind[];
  readonly redFlags: readonly RaisedFlag[];
}

/** An emergency is told of twice. */
const RED_FLAG_TRIES = 2;

export function previewCall(plan: CallPlan, inputs: readonly PreviewInput[], iso: ToIso): Preview {
  const handset = new Handset(plan);
  for (const input of inputs) {
    if (openStep(handset) === null) break;
    if ('keys' in input) handset.press(input.keys);
    else if ('speech' in input) handset.say(input.speech);
    else handset.wait();
  }
  const { state, lines: transcript, now } = handset;
  const over = state.phase === 'ended';
  const note = over && !leavesNote(state, plan) ? null : newestNote(keepWords(state, plan), plan, now, iso);
  const { tasks, redFlags } = state;
  return { transcript, open: openStep(handset), status: statusOf(state), note, tasks, redFlags };
}

function openStep({ gather, state, plan }: Handset): OpenStep | null {
  if (gather === null || state.phase !== 'asking') return null;
  const { step, failedTries, commandSince } = state.question;
  const inCommand = commandSince !== null;
  const isVoice = !inCommand && confirmedBy(step) === null && itemOf(plan, step)?.type === 'voice';
  return {
    step: inCommand ? 'command' : step,
    kind: isVoice ? 'voice' : 'keys',
    text: gather.command.payload,
    triesLeft: (step === 'red_flag' ? RED_FLAG_TRIES : MAX_TRIES) - failedTries,
    listening: state.transcriber === 'on' && state.consent.recording === 'given',
    keys: offeredKeys(plan, state.language, inCommand ? 'command' : step),
  };
}

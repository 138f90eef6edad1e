/** One party of a call, as data. Only `call-life.ts` changes its phase. */
import type { Ask, CallRecord, TransferAttempt } from './call-record.ts';
import type { Cancel } from './clock.ts';
import type { GatherRules } from './collect-digit.ts';
import type { Persona } from './persona.ts';
import { timestamp } from './timestamp.ts';
import type { TranscriptionSession } from './transcription.ts';

export interface Sound {
  readonly kind: 'speak' | 'playback' | 'prompt';
  readonly id: string;
  readonly text: string;
  /** Of a gather's prompt. */
  readonly step?: string | null;
  /** Human time. */
  readonly durationMs: number;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly onStart?: () => void;
  readonly onEnd?: () => void;
}

export interface Gather {
  readonly step: string | null;
  readonly ask: Ask;
  readonly rules: GatherRules;
  readonly prompt: string;
  readonly invalidPrompt: string;
  readonly timeoutMs: number;
  readonly interDigitMs: number;
  triesLeft: number;
  digits: string;
  sound: Sound | null;
  timer: Cancel | null;
}

export interface ActiveRecording {
  readonly id: string;
  readonly format: 'mp3' | 'wav';
  readonly channels: 'single' | 'dual';
  readonly startedAt: number;
  readonly initiatedBy: string;
  readonly marks: SoundMark[];
}

/** A key, a prompt or words of the patient, to be heard in a recording. */
export interface SoundMark {
  readonly atMs: number;
  /** On the clock of the recording, which human time is shortened to. */
  durationMs: number;
  readonly side: 'patient' | 'clinic';
  readonly tones: readonly number[];
  /** What whoever listens to the recording hears; a key says nothing. */
  words?: string;
}

export interface Leg {
  readonly callControlId: string;
  readonly callLegId: string;
  readonly callSessionId: string;
  readonly connectionId: string;
  readonly direction: 'outgoing' | 'incoming';
  readonly from: string;
  readonly to: string;
  readonly startedAt: number;
  readonly timeLimitMs: number;
  readonly persona: Persona;
  readonly record: CallRecord;
  webhookUrl: string;
  clientState: string | null;
  phase: 'ringing' | 'answered' | 'ended';
  answeredAt: number | null;
  endedAt: number | null;
  hangupCause: string | null;
  transcription: TranscriptionSession | null;
  /** Who hears what is played. */
  listener: 'human' | 'machine' | 'screening';
  /** When the machine that picked up begins to record. */
  greetingEndsAt: number | null;
  gather: Gather | null;
  /** The first is playing. */
  readonly sounds: Sound[];
  /** Audio that is being fetched. */
  readonly downloads: Sound[];
  soundTimer: Cancel | null;
  /** When the first began to be heard. */
  soundStartedAt: number | null;
  readonly recordings: ActiveRecording[];
  /** The other leg of a transfer. */
  peer: Leg | null;
  transfer: TransferAttempt | null;
  /** Command id → when it was first seen. */
  readonly commandIds: Map<string, number>;
  readonly timers: Set<Cancel>;
  /** By item: the words the patient believes to have given, and how often they were given again. */
  readonly takes: Map<string, { readonly said: readonly string[]; readonly redos: number }>;
  /** What the patient is about to press or say. */
  typing: Cancel | null;
  /** The `*` of a command is pressed, and the key it is for is not. */
  isMidCommand: boolean;
  patience: Cancel | null;
}

/** Why a leg ended, in the words of `call.hangup`. */
export interface Ending {
  readonly cause: string;
  readonly source: 'caller' | 'callee' | 'unknown';
  readonly sip: string;
}

export function legIds(leg: Leg): object {
  return {
    call_control_id: leg.callControlId,
    call_leg_id: leg.callLegId,
    call_session_id: leg.callSessionId,
  };
}

/** The call object of Dial and of `GET /calls/{id}`. */
export function callObject(leg: Leg, now: number): object {
  return {
    record_type: 'call',
    ...legIds(leg),
    is_alive: leg.phase !== 'ended',
    ...(leg.clientState === null ? {} : { client_state: leg.clientState }),
    call_duration: Math.floor(((leg.endedAt ?? now) - leg.startedAt) / 1000),
    start_time: timestamp(leg.startedAt),
    ...(leg.endedAt === null ? {} : { end_time: timestamp(leg.endedAt) }),
  };
}

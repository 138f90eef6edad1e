/** One party of a call, as data. Only `call-life.ts` changes its phase. */
import type { Cancel } from './clock.ts';
import type { GatherRules } from './collect-digit.ts';
import type { CallRecord, Persona } from './persona.ts';
import { timestamp } from './timestamp.ts';

export interface Sound {
  readonly kind: 'speak' | 'playback' | 'prompt';
  readonly id: string;
  readonly text: string;
  /** Human time. */
  readonly durationMs: number;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly onStart?: () => void;
  readonly onEnd?: () => void;
}

export interface Gather {
  readonly step: string | null;
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

/** A key or a prompt, to be heard in a recording. */
export interface SoundMark {
  readonly atMs: number;
  readonly durationMs: number;
  readonly key: string | null;
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
  transcribing: boolean;
  gather: Gather | null;
  /** The first is playing. */
  readonly sounds: Sound[];
  soundTimer: Cancel | null;
  readonly recordings: ActiveRecording[];
  /** The other leg of a transfer. */
  peer: Leg | null;
  /** Command id → when it was first seen. */
  readonly commandIds: Map<string, number>;
  readonly timers: Set<Cancel>;
  /** Keys the patient is about to press. */
  typing: Cancel | null;
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

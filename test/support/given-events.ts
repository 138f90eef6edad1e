/** Events without the bookkeeping (id, times), which the conversation fills in. */
import type {
  Asked,
  CallEvent,
  EventBase,
  GatherStatus,
  MachineVerdict,
  PlaybackStatus,
} from '../../src/domain/intake/event.ts';
import type { CallControlId, CallLegId, CallSessionId, TelnyxIds } from '../../src/domain/intake/ids.ts';
import type { TimerName } from '../../src/domain/intake/state.ts';

type WithoutBase<E> = E extends CallEvent ? Omit<E, keyof EventBase> & Partial<EventBase> : never;
/** A given id or time wins over the conversation's own. */
export type EventInput = WithoutBase<CallEvent>;

export const IDS: TelnyxIds = {
  callControlId: 'v3:control' as CallControlId,
  callLegId: 'leg-1' as CallLegId,
  callSessionId: 'session-1' as CallSessionId,
};

export const requested: EventInput = { type: 'call.requested' };
export const dialSent: EventInput = { type: 'dial.sent' };
export const dialAccepted: EventInput = { type: 'dial.accepted', ids: IDS };
export const dialUnknown: EventInput = { type: 'dial.unknown' };
export const initiated: EventInput = { type: 'call.initiated', ids: IDS };
export const answered: EventInput = { type: 'call.answered', ids: IDS };
export const speakEnded: EventInput = { type: 'speak.ended' };
/** Silenced by the detection of machines. */
export const speakCut: EventInput = { type: 'speak.ended', cut: 'detection' };
export const played = (status: PlaybackStatus = 'completed'): EventInput => ({ type: 'playback.ended', status });
export const hangupRequested: EventInput = { type: 'hangup.requested' };

export const dialRefused = (code = 'D38'): EventInput => ({ type: 'dial.refused', code });
export const dialChecked = (found: boolean): EventInput => ({ type: 'dial.checked', ids: found ? IDS : null });

export const hungUp = (cause = 'normal_clearing', source = 'callee', sipCause = '200'): EventInput => ({
  type: 'call.hangup',
  cause,
  source,
  sipCause,
});

export const gathered = (digits: string, asked: Asked | null, status: GatherStatus = 'valid'): EventInput => ({
  type: 'gather.ended',
  digits,
  status,
  asked,
});

export const keyPressed = (digit: string, asked: Asked | null, at?: number): EventInput => ({
  type: 'dtmf.received',
  digit,
  asked,
  ...(at === undefined ? {} : { at }),
});

export const checked = (seq: number, alive: boolean | null): EventInput => ({ type: 'call.checked', seq, alive });
export const fired = (timer: TimerName): EventInput => ({ type: 'timeout.fired', timer });

export const recordingSaved = (
  recordingId: string | null = 'rec-1',
  durationMs: number | null = 61_000,
  startedAt: number | null = null,
): EventInput => ({
  type: 'recording.saved',
  recordingId,
  startedAt,
  durationMs,
  format: 'mp3',
  link: null,
});

export const costReported = (nanos: number, currency = 'USD'): EventInput => ({
  type: 'cost.reported',
  nanos,
  currency,
});

/** One final of the transcription; `at` is when Telnyx says it was said. */
export const heard = (text: string, { at, confidence = 0.93 }: { at?: number; confidence?: number | null } = {}) =>
  ({ type: 'transcription.received', text, confidence, ...(at === undefined ? {} : { at }) }) satisfies EventInput;

export const received: EventInput = { type: 'call.received', ids: IDS };
export const detected = (verdict: MachineVerdict): EventInput => ({ type: 'machine.detected', verdict });
export const greetingEnded: EventInput = { type: 'greeting.ended' };
export const callScreening: EventInput = { type: 'call_screening.detected' };
export const staffAnswered: EventInput = { type: 'staff.answered', seq: null };
export const staffHungUp: EventInput = { type: 'staff.hung_up', seq: null };

/**
 * From a verified webhook body to a fact of the call. Events no call needs are dropped here, before any storage is touched.
 * Total: whatever JSON came, it answers with one of four kinds.
 */
import type {
  Asked,
  CallEvent,
  CallEventBody,
  EventBase,
  GatherStatus,
  MachineVerdict,
  PlaybackStatus,
} from '../domain/intake/event.ts';
import type { CallControlId, CallLegId, CallSessionId, TelnyxIds } from '../domain/intake/ids.ts';
import type { AudioFormat } from '../domain/intake/state.ts';
import { type ClientState, decodeClientState } from './client-state.ts';
import { type Payload, webhookShape } from './wire.ts';

export type ParsedEvent =
  | { readonly kind: 'event'; readonly callId: string; readonly event: CallEvent }
  /** A patient rings: its call has no client_state of ours yet, and is known by its leg. */
  | { readonly kind: 'arrival'; readonly arrival: Arrival }
  /** A call event without our client_state: of an inbound call we have not answered yet, or of no call of ours. */
  | {
      readonly kind: 'unaddressed';
      readonly eventType: string;
      readonly eventId: string;
      readonly legId: string | null;
      readonly event: CallEvent;
    }
  | { readonly kind: 'ignored'; readonly eventType: string; readonly eventId: string }
  | { readonly kind: 'unreadable' };

/** An inbound call as Telnyx announces it. */
export interface Arrival extends EventBase {
  readonly ids: TelnyxIds;
  /** +E.164, or what Telnyx shows of a caller who hides the number. */
  readonly from: string;
  readonly to: string;
}

export function parseEvent(body: unknown, receivedAt: number): ParsedEvent {
  const parsed = webhookShape.safeParse(body);
  if (!parsed.success) return { kind: 'unreadable' };
  const { event_type, id: eventId, occurred_at, payload } = parsed.data.data;
  // Z14: both spellings occur, `call.recording.saved` and `call_recording_saved`.
  const eventType = event_type.replaceAll('_', '.').toLowerCase();
  const clientState = decodeClientState(payload.client_state);
  const occurredAt = Date.parse(occurred_at);
  const base: EventBase = { id: eventId, at: Number.isNaN(occurredAt) ? receivedAt : occurredAt, receivedAt };
  if (eventType === 'call.initiated' && payload.direction === 'incoming') {
    const ids = idsOf(payload);
    if (ids === null || clientState !== null) return { kind: 'ignored', eventType, eventId };
    return { kind: 'arrival', arrival: { ...base, ids, from: payload.from ?? '', to: payload.to ?? '' } };
  }
  const fact =
    clientState?.step === 'leg_b'
      ? staffFactOf(eventType, payload, clientState.seq)
      : factOf(eventType, payload, clientState);
  if (fact === null) return { kind: 'ignored', eventType, eventId };
  const event: CallEvent = { ...fact, ...base };
  if (clientState !== null) return { kind: 'event', callId: clientState.callId, event };
  return { kind: 'unaddressed', eventType, eventId, legId: payload.call_leg_id ?? null, event };
}

/** Of the leg that staff answer only this much concerns the call; `seq`: of the transfer that rang it. */
function staffFactOf(eventType: string, payload: Payload, seq: number): CallEventBody | null {
  switch (eventType) {
    case 'call.answered':
    case 'call.bridged':
      return { type: 'staff.answered', seq };
    case 'call.hangup':
      return { type: 'staff.hung_up', seq };
    case 'call.cost':
      return costOf(payload);
    default:
      return null;
  }
}

function factOf(eventType: string, payload: Payload, clientState: ClientState | null): CallEventBody | null {
  const asked: Asked | null = clientState === null ? null : { step: clientState.step, seq: clientState.seq };
  switch (eventType) {
    case 'call.initiated':
    case 'call.answered': {
      const ids = idsOf(payload);
      return ids === null ? null : { type: eventType, ids };
    }
    case 'call.bridged':
      // The patient's own leg carries the client_state of its last question: it does not say which leg of staff it is.
      return { type: 'staff.answered', seq: null };
    case 'call.machine.premium.detection.ended':
    case 'call.machine.detection.ended':
      return { type: 'machine.detected', verdict: verdictOf(payload.result) };
    case 'call.machine.premium.greeting.ended':
    case 'call.machine.greeting.ended':
      return { type: 'greeting.ended' };
    case 'call.machine.premium.call.screening.detected':
      return { type: 'call_screening.detected' };
    case 'call.transcription':
      return heard(payload);
    case 'call.dtmf.received':
      return payload.digit && /^[0-9A-D*#]$/.test(payload.digit)
        ? { type: 'dtmf.received', digit: payload.digit, asked }
        : null;
    case 'call.gather.ended':
      return { type: 'gather.ended', digits: payload.digits ?? '', status: gatherStatus(payload.status), asked };
    case 'call.speak.ended':
      return { type: 'speak.ended', ...cutBy(payload.status) };
    case 'call.playback.ended':
      return { type: 'playback.ended', status: playbackStatus(payload.status) };
    case 'call.recording.saved':
    case 'recording.saved': // Z3
      return {
        type: 'recording.saved',
        recordingId: payload.recording_id || null,
        startedAt: timeOf(payload.recording_started_at),
        durationMs: recordedMs(payload),
        ...linkOf(payload),
      };
    case 'call.recording.error':
      return { type: 'recording.failed' };
    case 'call.cost':
      return costOf(payload);
    case 'call.hangup':
      return {
        type: 'call.hangup',
        cause: payload.hangup_cause ?? null,
        source: payload.hangup_source ?? null,
        sipCause: payload.sip_hangup_cause ?? null,
      };
    default:
      return null;
  }
}

export function idsOf(from: {
  readonly call_control_id?: string | null | undefined;
  readonly call_leg_id?: string | null | undefined;
  readonly call_session_id?: string | null | undefined;
}): TelnyxIds | null {
  const { call_control_id, call_leg_id, call_session_id } = from;
  if (!call_control_id || !call_leg_id || !call_session_id) return null;
  return {
    callControlId: call_control_id as CallControlId,
    callLegId: call_leg_id as CallLegId,
    callSessionId: call_session_id as CallSessionId,
  };
}

/** Only the format that was asked for is filled. `public_recording_urls` are never looked at: they work for everybody. */
function linkOf({ recording_urls: urls, format }: Payload): { format: AudioFormat | null; link: string | null } {
  const filled = urls?.mp3 ? 'mp3' : urls?.wav ? 'wav' : null;
  const named = format === 'mp3' || format === 'wav' ? format : null;
  return { format: filled ?? named, link: (filled && urls?.[filled]) ?? null };
}

/** `total_cost` is a decimal in a string; null while Telnyx does not know it. */
function costOf({ total_cost, cost_parts }: Payload): CallEventBody | null {
  if (!total_cost || !/^\d{1,6}(\.\d{1,12})?$/.test(total_cost)) return null;
  return {
    type: 'cost.reported',
    nanos: Math.round(Number(total_cost) * 1e9),
    currency: /^[A-Z]{3}$/.exec(cost_parts?.[0]?.currency ?? '')?.[0] ?? 'USD',
  };
}

const GATHER_STATUSES: ReadonlySet<string> = new Set([
  'valid',
  'invalid',
  'timeout',
  'call_hangup',
  'cancelled',
  'cancelled_amd',
]);
const gatherStatus = (status: string | null | undefined): GatherStatus =>
  status && GATHER_STATUSES.has(status) ? (status as GatherStatus) : 'other';

/** An end that is not the end of the text. */
function cutBy(status: string | null | undefined): { cut: 'hangup' | 'detection' } | object {
  if (status === 'call_hangup') return { cut: 'hangup' };
  return status === 'cancelled_amd' ? { cut: 'detection' } : {};
}

function playbackStatus(status: string | null | undefined): PlaybackStatus {
  switch (status) {
    case 'completed':
      return 'completed';
    case 'cancelled':
      return 'stopped';
    case 'cancelled_amd':
      return 'detection';
    case 'call_hangup':
      return 'hangup';
    case 'file_not_found':
    case 'failed':
      return 'lost';
    default:
      return 'unknown';
  }
}

/** Z2: text and confidence sit in `transcription_data`. Interims and what the line itself plays are no words of the patient. */
function heard({ transcription_data: data }: Payload): CallEventBody | null {
  if (!data || data.is_final === false || data.transcription_track === 'outbound' || !data.transcript) return null;
  return { type: 'transcription.received', text: data.transcript, confidence: data.confidence ?? null };
}

/** Premium results, and those of the older modes. What Telnyx may add says nothing: only `machine` is a machine. */
function verdictOf(result: string | null | undefined): MachineVerdict {
  switch (result) {
    case 'human':
    case 'human_residence':
    case 'human_business':
      return 'human';
    case 'machine':
    case 'silence':
      return result;
    case 'fax_detected':
      return 'fax';
    default:
      return 'not_sure';
  }
}

function timeOf(time: string | null | undefined): number | null {
  const at = Date.parse(time ?? '');
  return Number.isNaN(at) ? null : at;
}

function recordedMs(payload: Payload): number | null {
  const ms = Date.parse(payload.recording_ended_at ?? '') - Date.parse(payload.recording_started_at ?? '');
  return Number.isFinite(ms) && ms >= 0 ? ms : null;
}

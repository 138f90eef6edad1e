/**
 * From a verified webhook body to a fact of the call. Events no call needs are dropped here, before any storage is touched.
 * Total: whatever JSON came, it answers with one of four kinds.
 */
import type { Asked, CallEvent, CallEventBody, GatherStatus } from '../domain/intake/event.ts';
import type { CallControlId, CallLegId, CallSessionId, TelnyxIds } from '../domain/intake/ids.ts';
import { type ClientState, decodeClientState } from './client-state.ts';
import { type Payload, webhookShape } from './wire.ts';

export type ParsedEvent =
  | { readonly kind: 'event'; readonly callId: string; readonly event: CallEvent }
  /** A call event without our client_state: not a call of ours. */
  | { readonly kind: 'unaddressed'; readonly eventType: string; readonly eventId: string }
  | { readonly kind: 'ignored'; readonly eventType: string; readonly eventId: string }
  | { readonly kind: 'unreadable' };

export function parseEvent(body: unknown, receivedAt: number): ParsedEvent {
  const parsed = webhookShape.safeParse(body);
  if (!parsed.success) return { kind: 'unreadable' };
  const { event_type, id: eventId, occurred_at, payload } = parsed.data.data;
  // Z14: both spellings occur, `call.recording.saved` and `call_recording_saved`.
  const eventType = event_type.replaceAll('_', '.').toLowerCase();
  const clientState = decodeClientState(payload.client_state);
  const fact = factOf(eventType, payload, clientState);
  if (fact === null || clientState?.step === 'leg_b') return { kind: 'ignored', eventType, eventId };
  if (clientState === null) return { kind: 'unaddressed', eventType, eventId };
  const occurredAt = Date.parse(occurred_at);
  const at = Number.isNaN(occurredAt) ? receivedAt : occurredAt;
  return { kind: 'event', callId: clientState.callId, event: { ...fact, id: eventId, at, receivedAt } };
}

function factOf(eventType: string, payload: Payload, clientState: ClientState | null): CallEventBody | null {
  const asked: Asked | null = clientState === null ? null : { step: clientState.step, seq: clientState.seq };
  switch (eventType) {
    case 'call.initiated':
    case 'call.answered': {
      const ids = idsOf(payload);
      return ids === null || payload.direction === 'incoming' ? null : { type: eventType, ids };
    }
    case 'call.dtmf.received':
      return payload.digit && /^[0-9A-D*#]$/.test(payload.digit)
        ? { type: 'dtmf.received', digit: payload.digit, asked }
        : null;
    case 'call.gather.ended':
      return { type: 'gather.ended', digits: payload.digits ?? '', status: gatherStatus(payload.status), asked };
    case 'call.speak.ended':
      return { type: 'speak.ended' };
    case 'call.recording.saved':
    case 'recording.saved': // Z3
      return { type: 'recording.saved', recordingId: payload.recording_id ?? null, durationMs: recordedMs(payload) };
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

function recordedMs(payload: Payload): number | null {
  const ms = Date.parse(payload.recording_ended_at ?? '') - Date.parse(payload.recording_started_at ?? '');
  return Number.isFinite(ms) && ms >= 0 ? ms : null;
}

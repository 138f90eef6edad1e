/** The life of a leg: it rings, is answered or not, and ends; with the events of each step. */

import type { Exchange } from './exchange.ts';
import { endGather } from './gather.ts';
import { type Ending, type Leg, legIds } from './leg.ts';
import { hangUpSounds } from './line-audio.ts';
import { startListener } from './machine-detection.ts';
import type { Body } from './parameters.ts';
import { numberOf, textOf } from './parameters.ts';
import { renewPatience } from './patience.ts';
import { finishRecording, startRecording } from './recorder.ts';
import { timestamp } from './timestamp.ts';

/** From a hang-up to its cost. */
const costAfterMs = 3_000;

export function announce(exchange: Exchange, leg: Leg): void {
  exchange.emit(leg, 'call.initiated', {
    ...legIds(leg),
    direction: leg.direction,
    state: leg.direction === 'outgoing' ? 'bridging' : 'parked',
    from: leg.from,
    to: leg.to,
    caller_id_name: leg.from,
    start_time: timestamp(leg.startedAt),
    connection_codecs: 'PCMU,PCMA',
    offered_codecs: 'PCMU,PCMA',
    custom_headers: null,
  });
  exchange.observe(leg, 'ringing');
}

/** Rings the other side of an outbound leg; `body` is that of Dial. */
export function ring(exchange: Exchange, leg: Leg, body: Body): void {
  announce(exchange, leg);
  const pickup = leg.persona.pickup;
  const timeoutMs = numberOf(body, 'timeout_secs', 30) * 1000;
  if (pickup.kind === 'no_answer' || pickup.afterMs >= timeoutMs) {
    const cause = body['retry_on_timeout'] === false ? 'no_answer' : 'timeout';
    exchange.later(leg, timeoutMs, () => endLeg(exchange, leg, { cause, source: 'caller', sip: '487' }));
    return;
  }
  exchange.later(leg, pickup.afterMs, () => {
    if (pickup.kind === 'busy') endLeg(exchange, leg, { cause: 'user_busy', source: 'unknown', sip: '486' });
    else if (pickup.kind === 'rejects') endLeg(exchange, leg, { cause: 'call_rejected', source: 'callee', sip: '603' });
    else answerLeg(exchange, leg, body);
  });
}

export function answerLeg(exchange: Exchange, leg: Leg, body: Body): void {
  leg.phase = 'answered';
  leg.answeredAt = exchange.clock.now();
  exchange.emit(leg, 'call.answered', {
    ...legIds(leg),
    state: 'answered',
    from: leg.from,
    to: leg.to,
    start_time: timestamp(leg.startedAt),
    codec: 'PCMU',
    sampling_rate: 8000,
  });
  exchange.observe(leg, 'answered');
  exchange.later(leg, leg.timeLimitMs, () => {
    endLeg(exchange, leg, { cause: 'time_limit', source: 'unknown', sip: '200' });
  });
  if (body['record'] === 'record-from-answer') {
    const format = textOf(body, 'record_format') ?? 'mp3';
    startRecording(exchange, leg, { channels: textOf(body, 'record_channels') ?? 'dual', format }, 'OutboundAPI');
  }
  renewPatience(exchange, leg);
  startListener(exchange, leg, body);
}

/** By `hangup`: an unanswered leg is cancelled, an answered one cleared. Our side is the caller of an outbound leg. */
export function hangUpByCommand(exchange: Exchange, leg: Leg): void {
  const outgoing = leg.direction === 'outgoing';
  if (leg.phase === 'answered') {
    endLeg(exchange, leg, { cause: 'normal_clearing', source: outgoing ? 'caller' : 'callee', sip: '200' });
  } else if (outgoing) {
    endLeg(exchange, leg, { cause: 'originator_cancel', source: 'caller', sip: '487' });
  } else {
    endLeg(exchange, leg, { cause: 'call_rejected', source: 'callee', sip: '603' });
  }
}

export function endLeg(exchange: Exchange, leg: Leg, ending: Ending): void {
  if (leg.phase === 'ended') return;
  leg.phase = 'ended';
  leg.endedAt = exchange.clock.now();
  leg.hangupCause = ending.cause;
  leg.record.endedAt = leg.endedAt;
  leg.transcription = null;
  for (const utterance of leg.record.utterances) if (utterance.outcome === 'speaking') utterance.outcome = 'cut_off';
  endGather(exchange, leg, 'call_hangup');
  hangUpSounds(exchange, leg);
  for (const cancel of leg.timers) cancel();
  leg.timers.clear();
  exchange.emit(leg, 'call.hangup', {
    ...legIds(leg),
    from: leg.from,
    to: leg.to,
    hangup_cause: ending.cause,
    hangup_source: ending.source,
    sip_hangup_cause: leg.direction === 'incoming' ? 'unspecified' : ending.sip,
    start_time: timestamp(leg.startedAt),
    end_time: timestamp(leg.endedAt),
    call_quality_stats: null,
  });
  exchange.observe(leg, 'hangup', { text: `${ending.cause} by ${ending.source}` });
  for (const recording of leg.recordings.splice(0)) finishRecording(exchange, leg, recording);
  exchange.later(null, costAfterMs, () => emitCost(exchange, leg));
  const { peer, transfer } = leg;
  if (transfer !== null) {
    transfer.endedAt = leg.endedAt;
    if (transfer.outcome === 'ringing') transfer.outcome = 'cancelled';
  }
  leg.peer = null;
  if (peer !== null) {
    const rang = peer.answeredAt === null;
    endLeg(exchange, peer, {
      cause: rang ? 'originator_cancel' : 'normal_clearing',
      source: rang || ending.source !== 'callee' ? 'caller' : 'callee',
      sip: rang ? '487' : '200',
    });
  }
  exchange.ended(leg);
}

function emitCost(exchange: Exchange, leg: Leg): void {
  const talkedMs = leg.answeredAt === null || leg.endedAt === null ? 0 : leg.endedAt - leg.answeredAt;
  const seconds = Math.ceil(talkedMs / 60_000) * 60;
  const cost = ((seconds / 60) * 0.002).toFixed(4);
  exchange.emit(leg, 'call.cost', {
    ...legIds(leg),
    status: 'success',
    total_cost: cost,
    billed_duration_secs: seconds,
    billing_group_id: null,
    cost_parts: [{ call_part: 'call-control', cost, currency: 'USD', rate: '0.0020', billed_duration_secs: seconds }],
    occurred_at: timestamp(leg.endedAt ?? exchange.clock.now()),
  });
}

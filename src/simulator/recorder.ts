/** Recorders of a leg: start, stop, and the file they leave some moments later. */
import type { Exchange } from './exchange.ts';
import { type ActiveRecording, type Leg, legIds } from './leg.ts';
import { type Body, textOf } from './parameters.ts';
import type { Recording } from './recordings.ts';
import { drawLateness } from './storage-faults.ts';
import { timestamp } from './timestamp.ts';

/** From the end of a recording to its file. */
const savedAfterMs = 700;

export function startRecording(exchange: Exchange, leg: Leg, body: Body, initiatedBy: string): void {
  const recording: ActiveRecording = {
    id: exchange.random.uuid(),
    format: textOf(body, 'format') === 'wav' ? 'wav' : 'mp3',
    channels: textOf(body, 'channels') === 'single' ? 'single' : 'dual',
    startedAt: exchange.clock.now(),
    initiatedBy,
    marks: [],
  };
  leg.recordings.push(recording);
  exchange.observe(leg, 'recording', { text: 'started' });
}

export function stopRecordings(exchange: Exchange, leg: Leg, recordingId: string | null): void {
  for (const recording of [...leg.recordings]) {
    if (recordingId !== null && recordingId !== recording.id) continue;
    leg.recordings.splice(leg.recordings.indexOf(recording), 1);
    finishRecording(exchange, leg, recording);
  }
}

export function finishRecording(exchange: Exchange, leg: Leg, active: ActiveRecording): void {
  const endedAt = exchange.clock.now();
  const { id, format, channels, startedAt, initiatedBy, marks } = active;
  const recording: Recording = {
    ...{ id, format, channels, startedAt, initiatedBy, marks, endedAt },
    ...{ callControlId: leg.callControlId, callLegId: leg.callLegId, callSessionId: leg.callSessionId },
    ...{ connectionId: leg.connectionId, from: leg.from, to: leg.to, callId: leg.record.callId },
  };
  // Not bound to the leg: a recording is saved after the hang-up too.
  exchange.later(null, savedAfterMs, () => {
    const { clock, random, lineFaults } = exchange;
    const lateByMs = drawLateness(random, lineFaults);
    if (lateByMs === 0) deliverRecording(exchange, leg, recording);
    else clock.after(lateByMs, () => deliverRecording(exchange, leg, recording));
  });
}

function deliverRecording(exchange: Exchange, leg: Leg, recording: Recording): void {
  const { random, lineFaults } = exchange;
  if (random.chance(lineFaults.recordingErrors ?? 0)) {
    exchange.emit(leg, 'call.recording.error', { ...legIds(leg), reason: 'Internal server error' });
    exchange.observe(leg, 'recording', { text: 'failed' });
    return;
  }
  exchange.recordings.save(recording);
  exchange.observe(leg, 'recording', { text: 'saved' });
  if (random.chance(lineFaults.unannouncedRecordings ?? 0)) return;
  const expired = random.chance(lineFaults.expiredLinks ?? 0);
  exchange.emit(leg, 'call.recording.saved', {
    ...legIds(leg),
    recording_id: recording.id,
    channels: recording.channels,
    format: recording.format,
    recording_started_at: timestamp(recording.startedAt),
    recording_ended_at: timestamp(recording.endedAt),
    recording_urls: { [recording.format]: exchange.recordings.link(recording, expired) },
    public_recording_urls: {},
  });
}

/** A call, its note, its events and what was said, as the API shows them and other systems get them. Fields are added, never renamed. */
import type * as z from 'zod';
import type { CallLog } from './domain/intake/call-log.ts';
import { durationSeconds } from './domain/intake/call-record.ts';
import { amountText } from './domain/intake/cost.ts';
import type { Language } from './domain/intake/questionnaire.ts';
import type { Note } from './domain/note/note.ts';
import { type RecordedSpan, recordingOffsetMs } from './domain/note/recording-offset.ts';
import type { Call } from './store/calls.ts';
import type { RecordingTranscript } from './store/recording-transcripts.ts';
import type { Recording } from './store/recordings.ts';
import type { Task } from './store/tasks.ts';
import type { callAnswer, eventsAnswer, fromRecordingAnswer, transcriptsAnswer } from './web/api/call-answer.ts';
import type { noteSchema } from './web/api/note-schema.ts';

export const iso = (at: number): string => new Date(at).toISOString();
const isoOrNull = (at: number | null): string | null => (at === null ? null : iso(at));
const seconds = (ms: number | null): number | null => (ms === null ? null : Math.round(ms / 1000));

export function callJson(call: Call): z.infer<typeof callAnswer> {
  return {
    call_id: call.id,
    status: call.status,
    direction: call.direction,
    patient_id: call.patientId,
    external_id: call.externalId,
    phone_number: call.phoneNumber,
    language: call.language,
    questionnaire: { id: call.questionnaireId, version: call.questionnaireVersion },
    campaign_id: call.campaignId,
    attempt: call.attempt,
    identity: call.identity,
    answered_by: call.answeredBy,
    consent: { collection: call.consentCollection, recording: call.consentRecording, at: isoOrNull(call.consentAt) },
    created_at: iso(call.createdAt),
    dialed_at: isoOrNull(call.dialedAt),
    answered_at: isoOrNull(call.answeredAt),
    ended_at: isoOrNull(call.endedAt),
    duration_seconds: durationSeconds(call),
    hangup_cause: call.hangupCause,
    hangup_source: call.hangupSource,
    sip_hangup_cause: call.sipHangupCause,
    error: call.error,
    recording: {
      status: call.recordingStatus,
      duration_seconds: seconds(call.recordingDurationMs),
      bytes: call.recordingBytes,
    },
    red_flags: call.redFlags,
    review: reviewSummary(call),
    cost: costJson(call),
    telnyx: {
      call_control_id: call.callControlId,
      call_leg_id: call.callLegId,
      call_session_id: call.callSessionId,
    },
  };
}

/** Of the newest note. A call without one has nothing signed. */
export const reviewSummary = ({ review, signedBy, signedAt }: Pick<Call, 'review' | 'signedBy' | 'signedAt'>) => ({
  status: review ?? ('unreviewed' as const),
  by: signedBy,
  at: isoOrNull(signedAt),
});

const costJson = ({ costNanos, costCurrency }: Call) =>
  costNanos === null ? null : { amount: amountText(costNanos), currency: costCurrency ?? 'USD' };

/** What became of the recording, and who has seen to a red flag (by call: one may be of an earlier), is known after the note was written. */
export function noteJson(
  note: Note,
  call: Call,
  recording: Recording | null,
  flagTasks: ReadonlyMap<string, Task>,
): z.infer<typeof noteSchema> {
  return {
    ...note,
    questionnaire: { ...note.questionnaire, language: note.questionnaire.language as Language },
    red_flags: note.red_flags.map((flag) => ({
      ...flag,
      acknowledged_by: flagTasks.get(flag.call_id)?.owner ?? null,
    })),
    recording: {
      status: call.recordingStatus,
      format: recording?.status === 'ready' ? recording.format : null,
      duration_seconds: seconds(call.recordingDurationMs),
    },
  };
}

export const eventsJson = (log: CallLog): z.infer<typeof eventsAnswer> => ({
  items: log.events.map(({ event_id, type, at, received_at, effect, commands }) => ({
    event_id,
    type,
    at: iso(at),
    received_at: iso(received_at),
    effect,
    commands,
  })),
  next_cursor: null,
});

/** What was heard while the call ran, then what was written down from its recording. */
export function transcriptsJson(
  log: CallLog,
  recording: RecordedSpan | null,
  spoken: RecordingTranscript | null = null,
): z.infer<typeof transcriptsAnswer> {
  const live = log.transcript.map(({ speaker, text, at, item, input, confidence }) => ({
    ...{ speaker, text, timestamp: iso(at), confidence, offset_ms: recordingOffsetMs(recording, at) },
    ...{ end_offset_ms: null, item, input, source: 'live' as const },
  }));
  // Without a time of its beginning the offsets are right, and the times about right.
  const startedAt = recording?.startedAt ?? log.transcript[0]?.at ?? spoken?.createdAt ?? 0;
  const recorded = (spoken?.lines ?? []).map(({ speaker, text, startMs, endMs, confidence, item }) => ({
    ...{ speaker, text, timestamp: iso(startedAt + startMs), confidence, offset_ms: startMs, end_offset_ms: endMs },
    ...{ item, input: 'voice' as const, source: 'recording' as const },
  }));
  return { items: [...live, ...recorded], next_cursor: null, from_recording: spoken && fromRecordingJson(spoken) };
}

export const fromRecordingJson = (spoken: RecordingTranscript): z.infer<typeof fromRecordingAnswer> => ({
  ...{ status: spoken.status, code: spoken.code, engine: spoken.engine, language: spoken.language },
  audio_seconds: Math.round(spoken.audioMs / 1000),
  cost: spoken.costNanos === null ? null : { amount: amountText(spoken.costNanos), currency: 'USD' },
  ended_at: isoOrNull(spoken.endedAt),
});

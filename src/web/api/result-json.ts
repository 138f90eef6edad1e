/** A contact with what became of it, as the results of a campaign show it. Fields are added, never renamed. */
import type * as z from 'zod';
import { iso, transcriptsJson } from '../../call-json.ts';
import { durationSeconds } from '../../domain/intake/call-record.ts';
import { amountText } from '../../domain/intake/cost.ts';
import { noteAnswers } from '../../domain/note/note.ts';
import type { AttemptResult, ContactResult } from '../../store/campaign-results.ts';
import { type ResultsView, ringSeconds, shownNumber } from '../result-columns.ts';
import type { AttemptAnswer, contactResultAnswer } from './campaign-answer.ts';

const isoOrNull = (at: number | null): string | null => (at === null ? null : iso(at));

export const contactResultJson = (view: ResultsView, contact: ContactResult): z.infer<typeof contactResultAnswer> => ({
  row: contact.row,
  contact_id: contact.id,
  external_id: contact.externalId,
  phone_number: shownNumber(view, contact.phoneNumber),
  status: contact.status,
  code: contact.code,
  outcome: contact.outcome,
  attempts: contact.attempts.map((attempt) => attemptJson(view, attempt)),
});

function attemptJson(view: ResultsView, { call, note, log, recording, spoken }: AttemptResult): AttemptAnswer {
  return {
    attempt: call.attempt,
    call_id: call.id,
    status: call.status,
    ...{
      dialed_at: isoOrNull(call.dialedAt),
      answered_at: isoOrNull(call.answeredAt),
      ended_at: isoOrNull(call.endedAt),
    },
    ...{ ring_seconds: ringSeconds(call), duration_seconds: durationSeconds(call) },
    answered_by: call.answeredBy,
    identity: call.identity,
    consent: { collection: call.consentCollection, recording: call.consentRecording, at: isoOrNull(call.consentAt) },
    recording: { status: call.recordingStatus },
    ...{ hangup_cause: call.hangupCause, hangup_source: call.hangupSource, sip_hangup_cause: call.sipHangupCause },
    error: call.error,
    cost: call.costNanos === null ? null : { amount: amountText(call.costNanos), currency: call.costCurrency ?? 'USD' },
    questionnaire: { id: call.questionnaireId, version: call.questionnaireVersion },
    language: call.language,
    ...(view.answers
      ? {
          note_id: note?.note_id ?? null,
          answers: note === null ? null : noteAnswers(note),
          transcript: log === null ? null : transcriptsJson(log, recording, spoken).items,
        }
      : {}),
  };
}

/** Calls as a file: what became of each, with the ids to join it by. Numbers are masked as in the list (HS-18); patients have a file of their own. */
import * as z from 'zod';
import { CALL_STATUSES, durationSeconds } from '../domain/intake/call-record.ts';
import { amountText } from '../domain/intake/cost.ts';
import { type Call, type CallCursor, listCalls } from '../store/calls.ts';
import { campaignId, patientId, time } from './api/fields.ts';
import type { Actor } from './context.ts';
import { type ExportColumn, exportKind, given, isoOrNull } from './export-kind.ts';
import { accessTo, rolesSeeing, sees } from './field-access.ts';
import { maskNumber } from './mask.ts';
import { ringSeconds } from './result-columns.ts';
import { versionName } from './version-name.ts';

/**
 * So many patients are one line of the audit. 100,000 calls are 200 pages, each one statement of D1 (of 1,000 in a request), one
 * question to the vault and one line to the audit: 600 subrequests of 10,000.
 */
const PAGE = 500;

function numberShown(actor: Pick<Actor, 'roles'>): (call: Call) => string | null {
  const isHidden = accessTo(actor, 'phone_number') === 'none';
  return ({ phoneNumber }) => (isHidden ? null : maskNumber(phoneNumber));
}

export const exportedCalls = exportKind({
  roles: rolesSeeing('call_status'),
  filters: z.strictObject({
    status: z.enum(CALL_STATUSES).optional(),
    flagged: z.boolean().optional(),
    reviewed: z.boolean().optional(),
    patient_id: patientId.optional(),
    campaign_id: campaignId.optional(),
    version: versionName.optional(),
    from: time.optional().describe('When the call was asked for.'),
    to: time.optional(),
  }),
  columns: (actor): ExportColumn<Call>[] => [
    { name: 'call_id', cell: ({ id }) => id },
    { name: 'patient_id', cell: (call) => call.patientId },
    ...(sees(actor, 'external_id') ? [{ name: 'external_id', cell: (call: Call) => call.externalId }] : []),
    { name: 'phone_number', cell: numberShown(actor) },
    { name: 'campaign_id', cell: (call) => call.campaignId },
    { name: 'direction', cell: (call) => call.direction },
    { name: 'attempt', cell: (call) => call.attempt },
    { name: 'status', cell: (call) => call.status },
    { name: 'created_at', cell: (call) => isoOrNull(call.createdAt) },
    { name: 'dialed_at', cell: (call) => isoOrNull(call.dialedAt) },
    { name: 'answered_at', cell: (call) => isoOrNull(call.answeredAt) },
    { name: 'ended_at', cell: (call) => isoOrNull(call.endedAt) },
    { name: 'ring_seconds', cell: ringSeconds },
    { name: 'duration_seconds', cell: durationSeconds },
    { name: 'answered_by', cell: (call) => call.answeredBy },
    { name: 'identity', cell: (call) => call.identity },
    { name: 'consent', cell: (call) => call.consentCollection },
    { name: 'recording_consent', cell: (call) => call.consentRecording },
    { name: 'recording_status', cell: (call) => call.recordingStatus },
    ...(sees(actor, 'red_flags') ? [{ name: 'red_flags', cell: (call: Call) => call.redFlags }] : []),
    { name: 'note_version', cell: (call) => call.noteVersion },
    { name: 'review', cell: (call) => call.review },
    { name: 'signed_by', cell: (call) => call.signedBy },
    { name: 'signed_at', cell: (call) => isoOrNull(call.signedAt) },
    { name: 'hangup_cause', cell: (call) => call.hangupCause },
    { name: 'hangup_source', cell: (call) => call.hangupSource },
    { name: 'sip_hangup_cause', cell: (call) => call.sipHangupCause },
    { name: 'error', cell: (call) => call.error },
    { name: 'cost', cell: ({ costNanos }) => (costNanos === null ? null : amountText(costNanos)) },
    { name: 'currency', cell: ({ costNanos, costCurrency }) => (costNanos === null ? null : (costCurrency ?? 'USD')) },
    { name: 'questionnaire', cell: (call) => call.questionnaireId },
    { name: 'questionnaire_version', cell: (call) => call.questionnaireVersion },
    { name: 'language', cell: (call) => call.language },
  ],
  read: ({ db, config }, { patient_id, campaign_id, ...rest }, cursor: CallCursor | null) =>
    listCalls(db, config.keyRing, {
      ...{ limit: PAGE, cursor },
      ...given({ ...rest, patientId: patient_id, campaignId: campaign_id }),
    }),
  patientsOf: (call) => call.patientId,
});

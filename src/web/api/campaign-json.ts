/** A campaign and its contacts as the API shows them. Fields are added, never renamed. */
import type * as z from 'zod';
import { iso } from '../../call-json.ts';
import { amountText } from '../../domain/intake/cost.ts';
import type { Campaign } from '../../store/campaigns.ts';
import type { Contact, ContactStatus } from '../../store/contacts.ts';
import type { PreflightCounts } from '../../store/preflights.ts';
import { maskNumber } from '../mask.ts';
import type { CountsAnswer, campaignAnswer, contactAnswer, preflightCountsAnswer } from './campaign-answer.ts';

const isoOrNull = (at: number | null): string | null => (at === null ? null : iso(at));

export const campaignJson = (campaign: Campaign): z.infer<typeof campaignAnswer> => ({
  campaign_id: campaign.id,
  name: campaign.name,
  purpose: campaign.purpose,
  status: campaign.status,
  status_reason: campaign.statusReason,
  questionnaire: { id: campaign.questionnaireId, version: campaign.questionnaireVersion },
  language: campaign.language,
  pace_per_second: campaign.pacePerSecond,
  max_live_calls: campaign.maxLiveCalls,
  spend_cap: campaign.spendCapNanos === null ? null : { amount: amountText(campaign.spendCapNanos), currency: 'USD' },
  retry: {
    budget: campaign.retry.budget,
    rules: Object.fromEntries(
      Object.entries(campaign.retry.rules).map(([outcome, { delayMinutes, most }]) => [
        outcome,
        { delay_minutes: delayMinutes, most },
      ]),
    ),
  },
  script: campaign.script,
  media_id: campaign.mediaId,
  owner: campaign.ownerName,
  preflight_id: campaign.preflightId,
  created_at: iso(campaign.createdAt),
  started_at: isoOrNull(campaign.startedAt),
  ends_at: isoOrNull(campaign.endsAt),
  ended_at: isoOrNull(campaign.endedAt),
});

/** Masked, with initials only: the list is for whoever runs the campaign (HS-18). */
export const contactJson = (contact: Contact): z.infer<typeof contactAnswer> => ({
  contact_id: contact.id,
  row: contact.row,
  patient_id: contact.patientId,
  external_id: contact.externalId,
  initials: [contact.firstName, contact.lastName].map((name) => name?.trim().charAt(0) ?? '').join('') || null,
  phone_number: maskNumber(contact.phoneNumber),
  status: contact.status,
  code: contact.code,
  outcome: contact.outcome,
  rings: contact.rings,
  next_at: contact.status === 'ready' ? iso(contact.nextAt) : null,
  last_call_id: contact.lastCallId,
  updated_at: iso(contact.updatedAt),
});

/** By status, and why and how they ended. */
export function countsJson(
  counts: readonly { status: ContactStatus; code: string | null; outcome: string | null; count: number }[],
): CountsAnswer {
  const by = (name: 'status' | 'code' | 'outcome', of: readonly ContactStatus[]) => {
    const sums: Record<string, number> = {};
    for (const row of counts) {
      const key = row[name];
      if (key !== null && of.includes(row.status)) sums[key] = (sums[key] ?? 0) + row.count;
    }
    return sums;
  };
  const all: readonly ContactStatus[] = ['ready', 'active', 'done', 'skipped', 'canceled'];
  const byStatus = by('status', all);
  return {
    total: counts.reduce((sum, { count }) => sum + count, 0),
    ...(Object.fromEntries(all.map((status) => [status, byStatus[status] ?? 0])) as Record<ContactStatus, number>),
    skipped_by: by('code', ['skipped']),
    waiting_for: by('code', ['ready']),
    outcomes: by('outcome', all),
  };
}

export const preflightCountsJson = ({ willCall, skipped }: PreflightCounts): z.infer<typeof preflightCountsAnswer> => ({
  will_call: willCall,
  skipped: Object.fromEntries(Object.entries(skipped).map(([code, { count }]) => [code, count])),
  again_at: Object.fromEntries(
    Object.entries(skipped).flatMap(([code, { again }]) => (again === null ? [] : [[code, iso(again)]])),
  ),
});

/** What the API answers of a campaign, its people and its results (`campaign-json.ts`, `progress-json.ts`, `result-json.ts` make it). */
import * as z from 'zod';
import { CAMPAIGN_STATUSES } from '../../domain/campaign/campaign-status.ts';
import { PURPOSES } from '../../domain/campaign/gate-policy.ts';
import { CALL_STATUSES } from '../../domain/intake/call-record.ts';
import { LANGUAGES } from '../../domain/intake/questionnaire.ts';
import { CONTACT_STATUSES } from '../../store/contacts.ts';
import { count, idOf, moment, money } from './answer-fields.ts';
import { callFacts, questionnaireAnswer, transcriptsAnswer } from './call-answer.ts';
import { answer } from './note-schema.ts';

const byCode = z.record(z.string(), count);

const campaignFields = {
  campaign_id: idOf('cmp'),
  name: z.string(),
  purpose: z.enum(PURPOSES),
  status: z.enum(CAMPAIGN_STATUSES),
  status_reason: z.string().nullable().meta({ description: 'The code of why it is paused or over.' }),
  questionnaire: questionnaireAnswer,
  language: z.enum(LANGUAGES).nullable(),
  pace_per_second: z.number(),
  max_live_calls: z.int(),
  spend_cap: money.nullable(),
  retry: z.strictObject({
    budget: z.int(),
    rules: z.record(z.string(), z.strictObject({ delay_minutes: z.int(), most: z.int() })),
  }),
  script: z.record(z.string(), z.string()),
  media_id: z.string().nullable(),
  owner: z.string(),
  preflight_id: z.string().nullable(),
  created_at: moment,
  started_at: moment.nullable(),
  ends_at: moment.nullable(),
  ended_at: moment.nullable(),
};
export const campaignAnswer = z.strictObject(campaignFields).meta({ id: 'Campaign' });

export const newCampaignAnswer = z
  .strictObject({
    ...campaignFields,
    import_id: idOf('imp'),
    counts: z.strictObject({ accepted: count, rejected: byCode }),
  })
  .meta({ id: 'NewCampaign' });

const countsFields = {
  total: count,
  ready: count,
  active: count,
  done: count,
  skipped: count,
  canceled: count,
  skipped_by: byCode,
  waiting_for: byCode,
  outcomes: byCode,
};
export type CountsAnswer = z.infer<z.ZodObject<typeof countsFields>>;

export const progressAnswer = z.strictObject({
  dialled: count.meta({ description: 'Calls, not people. Each of the next is a part of the one before.' }),
  answered: count,
  consented: count,
  complete: count,
  live: count,
  calls_per_minute: z.number(),
  spent: money,
  finish_at: moment.nullable(),
});

export const oneCampaignAnswer = z
  .strictObject({
    ...campaignFields,
    counts: z.strictObject({ ...countsFields, rejected: byCode }),
    progress: progressAnswer,
  })
  .meta({ id: 'CampaignWithCounts' });

export const preflightCountsAnswer = z.strictObject({
  will_call: count,
  skipped: byCode,
  again_at: z.record(z.string(), moment),
});
export const preflightAnswer = z
  .strictObject({
    preflight_id: idOf('pre'),
    campaign_id: idOf('cmp'),
    hash: z.string(),
    counts: preflightCountsAnswer,
    forecast: z.strictObject({
      calls: z.number(),
      minutes: z.number(),
      cost: z.strictObject({ low: z.string(), high: z.string(), currency: z.string() }),
      finish_at: moment.nullable(),
    }),
    policy_version: z.string(),
    created_at: moment,
  })
  .meta({ id: 'Preflight' });

export const contactAnswer = z
  .strictObject({
    contact_id: idOf('cnt'),
    row: z.int(),
    patient_id: idOf('pat'),
    external_id: z.string().nullable(),
    initials: z.string().nullable(),
    phone_number: z.string().meta({ description: 'Masked.' }),
    status: z.enum(CONTACT_STATUSES),
    code: z.string().nullable(),
    outcome: z.enum(CALL_STATUSES).nullable(),
    rings: count,
    next_at: moment.nullable(),
    last_call_id: idOf('call').nullable(),
    updated_at: moment,
  })
  .meta({ id: 'Contact' });

const attemptAnswer = z.strictObject({
  ...callFacts,
  // As the row says it, which is not read any closer.
  ...{ status: z.string(), identity: z.string(), answered_by: z.string() },
  consent: z.strictObject({ collection: z.string(), recording: z.string(), at: moment.nullable() }),
  recording: z.strictObject({ status: z.string() }),
  ring_seconds: count.nullable(),
  note_id: idOf('note').nullable().optional(),
  answers: z.record(z.string(), answer).nullable().optional(),
  transcript: transcriptsAnswer.shape.items.nullable().optional(),
});
export type AttemptAnswer = z.infer<typeof attemptAnswer>;

/** A person's answers are there for admin and clinician alone. */
export const contactResultAnswer = z
  .strictObject({
    row: z.int(),
    contact_id: idOf('cnt'),
    external_id: z.string().nullable(),
    phone_number: z.string().nullable(),
    status: z.enum(CONTACT_STATUSES),
    code: z.string().nullable(),
    outcome: z.enum(CALL_STATUSES).nullable(),
    attempts: z.array(attemptAnswer),
  })
  .meta({ id: 'ContactResult' });

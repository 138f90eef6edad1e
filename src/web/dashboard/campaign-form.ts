/** What the form of a new campaign sends, checked and turned into what is made of it. Words here stand beside the field. */
import * as z from 'zod';
import { CONSENT_BASES } from '../../domain/campaign/consent-basis.ts';
import { PURPOSES } from '../../domain/campaign/gate-policy.ts';
import { boundsOfDay } from '../../domain/campaign/local-day.ts';
import { DEFAULT_RETRY_POLICY } from '../../domain/campaign/retry.ts';
import { LANGUAGES } from '../../domain/intake/questionnaire.ts';
import type { CampaignSettings } from '../create-campaign.ts';

/** One line of plain text, as the API takes it. */
const line = (maxLength: number, error: string) =>
  z
    .string({ error })
    .trim()
    .min(1, error)
    .max(maxLength, `At most ${maxLength} letters.`)
    .regex(/^[^\p{Cc}\p{Cs}\p{Bidi_Control}\u2028\u2029]+$/u, 'One line of plain text.')
    .regex(/[\p{L}\p{N}]/u, error);

const number = (from: number, to: number, error: string) =>
  z
    .string({ error })
    .trim()
    .regex(/^\d{1,9}(\.\d{1,4})?$/, error)
    .transform(Number)
    .pipe(z.number().min(from, error).max(to, error));
const whole = (from: number, to: number, error: string) => number(from, to, error).pipe(z.int(error));
const orNothing = <T extends z.ZodType>(field: T) =>
  z.preprocess((given) => (given === '' ? undefined : given), field.optional());
const day = (error: string) =>
  z
    .string({ error })
    .regex(/^\d{4}-\d{2}-\d{2}$/, error)
    .refine((text) => !Number.isNaN(Date.parse(`${text}T00:00:00Z`)), error);

const PACE = 'A number from 0.01 to 30, such as 0.5.';
const LIVE = 'A whole number from 1 to 1000.';
const CAP = 'An amount in dollars, such as 40.';

const form = z.strictObject({
  name: line(120, 'Give it a name.'),
  purpose: z.enum(PURPOSES, 'Choose what the calls are for.'),
  questionnaire: z.string().max(64),
  language: orNothing(z.enum(LANGUAGES)),
  media_id: orNothing(z.string().regex(/^med_[0-9a-f-]{36}$/)),
  consent_basis: z.enum(CONSENT_BASES, 'Choose how consent was given.'),
  consent_obtained_at: day('The day on which consent was given.'),
  consent_obtained_by: line(200, 'Who obtained it.'),
  consent_evidence: line(2000, 'Where it can be read or heard.'),
  pace_per_second: number(0.01, 30, PACE),
  max_live_calls: whole(1, 1000, LIVE),
  spend_cap: orNothing(number(0.01, 1_000_000, CAP)),
  ends_on: orNothing(day('A day, or nothing.')),
  retry_budget: whole(1, 10, 'A whole number from 1 to 10.'),
});

/** The fields of the form by name; the file stands beside them. */
export const CAMPAIGN_FIELDS = ['file', ...Object.keys(form.shape)] as readonly string[];

export const campaignForm = (timeZone: string, now: number) =>
  form
    .refine(({ consent_obtained_at }) => Date.parse(`${consent_obtained_at}T00:00:00Z`) <= now, {
      path: ['consent_obtained_at'],
      error: 'Not in the future.',
    })
    .refine(({ ends_on }) => ends_on === undefined || endOfDay(ends_on, timeZone) > now, {
      path: ['ends_on'],
      error: 'A day that is still to come.',
    })
    .transform((given): CampaignSettings => {
      const { name, purpose, questionnaire, language, media_id, pace_per_second, max_live_calls, spend_cap } = given;
      return {
        ...{ name, purpose, questionnaire, language, media_id, pace_per_second, max_live_calls },
        spend_cap_usd: spend_cap,
        consent: {
          basis: given.consent_basis,
          // Afternoon in Greenwich: that day all over the US.
          obtainedAt: Math.min(now, Date.parse(`${given.consent_obtained_at}T17:00:00Z`)),
          ...{ obtainedBy: given.consent_obtained_by, evidence: given.consent_evidence, expiresAt: null },
        },
        ends_at: given.ends_on === undefined ? null : endOfDay(given.ends_on, timeZone),
        retry: { budget: given.retry_budget, rules: USUAL_RULES },
      };
    });

const USUAL_RULES = Object.fromEntries(
  Object.entries(DEFAULT_RETRY_POLICY.rules).map(([outcome, { delayMinutes, most }]) => [
    outcome,
    { delay_minutes: delayMinutes, most },
  ]),
);

/** Midnight after that day where the clinic is; a day that is none has been refused before. */
const endOfDay = (isoDay: string, timeZone: string): number => (boundsOfDay(timeZone, isoDay)?.to ?? 0) + 1;

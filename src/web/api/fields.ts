/** Fields that several resources take, each with its limits (SE-16). Objects are strict: an unknown field is refused. */
import * as z from 'zod';
import { LANGUAGES } from '../../domain/intake/questionnaire.ts';
import { CONSENT_BASES, type ConsentInput } from '../../store/consents.ts';
import { usNumber } from '../../us-number.ts';

/** Nobody alive consented earlier; an older date was mistyped. */
const FIRST_CONSENT = Date.UTC(1900, 0, 1);
/** Clocks differ; a consent from later than this was mistyped. */
const CLOCK_LEEWAY_MS = 300_000;

/** A US number in +E.164, exactly as it will be dialled; +1 also covers Canada and the Caribbean, which do not pass. */
export const phoneNumber = z.string().refine((text) => usNumber(text) === text, {
  params: { code: 'bad_number' },
  error: 'A US number that may be called, written as +1 and ten digits.',
});

/**
 * One line of plain text. No control characters or line breaks, no half surrogate pairs, and nothing that turns the direction
 * of the text around it, because a page would then show other words than were sent. Joiners stay: names in Persian or Sinhala
 * need them. At least one letter or digit, or there is nothing to read.
 */
export const line = (maxLength: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(maxLength)
    .regex(/^[^\p{Cc}\p{Cs}\p{Bidi_Control}\u2028\u2029]+$/u, 'One line of plain text, without control characters.')
    .regex(/[\p{L}\p{N}]/u, 'At least one letter or digit.');

export const language = z.enum(LANGUAGES);
export const externalId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/);
export const callId = z.string().regex(/^call_[0-9a-f-]{36,64}$/);
export const patientId = z.string().regex(/^pat_[0-9a-f-]{36,64}$/);

export const taskId = z.string().regex(/^task_[0-9a-f-]{36,64}$/);

export const jobId = z.string().regex(/^job_[0-9a-f-]{36}$/);

/** ISO 8601 with an offset, to epoch milliseconds. */
export const time = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));

export const consent = z
  .strictObject({
    basis: z.enum(CONSENT_BASES),
    obtained_at: time
      .refine((at) => at <= Date.now() + CLOCK_LEEWAY_MS, { error: 'Not in the future.' })
      .refine((at) => at >= FIRST_CONSENT, { error: 'Not before 1900.' }),
    obtained_by: line(200),
    evidence: line(2000),
  })
  .transform(
    (given): ConsentInput => ({
      basis: given.basis,
      obtainedAt: given.obtained_at,
      obtainedBy: given.obtained_by,
      evidence: given.evidence,
    }),
  );

const UUID = '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}';
/** The id of the last item already seen, of the kind the list holds; any other would be an empty or a whole list, silently. */
const cursorOf = (kind: string) => z.string().regex(new RegExp(`^(${kind})_${UUID}$`), 'Not a cursor of this list.');

export const limit = z
  .string()
  .regex(/^\d{1,3}$/)
  .transform(Number)
  .pipe(z.number().min(1).max(200))
  .optional();

export const pageOf = (kind: string) => ({ limit, cursor: cursorOf(kind).optional() });
export const DEFAULT_LIMIT = 50;

/** Fields that several resources take, each with its limits (SE-16). Objects are strict: an unknown field is refused. */
import * as z from 'zod';
import { STATE_ZONES } from '../../domain/campaign/area-codes.ts';
import { CONSENT_BASES } from '../../domain/campaign/consent-basis.ts';
import { PURPOSES } from '../../domain/campaign/gate-policy.ts';
import { clockOf } from '../../domain/campaign/local-clock.ts';
import { LANGUAGES } from '../../domain/intake/questionnaire.ts';
import type { ConsentInput } from '../../store/consents.ts';
import { usNumber } from '../../us-number.ts';
import { line } from '../text-line.ts';

export { line };

/** Nobody alive consented earlier; an older date was mistyped. */
const FIRST_CONSENT = Date.UTC(1900, 0, 1);
/** Clocks differ; a consent from later than this was mistyped. */
const CLOCK_LEEWAY_MS = 300_000;

/** A US number in +E.164, exactly as it will be dialled; +1 also covers Canada and the Caribbean, which do not pass. */
export const phoneNumber = z
  .string()
  .refine((text) => usNumber(text) === text, {
    params: { code: 'bad_number' },
    error: 'A US number that may be called, written as +1 and ten digits.',
  })
  .meta({ description: 'A US number that may be called.', pattern: '^\\+1\\d{10}$', examples: ['+12025550143'] });

export const language = z.enum(LANGUAGES);
export const externalId = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/, 'Up to 64 letters, digits and . _ : -, a letter or digit first.');
export const callId = z.string().regex(/^call_[0-9a-f-]{36,64}$/);
export const patientId = z.string().regex(/^pat_[0-9a-f-]{36,64}$/);

export const consentId = z.string().regex(/^con_[0-9a-f-]{36}$/);
export const suppressionId = z.string().regex(/^sup_[0-9a-f-]{36}$/);
export const importId = z.string().regex(/^imp_[0-9a-f-]{36}$/);
export const campaignId = z.string().regex(/^cmp_[0-9a-f-]{36}$/);
export const taskId = z.string().regex(/^task_[0-9a-f-]{36,64}$/);

export const transcriptionId = z.string().regex(/^trn_[0-9a-f-]{36}$/);

export const deliveryId = z.string().regex(/^dlv_[0-9a-f-]{36}$/);

export const jobId = z.string().regex(/^job_[0-9a-f-]{36}$/);

export const variableName = z.string().regex(/^[a-z][a-z0-9_]{0,39}$/, 'Lower case letters, digits and underscores.');
export const state = z
  .string()
  .refine((text) => STATE_ZONES.has(text), { error: 'A state of the US by its two letters, or DC.' });
export const timeZone = z
  .string()
  .refine((text) => clockOf(text) !== null, { error: 'An IANA time zone, as America/Chicago.' });

/** ISO 8601 with an offset, to epoch milliseconds. */
export const time = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));

/** When something was said or given. */
export const pastTime = time.refine((at) => at <= Date.now() + CLOCK_LEEWAY_MS, { error: 'Not in the future.' });

/** In a query. */
export const flag = z.enum(['true', 'false']).transform((text) => text === 'true');

/** What is said of a consent, for objects that hold more than that. */
export const consentFields = {
  basis: z.enum(CONSENT_BASES),
  obtained_at: pastTime.refine((at) => at >= FIRST_CONSENT, { error: 'Not before 1900.' }),
  obtained_by: line(200),
  evidence: line(2000),
  purposes: z.array(z.enum(PURPOSES)).min(1).max(PURPOSES.length).nullish(),
  expires_at: time.nullish(),
};
const consentObject = z.strictObject(consentFields);

export const toConsent = (given: z.output<typeof consentObject>): ConsentInput => ({
  basis: given.basis,
  obtainedAt: given.obtained_at,
  obtainedBy: given.obtained_by,
  evidence: given.evidence,
  expiresAt: given.expires_at ?? null,
  ...(given.purposes == null ? {} : { purposes: given.purposes }),
});
export const consent = consentObject.transform(toConsent);

/** Which column of a list is what: header → field, variable, or null to leave it out. */
export const columnMapping = z
  .record(z.string().max(100), z.string().max(40).nullable())
  .refine((mapping) => Object.keys(mapping).length <= 100, { error: 'At most 100 columns.' });

const UUID = '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}';
/** The id of the last item already seen, of the kind the list holds; any other would be an empty or a whole list, silently. */
const cursorOf = (kind: string) => z.string().regex(new RegExp(`^(${kind})_${UUID}$`), 'Not a cursor of this list.');

const LIMIT = 'Give a whole number from 1 to 200.';
export const limit = z
  .string()
  .regex(/^\d{1,3}$/, LIMIT)
  .transform(Number)
  .pipe(z.number().min(1, LIMIT).max(200, LIMIT))
  .meta({ description: 'How many at most, from 1 to 200; 50 when left out.' })
  .optional();

export const pageOf = (kind: string) => ({ limit, cursor: cursorOf(kind).optional() });
export const DEFAULT_LIMIT = 50;

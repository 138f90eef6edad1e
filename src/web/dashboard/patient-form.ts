/** What the forms about a patient send, checked as the API checks it, with words that stand beside the field. */
import * as z from 'zod';
import { CONSENT_BASES } from '../../domain/campaign/consent-basis.ts';
import type { StatedConsent } from '../../domain/campaign/verdict.ts';
import type { NewPatient, Patient } from '../../store/patients.ts';
import { toPatient, wholeFields } from '../patient-fields.ts';
import { plainIssue } from '../plain-issue.ts';
import { line } from '../text-line.ts';
import type { FormState } from './form-field.tsx';
import { typedNumber } from './typed-number.ts';

type Values = Readonly<Record<string, string>>;
export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: ReadonlyMap<string, string> };

const NOT_A_NUMBER = 'This is not a US number that can be called. Write ten digits.';
const NAME = 'Plain text of at most 100 letters.';
const WORDS: Readonly<Record<string, string>> = {
  phone_number: NOT_A_NUMBER,
  first_name: NAME,
  last_name: NAME,
  date_of_birth: 'A day from 1900 to today.',
  external_id: 'Up to 64 letters, digits, dots, colons, dashes and underscores; no spaces.',
  language: 'Choose a language.',
  state: 'Choose a state, or none.',
  time_zone: 'Choose a time zone, or none.',
  consent_basis: 'Choose how consent was given.',
  consent_obtained_at: 'The day on which consent was given, not in the future.',
  consent_obtained_by: 'Who obtained it.',
  consent_evidence: 'Where it can be read or heard.',
};

const problemsIn = (error: z.ZodError): ReadonlyMap<string, string> =>
  new Map(
    error.issues.map(({ path, message }) => {
      const name = String(path[0] ?? '');
      return [name, WORDS[name] ?? message];
    }),
  );

const details = z.object(wholeFields);

/** What was left empty is not known. */
export function checkedPatient(values: Values): Checked<NewPatient> {
  const filled = Object.fromEntries(
    Object.keys(wholeFields).flatMap((name) => {
      const typed = (values[name] ?? '').trim();
      return typed === '' ? [] : [[name, name === 'phone_number' ? typedNumber(typed) : typed]];
    }),
  );
  const { data, error } = details.safeParse(filled, { error: plainIssue });
  return data === undefined ? { ok: false, problems: problemsIn(error) } : { ok: true, value: toPatient(data) };
}

const FIRST_DAY = '1900-01-01';
const consent = z.object({
  consent_basis: z.enum(CONSENT_BASES),
  consent_obtained_at: z.iso.date().refine((day) => day >= FIRST_DAY),
  consent_obtained_by: line(200),
  consent_evidence: line(2000),
});

/** Null: none was stated. `prefix`: of its fields, where two such forms are on a page. */
export function checkedConsent(given: Values, now: number, prefix = ''): Checked<StatedConsent | null> {
  const values = Object.fromEntries(Object.entries(given).map(([name, value]) => [name.replace(prefix, ''), value]));
  if ((values['consent_basis'] ?? '') === '') return { ok: true, value: null };
  const named = (problems: ReadonlyMap<string, string>) =>
    new Map([...problems].map(([name, words]) => [`${prefix}${name}`, words]));
  const { data, error } = consent.safeParse({
    ...values,
    consent_evidence: values['consent_evidence']?.replace(/\s+/g, ' '),
  });
  if (data === undefined) return { ok: false, problems: named(problemsIn(error)) };
  const day = Date.parse(`${data.consent_obtained_at}T00:00:00Z`);
  if (day > now)
    return { ok: false, problems: named(new Map([['consent_obtained_at', WORDS['consent_obtained_at'] ?? '']])) };
  const stated = {
    basis: data.consent_basis,
    // Afternoon in Greenwich: that day all over the US.
    obtainedAt: Math.min(now, day + 17 * 3_600_000),
    ...{ obtainedBy: data.consent_obtained_by, evidence: data.consent_evidence, expiresAt: null },
  };
  return { ok: true, value: stated };
}

/** The form as it is before anybody changed anything. */
export const formOf = (patient: Patient): FormState => ({
  problems: new Map(),
  values: {
    phone_number: patient.phoneNumber,
    first_name: patient.firstName ?? '',
    last_name: patient.lastName ?? '',
    date_of_birth: patient.dateOfBirth ?? '',
    external_id: patient.externalId ?? '',
    language: patient.language,
    state: patient.state ?? '',
    time_zone: patient.timeZone ?? '',
    seen_at: String(patient.updatedAt),
  },
});

/** Problems of several parts of one form. */
export const together = (...parts: readonly Checked<unknown>[]): ReadonlyMap<string, string> =>
  new Map(parts.flatMap((part) => (part.ok ? [] : [...part.problems])));

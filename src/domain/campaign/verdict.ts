/**
 * The verdict on one row of a list: whom it names and what is known of them, or a code and the column that is at fault. Nothing is
 * guessed and nothing is put right beyond doubt: a row that says something unreadable is refused, also where it need not have said it.
 */
import { LANGUAGES, type Language } from '../intake/questionnaire.ts';
import { STATE_ZONES } from './area-codes.ts';
import { CONSENT_BASES, type ConsentBasis } from './consent-basis.ts';
import type { Purpose } from './gate-policy.ts';
import { type Column, type ListField, nameOf } from './import-columns.ts';
import { readDay, readMoment } from './list-dates.ts';
import { clockOf, DAY_MS, isoDate } from './local-clock.ts';
import { fromSheet, isMisread, UNREADABLE } from './sheet-text.ts';

/** In the order in which they are looked for. */
export const ROW_CODES = [
  'too_many_rows',
  'bad_row',
  'bad_encoding',
  'bad_text',
  'too_long',
  'bad_number',
  'bad_name',
  'bad_birth_date',
  'bad_language',
  'bad_external_id',
  'bad_state',
  'bad_time_zone',
  'bad_consent',
  'no_consent',
  'missing_variable',
  'duplicate',
  'other_place',
  'patient_erased',
] as const;
export type RowCode = (typeof ROW_CODES)[number];

/** A consent as it was stated; times are epoch milliseconds. */
export interface StatedConsent {
  readonly basis: ConsentBasis;
  readonly obtainedAt: number;
  readonly obtainedBy: string;
  readonly evidence: string;
  readonly purposes?: readonly Purpose[];
  readonly expiresAt?: number | null;
}

/** Whom a row names; what it leaves blank is null. */
export interface ListedPerson {
  /** +E.164. */
  readonly phoneNumber: string;
  readonly firstName: string | null;
  readonly lastName: string | null;
  /** `YYYY-MM-DD`. */
  readonly dateOfBirth: string | null;
  readonly language: Language | null;
  readonly externalId: string | null;
  readonly state: string | null;
  readonly timeZone: string | null;
  readonly variables: Readonly<Record<string, string>>;
  /** What the row says, over what was stated for all of them; null: neither says anything. */
  readonly consent: StatedConsent | null;
}

export interface RowRules {
  readonly columns: readonly Column[];
  readonly requiredVariables: readonly string[];
  readonly consent: StatedConsent | null;
  /** +E.164, or null for what is no US number that may be rung. */
  readonly readNumber: (text: string) => string | null;
  /** The text was not UTF-8 and was read as windows-1252. */
  readonly isGuessedEncoding: boolean;
  /** Epoch milliseconds. */
  readonly now: number;
}

export type RowVerdict =
  | { readonly ok: true; readonly person: ListedPerson }
  | { readonly ok: false; readonly code: RowCode; readonly field: string | null };

const MOST_CHARACTERS: Readonly<Record<ListField, number>> = {
  phone: 40,
  first_name: 100,
  last_name: 100,
  date_of_birth: 20,
  language: 20,
  external_id: 64,
  state: 20,
  time_zone: 64,
  consent_basis: 40,
  consent_obtained_at: 40,
  consent_obtained_by: 200,
  consent_evidence: 2000,
};
/** As long as a prompt takes (domain/intake). */
const MOST_IN_VARIABLE = 200;
/** Of columns that are not read; more is no cell but a quotation mark that is missing somewhere. */
const MOST_UNREAD = 2000;
const FIRST_DAY = '1900-01-01';
/** Clocks differ; a consent from later than this was mistyped. */
const CLOCK_LEEWAY_MS = 300_000;
const FIRST_CONSENT_MS = -2_208_988_800_000;
const EXTERNAL_ID = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/;

export function judgeRow(cells: readonly string[], rules: RowRules): RowVerdict {
  const { columns } = rules;
  const texts = cells.map(fromSheet);
  if (texts.slice(columns.length).some((text) => text !== '')) return refused('bad_row', null);
  for (const [i, text] of texts.entries()) {
    const column = columns[i] ?? null;
    if (rules.isGuessedEncoding && isMisread(text)) return refused('bad_encoding', nameOf(column));
    if (UNREADABLE.test(text)) return refused('bad_text', nameOf(column));
    if (text.length > limitOf(column)) return refused('too_long', nameOf(column));
  }
  const values = new Map<string, string>();
  for (const [i, column] of columns.entries()) {
    const name = nameOf(column);
    if (name !== null) values.set(name, texts[i] ?? '');
  }
  return readRow(values, rules);
}

/** Two rows of this key name one person at one number, whatever else they say. */
export function dedupeKeyOf(
  person: Pick<ListedPerson, 'phoneNumber' | 'externalId' | 'firstName' | 'lastName' | 'dateOfBirth'>,
): string {
  const { phoneNumber, externalId, dateOfBirth } = person;
  if (externalId !== null) return `${phoneNumber} id ${externalId}`;
  const name = foldedName(person);
  return name === '' && dateOfBirth === null ? phoneNumber : `${phoneNumber} name ${name} ${dateOfBirth ?? ''}`;
}

/** As people compare names: without case, accents or more spaces than one; empty when none is said. */
export const foldedName = ({ firstName, lastName }: Pick<ListedPerson, 'firstName' | 'lastName'>): string =>
  firstName === null && lastName === null ? '' : `${folded(firstName ?? '')}, ${folded(lastName ?? '')}`;

const folded = (name: string): string =>
  name
    .normalize('NFD')
    .replace(/\p{Mn}/gu, '')
    .replace(/\s+/g, ' ')
    .trim()
    .toLowerCase();

function readRow(values: ReadonlyMap<string, string>, rules: RowRules): RowVerdict {
  const said = (field: ListField): string | null => values.get(field) || null;
  const phoneNumber = rules.readNumber(said('phone') ?? '');
  if (phoneNumber === null) return refused('bad_number', 'phone');
  for (const field of ['first_name', 'last_name'] as const) {
    const name = said(field);
    if (name !== null && !/\p{L}/u.test(name)) return refused('bad_name', field);
  }
  const birth = said('date_of_birth');
  const dateOfBirth = birth === null ? null : readDay(birth);
  const today = isoDate(Math.floor(rules.now / DAY_MS));
  if (birth !== null && (dateOfBirth === null || dateOfBirth < FIRST_DAY || dateOfBirth > today))
    return refused('bad_birth_date', 'date_of_birth');
  const language = said('language')?.toLowerCase() ?? null;
  if (language !== null && !(LANGUAGES as readonly string[]).includes(language))
    return refused('bad_language', 'language');
  const externalId = said('external_id');
  if (externalId !== null && !EXTERNAL_ID.test(externalId)) return refused('bad_external_id', 'external_id');
  const state = said('state')?.toUpperCase() ?? null;
  if (state !== null && !STATE_ZONES.has(state)) return refused('bad_state', 'state');
  const timeZone = said('time_zone');
  if (timeZone !== null && clockOf(timeZone) === null) return refused('bad_time_zone', 'time_zone');
  const consent = readConsent(said, rules);
  if ('code' in consent) return consent;
  const missing = rules.requiredVariables.find((name) => !values.get(name));
  if (missing !== undefined) return refused('missing_variable', missing);
  const variables: Record<string, string> = {};
  for (const column of rules.columns) {
    const value = column !== null && 'variable' in column ? values.get(column.variable) : undefined;
    if (column !== null && 'variable' in column && value) variables[column.variable] = value;
  }
  const person = {
    ...{ phoneNumber, firstName: said('first_name'), lastName: said('last_name'), dateOfBirth },
    ...{ language: language as Language | null, externalId, state, timeZone, variables, consent: consent.stated },
  };
  return { ok: true, person };
}

/** What a row says of its consent stands for what it says; the rest is as it was stated for all. */
function readConsent(
  said: (field: ListField) => string | null,
  rules: RowRules,
): { readonly stated: StatedConsent | null } | Extract<RowVerdict, { ok: false }> {
  const own = {
    basis: said('consent_basis')?.toLowerCase().replace(/[ -]+/g, '_') ?? null,
    obtainedAt: said('consent_obtained_at'),
    obtainedBy: said('consent_obtained_by'),
    evidence: said('consent_evidence'),
  };
  if (Object.values(own).every((value) => value === null)) return { stated: rules.consent };
  const basis = own.basis ?? rules.consent?.basis ?? null;
  if (basis !== null && !(CONSENT_BASES as readonly string[]).includes(basis))
    return refused('bad_consent', 'consent_basis');
  const obtainedAt = own.obtainedAt === null ? (rules.consent?.obtainedAt ?? null) : readMoment(own.obtainedAt);
  if (own.obtainedAt !== null && (obtainedAt === null || !isPlausible(obtainedAt, rules.now)))
    return refused('bad_consent', 'consent_obtained_at');
  const obtainedBy = own.obtainedBy ?? rules.consent?.obtainedBy ?? null;
  const evidence = own.evidence ?? rules.consent?.evidence ?? null;
  if (basis === null) return refused('no_consent', 'consent_basis');
  if (obtainedAt === null) return refused('no_consent', 'consent_obtained_at');
  if (obtainedBy === null) return refused('no_consent', 'consent_obtained_by');
  if (evidence === null) return refused('no_consent', 'consent_evidence');
  const { purposes, expiresAt } = rules.consent ?? {};
  return {
    stated: {
      ...{ basis: basis as ConsentBasis, obtainedAt, obtainedBy, evidence },
      ...(purposes === undefined ? {} : { purposes }),
      ...(expiresAt === undefined ? {} : { expiresAt }),
    },
  };
}

const refused = (code: RowCode, field: string | null) => ({ ok: false, code, field }) as const;

const isPlausible = (at: number, now: number): boolean => at >= FIRST_CONSENT_MS && at <= now + CLOCK_LEEWAY_MS;

function limitOf(column: Column): number {
  if (column === null) return MOST_UNREAD;
  return 'field' in column ? MOST_CHARACTERS[column.field] : MOST_IN_VARIABLE;
}

/** The verdict on a row (C31, C34): what is taken, and for everything else its code and column. */
import { describe, expect, it } from 'vitest';
import { type Column, LIST_FIELDS } from '../../../src/domain/campaign/import-columns.ts';
import { dedupeKeyOf, judgeRow, type RowRules, type StatedConsent } from '../../../src/domain/campaign/verdict.ts';
import { readUsNumber } from '../../../src/us-number.ts';

const NOW = Date.UTC(2026, 10, 28, 15);
const CONSENT: StatedConsent = {
  basis: 'verbal',
  obtainedAt: Date.UTC(2026, 9, 1),
  obtainedBy: 'Desk',
  evidence: 'Page 2',
};
const columns: Column[] = [...LIST_FIELDS.map((field) => ({ field })), { variable: 'visit' }, null];
const NAMES = [...LIST_FIELDS, 'visit', 'unread'] as const;
type Cells = Partial<Record<(typeof NAMES)[number], string>>;

const rules: RowRules = {
  ...{ columns, requiredVariables: [], consent: CONSENT, readNumber: readUsNumber, isGuessedEncoding: false, now: NOW },
};
const judge = (cells: Cells, more: Partial<RowRules> = {}) =>
  judgeRow(
    NAMES.map((name) => ({ phone: '+12025550143', ...cells })[name] ?? ''),
    { ...rules, ...more },
  );
const personOf = (cells: Cells, more: Partial<RowRules> = {}) => {
  const verdict = judge(cells, more);
  if (!verdict.ok) throw new Error(verdict.code);
  return verdict.person;
};

describe('a good row', () => {
  it('says whom it means, in the canonical forms', () => {
    const cells = {
      ...{ phone: '(202) 555-0143', first_name: ' Rosalind ', last_name: 'Quimbyfield', date_of_birth: '4/12/1980' },
      ...{ language: 'ES', external_id: 'MRN-17', state: 'ca', time_zone: 'America/Chicago', visit: 'Monday\nat nine' },
    };
    expect(personOf(cells)).toEqual({
      ...{ phoneNumber: '+12025550143', firstName: 'Rosalind', lastName: 'Quimbyfield', dateOfBirth: '1980-04-12' },
      ...{ language: 'es', externalId: 'MRN-17', state: 'CA', timeZone: 'America/Chicago' },
      ...{ variables: { visit: 'Monday at nine' }, consent: CONSENT },
    });
  });

  it('needs no more than a number', () => {
    expect(personOf({})).toMatchObject({ firstName: null, language: null, variables: {}, consent: CONSENT });
  });

  it('may be shorter than the header, and longer by blank cells', () => {
    expect(judgeRow(['2025550143'], rules)).toMatchObject({ ok: true });
    expect(judgeRow([...NAMES.map(() => ''), '', ' '].with(0, '2025550143'), rules)).toMatchObject({ ok: true });
  });
});

describe('a row is refused', () => {
  it.each<[string, Cells, string, string | null]>([
    ['no number', { phone: '' }, 'bad_number', 'phone'],
    ['a number that is none', { phone: '12345' }, 'bad_number', 'phone'],
    ['a number abroad', { phone: '+442079460958' }, 'bad_number', 'phone'],
    ['a NUL', { first_name: 'A\u0000B' }, 'bad_text', 'first_name'],
    ['a control character', { visit: 'a\u0007b' }, 'bad_text', 'visit'],
    ['text that is turned round', { last_name: 'Ros\u202Eabc' }, 'bad_text', 'last_name'],
    ['what a decoder could not read', { last_name: 'Ros\uFFFDl' }, 'bad_text', 'last_name'],
    ['an unreadable text where nobody reads', { unread: 'a\u0000' }, 'bad_text', null],
    ['a name too long', { first_name: 'x'.repeat(101) }, 'too_long', 'first_name'],
    ['a variable too long to be said', { visit: 'x'.repeat(201) }, 'too_long', 'visit'],
    ['a cell that swallowed others', { unread: 'x'.repeat(2001) }, 'too_long', null],
    ['a name without a letter', { last_name: '123' }, 'bad_name', 'last_name'],
    ['a birth date that is no day', { date_of_birth: '31/12/1980' }, 'bad_birth_date', 'date_of_birth'],
    ['a birth date to come', { date_of_birth: '2026-11-29' }, 'bad_birth_date', 'date_of_birth'],
    ['a birth date nobody alive has', { date_of_birth: '1899-12-31' }, 'bad_birth_date', 'date_of_birth'],
    ['a language we do not speak', { language: 'fr' }, 'bad_language', 'language'],
    ['an id we cannot store', { external_id: 'a b' }, 'bad_external_id', 'external_id'],
    ['no state', { state: 'XX' }, 'bad_state', 'state'],
    ['no time zone', { time_zone: 'Mars/Olympus' }, 'bad_time_zone', 'time_zone'],
    ['a consent on a ground we do not know', { consent_basis: 'none' }, 'bad_consent', 'consent_basis'],
    ['a consent to come', { consent_obtained_at: '2026-12-24' }, 'bad_consent', 'consent_obtained_at'],
    ['a consent of no day', { consent_obtained_at: 'soon' }, 'bad_consent', 'consent_obtained_at'],
  ])('for %s', (_, cells, code, field) => {
    expect(judge(cells)).toEqual({ ok: false, code, field });
  });

  it('for more cells than the header has', () => {
    expect(judgeRow(['2025550143', 'x'], { ...rules, columns: [{ field: 'phone' }] })).toMatchObject({
      code: 'bad_row',
    });
  });

  it('for a variable the prompts need, blank or not there (C34)', () => {
    expect(judge({ visit: '  ' }, { requiredVariables: ['visit'] })).toMatchObject({
      code: 'missing_variable',
      field: 'visit',
    });
    expect(judge({}, { requiredVariables: ['first_name'] })).toMatchObject({
      code: 'missing_variable',
      field: 'first_name',
    });
    expect(judge({ first_name: 'Ana' }, { requiredVariables: ['first_name'] })).toMatchObject({ ok: true });
  });

  it('for letters that may be of two encodings, only where that was guessed', () => {
    expect(judge({ last_name: 'MuÃ±oz' }, { isGuessedEncoding: true })).toMatchObject({
      code: 'bad_encoding',
      field: 'last_name',
    });
    expect(judge({ last_name: 'MuÃ±oz' })).toMatchObject({ ok: true });
    expect(judge({ last_name: 'Muñoz' }, { isGuessedEncoding: true })).toMatchObject({ ok: true });
  });
});

describe('consent', () => {
  const OWN = {
    ...{ consent_basis: 'Written', consent_obtained_at: '11/02/2026' },
    ...{ consent_obtained_by: 'Dr. Lee', consent_evidence: 'Form 7' },
  };
  it('of the row stands over what was stated for all', () => {
    expect(personOf(OWN).consent).toEqual({
      ...{ basis: 'written', obtainedAt: Date.UTC(2026, 10, 2), obtainedBy: 'Dr. Lee', evidence: 'Form 7' },
    });
    expect(personOf({ consent_evidence: 'Form 7' }).consent).toEqual({ ...CONSENT, evidence: 'Form 7' });
  });

  it('that is stated for all keeps what it covers', () => {
    const consent = { ...CONSENT, purposes: ['care'] as const, expiresAt: NOW };
    expect(personOf(OWN, { consent }).consent).toMatchObject({
      purposes: ['care'],
      expiresAt: NOW,
      evidence: 'Form 7',
    });
  });

  it('is left to whoever knows what is on file when nothing is stated', () => {
    expect(personOf({}, { consent: null }).consent).toBeNull();
  });

  it.each(Object.keys(OWN) as (keyof typeof OWN)[])('without a statement needs %s too', (field) => {
    expect(judge({ ...OWN, [field]: '' }, { consent: null })).toEqual({ ok: false, code: 'no_consent', field });
  });
});

describe('dedupeKeyOf', () => {
  const key = (changes: Partial<Parameters<typeof dedupeKeyOf>[0]>) =>
    dedupeKeyOf({
      ...{ phoneNumber: '+12025550143', externalId: null, firstName: null, lastName: null, dateOfBirth: null },
      ...changes,
    });
  it('is the same for one person, however they are written', () => {
    expect(key({ firstName: 'José', lastName: 'Pérez' })).toBe(key({ firstName: 'JOSE', lastName: ' perez ' }));
    expect(key({ externalId: 'a', firstName: 'Ana' })).toBe(key({ externalId: 'a', firstName: 'Anna' }));
  });
  it('is another for a family at one number', () => {
    const keys = [
      key({}),
      key({ firstName: 'Ana', lastName: 'Diaz' }),
      key({ firstName: 'Luis', lastName: 'Diaz' }),
      key({ firstName: 'Ana', lastName: 'Diaz', dateOfBirth: '1980-04-12' }),
      key({ externalId: 'a' }),
      key({ firstName: 'Ana' }),
      key({ lastName: 'Ana' }),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });
});

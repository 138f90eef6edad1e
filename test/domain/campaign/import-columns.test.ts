/** Which column of a list is what (U12), and what is refused before a row is read. */
import { describe, expect, it } from 'vitest';
import { type ColumnsAsked, columnsOf, nameOf, variableNameOf } from '../../../src/domain/campaign/import-columns.ts';

const ask = (headers: readonly string[], more: Partial<ColumnsAsked> = {}) =>
  columnsOf({ headers, mapping: null, requiredVariables: [], isNumber: (text) => /^\d{10}$/.test(text), ...more });
const names = (headers: readonly string[], more: Partial<ColumnsAsked> = {}) => {
  const asked = ask(headers, more);
  return asked.ok ? asked.columns.map(nameOf) : asked.problems;
};
const problems = (headers: readonly string[], more: Partial<ColumnsAsked> = {}) => {
  const asked = ask(headers, more);
  return asked.ok ? [] : asked.problems.map(({ pointer, code }) => [pointer, code]);
};

describe('a header', () => {
  it.each([
    ['phone', 'phone'],
    ['Phone Number', 'phone'],
    ['PhoneNumber', 'phone'],
    ['MOBILE', 'phone'],
    ['Teléfono', 'phone'],
  ])('%s is the telephone number', (header, field) => {
    expect(ask([header])).toMatchObject({ ok: true, columns: [{ field }] });
  });

  it.each([
    ['First Name', 'first_name'],
    ['givenName', 'first_name'],
    ['Surname', 'last_name'],
    ['DOB', 'date_of_birth'],
    ['Date of Birth', 'date_of_birth'],
    ['Preferred Language', 'language'],
    ['MRN', 'external_id'],
    ['State', 'state'],
    ['Time Zone', 'time_zone'],
    ['consent_basis', 'consent_basis'],
    ['Consent date', 'consent_obtained_at'],
    ['consent_obtained_by', 'consent_obtained_by'],
    ['consent_evidence', 'consent_evidence'],
  ])('%s is the field %s', (header, field) => {
    expect(ask(['phone', header])).toMatchObject({ ok: true, columns: [{ field: 'phone' }, { field }] });
  });

  it('of any other name is a variable of that name', () => {
    expect(names(['phone', 'Appointment Date', 'doctorName', 'Año', '2nd visit'])).toEqual([
      ...['phone', 'appointment_date', 'doctor_name', 'ano', 'nd_visit'],
    ]);
  });

  it('that nothing can be made of is left out, and so are the columns of our own download', () => {
    expect(names(['import_row', 'phone', '', '***', 'import_code', 'import_column'])).toEqual([
      ...[null, 'phone', null, null, null, null],
    ]);
  });

  it('of the likelier name is the number where two could be; the other is a variable', () => {
    expect(names(['Home Phone', 'Phone'])).toEqual(['home_phone', 'phone']);
    expect(names(['home phone', 'mobile'])).toEqual(['home_phone', 'phone']);
  });

  it('gives names that prompts can say', () => {
    for (const header of ['A', 'x'.repeat(90), 'Ünï cödé', '__a__', '9 lives', `a${'_b'.repeat(30)}`])
      expect(variableNameOf(header)).toMatch(/^[a-z][a-z0-9_]{0,39}$/);
  });
});

describe('a mapping that is given', () => {
  it('wins over what the names say', () => {
    const mapping = { Phone: 'old_phone', Reached: 'phone', Name: 'first_name', Remarks: null };
    expect(names(['Phone', 'Reached', 'Name', 'Remarks', 'City'], { mapping })).toEqual([
      ...['old_phone', 'phone', 'first_name', null, 'city'],
    ]);
  });

  it.each([
    ['a column that is not there', { Nothing: 'phone' }, '/mapping/Nothing', 'unknown_column'],
    ['a name that no prompt can say', { phone: 'Phone!' }, '/mapping/phone', 'bad_name'],
    ['a column that is there twice', { City: 'town' }, '/mapping/City', 'unknown_column'],
    ['a name to be written as a pointer', { 'a/b~c': 'phone' }, '/mapping/a~1b~0c', 'unknown_column'],
  ])('of %s is refused', (_, mapping, pointer, code) => {
    expect(problems(['phone', 'City', 'City'], { mapping })).toEqual([[pointer, code]]);
  });
});

describe('a list is refused whole', () => {
  it('without a column of telephone numbers, and is told which there are', () => {
    expect(names(['Name', 'City'])).toEqual([
      expect.objectContaining({
        pointer: '/file',
        code: 'no_phone_column',
        detail: expect.stringContaining('Name, City'),
      }),
    ]);
  });

  it('without a header, and nothing of its first row is told', () => {
    const told = names(['2025550143', 'Rosalind', '1980-04-12']);
    expect(told).toEqual([expect.objectContaining({ code: 'no_header' })]);
    expect(JSON.stringify(told)).not.toMatch(/2025550143|Rosalind|1980/);
  });

  it('and tells no text that may be a person', () => {
    expect(JSON.stringify(names(['Rosalind', '1980-04-12']))).not.toMatch(/Rosalind|1980/);
  });

  it('when two columns are the same', () => {
    expect(problems(['phone', 'Visit Day', 'visit_day'])).toEqual([['/file', 'duplicate_column']]);
    expect(problems(['phone', 'Other'], { mapping: { Other: 'phone' } })).toEqual([]);
  });

  it('when it brings no column that the prompts need (C34)', () => {
    expect(problems(['phone', 'First Name'], { requiredVariables: ['first_name', 'doctor'] })).toEqual([
      ['/file', 'missing_variable'],
    ]);
  });
});

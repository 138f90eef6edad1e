/** Which patient on file a row means (design: numbers are not unique, families share one). */
import { describe, expect, it } from 'vitest';
import { type KnownPatient, matchPatient } from '../../../src/domain/campaign/match-patient.ts';

const NOBODY = { firstName: null, lastName: null, dateOfBirth: null, externalId: null };
const ana: KnownPatient = {
  id: 'ana',
  firstName: 'Ana',
  lastName: 'Diaz',
  dateOfBirth: '1980-04-12',
  externalId: 'A1',
};
const luis: KnownPatient = {
  id: 'luis',
  firstName: 'Luis',
  lastName: 'Diaz',
  dateOfBirth: '2001-01-01',
  externalId: null,
};
const luisSenior: KnownPatient = { ...luis, id: 'senior', dateOfBirth: '1960-01-01' };
const unnamed: KnownPatient = { id: 'unnamed', ...NOBODY };

const match = (row: Partial<typeof NOBODY> | Record<string, string | null>, ...known: KnownPatient[]) =>
  matchPatient({ ...NOBODY, ...row }, known)?.id ?? null;

describe('a row means', () => {
  it('whoever has its external id, whatever the name', () => {
    expect(match({ externalId: 'A1', firstName: 'Anna' }, luis, ana)).toBe('ana');
  });
  it('whoever has its name and birth date, however it is written (T09)', () => {
    expect(match({ firstName: 'ANA', lastName: 'Díaz', dateOfBirth: '1980-04-12' }, luis, ana)).toBe('ana');
    expect(match({ firstName: 'Luis', lastName: 'Diaz', dateOfBirth: '1960-01-01' }, luis, luisSenior)).toBe('senior');
  });
  it('the only one of its name, when it says no birth date', () => {
    expect(match({ firstName: 'Luis', lastName: 'Diaz' }, luis, ana)).toBe('luis');
  });
  it('the only one at the number, when it says nothing but that', () => {
    expect(match({}, ana)).toBe('ana');
    expect(match({}, unnamed)).toBe('unnamed');
  });
  it('whoever has no name either, when it says nothing but the number and there are more', () => {
    expect(match({}, ana, unnamed)).toBe('unnamed');
  });
  it('the only one born that day, when it says no name', () => {
    expect(match({ dateOfBirth: '1980-04-12' }, luis, ana)).toBe('ana');
  });
});

describe('a row means nobody on file', () => {
  it.each<[string, Record<string, string>, KnownPatient[]]>([
    ['at a number nobody has', {}, []],
    ['without a name where a family is', {}, [ana, luis]],
    ['with a name where only an unnamed patient is', { firstName: 'Ana', lastName: 'Diaz' }, [unnamed]],
    ['with another birth date', { firstName: 'Ana', lastName: 'Diaz', dateOfBirth: '1999-09-09' }, [ana]],
    [
      'with another external id, though the name is the same',
      { externalId: 'B2', firstName: 'Ana', lastName: 'Diaz', dateOfBirth: '1980-04-12' },
      [ana],
    ],
    ['with a name that two have, and no birth date', { firstName: 'Luis', lastName: 'Diaz' }, [luis, luisSenior]],
    ['with an external id alone that nobody has', { externalId: 'B2' }, [ana]],
    ['with a birth date alone that nobody has', { dateOfBirth: '1990-04-12' }, [ana]],
    ['with a birth date alone that two have', { dateOfBirth: '1980-04-12' }, [ana, { ...ana, id: 'twin' }]],
  ])('%s', (_, row, known) => {
    expect(match(row, ...known)).toBeNull();
  });

  it('but takes the id of one who has none', () => {
    expect(match({ externalId: 'B2', firstName: 'Luis', lastName: 'Diaz', dateOfBirth: '2001-01-01' }, luis)).toBe(
      'luis',
    );
  });
});

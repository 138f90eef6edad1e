/** Days and moments as lists have them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readDay, readMoment } from '../../../src/domain/campaign/list-dates.ts';

describe('readDay', () => {
  it.each([
    ['1980-04-12', '1980-04-12'],
    ['04/12/1980', '1980-04-12'],
    ['4/2/1980', '1980-04-02'],
    ['02/29/2000', '2000-02-29'],
  ])('reads %s', (text, day) => expect(readDay(text)).toBe(day));

  it.each([
    '',
    '1980-4-12',
    '12.04.1980',
    '13/01/1980',
    '02/29/1900',
    '1980-02-30',
    '04/12/80',
    '00/12/1980',
    '1980-04-12T00:00:00Z',
    'yesterday',
  ])('finds no day in “%s”', (text) => expect(readDay(text)).toBeNull());

  it('reads every day of the calendar both ways', () => {
    fc.assert(
      fc.property(fc.integer({ min: -25_567, max: 40_000 }), (day) => {
        const iso = new Date(day * 86_400_000).toISOString().slice(0, 10);
        const [year, month, date] = iso.split('-');
        expect(readDay(iso)).toBe(iso);
        expect(readDay(`${month}/${date}/${year}`)).toBe(iso);
      }),
    );
  });
});

describe('readMoment', () => {
  it('reads what Date reads, where an offset is told', () => {
    const at = fc.date({ min: new Date('1900-01-01'), max: new Date('2100-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(at, (date) => {
        expect(readMoment(date.toISOString())).toBe(date.getTime());
      }),
    );
    for (const text of ['2026-11-01T09:30:00-05:00', '2026-11-01T09:30+02:00', '2026-11-01T09:30:00.5Z'])
      expect(readMoment(text)).toBe(Date.parse(text));
  });

  it('takes a day alone for its beginning', () => {
    expect(readMoment('2026-11-01')).toBe(Date.UTC(2026, 10, 1));
    expect(readMoment('11/1/2026')).toBe(Date.UTC(2026, 10, 1));
  });

  it.each([
    '2026-11-01T25:00:00Z',
    '2026-11-01T09:30:00',
    '2026-11-01T09:60Z',
    '2026-11-31T09:00Z',
    '11:00',
    'T09:00Z',
  ])('finds no moment in %s', (text) => expect(readMoment(text)).toBeNull());
});

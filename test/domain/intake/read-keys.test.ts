import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GatherStatus } from '../../../src/domain/intake/event.ts';
import { readBirthDate, readKeys, sameBirthDate } from '../../../src/domain/intake/read-keys.ts';

const STATUSES: readonly GatherStatus[] = [
  'valid',
  'invalid',
  'timeout',
  'call_hangup',
  'cancelled',
  'cancelled_amd',
  'other',
];

describe('readKeys', () => {
  it.each([
    ['valid', '1', { kind: 'digits', digits: '1' }],
    ['valid', '10', { kind: 'digits', digits: '10' }],
    ['valid', '0', { kind: 'digits', digits: '0' }],
    ['valid', '', { kind: 'pound' }],
    ['invalid', '', { kind: 'pound' }],
    ['other', '', { kind: 'invalid' }],
    ['invalid', '5', { kind: 'invalid' }],
    ['timeout', '', { kind: 'silence' }],
    ['timeout', '12', { kind: 'invalid' }],
    ['other', '1', { kind: 'invalid' }],
  ] as const)('reads %s with %j as the patient meant it (Z5)', (status, digits, keys) => {
    expect(readKeys(status, digits)).toEqual(keys);
  });

  it.each([
    ['*', null],
    ['**', '*'],
    ['*9', '9'],
    ['12*9', '9'],
    ['12*', null],
    ['*07', '0'],
  ])('drops the entry at the first star: %j is the command %j (CL-06)', (digits, key) => {
    expect(readKeys('valid', digits)).toEqual({ kind: 'command', key });
    expect(readKeys('invalid', digits)).toEqual({ kind: 'command', key });
  });

  it('takes an answer only from a valid gather, whatever the digits (Z5)', () => {
    fc.assert(
      fc.property(fc.constantFrom(...STATUSES), fc.stringMatching(/^[0-9*#]{0,10}$/), (status, digits) => {
        const keys = readKeys(status, digits);
        if (keys.kind === 'digits') expect([status, keys.digits]).toEqual(['valid', digits]);
      }),
    );
  });
});

describe('readBirthDate', () => {
  it.each([
    ['04121980', '1980-04-12'],
    ['02292000', '2000-02-29'],
    ['02292024', '2024-02-29'],
    ['12311999', '1999-12-31'],
  ])('reads %s as %s', (digits, date) => {
    expect(readBirthDate(digits)).toBe(date);
  });

  it.each([
    '',
    '4121980',
    '041219801',
    '13011980',
    '00011980',
    '04311980',
    '04001980',
    '02292023',
    '02291900',
    '0412198a',
  ])('refuses %j, which is no calendar day (CL-11)', (digits) => {
    expect(readBirthDate(digits)).toBeNull();
  });

  it('agrees with the calendar for every day it accepts', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^\d{8}$/), (digits) => {
        const date = readBirthDate(digits);
        const time = Date.parse(`${digits.slice(4)}-${digits.slice(0, 2)}-${digits.slice(2, 4)}T00:00:00Z`);
        const real = !Number.isNaN(time) && new Date(time).toISOString().slice(8, 10) === digits.slice(2, 4);
        expect(date !== null).toBe(real);
      }),
      { numRuns: 500 },
    );
  });
});

describe('sameBirthDate', () => {
  it('accepts only the same date, of the same length', () => {
    expect(sameBirthDate('1980-04-12', '1980-04-12')).toBe(true);
    expect(sameBirthDate('1980-04-13', '1980-04-12')).toBe(false);
    expect(sameBirthDate('1980-04-1', '1980-04-12')).toBe(false);
    expect(sameBirthDate('1980-04-12', '')).toBe(false);
  });

  it('says the same as equality for any two texts', () => {
    const text = fc.stringMatching(/^[0-9-]{0,3}$/);
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(sameBirthDate(a, b)).toBe(a === b);
      }),
    );
  });
});

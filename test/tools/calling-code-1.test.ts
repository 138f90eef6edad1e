/** What the worker knows of telephone numbers is what the package knows of those with the code 1. `UPDATE_GOLDEN=1` writes it anew. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { parsePhoneNumberFromString } from 'libphonenumber-js/min';
import whole from 'libphonenumber-js/min/metadata';
import { expect, it } from 'vitest';
import { usNumber } from '../../src/us-number.ts';

const file = path.resolve(import.meta.dirname, '../../src/calling-code-1.json');
const { version, country_calling_codes, countries } = whole as unknown as {
  readonly version: number;
  readonly country_calling_codes: Readonly<Record<string, readonly string[]>>;
  readonly countries: Readonly<Record<string, unknown>>;
};
const codes = country_calling_codes['1'] ?? [];
const part = {
  version,
  country_calling_codes: { 1: codes },
  countries: Object.fromEntries(codes.map((country) => [country, countries[country]])),
};

it('is as the package has it', () => {
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(file, `${JSON.stringify(part, null, 2)}\n`);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(JSON.parse(JSON.stringify(part)));
});

it('finds the same numbers good and bad as the whole of it', () => {
  const digits = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 10, maxLength: 10 });
  const area = fc.constantFrom(
    '201',
    '202',
    '212',
    '310',
    '415',
    '787',
    '876',
    '416',
    '684',
    '671',
    '800',
    '555',
    '911',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        digits.map((all) => all.join('')),
        fc.tuple(area, digits).map(([code, rest]) => code + rest.slice(3).join('')),
      ),
      (ten) => {
        const parsed = parsePhoneNumberFromString(`+1${ten}`);
        const isGood = parsed?.country === 'US' && parsed.isValid() && !/^(900|\d{3}976)/.test(ten);
        expect(usNumber(`+1${ten}`) !== null).toBe(isGood);
      },
    ),
    { numRuns: 3000 },
  );
});

/** Cells that no spreadsheet computes, wherever it cuts them (SE-26). */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fromSheet } from '../../../src/domain/campaign/sheet-text.ts';
import { formulaSafe } from '../../../src/domain/export/formula-safe.ts';

const FORMULA = /^\s*[=+\-@\uFF0B\uFF0D\uFF1D\uFF20]/;

it.each([
  ['=1+1', "'=1+1"],
  ['  @x', "'  @x"],
  ['\tx', "'\tx"],
  ['\0=1', "'\0=1"],
  ['+12025550143', "'+12025550143"],
  ['a;=1+1;b', "a;'=1+1;b"],
  ['a\n -1', "a\n' -1"],
  ['a\t\uFF1D1', "a\t'\uFF1D1"],
  ['José, 3-4 days; no more', 'José, 3-4 days; no more'],
  ["'tis", "'tis"],
  ['', ''],
])('%j is written %j', (text, cell) => expect(formulaSafe(text)).toBe(cell));

it('holds for every text, also behind each separator in it (SE-26, T15)', () => {
  const text = fc.string({ unit: fc.constantFrom(...'=+-@\t\r\n\0 ,;"\'aé7', '\uFF1D', '\uFF20') });
  fc.assert(
    fc.property(text, (given) => {
      const cell = formulaSafe(given);
      expect(cell).not.toMatch(/^[\t\r\n\0]/);
      for (const part of [cell, ...cell.split(/[;\t\r\n]/)]) expect(part).not.toMatch(FORMULA);
    }),
  );
});

it('gives our own import the number back (SE-26)', () => {
  expect(fromSheet(formulaSafe('+12025550143'))).toBe('+12025550143');
});

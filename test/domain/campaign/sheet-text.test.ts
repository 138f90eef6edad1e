/** Cells on their way to and from spreadsheets (SE-26, U12). */
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvLine, fromSheet, isMisread, toSheet, withoutUnreadable } from '../../../src/domain/campaign/sheet-text.ts';

const cellOf = (text: string): string =>
  (parse(csvLine([text, 'x']), { relax_column_count: true }) as string[][])[0]?.[0] ?? '';

describe('a cell that is written', () => {
  it.each([
    '=1+1',
    '+12025550143',
    '-1',
    '@sum',
    '\tx',
    '\rx',
    '  =1',
    '\uFF1D1',
    '\uFF0B1',
    " '=1",
    ' \0=1',
    '\u0001=1',
    ' \tx',
  ])('is no formula to a spreadsheet: %j', (text) => expect(cellOf(text)).toBe(`'${text}`));

  it('never begins like a formula, whatever it says', () => {
    const text = fc.string({ unit: fc.constantFrom(...'=+-@\t\r\n ,;"\'aé', '\uFF1D') });
    fc.assert(
      fc.property(text, (given) => {
        expect(cellOf(given)).not.toMatch(/^\s*[=+\-@\uFF1D]|^[\t\r\n]/);
      }),
    );
  });

  it('comes back as one line of the same words', () => {
    const text = fc.string({ unit: fc.constantFrom(...'=+-@ ,;"aé0\'') });
    fc.assert(
      fc.property(text, (given) => {
        expect(fromSheet(cellOf(given))).toBe(given.trim());
      }),
      { numRuns: 1000 },
    );
  });

  it('keeps a number a number for us and text for a spreadsheet', () => {
    expect(csvLine(['+12025550143'])).toBe("'+12025550143\r\n");
    expect(fromSheet("'+12025550143")).toBe('+12025550143');
    expect(fromSheet("'tis")).toBe("'tis");
  });
});

describe('a text read as windows-1252', () => {
  it.each(['José', 'Muñoz', 'Zoë', 'GARÇON', 'Ærø', '“quoted”', 'naïve – no'])('is what it says: %s', (text) => {
    expect(isMisread(text)).toBe(false);
  });
  it.each(['é', 'ñ', '–', '“', '€', '日', '😀', 'Ç'])('is in doubt where its bytes are UTF-8: %s', (text) => {
    expect(isMisread(new TextDecoder('windows-1252').decode(new TextEncoder().encode(`Jos${text} M`)))).toBe(true);
  });
});

it('shows where something unreadable was', () => {
  expect(withoutUnreadable('a\u0000b\u202Ec')).toBe('a\uFFFDb\uFFFDc');
});

const FORMULA = /^\s*[=+\-@\uFF0B\uFF0D\uFF1D\uFF20]/;

it.each([
  ['=1+1', "'=1+1"],
  ['  @x', "'  @x"],
  ['\tx', "'\tx"],
  ['\0=1', "'\0=1"],
  ['+12025550143', "'+12025550143"],
  ['a;=1+1;b', "a;'=1+1;b"],
  ['a\n -1', "a\n' -1"],
  ['\n=1', "'\n'=1"],
  ['a\t\uFF1D1', "a\t'\uFF1D1"],
  ['José, 3-4 days; no more', 'José, 3-4 days; no more'],
  ["'tis", "'tis"],
  ['', ''],
])('%j is written %j', (text, cell) => expect(toSheet(text)).toBe(cell));

it('holds for every text, also behind each separator in it (SE-26, T15)', () => {
  const text = fc.string({ unit: fc.constantFrom(...'=+-@\t\r\n\0 ,;"\'aé7', '\uFF1D', '\uFF20') });
  fc.assert(
    fc.property(text, (given) => {
      const cell = toSheet(given);
      expect(cell).not.toMatch(/^[\t\r\n\0]/);
      for (const part of [cell, ...cell.split(/[;\t\r\n]/)]) expect(part).not.toMatch(FORMULA);
    }),
  );
});

it('gives our own import back what it was (SE-26, C68)', () => {
  expect(fromSheet(toSheet('+12025550143'))).toBe('+12025550143');
  for (const text of ['a; =b', "a;' =b", ';=;=', "'=a", "';'=a"]) expect(fromSheet(toSheet(text))).toBe(text);
});

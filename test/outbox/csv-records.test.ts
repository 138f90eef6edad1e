/** Rows out of parts of a file, in workerd: nothing is lost or doubled at a seam, and one bad row spoils no other (U12). */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CsvRecord, type Delimiter, readRecords } from '../../src/csv-records.ts';
import { bytesOf } from '../support/given-list.ts';

/** The whole file by parts of so many bytes, at most so many rows at a time, each from where the last one ended. */
function readAll(
  text: string | Uint8Array,
  { delimiter = ',' as Delimiter, part = 1e9, most = 1e9 } = {},
): CsvRecord[] {
  const bytes = bytesOf(text);
  const records: CsvRecord[] = [];
  let offset = 0;
  let isCut = false;
  for (let rounds = 0; offset < bytes.length; rounds += 1) {
    if (rounds > bytes.length + 10) throw new Error('it does not go on');
    const until = Math.min(bytes.length, offset + part);
    const read = readRecords(bytes.subarray(offset, until), delimiter, most, { isLast: until === bytes.length, isCut });
    records.push(...read.records.map((record) => ({ ...record, end: offset + record.end })));
    offset += read.end;
    isCut = read.isCut;
  }
  return records;
}
const cellsOf = (...given: Parameters<typeof readAll>) => readAll(...given).map(({ cells }) => cells);
const brokenOf = (...given: Parameters<typeof readAll>) => readAll(...given).map(({ broken }) => broken);

describe('rows', () => {
  it.each<[string, string, Delimiter, string[][]]>([
    [
      'commas',
      'a,b\n1,2\n',
      ',',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    ['semicolons', 'a;b,c\n', ';', [['a', 'b,c']]],
    ['tabs', 'a\tb\n', '\t', [['a', 'b']]],
    ['any line ends', 'a\r\nb\rc\nd', ',', [['a'], ['b'], ['c'], ['d']]],
    ['quotation marks', '"a ""x"", b",2\n', ',', [['a "x", b', '2']]],
    ['lines within a cell', '"a\r\nb",2\n', ',', [['a\r\nb', '2']]],
    ['blank lines', 'a\n\n\nb\n', ',', [['a'], [''], [''], ['b']]],
    ['rows of any length', 'a,b\n1\n1,2,3\n', ',', [['a', 'b'], ['1'], ['1', '2', '3']]],
    [
      'letters of several bytes',
      'ñ,日本\n😀,x\n',
      ',',
      [
        ['ñ', '日本'],
        ['😀', 'x'],
      ],
    ],
    ['plain lines as they are', '"a",b\n2\n', null, [['"a",b'], ['2']]],
  ])('are parted by %s', (_, text, delimiter, rows) => {
    expect(cellsOf(text, { delimiter })).toEqual(rows);
  });

  it('are the same however the file is cut, none lost and none doubled', () => {
    const cell = fc.string({ unit: fc.constantFrom(...'ab ,"\n\r;ñ日'), maxLength: 8 });
    const quoted = cell.map((text) => `"${text.replaceAll('"', '""')}"`);
    const plain = fc.string({ unit: fc.constantFrom(...'ab ñ日'), maxLength: 8 });
    const row = fc.array(fc.oneof(plain, quoted), { minLength: 1, maxLength: 4 }).map((cells) => cells.join(','));
    const file = fc.array(row, { maxLength: 12 }).map((rows) => rows.join('\r\n'));
    fc.assert(
      fc.property(file, fc.integer({ min: 120, max: 400 }), fc.integer({ min: 1, max: 5 }), (text, part, most) => {
        expect(readAll(text, { part, most })).toEqual(readAll(text));
      }),
      { numRuns: 300 },
    );
  });
});

describe('a bad row', () => {
  it.each([
    ['a quotation mark within a cell', 'a,b "x" c\n3,4\n'],
    ['text behind a quotation mark', '"a"b,2\n3,4\n'],
    ['a quotation mark that nobody closes', '"a,2\n3,4\n'],
  ])('by %s is told, and the next one is read', (_, text) => {
    const records = readAll(text);
    expect(records.map(({ broken }) => broken)).toEqual(['bad_row', null]);
    expect(records.map(({ cells }) => cells)).toEqual([[text.split('\n')[0]], ['3', '4']]);
  });

  it('takes no good one with it, wherever the file is cut', () => {
    const good = Array.from({ length: 50 }, (_, i) => `${i},x`);
    const lines = good.flatMap((line, i) => (i % 10 === 5 ? ['"open,1', line] : [line]));
    for (const most of [1, 3, 1000]) {
      expect(
        readAll(lines.join('\n'), { most }).flatMap(({ cells, broken }) => (broken === null ? [cells.join()] : [])),
      ).toEqual(good);
    }
  });

  it('longer than any row is told once, and what follows is read', () => {
    const text = `a,b\n${'x'.repeat(300_000)}\n1,2\n`;
    expect(brokenOf(text, { part: 100_000 })).toEqual([null, 'too_long', null]);
    expect(cellsOf(text, { part: 100_000 }).at(-1)).toEqual(['1', '2']);
  });

  it('of nothing but commas is no reason to stand still', () => {
    expect(brokenOf(`a\n${','.repeat(300_000)}\n1\n`, { part: 100_000 })).toEqual([null, 'too_long', null]);
  });

  it('costs no more than it is long: a file of open quotation marks is read to its end', () => {
    const text = '"a\n'.repeat(2000);
    expect(readAll(text, { part: 100_000, most: 500 }).length).toBeGreaterThan(900);
  });

  it('is kept only as far as it can be shown', () => {
    const [record] = readAll(`"${'x'.repeat(70_000)}`);
    expect(record?.cells[0]?.length).toBeLessThanOrEqual(2000);
  });
});

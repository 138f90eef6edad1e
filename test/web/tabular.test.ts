/** Tables for spreadsheets: read back by another library they are what was written, and none of their cells is computed. */
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { toSheet } from '../../src/domain/campaign/sheet-text.ts';
import { type TabularFormat, tabularStream } from '../../src/web/tabular.ts';

type Row = readonly (string | number | null)[];
async function written(format: TabularFormat, pages: readonly (readonly Row[])[]): Promise<string> {
  const columns = ['a', 'b'].map((name, i) => ({ name, cell: (row: Row) => row[i] ?? null }));
  async function* each() {
    yield* pages;
  }
  const texts: string[] = [];
  for await (const text of tabularStream(format, columns, each())) texts.push(text);
  return texts.join('');
}
const read = (text: string, delimiter: string) => parse(text, { bom: true, delimiter, record_delimiter: '\r\n' });
const cell = fc.string({ unit: fc.constantFrom(...'=+-@\t\r\n ,;"\'aé\u2028') });

it('comes back from CSV as it was, but for the marks', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(cell, cell), { maxLength: 4 }), async (rows) => {
      const text = await written('csv', [rows.slice(0, 2), rows.slice(2)]);
      expect(read(text, ',')).toEqual([['a', 'b'], ...rows.map((row) => row.map(toSheet))]);
    }),
  );
});

it('comes back from tab-separated lines as one line of the same words', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 4 }), async (rows) => {
      const text = await written('tsv', [rows]);
      expect(text.split('\r\n')).toHaveLength(rows.length + 2);
      expect(
        text
          .split('\r\n')
          .slice(1, -1)
          .every((line) => line.split('\t').length === 2),
      ).toBe(true);
      const flat = rows.map((row) => row.map((each) => toSheet(each.replace(/[\t\r\n]+/g, ' '))));
      expect(read(text, '\t')).toEqual([['a', 'b'], ...flat]);
    }),
  );
});

it('writes numbers as numbers, nothing as nothing, and the head once', async () => {
  expect(await written('csv', [[[-1, null]], [], [['x', 0]]])).toBe('\uFEFFa,b\r\n-1,\r\nx,0\r\n');
  expect(await written('csv', [])).toBe('\uFEFFa,b\r\n');
});

it('keeps a break within a cell between quotation marks, whichever it is: every reader takes the rows for what they are', async () => {
  expect(await written('csv', [[['a\nb', 'c\rd']]])).toBe('\uFEFFa,b\r\n"a\nb","c\rd"\r\n');
});

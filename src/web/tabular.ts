/** Tables for spreadsheets, as CSV (RFC 4180) or as lines of tab-separated cells, page by page. No cell is a formula. */
import { stringify } from 'csv-stringify/sync';
import { toSheet } from '../domain/campaign/sheet-text.ts';

export type TabularFormat = 'csv' | 'tsv';

export interface Column<Row> {
  readonly name: string;
  readonly cell: (row: Row) => string | number | null;
}

const DELIMITERS = { csv: ',', tsv: '\t' } as const;
export const TABULAR_TYPES = {
  csv: 'text/csv; charset=utf-8',
  tsv: 'text/tab-separated-values; charset=utf-8',
} as const;

/** A text for each page, the head with the first. */
export async function* tabularStream<Row>(
  format: TabularFormat,
  columns: readonly Column<Row>[],
  pages: AsyncIterable<readonly Row[]>,
): AsyncGenerator<string, void> {
  // The mark tells Excel that it is UTF-8.
  let head = `\uFEFF${tabularText(format, [columns.map(({ name }) => name)])}`;
  for await (const page of pages) {
    const cells = page.map((row) => columns.map(({ cell }) => cell(row)));
    yield head + tabularText(format, cells);
    head = '';
  }
  if (head !== '') yield head;
}

/** A cell with any of it may need quotation marks; most lines of a long table have none. */
const MAY_BE_QUOTED = /[",;\t\r\n]|^\s|\s$/;
const LINE_END = '\r\n';

function tabularText(format: TabularFormat, rows: readonly (readonly (string | number | null)[])[]): string {
  const delimiter = DELIMITERS[format];
  return rows
    .map((row) => {
      const texts = row.map((value) => cellText(format, value));
      if (texts.length > 1 && !texts.some((text) => MAY_BE_QUOTED.test(text))) return texts.join(delimiter) + LINE_END;
      return stringify([texts], {
        ...{ delimiter, record_delimiter: LINE_END },
        // Where the list separator is a semicolon such a cell would be two, and one with a lone line break two lines; outer spaces are
        // dropped by some readers.
        quoted_match: [/[;\t\r\n]/, /^\s|\s$/],
      });
    })
    .join('');
}

/** A line of tab-separated cells is one line, for those who cut it at its tabs. */
function cellText(format: TabularFormat, value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  return toSheet(format === 'tsv' ? value.replace(/[\t\r\n]+/g, ' ') : value);
}

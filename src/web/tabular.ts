/** Tables for spreadsheets, as CSV (RFC 4180) or as lines of tab-separated cells, page by page. No cell is a formula. */
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

const tabularText = (format: TabularFormat, rows: readonly (readonly (string | number | null)[])[]): string =>
  rows
    .map((row) => row.map((value) => quoted(format, cellText(format, value))).join(DELIMITERS[format]))
    .map((line) => `${line}\r\n`)
    .join('');

/** Where the list separator is a semicolon a cell with one would be two; outer spaces are dropped by some readers. */
const NEEDS_QUOTES = { csv: /[",;\t\r\n]|^\s|\s$/, tsv: /[";\t\r\n]|^\s|\s$/ } as const;
const quoted = (format: TabularFormat, cell: string): string =>
  NEEDS_QUOTES[format].test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;

/** A line of tab-separated cells is one line, for those who cut it at its tabs. */
function cellText(format: TabularFormat, value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  return toSheet(format === 'tsv' ? value.replace(/[\t\r\n]+/g, ' ') : value);
}

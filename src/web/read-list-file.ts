/**
 * An uploaded list before any of its rows is read: what kind of file it is, how it is written, and which column is what. Whatever would
 * spoil every row is refused here, with the place that is wrong; of the file's contents nothing is told but the names of its columns.
 */
import { type Delimiter, readRecords } from '../csv-records.ts';
import { type Column, columnsOf, type GivenMapping, nameOf, namesPhone } from '../domain/campaign/import-columns.ts';
import { fromSheet, UNREADABLE } from '../domain/campaign/sheet-text.ts';
import type { ImportKind, ListImport, ListLayout } from '../store/imports.ts';
import { readUsNumber } from '../us-number.ts';
import { invalidField } from './check-input.ts';
import { Problem } from './errors.ts';
import { asUtf8, encodingOf, headOf } from './list-text.ts';
import type { UploadedFile } from './read-upload.ts';

/** What may be uploaded at most. */
export const MAX_LIST_BYTES = {
  campaign: 10 * 1024 * 1024,
  patients: 10 * 1024 * 1024,
  suppressions: 32 * 1024 * 1024,
} as const;

export interface ListFile {
  readonly format: ListImport['format'];
  readonly headers: readonly string[];
  readonly layout: Omit<ListLayout, 'reason'>;
  /** As it will be stored. */
  readonly text: () => Iterable<Uint8Array>;
}
interface ListAsked {
  readonly kind: ImportKind;
  readonly mapping: GivenMapping | null;
  readonly requiredVariables: readonly string[];
}

const MAX_HEADER_BYTES = 64 * 1024;
const MAX_COLUMNS = 100;
const MAX_HEADER_LENGTH = 100;
/** Archives, which xlsx and ods are, and what Excel wrote before them. */
const NO_TEXT = [
  [0x50, 0x4b, 0x03, 0x04],
  [0xd0, 0xcf, 0x11, 0xe0],
] as const;

export function readListFile(file: UploadedFile, asked: ListAsked): ListFile {
  const named = formatOf(file);
  if (NO_TEXT.some((magic) => magic.every((byte, i) => headOf(file.pieces, 4)[i] === byte)))
    throw new Problem(415, 'not_a_list', {
      detail: 'This is a workbook or an archive. Save the sheet as CSV (UTF-8).',
    });
  if (file.bytes === 0) throw empty();
  const found = encodingOf(file.pieces);
  if (found === null)
    throw invalidField(
      '/file',
      'bad_encoding',
      'This is no text in UTF-8, UTF-16 or windows-1252. Save it as CSV (UTF-8).',
    );
  const text = () => asUtf8(file.pieces, found.encoding, found.mark);
  const head = headOfText(text(), MAX_HEADER_BYTES);
  if (/^\s*$/.test(new TextDecoder().decode(head.bytes)) && head.isWhole) throw empty();
  const common = { encoding: found.encoding, requiredVariables: asked.requiredVariables };
  const csv = headerIn(head, asked.mapping);
  if (named === 'txt' && (csv === null || !namesPhone(csv.headers))) {
    const columns = checked(['phone'], asked);
    return { format: 'txt', headers: ['phone'], layout: { ...common, columns, delimiter: null, bodyOffset: 0 }, text };
  }
  if (csv === null)
    throw invalidField('/file', 'no_header', 'The first row has to name the columns, in at most 100 letters each.');
  const columns = checked(csv.headers, asked);
  if (head.isWhole && csv.end >= head.bytes.length) throw empty();
  const layout = { ...common, columns, delimiter: csv.delimiter, bodyOffset: csv.end };
  return { format: 'csv', headers: csv.headers, layout, text };
}

const empty = () => invalidField('/file', 'empty', 'The file holds no row.');

function formatOf({ name, type }: UploadedFile): ListImport['format'] {
  const ending = /\.([a-z]+)$/i.exec(name)?.[1]?.toLowerCase();
  if (ending === 'csv' || ending === 'tsv') return 'csv';
  if (ending === 'txt') return 'txt';
  if (ending === undefined && /^text\/(csv|tab-separated-values)\b/i.test(type)) return 'csv';
  if (ending === undefined && /^text\/plain\b/i.test(type)) return 'txt';
  throw new Problem(415, 'not_a_list', {
    detail: 'A list is a .csv file with a header, or a .txt file with one number on each line.',
  });
}

function checked(headers: readonly string[], asked: ListAsked): readonly Column[] {
  const isNumber = (text: string) => readUsNumber(text) !== null;
  const result = columnsOf({ headers, ...asked, isNumber });
  if (result.ok) return result.columns.map((column) => (isRead(column, asked.kind) ? column : null));
  throw new Problem(422, 'invalid', { errors: result.problems });
}

function isRead(column: Column, kind: ImportKind): boolean {
  // Of somebody who is not to be called nothing else is read, and nothing else can keep them from the list.
  if (kind === 'suppressions') return nameOf(column) === 'phone';
  return kind === 'campaign' || (column !== null && 'field' in column);
}

interface Head {
  readonly bytes: Uint8Array;
  /** The file is no longer than this. */
  readonly isWhole: boolean;
}

function headOfText(text: Iterable<Uint8Array>, most: number): Head {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for (const piece of text) {
    pieces.push(piece);
    length += piece.length;
    if (length > most) break;
  }
  return { bytes: headOf(pieces, most), isWhole: length <= most };
}

/** Excel writes in a line of its own what parts the cells, where that is no comma. */
const SEP_LINE = /^sep=([,;\t])\r?\n/i;

/** Null: the first row is no header in any way of reading it. */
function headerIn(head: Head, mapping: GivenMapping | null) {
  const begin = new TextDecoder().decode(head.bytes.subarray(0, 8));
  const sep = SEP_LINE.exec(begin);
  const after = sep?.[0].length ?? 0;
  const delimiters: readonly Exclude<Delimiter, null>[] = sep === null ? [',', ';', '\t'] : [sep[1] as ','];
  const read = delimiters.flatMap((delimiter) => {
    const part = head.bytes.subarray(after);
    const { records } = readRecords(part, delimiter, 1, { isLast: head.isWhole, isCut: false });
    const [first] = records;
    if (first === undefined || first.broken !== null) return [];
    const headers = first.cells.map(fromSheet);
    const isHeader =
      headers.length <= MAX_COLUMNS &&
      headers.every((text) => text.length <= MAX_HEADER_LENGTH && !UNREADABLE.test(text));
    return isHeader ? [{ delimiter, headers, end: after + first.end }] : [];
  });
  const isMeant = ({ headers }: (typeof read)[number]) =>
    namesPhone(headers) || (mapping !== null && Object.keys(mapping).every((name) => headers.includes(name)));
  return (
    [read.filter(isMeant), read]
      .map((some) => some.toSorted((a, b) => b.headers.length - a.headers.length)[0])
      .find(Boolean) ?? null
  );
}

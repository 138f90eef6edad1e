/**
 * Rows out of a part of a list, by csv-parse. Strict where a lenient reader would guess: a quotation mark in the wrong place spoils
 * its own row, and reading goes on in the next line. Shared by the upload, which reads the header, and by the job that reads the rows.
 */
import { type CsvError, parse } from 'csv-parse/sync';

export type Delimiter = ',' | ';' | '\t' | null;

export interface CsvRecord {
  readonly cells: readonly string[];
  /** Where the next one begins, in bytes of the part. */
  readonly end: number;
  /** It cannot be told where its cells begin and end, or it is longer than any row of a list. */
  readonly broken: 'bad_row' | 'too_long' | null;
}

/** More is no row but a quotation mark that nobody closed. */
const MAX_RECORD_BYTES = 64 * 1024;
/** So much of it is kept to be shown. */
const MAX_BROKEN_BYTES = 2000;
const [LF, CR] = [0x0a, 0x0d];

export interface ReadRecords {
  readonly records: readonly CsvRecord[];
  /** So many bytes of the part are done with. */
  readonly end: number;
  /** The part ends within a line that is too long to be a row; what is left of it is no row either. */
  readonly isCut: boolean;
}

/**
 * The first rows of `part`, at most `most`. Unless `isLast`, a row that reaches the end of the part may go on behind it and is left
 * for the next part; a part longer than a few rows therefore always yields one. `isCut`: as the part before ended.
 */
export function readRecords(
  part: Uint8Array,
  delimiter: Delimiter,
  most: number,
  { isLast, isCut }: { readonly isLast: boolean; readonly isCut: boolean },
): ReadRecords {
  const begin = isCut ? afterLine(part, 0) : 0;
  if (begin === null) return { records: [], end: part.length, isCut: true };
  const records: CsvRecord[] = [];
  for (let from = begin; from < part.length && records.length < most; ) {
    const { read, failure } = parsed(part.subarray(from), delimiter, most - records.length);
    const whole = read.filter(({ end }) => isLast || from + end < part.length);
    records.push(...whole.map(({ cells, end }) => ({ cells, end: from + end, broken: null })));
    const end = records.at(-1)?.end ?? begin;
    const reachesEnd = whole.length < read.length;
    if (failure === null && !reachesEnd) break;
    const next = afterLine(part, end);
    const mayGoOn = reachesEnd || next === null || failure === 'CSV_QUOTE_NOT_CLOSED';
    if (mayGoOn && !isLast && part.length - end <= MAX_RECORD_BYTES) break;
    from = next ?? part.length;
    const line = new TextDecoder().decode(part.subarray(end, Math.min(from, end + MAX_BROKEN_BYTES)));
    records.push({ cells: [line.replace(/[\r\n]+$/, '')], end: from, broken: next === null ? 'too_long' : 'bad_row' });
    if (next === null) return { records, end: from, isCut: !isLast };
  }
  return { records, end: records.at(-1)?.end ?? begin, isCut: false };
}

function parsed(part: Uint8Array, delimiter: Delimiter, most: number) {
  const read: { cells: string[]; end: number }[] = [];
  try {
    parse(part, {
      // Of plain lines there is nothing that could part them.
      ...(delimiter === null ? { delimiter: '\u001F', quote: false } : { delimiter }),
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
      max_record_size: MAX_RECORD_BYTES,
      to: most,
      on_record: (cells: string[], { bytes }) => {
        read.push({ cells, end: bytes });
        return null;
      },
    });
    return { read, failure: null };
  } catch (error) {
    const { code } = error as CsvError;
    if (typeof code !== 'string') throw error;
    return { read, failure: code as string };
  }
}

/** Where the line after the one that begins there begins; null: there is none. */
function afterLine(part: Uint8Array, from: number): number | null {
  for (let i = from; i < part.length; i += 1) {
    if (part[i] === LF) return i + 1;
    if (part[i] === CR) return part[i + 1] === LF ? i + 2 : i + 1;
  }
  return null;
}

/** Writes answers: one JSON document for programs, else tables and lines for people. Progress and problems go to the other stream. */
import { styleText } from 'node:util';
import Table from 'cli-table3';
import { hasColor, type Io } from './io.ts';
import { maskDeep, type ShownAs, shownText } from './shown.ts';

/** Heading and where it stands in the row, as `consent.recording`. */
export type ColumnOf = readonly [heading: string, path: string];
export interface PrintOptions extends ShownAs {
  readonly json: boolean;
}
export interface Printer {
  readonly isJson: boolean;
  readonly as: ShownAs;
  line(text?: string): void;
  /** As it is, such as a problem or a warning, to the other stream. */
  note(text: string): void;
  json(value: unknown): void;
  /** One line of JSON, for what goes on. */
  jsonLine(value: unknown): void;
  table(columns: readonly ColumnOf[], rows: readonly object[]): void;
  /** Every field, one a line; of an object within it, each of its own. */
  record(value: object, leaveOut?: readonly string[]): void;
  bold(text: string): string;
  dim(text: string): string;
}

/** Columns apart by two spaces, no frame: reads well, and a line can be cut by any tool. */
const NO_FRAME = {
  ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '', bottom: '', 'bottom-mid': '', 'bottom-left': '' },
  ...{ 'bottom-right': '', left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: '  ' },
};

export function createPrinter(io: Io, options: PrintOptions): Printer {
  const isColored = hasColor(io);
  const style = (format: 'bold' | 'dim', text: string) =>
    isColored ? styleText(format, text, { validateStream: false }) : text;
  const line = (text = '') => void io.stdout.write(`${text}\n`);
  const safe = (value: unknown) => (options.reveal ? value : maskDeep(value));
  const rows = (cells: readonly (readonly string[])[]) => {
    const table = new Table({
      chars: NO_FRAME,
      style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    });
    table.push(...cells.map((row) => [...row]));
    for (const text of table.toString().split('\n')) line(text.trimEnd());
  };
  return {
    isJson: options.json,
    as: options,
    line,
    note: (text) => void io.stderr.write(`${text}\n`),
    json: (value) => line(asciiControls(JSON.stringify(safe(value), null, 2))),
    jsonLine: (value) => line(asciiControls(JSON.stringify(safe(value)))),
    table: (columns, items) =>
      rows([
        columns.map(([heading]) => style('bold', heading)),
        ...items.map((item) => columns.map(([, path]) => shownText(valueAt(item, path), options))),
      ]),
    record: (value, leaveOut = []) =>
      rows(flat(value, leaveOut).map(([name, part]) => [style('bold', name), shownText(part, options)])),
    bold: (text) => style('bold', text),
    dim: (text) => style('dim', text),
  };
}

/** JSON lets the higher control characters stand as they are; a terminal obeys them. */
const asciiControls = (json: string): string =>
  json.replace(/[\u007f-\u009f]/g, (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`);

function valueAt(item: object, path: string): unknown {
  let value: unknown = item;
  for (const part of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string, unknown>)[part];
  }
  return value;
}

function flat(value: object, leaveOut: readonly string[], prefix = ''): [string, unknown][] {
  return Object.entries(value).flatMap(([name, part]): [string, unknown][] => {
    const path = `${prefix}${name}`;
    if (leaveOut.includes(path)) return [];
    const isObject = typeof part === 'object' && part !== null && !Array.isArray(part);
    if (isObject && Object.keys(part).length > 0) return flat(part, leaveOut, `${path}.`);
    return [
      [path, Array.isArray(part) && part.some((one) => typeof one === 'object') ? `${part.length} entries` : part],
    ];
  });
}

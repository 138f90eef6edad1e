/** The rows of a run as a table for people, and what there is to say of them below. Pure. */
import type { Row } from './row.ts';

export interface Section {
  readonly benchmark: string;
  readonly rows: readonly Row[];
}

const HEAD = ['', 'median', 'spread', 'unit', 'against', 'ratio', 'target', ''];
const LEFT = new Set([0, 3, 4, 6, 7]);

export function writeTable(sections: readonly Section[]): string {
  const blocks = sections.map(({ benchmark, rows }) => ({ benchmark, lines: rows.map(cellsOf) }));
  const all = [HEAD, ...blocks.flatMap(({ lines }) => lines)];
  const widths = HEAD.map((_, column) => Math.max(...all.map((cells) => (cells[column] ?? '').length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, n) => (LEFT.has(n) ? cell.padEnd(widths[n] ?? 0) : cell.padStart(widths[n] ?? 0)))
      .join('  ')
      .trimEnd();
  const body = blocks.flatMap(({ benchmark, lines }) => ['', benchmark, ...lines.map(line)]);
  const notes = sections.flatMap(({ rows }) =>
    rows.flatMap(({ name, note }) => (note === undefined ? [] : [`${name}: ${note}`])),
  );
  return [line(HEAD), ...body, ...(notes.length === 0 ? [] : ['', ...notes]), ''].join('\n');
}

function cellsOf({ name, unit, value, low, high, baseline, ratio, target, met }: Row): string[] {
  return [
    `  ${name}`,
    figure(value),
    low === high ? '' : `${figure(low)}–${figure(high)}`,
    unit,
    baseline === undefined ? '' : `${baseline.name} ${figure(baseline.value)}`,
    ratio === undefined ? '' : ratio.toFixed(2),
    target === undefined ? '' : `${target.op} ${figure(target.value)} (${target.from})`,
    met === undefined ? '' : met ? 'met' : 'missed',
  ];
}

/** Three figures are as many as a benchmark knows. */
export function figure(value: number): string {
  if (Number.isNaN(value)) return '–';
  if (Number.isInteger(value) || Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en-US');
  return String(Number(value.toPrecision(3)));
}

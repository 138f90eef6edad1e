/**
 * A list as a file, written while it is read: a page is in memory and no more, and the next one is read when the one before was taken.
 * What breaks off in the middle breaks the answer off, so that nobody takes a part for the whole (C67, C68).
 *
 * The audit has a line for the beginning with whom the first page shows, one for each further page before it is sent, and one for the
 * end: how many rows left the house, and whether that was all of them.
 */
import { log } from '../log.ts';
import { recordExport } from './audit.ts';
import { invalidField } from './check-input.ts';
import { checkPeriod } from './check-period.ts';
import { Problem } from './errors.ts';
import { contextOf } from './execution-context.ts';
import type { ExportAsk, ExportCell, ExportPage } from './export-kind.ts';
import { EXPORT_KINDS, type Exported, exportsOf } from './export-kinds.ts';
import type { RouteSpec } from './route.ts';
import { showing } from './shown-patients.ts';
import { TABULAR_TYPES, tabularStream } from './tabular.ts';
import { begun, eachPage, jsonArray, jsonLines, textStream } from './text-stream.ts';

export const LIST_FORMATS = ['csv', 'tsv', 'json', 'ndjson'] as const;
export type ListFormat = (typeof LIST_FORMATS)[number];

export const LIST_TYPES: Readonly<Record<ListFormat, string>> = {
  ...TABULAR_TYPES,
  json: 'application/json',
  ndjson: 'application/x-ndjson; charset=utf-8',
};

/** Of the audit: that it went on, and that it came to an end. The beginning is the route's own. */
export const EXPORT_BEGAN = 'data.export';
const EXPORT_WENT_ON = 'data.export_page';
export const EXPORT_ENDED = 'data.exported';

export interface ListOrder {
  readonly what: Exported;
  readonly format: ListFormat;
  /** As the kind's schema gave them. */
  readonly filters: object;
  /** Null: all that this person may see. */
  readonly columns: readonly string[] | null;
}

export async function exportList(
  spec: Pick<RouteSpec, 'method' | 'path'>,
  ask: ExportAsk,
  { what, format, filters, columns }: ListOrder,
): Promise<Response> {
  const { actor, c, now } = ask;
  const mine = exportsOf(actor).find((each) => each.what === what);
  if (mine === undefined)
    throw new Problem(403, 'forbidden', { detail: 'Your role does not include this list. Ask an administrator.' });
  checkPeriod(filters, '/filters/from');
  const names = columnsFor(mine.columns, columns);
  const about = `${what}.${format}`;
  c.set('about', about);
  const source = told(spec, ask, about, EXPORT_KINDS[what].pages(ask, filters as never, names));
  const texts = textsOf(format, names, await begun(source));
  const name = `${what}-${new Date(now).toISOString().slice(0, 10)}.${format}`;
  return new Response(textStream(texts, source), {
    headers: {
      'Content-Type': LIST_TYPES[format],
      'Content-Disposition': `attachment; filename="${name}"`,
      'Cache-Control': 'no-store',
    },
  });
}

function columnsFor(all: readonly string[], wanted: readonly string[] | null): readonly string[] {
  for (const [i, name] of (wanted ?? []).entries())
    if (!all.includes(name))
      throw invalidField(
        `/columns/${i}`,
        'unknown_column',
        'There is no such column, or your role does not include it.',
      );
  return wanted === null ? all : [...new Set(wanted)];
}

/** `failed`: it broke; `broken_off`: nobody took the rest. */
type End = 'whole' | 'failed' | 'broken_off';

async function* told(
  spec: Pick<RouteSpec, 'method' | 'path'>,
  { c, actor }: ExportAsk,
  about: string,
  pages: AsyncGenerator<ExportPage, void>,
): AsyncGenerator<ExportPage['rows'], void> {
  let count = 0;
  let isFirst = true;
  let end: End = 'broken_off';
  try {
    for await (const { rows, patientIds } of pages) {
      if (isFirst) showing(c, patientIds);
      else if (patientIds.length > 0)
        await recordExport(spec, c, { action: EXPORT_WENT_ON, objectId: about, shown: patientIds });
      isFirst = false;
      // Counted before it is taken: what may have gone out did.
      count += rows.length;
      yield rows;
    }
    end = 'whole';
  } catch (error) {
    end = 'failed';
    throw error;
  } finally {
    log[end === 'failed' ? 'error' : 'info']('data.exported', { actor: actor.id, kind: about, count, code: end });
    const code = end === 'whole' ? null : end;
    const written = recordExport(spec, c, { action: EXPORT_ENDED, code, objectId: `${about}.${count}` });
    // Also where the reader has gone, and nothing waits for this any more.
    contextOf(c)?.waitUntil(written);
    await written;
  }
}

type Pages = AsyncIterable<ExportPage['rows']>;

function textsOf(format: ListFormat, names: readonly string[], pages: Pages): AsyncGenerator<string, void> {
  const records = () =>
    eachPage(pages, (rows) => rows.map((row) => Object.fromEntries(names.map((name, i) => [name, row[i] ?? null]))));
  // The closing bracket comes last: what was cut off is no JSON.
  if (format === 'json') return jsonArray(records());
  if (format === 'ndjson') return jsonLines(records());
  return tabularStream(
    format,
    names.map((name, i) => ({ name, cell: (row: readonly ExportCell[]) => sheetCell(row[i] ?? null) })),
    pages,
  );
}

function sheetCell(cell: ExportCell): string | number | null {
  if (typeof cell === 'boolean') return String(cell);
  return typeof cell === 'object' && cell !== null ? cell.join(' ') : cell;
}

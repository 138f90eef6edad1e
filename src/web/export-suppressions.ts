/** The do-not-call list as a file, streamed while it is read: six figures of numbers are never held at once. */
import { log } from '../log.ts';
import { listSuppressions, type Suppression } from '../store/suppression-list.ts';
import type { Ask } from './route.ts';
import { type Column, TABULAR_TYPES, tabularStream } from './tabular.ts';
import { begun, eachPage, jsonLines, textStream } from './text-stream.ts';

export const EXPORT_FORMATS = ['csv', 'tsv', 'ndjson'] as const;
type Format = (typeof EXPORT_FORMATS)[number];

export const EXPORT_TYPES: Readonly<Record<Format, string>> = {
  ...TABULAR_TYPES,
  ndjson: 'application/x-ndjson; charset=utf-8',
};
/** A statement for each; D1 takes a thousand of them in a request, and a page of these is a megabyte. */
const PAGE = 4000;

const isoOrNull = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());

/** No words of anybody: who needs them reads the one row (T15). */
const COLUMNS: readonly Column<Suppression>[] = [
  { name: 'phone_number', cell: ({ phoneNumber }) => phoneNumber },
  { name: 'reason', cell: ({ reason }) => reason },
  { name: 'created_at', cell: ({ createdAt }) => isoOrNull(createdAt) },
  { name: 'lifted_at', cell: ({ liftedAt }) => isoOrNull(liftedAt) },
];

const record = (row: Suppression) => Object.fromEntries(COLUMNS.map(({ name, cell }) => [name, cell(row)]));

/** `active`: what nobody may call, or what was lifted. */
export async function exportSuppressions(ask: Ask, format: Format, active: boolean): Promise<Response> {
  const read = await begun(pages(ask, active));
  const texts =
    format === 'ndjson' ? jsonLines(eachPage(read, (page) => page.map(record))) : tabularStream(format, COLUMNS, read);
  const name = `do-not-call${active ? '' : '-lifted'}-${new Date(ask.now).toISOString().slice(0, 10)}.${format}`;
  const headers = { 'Content-Type': EXPORT_TYPES[format], 'Content-Disposition': `attachment; filename="${name}"` };
  return new Response(textStream(texts), { headers });
}

/** Says in the end how many numbers left the house, and whether that was all of them: the audit line was written when it began. */
async function* pages({ db, config, actor }: Ask, active: boolean): AsyncGenerator<readonly Suppression[], void> {
  let cursor: string | null = null;
  let count = 0;
  let code = 'broken_off';
  try {
    do {
      const page = await listSuppressions(db, config.keyRing, { limit: PAGE, cursor, active });
      count += page.items.length;
      cursor = page.nextCursor;
      yield page.items;
    } while (cursor !== null);
    code = 'whole';
  } finally {
    log.info('suppressions.exported', { actor: actor.id, count, code });
  }
}

/** A list while it is read, and what became of its rows. */
import type { Json } from './api-client.ts';
import type { ShownImport } from './campaign-shapes.ts';
import type { Context } from './context.ts';
import { EXIT } from './exit-codes.ts';
import { follow } from './follow.ts';
import { listPages, type Page } from './list-pages.ts';
import { startProgress } from './progress.ts';

const EVERY_MS = 500;
const ROWS_SHOWN = 50;

export interface ReadList {
  readonly list: ShownImport;
  readonly refused: Page;
}

export async function watchImport(context: Context, id: string): Promise<ReadList> {
  const { client, io } = context;
  const path = `/api/imports/${encodeURIComponent(id)}`;
  const progress = startProgress(io, 'Reading the list');
  const look = async () => {
    const list = await client.get<ShownImport>(path);
    progress.update(list.bytes_read, list.bytes, `${list.accepted} taken, ${list.rejected} refused`);
    return list.status === 'reading' ? null : list;
  };
  try {
    const list = await follow(context, look, { everyMs: EVERY_MS });
    const options = { limit: ROWS_SHOWN };
    const refused =
      list.rejected === 0 ? { items: [], next_cursor: null } : await listPages(client, `${path}/rows`, {}, options);
    return { list, refused };
  } finally {
    progress.stop();
  }
}

/** Of a command that reads a list. */
export const LENIENT = ['--lenient', 'end with 0 although rows were refused'] as const;

/** 1 when the list was not read, or a row of it was refused, unless that is expected. */
export function printImport({ print }: Context, { list, refused }: ReadList, isLenient: boolean): number {
  const isRead = list.status !== 'failed' && list.status !== 'canceled';
  if (!print.isJson) {
    if (!isRead) print.line(`The list was not read: ${list.code ?? list.status}.`);
    print.line(`${list.rows_read} rows: ${list.accepted} taken${countsText(list.rejected_by)}`);
    printRefused({ print }, refused, list);
  }
  return !isRead || (list.rejected > 0 && !isLenient) ? EXIT.failed : EXIT.ok;
}

const countsText = (by: Readonly<Record<string, number>>): string =>
  Object.entries(by)
    .map(([code, count]) => `, ${count} ${code}`)
    .join('');

function printRefused({ print }: Pick<Context, 'print'>, { items }: Page<Json>, list: ShownImport): void {
  if (items.length === 0) return;
  print.line();
  print.table(
    [
      ['ROW', 'row'],
      ['REFUSED', 'code'],
      ['COLUMN', 'column'],
    ],
    items,
  );
  if (items.length < list.rejected) print.line(`… and ${list.rejected - items.length} more.`);
  print.line(
    `${list.rejected} of ${list.rows_read} rows were refused. What they say, to be put right: campaign refused ${list.import_id} -o refused.csv`,
  );
}

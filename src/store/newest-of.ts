/**
 * One list out of several, each of which an index holds in order: fewer indexes that hold every row are fewer rows written for each call,
 * and a page is read from two or three places instead of one.
 */
import type { BatchItem } from 'drizzle-orm/batch';
import type { Database } from './database.ts';

interface Place {
  readonly at: number;
  readonly id: string;
}

/** Each of `queries` gives its newest first and no more than `limit`, under names of which none is there twice; asked in one batch, so that nothing moves from one to the other meanwhile. */
export async function newestOf<Row>(
  db: Database,
  queries: readonly (BatchItem<'sqlite'> & PromiseLike<Row[]>)[],
  placeOf: (row: Row) => Place,
  limit: number,
): Promise<Row[]> {
  const [first, ...rest] = queries;
  if (first === undefined) return [];
  if (rest.length === 0) return first;
  const found = (await db.batch([first, ...rest])) as unknown as Row[][];
  return found
    .flat()
    .map((row) => ({ row, ...placeOf(row) }))
    .toSorted((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1))
    .slice(0, limit)
    .map(({ row }) => row);
}

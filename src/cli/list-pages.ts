/** Lists, page after page, as far as was asked for. */
import { type Command, InvalidArgumentError } from 'commander';
import type { Client, Json, Query } from './api-client.ts';
import type { Context } from './context.ts';
import type { ColumnOf } from './printer.ts';
import { isMasked } from './shown.ts';

export interface ListOptions {
  readonly limit: number;
  readonly all?: boolean;
  readonly cursor?: string;
}
export interface Page<T = Json> {
  readonly items: T[];
  readonly next_cursor: string | null;
}

const MOST_A_PAGE = 200;
const DEFAULT_LIMIT = 50;

export const withListOptions = (command: Command): Command =>
  command
    .option('--limit <n>', 'at most so many', wholeNumber, DEFAULT_LIMIT)
    .option('--all', 'all of them, however many')
    .option('--cursor <cursor>', 'go on where an earlier list ended');

export function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new InvalidArgumentError('A whole number above 0.');
  return Number(text);
}

/** What a list says beside its items comes with it, as its last page has it. */
export async function listPages<T = Json>(
  client: Client,
  path: string,
  query: Query,
  { limit, all, cursor }: ListOptions,
  method: 'GET' | 'POST' = 'GET',
): Promise<Page<T>> {
  const items: T[] = [];
  let next: string | null = cursor ?? null;
  let beside: object = {};
  do {
    const wanted = all === true ? MOST_A_PAGE : Math.min(MOST_A_PAGE, limit - items.length);
    const asked: Query = { ...query, limit: wanted, ...(next === null ? {} : { cursor: next }) };
    const page: Page<T> =
      method === 'GET'
        ? await client.get<Page<T>>(path, asked)
        : (await client.send<Page<T>>('POST', path, { body: asked })).body;
    const { items: found, next_cursor: after, ...others } = page;
    items.push(...found);
    beside = others;
    next = after ?? null;
  } while (next !== null && (all === true || items.length < limit));
  return { ...beside, items, next_cursor: next };
}

/** Lists are masked by the service; with `--reveal` each row is asked for by itself, where the role allows it. */
export async function revealed({ client, print }: Context, page: Page, path: (row: Json) => string): Promise<Page> {
  if (!print.as.reveal) return page;
  const items = [];
  for (const row of page.items) {
    const whole = isMasked(row['phone_number']) ? await client.get(path(row)).catch(() => null) : null;
    items.push(whole === null ? row : { ...row, phone_number: whole['phone_number'] });
  }
  return { ...page, items };
}

/** `none`: what to say when there is nothing. */
export function printPage({ print }: Context, page: Page, columns: readonly ColumnOf[], none: string): void {
  if (print.isJson) print.json(page);
  else if (page.items.length === 0) print.line(none);
  else print.table(columns, page.items);
  if (!print.isJson && page.next_cursor !== null) print.note(`There are more: --all, or --cursor ${page.next_cursor}`);
}

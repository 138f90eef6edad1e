/** The two ways Telnyx cuts a list into pages: by number, and by cursor. */
import { refusal } from './refusal.ts';

export type Query = Readonly<Record<string, string>>;

/** `meta` as of most lists. */
export function numberedPage(all: readonly object[], query: Query): object {
  const size = sizeOf(query, 'page[size]');
  const number = numberOf(query);
  const meta = {
    page_number: number,
    page_size: size,
    total_pages: Math.ceil(all.length / size),
    total_results: all.length,
  };
  return { data: all.slice((number - 1) * size, number * size), meta };
}

export interface Entry {
  /** What a cursor points to, also when the entry has left the list. */
  readonly place: number;
  readonly view: object;
}

/**
 * `entries` in the order of their places. The same parameter list also documents `page[number]`, which the published
 * clients send; the meta documents cursors alone, and no number of pages.
 */
export function cursorPage(entries: readonly Entry[], query: Query, path: string): object {
  const size = sizeOf(query, query['page[limit]'] === undefined ? 'page[size]' : 'page[limit]');
  const start = startOf(entries, query, size);
  const shown = entries.slice(start.from, start.to);
  const [first, last] = [shown[0], shown.at(-1)];
  const before = first === undefined || first === entries[0] ? null : cursorOf(first);
  const after = last === undefined || last === entries.at(-1) ? null : cursorOf(last);
  const meta = {
    total_items: entries.length,
    cursors: { after, before },
    next: after === null ? null : `${path}?page[after]=${after}`,
    previous: before === null ? null : `${path}?page[before]=${before}`,
  };
  return { data: shown.map(({ view }) => view), meta };
}

function startOf(entries: readonly Entry[], query: Query, size: number): { from: number; to: number } {
  const after = placeIn(query, 'page[after]');
  if (after !== null) {
    const from = entries.filter(({ place }) => place <= after).length;
    return { from, to: from + size };
  }
  const before = placeIn(query, 'page[before]');
  if (before !== null) {
    const to = entries.filter(({ place }) => place < before).length;
    return { from: Math.max(0, to - size), to };
  }
  const from = (numberOf(query) - 1) * size;
  return { from, to: from + size };
}

function cursorOf({ place }: Entry): string {
  return `v1:${btoa(`place ${place}`)}`;
}

function placeIn(query: Query, name: string): number | null {
  const cursor = query[name];
  if (cursor === undefined) return null;
  const place = Number(/^place (\d+)$/.exec(decoded(cursor))?.[1] ?? Number.NaN);
  if (Number.isNaN(place)) throw refusal('10033', 'The cursor is none that was given.', `/${name}`);
  return place;
}

function decoded(cursor: string): string {
  try {
    return atob(cursor.slice('v1:'.length));
  } catch {
    return '';
  }
}

function sizeOf(query: Query, name: string): number {
  return Math.min(250, Math.max(1, Math.floor(Number(query[name] ?? 20)) || 20));
}

function numberOf(query: Query): number {
  return Math.max(1, Math.floor(Number(query['page[number]'] ?? 1)) || 1);
}

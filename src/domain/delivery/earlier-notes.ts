/** Notes of a time before a system was set up, sent to it because somebody asked: which system, which time, and how far it is. Pure. */
import { SINK_NAMES, type SinkName } from './sinks.ts';

/** By when the call's first note was written, epoch milliseconds: `from` included, `to` not. */
export interface EarlierNotes {
  readonly sink: SinkName;
  readonly from: number;
  readonly to: number;
}

/** Longer is asked for in parts. */
export const MOST_EARLIER_DAYS = 366;
const DAY_MS = 24 * 3_600_000;

/** Why nobody may ask for it; null: they may. */
export function earlierRefusal({ from, to }: EarlierNotes, now: number): 'empty' | 'too_long' | 'in_the_future' | null {
  if (from >= to) return 'empty';
  if (to - from > (MOST_EARLIER_DAYS + 1) * DAY_MS) return 'too_long';
  return from > now ? 'in_the_future' : null;
}

/** What its work is called: asked for twice it is the same work. */
export const earlierSubject = ({ sink, from, to }: EarlierNotes): string => `${sink}/${from}/${to}`;

/** Null: no such work was ever begun. */
export function parseEarlier(subject: string): EarlierNotes | null {
  const [, name, from, to] = /^([a-z0-9]+)\/(\d+)\/(\d+)$/.exec(subject) ?? [];
  const sink = SINK_NAMES.find((each) => each === name);
  return sink === undefined ? null : { sink, from: Number(from), to: Number(to) };
}

/** Where it stands: behind which note, and how many notes were put on their way. */
export interface EarlierProgress {
  readonly after: { readonly at: number; readonly row: number };
  readonly sent: number;
}
export const AT_THE_BEGINNING: EarlierProgress = { after: { at: 0, row: 0 }, sent: 0 };
export const earlierProgress = (progress: string | null): EarlierProgress =>
  progress === null ? AT_THE_BEGINNING : (JSON.parse(progress) as EarlierProgress);

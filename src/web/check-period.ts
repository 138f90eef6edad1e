/** A time that is asked for by its ends: one that ends before it begins would be an empty list, which nobody could tell from an empty clinic. */
import { invalidField } from './check-input.ts';

const AFTER_END = 'The first day is after the last: swap them.';

/** `ends`: both moments, or both days as `YYYY-MM-DD`; what is not both there, or not alike, is not compared. */
export function checkPeriod(ends: unknown, pointer = '/from'): void {
  if (typeof ends !== 'object' || ends === null) return;
  const { from, to } = ends as { readonly from?: unknown; readonly to?: unknown };
  const areMoments = typeof from === 'number' && typeof to === 'number';
  if ((areMoments || (isDay(from) && isDay(to))) && from > to) throw invalidField(pointer, 'after_end', AFTER_END);
}

const isDay = (text: unknown): text is string => typeof text === 'string' && /^\d{4}-\d\d-\d\d$/.test(text);

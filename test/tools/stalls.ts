/**
 * When this process could not look. The simulator runs in it and notes when something arrives; on a busy machine it may notice
 * only a while later, and then several things at once.
 */
const EVERY_MS = 5;
/** So much later than it should is no stall. */
const USUAL_MS = 5;

export interface Stalls {
  /** The last moment before at which it surely had looked. */
  awakeBefore(at: number): number;
  longestMs(): number;
}

export function watchStalls(): Stalls {
  const stalls: { readonly from: number; readonly until: number }[] = [];
  let last = Date.now();
  const timer = setInterval(() => {
    const now = Date.now();
    if (now - last > EVERY_MS + USUAL_MS) stalls.push({ from: last, until: now });
    last = now;
  }, EVERY_MS);
  timer.unref();
  return {
    awakeBefore: (at) => stalls.find(({ from, until }) => from <= at && at <= until)?.from ?? at,
    longestMs: () => Math.max(0, ...stalls.map(({ from, until }) => until - from)),
  };
}

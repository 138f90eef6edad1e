/** A part of a whole, with how far chance may have moved it: the fewer there are, the less a percentage says. Pure. */

export interface Share {
  readonly count: number;
  readonly of: number;
  /** Null: of nothing. */
  readonly rate: number | null;
  /** Where the true rate lies 19 times of 20, by Wilson's interval; null with the rate. */
  readonly low: number | null;
  readonly high: number | null;
}

/** Two-sided, 95 percent. */
const Z = 1.959964;

export function shareOf(count: number, of: number): Share {
  if (of === 0) return { count, of, rate: null, low: null, high: null };
  const rate = count / of;
  const scale = 1 + (Z * Z) / of;
  const middle = rate + (Z * Z) / (2 * of);
  const reach = Z * Math.sqrt((rate * (1 - rate)) / of + (Z * Z) / (4 * of * of));
  const within = (bound: number) => Math.min(1, Math.max(0, bound / scale));
  return {
    count,
    of,
    rate,
    low: count === 0 ? 0 : within(middle - reach),
    high: count === of ? 1 : within(middle + reach),
  };
}

/** Under so many a rate says little. */
export const FEW = 5;
export const isFew = ({ of }: Share): boolean => of > 0 && of < FEW;

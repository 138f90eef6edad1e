/** What calls ask of the parts of an account that have a limit of their own, beside what is billed (prices.ts). Pure. */
export interface Loads {
  /** Of everybody else to the one Dialer. */
  readonly dialerRequests: number;
  /** To the one vault of the patients' keys. */
  readonly vaultRequests: number;
  readonly queueMessages: number;
  /** Asked of D1: single statements and batches, and of those the ones that wrote. */
  readonly d1Requests: number;
  readonly d1Writes: number;
  /** For which the one database was busy with them, as it says itself. */
  readonly d1Milliseconds: number;
}

export const NO_LOADS: Loads = {
  dialerRequests: 0,
  vaultRequests: 0,
  queueMessages: 0,
  d1Requests: 0,
  d1Writes: 0,
  d1Milliseconds: 0,
};
const NAMES = Object.keys(NO_LOADS) as (keyof Loads)[];

const each = (value: (name: keyof Loads) => number): Loads =>
  Object.fromEntries(NAMES.map((name) => [name, value(name)])) as unknown as Loads;

/** From one reading to the next, of one of so many calls. */
export const loadsOfOne = (after: Loads, before: Loads, calls: number): Loads =>
  each((name) => (after[name] - before[name]) / calls);

export const mostOf = (one: Loads, other: Loads): Loads => each((name) => Math.max(one[name], other[name]));

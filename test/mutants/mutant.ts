/**
 * A mutant: one small fault put into a module while the tests run. It must make a test fail, or nothing holds what it breaks. Those of the
 * guarded files are derived from the source, condition by condition (`guarded.ts`); those of single rules are written by hand (`rules.ts`).
 */

/** Which tests are asked, in this order: a file below `test/`, and when that says too much, a pattern of names. */
export type Killer = string | { readonly file: string; readonly name: string };

/** By hand: `find` must stand in the file exactly once. */
export interface WrittenMutant {
  readonly id: string;
  /** Below the root of the project. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  /** A test that cites it must fail, for each of them. */
  readonly ids: readonly string[];
  readonly killers: readonly Killer[];
}

/** Ready to be put in: `[start, end)` of the file's text. */
export interface Mutant {
  readonly id: string;
  readonly group: string;
  readonly file: string;
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly replacement: string;
  readonly ids: readonly string[];
  readonly killers: readonly Killer[];
}

/** A file, or a few functions of one, in which no condition may be without a test. */
export interface Guarded {
  readonly group: 'consent-gate' | 'dial-gate' | 'verify' | 'token' | 'roles';
  readonly file: string;
  /** All when left out. */
  readonly functions?: readonly string[];
  readonly killers: readonly Killer[];
}

/** A derived mutant that changes nothing anybody could see. `text` is the condition, so that a moved number is noticed. */
export interface Equivalent {
  readonly id: string;
  readonly text: string;
  readonly because: string;
}

export const mutated = (source: string, { start, end, replacement }: Mutant): string =>
  `${source.slice(0, start)}${replacement}${source.slice(end)}`;

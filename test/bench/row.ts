/**
 * What a benchmark answers: rows of one table, each a median with its spread, where there is one a baseline of
 * the same run, and a target. A benchmark is a module `<name>.bench.ts` that exports a Benchmark; benches.ts lists them.
 */
export interface Row {
  readonly name: string;
  readonly unit: string;
  /** The median. */
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly baseline?: { readonly name: string; readonly value: number };
  /** Of the value to the baseline's. */
  readonly ratio?: number;
  readonly target?: { readonly op: '<=' | '>='; readonly value: number; readonly from: string };
  readonly met?: boolean;
  readonly note?: string;
}

export interface BenchContext {
  /** A folder of this benchmark alone; what it leaves there may be used again by a later run. */
  readonly folder: string;
  /** Told to the person who waits. */
  progress(text: string): void;
}

export interface Benchmark {
  readonly name: string;
  run(context: BenchContext): Promise<Row[]>;
}

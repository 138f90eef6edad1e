/**
 * How often a fuzzed property is tried: a few times in `npm test`, millions with `FUZZ_FACTOR` (`npm run verify:deep`). Works in both
 * lanes: the runtime of the worker has no environment of its own.
 */
import { inject } from 'vitest';

declare module 'vitest' {
  export interface ProvidedContext {
    fuzzFactor: number;
  }
}

export const fuzzRuns = (small: number): { numRuns: number } => ({ numRuns: Math.ceil(small * inject('fuzzFactor')) });

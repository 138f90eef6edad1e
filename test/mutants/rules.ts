/** One fault for each rule of the law, of health privacy and of application security that a test shows, by the id it would break. */
import type { WrittenMutant } from './mutant.ts';

export const RULES: readonly WrittenMutant[] = [];

/**
 * Puts one mutant into its module while Vite transforms it, so that nothing is written to disk. The environment variable `MUTANT` names
 * it, and may name another one later in the same process: `npm run mutants` does so. `MUTANT=none` is the source as it is.
 */
import path from 'node:path';
import type { Plugin } from 'vitest/config';
import { mutated } from '../mutants/mutant.ts';
import { allMutants, ROOT } from './all-mutants.ts';

export function mutantPlugin(): Plugin {
  const byId = new Map(allMutants().map((mutant) => [mutant.id, mutant]));
  return {
    name: 'mutant',
    enforce: 'pre',
    transform(code, id) {
      const name = process.env['MUTANT'] ?? 'none';
      if (name === 'none') return null;
      const mutant = byId.get(name);
      if (mutant === undefined) throw new Error(`there is no mutant ${name}`);
      const [file] = id.split('?');
      if (file !== path.join(ROOT, mutant.file)) return null;
      if (code.slice(mutant.start, mutant.end) !== mutant.text) throw new Error(`${mutant.file} is not as it was read`);
      return { code: mutated(code, mutant), map: null };
    },
  };
}

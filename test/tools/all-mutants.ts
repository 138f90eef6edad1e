/** All mutants of the project, as the source stands. Throws where a written one is stale. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { EQUIVALENT, GUARDED } from '../mutants/guarded.ts';
import type { Equivalent, Guarded, Mutant, WrittenMutant } from '../mutants/mutant.ts';
import { RULES } from '../mutants/rules.ts';
import { findConditions } from './find-conditions.ts';

export const ROOT = path.resolve(import.meta.dirname, '../..');
const readSource = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');

export function allMutants(): Mutant[] {
  const derived = GUARDED.flatMap((guarded) => derivedFrom(guarded, readSource(guarded.file)));
  const written = RULES.map((mutant) => placed(mutant, readSource(mutant.file)));
  const all = [...withoutEquivalent(derived, EQUIVALENT), ...written];
  const ids = new Set<string>();
  for (const { id } of all) {
    if (ids.has(id)) throw new Error(`two mutants are called ${id}`);
    ids.add(id);
  }
  return all;
}

/** One mutant for each way in which a condition of the file can be taken out. */
export function derivedFrom({ group, file, functions, killers }: Guarded, source: string): Mutant[] {
  const conditions = findConditions(source, file).filter(
    (each) => functions === undefined || each.functions.some((name) => functions.includes(name)),
  );
  const missing = (functions ?? []).filter((name) => !conditions.some((each) => each.functions.includes(name)));
  if (missing.length > 0) throw new Error(`no condition of ${file} is in ${missing.join(', ')}: say where it is now`);
  const stem = path.basename(file).replace(/\.tsx?$/, '');
  return conditions.flatMap(({ name, start, end, text, instead }) =>
    instead.map((replacement) => {
      const id = `${stem}.${name}.${replacement}`;
      return { id, group, file, start, end, text, replacement, ids: [], killers };
    }),
  );
}

export function placed({ find, replace, ...rest }: WrittenMutant, source: string): Mutant {
  const start = source.indexOf(find);
  if (start === -1) throw new Error(`mutant ${rest.id} is stale: its text is not in ${rest.file}`);
  if (source.indexOf(find, start + 1) !== -1)
    throw new Error(`mutant ${rest.id} is ambiguous: its text stands more than once in ${rest.file}`);
  return { ...rest, group: 'rules', start, end: start + find.length, text: find, replacement: replace };
}

export function withoutEquivalent(derived: readonly Mutant[], equivalent: readonly Equivalent[]): Mutant[] {
  for (const { id, text } of equivalent)
    if (!derived.some((mutant) => mutant.id === id && mutant.text === text))
      throw new Error(`the exception ${id} is stale: no such mutant, or its condition is another now`);
  const ids = new Set(equivalent.map(({ id }) => id));
  return derived.filter(({ id }) => !ids.has(id));
}

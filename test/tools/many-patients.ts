/** As many different patients as one likes: every persona again and again, each with a number of its own. */
import type { Persona } from '../../src/simulator/persona.ts';
import { morePersonas, personas } from '../../src/simulator/personas.ts';
import { syntheticNumbers } from './synthetic-numbers.ts';

export function manyPatients(count: number): readonly Persona[] {
  const scripts = [...personas, ...morePersonas];
  return syntheticNumbers(count).map((phone, n) => {
    const script = scripts[n % scripts.length] as Persona;
    return { ...script, id: `${script.id}-${n}`, phone };
  });
}

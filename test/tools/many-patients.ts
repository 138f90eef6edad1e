/** As many different patients as one likes: every persona again and again, each with a number of its own. */
import type { Persona } from '../../src/simulator/persona.ts';
import { morePersonas, personas } from '../../src/simulator/personas.ts';

/** Area codes in use; 555-01xx is kept free in each. */
const AREA_CODES = [
  ...[202, 205, 206, 208, 209, 210, 212, 213, 214, 215, 216, 217, 218, 219, 224, 225, 228, 229, 231, 234],
  ...[239, 240, 248, 251, 252, 253, 254, 256, 260, 262, 267, 269, 270, 276, 281, 301, 302, 303, 304, 305],
];
const PER_AREA = 100;
export const MOST_PATIENTS = AREA_CODES.length * PER_AREA;

export function manyPatients(count: number): readonly Persona[] {
  if (count > MOST_PATIENTS) throw new Error(`there are numbers for ${MOST_PATIENTS} patients`);
  const scripts = [...personas, ...morePersonas];
  return Array.from({ length: count }, (_, n) => {
    const script = scripts[n % scripts.length] as Persona;
    const line = `01${String(n % PER_AREA).padStart(2, '0')}`;
    return { ...script, id: `${script.id}-${n}`, phone: `+1${AREA_CODES[Math.floor(n / PER_AREA)]}555${line}` };
  });
}

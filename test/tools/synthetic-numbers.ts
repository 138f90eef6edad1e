/** Telephone numbers that no one owns: 555-01xx, which is kept free in every US area code. One of each code, then the next line. */
import { AREA_CODES } from '../../src/domain/campaign/area-codes.ts';

const LINES = 100;
/** The clinic's own, the staff's, and most of what tests ring by name. */
const TAKEN = '202';

export function syntheticNumbers(count: number): string[] {
  const codes = [...AREA_CODES.keys()].filter((code) => code !== TAKEN);
  if (count > codes.length * LINES) throw new Error(`there are ${codes.length * LINES} numbers`);
  return Array.from({ length: count }, (_, n) => {
    const line = String(Math.floor(n / codes.length)).padStart(2, '0');
    return `+1${codes[n % codes.length]}55501${line}`;
  });
}

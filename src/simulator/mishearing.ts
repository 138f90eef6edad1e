/** A recogniser that gets words wrong, by chance and seed: the same seed mishears the same words. */
import type { Random } from './random.ts';

export interface Mishearing {
  /** Chance that one word is heard wrongly. */
  readonly rate: number;
  readonly wrongWords?: readonly string[];
}

const defaultWrongWords = ['harbor', 'eleven', 'yellow', 'window', 'maple', 'Tuesday', 'garden'];

export function mishear(text: string, random: Random, { rate, wrongWords = defaultWrongWords }: Mishearing): string {
  return text
    .split(' ')
    .map((word) => {
      if (!random.chance(rate)) return word;
      const others = wrongWords.filter((wrong) => wrong.toLowerCase() !== word.toLowerCase());
      return others[Math.floor(random.next() * others.length)] ?? word;
    })
    .join(' ');
}

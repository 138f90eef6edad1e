/** A telephone number as people write it, in the way the API takes it. `-` reads it from standard input, so that it is in no history. */
import type { Io } from './io.ts';
import { readText } from './terminal.ts';

export async function phoneNumber(io: Pick<Io, 'stdin'>, given: string): Promise<string> {
  const text = (given === '-' ? await readText(io, '-') : given).trim();
  const digits = text.replace(/[\s().-]/g, '');
  if (/^\d{10}$/.test(digits)) return `+1${digits}`;
  if (/^1\d{10}$/.test(digits)) return `+${digits}`;
  // Whatever else it is, the service says what is wrong with it.
  return digits;
}

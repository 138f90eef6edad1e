/** Words about a patient, or by somebody: from a file or standard input, so that they are in no history and no list of processes. */
import { usageError } from './exit-codes.ts';
import type { Io } from './io.ts';
import { readText } from './terminal.ts';

export async function freeText(io: Pick<Io, 'stdin' | 'stderr'>, file: string): Promise<string> {
  if (file === '-' && io.stdin.isTTY === true) io.stderr.write('Write it here, and Ctrl-D on a line of its own:\n');
  const text = (await readText(io, file)).replace(/^\uFEFF/, '').trim();
  if (text === '') throw usageError(`${file === '-' ? 'Standard input' : file} is empty: it has to hold the words.`);
  return text;
}

/** Where the service takes one line: line breaks of a file are only where it was wrapped. */
export const freeLine = async (io: Pick<Io, 'stdin' | 'stderr'>, file: string): Promise<string> =>
  (await freeText(io, file)).replace(/\s*\n\s*/g, ' ');

/** Undefined: no file was named. */
export const freeLineIfAny = async (
  io: Pick<Io, 'stdin' | 'stderr'>,
  file: string | undefined,
): Promise<string | undefined> => (file === undefined ? undefined : freeLine(io, file));

/** What people type: a confirmation, a line, or a file on standard input. */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { usageError } from './exit-codes.ts';
import type { Io } from './io.ts';

/** Says no by an error when nobody is there to ask; `--yes` is the way then. */
export async function confirm(io: Io, question: string, expected: string, isYes: boolean | undefined): Promise<void> {
  if (isYes === true) return;
  if (io.stdin.isTTY !== true) throw usageError('This has to be confirmed. Add --yes when nobody is there to ask.');
  io.stderr.write(`${question} `);
  const reader = lineReader(io);
  const typed = (await reader.next()) ?? '';
  reader.close();
  if (typed.trim() !== expected) throw usageError('Not confirmed; nothing was done.');
}

export interface LineReader {
  /** Null: no more lines. */
  next(): Promise<string | null>;
  close(): void;
}

export function lineReader({ stdin }: Pick<Io, 'stdin'>): LineReader {
  const reader = createInterface({ input: stdin, terminal: false });
  const lines = reader[Symbol.asyncIterator]();
  return {
    next: async () => {
      const line = await lines.next();
      return line.done === true ? null : line.value;
    },
    close: () => reader.close(),
  };
}

/** `-` is standard input: what is in a pipe is in no history. */
export async function readText(io: Pick<Io, 'stdin'>, file: string): Promise<string> {
  if (file !== '-') {
    try {
      return readFileSync(file, 'utf8');
    } catch (error) {
      throw usageError(`${file} cannot be read (${(error as NodeJS.ErrnoException).code}).`);
    }
  }
  const pieces: Buffer[] = [];
  for await (const piece of io.stdin) pieces.push(Buffer.from(piece as Uint8Array));
  return Buffer.concat(pieces).toString('utf8');
}

export async function readJson(io: Pick<Io, 'stdin'>, file: string): Promise<unknown> {
  const text = await readText(io, file);
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw usageError(`${file === '-' ? 'Standard input' : file} is not JSON: ${(error as Error).message}`);
  }
}

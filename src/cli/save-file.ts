/**
 * Files that come from the service: patient data, so for their owner alone, never over another one unless asked, and there under their
 * name only when they are whole.
 */
import { createWriteStream, existsSync, renameSync, rmSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import type { Command } from 'commander';
import type { Json, Query } from './api-client.ts';
import type { Context } from './context.ts';
import { CliError, EXIT, usageError } from './exit-codes.ts';
import type { Io } from './io.ts';

export interface SaveOptions {
  readonly output: string;
  readonly force?: boolean;
}

export const withOutputOptions = (command: Command): Command =>
  command
    .requiredOption('-o, --output <file>', 'where to; - for standard output')
    .option('--force', 'write over a file that is there, or on a terminal');

interface FileAsk {
  readonly path: string;
  readonly query?: Query;
  /** Then it is asked for by POST. */
  readonly body?: Json;
  /** What to say of it, such as to keep it safe. */
  readonly words?: string;
}

export async function saveAnswer(
  { io, client, print }: Context,
  { path, query, body, words }: FileAsk,
  options: SaveOptions,
): Promise<undefined> {
  checkTarget(io, options);
  const bytes = await saveBody(io, (await client.file(path, query, body)).body, options);
  if (options.output !== '-') print.note(`${options.output}: ${bytes} bytes${words === undefined ? '' : `. ${words}`}`);
}

/** Before anything is asked for, so that nothing is fetched in vain. What a terminal shows stays in it, for whoever comes next. */
export function checkTarget(io: Pick<Io, 'stdout'>, options: SaveOptions): void {
  if (options.output === '-' && options.force !== true && io.stdout.isTTY === true)
    throw usageError(
      'Standard output is a terminal, which keeps what it shows. Name a file, send it into a pipe, or add --force to have it here.',
    );
  checkFile(options);
}

/** For what belongs on a terminal. */
export function checkFile({ output, force }: SaveOptions): void {
  if (output !== '-' && force !== true && existsSync(output))
    throw new CliError(EXIT.conflict, `${output} is there already. Add --force to write over it.`);
}

/** Gives the bytes written. `-` is standard output. */
export async function saveBody(
  io: Pick<Io, 'stdout'>,
  body: Response['body'] | string,
  options: SaveOptions,
): Promise<number> {
  const source = typeof body === 'string' ? Readable.from([Buffer.from(body)]) : readableOf(body);
  let bytes = 0;
  const counted = async function* (pieces: AsyncIterable<Uint8Array>) {
    for await (const piece of pieces) {
      bytes += piece.length;
      yield piece;
    }
  };
  if (options.output === '-') {
    await pipeline(source, counted, io.stdout, { end: false });
    return bytes;
  }
  const part = `${options.output}.${process.pid}.part`;
  try {
    await pipeline(source, counted, createWriteStream(part, { mode: 0o600, flags: 'wx' }));
    checkFile(options);
    renameSync(part, options.output);
  } catch (error) {
    rmSync(part, { force: true });
    if (error instanceof CliError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    const isOurs =
      code === 'ENOENT' || code === 'EACCES' || code === 'ENOSPC' || code === 'EISDIR' || code === 'ENOTDIR';
    if (isOurs) throw new CliError(EXIT.usage, `${options.output} cannot be written (${code}).`);
    throw new CliError(EXIT.unavailable, `The file broke off (${message}). Nothing was kept; try again.`);
  }
  return bytes;
}

const readableOf = (body: Response['body']): Readable =>
  body === null ? Readable.from([]) : Readable.fromWeb(body as unknown as ReadableStream);

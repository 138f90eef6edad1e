/** What every command gets: the service, the printer and the terminal; and how its end becomes an exit code. */
import type { Command } from 'commander';
import { type Client, createClient } from './api-client.ts';
import { EXIT } from './exit-codes.ts';
import type { Io } from './io.ts';
import { createPrinter, type Printer } from './printer.ts';
import { readSettings } from './settings.ts';
import { harmless, zoneOf } from './shown.ts';

export interface GlobalOptions {
  readonly url?: string;
  readonly json?: boolean;
  readonly reveal?: boolean;
  readonly utc?: boolean;
}
export interface Context {
  readonly io: Io;
  readonly print: Printer;
  readonly client: Client;
}
/** Where a command leaves how it ended. */
export interface Ending {
  exitCode: number;
}
/** What the files of commands are given. */
export interface Setup {
  readonly io: Io;
  readonly ending: Ending;
}

export const printerOf = (io: Io, { json, reveal, utc }: GlobalOptions): Printer =>
  createPrinter(io, { json: json === true, reveal: reveal === true, zone: zoneOf(io.env, utc === true) });

/** To whoever looks; a program that reads JSON from there reads nothing but that. A bar that is being drawn is wiped first. */
function tell({ stderr }: Pick<Io, 'stderr'>, print: Printer, text: string): void {
  if (stderr.isTTY === true) stderr.write(`\r\u001b[K${harmless(text)}\n`);
  else if (!print.isJson) print.note(harmless(text));
}

/** Arguments and options as commander gives them, the command itself last; what it returns is the exit code, nothing is 0. */
export function run<A extends readonly unknown[]>(
  { io, ending }: Setup,
  work: (context: Context, ...given: A) => Promise<number | undefined>,
): (...given: [...A, Command]) => Promise<void> {
  return async (...given) => {
    const command = given.at(-1) as Command;
    const options = command.optsWithGlobals<GlobalOptions>();
    const print = printerOf(io, options);
    const client = createClient(readSettings(io, options.url), io, (text) => tell(io, print, text));
    ending.exitCode = (await work({ io, print, client }, ...(given.slice(0, -1) as unknown as A))) ?? EXIT.ok;
  };
}

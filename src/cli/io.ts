/** Where the command line reads and writes, handed in so that a test can be the terminal. */
import type { Readable, Writable } from 'node:stream';

export interface Io {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable & { readonly isTTY?: boolean };
  readonly stderr: Writable & { readonly isTTY?: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The project's folder, where a local Access stand-in leaves the token of this machine. */
  readonly root: string;
  readonly pause: (ms: number) => Promise<void>;
}

/** Colours are for people: not in a pipe, not when NO_COLOR says no (no-color.org). */
export const hasColor = ({ env, stdout }: Io): boolean =>
  stdout.isTTY === true && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';

#!/usr/bin/env node
/** `npx telnyx-edge-intake …`: the command line at a real terminal. */
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { commandLine } from './command-line.ts';

// Whoever reads has had enough (`… | head`): that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

process.exitCode = await commandLine(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  root: path.resolve(import.meta.dirname, '../..'),
  pause: (ms) => pause(ms),
});

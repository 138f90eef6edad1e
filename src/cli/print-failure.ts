/** What went wrong, to stderr: for people in lines, with the place of each mistake; for programs as one JSON object. */
import { CliError, EXIT } from './exit-codes.ts';
import type { Printer } from './printer.ts';
import { harmless } from './shown.ts';

export function printFailure(print: Printer, error: unknown): void {
  const failure = error instanceof CliError ? error : unexpected(error);
  const { exitCode, message, status, problem } = failure;
  if (print.isJson) {
    const told = { ...problem, message, status, exit_code: exitCode };
    print.note(JSON.stringify({ error: told }));
    return;
  }
  const { code, errors = [], decision_id: decisionId, request_id: requestId } = problem;
  print.note(harmless(code === undefined || code === 'invalid' ? message : `${code}: ${message}`));
  for (const { pointer, code: what, detail } of errors)
    print.note(`  ${harmless(pointer || '/')}  ${harmless(detail)} (${harmless(what)})`);
  if (decisionId !== undefined) print.note(`  The decision is on record as ${harmless(decisionId)}.`);
  if (requestId !== undefined && (status ?? 0) >= 500) print.note(`  Request ${harmless(requestId)}.`);
}

const unexpected = (error: unknown): CliError =>
  new CliError(EXIT.unavailable, error instanceof Error ? `${error.name}: ${error.message}` : String(error));

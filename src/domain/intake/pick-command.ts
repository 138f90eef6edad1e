/**
 * Which of the pending commands goes next: the opt-out before anything (TC-08), then one that stops something, then the line's own in their order, then what
 * never leaves our storage. What is no longer wanted or too old is dropped. Pure.
 */
import { type Command, isOwn, isStopping } from './command.ts';
import type { CallState } from './state.ts';
import { isExpired, stillWanted } from './still-wanted.ts';

export interface PendingCommand {
  readonly command: Command;
  readonly attempts: number;
  /** Epoch milliseconds: a failed one waits. */
  readonly notBefore: number;
}
export interface Picked {
  readonly pending: readonly PendingCommand[];
  readonly dropped: readonly Command[];
  /** Null when nothing is left to do. */
  readonly next: PendingCommand | null;
}

/** So often the opt-out is tried ahead of the hang-up; after that it goes on behind it, and the note carries it too. */
const SUPPRESS_FIRST_ATTEMPTS = 3;

export function pickCommand(state: CallState, pending: readonly PendingCommand[], now: number): Picked {
  const kept: PendingCommand[] = [];
  const dropped: Command[] = [];
  for (const entry of pending) {
    const { command } = entry;
    const wanted = stillWanted(state, command) && (isOwn(command.name) || !isExpired(command, now));
    if (wanted) kept.push(entry);
    else dropped.push(command);
  }
  const next =
    kept.find(({ command, attempts }) => command.name === 'suppress_number' && attempts < SUPPRESS_FIRST_ATTEMPTS) ??
    kept.find(({ command }) => isStopping(command.name)) ??
    kept.find(({ command }) => !isOwn(command.name)) ??
    kept.reduce<PendingCommand | null>(
      (soonest, entry) => (soonest === null || entry.notBefore < soonest.notBefore ? entry : soonest),
      null,
    );
  return { pending: kept, dropped, next };
}

const FIRST_RETRY_MS = 500;
const LONGEST_LINE_RETRY_MS = 4000;
const LONGEST_OWN_RETRY_MS = 60_000;

/**
 * After a failure that may pass. An ordinary command goes again as it is, so that Telnyx' dedupe protects the patient; a
 * stopping one gets a new id, because it must work even if Telnyx counted the lost one.
 */
export function retryLater(state: CallState, entry: PendingCommand, now: number): readonly [CallState, PendingCommand] {
  const { command } = entry;
  const attempts = entry.attempts + 1;
  const cap = isOwn(command.name) ? LONGEST_OWN_RETRY_MS : LONGEST_LINE_RETRY_MS;
  const notBefore = now + Math.min(FIRST_RETRY_MS * 2 ** (attempts - 1), cap);
  if (!isStopping(command.name)) return [state, { command, attempts, notBefore }];
  const seq = state.seq + 1;
  return [
    { ...state, seq },
    { command: { ...command, seq }, attempts, notBefore },
  ];
}

/**
 * Which of the pending commands goes next: the opt-out before anything (TC-08), then one that stops something, then the line's
 * own in their order, then what never leaves our storage. One that waits after a failure lets the others pass, unless they must
 * not overtake it. What is no longer wanted or too old is dropped. Pure.
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
  /** No longer wanted, because the call has moved on, or too old to be sent. */
  readonly dropped: readonly Command[];
  /** Null when nothing is left to do; one whose `notBefore` lies ahead means that nothing can be done sooner. */
  readonly next: PendingCommand | null;
}

/** So often a command holds up what must not overtake it; after that the rest goes on. */
const HOLDING_ATTEMPTS = 3;

export function pickCommand(state: CallState, pending: readonly PendingCommand[], now: number): Picked {
  const kept: PendingCommand[] = [];
  const dropped: Command[] = [];
  for (const entry of pending) {
    const { command } = entry;
    if (stillWanted(state, command) && !isGivenUp(entry) && !isExpired(command, now)) kept.push(entry);
    else dropped.push(command);
  }
  const due = kept.filter((entry) => entry.notBefore <= now && !isHeldUp(entry, kept));
  const next =
    due.find(({ command }) => command.name === 'suppress_number') ??
    due.find(({ command }) => isStopping(command.name)) ??
    due.find(({ command }) => !isOwn(command.name)) ??
    due[0] ??
    soonest(kept.filter((entry) => entry.notBefore > now));
  return { pending: kept, dropped, next };
}

/** One that stops a sound and fails again and again has nothing left to stop. */
const isGivenUp = ({ command, attempts }: PendingCommand): boolean =>
  (command.name === 'gather_stop' || command.name === 'playback_stop') && attempts >= HOLDING_ATTEMPTS;

/** What would be wrong before another: the hang-up before the opt-out is stored (TC-08), a prompt before the old one is stopped. */
function isHeldUp({ command }: PendingCommand, kept: readonly PendingCommand[]): boolean {
  const waitsFor = (name: Command['name']) =>
    kept.some((other) => other.command.name === name && other.attempts < HOLDING_ATTEMPTS);
  switch (command.name) {
    case 'hangup':
      return waitsFor('suppress_number');
    case 'gather_using_speak':
    case 'speak':
    case 'playback_start':
      return waitsFor('gather_stop') || waitsFor('playback_stop');
    default:
      return false;
  }
}

const soonest = (entries: readonly PendingCommand[]): PendingCommand | null =>
  entries.reduce<PendingCommand | null>(
    (first, entry) => (first !== null && first.notBefore <= entry.notBefore ? first : entry),
    null,
  );

const FIRST_RETRY_MS = 500;
const LONGEST_LINE_RETRY_MS = 4000;
/** A line that will not be hung up is asked for the rest of its life, but not every four seconds. */
const LONGEST_STOPPING_RETRY_MS = 30_000;
const LONGEST_OWN_RETRY_MS = 60_000;

/**
 * After a failure that may pass. An ordinary command goes again as it is, so that Telnyx' dedupe protects the patient; a
 * stopping one gets a new id, because it must work even if Telnyx counted the lost one.
 */
export function retryLater(state: CallState, entry: PendingCommand, now: number): readonly [CallState, PendingCommand] {
  const { command } = entry;
  const attempts = entry.attempts + 1;
  const cap = longestRetryMs(command.name);
  const notBefore = now + Math.min(FIRST_RETRY_MS * 2 ** (attempts - 1), cap);
  if (!isStopping(command.name)) return [state, { command, attempts, notBefore }];
  const seq = state.seq + 1;
  return [
    { ...state, seq },
    { command: { ...command, seq }, attempts, notBefore },
  ];
}

function longestRetryMs(name: Command['name']): number {
  if (isOwn(name)) return LONGEST_OWN_RETRY_MS;
  return isStopping(name) ? LONGEST_STOPPING_RETRY_MS : LONGEST_LINE_RETRY_MS;
}

/** What a patient took back: the permission to be called, by asking not to be; that to be recorded, by `*8` (TC-09, RC-04). Pure. */
import type { LoggedEvent } from '../intake/call-log.ts';

/** Epoch milliseconds. */
interface Given {
  readonly obtainedAt: number;
  readonly revokedAt: number | null;
}

/**
 * Whoever asked not to be called took back what they had agreed to before, and nothing that they agree to afterwards. `stoppedAt`: each time
 * they asked, null where they did not.
 */
export function endedBy<G extends Given>(consent: G, stoppedAt: readonly (number | null)[]): G {
  const times = [consent.revokedAt, ...stoppedAt.filter((at) => at !== null && at >= consent.obtainedAt)];
  const known = times.filter((at) => at !== null);
  return known.length === 0 ? consent : { ...consent, revokedAt: Math.min(...known) };
}

/** Staff who join stop it too, and take nothing back: only a key of the patient does. */
const KEYS: ReadonlySet<string> = new Set(['dtmf.received', 'gather.ended']);
const STOPS: ReadonlySet<string> = new Set(['record_stop', 'transcription_stop']);

/** When the patient had recorder and transcription stopped; null: they never did. */
export function recordingWithdrawnAt(events: readonly LoggedEvent[]): number | null {
  const withdrawal = events.find(
    ({ type, effect, commands }) => effect === 'applied' && KEYS.has(type) && commands.some((name) => STOPS.has(name)),
  );
  return withdrawal?.at ?? null;
}

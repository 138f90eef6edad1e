/** A call that the gate refused, as it is answered: with the stored decision and, where waiting helps, from when on it is possible again. */
import type { Config } from '../env.ts';
import type { PlacedCall } from '../store/place-call.ts';
import { GATE_DETAILS } from './call-refusals.ts';
import { clinicClock } from './dashboard/clinic-clock.tsx';
import { Problem } from './errors.ts';

type Refused = Extract<PlacedCall, { kind: 'refused' }>;

const MINUTE_MS = 60_000;

export function refusedCall({ code, again, decisionId }: Refused, { clinic }: Config, now: number): Problem {
  if (again === null) return new Problem(409, code, { decisionId });
  // Never a moment too early: the minute after.
  const at = Math.ceil(again / MINUTE_MS) * MINUTE_MS;
  const clock = clinicClock(clinic.timeZone, now);
  return new Problem(409, code, {
    decisionId,
    detail: `${GATE_DETAILS[code]} It is possible again from ${clock.dated(at)} ${clock.zone(at)}.`,
  });
}

/** The beginning of an inbound call: whoever rings is looked up, and what was heard meanwhile is applied. */
import { withDeadline } from '../deadline.ts';
import type { CallPlan } from '../domain/intake/call-plan.ts';
import type { CallEvent } from '../domain/intake/event.ts';
import { configOf, type Env } from '../env.ts';
import { log } from '../log.ts';
import { admitCaller } from '../store/admit-caller.ts';
import { failUnstarted } from '../store/attempts.ts';
import { database } from '../store/database.ts';
import type { PreparedCall } from '../store/prepare-plan.ts';
import type { Arrival } from '../telnyx/parse-event.ts';
import { applyEvent, emptyRecord } from './apply-event.ts';
import type { SessionRecord, WaitingArrival } from './call-storage.ts';

/** How long a caller may still be there. */
const LONGEST_RING_MS = 60_000;
const ADMIT_DEADLINE_MS = 8000;

/** `later`: our storage does not answer. `gone`: whoever rang has long hung up. */
export async function admit(env: Env, callId: string, arrival: Arrival): Promise<PreparedCall | 'later' | 'gone'> {
  const now = Date.now();
  const caller = { callId, from: callerNumber(arrival.from), to: arrival.to, at: arrival.receivedAt };
  try {
    if (now - arrival.receivedAt > LONGEST_RING_MS) {
      // The row may have been written, and only its reply lost: it must not ring for ever in the lists.
      await withDeadline(failUnstarted(database(env), callId, 'not_admitted', now), ADMIT_DEADLINE_MS);
      log.error('call.not_admitted', { call_id: callId, reason: 'too_late' });
      return 'gone';
    }
    const callSoFar = (id: string) => Promise.resolve(env.INTAKE_SESSION.getByName(id).callSoFar());
    return await withDeadline(admitCaller(database(env), configOf(env), caller, callSoFar), ADMIT_DEADLINE_MS);
  } catch (error) {
    log.warn('call.not_admitted', { call_id: callId, reason: (error as Error).name });
    return 'later';
  }
}

/** Telnyx shows a hidden number in words. */
const callerNumber = (from: string): string => (/^\+[1-9]\d{6,14}$/.test(from) ? from : 'anonymous');

/** The record of a call that begins with all that was heard of it. */
export function firstRecord(plan: CallPlan, { arrival, events }: WaitingArrival): SessionRecord {
  const { ids, id, at, receivedAt } = arrival;
  const received: CallEvent = { type: 'call.received', ids, id, at, receivedAt };
  return [received, ...events].reduce((record, event) => applyEvent(record, event, plan).record, emptyRecord(plan));
}

/** A call to one patient, for whoever asks: API and pages both come through here. The gate decides; a refusal says its code. */
import type { Language } from '../domain/intake/questionnaire.ts';
import { log } from '../log.ts';
import { type Call, getCall } from '../store/calls.ts';
import type { ConsentInput } from '../store/consents.ts';
import { placeCall } from '../store/place-call.ts';
import { invalidField } from './check-input.ts';
import { dialingStopped } from './dialing-stopped.ts';
import { enqueueCall } from './enqueue-call.ts';
import { storedCall } from './read-call.ts';
import { refusedCall } from './refused-call.ts';
import type { Ask } from './route.ts';

export interface CallAsked {
  /** A US number, +E.164. */
  readonly phoneNumber: string;
  /** Null: whoever alone has that number. */
  readonly patientId: string | null;
  readonly questionnaireId: string | null;
  /** Null: theirs. */
  readonly language: Language | null;
  /** Stated with this call; null: what is on file counts. */
  readonly consent: ConsentInput | null;
}

export async function placePatientCall(
  ask: Pick<Ask, 'c' | 'db' | 'env' | 'config' | 'actor' | 'now' | 'newId' | 'made'>,
  asked: CallAsked,
): Promise<Call> {
  const { env, config, db, actor, now } = ask;
  // Placed by a try whose answer was lost; if it died before it told the dialer, the sweep does.
  const before = await ask.made('call', (id) => getCall(db, config.keyRing, id));
  if (before !== null) return before;
  const request = {
    callId: ask.newId('call'),
    ...asked,
    ...{ numberValid: true, purpose: 'intake' as const, testOf: null },
    stopped: await dialingStopped(env),
    requestedBy: actor.id,
  };
  const placed = await placeCall(db, config, request, now);
  if (!placed.ok && placed.kind === 'unknown') {
    throw invalidField(`/${placed.field}`, 'unknown', 'There is none with this id.');
  }
  if (!placed.ok) {
    log.info('call.refused', { actor: actor.id, code: placed.code, decision_id: placed.decisionId });
    throw refusedCall(placed, config, now);
  }
  log.info('call.placed', { actor: actor.id, call_id: placed.callId, attempt_id: placed.attemptId });
  await enqueueCall(env, placed);
  return storedCall(ask, placed.callId);
}

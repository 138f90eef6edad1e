/** A test call of a campaign to a member of staff: what patients will hear, at a number whose owner the requester speaks for. */
import { log } from '../log.ts';
import { type Call, getCall } from '../store/calls.ts';
import type { Campaign } from '../store/campaigns.ts';
import { placeCall } from '../store/place-call.ts';
import { dialingStopped } from './dialing-stopped.ts';
import { enqueueCall } from './enqueue-call.ts';
import { Problem } from './errors.ts';
import { storedCall } from './read-call.ts';
import { refusedCall } from './refused-call.ts';
import type { Ask } from './route.ts';

/** As long as a call may wait for its dial. */
const CONSENT_STANDS_MS = 3_600_000;

export async function placeTestCall(
  ask: Pick<Ask, 'c' | 'db' | 'env' | 'config' | 'actor' | 'now' | 'newId' | 'made'>,
  campaign: Campaign,
  phoneNumber: string,
): Promise<Call> {
  const { db, env, config, actor, now } = ask;
  if (campaign.status === 'importing' || campaign.status === 'failed')
    throw new Problem(409, 'not_ready', { detail: 'Wait until its list has been read.' });
  const before = await ask.made('call', (id) => getCall(db, config.keyRing, id));
  if (before !== null) return before;
  const stopped = await dialingStopped(env);
  const request = {
    callId: ask.newId('call'),
    ...{ phoneNumber, numberValid: true, patientId: null, questionnaireId: campaign.questionnaireId, stopped },
    ...{ language: campaign.language, purpose: campaign.purpose, requestedBy: actor.id },
    testOf: { campaignId: campaign.id, version: campaign.questionnaireVersion },
    consent: {
      ...{
        basis: 'verbal' as const,
        obtainedAt: now,
        obtainedBy: actor.name,
        // For this call alone: whoever has that number must not be called on it later.
        purposes: [campaign.purpose],
        expiresAt: now + CONSENT_STANDS_MS,
        evidence: 'Test call, stated by the requester',
      },
    },
  };
  const placed = await placeCall(db, config, request, now);
  if (!placed.ok) {
    if (placed.kind === 'unknown') throw new Problem(409, 'not_approved', { detail: 'Its questionnaire is gone.' });
    throw refusedCall(placed, config, now);
  }
  log.info('call.placed', {
    actor: actor.id,
    call_id: placed.callId,
    attempt_id: placed.attemptId,
    campaign_id: campaign.id,
  });
  await enqueueCall(env, placed);
  return storedCall(ask, placed.callId);
}

/** HS-17: what is marked on a patient changes what a call does. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { updateDetails } from '../../src/store/patients.ts';
import { givenPlacedCall, givenPlanOf } from '../support/place-call.ts';
import { db, restore, ring, stopClock } from '../support/worker-env.ts';

beforeEach(stopClock);
afterEach(restore);

it('leaves no message on the machine of whoever wants none, and calls them all the same (HS-17)', async () => {
  const placed = await givenPlacedCall();
  const [before] = await givenPlanOf(placed);
  expect(before.questionnaire.voicemail).toBe('message');
  await updateDetails(db, ring, placed.patient.id, { flags: ['no_voicemail', 'sensitive'] }, Date.now());
  const [plan] = await givenPlanOf(placed);
  expect(plan.questionnaire.voicemail).toBe('silence');
  // They are called: neither mark is one of those that stop a call.
  expect((await givenPlacedCall({ flags: ['no_voicemail', 'sensitive'] })).callId).toMatch(/^call_/);
});

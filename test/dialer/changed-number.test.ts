/** Staff change a patient's number while a campaign runs: whoever answers the old one is not rung on an old consent (TC-22), and the rest goes on. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { updateDetails } from '../../src/store/patients.ts';
import { campaignOf, contactOf, givenCampaign, type Person, turn } from '../support/given-campaign.ts';
import { catchHints, consume, dialerNamed, type Hints } from '../support/given-dialer.ts';
import { givenTelnyx } from '../support/given-session.ts';
import { nextNumber } from '../support/place-call.ts';
import { catchLog, db, later, restore, ring, stopClock, testEnv } from '../support/worker-env.ts';

let hints: Hints;
const dialer = dialerNamed();
beforeEach(async () => {
  stopClock();
  later(400 * 24 * 3_600_000);
  catchLog();
  givenTelnyx();
  hints = catchHints();
  for (const attempt of Object.keys(await dialer.lines())) await dialer.release(attempt);
  await testEnv.DB.exec('delete from attempts; delete from campaigns; delete from spend;');
  hints.take();
});
afterEach(restore);

const move = ({ patient }: Person) => updateDetails(db, ring, patient.id, { phoneNumber: nextNumber() }, Date.now());

it('a contact that waits is left out, and the others are dialled', async () => {
  const campaign = await givenCampaign([{}, {}]);
  const [moved, other] = campaign.people as [Person, Person];
  await move(moved);
  await turn(campaign);
  expect(await contactOf(moved)).toMatchObject({ status: 'skipped', code: 'no_consent', lastCallId: null });
  expect(await contactOf(other)).toMatchObject({ status: 'active' });
  expect(await campaignOf(campaign)).toMatchObject({ status: 'running' });
});

it('a call that waits to be dialled is refused at the dial', async () => {
  const campaign = await givenCampaign([{}]);
  const [moved] = campaign.people as [Person];
  await turn(campaign);
  const { lastCallId } = await contactOf(moved);
  await move(moved);
  await consume(...hints.sent);
  const call = await testEnv.DB.prepare('select status, error from calls where id = ?').bind(lastCallId).first();
  expect(call).toMatchObject({ status: 'blocked', error: 'no_consent' });
  await turn(campaign);
  expect((await contactOf(moved)).status).not.toBe('active');
});

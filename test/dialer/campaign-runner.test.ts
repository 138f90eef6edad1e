/** The alarm of a campaign: it comes back by itself after a turn, also after one that failed, and rests when there is nothing to do. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { changeStatus } from '../../src/store/campaigns.ts';
import { campaignOf, contactOf, type GivenCampaign, givenCampaign, type Person } from '../support/given-campaign.ts';
import { catchHints } from '../support/given-dialer.ts';
import { catchLog, db, restore, stopClock, testEnv } from '../support/worker-env.ts';

let lines: Record<string, unknown>[];
beforeEach(() => {
  stopClock();
  lines = catchLog();
  catchHints();
});
afterEach(restore);

const runnerOf = ({ id }: GivenCampaign) => testEnv.CAMPAIGN_RUNNER.getByName(id);
const alarmAt = (campaign: GivenCampaign) =>
  runInDurableObject(runnerOf(campaign), (_, state) => state.storage.getAlarm());

it('woken it makes a turn, and comes back in a second while somebody is under way', async () => {
  const campaign = await givenCampaign([{}]);
  await runnerOf(campaign).wake();
  expect(await contactOf(campaign.people[0] as Person)).toMatchObject({ status: 'active' });
  expect(await alarmAt(campaign)).toBe(Date.now() + 1000);
  await evictDurableObject(runnerOf(campaign));
  expect(await runDurableObjectAlarm(runnerOf(campaign))).toBe(true);
  expect(await alarmAt(campaign)).toBe(Date.now() + 1000);
});

it('after a turn that failed it comes back, and says so without a word of what it was about', async () => {
  const campaign = await givenCampaign([{}]);
  vi.spyOn(testEnv.DB, 'batch').mockRejectedValueOnce(new Error('D1 is away'));
  await runnerOf(campaign).wake();
  expect(lines.filter(({ event }) => event === 'campaign.turn_failed')).toMatchObject([{ campaign_id: campaign.id }]);
  expect(await alarmAt(campaign)).toBe(Date.now() + 5000);
  await runDurableObjectAlarm(runnerOf(campaign));
  expect(await contactOf(campaign.people[0] as Person)).toMatchObject({ status: 'active' });
});

it('rests when its campaign is over, and knows nothing of one that is not there', async () => {
  const campaign = await givenCampaign([{}]);
  await changeStatus(db, await campaignOf(campaign), { status: 'canceled' });
  await runnerOf(campaign).wake();
  expect(await alarmAt(campaign)).toBeNull();
  await runnerOf({ id: 'cmp_0199f3c2-7f4e-7000-8000-000000000001', people: [] }).wake();
});

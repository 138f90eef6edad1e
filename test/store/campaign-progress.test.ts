/** How far a campaign has come: every call counted once, at its furthest step; pace, money and the end at this pace. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { campaignProgress, contactSums } from '../../src/store/campaign-progress.ts';
import { callsOfContacts, newestTestCall } from '../../src/store/contact-calls.ts';
import { campaignOf, type GivenCampaign, givenCampaign, turn } from '../support/given-campaign.ts';
import { catchHints } from '../support/given-dialer.ts';
import { catchLog, db, later, restore, stopClock, testEnv } from '../support/worker-env.ts';

let days = 0;
beforeEach(async () => {
  stopClock();
  days += 1;
  later(days * 24 * 3_600_000);
  catchLog();
  catchHints();
  await testEnv.DB.exec(
    'delete from attempts; delete from calls; delete from campaigns; delete from contacts; delete from spend;',
  );
});
afterEach(restore);

const FAST = { ratePerSecond: 30, maxLiveCalls: 100 };
const progressOf = async (campaign: GivenCampaign) =>
  campaignProgress(db, await campaignOf(campaign), FAST, Date.now());
const people = (count: number) => Array.from({ length: count }, () => ({}));
const callIds = async () =>
  (await testEnv.DB.prepare('select id from calls order by id').all<{ id: string }>()).results.map(({ id }) => id);
const set = (id: string | undefined, changes: Record<string, unknown>) =>
  testEnv.DB.prepare(
    `update calls set ${Object.keys(changes)
      .map((name) => `${name} = ?`)
      .join(', ')} where id = ?`,
  )
    .bind(...Object.values(changes), id)
    .run();

it('is nothing before the first call', async () => {
  const campaign = await givenCampaign(people(2), { status: 'draft' });
  expect(await progressOf(campaign)).toEqual({
    ...{ dialled: 0, answered: 0, consented: 0, complete: 0, live: 0 },
    ...{ callsPerMinute: 0, spentNanos: 0, finishAt: null },
  });
});

it('counts dialled, answered by a person, consented and complete calls, and those on the line (S2-F5, S2-F6)', async () => {
  const campaign = await givenCampaign(people(6));
  await turn(campaign);
  const [silent, machine, human, agreed, complete] = await callIds();
  const now = Date.now();
  const dialed = { dialed_at: now - 9000 };
  const answered = { ...dialed, answered_at: now - 5000, answered_by: 'human' };
  await set(silent, { ...dialed, ended_at: now, status: 'no_answer' });
  await set(machine, { ...answered, answered_by: 'machine', ended_at: now, status: 'voicemail' });
  await set(human, { ...answered, status: 'in_progress' });
  await set(agreed, { ...answered, consent_collection: 'given', ended_at: now, status: 'partial' });
  await set(complete, {
    ...answered,
    consent_collection: 'given',
    ended_at: now,
    status: 'completed',
    cost_nanos: 14_000_000,
  });
  expect(await progressOf(campaign)).toMatchObject({
    ...{ dialled: 5, answered: 3, consented: 2, complete: 1, live: 1 },
    ...{ spentNanos: 14_000_000, callsPerMinute: 1 },
  });
});

it('reads calls that have long been over once in ten minutes, and newer ones each time (S2-F6)', async () => {
  const campaign = await givenCampaign(people(3));
  await turn(campaign);
  const [first, second, third] = await callIds();
  const over = { dialed_at: Date.now(), ended_at: Date.now(), status: 'no_answer' };
  for (const id of [first, second]) await set(id, over);
  later(3 * 3_600_000);
  await set(third, { created_at: Date.now(), dialed_at: Date.now() });
  expect(await progressOf(campaign)).toMatchObject({ dialled: 3, live: 1 });
  const read: string[] = [];
  const prepare = testEnv.DB.prepare.bind(testEnv.DB);
  vi.spyOn(testEnv.DB, 'prepare').mockImplementation((text) => {
    if (text.includes('group by case when "calls"."created_at"')) read.push(text);
    return prepare(text);
  });
  await set(third, { ended_at: Date.now(), status: 'busy' });
  expect(await progressOf(campaign)).toMatchObject({ dialled: 3, live: 0 });
  expect(read).toHaveLength(1);
  // What was put right of an old one shows when its time is up.
  await set(first, { dialed_at: null });
  expect(await progressOf(campaign)).toMatchObject({ dialled: 3 });
  later(600_000);
  expect(await progressOf(campaign)).toMatchObject({ dialled: 2 });
});

it('keeps nothing in mind while an old call is not over', async () => {
  const campaign = await givenCampaign(people(1));
  await turn(campaign);
  const [only] = await callIds();
  await set(only, { dialed_at: Date.now() });
  later(3 * 3_600_000);
  expect(await progressOf(campaign)).toMatchObject({ dialled: 1, live: 1 });
  await set(only, { ended_at: Date.now(), status: 'failed' });
  expect(await progressOf(campaign)).toMatchObject({ dialled: 1, live: 0 });
});

it('leaves out test calls to staff, and other campaigns', async () => {
  const campaign = await givenCampaign(people(1));
  const other = await givenCampaign(people(1));
  await turn(campaign);
  const [test] = await callIds();
  await turn(other);
  await testEnv.DB.exec(`update calls set dialed_at = created_at, answered_at = created_at`);
  await set(test, { contact_id: null });
  expect(await progressOf(campaign)).toMatchObject({ dialled: 0, answered: 0, callsPerMinute: 0 });
  expect(await progressOf(other)).toMatchObject({ dialled: 1 });
  expect(await newestTestCall(db, campaign.id)).toMatchObject({ callId: test });
  expect(await newestTestCall(db, other.id)).toBeNull();
});

it('measures the pace from when it went on, over at most five minutes', async () => {
  const campaign = await givenCampaign(people(6));
  await turn(campaign);
  await testEnv.DB.exec(`update calls set dialed_at = created_at; update campaigns set resumed_at = ${Date.now()}`);
  const dialled = (await callIds()).length;
  later(20_000);
  expect((await progressOf(campaign)).callsPerMinute).toBe(dialled);
  later(100_000);
  expect((await progressOf(campaign)).callsPerMinute).toBe(dialled / 2);
  later(200_000);
  expect((await progressOf(campaign)).callsPerMinute).toBe(0);
});

it('says when it ends while it runs: later at half the pace, not before whoever waits longest, never while it is paused', async () => {
  const campaign = await givenCampaign(people(4));
  const at = async (ratePerSecond: number) =>
    (await campaignProgress(db, await campaignOf(campaign), { ...FAST, ratePerSecond }, Date.now())).finishAt ?? 0;
  expect(await at(0.01)).toBeGreaterThan(await at(1));
  const tomorrow = Date.now() + 24 * 3_600_000;
  await testEnv.DB.prepare('update contacts set next_at = ? where row = 4').bind(tomorrow).run();
  expect(await at(1)).toBeGreaterThan(tomorrow);
  await testEnv.DB.exec(`update campaigns set status = 'paused'`);
  expect((await progressOf(campaign)).finishAt).toBeNull();
});

it('sums the contacts of several campaigns, and lists every call of a contact, the first first', async () => {
  const [one, two] = [await givenCampaign(people(2)), await givenCampaign(people(1), { status: 'draft' })];
  await turn(one);
  expect(await contactSums(db, [one.id, two.id, 'cmp_none'])).toEqual(
    new Map([
      [one.id, { active: 2 }],
      [two.id, { ready: 1 }],
    ]),
  );
  const contactId = one.people[0]?.contactId ?? '';
  const found = await callsOfContacts(db, [contactId, 'cnt_none']);
  expect([...found.keys()]).toEqual([contactId]);
  expect(found.get(contactId)).toMatchObject([{ status: 'queued', dialedAt: null }]);
});

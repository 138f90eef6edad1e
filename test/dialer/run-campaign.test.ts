/** A campaign, turn by turn: who is due is dialled, who may not be is not, what is over is settled, and nobody is dialled twice. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { sweep } from '../../src/dialer/sweep.ts';
import { cancelUnstarted, endAttempt } from '../../src/store/attempts.ts';
import { changeStatus } from '../../src/store/campaigns.ts';
import { insertSuppression } from '../../src/store/suppressions.ts';
import {
  campaignOf,
  contactOf,
  type GivenCampaign,
  givenCampaign,
  givenContact,
  NO_RETRY,
  type Person,
  turn,
} from '../support/given-campaign.ts';
import { catchHints, consume, dialerNamed, type Hints } from '../support/given-dialer.ts';
import { givenTelnyx } from '../support/given-session.ts';
import { CONSENT, givenPatient, givenPlacedCall, nextNumber } from '../support/place-call.ts';
import { catchLog, db, later, restore, ring, stopClock, testEnv } from '../support/worker-env.ts';

let hints: Hints;
let days = 0;
const dialer = dialerNamed();
beforeEach(async () => {
  stopClock();
  // The ledger of one test must not hold up the next, which shares the object.
  days += 1;
  later(days * 24 * 3_600_000);
  catchLog();
  givenTelnyx();
  hints = catchHints();
  for (const attempt of Object.keys(await dialer.lines())) await dialer.release(attempt);
  await testEnv.DB.exec('delete from attempts; delete from campaigns; delete from spend;');
  hints.take();
});
afterEach(restore);

const attemptsOf = async ({ contactId }: Person) =>
  (
    await testEnv.DB.prepare('select * from attempts where contact_id = ? order by created_at, id')
      .bind(contactId)
      .all()
  ).results;
const decisionsOf = async ({ contactId }: Person) =>
  (
    await testEnv.DB.prepare('select * from dial_decisions where contact_id = ? order by decided_at, moment desc')
      .bind(contactId)
      .all()
  ).results;
const suppress = ({ patient: { phoneNumber } }: Person) =>
  insertSuppression(db, ring, { phoneNumber, reason: 'asked', callId: null }, Date.now());
/** In one question: a test of hundreds asks it every second of its day. */
async function activeOf({ id }: GivenCampaign): Promise<ReadonlySet<string>> {
  const { results } = await testEnv.DB.prepare(`select id from contacts where campaign_id = ? and status = 'active'`)
    .bind(id)
    .all<{ id: string }>();
  return new Set(results.map((contact) => contact.id));
}
/** The call of a contact comes to its end, as its session writes it down. */
async function over(person: Person, status: string, error: string | null = null): Promise<void> {
  const { lastCallId } = await contactOf(person);
  const answered = status === 'completed' || status === 'partial';
  await testEnv.DB.prepare('update calls set status = ?, error = ?, ended_at = ? where id = ?')
    .bind(status, error, Date.now(), lastCallId)
    .run();
  const [attempt] = (await attemptsOf(person)).filter((row) => row['call_id'] === lastCallId);
  const times = { dialedAt: Date.now() - 5000, answeredAt: answered ? Date.now() - 4000 : null };
  await endAttempt(db, String(attempt?.['id']), times, Date.now());
  await dialer.release(String(attempt?.['id']));
}
const one = async (changes?: Parameters<typeof givenCampaign>[1]): Promise<[GivenCampaign, Person]> => {
  const campaign = await givenCampaign([{}], changes);
  return [campaign, campaign.people[0] as Person];
};

describe('who is due', () => {
  it('gets a call, an attempt and a decision, holds number and patient, and is hinted at (TC-26, X10, T11)', async () => {
    const [campaign, person] = await one();
    await turn(campaign);
    const contact = await contactOf(person);
    expect(contact).toMatchObject({ status: 'active', lastCallId: expect.stringMatching(/^call_/) });
    expect(await attemptsOf(person)).toMatchObject([
      { call_id: contact.lastCallId, status: 'queued', campaign_id: campaign.id, reserved_patient: person.patient.id },
    ]);
    expect(await decisionsOf(person)).toMatchObject([{ call_id: contact.lastCallId, allowed: 1, moment: 'preview' }]);
    expect(hints.sent).toMatchObject([{ call_id: contact.lastCallId }]);
  });

  it('is dialled with the plan of the campaign', async () => {
    const [campaign, person] = await one();
    await turn(campaign);
    await consume(...hints.sent);
    expect((await attemptsOf(person))[0]).toMatchObject({ status: 'dialing', dialed_at: Date.now() });
    expect(await decisionsOf(person)).toMatchObject([{ moment: 'preview' }, { moment: 'dial', allowed: 1 }]);
  });

  it('is left alone by the same turn made again (killed in the middle, delivered twice)', async () => {
    const [campaign, person] = await one();
    await turn(campaign);
    await turn(campaign);
    expect(await attemptsOf(person)).toHaveLength(1);
  });

  it('waits while somebody else is about to call that number, and loses nothing', async () => {
    const [campaign, person] = await one();
    const { phoneNumber, id } = person.patient;
    const single = await givenPlacedCall({}, { phoneNumber, patientId: id });
    await turn(campaign);
    expect(await contactOf(person)).toMatchObject({ status: 'ready', code: 'already_reserved' });
    await cancelUnstarted(db, single.callId, Date.now());
    later(60_000);
    await turn(campaign);
    expect(await contactOf(person)).toMatchObject({ status: 'active', code: null });
  });

  it('at one number with another of the same page: one is dialled, the other waits (TC-19)', async () => {
    const campaign = await givenCampaign([{}]);
    const [first] = campaign.people as [Person];
    const { phoneNumber } = first.patient;
    const second = await givenContact(
      await campaignOf(campaign),
      2,
      await givenPatient({ phoneNumber, firstName: 'Ben' }),
    );
    await turn(campaign);
    const statuses = [await contactOf(first), await contactOf(second)].map(({ status }) => status);
    expect(statuses.toSorted()).toEqual(['active', 'ready']);
    expect([...(await attemptsOf(first)), ...(await attemptsOf(second))]).toHaveLength(1);
  });

  it('is no more than what the dialer can take in a few seconds', async () => {
    const campaign = await givenCampaign(
      Array.from({ length: 12 }, () => ({})),
      { status: 'running', pacePerSecond: 1, maxLiveCalls: 50 },
    );
    await turn(campaign);
    const active = (await Promise.all(campaign.people.map(contactOf))).filter(({ status }) => status === 'active');
    expect(active).toHaveLength(3);
  });
});

describe('who may not be called', () => {
  it('is left out with the code of the step, and the decision is on record (TC-10, TC-26, T11)', async () => {
    const [campaign, person] = await one();
    await suppress(person);
    expect(await turn(campaign)).toBe(Date.now() + 1000);
    expect(await contactOf(person)).toMatchObject({ status: 'skipped', code: 'suppressed', lastCallId: null });
    expect(await decisionsOf(person)).toMatchObject([{ allowed: 0, code: 'suppressed', call_id: null }]);
    expect(await attemptsOf(person)).toEqual([]);
  });

  it('is not called for an opt-out that comes while the attempt is queued (TC-10)', async () => {
    const [campaign, person] = await one();
    await turn(campaign);
    await suppress(person);
    await consume(...hints.sent);
    expect(await attemptsOf(person)).toMatchObject([{ status: 'blocked', dialed_at: null, reserved_number: null }]);
    await turn(campaign);
    later(60_000);
    await turn(campaign);
    expect(await contactOf(person)).toMatchObject({ status: 'skipped', code: 'suppressed', rings: 0 });
    expect(await attemptsOf(person)).toHaveLength(1);
  });

  it('comes back when the cap on their number opens (TC-05)', async () => {
    const [campaign, person] = await one();
    const { phoneNumber, id } = person.patient;
    const before = await givenPlacedCall({}, { phoneNumber, patientId: id });
    await endAttempt(db, before.attemptId, { dialedAt: Date.now(), answeredAt: Date.now() }, Date.now());
    const next = await turn(campaign);
    expect(await contactOf(person)).toMatchObject({
      status: 'ready',
      code: 'frequency',
      nextAt: Date.now() + 86_400_000,
    });
    expect(next).toBeLessThanOrEqual(Date.now() + 60_000);
    later(86_400_000);
    await turn(campaign);
    expect(await contactOf(person)).toMatchObject({ status: 'active' });
  });

  it('because they rang back and finished meanwhile is done, and not called again (X3)', async () => {
    const [campaign, person] = await one();
    later(1000);
    const inbound = await givenPlacedCall(
      {},
      {
        ...{ phoneNumber: nextNumber(), patientId: person.patient.id, consent: CONSENT },
      },
    );
    await testEnv.DB.prepare("update calls set direction = 'inbound', status = 'completed', ended_at = 1 where id = ?")
      .bind(inbound.callId)
      .run();
    await cancelUnstarted(db, inbound.callId, Date.now());
    await turn(campaign);
    expect(await contactOf(person)).toMatchObject({ status: 'done', code: 'complete', outcome: 'completed', rings: 0 });
    expect(await attemptsOf(person)).toEqual([]);
  });

  it('because they were erased meanwhile is passed over', async () => {
    const [campaign, person] = await one();
    await ring.vault().erase(person.patient.id, Date.now());
    await turn(campaign);
    const row = await testEnv.DB.prepare('select status, code from contacts where id = ?')
      .bind(person.contactId)
      .first();
    expect(row).toEqual({ status: 'skipped', code: 'patient_erased' });
  });
});

describe('what is over', () => {
  it('is settled with its outcome, and the last one completes the campaign', async () => {
    const [campaign, person] = await one();
    await turn(campaign);
    await over(person, 'completed');
    await turn(campaign);
    expect(await contactOf(person)).toMatchObject({ status: 'done', code: 'complete', outcome: 'completed', rings: 1 });
    expect(await campaignOf(campaign)).toMatchObject({ status: 'completed', endedAt: Date.now() });
    expect(await turn(campaign)).toBeNull();
  });

  it('is rung again by the rules, within the budget (C41, U3)', async () => {
    const retry = { budget: 2, rules: { no_answer: { delayMinutes: 30, most: 5 } } };
    const [campaign, person] = await one({ status: 'running', retry });
    await turn(campaign);
    await over(person, 'no_answer');
    await turn(campaign);
    expect(await contactOf(person)).toMatchObject({ status: 'ready', rings: 1, nextAt: Date.now() + 30 * 60_000 });
    later(30 * 60_000);
    await turn(campaign);
    await over(person, 'no_answer');
    await turn(campaign);
    expect(await contactOf(person)).toMatchObject({
      status: 'done',
      code: 'budget_used',
      outcome: 'no_answer',
      rings: 2,
    });
  });

  it('costs no budget when Telnyx refused the dial (U5)', async () => {
    const [campaign, person] = await one();
    await turn(campaign);
    const { lastCallId } = await contactOf(person);
    await testEnv.DB.prepare("update calls set status = 'failed', error = 'telnyx_90103', ended_at = 1 where id = ?")
      .bind(lastCallId)
      .run();
    await endAttempt(
      db,
      String((await attemptsOf(person))[0]?.['id']),
      { dialedAt: null, answeredAt: null },
      Date.now(),
    );
    await turn(campaign);
    expect(await contactOf(person)).toMatchObject({ status: 'ready', rings: 0, nextAt: Date.now() + 60_000 });
  });

  it('has no next window after the end date (U4)', async () => {
    const [campaign, person] = await one({ status: 'running', endsAt: Date.now() + 10_000 });
    later(10_000);
    await turn(campaign);
    expect(await contactOf(person)).toMatchObject({ status: 'skipped', code: 'campaign_ended' });
  });
});

describe('a campaign that is stopped', () => {
  const stop = async (campaign: GivenCampaign, status: 'paused' | 'canceled') => {
    await changeStatus(db, await campaignOf(campaign), { status, statusReason: 'by_staff' });
    return turn(campaign);
  };

  it('paused: what is queued goes back, numbers are free, nobody is dialled (C46)', async () => {
    const [campaign, person] = await one();
    await turn(campaign);
    const sent = [...hints.sent];
    expect(await stop(campaign, 'paused')).toBeNull();
    expect(await contactOf(person)).toMatchObject({ status: 'ready', rings: 0 });
    expect(await attemptsOf(person)).toMatchObject([
      { status: 'canceled', reserved_number: null, reserved_patient: null },
    ]);
    await consume(...sent);
    expect((await attemptsOf(person))[0]).toMatchObject({ dialed_at: null });
    await changeStatus(db, await campaignOf(campaign), { status: 'running' });
    await turn(campaign);
    expect(await contactOf(person)).toMatchObject({ status: 'active' });
    expect(await attemptsOf(person)).toHaveLength(2);
  });

  it('paused in the moment between gate and dial: the gate at dial time says so', async () => {
    const [campaign, person] = await one();
    await turn(campaign);
    await changeStatus(db, await campaignOf(campaign), { status: 'paused' });
    await consume(...hints.sent);
    expect(await decisionsOf(person)).toMatchObject([{ allowed: 1 }, { allowed: 0, code: 'not_approved' }]);
  });

  it('canceled: everybody who waits is over, and a call under way is left to its end', async () => {
    const campaign = await givenCampaign([{}, {}], { status: 'running', pacePerSecond: 0.3, maxLiveCalls: 1 });
    const [first, second] = campaign.people as [Person, Person];
    await turn(campaign);
    await consume(...hints.sent);
    expect(await stop(campaign, 'canceled')).toBe(Date.now() + 1000);
    expect(await contactOf(second)).toMatchObject({ status: 'canceled', code: 'canceled' });
    expect(await contactOf(first)).toMatchObject({ status: 'active' });
    await over(first, 'completed');
    expect(await turn(campaign)).toBeNull();
    expect(await contactOf(first)).toMatchObject({ status: 'canceled', outcome: 'completed' });
  });

  it('by its own rules, when half of the calls fail (C48)', async () => {
    const campaign = await givenCampaign(Array.from({ length: 6 }, () => ({})));
    await turn(campaign);
    for (const person of campaign.people.slice(0, 5)) await over(person, 'failed', 'telnyx_500');
    await turn(campaign);
    expect(await campaignOf(campaign)).toMatchObject({ status: 'paused', statusReason: 'failure_rate' });
    expect(await contactOf(campaign.people[5] as Person)).toMatchObject({ status: 'active' });
    await turn(campaign);
    expect(await contactOf(campaign.people[5] as Person)).toMatchObject({ status: 'ready' });
  });

  it('when its money is spent (X11, SE-18, T20)', async () => {
    const [campaign, person] = await one({ status: 'running', spendCapNanos: 1000 });
    const call = await givenPlacedCall();
    await testEnv.DB.prepare('update calls set campaign_id = ? where id = ?').bind(campaign.id, call.callId).run();
    await testEnv.DB.prepare('update calls set cost_nanos = 1000 where id = ?').bind(call.callId).run();
    await turn(campaign);
    expect(await campaignOf(campaign)).toMatchObject({ status: 'paused', statusReason: 'spend_cap' });
    expect(await contactOf(person)).toMatchObject({ status: 'ready' });
  });
});

describe('a turn that dies', () => {
  it('between the rows and the dialer: the sweep hands them on, once', async () => {
    const [campaign, person] = await one();
    const dialerStub = { ...Object.getPrototypeOf(testEnv.DIALER.getByName('dialer')) };
    void dialerStub;
    vi.spyOn(testEnv.DIALER, 'getByName').mockImplementation(
      () => ({ backlog: async () => ({ waiting: 0, live: 0 }), isStopped: async () => false }) as never,
    );
    await expect(turn(campaign)).rejects.toThrow();
    expect(await contactOf(person)).toMatchObject({ status: 'active' });
    vi.mocked(testEnv.DIALER.getByName).mockRestore();
    expect(hints.sent).toEqual([]);
    later(61_000);
    await sweep(testEnv, Date.now());
    expect(hints.sent).toHaveLength(1);
    expect(await attemptsOf(person)).toHaveLength(1);
  });

  it('before the rows: nothing has happened, and the next makes them', async () => {
    const [campaign, person] = await one();
    vi.spyOn(testEnv.DB, 'batch').mockRejectedValueOnce(new Error('D1 is away'));
    await expect(turn(campaign)).rejects.toThrow();
    expect(await attemptsOf(person)).toEqual([]);
    await turn(campaign);
    expect(await attemptsOf(person)).toHaveLength(1);
  });
});

it('rings each of 300 people once, whatever is doubled, lost or made again', async () => {
  const people = ['212', '312', '415'].flatMap((area) =>
    Array.from({ length: 100 }, (_, i) => ({ phoneNumber: `+1${area}55501${String(i).padStart(2, '0')}` })),
  );
  const campaign = await givenCampaign(people, {
    status: 'running',
    pacePerSecond: 30,
    maxLiveCalls: 60,
    retry: NO_RETRY,
  });
  for (let turns = 0; turns < 400; turns += 1) {
    if ((await turn(campaign)) === null) break;
    await turn(campaign);
    const onTheLine = await activeOf(campaign);
    for (const person of campaign.people) if (onTheLine.has(person.contactId)) await over(person, 'completed');
    later(1000);
  }
  expect(await campaignOf(campaign)).toMatchObject({ status: 'completed' });
  for (const person of campaign.people) expect(await attemptsOf(person)).toHaveLength(1);
}, 60_000);

/** /api/campaigns: what would happen to a list, who may start it and when, and the verbs that run it. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { consents } from '../../src/store/schema.ts';
import { insertSuppression } from '../../src/store/suppressions.ts';
import { campaignOf, contactOf, type GivenCampaign, givenCampaign, type Person } from '../support/given-campaign.ts';
import { catchHints } from '../support/given-dialer.ts';
import { nextNumber } from '../support/place-call.ts';
import { db, ring, testEnv } from '../support/worker-env.ts';
import { ADMIN, type GivenApp, givenApp, SERVICE_ID, serviceClaims, signed } from './given-app.ts';
import { tokenOf } from './given-role.ts';

const UNKNOWN = 'cmp_0199f3c2-7f4e-7000-8000-000000000001';
const PHI_KEYS = String((testEnv as unknown as Record<string, string>)['PHI_KEYS']);

let given: GivenApp;
let wakes: string[];
beforeEach(async () => {
  given = givenApp({ PHI_KEYS }, { objects: 'real' });
  catchHints();
  wakes = [];
  vi.spyOn(given.env.CAMPAIGN_RUNNER, 'getByName').mockImplementation(
    (id: string) => ({ wake: async () => void wakes.push(id) }) as never,
  );
  await testEnv.DB.exec('delete from campaigns; delete from contacts; delete from attempts; delete from staff;');
});
afterEach(() => vi.restoreAllMocks());

type Json = Record<string, unknown>;
const jsonOf = async (response: Response) => (await response.json()) as Json;
const codeOf = async (response: Response) => [response.status, (await jsonOf(response))['code']];
const draft = (people: number) =>
  givenCampaign(
    Array.from({ length: people }, () => ({})),
    { status: 'draft' },
  );
const at = ({ id }: { id: string }, verb = '') => `/api/campaigns/${id}${verb}`;
const post = (campaign: { id: string }, verb: string, body: unknown = undefined, token?: string) =>
  given.request(at(campaign, verb), {
    method: 'POST',
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
    ...(token === undefined ? {} : { token }),
  });
const preflight = async (campaign: GivenCampaign) => {
  const response = await post(campaign, '/preflight');
  expect(response.status).toBe(201);
  return jsonOf(response);
};
/** A test call that was answered. */
async function tested(campaign: GivenCampaign): Promise<void> {
  const response = await post(campaign, '/test-call', { phone_number: nextNumber() });
  expect(response.status).toBe(201);
  const { call_id } = await jsonOf(response);
  await testEnv.DB.prepare('update calls set answered_at = 1 where id = ?').bind(call_id).run();
}
async function ready(people = 2): Promise<[GivenCampaign, string]> {
  const campaign = await draft(people);
  await tested(campaign);
  return [campaign, String((await preflight(campaign))['preflight_id'])];
}

describe('the pre-flight (X9)', () => {
  it('counts who will be called, and who not and why, and shows it beside each', async () => {
    const campaign = await draft(4);
    const [suppressed, ringing, ...others] = campaign.people as [Person, Person, ...Person[]];
    const { phoneNumber } = suppressed.patient;
    await insertSuppression(db, ring, { phoneNumber, reason: 'asked', callId: null }, Date.now());
    const call = { phone_number: ringing.patient.phoneNumber, patient_id: ringing.patient.id };
    expect((await given.send('POST', '/api/calls', call)).status).toBe(201);
    expect(await preflight(campaign)).toMatchObject({
      counts: { will_call: 2, skipped: { suppressed: 1, already_reserved: 1 } },
      hash: expect.stringMatching(/^k1\./),
      forecast: {
        calls: expect.any(Number),
        minutes: expect.any(Number),
        cost: { currency: 'USD' },
        finish_at: expect.any(String),
      },
      policy_version: '2026-11-28',
    });
    const codes = await Promise.all([suppressed, ringing, ...others].map(async (each) => (await contactOf(each)).code));
    expect(codes).toEqual(['suppressed', 'already_reserved', null, null]);
  });

  it('has the same hash for the same verdicts, and another for others', async () => {
    const campaign = await draft(2);
    const [first] = campaign.people as [Person];
    const [before, again] = [await preflight(campaign), await preflight(campaign)];
    expect(again['hash']).toBe(before['hash']);
    const { phoneNumber } = first.patient;
    await insertSuppression(db, ring, { phoneNumber, reason: 'asked', callId: null }, Date.now());
    expect((await preflight(campaign))['hash']).not.toBe(before['hash']);
  });

  it('waits until the list has been read', async () => {
    const campaign = await givenCampaign([{}], { status: 'importing' });
    expect(await codeOf(await post(campaign, '/preflight'))).toEqual([409, 'not_ready']);
  });
});

describe('the start', () => {
  it('takes the receipt and an answered test call, and wakes the runner (S2-E02)', async () => {
    const [campaign, preflightId] = await ready();
    const response = await post(campaign, '/start', { preflight_id: preflightId });
    expect([response.status, await jsonOf(response)]).toMatchObject([
      200,
      { status: 'running', preflight_id: preflightId, started_at: expect.any(String) },
    ]);
    expect(wakes).toEqual([campaign.id]);
  });

  it('is refused without a test call that was answered (CL-24)', async () => {
    const campaign = await draft(1);
    const { preflight_id } = await preflight(campaign);
    await post(campaign, '/test-call', { phone_number: nextNumber() });
    expect(await codeOf(await post(campaign, '/start', { preflight_id }))).toEqual([409, 'not_tested']);
  });

  it('is refused on any receipt but the newest, of this campaign, of the last day', async () => {
    const [campaign, preflightId] = await ready();
    const [, another] = await ready();
    expect(await codeOf(await post(campaign, '/start', { preflight_id: another }))).toEqual([409, 'preflight_stale']);
    await preflight(campaign);
    expect(await codeOf(await post(campaign, '/start', { preflight_id: preflightId }))).toEqual([
      409,
      'preflight_stale',
    ]);
    const newest = String((await preflight(campaign))['preflight_id']);
    await testEnv.DB.prepare('update preflights set created_at = created_at - 86400001 where id = ?')
      .bind(newest)
      .run();
    expect(await codeOf(await post(campaign, '/start', { preflight_id: newest }))).toEqual([409, 'preflight_stale']);
  });

  it('of a long list waits for a second administrator, who is no service token, once there are two (SE-20)', async () => {
    const admins = { ADMIN_EMAILS: `${ADMIN},second@clinic.example,${SERVICE_ID}` };
    given = givenApp({ PHI_KEYS, APPROVAL_OVER: '1', ...admins } as never, {
      objects: 'real',
    });
    const [campaign, preflightId] = await ready();
    const start = (token?: string) => post(campaign, '/start', { preflight_id: preflightId }, token);
    const first = await start();
    expect([first.status, await jsonOf(first)]).toMatchObject([202, { status: 'draft' }]);
    expect((await start()).status).toBe(202);
    expect(await codeOf(await start(await tokenOf(given, 'operator')))).toEqual([409, 'second_approver']);
    expect(await codeOf(await start(await signed(serviceClaims(given.team))))).toEqual([409, 'second_approver']);
    const second = await start(await given.token({ email: 'second@clinic.example', sub: 'second' }));
    expect([second.status, await jsonOf(second)]).toMatchObject([200, { status: 'running' }]);
    expect((await campaignOf(campaign)).approvedBy).not.toBeNull();
  });

  it('of a long list is not started by an administrator of today, nor alone right after the other one has gone (SE-20)', async () => {
    given = givenApp({ PHI_KEYS, APPROVAL_OVER: '1' } as never, { objects: 'real' });
    const email = 'alias@clinic.example';
    const added = await given.send('POST', '/api/staff', { email, roles: ['admin'] });
    const { staff_id } = await jsonOf(added);
    const [campaign, preflightId] = await ready();
    const start = (token?: string) => post(campaign, '/start', { preflight_id: preflightId }, token);
    const alias = await given.token({ email, sub: email });
    // Nor asked for under the new name, to be started under the old one.
    for (const token of [alias, await tokenOf(given, 'operator')])
      expect(await codeOf(await start(token))).toEqual([409, 'role_too_new']);
    expect((await start()).status).toBe(202);
    expect(await codeOf(await start(alias))).toEqual([409, 'role_too_new']);
    expect((await given.request(`/api/staff/${staff_id}`, { method: 'DELETE' })).status).toBe(204);
    expect(await codeOf(await start())).toEqual([409, 'administrator_left']);
    expect((await campaignOf(campaign)).status).toBe('draft');
    await given.env.DB.prepare("delete from signs where name = 'admin_left'").run();
    expect((await start()).status).toBe(200);
  });
});

describe('the verbs', () => {
  it.each<[string, string, string]>([
    ['running', 'pause', 'paused'],
    ['paused', 'resume', 'running'],
    ['running', 'cancel', 'canceled'],
    ['draft', 'cancel', 'canceled'],
  ])('a campaign that is %s, told to %s, is %s, and its runner hears of it', async (from, verb, to) => {
    const campaign = await givenCampaign([{}], { status: from as never });
    const response = await post(campaign, `/${verb}`);
    expect([response.status, await jsonOf(response)]).toMatchObject([202, { status: to }]);
    expect(wakes).toEqual([campaign.id]);
  });

  it.each([
    ['draft', 'pause', 'not_started'],
    ['draft', 'redial', 'not_started'],
    ['completed', 'resume', 'over'],
    ['canceled', 'resume', 'over'],
    ['running', 'resume', 'already'],
    ['paused', 'pause', 'already'],
    ['canceled', 'cancel', 'already'],
    ['running', 'redial', 'still_running'],
    ['importing', 'pause', 'not_started'],
    ['failed', 'pause', 'import_failed'],
  ])('a campaign that is %s cannot be told to %s: %s, and is told what to do', async (from, verb, code) => {
    const campaign = await givenCampaign([{}], { status: from as never });
    const refused = await post(campaign, `/${verb}`);
    expect([refused.status, await jsonOf(refused)]).toMatchObject([
      409,
      { code, detail: expect.stringMatching(/cannot be told to [a-z]+\. It .+\.$/) },
    ]);
    expect(wakes).toEqual([]);
  });

  it('redial: whoever was not reached waits again with a new budget, nobody else (C50)', async () => {
    const campaign = await givenCampaign([{}, {}, {}], { status: 'completed' });
    const outcomes = ['busy', 'completed', 'opted_out'];
    for (const [i, { contactId }] of campaign.people.entries())
      await testEnv.DB.prepare(
        "update contacts set status = 'done', code = 'budget_used', outcome = ?, rings = 3 where id = ?",
      )
        .bind(outcomes[i], contactId)
        .run();
    expect(await jsonOf(await post(campaign, '/redial'))).toMatchObject({ status: 'running', ended_at: null });
    const people = await Promise.all(campaign.people.map(contactOf));
    expect(people.map(({ status, rings }) => [status, rings])).toEqual([
      ['ready', 0],
      ['done', 3],
      ['done', 3],
    ]);
    await post(campaign, '/pause');
    await testEnv.DB.exec("update contacts set status = 'done', outcome = 'completed'");
    expect(await codeOf(await post(campaign, '/redial'))).toEqual([409, 'nobody_failed']);
  });

  it('redial: a paused campaign of whom nobody failed stays paused, whoever still waits in it', async () => {
    const campaign = await givenCampaign([{}], { status: 'paused' });
    expect(await codeOf(await post(campaign, '/redial'))).toEqual([409, 'nobody_failed']);
    expect((await campaignOf(campaign)).status).toBe('paused');
    expect(wakes).toEqual([]);
  });

  it('redial: one that was cut off after its last page of people is gone on with', async () => {
    const campaign = await givenCampaign([{}], { status: 'completed' });
    expect(await jsonOf(await post(campaign, '/redial'))).toMatchObject({ status: 'running', ended_at: null });
    expect(wakes).toEqual([campaign.id]);
  });

  it('stands although the runner could not be reached: the sweep wakes it', async () => {
    const campaign = await givenCampaign([{}], { status: 'running' });
    vi.mocked(given.env.CAMPAIGN_RUNNER.getByName).mockImplementation(() => {
      throw new Error('away');
    });
    expect((await post(campaign, '/pause')).status).toBe(202);
    expect(await campaignOf(campaign)).toMatchObject({ status: 'paused', statusReason: 'by_staff' });
    expect(given.logged('campaign.not_woken')).toHaveLength(1);
  });
});

describe('the test call', () => {
  it('rests on a consent of its own that ends within the hour and is for nothing else', async () => {
    const campaign = await draft(1);
    await db.delete(consents);
    await post(campaign, '/test-call', { phone_number: nextNumber() });
    const [row] = await db.select().from(consents);
    expect((row?.expiresAt ?? 0) - (row?.obtainedAt ?? 0)).toBe(3_600_000);
    expect(JSON.parse(row?.purposes ?? '[]')).toEqual(['intake']);
  });

  it('is a call of the campaign without a contact; it fills nobody caps and needs no consent on file', async () => {
    const campaign = await draft(1);
    const phone_number = nextNumber();
    for (let n = 0; n < 3; n += 1) {
      const response = await post(campaign, '/test-call', { phone_number });
      expect([response.status, await jsonOf(response)]).toMatchObject([
        201,
        { campaign_id: campaign.id, status: 'queued' },
      ]);
      await testEnv.DB.exec(
        'update attempts set ended_at = 1, reserved_number = null, reserved_patient = null, dialed_at = 1',
      );
    }
  });

  it('is refused for a number that asked not to be called', async () => {
    const campaign = await draft(1);
    const phoneNumber = nextNumber();
    await insertSuppression(db, ring, { phoneNumber, reason: 'asked', callId: null }, Date.now());
    const refused = await post(campaign, '/test-call', { phone_number: phoneNumber });
    expect(await codeOf(refused)).toEqual([409, 'suppressed']);
  });
});

describe('lists', () => {
  it('shows contacts masked, with initials, by status and code, page by page', async () => {
    const campaign = await draft(5);
    await testEnv.DB.prepare(
      "update contacts set status = 'skipped', code = 'suppressed' where row < 3 and campaign_id = ?",
    )
      .bind(campaign.id)
      .run();
    const page = await jsonOf(await given.request(at(campaign, '/contacts?limit=2')));
    const masked = `…${campaign.people[0]?.patient.phoneNumber.slice(-4)}`;
    expect(page).toMatchObject({
      items: [{ row: 1, initials: 'RQ', code: 'suppressed' }, { row: 2 }],
      next_cursor: '2',
    });
    expect(JSON.stringify(page)).not.toContain(campaign.people[0]?.patient.phoneNumber);
    expect(JSON.stringify(page)).toContain(masked.slice(1));
    const rest = await jsonOf(await given.request(at(campaign, '/contacts?cursor=2&limit=200')));
    expect((rest['items'] as Json[]).map(({ row }) => row)).toEqual([3, 4, 5]);
    const skipped = await jsonOf(await given.request(at(campaign, '/contacts?status=skipped&code=suppressed')));
    expect(skipped['items']).toHaveLength(2);
  });

  it('shows campaigns newest first, by status, with counts in the item', async () => {
    const first = await draft(2);
    const second = await givenCampaign([{}], { status: 'running' });
    const { items } = await jsonOf(await given.request('/api/campaigns'));
    expect((items as Json[]).map(({ campaign_id }) => campaign_id)).toEqual([second.id, first.id]);
    const drafts = await jsonOf(await given.request('/api/campaigns?status=draft'));
    expect((drafts['items'] as Json[]).map(({ campaign_id }) => campaign_id)).toEqual([first.id]);
    expect(await jsonOf(await given.request(at(first)))).toMatchObject({
      ...{ name: 'Spring check-up', owner: 'admin@clinic.example', retry: { budget: 1, rules: {} } },
      counts: { total: 2, ready: 2, active: 0, done: 0, skipped: 0, canceled: 0 },
    });
  });

  it('is 404 for one that is not there', async () => {
    for (const verb of ['', '/contacts']) expect((await given.request(at({ id: UNKNOWN }, verb))).status).toBe(404);
    for (const verb of ['/preflight', '/pause']) expect((await post({ id: UNKNOWN }, verb)).status).toBe(404);
  });
});

it.each([
  ['operator', 200, 201],
  ['clinician', 200, 403],
  ['intake', 200, 403],
  ['auditor', 403, 403],
] as const)('%s: contacts %i, pre-flight %i', async (role, contacts, verb) => {
  const campaign = await draft(1);
  const token = await tokenOf(given, role);
  expect((await given.request(at(campaign, '/contacts'), { token })).status).toBe(contacts);
  expect((await post(campaign, '/preflight', undefined, token)).status).toBe(verb);
  expect((await given.request(at(campaign), { token })).status).toBe(200);
});

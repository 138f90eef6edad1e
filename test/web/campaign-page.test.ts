/** The page of one campaign: what it holds in each state, who sees and does what, and what is said to whoever is refused. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { newId } from '../../src/store/new-id.ts';
import type { Role } from '../../src/store/staff.ts';
import { insertSuppression } from '../../src/store/suppressions.ts';
import { type GivenCampaign, givenCampaign, type Person, turn } from '../support/given-campaign.ts';
import { catchHints } from '../support/given-dialer.ts';
import { db, ring, testEnv } from '../support/worker-env.ts';
import { type GivenApp, givenApp, ORIGIN } from './given-app.ts';
import { expectNoInlineCode, openPage, type PageInit } from './given-page.ts';
import { tokenOf } from './given-role.ts';

const PHI_KEYS = String((testEnv as unknown as Record<string, string>)['PHI_KEYS']);

let given: GivenApp;
beforeEach(async () => {
  given = givenApp({ PHI_KEYS, APPROVAL_OVER: '2' } as never, { objects: 'real' });
  catchHints();
  await testEnv.DB.exec(
    'delete from campaigns; delete from contacts; delete from attempts; delete from calls; delete from staff; delete from suppressions; delete from preflights;',
  );
});
afterEach(() => vi.restoreAllMocks());

const pageOf = (path: string, init?: PageInit) => openPage(given, path, init);
const at = ({ id }: GivenCampaign, rest = '') => `/dashboard/campaigns/${id}${rest}`;
const fragment = ({ id }: GivenCampaign, rest = '') => `/dashboard/fragments/campaigns/${id}${rest}`;
const post = (path: string, fields: Record<string, string> = {}, token?: string) =>
  pageOf(path, {
    ...{ method: 'POST', body: new URLSearchParams(fields).toString() },
    headers: { Origin: ORIGIN, 'Content-Type': 'application/x-www-form-urlencoded', 'HX-Request': 'true' },
    ...(token === undefined ? {} : { token }),
  });
const draft = (people = 1) =>
  givenCampaign(
    Array.from({ length: people }, () => ({})),
    { status: 'draft' },
  );

/** A test call to staff that was answered. */
async function tested({ id }: GivenCampaign): Promise<void> {
  const call = (await testEnv.DB.prepare('select id from calls where campaign_id = ?').bind(id).first('id')) as string;
  await testEnv.DB.prepare(`update calls set answered_at = 5, ended_at = 9, status = 'completed' where id = ?`)
    .bind(call)
    .run();
  await testEnv.DB.exec('delete from attempts');
}
async function readyToStart(people = 1): Promise<GivenCampaign & { receipt: string }> {
  const campaign = await draft(people);
  await post(at(campaign, '/test-call'), { phone_number: '(202) 555-0191' });
  await tested(campaign);
  await post(at(campaign, '/preflight'));
  const receipt = await testEnv.DB.prepare('select id from preflights').first('id');
  return { ...campaign, receipt: String(receipt) };
}

describe('a draft', () => {
  it('shows the steps before the start, and nobody by name or whole number', async () => {
    const campaign = await givenCampaign([{ firstName: 'Ana', lastName: 'Diaz' }], { status: 'draft' });
    const { html, status } = await pageOf(at(campaign));
    expect(status).toBe(200);
    for (const part of ['Spring check-up', '>Draft</span>', '1. List', '2. Pre-flight', '3. Test call', '4. Start'])
      expect(html).toContain(part);
    expect(html).toContain('Comes after the pre-flight and an answered test call.');
    expect(html).toContain('>AD</span>');
    expect(html).toContain(`•••• ${campaign.people[0]?.patient.phoneNumber.slice(-4)}`);
    expect(html).not.toMatch(/Diaz|\+1\d{10}/);
    expect(html).not.toContain('Results so far');
    expectNoInlineCode(html);
  });

  it('has its pre-flight made: who is called, who not and why, cost, time and the receipt (S2-P3)', async () => {
    const campaign = await draft(2);
    const { phoneNumber } = (campaign.people[0] as Person).patient;
    await insertSuppression(db, ring, { phoneNumber, reason: 'asked', callId: null }, Date.now());
    const { html, status } = await post(at(campaign, '/preflight'));
    expect([status, html.startsWith('<div id="campaign"')]).toEqual([200, true]);
    expect(html).toContain('The pre-flight is made. Read it before you start.');
    expect(html).toMatch(/<strong class="receipt-count">1 person<\/strong> called at once/);
    expect(html).toContain('1 · On the do-not-call list');
    expect(html).toMatch(/Cost, between<\/dt><dd>\$\d/);
    expect(html).toMatch(/Finished, about<\/dt><dd><time [^>]*>[^<]* E[SD]T</);
    expect(html).toMatch(/receipt <code title="[^"]+">[^<]{12}<\/code>/);
    // Beside each person too.
    expect((await pageOf(at(campaign))).html).toMatch(/class="cell-why">On the do-not-call list/);
  });

  it('is tested by telephone, however the number is written; a bad number is said where it was typed', async () => {
    const campaign = await draft();
    const bad = await post(at(campaign, '/test-call'), { phone_number: '555-01"><b>' });
    expect(bad.status).toBe(409);
    expect(bad.html).toContain('This is not a US number that can be called.');
    expect(bad.html).toContain('value="555-01&quot;&gt;&lt;b&gt;"');
    const good = await post(at(campaign, '/test-call'), { phone_number: '(202) 555-0191' });
    expect(good.status).toBe(200);
    expect(good.html).toContain('The test call is on its way.');
    expect(good.html).toContain('This page shows by itself how it goes.');
    await tested(campaign);
    expect((await pageOf(at(campaign))).html).toContain('Somebody of the clinic has heard it.');
  });

  it('starts only for whoever types its name, and says what will happen', async () => {
    const campaign = await readyToStart();
    const { html } = await pageOf(at(campaign));
    expect(html).toContain('1 person can be called from this moment on. The first telephone');
    const wrong = await post(at(campaign, '/start'), { name: 'Spring', preflight_id: campaign.receipt });
    expect(wrong.status).toBe(409);
    expect(wrong.html).toContain('Type the name of the campaign exactly');
    expect(wrong.html).toContain('value="Spring"');
    const right = await post(at(campaign, '/start'), { name: ' spring  check-up', preflight_id: campaign.receipt });
    expect(right.status).toBe(200);
    expect(right.html).toContain('“Spring check-up” is started.');
    expect(right.html).toContain('>Running</span>');
  });

  it('is not started on an old receipt', async () => {
    const campaign = await readyToStart();
    const { html, status } = await post(at(campaign, '/start'), { name: 'Spring check-up', preflight_id: 'pre_other' });
    expect(status).toBe(409);
    expect(html).toContain('The pre-flight is older than a day or was made again.');
  });

  it('to many people takes a second person: asked for by one, started by another administrator (SE-20)', async () => {
    const operator = await tokenOf(given, 'operator');
    await tokenOf(given, 'admin');
    const campaign = await readyToStart(3);
    const early = { name: 'Spring check-up', preflight_id: campaign.receipt };
    expect((await post(at(campaign, '/start'), early, operator)).html).toContain('Come back tomorrow.');
    await given.env.DB.prepare('update staff set updated_at = updated_at - 86400001').run();
    const before = (await pageOf(at(campaign), { token: operator })).html;
    expect(before).toContain('so many that a start takes two people');
    const asked = await post(
      at(campaign, '/start'),
      { name: 'Spring check-up', preflight_id: campaign.receipt },
      operator,
    );
    expect(asked.html).toContain('The start is asked for. Another administrator now starts it from this page.');
    expect(asked.html).toContain('You asked for the start.');
    expect(asked.html).not.toContain('id="start-name"');
    expect((await pageOf(at(campaign))).html).toContain('you are the second person');
    const started = await post(at(campaign, '/start'), { name: 'Spring check-up', preflight_id: campaign.receipt });
    expect(started.html).toContain('>Running</span>');
  });
});

describe('while it runs', () => {
  it('shows how far it is, and each person with every call (S2-E03, S2-F6)', async () => {
    const campaign = await givenCampaign([{}, {}]);
    await testEnv.DB.prepare('update campaigns set started_at = 1').run();
    await turn(campaign);
    await testEnv.DB.exec(`update calls set status = 'in_progress', dialed_at = created_at, answered_at = created_at`);
    const { html } = await pageOf(at(campaign));
    for (const part of [
      '0 of 2 people settled',
      'Calls dialled',
      'Answered by a person',
      'Results so far',
      'hx-trigger="every 3s"',
    ])
      expect(html).toContain(part);
    expect(html).toMatch(/On the line now<\/dt><dd>2</);
    const calls = (await testEnv.DB.prepare('select id from calls').all<{ id: string }>()).results;
    for (const { id } of calls) expect(html).toContain(`href="/dashboard/calls/${id}"`);
    for (const format of ['csv', 'tsv', 'json'])
      expect(html).toContain(`href="/api/campaigns/${campaign.id}/results?format=${format}"`);
  });

  it('is paused, goes on and is canceled, each said beforehand (S2-P3)', async () => {
    const campaign = await givenCampaign([{}]);
    expect((await pageOf(at(campaign))).html).toContain(
      'hx-confirm="Pause “Spring check-up”? Nobody new is called from this moment; calls that are queued go back to waiting. Nobody is on the line."',
    );
    const paused = await post(at(campaign, '/pause'));
    expect(paused.html).toContain('“Spring check-up” is paused.');
    expect(paused.html).toContain('Somebody paused it. Go on whenever you like.');
    expect((await post(at(campaign, '/resume'))).html).toContain('>Running</span>');
    const canceled = await post(at(campaign, '/cancel'));
    expect(canceled.html).toContain('>Canceled</span>');
    expect(canceled.html).not.toContain('hx-confirm');
  });

  it('what does not fit any more is refused in words, with the page as it is now', async () => {
    const campaign = await givenCampaign([{}], { status: 'completed' });
    const { html, status } = await post(at(campaign, '/pause'));
    expect(status).toBe(409);
    expect(html).toContain('Not done. It is over.');
    expect(html).toContain('>Completed</span>');
  });

  it.each([
    ['failure_rate', 'at least half of the calls of the last two minutes failed'],
    ['abandonment', 'heard nothing for two seconds'],
    ['spend_cap', 'the money set aside is spent'],
    ['dialing_stopped', 'all dialing was stopped'],
  ])('says in words why it paused by itself: %s', async (statusReason, words) => {
    const campaign = await givenCampaign([{}], { status: 'paused', statusReason });
    const { html } = await pageOf(at(campaign));
    expect(html).toContain(words);
    expect(html).toContain('data-news="Spring check-up: It paused');
  });

  it('rings those again whom it did not reach, and says how many they are', async () => {
    const campaign = await givenCampaign([{}, {}], { status: 'completed' });
    await testEnv.DB.exec(`update contacts set status = 'done', code = 'budget_used', outcome = 'no_answer'`);
    expect((await pageOf(at(campaign))).html).toContain('Ring again the 2 people whom “Spring check-up” did not reach');
    expect((await post(at(campaign, '/redial'))).html).toContain('rings those again whom it did not reach.');
  });

  it('offers to go on with a redial that was cut off, also when nobody is left to be made ready', async () => {
    const campaign = await givenCampaign([{}], { status: 'completed' });
    expect((await pageOf(at(campaign))).html).toContain('Ring again the 1 person whom “Spring check-up” did not reach');
    const paused = await givenCampaign([{}], { status: 'paused' });
    expect((await pageOf(at(paused))).html).not.toContain('Ring again');
  });
});

describe('its own fetching', () => {
  it('brings the steps along only when they have changed, so that nothing typed is lost', async () => {
    const campaign = await draft();
    const { html } = await pageOf(at(campaign));
    const address = /hx-get="([^"]+shown=[^"]+)"/.exec(html)?.[1] ?? '';
    expect((await pageOf(address)).html).not.toContain('campaign-setup');
    await post(at(campaign, '/preflight'));
    expect((await pageOf(address)).html).toContain('id="campaign-setup" hx-swap-oob="true"');
  });

  it('keeps filter and page of the people', async () => {
    const campaign = await draft(2);
    const query = '?status=ready&after=1';
    const { html } = await pageOf(at(campaign, query));
    expect(html).toContain(`hx-get="${fragment(campaign, '/contacts')}?status=ready&amp;after=1"`);
    expect((await pageOf(fragment(campaign, `/contacts${query}`))).html.match(/<tr id="row-/g)).toHaveLength(1);
    expect((await pageOf(at(campaign, '?status=done'))).html).toContain('Nobody stands so.');
    expect((await pageOf(at(campaign, '?status=&outcome=&code='))).status).toBe(200);
    expect((await pageOf(at(campaign, '?status=lost'))).status).toBe(422);
  });
});

describe('roles', () => {
  it.each<[Role, { people: boolean; calls: boolean; runs: boolean }]>([
    ['admin', { people: true, calls: true, runs: true }],
    ['clinician', { people: true, calls: true, runs: false }],
    ['intake', { people: true, calls: false, runs: false }],
    ['operator', { people: true, calls: false, runs: true }],
    ['auditor', { people: false, calls: false, runs: false }],
  ])('%s', async (role, sees) => {
    const campaign = await givenCampaign([{}]);
    await testEnv.DB.prepare('update campaigns set started_at = 1').run();
    await turn(campaign);
    const token = await tokenOf(given, role);
    const { html, status } = await pageOf(at(campaign), { token });
    expect(status).toBe(200);
    expect({
      people: html.includes('id="contacts"'),
      calls: html.includes('href="/dashboard/calls/call_'),
      runs: html.includes('id="campaign-pause"'),
    }).toEqual(sees);
    expect((await pageOf(fragment(campaign, '/contacts'), { token })).status).toBe(sees.people ? 200 : 403);
    expect((await post(at(campaign, '/pause'), {}, token)).status).toBe(sees.runs ? 200 : 403);
  });

  it('an unknown campaign is 404, for whoever asks', async () => {
    const unknown = { id: newId('cmp', Date.now()), people: [] };
    for (const path of [at(unknown), fragment(unknown), at({ ...unknown, id: 'cmp_1' })])
      expect((await pageOf(path)).status).toBe(404);
    expect((await post(at(unknown, '/start'), { name: 'x' })).status).toBe(404);
  });
});

/** The list of campaigns and the form of a new one: what is shown to whom, and what somebody reads who sent something wrong. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { getCampaign } from '../../src/store/campaigns.ts';
import type { Role } from '../../src/store/staff.ts';
import { runDueJobs } from '../support/due-jobs.ts';
import { givenCampaign } from '../support/given-campaign.ts';
import { catchJobHints } from '../support/given-jobs.ts';
import { db, testEnv } from '../support/worker-env.ts';
import { type GivenApp, givenApp, ORIGIN } from './given-app.ts';
import { expectNoInlineCode, openPage, type PageInit } from './given-page.ts';
import { tokenOf } from './given-role.ts';

const PHI_KEYS = String((testEnv as unknown as Record<string, string>)['PHI_KEYS']);

let given: GivenApp;
beforeEach(async () => {
  given = givenApp({ PHI_KEYS }, { objects: 'real' });
  await testEnv.DB.exec('delete from campaigns; delete from contacts; delete from staff;');
});
afterEach(() => vi.restoreAllMocks());
const pageOf = (path: string, init?: PageInit) => openPage(given, path, init);
const setContact = (id: string, status: string) =>
  testEnv.DB.prepare('update contacts set status = ? where id = ?').bind(status, id).run();

describe('the list', () => {
  it('shows name, purpose, status, how many are done and not called, and who made it', async () => {
    const { id, people } = await givenCampaign([{}, {}, {}, {}]);
    await setContact(people[0]!.contactId, 'done');
    await setContact(people[1]!.contactId, 'skipped');
    const { html, status } = await pageOf('/dashboard/campaigns');
    expect(status).toBe(200);
    for (const part of [
      'Spring check-up',
      'Intake before a visit',
      '>Running</span>',
      '<progress value="2" max="4"',
      '1 of 4 done',
      'admin@clinic.example',
      'Made (New York time)',
      `href="/dashboard/campaigns/${id}"`,
      'href="/dashboard/campaigns/new"',
      'hx-trigger="every 5s"',
      'aria-current="page">Campaigns',
    ])
      expect(html).toContain(part);
    expectNoInlineCode(html);
  });

  it('looks again less often while nothing moves, and keeps filter and page while it does', async () => {
    await givenCampaign([], { status: 'completed' });
    const cursor = '9999999999999.cmp_0199f3c2-7f4e-7000-8000-000000000001';
    const { html } = await pageOf(`/dashboard/campaigns?status=completed&cursor=${cursor}`);
    expect(html).toContain('hx-trigger="every 30s"');
    expect(html).toContain(`hx-get="/dashboard/fragments/campaigns?status=completed&amp;cursor=${cursor}"`);
    expect(html).toMatch(/<option value="completed" selected/);
    expect((await pageOf(`/dashboard/fragments/campaigns?status=completed`)).html).toMatch(/^<div id="campaigns"/);
  });

  it('pages, the newest first', async () => {
    for (let n = 0; n < 26; n += 1) await givenCampaign([], { status: 'draft', name: `Number ${n}.` });
    const { html } = await pageOf('/dashboard/campaigns');
    expect(html).toContain('Number 25.');
    expect(html).not.toContain('Number 0.');
    const older = /href="(\/dashboard\/campaigns\?cursor=[^"]+)" rel="next"/.exec(html)?.[1] ?? '';
    const second = (await pageOf(older)).html;
    expect(second).toContain('Number 0.');
    expect(second).toContain('Newest campaigns');
  });

  it.each([
    ['', 'No campaigns yet'],
    ['?status=paused', 'No campaign is “Paused”.'],
    ['?cursor=1.cmp_0199f3c2-7f4e-7000-8000-000000000001', 'There are no older campaigns.'],
  ])('says so when there is nothing: %s', async (query, words) => {
    expect((await pageOf(`/dashboard/campaigns${query}`)).html).toContain(words);
  });

  it('shows a name as text, whatever it is', async () => {
    const name = '"><img src=x onerror=alert(1)>';
    const { id } = await givenCampaign([], { status: 'draft', name });
    for (const path of ['/dashboard/campaigns', `/dashboard/campaigns/${id}`]) {
      const { html } = await pageOf(path);
      expect(html).toContain('&lt;img src=x');
      expect(html).not.toContain('<img');
    }
  });

  it.each<[Role, boolean]>([
    ['admin', true],
    ['operator', true],
    ['clinician', false],
    ['intake', false],
    ['auditor', false],
  ])('is open to every role; only who runs campaigns makes one: %s', async (role, makes) => {
    const token = await tokenOf(given, role);
    const { html, status } = await pageOf('/dashboard/campaigns', { token });
    expect(status).toBe(200);
    expect(html.includes('/dashboard/campaigns/new')).toBe(makes);
    expect((await pageOf('/dashboard/campaigns/new', { token })).status).toBe(makes ? 200 : 403);
  });

  it('runs on the first page of an operator, without calls or tasks', async () => {
    const token = await tokenOf(given, 'operator');
    const home = await given.request('/dashboard', { token, redirect: 'manual' });
    expect(home.headers.get('Location')).toBe('/dashboard/today');
    const { html } = await openPage(given, '/dashboard/today', { token });
    expect(html).toContain('Campaigns running');
    expect(html).not.toMatch(/\/dashboard\/(calls|tasks)/);
  });
});

const GOOD = {
  ...{ name: 'Autumn intake', purpose: 'intake', questionnaire: 'adult-intake', language: '' },
  ...{ consent_basis: 'written', consent_obtained_at: '2026-01-02', consent_obtained_by: 'Desk' },
  ...{ consent_evidence: 'Form 7', pace_per_second: '0.5', max_live_calls: '2', spend_cap: '40' },
  ...{ ends_on: '2099-07-04', retry_budget: '4' },
};
const LIST = 'phone,first_name\n(212) 555-0143,Ana\n(212) 555-0144,Sam\nnot a number,Kim\n';

const SCRIPTED = { 'HX-Request': 'true' };
function send(
  changes: Record<string, string> = {},
  list = LIST,
  name = 'list.csv',
  token?: string,
  scripted: Record<string, string> = SCRIPTED,
) {
  const body = new FormData();
  for (const [field, value] of Object.entries({ ...GOOD, ...changes })) body.set(field, value);
  body.set('file', new File([list], name, { type: 'text/csv' }));
  const headers = { Origin: ORIGIN, ...scripted };
  return pageOf('/dashboard/campaigns', { method: 'POST', body, headers, ...(token === undefined ? {} : { token }) });
}

describe('the form', () => {
  it('explains its list with an example, offers what there is, and starts from the limits of the account', async () => {
    const { html } = await pageOf('/dashboard/campaigns/new');
    for (const part of [
      'hx-encoding="multipart/form-data"',
      '<option value="adult-intake">Adult intake</option>',
      '<option value="message-and-reply">Message and reply</option>',
      'phone,first_name,last_name,date_of_birth,language,external_id',
      'consent_evidence',
      'The whole account dials 2.',
      'value="3"',
    ])
      expect(html).toContain(part);
    expectNoInlineCode(html);
  });

  it('makes a campaign whose list is read, and leads to it', async () => {
    catchJobHints();
    vi.spyOn(scheduler, 'wait').mockResolvedValue();
    const { response, status } = await send();
    expect(status).toBe(204);
    const address = response.headers.get('HX-Redirect') ?? '';
    expect(address).toMatch(/^\/dashboard\/campaigns\/cmp_/);
    expect(await getCampaign(db, address.slice(address.lastIndexOf('/') + 1))).toMatchObject({
      ...{ name: 'Autumn intake', pacePerSecond: 0.5, maxLiveCalls: 2, spendCapNanos: 40_000_000_000 },
      // Midnight in New York after the fourth of July.
      endsAt: Date.parse('2099-07-05T04:00:00Z'),
      retry: { budget: 4, rules: { busy: { delayMinutes: 30, most: 2 } } },
      ownerName: 'admin@clinic.example',
    });
    expect((await pageOf(address)).html).toContain('Reading the list…');
    await runDueJobs();
    const { html } = await pageOf(address);
    expect(html).toContain('2 people taken from the list, 1 row not:');
    expect(html).toContain('Not a US number that can be called');
    expect(html).toMatch(/\/api\/imports\/imp_[^/]+\/rows\?format=csv/);
  });

  it.each<[string, Record<string, string>, string, string]>([
    ['a name', { name: ' ' }, 'name', 'Give it a name.'],
    ['a basis', { consent_basis: '' }, 'consent_basis', 'Choose how consent was given.'],
    ['a day that has been', { consent_obtained_at: '2098-01-01' }, 'consent_obtained_at', 'Not in the future.'],
    ['a pace', { pace_per_second: 'fast' }, 'pace_per_second', 'A number from 0.01 to 30, such as 0.5.'],
    ['a whole number of lines', { max_live_calls: '1.5' }, 'max_live_calls', 'A whole number from 1 to 1000.'],
    ['a day that is to come', { ends_on: '2020-01-01' }, 'ends_on', 'A day that is still to come.'],
    ['a number of tries', { retry_budget: '11' }, 'retry_budget', 'A whole number from 1 to 10.'],
    ['questions that exist', { questionnaire: 'no-such' }, 'questionnaire', 'There is none with this id.'],
  ])('says beside its field that it needs %s, and nothing beside the others', async (_what, changes, field, words) => {
    const { html, status } = await send(changes);
    expect(status).toBe(409);
    expect(html).toMatch(/^<p id="form-problem"[^>]*>Please check the marked fields\.<\/p>/);
    const said = [...html.matchAll(/data-problem-of="([a-z_]+)"[^>]*>([^<]+)</g)].map(([, of, text]) => [of, text]);
    expect(said).toEqual([[field, words]]);
    // Every field's place comes along, to be emptied.
    expect(html.match(/hx-swap-oob="true"/g)?.length).toBeGreaterThan(10);
  });

  it.each([
    ['no column of numbers', 'name\nAna\n', 'list.csv'],
    ['nothing in it', '', 'list.csv'],
    ['a workbook', 'PK\u0003\u0004', 'list.xlsx'],
  ])('says beside the list that there is %s', async (_what, list, name) => {
    const { html, status } = await send({}, list, name);
    expect(status).toBe(409);
    expect(html).toMatch(/id="problem-file"[^>]*>[A-Z]/);
    expect(await testEnv.DB.prepare('select count(*) as n from campaigns').first('n')).toBe(0);
  });

  it('works without a script: it leads to the campaign, and comes again with what was typed', async () => {
    catchJobHints();
    vi.spyOn(scheduler, 'wait').mockResolvedValue();
    const { html } = await pageOf('/dashboard/campaigns/new');
    expect(html).toContain('method="post" action="/dashboard/campaigns" enctype="multipart/form-data"');
    const refused = await send({ name: '<b>Autumn</b>', ends_on: '2020-01-01' }, LIST, 'list.csv', undefined, {});
    expect(refused.status).toBe(409);
    expect(refused.html).toContain('<h1>New campaign</h1>');
    expect(refused.html).toMatch(/id="form-problem"[^>]*>Please check the marked fields\./);
    expect(refused.html).toContain('A day that is still to come.');
    expect(refused.html).toContain('value="&lt;b&gt;Autumn&lt;/b&gt;"');
    expect(refused.html).toContain('<option value="written" selected="">');
    expectNoInlineCode(refused.html);
    const { response, status } = await send({}, LIST, 'list.csv', undefined, {});
    expect([status, response.headers.get('Location')]).toEqual([
      303,
      expect.stringMatching(/^\/dashboard\/campaigns\/cmp_/),
    ]);
  });

  it('is not taken from whoever does not run campaigns, nor from elsewhere', async () => {
    expect((await send({}, LIST, 'list.csv', await tokenOf(given, 'clinician'))).status).toBe(403);
    const elsewhere = await pageOf('/dashboard/campaigns', {
      method: 'POST',
      headers: { Origin: 'https://evil.example' },
    });
    expect(elsewhere.status).toBe(403);
  });
});

/** The page of figures: what it says of a planted set of calls, for whom it leads where, and that nothing on it is about one patient. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { boundsOfDay } from '../../src/domain/campaign/local-day.ts';
import { approvedQuestionnaire } from '../../src/store/questionnaires.ts';
import { calls } from '../../src/store/schema.ts';
import { ROLES } from '../../src/store/staff.ts';
import { type PlantedCall, plantCalls, UNANSWERED } from '../support/given-calls.ts';
import { givenCampaign } from '../support/given-campaign.ts';
import { type GivenApp, givenApp } from './given-app.ts';
import { endCall, givenCall } from './given-call.ts';
import { expectNoInlineCode, openPage } from './given-page.ts';
import { tokenOf } from './given-role.ts';

let given: GivenApp;
beforeEach(async () => {
  given = givenApp();
  await given.db.delete(calls);
});
afterEach(() => vi.restoreAllMocks());

const PATH = '/dashboard/analytics';
const DAY = '2026-11-10';
const noonOf = (day: string) => (boundsOfDay('America/New_York', day)?.from ?? 0) + 12 * 3_600_000;
const at = noonOf(DAY);
const ofDay = `${PATH}?from=${DAY}&to=${DAY}`;
const plant = (...planted: PlantedCall[]) => plantCalls(given.db, planted);
const text = (html: string) => html.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ');

/** Ten that rang, of whom six were reached; and two the day before. */
const plantDay = () =>
  plant(
    ...Array.from({ length: 3 }, () => ({ at })),
    { at, status: 'partial', consentRecording: 'declined' },
    { at, status: 'declined', consentCollection: 'declined', consentRecording: 'not_asked' },
    { at, status: 'opted_out', consentCollection: 'not_asked', consentRecording: 'not_asked' },
    ...Array.from({ length: 4 }, () => ({ at, ...UNANSWERED })),
    { at: noonOf('2026-11-09') },
    { at: noonOf('2026-11-09'), ...UNANSWERED },
  );

describe('the page of figures', () => {
  it('says each rate with its counts, and what it was before', async () => {
    await plantDay();
    const { status, html } = await openPage(given, ofDay);
    expect(status).toBe(200);
    expectNoInlineCode(html);
    const words = text(html);
    for (const said of [
      'Calls that rang 10 +400 %, 2 before',
      'Reached a person 60 % 6 of 10 +10 points, 50 % before, of few',
      'Agreed to the call 80 % 4 of 5',
      'Agreed to recording 75 % 3 of 4',
      'Completed 50 % 3 of 6',
      'Call length 3:00 Half are shorter; 9 of 10 under 3:00',
      'Asked not to be called again 17 % 1 of 6',
    ])
      expect(words).toContain(said);
  });

  it('says how everybody ended who was reached: the bars add up to the reached', async () => {
    await plant(
      ...[{ at }, { at, status: 'partial' }, { at, status: 'wrong_person' }, { at, status: 'in_progress' }],
      ...Array.from({ length: 4 }, () => ({ at, status: 'failed', error: 'identity_failed' })),
      { at, status: 'canceled' },
      { at, ...UNANSWERED },
    );
    const { html } = await openPage(given, ofDay);
    const words = text(html);
    expect(words).toContain('Reached a person 90 % 9 of 10');
    expect(words).toContain('Identity not confirmed 44 % 4 of 9');
    expect(words).toMatch(/Other 11 % 1 of 9.*Still on the line 11 % 1 of 9/);
    const list = /<ol class="funnel ends".*?<\/ol>/s.exec(html)?.[0] ?? '';
    const bars = [...text(list).matchAll(/ (\d+) of 9 /g)].map(([, count]) => Number(count));
    expect(bars.reduce((all, count) => all + count)).toBe(9);
  });

  it('draws a call that was canceled before its dial in no bar, and says how many there were', async () => {
    await plant(
      { at },
      { at, ...UNANSWERED },
      ...[1, 2].map(() => ({ at, ...UNANSWERED, status: 'canceled', dialedAt: null })),
    );
    const words = text((await openPage(given, ofDay)).html);
    expect(words).toContain('2 not dialled, in no bar');
    expect(words).toMatch(
      /Calls Completed Reached, not completed Not reached Under way Not dialled Nov 10 4 1 0 1 0 2 /,
    );
  });

  it('draws nothing that is not in a table beneath', async () => {
    await plantDay();
    const { html } = await openPage(given, ofDay);
    for (const drawing of html.match(/<svg[^>]*>/g) ?? []) expect(drawing).toContain('aria-hidden="true"');
    expect(text(html)).toContain('Nov 10 60 % (6 of 10) 80 % (4 of 5) 50 % (3 of 6) 0 % (0 of 6)');
  });

  it('says what did not ring and what may not have, each currency by itself, and how long calls were day by day (C76)', async () => {
    const refused = { at, ...UNANSWERED, status: 'failed', error: '90018' };
    await plant(
      { at, costNanos: 300_000_000, transcriptionNanos: 120_000_000 },
      { at, costNanos: 500_000_000, costCurrency: 'EUR' },
      ...[refused, refused, { ...refused, error: 'dial_unknown' }],
    );
    const words = text((await openPage(given, ofDay)).html);
    for (const said of [
      'Calls that rang 3 2 more refused by Telnyx; 1 of them may not have rung',
      'Cost per completed intake 0.2500 EUR + $0.21',
      '0.5000 EUR + $0.42 in all; $0.12 to write down recordings',
      'Half are shorter than 3:00',
      'Nov 10 2 3:00 3:00',
    ])
      expect(words).toContain(said);
  });

  it('says at which question calls ended, in its words, and which calls are not counted', async () => {
    const questionnaire = await approvedQuestionnaire(given.db, 'adult-intake', Date.now());
    const of = { at, noteVersion: 1, questionnaireVersion: questionnaire?.version ?? 1 };
    await plant(
      { ...of, itemCodes: 'aa'.padEnd(11, 'a') },
      { ...of, status: 'partial', itemCodes: 'ae'.padEnd(11, '-') },
      of,
    );
    const words = text((await openPage(given, ofDay)).html);
    expect(words).toContain('1 call of this time left a note before questions were counted.');
    expect(words).toContain('2 calls counted; 0 of them ended before the first question.');
    expect(words).toContain('How long How long have you had this problem?');
    expect(words).toMatch(/for more than one week, press 4\. 2 1 50 % 0 0 0 0 1 50 %/i);
  });

  it('leads to the calls behind a figure, of the same time and campaign, and to the same figures as a file', async () => {
    const { id } = await givenCampaign([], { name: '<b>Spring</b>', status: 'running' });
    await plant({ at, campaignId: id, contactId: 'cnt_1' });
    const { html } = await openPage(given, `${ofDay}&campaign_id=${id}`);
    expect(html).toContain(`/dashboard/calls?status=completed&amp;from=${DAY}&amp;to=${DAY}&amp;campaign_id=${id}`);
    expect(html).toContain('/api/analytics?format=csv&amp;table=campaigns');
    expect(html).toContain('&lt;b&gt;Spring&lt;/b&gt;');
    expect(html).not.toContain('<b>Spring</b>');
    const file = /href="(\/api\/analytics\?[^"]+)"/.exec(html)?.[1]?.replaceAll('&amp;', '&') ?? '';
    expect((await given.request(file)).status).toBe(200);
  });

  it('leads nobody to calls who does not see them (HS-11)', async () => {
    await plantDay();
    for (const role of ['operator', 'auditor', 'intake'] as const) {
      const { html } = await openPage(given, ofDay, { token: await tokenOf(given, role) });
      expect([role, html.includes('href="/dashboard/calls?')]).toEqual([role, false]);
    }
  });

  it('says so when there was no call, and how many there were before', async () => {
    await plant({ at: noonOf('2026-11-09') });
    expect(text((await openPage(given, ofDay)).html)).toContain('No calls in this time; 1 call before.');
    const { html } = await openPage(given, `${PATH}?from=2020-01-01&to=2020-01-02`);
    expect(text(html)).toContain('No calls in this time. Choose a longer one');
    expect(html).not.toContain('<svg');
  });

  it('takes empty fields of its form as all, and goes by the week where days would be too many', async () => {
    await plantDay();
    const { status, html } = await openPage(given, `${PATH}?days=&from=2026-08-01&to=${DAY}&by=&campaign_id=&version=`);
    expect(status).toBe(200);
    expect(html).toContain('Week by week');
    expect((await openPage(given, `${PATH}?days=7&by=week&version=adult-intake:1`)).status).toBe(200);
    expect((await openPage(given, `${PATH}?version=<script>`)).status).toBe(422);
  });

  it('names no patient and no number, and no call of theirs (HS-18)', async () => {
    const made = await givenCall(given, { firstName: 'Zenobia', lastName: 'Quill' });
    await endCall(given, made);
    const { html } = await openPage(given, PATH);
    for (const secret of [
      'Zenobia',
      'Quill',
      made.call.phoneNumber,
      made.call.phoneNumber.slice(-4),
      made.call.id,
      made.patient.id,
    ])
      expect(html).not.toContain(secret);
  });
});

describe('who sees it', () => {
  it.each(ROLES)('the role %s does', async (role) => {
    const { status, html } = await openPage(given, PATH, { token: await tokenOf(given, role) });
    expect([status, html.includes('>Analytics</a>')]).toEqual([200, true]);
  });

  it('nobody without a token or a role does', async () => {
    expect((await given.request(PATH, { token: null })).status).toBe(401);
    const stranger = await given.token({ email: 'stranger@clinic.example' });
    expect((await given.request(PATH, { token: stranger })).status).toBe(403);
  });
});

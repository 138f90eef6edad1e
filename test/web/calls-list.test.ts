/** The worklist: what it shows of the review of each call, and which calls it is asked for. The rest of it is in dashboard.test.ts. */
import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { calls, campaigns, tasks } from '../../src/store/schema.ts';
import { dayIn } from '../../src/web/dashboard/clinic-day.ts';
import { givenCampaign } from '../support/given-campaign.ts';
import { type GivenApp, givenApp } from './given-app.ts';
import { endCall, type GivenCall, givenCall } from './given-call.ts';
import { expectNoInlineCode, openPage } from './given-page.ts';

let given: GivenApp;
beforeEach(async () => {
  given = givenApp();
  await given.db.delete(tasks);
  await given.db.delete(calls);
});
afterEach(() => vi.restoreAllMocks());

const listOf = async (query = '') => (await openPage(given, `/dashboard/calls${query}`)).html;
const idsIn = (html: string) => [...html.matchAll(/<tr id="row-(call_[0-9a-f-]+)"/g)].map(([, id]) => id);
const ended = async (ending: Parameters<typeof endCall>[2] = {}): Promise<GivenCall> => {
  const made = await givenCall(given);
  await endCall(given, made, { tasks: [], ...ending });
  return made;
};
const sign = ({ call }: GivenCall) => given.send('POST', `/api/calls/${call.id}/review`, { verdict: 'signed' });
const placedAt = ({ call }: GivenCall, at: string) =>
  given.db
    .update(calls)
    .set({ createdAt: Date.parse(at) })
    .where(eq(calls.id, call.id));

describe('the review of a call in the list', () => {
  it('is a word in its row, and nothing where there is no note', async () => {
    const [open, signed, silent] = [await ended(), await ended(), await ended({ note: null })];
    await sign(signed);
    const html = await listOf();
    const rowOf = ({ call }: GivenCall) => new RegExp(`id="row-${call.id}".*?</tr>`, 's').exec(html)?.[0];
    expect(rowOf(open)).toContain('<td class="cell-review"><span class="chip chip-warn">Not reviewed</span></td>');
    expect(rowOf(signed)).toContain('<span class="chip chip-good">Signed</span>');
    expect(rowOf(silent)).toContain('<td class="cell-review"><span class="absent">—</span></td>');
    expectNoInlineCode(html);
  });

  it('is asked for: what waits, what is signed; and says so when there is nothing', async () => {
    expect(await listOf('?reviewed=false')).toContain('No note waits to be reviewed.');
    expect(await listOf('?reviewed=true')).toContain('No note has been signed yet.');
    const [open, signed] = [await ended(), await ended()];
    await ended({ note: null });
    await sign(signed);
    expect(idsIn(await listOf('?reviewed=false'))).toEqual([open.call.id]);
    expect(idsIn(await listOf('?reviewed=true&status=completed'))).toEqual([signed.call.id]);
    expect(await listOf('?reviewed=true&status=partial')).toContain('No call fits all of this.');
  });
});

describe('what else is asked for', () => {
  it('days are those of the clinic, from the first moment to the last', async () => {
    const days: GivenCall[] = [];
    for (const at of ['2026-11-20T04:59:59Z', '2026-11-20T05:00:00Z', '2026-11-21T04:59:59Z', '2026-11-21T05:00:00Z']) {
      const made = await ended();
      await placedAt(made, at);
      days.push(made);
    }
    const ids = days.map(({ call }) => call.id).reverse();
    expect(idsIn(await listOf('?from=2026-11-20&to=2026-11-20'))).toEqual(ids.slice(1, 3));
    expect(idsIn(await listOf('?from=2026-11-21'))).toEqual(ids.slice(0, 1));
    expect(idsIn(await listOf('?to=2026-11-19'))).toEqual(ids.slice(3));
    expect(await listOf('?from=2026-11-20&to=')).toContain(
      '<input id="from" name="from" type="date" value="2026-11-20"',
    );
  });

  it('a day on which the clocks change is as long as it is', () => {
    const hours = (day: string) => {
      const { from, to } = dayIn('America/New_York', day);
      return (to + 1 - from) / 3_600_000;
    };
    expect([hours('2026-03-08'), hours('2026-11-01'), hours('2026-07-01')]).toEqual([23, 25, 24]);
    expect(new Date(dayIn('America/New_York', '2026-03-09').from).toISOString()).toBe('2026-03-09T04:00:00.000Z');
  });

  it('one patient’s calls, named by initials and last four; every filter stays while polling and paging', async () => {
    const [one, other] = [await ended(), await ended()];
    const html = await listOf(`?patient_id=${one.patient.id}&reviewed=false`);
    expect(idsIn(html)).toEqual([one.call.id]);
    expect(html).toContain(`<strong>AD •••• ${one.call.phoneNumber.slice(-4)}</strong>`);
    expect(html).toContain('href="/dashboard/calls?reviewed=false">Show everybody’s</a>');
    expect(html).toContain(`hx-get="/dashboard/fragments/calls?reviewed=false&amp;patient_id=${one.patient.id}"`);
    expect(html).not.toContain(other.call.id);
    expect(html).not.toMatch(/Diaz|\+1\d{10}/);
  });

  it('the calls of one version of a questionnaire, by the list, its file and the API', async () => {
    const [first, second] = [await ended(), await ended()];
    const { id } = second.call;
    await given.db.update(calls).set({ questionnaireVersion: 7 }).where(eq(calls.id, id));
    const html = await listOf('?version=adult-intake:7');
    expect(idsIn(html)).toEqual([id]);
    expect(html).toContain('<option value="adult-intake:7" selected="">adult-intake, version 7</option>');
    expect(html).toContain('<input type="hidden" name="version" value="adult-intake:7"/>');
    expect(html).toContain('hx-get="/dashboard/fragments/calls?version=adult-intake%3A7"');
    expect(idsIn(await listOf('?version=adult-intake:1'))).toEqual([first.call.id]);
    expect(idsIn(await listOf(`?version=adult-intake:7&patient_id=${first.patient.id}`))).toEqual([]);
    expect((await openPage(given, '/dashboard/calls?version=7')).status).toBe(422);
    const listed = await (await given.request('/api/calls?version=adult-intake:7')).json<{
      items: { call_id: string }[];
    }>();
    expect(listed.items.map(({ call_id }) => call_id)).toEqual([id]);
    for (const what of ['calls', 'answers']) {
      const order = { what, format: 'ndjson', filters: { version: 'adult-intake:7' } };
      const rows = (await (await given.send('POST', '/api/exports', order)).text()).trim().split('\n');
      expect(new Set(rows.map((row) => JSON.parse(row).call_id))).toEqual(new Set([id]));
    }
  });

  it('the calls of a campaign, chosen by its name; a name is text', async () => {
    const made = await ended();
    await ended();
    const name = '"><img src=x onerror=alert(1)>';
    await given.db.delete(campaigns);
    const older = 'cmp_0199f3c2-7f4e-7000-8000-000000000001';
    expect(await listOf(`?campaign_id=${older}`)).toContain('An earlier campaign');
    const { id } = await givenCampaign([], { status: 'running', name });
    await given.db.update(calls).set({ campaignId: id }).where(eq(calls.id, made.call.id));
    const html = await listOf(`?campaign_id=${id}`);
    expect(idsIn(html)).toEqual([made.call.id]);
    expect(html).toMatch(new RegExp(`<option value="${id}" selected`));
    expect(html).not.toContain('<img');
  });

  it.each(['reviewed=yes', 'from=yesterday', 'to=2026-13-01', 'patient_id=7', 'campaign_id=pat_1', 'name=Diaz'])(
    'refuses %s',
    async (query) => expect((await openPage(given, `/dashboard/calls?${query}`)).status).toBe(422),
  );

  it('takes what a form leaves empty as not asked for', async () => {
    const made = await ended();
    const html = await listOf('?status=&reviewed=&from=&to=&campaign_id=');
    expect(idsIn(html)).toEqual([made.call.id]);
    expect(html).not.toContain('>Clear</a>');
  });
});

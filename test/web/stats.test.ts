/** /api/stats (S1-E12): what was counted, of which time, and what was not. */
import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CallRecord } from '../../src/domain/intake/call-record.ts';
import { calls } from '../../src/store/schema.ts';
import { ROLES } from '../../src/store/staff.ts';
import { type GivenApp, givenApp } from './given-app.ts';
import { ANSWERED_AT, endCall, givenCall } from './given-call.ts';
import { tokenOf } from './given-role.ts';

let given: GivenApp;
beforeEach(() => {
  given = givenApp();
});
afterEach(() => vi.restoreAllMocks());

const DAY = '2031-05-06';
/** Each test its own day: what others made is not counted. */
let day = Date.parse(`${DAY}T12:00:00Z`);
beforeEach(() => {
  day += 10 * 86_400_000;
});

async function callAt(at: number, record: Partial<CallRecord> | null = {}): Promise<string> {
  const made = await givenCall(given);
  if (record !== null) await endCall(given, made, { record: { ...record } });
  await given.db.update(calls).set({ createdAt: at }).where(eq(calls.id, made.call.id));
  return made.call.id;
}
const iso = (at: number) => new Date(at).toISOString();
type Body = Record<string, never>;
async function ask(path: string): Promise<{ status: number; body: Body }> {
  const response = await given.request(path);
  return { status: response.status, body: (await response.json()) as Body };
}
const ofDay = () => `from=${iso(day)}&to=${iso(day + 86_399_999)}`;

describe('GET /api/stats', () => {
  it('counts a busy line neither as completed nor as a refusal', async () => {
    await callAt(day + 1000);
    await callAt(day + 2000, { status: 'busy', answeredAt: null, consentCollection: 'not_asked' });
    await callAt(day + 3000, { status: 'declined', consentCollection: 'declined' });
    const { status, body } = await ask(`/api/stats?${ofDay()}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      calls: {
        ...{ total: 3, by_status: { completed: 1, busy: 1, declined: 1 }, answered: 2, consented: 1, refused: 1 },
        ...{ completed: 1, consent_rate: 0.5, completion_rate: 0.5, average_seconds: 184 },
      },
    });
  });

  it('counts as answered whoever did not confirm their birth date, as the analytics do', async () => {
    await callAt(day, { status: 'failed', error: 'identity_failed', identity: 'failed' });
    await callAt(day);
    const { calls: figures } = (await ask(`/api/stats?${ofDay()}`)).body as Record<string, object>;
    expect(figures).toMatchObject({ total: 2, by_status: { failed: 1, completed: 1 }, answered: 2, completed: 1 });
    const { total } = (await ask(`/api/analytics?${ofDay()}`)).body as Record<string, object>;
    expect(total).toMatchObject({
      reached: { count: 2 },
      identity_failed: { count: 1 },
      ended_otherwise: { count: 0 },
    });
  });

  it('counts nothing from before or after, both ends included', async () => {
    await callAt(day - 1);
    await callAt(day);
    await callAt(day + 86_399_999);
    await callAt(day + 86_400_000);
    expect((await ask(`/api/stats?${ofDay()}`)).body).toMatchObject({ calls: { total: 2 } });
  });

  it('leaves out test calls to staff and finds by campaign', async () => {
    const campaign = 'cmp_0199f3c2-7f4e-7000-8000-000000000001';
    const [test, contact] = [await callAt(day), await callAt(day)];
    await callAt(day);
    await given.db.update(calls).set({ campaignId: campaign }).where(eq(calls.id, test));
    await given.db.update(calls).set({ campaignId: campaign, contactId: 'x' }).where(eq(calls.id, contact));
    expect((await ask(`/api/stats?${ofDay()}`)).body).toMatchObject({ calls: { total: 2 } });
    expect((await ask(`/api/stats?${ofDay()}&campaign_id=${campaign}`)).body).toMatchObject({ calls: { total: 1 } });
    expect((await ask(`/api/stats?${ofDay()}&questionnaire=other`)).body).toMatchObject({ calls: { total: 0 } });
  });

  it('counts what waits now: live calls, tasks and those overdue', async () => {
    const before = (await ask('/api/stats')).body as unknown as { live_calls: number; tasks: { open: number } };
    await callAt(Date.now(), null);
    await callAt(Date.now(), { answeredAt: ANSWERED_AT });
    const { unreviewed_notes: unreviewed } = before as unknown as { unreviewed_notes: number };
    expect((await ask('/api/stats')).body).toMatchObject({
      live_calls: before.live_calls + 1,
      unreviewed_notes: unreviewed + 1,
      tasks: { open: before.tasks.open + 1, overdue: 0, red_flags: 0 },
    });
  });

  it('refuses a time that ends before it begins, or is longer than a year', async () => {
    for (const query of [`from=${iso(day)}&to=${iso(day - 1)}`, `from=2020-01-01T00:00:00Z&to=2026-01-01T00:00:00Z`]) {
      const { status, body } = await ask(`/api/stats?${query}`);
      expect([status, (body as unknown as { errors: { pointer: string }[] }).errors[0]?.pointer]).toEqual([
        422,
        '/from',
      ]);
    }
  });

  it.each(ROLES)('answers the role %s: it holds counts alone', async (role) => {
    expect((await given.request('/api/stats', { token: await tokenOf(given, role) })).status).toBe(200);
  });
});

/** Alerts for people: the page, the banner, the test message, and the bursts that requests leave behind (C77, SE-02, SE-31). */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { applyReconciled, listAlerts } from '../../src/store/alerts.ts';
import { alerts } from '../../src/store/schema.ts';
import { noteSign, readSigns } from '../../src/store/signs.ts';
import { catchHints, dialerNamed } from '../support/given-dialer.ts';
import { delivery, type GivenApp, givenApp } from './given-app.ts';
import { tokenOf } from './given-role.ts';

let given: GivenApp;
beforeEach(async () => {
  given = givenApp();
  await given.db.delete(alerts);
});
afterEach(() => vi.restoreAllMocks());
const form = { method: 'POST', headers: { 'Content-Type': 'application/x-www-form-urlencoded' } };

async function givenAlert(kind: 'line_down' | 'spend' = 'line_down'): Promise<string> {
  const breach = { kind, subject: crypto.randomUUID(), code: '<b>10010</b>', count: 3 };
  await applyReconciled(given.db, { open: [breach], seen: [], close: [] }, Date.now());
  return (await listAlerts(given.db, { limit: 1, cursor: null })).items[0]?.id ?? '';
}
const page = async (path: string, token?: string) =>
  (await given.request(path, token === undefined ? {} : { token })).text();

describe('the page', () => {
  it('says that nothing is wrong when nothing is', async () => {
    expect(await page('/dashboard/alerts?open=true')).toContain('Nothing is wrong.');
  });

  it('says what it means and what to do, and shows codes as text (C77, SE-14)', async () => {
    await givenAlert();
    const html = await page('/dashboard/alerts');
    expect(html).toContain('The line is down');
    expect(html).toContain('What to do');
    expect(html).toContain('&lt;b&gt;10010&lt;/b&gt;');
  });

  it('filters by kind, and pages', async () => {
    for (let i = 0; i < 27; i += 1) await givenAlert('spend');
    await givenAlert('line_down');
    expect(await page('/dashboard/alerts?kind=line_down')).not.toContain('The daily budget</h2>');
    const next = /href="(\/dashboard\/alerts\?cursor=[^"]+)"/.exec(await page('/dashboard/alerts'))?.[1] ?? '';
    expect(await page(next.replaceAll('&amp;', '&'))).toContain('Newest');
  });

  it('takes that somebody has seen it, by the first who says so', async () => {
    const id = await givenAlert();
    const token = await tokenOf(given, 'operator');
    const seen = await given.request(`/dashboard/alerts/${id}/acknowledge`, { ...form, token });
    expect(seen.status).toBe(303);
    await given.request(`/api/alerts/${id}/acknowledge`, { method: 'POST' });
    expect(await page('/dashboard/alerts')).toContain('Seen by operator@role.example');
  });
});

describe('the list', () => {
  type Listed = { items: { alert_id: string; opened_at: string }[]; next_cursor: string | null };
  const list = async (query: object) =>
    (await given.request(`/api/alerts?${new URLSearchParams({ ...query })}`)).json<Listed>();

  it('is filtered by when they were opened, from then on and before then, and pages newest first', async () => {
    const noon = Date.UTC(2030, 0, 7, 12);
    const ids: string[] = [];
    for (const hour of [0, 1, 2]) {
      const breach = { kind: 'spend', subject: `${hour}`, code: 'cap_near', count: 80 } as const;
      await applyReconciled(given.db, { open: [breach], seen: [], close: [] }, noon + hour * 3_600_000);
      ids.push((await listAlerts(given.db, { limit: 1, cursor: null })).items[0]?.id ?? '');
    }
    const [first, second, third] = ids as [string, string, string];
    const listed = async (query: object) => (await list(query)).items.map(({ alert_id }) => alert_id);
    expect(await listed({})).toEqual([third, second, first]);
    expect(await listed({ from: '2030-01-07T13:00:00Z' })).toEqual([third, second]);
    expect(await listed({ from: '2030-01-07T13:00:00Z', to: '2030-01-07T14:00:00Z' })).toEqual([second]);
    const page = await list({ limit: 2, to: '2030-01-07T15:00:00Z' });
    expect(await listed({ cursor: page.next_cursor ?? '', to: '2030-01-07T15:00:00Z' })).toEqual([first]);
    expect((await given.request('/api/alerts?from=yesterday')).status).toBe(422);
  });
});

it('every page says so while something is wrong, and stops when it is over (C77)', async () => {
  given = givenApp({}, { objects: 'real' });
  catchHints();
  await dialerNamed().stub.resume({ by: 'test' });
  const token = await tokenOf(given, 'auditor');
  expect(await page('/dashboard/fragments/dialing', token)).not.toContain('What to do');
  await givenAlert();
  await givenAlert('spend');
  const banner = await page('/dashboard/fragments/dialing', token);
  expect(banner).toContain('One other thing is wrong.');
  expect(banner).toContain('/dashboard/alerts?open=true');
});

describe('a cron that stands still', () => {
  const URL = 'https://alerts.example/hook';
  const sent: string[] = [];
  const begin = async () => {
    sent.length = 0;
    given = givenApp({ ALERT_URL: URL } as never, { objects: 'real' });
    catchHints();
    await dialerNamed().stub.resume({ by: 'test' });
    const others = vi.mocked(globalThis.fetch).getMockImplementation();
    vi.mocked(globalThis.fetch).mockImplementation(async (input, init) => {
      if (!String(input).startsWith(URL)) return others?.(input, init) ?? Promise.reject(new TypeError('nobody'));
      sent.push(String(init?.body));
      return new Response(null, { status: sent.length === 1 ? 500 : 200 });
    });
  };
  afterEach(async () => {
    await given.env.DB.prepare('delete from signs').run();
  });

  it('is noticed by whoever has a page open, and told of until it is taken, then no more (C77, U31)', async () => {
    await begin();
    const poll = () => page('/dashboard/fragments/dialing');
    await noteSign(given.db, 'cron', { at: Date.now() - 4 * 60_000, code: null });
    expect(await poll()).not.toContain('What to do');
    await given.env.DB.prepare('delete from signs').run();
    await noteSign(given.db, 'cron', { at: Date.now() - 6 * 60_000, code: null });
    expect(await poll()).toContain('The line is down');
    expect(sent).toHaveLength(1);
    // Not taken: told again after a minute, by whoever looks then.
    await given.env.DB.prepare('update alerts set tell_at = tell_at - 60000').run();
    for (let i = 0; i < 3; i += 1) expect(await poll()).toContain('The line is down');
    expect((await listAlerts(given.db, { limit: 9, cursor: null })).items).toMatchObject([
      { kind: 'line_down', subject: 'cron', code: 'cron_silent', toldAt: expect.any(Number), closedAt: null },
    ]);
    expect(sent).toHaveLength(2);
    expect(new Set(sent).size).toBe(1);
  });
});

describe('a test message', () => {
  it('says that nobody is told when there is no address', async () => {
    given = givenApp({ ALERT_URL: '' } as never);
    const response = await given.request('/api/alerts/test', { method: 'POST' });
    expect([response.status, (await response.json<{ code: string }>()).code]).toEqual([409, 'no_alert_url']);
  });

  it('goes to the address, and says when it was not taken', async () => {
    given = givenApp({ ALERT_URL: 'https://alerts.example/hook' } as never);
    const others = vi.mocked(globalThis.fetch).getMockImplementation();
    let status = 200;
    vi.mocked(globalThis.fetch).mockImplementation(async (input, init) =>
      String(input).startsWith('https://alerts.example')
        ? new Response(null, { status })
        : (others?.(input, init) ?? Promise.reject(new TypeError('nobody is there'))),
    );
    expect((await given.request('/api/alerts/test', { method: 'POST' })).status).toBe(204);
    status = 500;
    expect((await given.request('/api/alerts/test', { method: 'POST' })).status).toBe(409);
    expect(await (await given.request('/dashboard/alerts/test', form)).text()).toContain('did not take it');
  });

  it('is an administrator’s to send', async () => {
    expect(
      (await given.request('/api/alerts/test', { method: 'POST', token: await tokenOf(given, 'auditor') })).status,
    ).toBe(403);
  });
});

describe('a burst leaves a sign', () => {
  let hours = 0;
  beforeEach(() => {
    // What other tests were refused is long ago.
    hours += 1;
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + hours * 3_600_000 });
  });
  afterEach(async () => {
    vi.useRealTimers();
    await given.env.DB.prepare('delete from signs').run();
  });

  it('of sign-ins that were refused (SE-31, S1-M7)', async () => {
    for (let i = 0; i < 19; i += 1) await given.request('/api/calls', { token: 'none' });
    expect((await readSigns(given.db)).denied_burst).toBeUndefined();
    await given.request('/api/calls', { token: 'none' });
    expect((await readSigns(given.db)).denied_burst).toMatchObject({ code: expect.any(String) });
    // A flood is no load for the database: it is written down once a minute.
    const prepare = vi.spyOn(given.env.DB, 'prepare');
    await given.request('/api/calls', { token: 'none' });
    expect(prepare).not.toHaveBeenCalled();
  });

  it('of webhooks that were refused (SE-02, T01)', async () => {
    const context = { waitUntil: (work: Promise<unknown>) => void waits.push(work), passThroughOnException: () => {} };
    const waits: Promise<unknown>[] = [];
    for (let i = 0; i < 10; i += 1) {
      const old = await delivery('{}', { at: Date.now() - 600_000 });
      expect((await given.app.request(old, {}, given.env, context as never)).status).toBe(401);
    }
    await Promise.all(waits);
    expect((await readSigns(given.db)).webhook_burst).toMatchObject({ code: 'timestamp_too_old' });
  });

  it('of webhooks that are too old, three in a row with no good one between them (SE-02)', async () => {
    const waits: Promise<unknown>[] = [];
    const context = { waitUntil: (work: Promise<unknown>) => void waits.push(work), passThroughOnException: () => {} };
    const deliver = async (ageMs: number) => {
      const request = await delivery('{}', { at: Date.now() - ageMs });
      const { status } = await given.app.request(request, {}, given.env, context as never);
      await Promise.all(waits);
      return [status, (await readSigns(given.db)).webhook_stale?.code];
    };
    expect(await deliver(0)).toEqual([200, undefined]);
    expect([await deliver(301_000), await deliver(400_000)]).toEqual(Array(2).fill([401, undefined]));
    expect(await deliver(0)).toEqual([200, undefined]);
    // However long they take.
    for (const hour of [1, 2]) {
      vi.setSystemTime(Date.now() + hour * 3_600_000);
      expect(await deliver(-302_000)).toEqual([401, undefined]);
    }
    expect(await deliver(302_000)).toEqual([401, 'timestamp_too_old']);
  });
});

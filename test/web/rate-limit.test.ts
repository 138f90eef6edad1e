/** How often one caller may ask; the counters are the platform's own, in the numbers of wrangler.toml. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { auditEvents } from '../../src/store/schema.ts';
import { createStaff } from '../../src/store/staff.ts';
import { routes } from '../../src/web/routes.ts';
import { addressOf } from './every-route.ts';
import { delivery, type GivenApp, givenApp, ORIGIN, SERVICE_ID, serviceClaims, signed } from './given-app.ts';

const NOBODY = '0199f3c2-7f4e-7000-8000-000000000001';
const EXPORT = `/api/campaigns/cmp_${NOBODY}/results`;
type Limit = 'READ_LIMIT' | 'WRITE_LIMIT' | 'EXPORT_LIMIT' | 'SIGN_IN_LIMIT';

let given: GivenApp;
beforeEach(() => {
  given = givenApp();
});
afterEach(() => vi.restoreAllMocks());

const use = (limit: Limit) => vi.spyOn(given.env[limit], 'limit');
/** As when the caller has used it up already. */
const usedUp = (limit: Limit) => use(limit).mockResolvedValue({ success: false });
const broken = (limit: Limit) => use(limit).mockRejectedValue(new Error('no counter: admin@clinic.example'));
const rowsOf = async (action: string) =>
  (await given.db.select().from(auditEvents)).filter((row) => row.action === action);

describe('the numbers of wrangler.toml (SE-18, S1-K5, S2-R5, C78)', () => {
  /** Counters begin anew with each minute of the clock: not across one. */
  const withinOneMinute = async () => {
    const left = 60_000 - (Date.now() % 60_000);
    if (left < 6_000) await scheduler.wait(left + 50);
  };
  const counts = async (limit: Limit, asks: number) => {
    const key = crypto.randomUUID();
    const answers = await Promise.all(Array.from({ length: asks }, () => given.env[limit].limit({ key })));
    return answers.filter(({ success }) => success).length;
  };

  it.each([
    ['READ_LIMIT', 1200],
    ['WRITE_LIMIT', 300],
    ['EXPORT_LIMIT', 20],
    ['SIGN_IN_LIMIT', 300],
  ] as const)('%s lets %i through in a minute, and no more', async (limit, most) => {
    await withinOneMinute();
    expect(await counts(limit, most + 5)).toBe(most);
  });

  it('refuse the twenty-first download of a minute, and nobody else’s first', async () => {
    await withinOneMinute();
    const statuses: number[] = [];
    for (let n = 0; n < 21; n += 1) statuses.push((await given.request(EXPORT)).status);
    expect(statuses).toEqual([...Array<number>(20).fill(404), 429]);
    expect((await given.request('/api/stats')).status).toBe(200);
    await createStaff(given.db, { email: 'other@clinic.example', roles: ['operator'] }, Date.now());
    const token = await given.token({ email: 'other@clinic.example', sub: 'other' });
    expect((await given.request(EXPORT, { token })).status).toBe(404);
  });
});

describe('a refusal (SE-18, SE-31)', () => {
  it('of the API says in problem+json what to do and when', async () => {
    usedUp('WRITE_LIMIT');
    const response = await given.send('POST', '/api/calls', {});
    expect([response.status, response.headers.get('Retry-After')]).toEqual([429, '60']);
    expect(response.headers.get('Content-Type')).toBe('application/problem+json');
    expect(await response.json()).toEqual({
      ...{ type: 'about:blank', title: 'Too Many Requests', status: 429, code: 'rate_limited' },
      request_id: response.headers.get('X-Request-Id'),
      detail: 'That was too much for one minute. Wait a minute, then go on; nothing was changed.',
    });
  });

  it('of a page says it to people', async () => {
    usedUp('READ_LIMIT');
    const response = await given.request('/dashboard/calls');
    expect([response.status, response.headers.get('Retry-After')]).toEqual([429, '60']);
    expect(response.headers.get('Content-Type')).toBe('text/html; charset=UTF-8');
    expect(await response.text()).toContain('Wait a minute, then load this page again');
  });

  it('leaves one row of the audit and one line a minute, however many there are', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    usedUp('READ_LIMIT');
    const before = (await rowsOf('access.limited')).length;
    const token = await given.token({ email: 'eager@clinic.example', sub: 'eager', exp: Date.now() / 1000 + 3600 });
    for (let n = 0; n < 5; n += 1) expect((await given.request('/api/stats', { token })).status).toBe(429);
    expect((await rowsOf('access.limited')).slice(before)).toMatchObject([
      { actorName: 'eager@clinic.example', status: 429, code: 'rate_limited', route: '*' },
    ]);
    expect(given.logged('limit.refused')).toHaveLength(1);
    vi.setSystemTime(Date.now() + 60_000);
    await given.request('/api/stats', { token });
    expect(await rowsOf('access.limited')).toHaveLength(before + 2);
    vi.useRealTimers();
  });

  it('of a download is a row of the audit under its own name', async () => {
    usedUp('EXPORT_LIMIT');
    const before = (await rowsOf('campaign.results')).length;
    expect((await given.request(EXPORT)).status).toBe(429);
    expect((await rowsOf('campaign.results')).slice(before)).toMatchObject([{ status: 429, code: 'rate_limited' }]);
  });

  it('comes before the database is asked who it is, from the second on (T21)', async () => {
    usedUp('READ_LIMIT');
    const token = await given.token({ email: 'flood@clinic.example', sub: 'flood' });
    await given.request('/api/stats', { token });
    const prepare = vi.spyOn(given.env.DB, 'prepare');
    expect((await given.request('/api/stats', { token })).status).toBe(429);
    expect(prepare).not.toHaveBeenCalled();
  });
});

describe('what counts as what', () => {
  it('reads are GET and HEAD, all else are writes, each by who asks', async () => {
    const [reads, writes] = [use('READ_LIMIT'), use('WRITE_LIMIT')];
    await given.request('/api/stats');
    await given.request('/dashboard/nothing', { method: 'HEAD' });
    await given.send('POST', '/api/patients/search', {});
    await given.request('/api/nothing', { method: 'PROPFIND' });
    const key = 'person admin@clinic.example';
    expect(reads.mock.calls).toEqual([[{ key }], [{ key }]]);
    expect(writes.mock.calls).toEqual([[{ key }], [{ key }]]);
  });

  it('a service token counts for itself, whatever the case of its id', async () => {
    const reads = use('READ_LIMIT');
    await given.request('/api/stats', { token: await signed(serviceClaims(given.team)) });
    await given.request('/api/stats', {
      token: await signed({ ...serviceClaims(given.team), common_name: SERVICE_ID.toUpperCase() }),
    });
    expect(new Set(reads.mock.calls.map(([{ key }]) => key))).toEqual(new Set([`service ${SERVICE_ID}`]));
  });

  it('every route that answers with a table of many, or is named a download, is an export (T15)', () => {
    const isTable = (type: string) => /csv|tab-separated/.test(type);
    const looksLikeOne = routes.filter(
      ({ audit, types = [] }) => /\.(export|results)$/.test(audit) || types.some(isTable),
    );
    // Of one call, which whoever listens to it reads as JSON too; and counts of nobody.
    const others = ['call.read_transcripts', 'analytics.read'];
    expect(
      routes
        .filter(({ isExport }) => isExport === true)
        .map(({ audit }) => audit)
        .sort(),
    ).toEqual(
      looksLikeOne
        .map(({ audit }) => audit)
        .filter((audit) => !others.includes(audit))
        .sort(),
    );
    expect(looksLikeOne.length).toBeGreaterThan(4);
  });

  it('every export is counted before anything is read, and nothing else is', async () => {
    const exports = usedUp('EXPORT_LIMIT');
    for (const { method, path, isExport } of routes.filter((each) => each.method === 'GET' || each.isExport)) {
      const { status } = await given.request(addressOf(path), { method });
      expect([path, status === 429]).toEqual([path, isExport === true]);
    }
    expect(exports.mock.calls.length).toBe(routes.filter(({ isExport }) => isExport === true).length);
  });

  it('the webhook, health, static files and media never count, and are never refused', async () => {
    const limits = (['READ_LIMIT', 'WRITE_LIMIT', 'EXPORT_LIMIT', 'SIGN_IN_LIMIT'] as const).map(usedUp);
    const event = { data: { id: 'ev', event_type: 'call.answered', occurred_at: '2026-11-20T15:00:00Z', payload: {} } };
    const signedEvent = await delivery(JSON.stringify(event));
    expect((await given.app.request(signedEvent, {}, given.env)).status).toBe(200);
    expect((await given.app.request(`${ORIGIN}/healthz`, {}, given.env)).status).toBe(200);
    expect((await given.request('/static/app.css', { token: null })).status).toBe(200);
    expect((await given.request(`/media/med_${NOBODY}/x`, { token: null })).status).toBe(404);
    for (const limit of limits) expect(limit).not.toHaveBeenCalled();
  });
});

describe('a counter that does not answer', () => {
  it('lets reads and writes go on, and says so in the log without who it was', async () => {
    broken('READ_LIMIT');
    broken('WRITE_LIMIT');
    expect((await given.request('/api/stats')).status).toBe(200);
    expect((await given.send('POST', '/api/patients/search', {})).status).toBe(422);
    expect(given.logged('limit.unavailable')).toMatchObject([
      { kind: 'READ_LIMIT', reason: 'Error' },
      { kind: 'WRITE_LIMIT', reason: 'Error' },
    ]);
    expect(given.lines.join()).not.toContain('admin@clinic.example');
  });

  it('holds downloads up (SE-21)', async () => {
    broken('EXPORT_LIMIT');
    const response = await given.request(EXPORT);
    expect([response.status, response.headers.get('Retry-After')]).toEqual([503, '5']);
    expect(await response.json()).toMatchObject({ code: 'limit_unavailable' });
  });

  it('does not open the door to whoever has no token', async () => {
    broken('SIGN_IN_LIMIT');
    expect((await given.request('/api/stats', { token: null })).status).toBe(401);
  });
});

describe('requests without a good sign-in (SE-18, S1-M7)', () => {
  const from = (address: string) => ({ headers: { 'CF-Connecting-IP': address } });

  it('are counted by address, and over the limit 429; the log keeps one line a minute', async () => {
    const limit = usedUp('SIGN_IN_LIMIT');
    for (const token of [null, 'x', await given.token({ aud: ['other'] })]) {
      const response = await given.request('/api/stats', { token, ...from('198.51.100.7') });
      expect([response.status, response.headers.get('Retry-After')]).toEqual([429, '60']);
    }
    expect(limit.mock.calls.map(([{ key }]) => key)).toEqual(Array(3).fill('198.51.100.7'));
    expect(given.logged('access.refused')).toMatchObject([{ reason: 'no_token', code: 'rate_limited' }]);
  });

  it('lock nobody out who has one: a clinic sits behind one address', async () => {
    const limit = usedUp('SIGN_IN_LIMIT');
    expect((await given.request('/api/stats', { token: null, ...from('198.51.100.8') })).status).toBe(429);
    expect((await given.request('/api/stats', from('198.51.100.8'))).status).toBe(200);
    expect(limit).toHaveBeenCalledTimes(1);
  });

  it.each([
    ['2001:db8:12:34:5:6:7:8', '2001:db8:12:34'],
    ['2001:0DB8:12:34::1', '2001:db8:12:34'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
  ])('from %s count for its network', async (address, network) => {
    const limit = use('SIGN_IN_LIMIT');
    await given.request('/api/stats', { token: null, ...from(address) });
    expect(limit.mock.calls).toEqual([[{ key: network }]]);
  });

  it('below the limit are 401, each with its reason in the log', async () => {
    for (let n = 0; n < 3; n += 1) expect((await given.request('/api/stats', { token: null })).status).toBe(401);
    const said = given.logged('access.refused').map(({ reason, code }) => [reason, code ?? null]);
    expect(said).toEqual(Array(3).fill(['no_token', null]));
  });
});

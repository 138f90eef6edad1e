/** The doctor's reads: what is asked of Telnyx, and what is made of each kind of answer. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createAccountReader } from '../../src/telnyx/account.ts';

afterEach(() => vi.restoreAllMocks());

type Answer = { readonly status?: number; readonly body?: unknown; readonly date?: string };

function given(answer: (url: URL) => Answer) {
  const asked: URL[] = [];
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
    const url = new URL(String(input));
    asked.push(url);
    const { status = 200, body = {}, date } = answer(url);
    return Response.json(body, { status, headers: date === undefined ? {} : { date } });
  });
  const reader = createAccountReader({ apiKey: 'KEY', apiBase: 'https://api.telnyx.com/v2', connectionId: '42' });
  return { asked, reader };
}
const refused = (status: number, code: string) => ({
  status,
  body: { errors: [{ code, title: 'no', detail: 'secret' }] },
});

describe('what is asked', () => {
  it('names the application, its profile, and a number by its digits', async () => {
    const { asked, reader } = given(() => ({ body: { data: [] } }));
    await reader.application();
    await reader.profile('p1');
    await reader.number('+12025550100');
    await reader.balance();
    await reader.failedDeliveries('https://intake.example/webhooks/telnyx', Date.UTC(2026, 0, 2));
    expect(asked.map(({ pathname }) => pathname)).toEqual([
      ...['/v2/call_control_applications/42', '/v2/outbound_voice_profiles/p1', '/v2/phone_numbers', '/v2/balance'],
      '/v2/webhook_deliveries',
    ]);
    expect(asked[2]?.searchParams.get('filter[phone_number]')).toBe('12025550100');
    expect(Object.fromEntries(asked[4]?.searchParams ?? [])).toMatchObject({
      'filter[status][eq]': 'failed',
      'filter[attempts][contains]': 'https://intake.example/webhooks/telnyx',
      'filter[started_at][gte]': '2026-01-02T00:00:00.000Z',
    });
  });
});

describe('what is made of an answer', () => {
  it('404 is that there is none; any other refusal is that nobody knows, by its code alone', async () => {
    const { reader } = given((url) =>
      url.pathname.includes('balance') ? refused(500, '10007') : refused(404, '10005'),
    );
    expect(await reader.application()).toEqual({ read: true, value: null });
    expect(await reader.balance()).toEqual({ read: false, why: 'Telnyx answered 500 (10007).' });
    expect(reader.key()).toBe('accepted');
  });

  it.each([
    [refused(401, '10009'), 'refused'],
    [refused(403, '20013'), 'restricted'],
    [refused(403, '10010'), 'restricted'],
    [refused(503, '10007'), 'unknown'],
    [{ body: { data: {} } }, 'accepted'],
  ])('%j tells that the key is %s', async (answer, expected) => {
    const { reader } = given(() => answer);
    await reader.balance();
    expect(reader.key()).toBe(expected);
  });

  it('one read that is not allowed does not make the account a restricted one', async () => {
    const { reader } = given((url) =>
      url.pathname.includes('balance') ? refused(403, '10010') : { body: { data: [] } },
    );
    await Promise.all([reader.balance(), reader.number('+12025550100')]);
    expect(reader.key()).toBe('accepted');
  });

  it('takes only the very number, and none that is deleted', async () => {
    const row = (phone_number: string, status = 'active') => ({ phone_number, status, connection_id: '42' });
    const { reader } = given(() => ({ body: { data: [row('+120255501001'), row('+12025550100', 'deleted')] } }));
    expect(await reader.number('+12025550100')).toEqual({ read: true, value: null });
    const { reader: other } = given(() => ({ body: { data: [row('+12025550100')] } }));
    expect(await other.number('+12025550100')).toMatchObject({ value: { status: 'active', records: false } });
  });

  it('a limit that is not enforced is none, and an empty address is none', async () => {
    const profile = { daily_spend_limit: '5.00', daily_spend_limit_enabled: false, whitelisted_destinations: ['US'] };
    const { reader } = given((url) => ({
      body: { data: url.pathname.includes('profiles') ? profile : { id: '42', webhook_event_failover_url: '' } },
    }));
    expect(await reader.profile('p1')).toMatchObject({ value: { dailySpendUsd: null, enabled: true, records: false } });
    expect(await reader.application()).toMatchObject({
      value: { failoverUrl: null, webhookVersion: null, webhookUrl: null, profileId: null, redactsKeys: false },
    });
  });

  it('reads the difference of the clocks from every answer, refusals too', async () => {
    const date = new Date(Date.now() - 120_000).toUTCString();
    const { reader } = given(() => ({ ...refused(500, '10007'), date }));
    expect(reader.clockSkewMs()).toMatchObject({ read: false });
    await reader.balance();
    const skew = reader.clockSkewMs();
    expect(skew.read && Math.round(skew.value / 1000)).toBeCloseTo(120, -1);
  });
});

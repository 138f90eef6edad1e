/** What the account at Telnyx must be like for a call to go through (X15, U22): each thing that is wrong is named, and nothing else. */
import { describe, expect, it } from 'vitest';
import type { Reading } from '../../../src/domain/doctor/finding.ts';
import {
  type AccountFacts,
  type AccountNeeds,
  type ApplicationFacts,
  judgeAccount,
  type NumberFacts,
  type ProfileFacts,
} from '../../../src/domain/doctor/telnyx-account.ts';

const NUMBER = '+12025550100';
const URL = 'https://intake.example/webhooks/telnyx';
const needs: AccountNeeds = {
  connectionId: '1494404757140276705',
  webhookUrl: URL,
  maxLiveCalls: 5,
  spendCapUsd: 50,
  loopback: false,
};
const read = <T>(value: T): Reading<T> => ({ read: true, value });
const unread: Reading<never> = { read: false, why: 'Telnyx answered 500.' };

const application: ApplicationFacts = {
  ...{ active: true, webhookVersion: '2', webhookUrl: URL, failoverUrl: null },
  ...{ profileId: 'p1', channelLimit: null, redactsKeys: true },
};
const profile: ProfileFacts = {
  ...{ enabled: true, destinations: ['US', 'CA'], concurrentLimit: null, dailySpendUsd: null },
  ...{ hasCallingWindow: false, records: false },
};
const owned: NumberFacts = { status: 'active', connectionId: needs.connectionId, records: false };
const good: AccountFacts = {
  key: 'accepted',
  application: read(application),
  profile: read(profile),
  numbers: [{ number: NUMBER, found: read(owned) }],
  balance: read({ available: 500, currency: 'USD' }),
  clockSkewMs: read(-700),
};
const app = (change: Partial<ApplicationFacts>) => ({ application: read({ ...application, ...change }) });
const prof = (change: Partial<ProfileFacts>) => ({ profile: read({ ...profile, ...change }) });
const num = (change: Partial<NumberFacts> | null) => ({
  numbers: [{ number: NUMBER, found: read(change === null ? null : { ...owned, ...change }) }],
});

/** What is not ok. */
const wrong = (change: Partial<AccountFacts>, need: Partial<AccountNeeds> = {}) =>
  judgeAccount({ ...good, ...change }, { ...needs, ...need })
    .filter(({ code }) => code !== 'ok')
    .map(({ code, level }) => `${level} ${code}`);

describe('the account at Telnyx', () => {
  it('is green when everything is as it should be, one line for each check', () => {
    expect(judgeAccount(good, needs).map(({ check, code }) => [check, code])).toEqual(
      ['api_key', 'connection', 'outbound_profile', 'numbers', 'balance', 'clock'].map((check) => [check, 'ok']),
    );
  });

  const cases: [string, Partial<AccountFacts>, string][] = [
    ['the key is not known', { key: 'refused' }, 'fault api_key_refused'],
    ['the account may not do this', { key: 'restricted' }, 'fault account_restricted'],
    ['the key was never judged', { key: 'unknown' }, 'warning not_checked'],
    ['the application is off', app({ active: false }), 'fault connection_inactive'],
    ['webhooks are of version 1', app({ webhookVersion: '1' }), 'fault webhook_version_old'],
    ['the version was never set', app({ webhookVersion: null }), 'fault webhook_version_old'],
    ['webhooks go elsewhere', app({ webhookUrl: 'https://old.example/hook' }), 'fault webhook_url_wrong'],
    ['webhooks go nowhere', app({ webhookUrl: null }), 'fault webhook_url_wrong'],
    ['webhooks go to another path of ours', app({ webhookUrl: `${URL}/` }), 'fault webhook_url_wrong'],
    ['failed webhooks go elsewhere', app({ failoverUrl: 'https://old.example/hook' }), 'fault failover_url_foreign'],
    ['keys stand in debug logs', app({ redactsKeys: false }), 'warning keys_logged'],
    ['no profile is attached (D38)', app({ profileId: null }), 'fault profile_missing'],
    ['the attached profile is gone', { profile: read(null) }, 'fault profile_missing'],
    ['the profile is off', prof({ enabled: false }), 'fault profile_disabled'],
    ['the US is not allowed', prof({ destinations: ['CA'] }), 'fault destination_missing'],
    ['nowhere is allowed', prof({ destinations: [] }), 'fault destination_missing'],
    ['Telnyx records by itself (RC-02)', prof({ records: true }), 'fault profile_records_calls'],
    ['nothing may be spent', prof({ dailySpendUsd: 0 }), 'fault spend_limit_zero'],
    ['less may be spent than the cap', prof({ dailySpendUsd: 49.99 }), 'warning spend_limit_low'],
    ['fewer calls at a time by the profile', prof({ concurrentLimit: 4 }), 'warning channels_low'],
    ['fewer calls at a time by the connection', app({ channelLimit: 4 }), 'warning channels_low'],
    ['Telnyx has a window of its own', prof({ hasCallingWindow: true }), 'warning calling_window_set'],
    ['the number is another’s', num(null), 'fault number_not_owned'],
    ['the number waits', num({ status: 'port-pending' }), 'fault number_inactive'],
    ['the number rings elsewhere', num({ connectionId: '9' }), 'fault number_elsewhere'],
    ['the number rings nowhere', num({ connectionId: null }), 'fault number_elsewhere'],
    ['the number records by itself', num({ records: true }), 'fault number_records_calls'],
    ['no money is left', { balance: read({ available: 0, currency: 'USD' }) }, 'fault balance_empty'],
    ['debts', { balance: read({ available: -3, currency: 'USD' }) }, 'fault balance_empty'],
    ['less money than a day may cost', { balance: read({ available: 49, currency: 'USD' }) }, 'warning balance_low'],
    ['a clock that drifts', { clockSkewMs: read(5001) }, 'warning clock_drift'],
    ['a clock that drifts back', { clockSkewMs: read(-60_000) }, 'warning clock_drift'],
    ['a clock that is wrong', { clockSkewMs: read(60_001) }, 'fault clock_wrong'],
    ['a clock that is wrong the other way', { clockSkewMs: read(-60_001) }, 'fault clock_wrong'],
    ['the profile was not read', { profile: unread }, 'warning not_checked'],
    ['a number was not read', { numbers: [{ number: NUMBER, found: unread }] }, 'warning not_checked'],
    ['the balance was not read', { balance: unread }, 'warning not_checked'],
    ['no clock was read', { clockSkewMs: unread }, 'warning not_checked'],
  ];
  it.each(cases)('%s: that, and nothing else (TC-23, S2-L4)', (_, change, expected) => {
    expect(wrong(change)).toEqual([expected]);
  });

  it('an application that is not there leaves its profile unknown, not green', () => {
    expect(wrong({ application: read(null) })).toEqual(['fault connection_unknown', 'warning not_checked']);
    expect(wrong({ application: unread })).toEqual(['warning not_checked', 'warning not_checked']);
  });

  it('a failover to this very address is fine, limits that suffice are, and money of another kind is not compared', () => {
    expect(wrong(app({ failoverUrl: URL, channelLimit: 5 }))).toEqual([]);
    expect(wrong(prof({ concurrentLimit: 5, dailySpendUsd: 50 }))).toEqual([]);
    expect(wrong({ balance: read({ available: 3, currency: 'EUR' }) })).toEqual([]);
  });

  it('says several things of one thing when several are wrong', () => {
    const numbers = [
      { number: NUMBER, found: read({ ...owned, status: 'port-pending', records: true }) },
      { number: '+12025550111', found: read(null) },
    ];
    expect(wrong({ numbers })).toEqual([
      ...['fault number_inactive', 'fault number_records_calls', 'fault number_not_owned'],
    ]);
  });

  it('says that a stand-in answered, when one did', () => {
    const [key] = judgeAccount(good, { ...needs, loopback: true });
    expect(key?.detail).toContain('stand-in');
    expect(judgeAccount(good, needs)[0]?.detail).not.toContain('stand-in');
  });

  it('repeats nothing secret that an address could hold', () => {
    const url = 'https://user:pass@old.example/hook?token=abc#x';
    const told = judgeAccount({ ...good, ...app({ webhookUrl: url, failoverUrl: url }) }, needs);
    expect(JSON.stringify(told)).not.toMatch(/pass|token|abc/);
  });
});

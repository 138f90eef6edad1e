/**
 * The doctor of a whole installation (X15, U22): green when everything is, and one fault injected is one finding with its own exit
 * code, while nothing else turns red.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CODES, type FindingCode } from '../../src/domain/doctor/codes.ts';
import { CHECKS } from '../../src/domain/doctor/finding.ts';
import { noteSign } from '../../src/store/signs.ts';
import { clearStorage } from '../support/given-erasable.ts';
import { testEnv } from '../support/worker-env.ts';
import { ORIGIN } from './given-app.ts';
import { type GivenDoctor, givenDoctor, handOnProbes } from './given-doctor.ts';

const HOUR = 3_600_000;
let doctor: GivenDoctor;
beforeEach(async () => {
  await clearStorage();
  doctor = await givenDoctor();
});
afterEach(() => vi.restoreAllMocks());

const toSignIn = () =>
  new Response(null, {
    status: 302,
    headers: { Location: 'https://team.example/cdn-cgi/access/login/intake.example' },
  });

it('is green when everything is, having looked at everything', async () => {
  const report = await doctor.report();
  expect(await doctor.wrong()).toEqual([]);
  expect(report).toMatchObject({ ok: true, exit_code: 0, checked_at: expect.stringMatching(/^\d{4}-.*Z$/) });
  expect(new Set(report.findings.map(({ check }) => check))).toEqual(new Set(CHECKS));
  expect(report.findings.every(({ remedy, exit_code }) => remedy === null && exit_code === 0)).toBe(true);
});

type Break = (doctor: GivenDoctor) => unknown;
const account =
  (change: Parameters<GivenDoctor['engine']['account']['change']>[0]): Break =>
  ({ engine }) =>
    engine.account.change(change);
const fail =
  (path: RegExp, fault: object): Break =>
  ({ engine }) =>
    engine.failNext({ path, times: 9, ...fault });

describe('one thing that is wrong', () => {
  const cases: [string, FindingCode, Break][] = [
    ['the application is off', 'connection_inactive', account({ application: { active: false } })],
    ['webhooks of version 1', 'webhook_version_old', account({ application: { webhook_api_version: '1' } })],
    [
      'webhooks go elsewhere',
      'webhook_url_wrong',
      account({ application: { webhook_event_url: 'https://old.example/' } }),
    ],
    [
      'failed webhooks go elsewhere',
      'failover_url_foreign',
      account({ application: { webhook_event_failover_url: 'https://old.example/' } }),
    ],
    ['keys in debug logs', 'keys_logged', account({ application: { redact_dtmf_debug_logging: false } })],
    [
      'no outbound voice profile, every call would fail with D38',
      'profile_missing',
      account({ application: { outbound: { outbound_voice_profile_id: null } } }),
    ],
    ['the profile is gone', 'profile_missing', account({ profileExists: false })],
    ['the profile is off', 'profile_disabled', account({ profile: { enabled: false } })],
    ['the US is not allowed', 'destination_missing', account({ profile: { whitelisted_destinations: ['CA'] } })],
    [
      'Telnyx records by itself',
      'profile_records_calls',
      account({ profile: { call_recording: { call_recording_type: 'all' } } }),
    ],
    [
      'a spend limit of nothing',
      'spend_limit_zero',
      account({ profile: { daily_spend_limit: '0.00', daily_spend_limit_enabled: true } }),
    ],
    [
      'a spend limit below the cap',
      'spend_limit_low',
      account({ profile: { daily_spend_limit: '20.00', daily_spend_limit_enabled: true } }),
    ],
    ['one call at a time', 'channels_low', account({ profile: { concurrent_call_limit: 1 } })],
    [
      'a calling window',
      'calling_window_set',
      account({ profile: { calling_window: { start_time: '08:00', end_time: '12:00' } } }),
    ],
    ['the number is not ours', 'number_not_owned', account({ numbers: { '+12025550100': null } })],
    ['the number waits', 'number_inactive', account({ numbers: { '+12025550100': { status: 'port-pending' } } })],
    [
      'the number rings elsewhere',
      'number_elsewhere',
      account({ numbers: { '+12025550100': { connection_id: '7' } } }),
    ],
    [
      'the number records by itself',
      'number_records_calls',
      account({ numbers: { '+12025550100': { call_recording_enabled: true } } }),
    ],
    ['no money', 'balance_empty', account({ balance: { available_credit: '0.00' } })],
    ['little money', 'balance_low', account({ balance: { available_credit: '9.00' } })],
    ['a clock that drifts', 'clock_drift', account({ clockAheadMs: 20_000 })],
    ['a clock that is wrong', 'clock_wrong', account({ clockAheadMs: -120_000 })],
    ['Access before the webhooks', 'webhook_behind_access', ({ inFront }) => inFront.set('/webhooks/telnyx', toSignIn)],
    ['Access before the audio', 'media_behind_access', ({ inFront }) => inFront.set('/media/doctor/none', toSignIn)],
    ['Access before health', 'health_behind_access', ({ inFront }) => inFront.set('/healthz', toSignIn)],
    [
      'Access that refuses programs',
      'webhook_behind_access',
      ({ inFront }) =>
        inFront.set(
          '/webhooks/telnyx',
          () => new Response(null, { status: 401, headers: { 'WWW-Authenticate': 'Cloudflare-Access resource' } }),
        ),
    ],
    [
      'another server at the address',
      'webhook_not_ours',
      ({ inFront }) => inFront.set('/webhooks/telnyx', () => new Response('no', { status: 401 })),
    ],
    [
      'a server that takes anything',
      'webhook_open',
      ({ inFront }) => inFront.set('/webhooks/telnyx', () => new Response('ok')),
    ],
    [
      'nobody at the address',
      'webhook_unreachable',
      ({ inFront }) =>
        inFront.set('/webhooks/telnyx', () => {
          throw new TypeError('network');
        }),
    ],
    ['no webhook ever', 'webhook_unproven', () => testEnv.DB.exec("delete from signs where name = 'webhook_verified'")],
    [
      'webhooks that another key signed',
      'webhook_signature_refused',
      async ({ given }) => {
        await testEnv.DB.exec("delete from signs where name = 'webhook_verified'");
        await noteSign(given.db, 'webhook_refused', { at: Date.now(), code: 'signature_mismatch' });
      },
    ],
    [
      'deliveries that fail',
      'webhook_deliveries_failing',
      ({ engine }) =>
        Object.assign(engine.deliveries, {
          0: {
            ...{ at: Date.now() - 60_000, eventId: 'ev-1', eventType: 'call.answered', callControlId: 'v3:c' },
            ...{ attempt: 1, status: 302, url: `${ORIGIN}/webhooks/telnyx` },
          },
        }) && testEnv.DB.exec(`update signs set at = ${Date.now() - 2 * HOUR} where name = 'webhook_verified'`),
    ],
    [
      'the keys of Access cannot be fetched',
      'access_keys_unreachable',
      async ({ given }) => {
        // Those of this very request are held already.
        await given.request('/api/staff');
        given.jwks.down = true;
      },
    ],
    ['no cron', 'cron_silent', () => testEnv.DB.exec("delete from signs where name = 'cron'")],
    [
      'a cron that fails',
      'cron_failed',
      ({ given }) => noteSign(given.db, 'cron', { at: Date.now(), code: 'Error' }, -1),
    ],
    [
      'a job queue that takes nothing',
      'job_queue_silent',
      () => vi.spyOn(testEnv.JOB_QUEUE, 'send').mockRejectedValue(new Error('full')),
    ],
    [
      'a bucket that loses what is written',
      'storage_failed',
      () => vi.spyOn(testEnv.BUCKET, 'get').mockResolvedValue(null),
    ],
    ['a bucket that fails', 'storage_failed', () => vi.spyOn(testEnv.BUCKET, 'put').mockRejectedValue(new Error('no'))],
    [
      'no style sheet',
      'assets_failed',
      () => vi.spyOn(testEnv.ASSETS, 'fetch').mockResolvedValue(new Response(null, { status: 404 })),
    ],
    [
      'an object that does not answer',
      'objects_failed',
      () =>
        vi.spyOn(testEnv.CAMPAIGN_RUNNER, 'getByName').mockReturnValue({
          wake: () => Promise.reject(new Error('reset')),
        } as unknown as ReturnType<typeof testEnv.CAMPAIGN_RUNNER.getByName>),
    ],
  ];
  it.each(cases)('%s: %s, and nothing else', async (_, code, breakIt) => {
    await breakIt(doctor);
    const report = await doctor.report();
    const wrong = report.findings.filter((finding) => finding.code !== 'ok');
    const { level, exitCode } = CODES[code];
    expect(wrong).toMatchObject([{ code, level, exit_code: exitCode, remedy: expect.stringMatching(/\w{3}/) }]);
    expect(wrong[0]?.remedy).not.toMatch(/[{}]/);
    expect([report.ok, report.exit_code]).toEqual([level === 'warning', exitCode]);
  });

  it('queues that stand still are two faults, and the doctor does not wait for ever', async () => {
    handOnProbes(['dial_queue', 'job_queue']);
    expect(await doctor.wrong()).toEqual(['dial_queue fault dial_queue_silent', 'job_queue fault job_queue_silent']);
  });

  it('an application of that id that is not there leaves its profile unknown', async () => {
    doctor.engine.account.change({ applicationExists: false });
    expect(await doctor.wrong()).toEqual([
      'connection fault connection_unknown',
      'outbound_profile warning not_checked',
    ]);
  });

  it('a key that Telnyx does not know leaves everything there unknown, and only itself red', async () => {
    fail(/./, { status: 401, code: '10009' })(doctor);
    const report = await doctor.report();
    expect([report.ok, report.exit_code]).toEqual([false, CODES.api_key_refused.exitCode]);
    expect(report.findings.filter(({ level }) => level === 'fault').map(({ code }) => code)).toEqual([
      'api_key_refused',
    ]);
    expect(await doctor.wrong()).toEqual([
      'api_key fault api_key_refused',
      ...['connection', 'outbound_profile', 'numbers', 'balance', 'webhook_deliveries'].map(
        (check) => `${check} warning not_checked`,
      ),
    ]);
  });

  it('an account that is blocked is told from a key that is refused', async () => {
    fail(/./, { status: 403, code: '20013' })(doctor);
    expect((await doctor.wrong())[0]).toBe('api_key fault account_restricted');
  });
});

describe('what is set wrong', () => {
  it.each<[Parameters<typeof givenDoctor>[0], string[]]>([
    [{ CALLBACK_NUMBER: '+442079460958' }, ['clinic fault callback_number_invalid']],
    [{ ADMIN_EMAILS: 'admin@clinic.example,ada' }, ['admins fault admin_malformed']],
    [{ ALERT_URL: '' }, ['alerts warning alerts_nowhere']],
    [{ ALERT_SECRET: '' }, ['alerts warning alerts_unsigned']],
    [{ TELNYX_PUBLIC_KEY: `AQ${'A'.repeat(41)}=` }, ['public_key fault public_key_malformed']],
  ])('%j', async (variables, expected) => {
    vi.restoreAllMocks();
    const installation = await givenDoctor(variables);
    // A key that cannot be used also makes the worker answer 503 at its own address.
    expect((await installation.wrong()).filter((line) => !line.startsWith('webhook_address'))).toEqual(expected);
  });
});

describe('what cannot be looked at', () => {
  const reads: [RegExp, string][] = [
    [/call_control_applications/, 'connection'],
    [/outbound_voice_profiles/, 'outbound_profile'],
    [/phone_numbers/, 'numbers'],
    [/balance/, 'balance'],
    [/webhook_deliveries/, 'webhook_deliveries'],
  ];
  it.each(reads)('%s with an error of Telnyx is not checked, and never green', async (path, check) => {
    fail(path, { status: 503, code: '10007' })(doctor);
    const report = await doctor.report();
    expect([report.ok, report.exit_code]).toEqual([false, 3]);
    const wrong = await doctor.wrong();
    expect(wrong).toContain(`${check} warning not_checked`);
    // Only the profile is not known without the application.
    const others = check === 'connection' ? ['outbound_profile warning not_checked'] : [];
    expect(wrong.filter((line) => !line.startsWith(check))).toEqual(others);
  });

  it('Telnyx that does not answer at all takes less than ten seconds, and is nowhere green', async () => {
    fail(/./, { hang: true })(doctor);
    const began = performance.now();
    const report = await doctor.report();
    expect(performance.now() - began).toBeLessThan(10_000);
    expect([report.ok, report.exit_code]).toEqual([false, 3]);
    const unknown = report.findings.filter(({ code }) => code === 'not_checked').map(({ check }) => check);
    expect(unknown).toEqual([
      ...['api_key', 'connection', 'outbound_profile', 'numbers', 'balance', 'clock', 'webhook_deliveries'],
    ]);
  });

  it('a database without its list of migrations says so, and one that lacks some names them', async () => {
    await testEnv.DB.exec('alter table d1_migrations rename to hidden');
    expect(await doctor.wrong()).toEqual(['database warning not_checked']);
    await testEnv.DB.exec('alter table hidden rename to d1_migrations');
    await testEnv.DB.exec("update d1_migrations set name = '9999_newer.sql' where name like '0004%'");
    expect(await doctor.wrong()).toEqual(['database fault migrations_missing']);
    await testEnv.DB.exec("update d1_migrations set name = '0004_campaigns.sql' where name like '9999%'");
    await testEnv.DB.exec("insert into d1_migrations (name) values ('9999_newer.sql')");
    expect(await doctor.wrong()).toEqual(['database warning migrations_newer']);
    await testEnv.DB.exec("delete from d1_migrations where name like '9999%'");
  });

  it('a binding that is missing is named, and what hangs on it is unknown', async () => {
    Object.assign(doctor.given.env, { BUCKET: undefined });
    expect(await doctor.wrong()).toEqual(['bindings fault binding_missing', 'storage warning not_checked']);
  });
});

it('leaves nothing behind: no object in the bucket, nobody rung', async () => {
  await doctor.report();
  // The vault's own copy is put there once in the life of a bucket.
  const { objects } = await testEnv.BUCKET.list();
  expect(objects.filter(({ key }) => key !== 'vault/keys.ndjson')).toEqual([]);
  expect(doctor.engine.dials).toEqual([]);
  expect(doctor.engine.log.every((entry) => entry.kind !== 'request' || entry.method === 'GET')).toBe(true);
});

it('says nothing of a key, a patient or an answer of Telnyx', async () => {
  fail(/balance/, { status: 403, code: '10010' })(doctor);
  const text = JSON.stringify(await doctor.report());
  expect(text).not.toMatch(/KEY0123|A fault that was asked for|pat_/);
});

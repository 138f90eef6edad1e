/** What the deployment needs of Cloudflare, each part tried: what does not work is named, and what was not tried is never green. */
import { describe, expect, it } from 'vitest';
import { judgeAccess } from '../../../src/domain/doctor/access.ts';
import { judgeDials } from '../../../src/domain/doctor/dials.ts';
import type { Reading } from '../../../src/domain/doctor/finding.ts';
import { judgeJobs, judgeKeys, type KeyFacts } from '../../../src/domain/doctor/keys-and-jobs.ts';
import { judgePlatform, type PlatformFacts, type Tried } from '../../../src/domain/doctor/platform.ts';
import { judgeSetup, type SetupFacts } from '../../../src/domain/doctor/setup.ts';

const NOW = Date.UTC(2026, 10, 23, 15);
const read = <T>(value: T): Reading<T> => ({ read: true, value });
const unread: Reading<never> = { read: false, why: 'The database failed.' };
const came = { sent: true, tookMs: read(120) };

const good: PlatformFacts = {
  missingBindings: [],
  database: 'fine',
  migrations: read({ needed: ['0000_a.sql', '0001_b.sql'], applied: ['0000_a.sql', '0001_b.sql'] }),
  storage: 'fine',
  objects: [
    { name: 'DIALER', tried: 'fine' },
    { name: 'KEY_VAULT', tried: 'fine' },
  ],
  assets: 'fine',
  cron: read({ at: NOW - 20_000, code: null }),
  queues: { dial_queue: came, job_queue: came },
};
const verdicts = (findings: readonly { check: string; level: string; code: string }[]) =>
  findings.filter(({ code }) => code !== 'ok').map(({ check, level, code }) => `${check} ${level} ${code}`);
const wrong = (change: Partial<PlatformFacts>) => verdicts(judgePlatform({ ...good, ...change }, NOW));
const objects = (tried: Tried) => ({ objects: [...good.objects, { name: 'CAMPAIGN_RUNNER', tried }] });
const queues = (change: Partial<PlatformFacts['queues']>) => ({ queues: { ...good.queues, ...change } });

describe('the deployment', () => {
  it('is green when every part was tried and works', () => {
    const told = judgePlatform(good, NOW);
    expect(told.map(({ check }) => check)).toEqual([
      ...['bindings', 'database', 'storage', 'objects', 'assets', 'cron', 'dial_queue', 'job_queue'],
    ]);
    expect(told.every(({ code }) => code === 'ok')).toBe(true);
  });

  const cases: [string, Partial<PlatformFacts>, string][] = [
    ['a binding is missing', { missingBindings: ['BUCKET'] }, 'bindings fault binding_missing'],
    ['the database fails', { database: 'failed' }, 'database fault database_failed'],
    ['the database is slow', { database: 'late' }, 'database warning not_checked'],
    ['the list of migrations was not read', { migrations: unread }, 'database warning not_checked'],
    [
      'a migration is missing',
      { migrations: read({ needed: ['0000_a.sql', '0001_b.sql'], applied: ['0000_a.sql'] }) },
      'database fault migrations_missing',
    ],
    [
      'the database is newer',
      { migrations: read({ needed: ['0000_a.sql'], applied: ['0000_a.sql', '0001_b.sql'] }) },
      'database warning migrations_newer',
    ],
    ['the bucket fails', { storage: 'failed' }, 'storage fault storage_failed'],
    ['the bucket is slow', { storage: 'late' }, 'storage warning not_checked'],
    ['the bucket is not bound', { storage: 'unbound' }, 'storage warning not_checked'],
    ['an object fails', objects('failed'), 'objects fault objects_failed'],
    ['an object is slow', objects('late'), 'objects warning not_checked'],
    ['an object is not bound', objects('unbound'), 'objects warning not_checked'],
    ['the files are gone', { assets: 'failed' }, 'assets fault assets_failed'],
    ['the cron never ran', { cron: read(null) }, 'cron fault cron_silent'],
    ['the cron stopped', { cron: read({ at: NOW - 300_001, code: null }) }, 'cron fault cron_silent'],
    ['the cron fails', { cron: read({ at: NOW, code: 'Error' }) }, 'cron fault cron_failed'],
    ['the cron was not read', { cron: unread }, 'cron warning not_checked'],
    [
      'nothing comes out of the dial queue',
      queues({ dial_queue: { sent: true, tookMs: read(null) } }),
      'dial_queue fault dial_queue_silent',
    ],
    [
      'nothing can be put into the job queue',
      queues({ job_queue: { sent: false, tookMs: unread } }),
      'job_queue fault job_queue_silent',
    ],
    ['nobody could look', queues({ job_queue: { sent: true, tookMs: unread } }), 'job_queue warning not_checked'],
  ];
  it.each(cases)('%s: that, and nothing else', (_, change, expected) => {
    expect(wrong(change)).toEqual([expected]);
  });
});

describe('settings that parse and are wrong', () => {
  const setup: SetupFacts = {
    ...{ loopback: false, unconfirmedVendors: [], badNumbers: [], badFromNumbers: [] },
    ...{ admins: ['ada@clinic.example', '0123abcd.access'], timeZone: 'America/New_York' },
    transcriber: { engine: 'openai', refusal: null },
    alerts: { isSent: true, isSigned: true },
  };
  it.each<[string, Partial<SetupFacts>, string[]]>([
    ['nothing', {}, []],
    ['an agreement', { unconfirmedVendors: ['cloudflare'] }, ['agreements fault vendor_unconfirmed']],
    ['an agreement that a stand-in does not need', { unconfirmedVendors: ['telnyx'], loopback: true }, []],
    ['a number to ring', { badNumbers: ['CALLBACK_NUMBER'] }, ['clinic fault callback_number_invalid']],
    ['a number to ring from', { badFromNumbers: ['+442079460958'] }, ['clinic fault from_number_invalid']],
    ['an administrator who is none', { admins: ['ada@clinic.example', 'ada'] }, ['admins fault admin_malformed']],
    ['a transcriber that is off', { transcriber: { engine: 'off', refusal: 'transcriber_off' } }, []],
    [
      'a transcriber without its key',
      { transcriber: { engine: 'openai', refusal: 'no_api_key' } },
      ['transcriber fault transcriber_unusable'],
    ],
    [
      'a transcriber without an agreement',
      { transcriber: { engine: 'openai', refusal: 'vendor_not_confirmed' } },
      ['transcriber fault transcriber_unusable'],
    ],
    ['no address for alerts', { alerts: { isSent: false, isSigned: true } }, ['alerts warning alerts_nowhere']],
    ['alerts without a signature', { alerts: { isSent: true, isSigned: false } }, ['alerts warning alerts_unsigned']],
    ['no person among them', { admins: ['0123abcd.access'] }, ['admins warning no_person_is_admin']],
  ])('%s', (_, change, expected) => {
    expect(verdicts(judgeSetup({ ...setup, ...change }))).toEqual(expected);
  });
});

describe('what is stored', () => {
  const keys: KeyFacts = { missing: [], wrong: [], outdated: null, rotationDead: false };
  it.each<[string, Partial<KeyFacts>, string[]]>([
    ['opens', {}, []],
    ['a key is gone', { missing: [{ keyId: 'k1', patients: 3, listed: true }] }, ['keys fault key_missing']],
    ['a key has other bytes', { wrong: ['k1'] }, ['keys fault key_wrong']],
    ['a rotation goes on', { outdated: 4 }, ['keys warning rotation_running']],
    ['a rotation was given up', { outdated: 4, rotationDead: true }, ['keys fault rotation_stopped']],
  ])('%s', (_, change, expected) => {
    expect(verdicts(judgeKeys({ ...keys, ...change }))).toEqual(expected);
  });

  it('work that was given up is counted, up to a hundred', () => {
    expect(
      [judgeJobs(0), judgeJobs(1), judgeJobs(2), judgeJobs(100)].map(({ code, detail }) => [code, detail]),
    ).toEqual([
      ['ok', 'No work was given up.'],
      ['dead_letters', '1 piece of work was given up after the last try.'],
      ['dead_letters', '2 pieces of work were given up after the last try.'],
      ['dead_letters', '100 or more pieces of work were given up after the last try.'],
    ]);
  });
});

describe('the dials of the last day', () => {
  const at = (minutesAgo: number, code = '10010') => ({ at: NOW - minutesAgo * 60_000, code });
  it.each([
    ['nobody was rung', { refused: [], acceptedAt: null }, 'ok'],
    ['all went through', { refused: [], acceptedAt: NOW }, 'ok'],
    ['the only one was refused', { refused: [at(3)], acceptedAt: null }, 'dials_refused'],
    ['two were refused after one that was not', { refused: [at(1), at(2)], acceptedAt: at(5).at }, 'ok'],
    ['three were', { refused: [at(1), at(2), at(3)], acceptedAt: at(5).at }, 'dials_refused'],
    ['many were, and one went through since', { refused: [at(2), at(3), at(4)], acceptedAt: at(1).at }, 'ok'],
  ] as const)('%s', (_, facts, code) => {
    expect(judgeDials(facts, NOW).code).toBe(code);
  });

  it('names the codes of Telnyx, each once', () => {
    const told = judgeDials({ refused: [at(3), at(4, '20016'), at(5)], acceptedAt: null }, NOW);
    expect(told.detail).toBe('3 dials in a row were refused, the last 3 minutes ago, with 10010, 20016.');
  });
});

it.each<[Reading<number>, string]>([
  [read(2), 'ok'],
  [read(0), 'access_keys_unreachable'],
  [unread, 'access_keys_unreachable'],
])('signing in with %j is “%s”', (keys, code) => {
  expect(judgeAccess(keys, 'https://team.example').code).toBe(code);
});

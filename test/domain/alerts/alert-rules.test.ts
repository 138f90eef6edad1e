/** What counts as wrong with an installation (C77, U31): each rule at its edge, and nothing wrong where nothing is. */
import { describe, expect, it } from 'vitest';
import {
  ALERT_KINDS,
  ALERT_LIMITS,
  type AlertFacts,
  breachesIn,
  silentCron,
} from '../../../src/domain/alerts/alert-rules.ts';
import { alertText } from '../../../src/domain/alerts/alert-texts.ts';

const NOW = Date.UTC(2030, 0, 7, 15);
const MINUTE = 60_000;
const WELL: AlertFacts = {
  now: NOW,
  dials: { refused: [], acceptedAt: NOW - MINUTE },
  silentCalls: 0,
  signs: {
    audit: null,
    databaseBehind: null,
    webhookBurst: null,
    webhookStale: null,
    deniedBurst: null,
    redaction: null,
    hintDead: null,
  },
  ended: { calls: 100, failed: 3 },
  lateJobs: 0,
  deadJobs: 0,
  deadDeliveries: [],
  spend: { spentNanos: 10, capNanos: 100 },
  unreviewedEmergencies: [],
};
const seen = (changes: Partial<AlertFacts>) =>
  breachesIn({ ...WELL, ...changes }).map(({ kind, subject, code }) => `${kind}/${subject}: ${code}`);
const signs = (changes: Partial<AlertFacts['signs']>) => ({ signs: { ...WELL.signs, ...changes } });
const refused = (...minutesAgo: number[]) => minutesAgo.map((ago) => ({ at: NOW - ago * MINUTE, code: '10010' }));

it('an installation that works has nothing wrong with it', () => {
  expect(seen({})).toEqual([]);
  expect(seen({ dials: { refused: [], acceptedAt: null }, ended: { calls: 0, failed: 0 } })).toEqual([]);
});

describe('the line is down (C77)', () => {
  it('when Telnyx refused three dials in a row and took none since', () => {
    expect(seen({ dials: { refused: refused(1, 2, 3), acceptedAt: NOW - 4 * MINUTE } })).toEqual([
      'line_down/dials: 10010',
    ]);
    expect(seen({ dials: { refused: refused(1, 2, 3), acceptedAt: null } })).toEqual(['line_down/dials: 10010']);
  });
  it('not when fewer were, or one was taken in between', () => {
    expect(seen({ dials: { refused: refused(1, 2), acceptedAt: null } })).toEqual([]);
    expect(seen({ dials: { refused: refused(1, 2, 4), acceptedAt: NOW - 3 * MINUTE } })).toEqual([]);
  });
  it('not when it was too much at once, which the dialer answers by slowing down', () => {
    const crowded = refused(1, 2, 3).map(({ at }) => ({ at, code: '90041' }));
    expect(seen({ dials: { refused: crowded, acceptedAt: null } })).toEqual([]);
    expect(seen({ dials: { refused: [...crowded, ...refused(4, 5)], acceptedAt: null } })).toEqual([]);
    expect(seen({ dials: { refused: [...crowded, ...refused(4, 5, 6)], acceptedAt: null } })).toEqual([
      'line_down/dials: 10010',
    ]);
  });
  it('when what is due comes out of no queue', () => {
    expect(seen({ lateJobs: 3 })).toEqual(['line_down/queues: queue_silent']);
  });
  it('when the cron has not run for five minutes; not when it never ran, which is an installation being set up', () => {
    const silent = (minutes: number) => silentCron({ at: NOW - minutes * MINUTE, code: null }, NOW);
    expect([silentCron(null, NOW), silent(4.9)]).toEqual([null, null]);
    expect(silent(5)).toEqual({ kind: 'line_down', subject: 'cron', code: 'cron_silent', count: null });
  });
  it('when a call was taken and no webhook told of it', () => {
    expect(seen({ silentCalls: 1 })).toEqual(['line_down/webhooks: no_webhooks']);
  });
});

it('many calls fail when half of at least ten did (C77)', () => {
  expect(seen({ ended: { calls: 10, failed: 5 } })).toEqual(['failure_rate/calls: calls_failing']);
  expect(seen({ ended: { calls: 10, failed: 4 } })).toEqual([]);
  expect(seen({ ended: { calls: 9, failed: 9 } })).toEqual([]);
});

it('work and deliveries that were given up are told apart, and one system from the other (C66, C77)', () => {
  const DEAD = [
    { sink: 'backend', count: 2 },
    { sink: 'fhir', count: 1 },
    { sink: 'r2', count: 0 },
  ];
  expect(seen({ deadJobs: 1, deadDeliveries: DEAD })).toEqual([
    'dead_letters/jobs: jobs_dead',
    'dead_letters/deliveries_backend: deliveries_dead',
    'dead_letters/deliveries_fhir: deliveries_dead',
  ]);
});

it('the audit and the database are wrong while their last look says so (X12, HS-12)', () => {
  expect(seen(signs({ audit: { at: 1, code: 'audit_break' } }))).toEqual(['audit_break/audit: audit_break']);
  expect(seen(signs({ audit: { at: 1, code: null } }))).toEqual([]);
  expect(seen(signs({ databaseBehind: { at: 1, code: 'behind' } }))).toEqual(['database_behind/database: behind']);
});

it.each([
  ['webhookBurst', 'verification_failures/webhooks: signature_wrong'],
  ['webhookStale', 'verification_failures/stale: signature_wrong'],
  ['deniedBurst', 'denied_burst/access: signature_wrong'],
  ['redaction', 'redaction/log: signature_wrong'],
  ['hintDead', 'dead_letters/queues: signature_wrong'],
] as const)('%s is told of for ten minutes after its last sign (SE-02, SE-31, LG-04)', (name, said) => {
  const at = (ago: number) => signs({ [name]: { at: NOW - ago, code: 'signature_wrong' } });
  expect(seen(at(ALERT_LIMITS.burstMs - 1))).toEqual([said]);
  expect(seen(at(ALERT_LIMITS.burstMs))).toEqual([]);
});

it('the budget is told of at four fifths, and again when it is gone (T20, X11)', () => {
  const spent = (spentNanos: number, capNanos = 100) => seen({ spend: { spentNanos, capNanos } });
  expect(spent(79)).toEqual([]);
  expect(spent(80)).toEqual(['spend/most: cap_near']);
  expect(spent(100)).toEqual(['spend/most: cap_near', 'spend/all: cap_reached']);
  expect(spent(0, 0)).toEqual([]);
});

it('each emergency access is told of by itself until somebody has reviewed it (HS-02)', () => {
  expect(seen({ unreviewedEmergencies: ['emg_1', 'emg_2'] })).toEqual([
    'emergency_access/emg_1: not_reviewed',
    'emergency_access/emg_2: not_reviewed',
  ]);
});

it('every kind says in plain words what it means and what to do (C77, S1-K7)', () => {
  for (const kind of ALERT_KINDS)
    for (const text of Object.values(alertText(kind))) expect(text.length).toBeGreaterThan(10);
});

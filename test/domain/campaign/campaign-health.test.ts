/** When a campaign pauses itself: on failures (C48), and on people who answered and heard nothing in time (TC-16). */
import { describe, expect, it } from 'vitest';
import {
  type CampaignFigures,
  type EndedCall,
  HEALTH_POLICIES,
  healthPolicyAt,
  isAbandoned,
  pauseFor,
} from '../../../src/domain/campaign/campaign-health.ts';
import type { CallStatus } from '../../../src/domain/intake/call-record.ts';

const NOW = Date.parse('2026-12-01T16:00:00Z');
const policy = healthPolicyAt(NOW);
const calls = (status: CallStatus, count: number, changes: Partial<EndedCall> = {}): EndedCall[] =>
  Array.from({ length: count }, () => ({ endedAt: NOW - 1000, status, error: null, ...changes }));
const figures = (changes: Partial<CampaignFigures>): CampaignFigures => ({
  ...{ ended: [], answered: 0, abandoned: 0, abandonedSince: 0, since: 0 },
  ...changes,
});
const paused = (changes: Partial<CampaignFigures>) => pauseFor(figures(changes), NOW);
const ofCalls = (...ended: EndedCall[][]) => paused({ ended: ended.flat() });

describe('C48: on failures', () => {
  it.each<[string, EndedCall[][], string | null]>([
    ['nothing ended', [], null],
    ['four of four failed: too few to tell', [calls('failed', 4)], null],
    ['five of five', [calls('failed', 5)], 'failure_rate'],
    ['half of six', [calls('failed', 3), calls('completed', 3)], 'failure_rate'],
    ['two of five', [calls('failed', 2), calls('completed', 3)], null],
    ['three of seven', [calls('failed', 3), calls('completed', 4)], null],
    ['nobody answers: that is no failure', [calls('no_answer', 50), calls('busy', 50)], null],
    ['nobody answers, and half failed', [calls('no_answer', 5), calls('failed', 5)], 'failure_rate'],
    ['failed, but two minutes ago', [calls('failed', 9, { endedAt: NOW - 120_000 })], null],
    ['failed, just under two minutes ago', [calls('failed', 9, { endedAt: NOW - 119_999 })], 'failure_rate'],
    ['too much at once: the dialer slows down', [calls('failed', 9, { error: 'telnyx_90103' })], null],
    [
      'and those do not dilute what failed',
      [calls('failed', 40, { error: 'telnyx_90041' }), calls('failed', 5)],
      'failure_rate',
    ],
    ['refused for another reason', [calls('failed', 5, { error: 'telnyx_10010' })], 'failure_rate'],
  ])('%s', (_, ended, expected) => {
    expect(ofCalls(...ended)).toBe(expected);
  });

  it('what failed before people went on is known to them', () => {
    const ended = calls('failed', 9);
    expect(paused({ ended, since: NOW - 1001 })).toBe('failure_rate');
    expect(paused({ ended, since: NOW - 1000 })).toBeNull();
  });
});

describe('TC-16: on abandoned calls', () => {
  it.each<[answered: number, abandoned: number, expected: string | null]>([
    [0, 0, null],
    [2, 2, null],
    [3, 3, 'abandonment'],
    [149, 3, 'abandonment'],
    [150, 3, null],
    [1000, 20, null],
    [1000, 21, 'abandonment'],
  ])('of %i answered calls %i: %s', (answered, abandoned, expected) => {
    expect(paused({ answered, abandoned, abandonedSince: abandoned })).toBe(expected);
  });

  it('holds over the 30 days when people went on, but only a new one pauses again', () => {
    expect(paused({ answered: 100, abandoned: 5, abandonedSince: 0, since: NOW - 5 })).toBeNull();
    expect(paused({ answered: 101, abandoned: 6, abandonedSince: 1, since: NOW - 5 })).toBe('abandonment');
  });

  const answered = { answeredAt: NOW, answeredBy: 'human', endedAt: null, hangupSource: null } as const;
  it.each([
    ['the first words in time', { ...answered, greetingDelayMs: 2000 }, false],
    ['the first words late', { ...answered, greetingDelayMs: 2001 }, true],
    ['late, and nobody knows who it was', { ...answered, answeredBy: 'unknown', greetingDelayMs: 2001 }, true],
    ['late, to a machine', { ...answered, answeredBy: 'machine', greetingDelayMs: 9000 }, false],
    ['no words yet, and the call lives', { ...answered, greetingDelayMs: null }, false],
    [
      'hung up by us without a word',
      { ...answered, greetingDelayMs: null, endedAt: NOW + 5, hangupSource: 'caller' },
      true,
    ],
    ['over without a word, nobody knows how', { ...answered, greetingDelayMs: null, endedAt: NOW + 5 }, true],
    [
      'hung up by them before a word',
      { ...answered, greetingDelayMs: null, endedAt: NOW + 5, hangupSource: 'callee' },
      false,
    ],
    ['never answered', { ...answered, answeredAt: null, greetingDelayMs: null, endedAt: NOW + 5 }, false],
  ] as const)('%s', (_, call, expected) => {
    expect(isAbandoned(call, policy)).toBe(expected);
  });
});

describe('TC-27: the bounds', () => {
  it('are stricter than the law: 3 % of live answers in 30 days', () => {
    for (const row of HEALTH_POLICIES) {
      expect(row.abandonedShare).toBeLessThan(0.03);
      expect(row.greetingWithinMs).toBeLessThanOrEqual(2000);
    }
  });

  it('are those of the day, and before the first the first: no campaign goes unwatched', () => {
    const rows = ['2026-06-01', '2027-01-01', '2026-01-01'].map((effectiveFrom) => ({
      ...policy,
      effectiveFrom,
      version: effectiveFrom,
    }));
    const on = (day: string) => healthPolicyAt(Date.parse(`${day}T12:00:00Z`), rows).version;
    expect(['2025-12-31', '2026-01-01', '2026-06-01', '2026-12-31', '2027-01-01', '2040-01-01'].map(on)).toEqual([
      ...['2026-01-01', '2026-01-01', '2026-06-01', '2026-06-01', '2027-01-01', '2027-01-01'],
    ]);
    expect(healthPolicyAt(Number.NaN, rows).version).toBe('2026-01-01');
  });
});

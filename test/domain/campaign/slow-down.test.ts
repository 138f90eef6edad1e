/** Giving way to Telnyx' refusals: down at once, up slowly, never to nothing and never past what was configured. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  AT_FULL_SPEED,
  afterRefusal,
  effectiveLimits,
  type LimitCode,
  type SlowDown,
} from '../../../src/domain/campaign/slow-down.ts';

const NOW = 1_000_000;
const CONFIGURED = { ratePerSecond: 10, maxLiveCalls: 20 };
const refused = (code: LimitCode, at = NOW, slow: SlowDown = AT_FULL_SPEED, liveCalls = 5) =>
  afterRefusal(slow, code, CONFIGURED, liveCalls, at);
const at = (slow: SlowDown, now: number) => effectiveLimits(slow, CONFIGURED, now);

describe('a refusal for the rate', () => {
  it.each<LimitCode>(['90103', '10011', 'http_429'])('(%s) halves the rate and leaves the lines alone', (code) => {
    expect(at(refused(code), NOW)).toMatchObject({ ratePerSecond: 5, maxLiveCalls: 20 });
  });

  it('counts once for all dials that had left already', () => {
    const slow = refused('90103');
    expect(refused('90103', NOW + 4999, slow)).toBe(slow);
    expect(at(refused('90103', NOW + 5000, slow), NOW + 5000).ratePerSecond).toBe(2.5);
  });

  it('is recovered from evenly, after a quiet time, within a minute', () => {
    const slow = refused('90103');
    expect(at(slow, NOW).slowedUntil).toBe(NOW + 70_000);
    expect([10_000, 40_000, 69_999].map((later) => Math.round(at(slow, NOW + later).ratePerSecond * 10))).toEqual([
      50, 75, 100,
    ]);
    expect(at(slow, NOW + 70_000)).toEqual({ ...CONFIGURED, slowedUntil: null });
  });

  it('where human time is shortened is recovered from as much sooner', () => {
    const slow = afterRefusal(AT_FULL_SPEED, '90103', CONFIGURED, 5, NOW, 0.05);
    expect(effectiveLimits(slow, CONFIGURED, NOW, 0.05).slowedUntil).toBe(NOW + 3500);
  });
});

describe('a refusal for channels', () => {
  it.each<LimitCode>(['90041', '90042', '90043', 'D1', 'D2', 'D3'])(
    '(%s) lowers the lines below those live, the refused one among them, and leaves the rate alone',
    (code) => {
      expect(at(refused(code, NOW, AT_FULL_SPEED, 12), NOW)).toMatchObject({ ratePerSecond: 10, maxLiveCalls: 11 });
    },
  );

  it('lowers them by a quarter when more were thought free, and each of a burst tells how many there are not', () => {
    const first = refused('90041', NOW, AT_FULL_SPEED, 19);
    expect(at(first, NOW).maxLiveCalls).toBe(15);
    const second = refused('90041', NOW + 10, first, 14);
    expect(at(second, NOW + 10).maxLiveCalls).toBe(13);
  });

  it('gives lines back one by one', () => {
    const slow = refused('D1', NOW, AT_FULL_SPEED, 11);
    expect([0, 10_000, 16_000, 22_000, 70_000].map((later) => at(slow, NOW + later).maxLiveCalls)).toEqual([
      10, 10, 11, 12, 20,
    ]);
  });

  it('leaves one line', () => {
    expect(at(refused('90043', NOW, AT_FULL_SPEED, 1), NOW).maxLiveCalls).toBe(1);
  });
});

it('whatever is refused when: within bounds, down by it at once, and in the end all is as configured', () => {
  const refusals = fc.array(
    fc.record({
      code: fc.constantFrom<LimitCode>('90103', '10011', '90041', 'D1'),
      after: fc.integer({ min: 0, max: 60_000 }),
      live: fc.integer({ min: 0, max: 25 }),
    }),
    { maxLength: 40 },
  );
  fc.assert(
    fc.property(refusals, (events) => {
      let [slow, now] = [AT_FULL_SPEED, NOW];
      for (const { code, after, live } of events) {
        now += after;
        const before = at(slow, now);
        slow = refused(code, now, slow, live);
        const { ratePerSecond, maxLiveCalls, slowedUntil } = at(slow, now);
        expect(ratePerSecond).toBeGreaterThan(0.5);
        expect(ratePerSecond).toBeLessThanOrEqual(before.ratePerSecond);
        expect(maxLiveCalls).toBeGreaterThanOrEqual(1);
        expect(maxLiveCalls).toBeLessThanOrEqual(before.maxLiveCalls);
        expect(at(slow, slowedUntil ?? now)).toEqual({ ...CONFIGURED, slowedUntil: null });
      }
    }),
  );
});

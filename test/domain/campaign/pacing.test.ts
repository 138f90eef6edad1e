/** The pace: over any schedule neither rate, nor account, nor live lines are exceeded, and nobody waits longer than needed. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decidePermit, ledgerWindowMs, type PacingLimits } from '../../../src/domain/campaign/pacing.ts';

const NOW = 1_000_000;
const at = (dialedAt: number[], limits: Partial<PacingLimits> = {}, liveCalls = 0) =>
  decidePermit({ dialedAt, liveCalls }, { ratePerSecond: 1, maxLiveCalls: 10, ...limits }, NOW);

describe('the permit', () => {
  it.each<[string, number[], Partial<PacingLimits>, number | 'granted']>([
    ['an empty ledger', [], {}, 'granted'],
    ['a dial this moment', [NOW], {}, NOW + 1000],
    ['a dial just under a second ago', [NOW - 999], {}, NOW + 1],
    ['a dial a second ago', [NOW - 1000], {}, 'granted'],
    ['two a second, one used', [NOW], { ratePerSecond: 2 }, 'granted'],
    ['two a second, both used', [NOW - 300, NOW], { ratePerSecond: 2 }, NOW + 700],
    ['one in two seconds', [NOW - 1500], { ratePerSecond: 0.5 }, NOW + 500],
    ['one in a hundred seconds', [NOW - 99_000], { ratePerSecond: 0.01 }, NOW + 1000],
    [
      '1.5 a second: one, and two thirds of a second between',
      [NOW],
      { ratePerSecond: 1.5 },
      Math.ceil(NOW + 1000 / 1.5),
    ],
  ])('with %s', (_, dialedAt, limits, expected) => {
    const permit = at(dialedAt, limits);
    const when = permit.permit === 'granted' ? 'granted' : Math.ceil(permit.at);
    expect(when).toBe(expected);
  });

  it('is not given while every line is live, however long ago the last dial was', () => {
    expect(at([], { maxLiveCalls: 2 }, 1)).toEqual({ permit: 'granted' });
    for (const live of [2, 3]) {
      const permit = at([], { maxLiveCalls: 2 }, live);
      expect(permit.permit === 'not_before' && permit.at > NOW).toBe(true);
    }
  });

  it('keeps to 150 in any 5 s of the account, whatever the rate says (Telnyx 90103)', () => {
    const burst = Array.from({ length: 150 }, (_, i) => NOW - 4900 + i);
    expect(at(burst, { ratePerSecond: 200, maxLiveCalls: 1000 })).toEqual({ permit: 'not_before', at: NOW + 100 });
    expect(at(burst.slice(1), { ratePerSecond: 200, maxLiveCalls: 1000 })).toEqual({ permit: 'granted' });
  });
});

const limits: fc.Arbitrary<PacingLimits> = fc.record({
  ratePerSecond: fc.oneof(fc.integer({ min: 1, max: 30 }), fc.constantFrom(0.01, 0.1, 0.25, 0.5, 1.5, 2.5)),
  maxLiveCalls: fc.constant(1000),
});
/** Moments at which somebody asks, each a while after the last. */
const asking = fc.array(fc.integer({ min: 0, max: 800 }), { minLength: 1, maxLength: 400 });

function dialAt(gaps: readonly number[], { ratePerSecond, maxLiveCalls }: PacingLimits): number[] {
  const dialedAt: number[] = [];
  let now = NOW;
  for (const gap of gaps) {
    now += gap;
    if (decidePermit({ dialedAt, liveCalls: 0 }, { ratePerSecond, maxLiveCalls }, now).permit === 'granted')
      dialedAt.push(now);
  }
  return dialedAt;
}
const most = (dialedAt: readonly number[], windowMs: number): number =>
  Math.max(0, ...dialedAt.map((end, i) => dialedAt.slice(0, i + 1).filter((time) => time > end - windowMs).length));

describe('over any schedule', () => {
  it('neither the rate nor the account limit is exceeded in any window', () => {
    fc.assert(
      fc.property(limits, asking, (given, gaps) => {
        const dialedAt = dialAt(gaps, given);
        const whole = Math.max(1, Math.floor(given.ratePerSecond));
        expect(most(dialedAt, (whole / given.ratePerSecond) * 1000)).toBeLessThanOrEqual(whole);
        expect(most(dialedAt, 5000)).toBeLessThanOrEqual(150);
      }),
    );
  });

  it('whoever is told "not before" is granted at that moment, and not a millisecond earlier', () => {
    fc.assert(
      fc.property(limits, asking, (given, gaps) => {
        const dialedAt = dialAt(gaps, given);
        const ledger = { dialedAt, liveCalls: 0 };
        const permit = decidePermit(ledger, given, dialedAt.at(-1) ?? NOW);
        if (permit.permit === 'granted') return;
        expect(decidePermit(ledger, given, permit.at)).toEqual({ permit: 'granted' });
        expect(decidePermit(ledger, given, Math.ceil(permit.at) - 1).permit).toBe('not_before');
      }),
    );
  });

  it('a ledger that forgot what is older than its window decides the same', () => {
    fc.assert(
      fc.property(limits, asking, fc.integer({ min: 0, max: 3000 }), (given, gaps, wait) => {
        const dialedAt = dialAt(gaps, given);
        const now = (dialedAt.at(-1) ?? NOW) + wait;
        const kept = dialedAt.filter((time) => time >= now - ledgerWindowMs(given));
        expect(decidePermit({ dialedAt: kept, liveCalls: 0 }, given, now)).toEqual(
          decidePermit({ dialedAt, liveCalls: 0 }, given, now),
        );
      }),
    );
  });

  it('asked as often as one likes, the rate is used up: at most one call short in any second', () => {
    const given = { ratePerSecond: 5, maxLiveCalls: 1000 };
    const dialedAt = dialAt(
      Array.from({ length: 2000 }, () => 10),
      given,
    );
    expect(dialedAt.length).toBeGreaterThanOrEqual(5 * 20 - 1);
  });
});

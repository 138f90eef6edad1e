/** The pace: over any schedule neither rate, nor account, nor live lines are exceeded, and nobody waits longer than needed. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decidePermit, earliestDial, LEDGER_MS, type Pacer } from '../../../src/domain/campaign/pacing.ts';

const NOW = 1_000_000;
const pacer = (dialedAt: readonly number[], limits: Partial<Pacer> = {}): Pacer => ({
  ...{ ratePerSecond: 1, maxLiveCalls: 10, liveCalls: 0, dialedAt },
  ...limits,
});
const at = (dialedAt: number[], limits: Partial<Pacer> = {}) => decidePermit([pacer(dialedAt, limits)], NOW);

describe('the permit', () => {
  it.each<[string, number[], Partial<Pacer>, number | 'granted']>([
    ['an empty ledger', [], {}, 'granted'],
    ['a dial this moment', [NOW], {}, NOW + 1015],
    ['a dial just under a second and its spare ago', [NOW - 1014], {}, NOW + 1],
    ['a dial a second and its spare ago', [NOW - 1015], {}, 'granted'],
    ['two a second, one used just now', [NOW], { ratePerSecond: 2 }, NOW + 508],
    ['two a second, one used half a second ago', [NOW - 508], { ratePerSecond: 2 }, 'granted'],
    ['two a second, both used', [NOW - 508, NOW], { ratePerSecond: 2 }, NOW + 507],
    ['two a second, the second late', [NOW - 700, NOW], { ratePerSecond: 2 }, NOW + 315],
    ['one in two seconds', [NOW - 1500], { ratePerSecond: 0.5 }, NOW + 530],
    ['one in a hundred seconds', [NOW - 99_000], { ratePerSecond: 0.01 }, NOW + 2500],
    ['1.5 a second: one, and two thirds of a second between', [NOW], { ratePerSecond: 1.5 }, NOW + 677],
    ['thirty a second: evenly', [NOW - 34, NOW], { ratePerSecond: 30 }, NOW + 34],
    ['a dial that was a little late', [NOW - 50, NOW], { ratePerSecond: 30 }, NOW + 18],
    ['a dial that was late by more than its interval', [NOW - 100, NOW], { ratePerSecond: 30 }, 'granted'],
    ['a dial that was later than that', [NOW - 300, NOW], { ratePerSecond: 30 }, NOW + 34],
  ])('with %s', (_, dialedAt, limits, expected) => {
    const permit = at(dialedAt, limits);
    expect(permit.permit === 'granted' ? 'granted' : permit.at).toBe(expected);
  });

  it('is not given while every line is live, however long ago the last dial was', () => {
    expect(at([], { maxLiveCalls: 2, liveCalls: 1 })).toEqual({ permit: 'granted' });
    for (const liveCalls of [2, 3]) {
      const permit = at([], { maxLiveCalls: 2, liveCalls });
      expect(permit.permit === 'not_before' && permit.at > NOW).toBe(true);
    }
  });

  it('keeps to 150 in any 5 s of the account, whatever the rate says (Telnyx 90103)', () => {
    const burst = Array.from({ length: 150 }, (_, i) => NOW - 4900 + i);
    expect(at(burst, { ratePerSecond: 200, maxLiveCalls: 1000 })).toEqual({ permit: 'not_before', at: NOW + 175 });
    expect(at(burst.slice(1), { ratePerSecond: 200, maxLiveCalls: 1000 })).toEqual({ permit: 'granted' });
  });

  it('needs the account and the campaign: the later of the two says when', () => {
    const account = pacer([NOW - 500], { ratePerSecond: 1 });
    const campaign = pacer([NOW - 500], { ratePerSecond: 0.5 });
    expect(decidePermit([account, campaign], NOW)).toEqual({ permit: 'not_before', at: NOW + 1530 });
    expect(decidePermit([account], NOW)).toEqual({ permit: 'not_before', at: NOW + 515 });
    const full = pacer([], { liveCalls: 10 });
    expect(decidePermit([account, full], NOW).permit).toBe('not_before');
  });
});

const rates = fc.oneof(fc.integer({ min: 1, max: 30 }), fc.constantFrom(0.01, 0.1, 0.25, 0.5, 1.5, 2.5));
/** Moments at which somebody asks, each a while after the last. */
const asking = fc.array(fc.integer({ min: 0, max: 800 }), { minLength: 1, maxLength: 400 });
const asking30 = fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 600 });

function dialAt(gaps: readonly number[], ratePerSecond: number): number[] {
  const dialedAt: number[] = [];
  let now = NOW;
  for (const gap of gaps) {
    now += gap;
    if (decidePermit([pacer(dialedAt, { ratePerSecond })], now).permit === 'granted') dialedAt.push(now);
  }
  return dialedAt;
}
const most = (dialedAt: readonly number[], windowMs: number): number =>
  Math.max(0, ...dialedAt.map((end, i) => dialedAt.slice(0, i + 1).filter((time) => time > end - windowMs).length));

describe('over any schedule', () => {
  it('neither the rate nor the account limit is exceeded in any window', () => {
    fc.assert(
      fc.property(rates, fc.oneof(asking, asking30), (ratePerSecond, gaps) => {
        const dialedAt = dialAt(gaps, ratePerSecond);
        const whole = Math.max(1, Math.floor(ratePerSecond));
        expect(most(dialedAt, (whole / ratePerSecond) * 1000)).toBeLessThanOrEqual(whole);
        expect(most(dialedAt, 5000)).toBeLessThanOrEqual(150);
      }),
    );
  });

  it('150 dials of the account have 75 ms to spare, however unevenly they reach Telnyx', () => {
    fc.assert(
      fc.property(asking30, (gaps) => {
        expect(most(dialAt(gaps, 30), 5074)).toBeLessThanOrEqual(150);
      }),
    );
  });

  it('no burst: nobody goes before the beat, but to make up for a quarter of a second', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 30 }), asking30, (ratePerSecond, gaps) => {
        const dialedAt = dialAt(gaps, ratePerSecond);
        for (const [i, last] of dialedAt.entries())
          for (const [back, first] of dialedAt
            .slice(Math.max(0, i - ratePerSecond), i)
            .toReversed()
            .entries())
            expect(last - first).toBeGreaterThanOrEqual(((back + 1) * 1000) / ratePerSecond - 250);
      }),
    );
  });

  it('no burst: asked all the time, none is less than a beat after the one before', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 30 }), (ratePerSecond) => {
        const dialedAt = dialAt(
          Array.from({ length: 3000 }, () => 1),
          ratePerSecond,
        );
        for (const [i, next] of dialedAt.slice(1).entries())
          expect(next - (dialedAt[i] ?? 0)).toBeGreaterThanOrEqual(Math.floor(1000 / ratePerSecond));
      }),
      { numRuns: 20 },
    );
  });

  it('whoever is told "not before" is granted at that moment, and not a millisecond earlier', () => {
    fc.assert(
      fc.property(rates, asking, (ratePerSecond, gaps) => {
        const dialedAt = dialAt(gaps, ratePerSecond);
        const asked = pacer(dialedAt, { ratePerSecond });
        const permit = decidePermit([asked], dialedAt.at(-1) ?? NOW);
        if (permit.permit === 'granted') return;
        expect(decidePermit([asked], permit.at)).toEqual({ permit: 'granted' });
        expect(decidePermit([asked], permit.at - 1).permit).toBe('not_before');
      }),
    );
  });

  it('a ledger that forgot all but its last dial and those of its window decides the same', () => {
    fc.assert(
      fc.property(rates, asking, fc.integer({ min: 0, max: 3000 }), (ratePerSecond, gaps, wait) => {
        const dialedAt = dialAt(gaps, ratePerSecond);
        const now = (dialedAt.at(-1) ?? NOW) + wait;
        const kept = dialedAt.filter((time, i) => time > now - LEDGER_MS || i === dialedAt.length - 1);
        expect(decidePermit([pacer(kept, { ratePerSecond })], now)).toEqual(
          decidePermit([pacer(dialedAt, { ratePerSecond })], now),
        );
      }),
    );
  });

  it('whoever comes after others is told the moment at which they would have left room', () => {
    fc.assert(
      fc.property(rates, asking, fc.integer({ min: 0, max: 40 }), (ratePerSecond, gaps, ahead) => {
        const dialedAt = dialAt(gaps, ratePerSecond);
        const now = dialedAt.at(-1) ?? NOW;
        const told = earliestDial(pacer(dialedAt, { ratePerSecond }), ahead, now);
        for (let others = 0; others < ahead; others += 1)
          dialedAt.push(earliestDial(pacer(dialedAt, { ratePerSecond }), 0, now));
        expect(told).toBe(earliestDial(pacer(dialedAt, { ratePerSecond }), 0, now));
      }),
      { numRuns: 30 },
    );
  });

  it.each([1, 10, 30])('asked all the time, %i a second is met in every second, one call more or less', (rate) => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 50 }), (steps) => {
        const gaps = Array.from({ length: 5000 }, (_, i) => steps[i % steps.length] ?? 1);
        const dialedAt = dialAt(gaps, rate);
        const last = dialedAt.at(-1) ?? NOW;
        for (let from = NOW; from + 1000 <= last; from += 7) {
          const inSecond = dialedAt.filter((time) => time > from && time <= from + 1000).length;
          expect(Math.abs(inSecond - rate)).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 5 },
    );
  });
});

/** A rate and how far it can be trusted. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isFew, shareOf } from '../../../src/domain/stats/share.ts';

it('of nothing is no rate', () => {
  expect(shareOf(0, 0)).toEqual({ count: 0, of: 0, rate: null, low: null, high: null });
});

it('has the bounds that Wilson’s interval is published with', () => {
  const { rate, low, high } = shareOf(10, 20);
  expect(rate).toBe(0.5);
  expect(low).toBeCloseTo(0.2993, 4);
  expect(high).toBeCloseTo(0.7007, 4);
  expect(shareOf(0, 10)).toMatchObject({ low: 0, high: expect.closeTo(0.2775, 4) });
  expect(shareOf(10, 10)).toMatchObject({ low: expect.closeTo(0.7225, 4), high: 1 });
});

it('lies within its bounds, which lie closer the more there are', () => {
  fc.assert(
    fc.property(fc.nat(500), fc.nat(500), (part, rest) => {
      const of = part + rest;
      if (of === 0) return;
      const [few, many] = [shareOf(part, of), shareOf(part * 10, of * 10)];
      const { rate, low, high } = few;
      expect(0 <= Number(low) && Number(low) <= Number(rate) && Number(rate) <= Number(high) && Number(high) <= 1).toBe(
        true,
      );
      expect(Number(many.high) - Number(many.low)).toBeLessThan(Number(high) - Number(low));
    }),
  );
});

it('is of few under five', () => {
  expect([0, 1, 4, 5].map((of) => isFew(shareOf(0, of)))).toEqual([false, true, true, false]);
});

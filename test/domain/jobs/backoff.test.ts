/** When work that failed is tried again: ever later, spread, and not for ever. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JOB_KINDS, JOB_POLICIES, type JobKind, type JobPolicy, nextTryMs } from '../../../src/domain/jobs/backoff.ts';

const HOUR = 3_600_000;
const triesOf = ({ waitsMs }: JobPolicy) => waitsMs.map((_, i) => i + 1);

/** Where it is not one. */
const DAYS: Partial<Record<JobKind, number>> = { deliver: 3 };

describe.each(JOB_KINDS.map((kind) => [kind, JOB_POLICIES[kind]] as const))('%s', (kind, policy) => {
  const at = (attempts: number, chance: number) => nextTryMs(policy, attempts, chance);

  it('waits ever longer, at first for seconds', () => {
    const waits = triesOf(policy).map((attempts) => at(attempts, 0) ?? 0);
    expect(waits).toEqual(waits.toSorted((a, b) => a - b));
    expect(waits[0]).toBeGreaterThanOrEqual(1000);
    expect(waits[0]).toBeLessThan(60_000);
    expect(waits.at(-1)).toBeGreaterThanOrEqual(100 * (waits[0] ?? 0));
  });

  it('is spread by up to a fifth, and never comes early', () => {
    const chance = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.constantFrom(...triesOf(policy)), chance, (attempts, drawn) => {
        const wait = policy.waitsMs[attempts - 1] ?? 0;
        expect(at(attempts, drawn)).toBeGreaterThanOrEqual(wait);
        expect(at(attempts, drawn)).toBeLessThanOrEqual(wait * 1.2);
        expect(Number.isInteger(at(attempts, drawn))).toBe(true);
      }),
    );
  });

  it('comes at different times when it failed at once', () => {
    for (const attempts of triesOf(policy)) {
      const times = new Set([0, 0.25, 0.5, 0.75, 0.999].map((chance) => at(attempts, chance)));
      expect([times.size, at(attempts, 1)]).toEqual([5, (policy.waitsMs[attempts - 1] ?? 0) * 1.2]);
    }
  });

  it('is given up after its last wait, and stays given up', () => {
    const last = policy.waitsMs.length;
    expect(at(last, 0.5)).not.toBeNull();
    for (const attempts of [last + 1, last + 2, last + 1000]) expect(at(attempts, 0.5)).toBeNull();
  });

  const days = DAYS[kind] ?? 1;
  it(`is tried for about ${days === 1 ? 'a day' : `${days} days`}, and no wait is longer than a hint may travel`, () => {
    const total = policy.waitsMs.reduce((sum, wait) => sum + wait, 0);
    expect(total).toBeGreaterThan(days * 20 * HOUR);
    expect(total * 1.2).toBeLessThan(days * 36 * HOUR);
    expect(Math.max(...policy.waitsMs) * 1.2).toBeLessThan(12 * HOUR);
  });

  it('is leased for longer than a request may take, and for less than its longest wait', () => {
    expect(policy.leaseMs).toBeGreaterThanOrEqual(60_000);
    expect(policy.leaseMs).toBeLessThan(Math.max(...policy.waitsMs));
  });
});

describe('a policy', () => {
  it('without waits gives up after the first failure', () => {
    expect(nextTryMs({ waitsMs: [], leaseMs: 1 }, 1, 0)).toBeNull();
  });

  it('is there for every kind of work, and for no other', () => {
    expect(Object.keys(JOB_POLICIES)).toEqual([...JOB_KINDS]);
  });
});

it('leaves a fetch time for a download of four minutes', () => {
  expect(JOB_POLICIES.fetch_recording.leaseMs).toBeGreaterThan(240_000);
});

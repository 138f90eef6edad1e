/** The number a patient sees: of those we own (TC-23), and the same at every call (C51, U32). */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { callerIdFor } from '../../../src/domain/campaign/caller-id.ts';

const number = fc.integer({ min: 0, max: 99 }).map((n) => `+1202555${String(100 + n).padStart(4, '0')}`);
const pool = fc.uniqueArray(number, { minLength: 1, maxLength: 12 });
const patient = fc.uuid().map((id) => `pat_${id}`);

it('TC-23: is always one of ours, and the only one when there is one (T05)', () => {
  fc.assert(
    fc.property(patient, pool, (id, owned) => {
      expect(owned).toContain(callerIdFor(id, owned));
    }),
  );
  expect(callerIdFor('pat_1', ['+12025550101'])).toBe('+12025550101');
});

it('U32: is the same at every call, in whatever order our numbers are written', () => {
  fc.assert(
    fc.property(
      patient,
      pool.chain((owned) => fc.tuple(fc.constant(owned), fc.shuffledSubarray(owned, { minLength: owned.length }))),
      (id, [owned, shuffled]) => {
        expect(callerIdFor(id, shuffled)).toBe(callerIdFor(id, owned));
      },
    ),
  );
});

it('C51: a number more moves only those it wins, a number less only those who had it', () => {
  fc.assert(
    fc.property(patient, pool, number, (id, owned, other) => {
      const before = callerIdFor(id, owned);
      expect([before, other]).toContain(callerIdFor(id, [...owned, other]));
      const fewer = owned.filter((each) => each !== other);
      if (before !== other && fewer.length > 0) expect(callerIdFor(id, fewer)).toBe(before);
    }),
  );
});

it('gives each number its share, of ids that rise one by one too', () => {
  const owned = ['+12025550101', '+12025550102', '+12025550103', '+12025550104'];
  const counts = new Map<string, number>();
  for (let n = 0; n < 4000; n += 1) {
    const from = callerIdFor(`pat_0199ac3e-7a10-7000-8000-${n.toString(16).padStart(12, '0')}`, owned);
    counts.set(from, (counts.get(from) ?? 0) + 1);
  }
  for (const each of owned) expect(Math.abs((counts.get(each) ?? 0) - 1000)).toBeLessThan(120);
});

it('is the same for good: a change of the rule would show every patient a strange number', () => {
  const owned = ['+12025550101', '+12025550102', '+12025550103'];
  expect(
    ['pat_a', 'pat_b', 'pat_c', 'pat_d'].map((id) => callerIdFor(id, owned).slice(-1)).join(''),
  ).toMatchInlineSnapshot(`"1322"`);
});

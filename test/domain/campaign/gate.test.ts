/** The gate: a fixed order, the first failing step wins, and what could not be read blocks. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide, type GateFacts } from '../../../src/domain/campaign/gate.ts';

const OPEN: GateFacts = {
  numberValid: true,
  suppressed: false,
  consentId: 'con_1',
  callingHours: 'always',
  reserved: false,
};
const codeOf = (changes: Partial<GateFacts>) => decide({ ...OPEN, ...changes }).code;

const facts: fc.Arbitrary<GateFacts> = fc.record({
  numberValid: fc.boolean(),
  suppressed: fc.constantFrom(true, false, null),
  consentId: fc.constantFrom('con_1', null),
  callingHours: fc.constantFrom('policy', 'always'),
  reserved: fc.constantFrom(true, false, null),
});

describe('the gate', () => {
  it('opens when every step passes', () => {
    expect(decide(OPEN)).toEqual({ allowed: true, code: null });
  });

  it.each<[string, Partial<GateFacts>]>([
    ['bad_number', { numberValid: false }],
    ['suppressed', { suppressed: true }],
    ['suppressed', { suppressed: null }],
    ['no_consent', { consentId: null }],
    ['outside_hours', { callingHours: 'policy' }],
    ['already_reserved', { reserved: true }],
    ['already_reserved', { reserved: null }],
  ])('says %s for %j', (code, changes) => {
    expect(decide({ ...OPEN, ...changes })).toEqual({ allowed: false, code });
  });

  it('opens for nothing but facts that are all good', () => {
    fc.assert(
      fc.property(facts, (given) => {
        const good = JSON.stringify(given) === JSON.stringify({ ...OPEN });
        expect(decide(given).allowed).toBe(good);
      }),
    );
  });

  it('names the first failing step: mending it never brings an earlier one', () => {
    const order = ['bad_number', 'suppressed', 'no_consent', 'outside_hours', 'already_reserved', null];
    const mend: Record<string, Partial<GateFacts>> = {
      bad_number: { numberValid: true },
      suppressed: { suppressed: false },
      no_consent: { consentId: 'con_1' },
      outside_hours: { callingHours: 'always' },
      already_reserved: { reserved: false },
    };
    fc.assert(
      fc.property(facts, (given) => {
        const { code } = decide(given);
        if (code === null) return;
        const next = decide({ ...given, ...mend[code] }).code;
        expect(order.indexOf(next)).toBeGreaterThan(order.indexOf(code));
      }),
    );
  });

  it('puts suppression before consent: an opt-out is never overruled by a consent (TC-10)', () => {
    expect(codeOf({ suppressed: true, consentId: null, reserved: true })).toBe('suppressed');
    expect(codeOf({ numberValid: false, suppressed: true })).toBe('bad_number');
  });
});

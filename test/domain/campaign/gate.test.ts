/** The gate: a fixed order, the first failing step wins, and what could not be read blocks. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { afterGate } from '../../../src/domain/campaign/after-gate.ts';
import { decide, GATE_CODES, type GateCode, type GateFacts } from '../../../src/domain/campaign/gate.ts';
import { GATE_POLICIES, PATIENT_FLAGS, PURPOSES, STOPPING_FLAGS } from '../../../src/domain/campaign/gate-policy.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** A Tuesday, 14:00 in New York. */
const NOON = Date.UTC(2026, 2, 10, 18);
const consent = { id: 'con_1', purposes: PURPOSES, obtainedAt: NOON - DAY, expiresAt: null };
const OPEN: GateFacts = {
  ...{ stopped: false, production: true, approved: true, numberValid: true, suppressed: false, flags: [] },
  ...{ purpose: 'intake', consents: [consent], reassigned: { check: 'off' }, callingHours: 'policy' },
  ...{ place: { areaCode: '202', state: null, zone: null }, earlier: [], reserved: false },
  spend: { todayNanos: 0, dayCapNanos: 50, campaignNanos: 0, campaignCapNanos: null },
};
const told = (changes: Partial<GateFacts>, at = NOON) => decide({ ...OPEN, ...changes }, at);
const codeOf = (changes: Partial<GateFacts>, at = NOON) => told(changes, at).code;
const rang = (hoursAgo: number, answered: boolean, whose = { samePatient: true, sameNumber: true }) => ({
  ...{ dialedAt: NOON - hoursAgo * HOUR, answeredAt: answered ? NOON - hoursAgo * HOUR : null },
  ...whose,
});

/** For each step what closes it; with `null` for what could not be read. */
const CLOSED: Readonly<Record<GateCode, readonly Partial<GateFacts>[]>> = {
  kill_switch: [{ stopped: true }, { stopped: null }],
  not_production: [{ production: false }, { production: null }],
  not_approved: [{ approved: false }, { approved: null }],
  bad_number: [{ numberValid: false }, { numberValid: null }],
  suppressed: [{ suppressed: true }, { suppressed: null }],
  patient_flag: [{ flags: null }, ...STOPPING_FLAGS.map((flag) => ({ flags: [flag] }))],
  no_consent: [
    ...[{ consents: [] }, { consents: null }, { consents: [{ ...consent, expiresAt: NOON }] }],
    { consents: [{ ...consent, purposes: ['reminder' as const] }] },
  ],
  reassigned: [
    { reassigned: null },
    { reassigned: { check: 'on', answer: 'yes', answeredAt: NOON, lastProofAt: NOON } },
    ...(['no_data', null] as const).map((answer) => ({
      consents: [{ ...consent, obtainedAt: NOON - 91 * DAY }],
      reassigned: { check: 'on' as const, answer, answeredAt: NOON, lastProofAt: null },
    })),
  ],
  state_policy: [{ place: { areaCode: '202', state: 'CA', zone: null } }],
  outside_hours: [{ place: null }, { place: { areaCode: '999', state: null, zone: null } }],
  frequency: [
    ...[{ earlier: null }, { earlier: [rang(23, true)] }, { earlier: [rang(1, false), rang(2, false)] }],
    { earlier: [rang(30, true), rang(60, true), rang(160, true)] },
  ],
  capacity: [
    { spend: null },
    { spend: { todayNanos: 50, dayCapNanos: 50, campaignNanos: 0, campaignCapNanos: null } },
    { spend: { todayNanos: 0, dayCapNanos: 50, campaignNanos: 7, campaignCapNanos: 7 } },
  ],
  already_reserved: [{ reserved: true }, { reserved: null }],
};
const closings = GATE_CODES.flatMap((code) => CLOSED[code].map((changes) => [code, changes] as const));

describe('the gate', () => {
  it('opens when every step passes, on the consent it found', () => {
    expect(told({})).toMatchObject({ allowed: true, code: null, consentId: 'con_1', zones: ['America/New_York'] });
  });

  it.each(closings)('says %s for %j (HS-13, HS-17, CL-19, SE-18, TC-01, TC-27)', (code, changes) => {
    expect(told(changes)).toMatchObject({ allowed: false, code });
  });

  it('says the first of all steps that fail, whichever they are', () => {
    const failing = fc.uniqueArray(fc.constantFrom(...closings), { minLength: 1, selector: ([code]) => code });
    fc.assert(
      fc.property(failing, (chosen) => {
        // Two of these share a fact; then the later one wins it and the earlier step may be open again.
        const facts = Object.assign({}, ...chosen.map(([, changes]) => changes)) as Partial<GateFacts>;
        const alone = chosen.filter(([code, changes]) => {
          const kept = Object.entries(changes).every(([name, value]) => facts[name as keyof GateFacts] === value);
          return kept && codeOf(changes) === code;
        });
        const first = GATE_CODES.find((code) => alone.some(([each]) => each === code));
        const said = codeOf(facts);
        expect(GATE_CODES.indexOf(said as GateCode)).toBeLessThanOrEqual(GATE_CODES.indexOf(first as GateCode));
        expect(said).not.toBeNull();
      }),
    );
  });

  it('puts suppression before consent: an opt-out is never overruled by a consent (TC-10)', () => {
    expect(codeOf({ suppressed: true, consents: [], reserved: true })).toBe('suppressed');
    expect(codeOf({ numberValid: false, suppressed: true })).toBe('bad_number');
  });

  it('asks for a consent that covers the purpose, and rests on the newest that does (TC-01, TC-03)', () => {
    const newer = { ...consent, id: 'con_2', obtainedAt: NOON - HOUR };
    const other = { ...consent, id: 'con_3', obtainedAt: NOON, purposes: ['reminder' as const] };
    expect(told({ consents: [newer, consent, other] })).toMatchObject({ allowed: true, consentId: 'con_2' });
    expect(codeOf({ consents: [other], purpose: 'care' })).toBe('no_consent');
  });

  it.each(PURPOSES)('holds an opt-out for %s as for everything else (TC-11, TC-20)', (purpose) => {
    expect(codeOf({ purpose })).toBeNull();
    expect(codeOf({ purpose, suppressed: true })).toBe('suppressed');
  });

  it('is stopped by any one mark that stops, whatever stands beside it, and not by the other marks (HS-17, HS-24, CL-19)', () => {
    const others = PATIENT_FLAGS.filter((flag) => !STOPPING_FLAGS.some((each) => each === flag));
    expect(others).toEqual(['no_voicemail', 'sensitive']);
    expect(codeOf({ flags: others })).toBeNull();
    for (const flag of STOPPING_FLAGS)
      expect(told({ flags: [...others, flag] })).toMatchObject({ code: 'patient_flag', reason: flag });
  });

  it('opens for nobody without a consent, for whatever purpose and however seldom: no exemption is used (TC-04)', () => {
    for (const purpose of PURPOSES)
      for (const policy of GATE_POLICIES)
        for (const callingHours of ['policy', 'always'] as const) {
          const facts: GateFacts = { ...OPEN, purpose, callingHours };
          expect(decide(facts, NOON, [policy])).toMatchObject({ allowed: true });
          expect(decide({ ...facts, consents: [] }, NOON, [policy])).toMatchObject({
            ...{ allowed: false, code: 'no_consent' },
          });
        }
    // The exemption is no setting either: nothing in the rules of the day speaks of one.
    expect(JSON.stringify(GATE_POLICIES)).not.toMatch(/exempt/i);
  });

  it.each(['recorded', 'synthetic', 'generated'])(
    'asks for a consent whatever voice would speak: %s (TC-02)',
    (voice) => {
      expect(Object.keys(OPEN).filter((fact) => /voice|speech|recorded|generated|media/i.test(fact))).toEqual([]);
      const spoken = { voice, consents: [] };
      expect(codeOf(spoken)).toBe('no_consent');
    },
  );

  it.each<[string, Partial<GateFacts>]>([
    [
      'money is left to the campaign',
      { spend: { todayNanos: 0, dayCapNanos: 50, campaignNanos: 6, campaignCapNanos: 7 } },
    ],
    ['the consent ends later (TC-01)', { consents: [{ ...consent, expiresAt: NOON + 1 }] }],
    ['nobody asks who owns an old number, against a stand-in (TC-21)', { consents: [{ ...consent, obtainedAt: 0 }] }],
  ])('is open while %s', (_, changes) => {
    expect(codeOf(changes)).toBeNull();
  });

  it('rests on the newest consent in whatever order they are read (TC-26)', () => {
    const newer = { ...consent, id: 'con_2', obtainedAt: NOON - HOUR };
    expect(told({ consents: [consent, newer] })).toMatchObject({ consentId: 'con_2' });
  });

  it('names no zones where no hours are kept', () => {
    expect(told({ callingHours: 'always' })).toMatchObject({ allowed: true, zones: [] });
  });

  it('goes by the newest rules in force, and names them, in whatever order they are listed (TC-26)', () => {
    const [newest] = GATE_POLICIES;
    const rules = [newest, { ...newest, version: 'old', effectiveFrom: '2025-01-01' }] as typeof GATE_POLICIES;
    for (const listed of [rules, rules.toReversed()])
      expect(decide(OPEN, NOON, listed)).toMatchObject({ allowed: true, policyVersion: newest?.version });
  });

  it.each([Number.NaN, 1e17])('calls nobody at %d, which is no time', (at) => {
    expect(decide(OPEN, at)).toMatchObject({ allowed: false, code: 'not_approved', policyVersion: 'none' });
  });

  it('calls nobody by rules that are not in force yet', () => {
    expect(
      decide(
        OPEN,
        NOON,
        GATE_POLICIES.map((row) => ({ ...row, effectiveFrom: '2026-03-11' })),
      ),
    ).toMatchObject({
      ...{ allowed: false, policyVersion: 'none', reason: 'no_policy' },
    });
  });
});

describe('a number that may have another owner by now (TC-21, T03)', () => {
  const old = { ...consent, obtainedAt: NOON - 200 * DAY };
  const asked = (changes: object) => ({
    consents: [old],
    reassigned: { check: 'on' as const, answer: null, answeredAt: null, lastProofAt: null, ...changes },
  });
  it('is called while consent or an identified call is recent', () => {
    expect(codeOf({ ...asked({}), consents: [consent] })).toBeNull();
    expect(codeOf(asked({ lastProofAt: NOON - 89 * DAY }))).toBeNull();
    expect(codeOf(asked({ lastProofAt: NOON - 91 * DAY }))).toBe('reassigned');
  });
  it('is called on a fresh "no", and not on an old one', () => {
    expect(codeOf(asked({ answer: 'no', answeredAt: NOON - 89 * DAY }))).toBeNull();
    expect(told(asked({ answer: 'no', answeredAt: NOON - 91 * DAY }))).toMatchObject({ reason: 'not_asked' });
    expect(told(asked({ answer: 'no_data', answeredAt: NOON }))).toMatchObject({ reason: 'no_data' });
  });
});

describe('how often (TC-05)', () => {
  it('counts by patient and by number, each for itself', () => {
    const onlyNumber = { samePatient: false, sameNumber: true };
    expect(codeOf({ earlier: [rang(1, false), rang(2, false, onlyNumber)] })).toBe('frequency');
    expect(
      codeOf({ earlier: [rang(1, false, { samePatient: true, sameNumber: false }), rang(2, false, onlyNumber)] }),
    ).toBe(null);
  });
  it('says when the cap that opens last opens', () => {
    const earlier = [rang(23, true), rang(30, true), rang(60, true)];
    expect(told({ earlier })).toMatchObject({ reason: 'answered_3_in_168_h', again: NOON - 60 * HOUR + 7 * DAY });
  });
  it('opens again at that very moment, and not before (any history)', () => {
    const call = fc.record({ ago: fc.integer({ min: 0, max: 9 * DAY }), answered: fc.boolean() });
    fc.assert(
      fc.property(fc.array(call, { maxLength: 12 }), (calls) => {
        const earlier = calls.map(({ ago, answered }) => rang(ago / HOUR, answered));
        const facts = { ...OPEN, callingHours: 'always' as const, earlier };
        const decision = decide(facts, NOON);
        if (decision.allowed) return;
        const again = decision.again as number;
        expect(again).toBeGreaterThan(NOON);
        expect(decide(facts, again).allowed).toBe(true);
        expect(decide(facts, again - 1).allowed).toBe(false);
      }),
    );
  });
});

describe('what follows for a contact', () => {
  const follows = (changes: Partial<GateFacts>, endsAt: number | null = null) => afterGate(told(changes), endsAt, NOON);
  it.each<[string, Partial<GateFacts>, object]>([
    ['dialled', {}, { kind: 'dial' }],
    ['left out', { suppressed: true }, { kind: 'skip', code: 'suppressed' }],
    ['left out where no hours ever open', { place: null }, { kind: 'skip', code: 'outside_hours' }],
    ['called later', { earlier: [rang(1, true)] }, { kind: 'wait', code: 'frequency', at: NOON + 23 * HOUR }],
    ['halting everybody', { stopped: true }, { kind: 'halt', code: 'dialing_stopped' }],
    ['halting everybody', { spend: null }, { kind: 'halt', code: 'spend_cap' }],
  ])('is %s after %j', (_, changes, expected) => {
    expect(follows(changes)).toEqual(expected);
  });
  it('is the same in a campaign that ends later', () => {
    expect(follows({}, NOON + 1)).toEqual({ kind: 'dial' });
    expect(follows({ earlier: [rang(1, true)] }, NOON + 23 * HOUR + 1)).toMatchObject({ kind: 'wait' });
  });
  it('is an end when the campaign is over by then', () => {
    expect(follows({}, NOON)).toEqual({ kind: 'skip', code: 'campaign_ended' });
    expect(follows({ earlier: [rang(1, true)] }, NOON + HOUR)).toEqual({ kind: 'skip', code: 'campaign_ended' });
  });
});

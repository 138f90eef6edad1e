/** What follows an attempt: by outcome, within one budget, inside the calling hours, and never for ever (U3, U4, U5). */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { callableAt } from '../../../src/domain/campaign/calling-hours.ts';
import {
  type AfterAttempt,
  afterAttempt,
  checkRetryPolicy,
  DEFAULT_RETRY_POLICY,
  type EndedAttempt,
  type RetryPolicy,
} from '../../../src/domain/campaign/retry.ts';
import { CALL_STATUSES, type CallStatus } from '../../../src/domain/intake/call-record.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** A Tuesday, 11:00 in Washington. */
const TUESDAY = Date.parse('2026-12-01T16:00:00Z');
const WASHINGTON = { areaCode: '202', state: null, zone: null };
const NOWHERE = { areaCode: '999', state: null, zone: null };

const ended = (status: CallStatus, changes: Partial<EndedAttempt> = {}): EndedAttempt => ({
  ...{ status, error: null, rang: true, rings: 1, sameOutcome: 1, policy: DEFAULT_RETRY_POLICY, endsAt: null },
  ...{ callingHours: 'policy', place: WASHINGTON, at: TUESDAY },
  ...changes,
});
const follows = (...given: Parameters<typeof ended>): AfterAttempt => afterAttempt(ended(...given));
const done = (code: string) => ({ kind: 'done', code });
const inMinutes = (minutes: number) => ({ kind: 'retry', at: TUESDAY + minutes * MINUTE });
const EVERYTHING: RetryPolicy = {
  budget: 10,
  rules: Object.fromEntries(
    ['no_answer', 'busy', 'voicemail', 'failed', 'partial'].map((outcome) => [outcome, { delayMinutes: 5, most: 9 }]),
  ),
};

describe('after one call', () => {
  it.each<[CallStatus, object]>([
    ['no_answer', inMinutes(240)],
    ['busy', inMinutes(30)],
    ['voicemail', inMinutes(24 * 60)],
    ['failed', inMinutes(60)],
    ['partial', done('most_retries')],
    ['completed', done('complete')],
    ['declined', done('outcome_final')],
    ['opted_out', done('outcome_final')],
    ['wrong_person', done('outcome_final')],
    ['canceled', done('outcome_final')],
  ])('%s', (status, expected) => {
    expect(follows(status)).toEqual(expected);
  });

  it.each<CallStatus>(['completed', 'declined', 'opted_out', 'wrong_person', 'canceled'])(
    '%s is final whatever the policy says',
    (status) => {
      expect(follows(status, { policy: EVERYTHING }).kind).toBe('done');
    },
  );

  it('a failed identity check is final, though its status is that of a fault', () => {
    expect(follows('failed', { error: 'identity_failed', policy: EVERYTHING })).toEqual(done('outcome_final'));
  });

  it('a dial nobody knows the end of counts as dialled, and its rule says whether it is tried again', () => {
    const unknown = { error: 'dial_unknown' };
    expect(follows('failed', unknown)).toEqual(inMinutes(60));
    expect(follows('failed', { ...unknown, rings: 2, sameOutcome: 2 })).toEqual(done('most_retries'));
    expect(follows('failed', { ...unknown, rings: 3 })).toEqual(done('budget_used'));
    expect(follows('failed', { ...unknown, policy: { budget: 3, rules: {} } })).toEqual(done('most_retries'));
  });

  it('an attempt that ended while its call never did is treated as failed', () => {
    expect(follows('ringing')).toEqual(inMinutes(60));
  });
});

describe('U3: one budget', () => {
  it('holds whatever the outcomes were: rules do not add up', () => {
    expect(follows('no_answer', { rings: 2, sameOutcome: 1 })).toEqual(inMinutes(240));
    expect(follows('busy', { rings: 3, sameOutcome: 1 })).toEqual(done('budget_used'));
    expect(follows('voicemail', { rings: 4, sameOutcome: 1 })).toEqual(done('budget_used'));
  });

  it('and within it so many retries of an outcome as its rule says', () => {
    const policy: RetryPolicy = { budget: 10, rules: { busy: { delayMinutes: 1, most: 2 } } };
    const busy = (n: number) => follows('busy', { policy, rings: n, sameOutcome: n }).kind;
    expect([1, 2, 3, 4].map(busy)).toEqual(['retry', 'retry', 'done', 'done']);
    expect(follows('busy', { policy: { budget: 10, rules: { busy: { delayMinutes: 1, most: 0 } } } })).toEqual(
      done('most_retries'),
    );
  });

  it('what rang before a redial does not count against the rule', () => {
    expect(follows('no_answer', { rings: 1, sameOutcome: 4 })).toEqual(inMinutes(240));
  });
});

describe('U5: what never rang', () => {
  it.each([
    'telnyx_90103',
    'telnyx_10011',
    'telnyx_http_429',
    'telnyx_90041',
    'telnyx_90042',
    'telnyx_90043',
    'telnyx_D1',
  ])('%s: comes back in a minute and costs nothing, though no rule says so', (error) => {
    const refused = { error, rang: false, rings: 0, policy: { budget: 1, rules: {} } };
    expect(follows('failed', refused)).toEqual(inMinutes(1));
    expect(follows('failed', { ...refused, sameOutcome: 7 })).toEqual(inMinutes(7));
    expect(follows('failed', { ...refused, sameOutcome: 19 })).toEqual(inMinutes(15));
  });

  it('but not for ever', () => {
    const refused = { error: 'telnyx_90103', rang: false, rings: 0 };
    let [at, tries] = [TUESDAY, 0];
    for (let next = follows('failed', refused); next.kind === 'retry'; tries += 1) {
      at = next.at;
      next = follows('failed', { ...refused, at, sameOutcome: tries + 2 });
    }
    expect(tries).toBe(19);
    expect(at - TUESDAY).toBeLessThan(4 * HOUR);
  });

  it('another refusal follows the rule for what failed, and costs no budget either', () => {
    const refused = { error: 'telnyx_10016', rang: false, rings: 0 };
    expect(follows('failed', refused)).toEqual(inMinutes(60));
    expect(follows('failed', { ...refused, sameOutcome: 2 })).toEqual(done('most_retries'));
  });

  it('a code of crowding on a call that rang is a failed call', () => {
    expect(follows('failed', { error: 'telnyx_90041' })).toEqual(inMinutes(60));
  });

  it('blocked by the gate at the last moment: it is asked again in a minute, but not for ever', () => {
    const blocked = { rang: false, rings: 0, error: 'outside_hours' };
    expect(follows('blocked', blocked)).toEqual(inMinutes(1));
    expect(follows('blocked', { ...blocked, sameOutcome: 20 })).toEqual(done('most_retries'));
  });
});

describe('U4: inside the calling hours', () => {
  it('moves to the next opening, over a weekend too', () => {
    const late = Date.parse('2026-12-04T21:30:00Z');
    const opening = Date.parse('2026-12-07T15:00:00Z');
    expect(follows('no_answer', { at: late })).toEqual({ kind: 'retry', at: opening });
    expect(follows('no_answer', { at: late, callingHours: 'always' })).toEqual({ kind: 'retry', at: late + 4 * HOUR });
  });

  it('no next window is an end, not an error', () => {
    expect(follows('no_answer', { place: NOWHERE })).toEqual(done('no_window'));
    expect(follows('no_answer', { place: NOWHERE, callingHours: 'always' })).toEqual(inMinutes(240));
    expect(follows('failed', { place: NOWHERE, error: 'telnyx_90103', rang: false })).toEqual(done('no_window'));
  });

  it('nor is anybody rung when the campaign is over by then', () => {
    const endsAt = TUESDAY + 4 * HOUR;
    expect(follows('no_answer', { endsAt })).toEqual(done('campaign_ended'));
    expect(follows('no_answer', { endsAt: endsAt + 1 })).toEqual(inMinutes(240));
    const friday = { at: Date.parse('2026-12-04T21:30:00Z'), endsAt: Date.parse('2026-12-06T00:00:00Z') };
    expect(follows('no_answer', friday)).toEqual(done('campaign_ended'));
  });
});

describe('over any outcomes', () => {
  const policy = fc.record({
    budget: fc.integer({ min: 1, max: 10 }),
    rules: fc.dictionary(
      fc.constantFrom('no_answer', 'busy', 'voicemail', 'failed', 'partial'),
      fc.record({ delayMinutes: fc.integer({ min: 0, max: 43_200 }), most: fc.integer({ min: 0, max: 10 }) }),
      { noNullPrototype: true },
    ),
  }) as fc.Arbitrary<RetryPolicy>;
  const outcome = fc.record({
    status: fc.constantFrom(...CALL_STATUSES),
    error: fc.constantFrom(null, 'telnyx_90103', 'telnyx_10016', 'dial_unknown', 'identity_failed'),
    rang: fc.boolean(),
  });

  it('a contact rings within its budget, only when it may be called, and is done at last', () => {
    fc.assert(
      fc.property(policy, fc.array(outcome, { minLength: 1, maxLength: 8 }), fc.nat(400), (rules, outcomes, days) => {
        const seen = new Map<string, number>();
        let [at, rings] = [TUESDAY + days * 24 * HOUR, 0];
        for (let n = 0; n < 200; n += 1) {
          const { status, error, rang } = outcomes[n % outcomes.length] as (typeof outcomes)[number];
          if (rang) rings += 1;
          const same = (seen.get(`${status} ${rang}`) ?? 0) + 1;
          seen.set(`${status} ${rang}`, same);
          const next = follows(status, { error, rang, rings, sameOutcome: same, policy: rules, at });
          expect(rings).toBeLessThanOrEqual(rules.budget);
          if (next.kind === 'done') return;
          expect(next.at).toBeGreaterThanOrEqual(at);
          expect(callableAt(WASHINGTON, next.at).open).toBe(true);
          at = next.at;
        }
        expect.unreachable('rung again and again');
      }),
    );
  });
});

describe('a policy', () => {
  it('is taken as it is when it is sound', () => {
    expect(checkRetryPolicy(JSON.parse(JSON.stringify(DEFAULT_RETRY_POLICY)))).toEqual(DEFAULT_RETRY_POLICY);
    expect(checkRetryPolicy(EVERYTHING)).toEqual(EVERYTHING);
    expect(checkRetryPolicy({ budget: 1, rules: {} })).toEqual({ budget: 1, rules: {} });
  });

  it.each<[string, unknown]>([
    ['nothing', null],
    ['a list', []],
    ['no rules', { budget: 3 }],
    ['rules in a list', { budget: 3, rules: [] }],
    ['no budget', { rules: {} }],
    ['no ring at all', { budget: 0, rules: {} }],
    ['eleven rings', { budget: 11, rules: {} }],
    ['half a ring', { budget: 1.5, rules: {} }],
    ['a budget in words', { budget: '3', rules: {} }],
    ['a rule for what is final', { budget: 3, rules: { opted_out: { delayMinutes: 1, most: 1 } } }],
    ['a misspelt outcome', { budget: 3, rules: { noanswer: { delayMinutes: 1, most: 1 } } }],
    ['an inherited name', JSON.parse('{"budget":3,"rules":{"__proto__":{"delayMinutes":1,"most":1}}}')],
    ['an empty rule', { budget: 3, rules: { busy: null } }],
    ['a delay below zero', { budget: 3, rules: { busy: { delayMinutes: -1, most: 1 } } }],
    ['a delay of months', { budget: 3, rules: { busy: { delayMinutes: 43_201, most: 1 } } }],
    ['no number of retries', { budget: 3, rules: { busy: { delayMinutes: 1 } } }],
    ['more than it knows', { budget: 3, rules: { busy: { delayMinutes: 1, most: 1, jitter: 2 } } }],
  ])('is refused: %s', (_, value) => {
    expect(checkRetryPolicy(value)).toBeNull();
  });

  it('whatever is checked never throws, and what passes passes again', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const checked = checkRetryPolicy(value);
        if (checked !== null) expect(checkRetryPolicy(checked)).toEqual(checked);
      }),
    );
  });
});

/** What a call cost (C76): the sum of its legs, exact, and as people read it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { callRecord } from '../../../src/domain/intake/call-record.ts';
import { amountText } from '../../../src/domain/intake/cost.ts';
import { noteOf } from '../../../src/domain/note/note.ts';
import { type Conversation, givenInterview } from '../../support/given-conversation.ts';
import { costReported, hungUp } from '../../support/given-events.ts';

const MILLS = 100_000;
const ended = () => givenInterview(undefined, '2').when(hungUp());
const noted = () => ended().timer('close');
const costOf = ({ state }: Conversation) => state.cost;

describe('the cost of a call', () => {
  it('is unknown until somebody tells', () => {
    expect(callRecord(noted().state)).toMatchObject({ costNanos: null, costCurrency: null });
  });

  it('is what its legs cost together, to the billionth', () => {
    const call = ended().when(costReported(140 * MILLS), costReported(1), costReported(999_999_999), costReported(0));
    expect(costOf(call)).toEqual({ nanos: 1_014_000_000, currency: 'USD' });
    expect(callRecord(call.state)).toMatchObject({ costNanos: 1_014_000_000, costCurrency: 'USD' });
  });

  it('is exact where sums of decimals are not', () => {
    const call = ended().when(...Array.from({ length: 10 }, () => costReported(1_000 * MILLS)));
    expect(amountText(costOf(call)?.nanos ?? 0)).toBe('1.0000');
  });

  it('may be nothing', () => {
    expect(costOf(ended().when(costReported(0)))).toEqual({ nanos: 0, currency: 'USD' });
  });

  it('is in the currency that was told first; another cannot be added', () => {
    const call = noted().when(costReported(5, 'EUR')).timer('close');
    const before = call.state;
    call.when(costReported(7, 'USD'));
    expect([call.state, call.last]).toEqual([before, []]);
    expect(costOf(call.when(costReported(7, 'EUR')))).toEqual({ nanos: 12, currency: 'EUR' });
  });

  it('is in the note, as text', () => {
    const { state, plan } = ended().when(costReported(140 * MILLS));
    const note = noteOf(state, plan, 'note_1', 1, state.endedAt ?? 0, (at) => new Date(at).toISOString());
    expect(note.call_metadata.cost).toEqual({ amount: '0.0140', currency: 'USD' });
  });
});

describe('a cost that is told', () => {
  it('during the call waits for its end, and stops nothing', () => {
    const call = givenInterview(undefined, '2');
    const { at } = call;
    call.when(costReported(5));
    expect([call.at, call.last, call.state.noteVersion]).toEqual([at, [], 1]);
    expect(costOf(call.when(hungUp()))).toEqual({ nanos: 5, currency: 'USD' });
  });

  it('between hang-up and note is in that note', () => {
    const call = ended().when(costReported(5));
    expect([call.state.noteVersion, call.timer('close').lastNames]).toEqual([1, ['save_note']]);
  });

  it('after the note makes its next version', () => {
    const call = noted().when(costReported(5));
    expect([call.state.noteVersion, call.last]).toEqual([2, []]);
    expect(call.timer('close').lastNames).toEqual(['save_note']);
  });

  it('of two legs after the note, shortly one after the other, makes one version', () => {
    expect(noted().when(costReported(5), costReported(6)).timer('close').state).toMatchObject({
      noteVersion: 2,
      cost: { nanos: 11, currency: 'USD' },
    });
  });
});

describe('an amount', () => {
  it.each([
    [14_000_000, '0.0140'],
    [4_000_000, '0.0040'],
    [12_345_600_000, '12.3456'],
    [1, '0.000000001'],
    [10, '0.00000001'],
    [0, '0.0000'],
    [99_999, '0.000099999'],
    [100_000, '0.0001'],
    [1_000_000_000, '1.0000'],
    [10_000_000_000, '10.0000'],
    [1_000_050_000, '1.00005'],
    [999_999_999, '0.999999999'],
    [1_000_000_000_000_000, '1000000.0000'],
    [9_007_199_254_740_991, '9007199.254740991'],
  ])('of %i billionths is %s', (nanos, text) => {
    expect(amountText(nanos)).toBe(text);
  });

  it('has four to nine places, loses nothing, and shows no more than it takes', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (nanos) => {
        const text = amountText(nanos);
        expect(text).toMatch(/^(0|[1-9]\d*)\.(\d{4}|\d{4,8}[1-9])$/);
        const [units = '', places = ''] = text.split('.');
        expect(BigInt(units) * 1_000_000_000n + BigInt(places.padEnd(9, '0'))).toBe(BigInt(nanos));
      }),
    );
  });
});

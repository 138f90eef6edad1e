/** What travels through Telnyx and back: our ids, and nothing else is taken for them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeClientState, encodeClientState } from '../../src/telnyx/client-state.ts';

const base64 = (value: unknown) => btoa(JSON.stringify(value));
const CALL = 'call_0199f3c2-7f4e-7000-8000-000000000001';

describe('client_state', () => {
  it('is base64 of {"s","q","n"} and comes back (SE-04)', () => {
    const encoded = encodeClientState({ callId: CALL, step: 'hpi.pain_level', seq: 12 });
    expect(JSON.parse(atob(encoded))).toEqual({ s: CALL, q: 'hpi.pain_level', n: 12 });
    expect(decodeClientState(encoded)).toEqual({ callId: CALL, step: 'hpi.pain_level', seq: 12 });
  });

  it.each([
    ['null', null],
    ['undefined', undefined],
    ['empty', ''],
    ['no base64', '%%%'],
    ['no JSON', btoa('hello')],
    ['JSON null', base64(null)],
    ['a list', base64([CALL, 'dial', 0])],
    ['no call', base64({ q: 'dial', n: 0 })],
    ['the id of something else', base64({ s: 'pat_1', q: 'dial', n: 0 })],
    ['an id with other signs', base64({ s: 'call_../dialer', q: 'dial', n: 0 })],
    ['an id without end', base64({ s: `call_${'a'.repeat(65)}`, q: 'dial', n: 0 })],
    ['an id with a line after it', base64({ s: `${CALL}\n`, q: 'dial', n: 0 })],
    ['no step', base64({ s: CALL, n: 0 })],
    ['a step without end', base64({ s: CALL, q: 'q'.repeat(101), n: 0 })],
    ['a seq below zero', base64({ s: CALL, q: 'dial', n: -1 })],
    ['a seq that is no whole number', base64({ s: CALL, q: 'dial', n: 1.5 })],
    ['a seq in words', base64({ s: CALL, q: 'dial', n: '1' })],
  ])('that is %s is not ours', (_, encoded) => {
    expect(decodeClientState(encoded)).toBeNull();
  });

  it('with further fields is read as far as it is ours', () => {
    expect(decodeClientState(base64({ s: CALL, q: 'dial', n: 0, x: 1 }))).toEqual({
      callId: CALL,
      step: 'dial',
      seq: 0,
    });
  });

  it('never throws, whatever comes', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String(), fc.json().map(base64)), (text) => {
        expect(() => decodeClientState(text)).not.toThrow();
      }),
    );
  });
});

/** What a refusal of Telnyx means for the command: over, again later, or no. */
import { APIConnectionError, APIConnectionTimeoutError, APIError } from 'telnyx';
import { describe, expect, it } from 'vitest';
import { failureOf, isDefiniteNo } from '../../src/telnyx/errors.ts';

const errorOf = (status: number, body: unknown) => APIError.generate(status, body as object, undefined, new Headers());
const refusal = (status: number, code: unknown) =>
  errorOf(status, { errors: [{ code, title: 'Refused', detail: 'to +12025550143', source: { pointer: '/to' } }] });

describe('failureOf', () => {
  it.each<[number, unknown, string, string]>([
    [422, '90018', 'call_ended', '90018'],
    [422, 90018, 'call_ended', '90018'],
    [422, '90015', 'call_ended', '90015'],
    [404, '10005', 'call_ended', '10005'],
    [422, '90034', 'permanent', '90034'],
    [422, '90020', 'permanent', '90020'],
    [422, '90054', 'permanent', '90054'],
    [422, '10004', 'permanent', '10004'],
    [422, '10015', 'permanent', '10015'],
    [422, '10016', 'permanent', '10016'],
    [422, '10032', 'permanent', '10032'],
    [422, '10011', 'permanent', '10011'],
    [400, '90040', 'permanent', '90040'],
    [429, '10011', 'retryable', '10011'],
    [429, '90103', 'retryable', '90103'],
    [408, '10007', 'retryable', '10007'],
    [500, '10007', 'retryable', '10007'],
    [503, '10007', 'retryable', '10007'],
    [401, '10009', 'permanent', '10009'],
    [401, '401', 'permanent', '401'],
    [403, 10010, 'permanent', '10010'],
    [403, '90041', 'permanent', '90041'],
  ])('%i with code %j is %s', (status, code, kind, spelled) => {
    expect(failureOf(refusal(status, code))).toMatchObject({ kind, code: spelled, status });
  });

  it.each([
    ['no body', undefined],
    ['no errors', {}],
    ['an empty list', { errors: [] }],
    ['errors that are no list', { errors: 'all' }],
    ['an error that is null', { errors: [null] }],
    ['no code', { errors: [{ title: 'x' }] }],
    ['a code in words', { errors: [{ code: 'call +12025550143' }] }],
    ['a D-code', { errors: [{ code: 'D60' }] }],
  ])('with %s goes by the status', (_, body) => {
    expect(failureOf(errorOf(422, body))).toMatchObject({ kind: 'permanent', code: 'http_422', status: 422 });
  });

  it('reads the production 403 that has data beside the errors', () => {
    const body = {
      data: { call_control_id: 'v3:x' },
      errors: [{ code: 10010, detail: '… D60', telnyx_error: { error_code: 'D60' } }],
    };
    expect(failureOf(errorOf(403, body))).toMatchObject({ kind: 'permanent', code: '10010', status: 403 });
  });

  it.each([
    ['a lost connection', new APIConnectionError({ message: 'lost' })],
    ['a time limit', new APIConnectionTimeoutError()],
    ['anything else', new TypeError('x is not a function')],
    ['nothing', undefined],
  ])('%s is no answer', (_, error) => {
    expect(failureOf(error)).toMatchObject({ kind: 'retryable', code: 'no_answer', status: null });
  });

  it('lets no text of Telnyx out: they quote numbers (LG-03, S1-D5, S2-V8)', () => {
    expect(JSON.stringify(failureOf(refusal(422, '10016')))).not.toContain('2025550143');
  });
});

describe('a limit that was reached', () => {
  const withDetail = (detail: string) => ({ errors: [{ code: '10010', title: 'Forbidden', detail }] });

  it.each<[string, number, unknown, string | null]>([
    ['dials per second', 429, { errors: [{ code: '90103' }] }, '90103'],
    ['requests', 429, { errors: [{ code: 10011 }] }, '10011'],
    ['something Telnyx has no code for', 429, undefined, 'http_429'],
    ['channels of the account', 403, { errors: [{ code: '90041' }] }, '90041'],
    ['channels of the profile, whatever the status', 422, { errors: [{ code: '90042' }] }, '90042'],
    ['channels of the connection', 400, { errors: [{ code: 90043 }] }, '90043'],
    ['channels, said in words', 403, withDetail('User channel limit exceeded D1'), 'D1'],
    ['channels, beside the error', 403, { ...withDetail('x'), telnyx_error: { error_code: 'D2' } }, 'D2'],
    ['channels, within the error', 403, { errors: [{ code: 10010, telnyx_error: { error_code: 'D3' } }] }, 'D3'],
    ['nothing: another D-code', 403, withDetail('Destination not whitelisted D60'), null],
    ['nothing: a D-code within a text', 403, withDetail('D1 is not the last word'), null],
    ['nothing: the same words with another status', 422, withDetail('User channel limit exceeded D1'), null],
    ['nothing: SRTP, which has the code of too many requests', 422, { errors: [{ code: '10011' }] }, null],
    ['nothing: a server error', 500, { errors: [{ code: '10007' }] }, null],
    ['nothing: no body', 403, undefined, null],
    ['nothing: a detail that is no text', 403, { errors: [{ code: 10010, detail: { D1: 'D1' } }] }, null],
  ])('is told: %s', (_, status, body, limit) => {
    expect(failureOf(errorOf(status, body)).limit).toBe(limit);
  });

  it('is never told of silence', () => {
    expect(failureOf(new APIConnectionTimeoutError()).limit).toBeNull();
  });
});

describe('a definite no to a dial', () => {
  it.each([400, 401, 403, 404, 422, 429])('is %i', (status) => {
    expect(isDefiniteNo(failureOf(refusal(status, '10010')))).toBe(true);
  });

  it.each([408, 500, 502, 503])('is not %i: it may have rung', (status) => {
    expect(isDefiniteNo(failureOf(refusal(status, '10007')))).toBe(false);
  });

  it('is not silence', () => {
    expect(isDefiniteNo(failureOf(new APIConnectionTimeoutError()))).toBe(false);
  });
});

/** Every refusal of the API says what to do next, in fixed words; that each place which refuses has such words, the compiler sees to. */
import { describe, expect, it } from 'vitest';
import { GATE_CODES } from '../../src/domain/campaign/gate.ts';
import { callRefusal, GATE_DETAILS } from '../../src/web/call-refusals.ts';
import type { AppContext } from '../../src/web/context.ts';
import { answerProblem, notFound, Problem, tooLarge } from '../../src/web/errors.ts';
import { type KnownCode, PROBLEM_DETAILS } from '../../src/web/problem-details.ts';
import { givenApp } from './given-app.ts';

const CODES = Object.keys(PROBLEM_DETAILS) as KnownCode[];

const context = {
  ...{ get: () => 'req_1', header: () => undefined, req: { path: '/api/calls' } },
  body: (body: string, status: number) => new Response(body, { status }),
} as unknown as AppContext;
const answered = async (problem: Problem) =>
  (await answerProblem(context, problem)).json<{ code: string; detail?: string }>();

/** At least what is wrong; whole sentences, and nothing to be filled in. */
const SENTENCES = /^[A-Z][^{}$<>]{15,}\.$/;

describe('a refusal', () => {
  it.each(CODES)('with the code %s says what to do next', async (code) => {
    const { detail } = await answered(new Problem(409, code));
    expect(detail).toBe(PROBLEM_DETAILS[code]);
    expect(detail).toMatch(SENTENCES);
    expect(detail?.match(/[.;,] /g)?.length ?? 0).toBeGreaterThan(0);
  });

  it('of the gate has words for each of its steps, the same in API and pages', async () => {
    for (const code of GATE_CODES) {
      const { detail } = await answered(new Problem(409, code, { decisionId: 'dec_1' }));
      expect(detail).toBe(GATE_DETAILS[code]);
      expect(callRefusal(code, undefined, false)).toBe(detail);
    }
    expect(Object.keys(GATE_DETAILS).sort()).toEqual([...GATE_CODES].sort());
  });

  it('keeps words of its own', async () => {
    expect(await answered(new Problem(409, 'not_ready', { detail: 'Wait.' }))).toMatchObject({ detail: 'Wait.' });
    expect(await answered(notFound())).toMatchObject({ code: 'not_found', detail: PROBLEM_DETAILS.not_found });
  });

  it.each([
    [64 * 1024, '64 KiB'],
    [10 * 1024 * 1024, '10 MiB'],
    [25_000_000, '25 MB'],
    [1023, '1023 bytes'],
  ])('of more than %i bytes names the limit: %s', async (bytes, words) => {
    expect((await answered(tooLarge(bytes))).detail).toContain(`At most ${words}`);
  });

  it('cannot be made without words', () => {
    // @ts-expect-error: neither is the code in the table, nor are there words with it.
    expect(new Problem(409, 'made_up').details.detail).toBeUndefined();
    // @ts-expect-error: details are not words.
    expect(new Problem(409, 'made_up', { headers: {} }).details.detail).toBeUndefined();
  });
});

it('comes with words whatever was asked wrongly', async () => {
  const given = givenApp();
  const json = { 'Content-Type': 'application/json' };
  const asked = [
    given.request('/api/calls/call_0199f3c2-7f4e-7000-8000-000000000001'),
    given.request('/api/nowhere'),
    given.request('/api/calls', { method: 'PUT' }),
    given.request('/api/patients', { method: 'POST', headers: json, body: '{' }),
    given.request('/api/patients', { method: 'POST', headers: json, body: '{}' }),
    given.request('/api/patients', { method: 'POST', body: '{}' }),
    given.request('/api/patients', { method: 'POST', headers: json, body: `"${'x'.repeat(70_000)}"` }),
    given.request('/api/patients', {
      method: 'POST',
      headers: { ...json, Origin: 'https://evil.example' },
      body: '{}',
    }),
  ];
  const got = await Promise.all(
    asked.map(async (answer) => {
      const response = await answer;
      const { detail } = await response.json<{ detail: string }>();
      return [response.status, SENTENCES.test(detail)];
    }),
  );
  expect(got).toEqual([404, 404, 405, 400, 422, 415, 413, 403].map((status) => [status, true]));
});

/** /api/reassigned-numbers: what the Reassigned Numbers Database answered, by keyed hash (TC-21). */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { reassignedAnswers } from '../../src/store/reassigned-numbers.ts';
import { ROLES } from '../../src/store/staff.ts';
import { nextNumber } from '../support/place-call.ts';
import { testEnv } from '../support/worker-env.ts';
import { type GivenApp, givenApp } from './given-app.ts';
import { tokenOf } from './given-role.ts';

let given: GivenApp;
beforeEach(async () => {
  given = givenApp();
  await testEnv.DB.exec('delete from reassigned_numbers; delete from staff;');
});
afterEach(() => vi.restoreAllMocks());

type Json = Record<string, unknown>;
const PATH = '/api/reassigned-numbers';
const upload = (...answers: Json[]) => given.send('POST', PATH, answers);
const answerOf = async (number: string) =>
  (await reassignedAnswers(given.db, given.config.keyRing, [number])).get(number)?.answer;
const counts = async () => (await (await given.request(PATH)).json()) as Json;

describe('answers of the Reassigned Numbers Database', () => {
  it('are kept by hash, counted, and found by number', async () => {
    const numbers = [nextNumber(), nextNumber(), nextNumber()] as const;
    const [no, yes, unknown] = numbers;
    expect(await counts()).toEqual({ counts: { no: 0, yes: 0, no_data: 0 }, total: 0, latest_answer_at: null });
    const response = await upload(
      { phone_number: no, answer: 'no', asked_for: '2026-01-05' },
      { phone_number: yes, answer: 'yes', asked_for: '2026-01-05T12:00:00Z' },
      { phone_number: unknown, answer: 'no_data', asked_for: '2026-01-05' },
    );
    expect([response.status, await response.json()]).toEqual([200, { stored: 3 }]);
    expect(await counts()).toMatchObject({ counts: { no: 1, yes: 1, no_data: 1 }, total: 3 });
    expect([await answerOf(no), await answerOf(yes), await answerOf(unknown)]).toEqual(['no', 'yes', 'no_data']);
    expect(await answerOf(nextNumber())).toBeUndefined();
    const stored = JSON.stringify((await testEnv.DB.prepare('select * from reassigned_numbers').all()).results);
    for (const number of numbers) expect(stored).not.toContain(number.slice(2));
    expect(given.lines.join(' ')).not.toContain(no.slice(2));
  });

  it('count by when they were given, whatever the order in which they come', async () => {
    const number = nextNumber();
    const said = (answer: string, answered_at: string) => ({
      phone_number: number,
      answer,
      answered_at,
      asked_for: '2026-01-05',
    });
    await upload(said('yes', '2026-03-01T12:00:00Z'));
    await upload(said('no', '2026-02-01T12:00:00Z'));
    expect(await answerOf(number)).toBe('yes');
    await upload(said('no_data', '2026-03-02T12:00:00Z'), said('no', '2026-03-03T12:00:00Z'));
    expect(await answerOf(number)).toBe('no');
    expect(await counts()).toMatchObject({ total: 1, latest_answer_at: '2026-03-03T12:00:00.000Z' });
  });

  it.each<[string, unknown]>([
    ['nothing', []],
    ['no list', { phone_number: '+12025550143' }],
    ['an answer there is not', [{ phone_number: '+12025550143', answer: 'maybe', asked_for: '2026-01-05' }]],
    ['a number there is not', [{ phone_number: '+12025', answer: 'no', asked_for: '2026-01-05' }]],
    ['no day', [{ phone_number: '+12025550143', answer: 'no' }]],
    [
      'a day to come',
      [{ phone_number: '+12025550143', answer: 'no', asked_for: '2026-01-05', answered_at: '2999-01-01T00:00:00Z' }],
    ],
  ])('are refused whole: %s', async (_what, body) => {
    expect((await given.send('POST', PATH, body)).status).toBe(422);
    expect(await counts()).toMatchObject({ total: 0 });
  });

  it('fit into one request by the hundreds', async () => {
    const areas = ['202', '203', '205', '206'];
    const rows = areas.flatMap((area) =>
      Array.from({ length: 100 }, (_, n) => ({
        ...{ phone_number: `+1${area}55501${String(n).padStart(2, '0')}`, answer: 'no_data', asked_for: '2026-01-05' },
      })),
    );
    expect((await upload(...rows)).status).toBe(200);
    expect(await counts()).toMatchObject({ total: 400 });
  });

  it.each(ROLES)('%s may do no more than the role allows', async (role) => {
    const token = await tokenOf(given, role);
    const body = [{ phone_number: nextNumber(), answer: 'no', asked_for: '2026-01-05' }];
    expect((await given.send('POST', PATH, body, { token })).status).toBe(
      role === 'admin' || role === 'operator' ? 200 : 403,
    );
    expect((await given.request(PATH, { token })).status).toBe(200);
  });
});

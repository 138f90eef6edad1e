import { expect, test } from 'vitest';
import { type Campaigned, type Dial, judgeDials, type Rung } from './judge-dials.ts';

const A = '+13015550100';
const B = '+13015550101';
const ring = (to: string, startedAt: number, endedAt: number | null, answeredAt: number | null = null): Rung => ({
  ...{ to, startedAt, endedAt, answeredAt },
  answerUntold: false,
});
const every = (ms: number, count: number): Dial[] => Array.from({ length: count }, (_, n) => ({ at: n * ms, to: A }));
const judged = (more: Partial<Campaigned>) =>
  judgeDials({
    ...{ dials: [], accountDials: [], rung: [], mayBeRung: new Set([A, B]) },
    limits: {
      ...{ accountInFiveSeconds: 150, campaignPerSecond: 10 },
      ...{ maxLiveCalls: 2, budget: 3 },
    },
    ...more,
  });
const problemsOf = (more: Partial<Campaigned>) =>
  Object.fromEntries(Object.entries(judged(more).problems).filter(([, lines]) => lines.length > 0));

test('a campaign that kept to everything has nothing against it', () => {
  const calls = [ring(A, 0, 30_000), ring(A, 60_000, 90_000, 65_000), ring(B, 10_000, 20_000)];
  expect(problemsOf({ rung: calls, dials: every(100, 50), accountDials: every(100, 50) })).toEqual({});
});

const PACE = 'dials over the pace, in any second';
const IN_FIVE = 'dials over the pace, over five seconds';

test('the pace counts in every window of a second, not by the clock: the eleventh within is one too many', () => {
  const late = (ms: number): Dial[] => [...every(0, 10), { at: ms, to: A }];
  expect(problemsOf({ dials: late(1000) })).toEqual({});
  expect(problemsOf({ dials: late(999) })).toEqual({ [PACE]: ['1 ms too early at 1970-01-01T00:00:00.999Z'] });
});

test('dials that were sent in time and held up on their way are within the pace, as far as Telnyx does not mind', () => {
  const heldUp = (count: number): Dial[] => every(0, count).map((dial, n) => ({ ...dial, at: 5_000, sentAt: n * 100 }));
  expect(problemsOf({ dials: heldUp(50) })).toEqual({});
  expect(judged({ dials: heldUp(50) }).mostOfCampaign).toBe(50);
  expect(problemsOf({ dials: heldUp(51) })).toEqual({ [IN_FIVE]: [expect.stringContaining('5000 ms too early')] });
  const tooSoon = every(0, 11).map((dial, n) => ({ ...dial, at: 2_000, sentAt: 1_500 + n }));
  expect(problemsOf({ dials: tooSoon })).toEqual({ [PACE]: [expect.stringContaining('ms too early')] });
});

test('a dial that came while the simulator could not look is taken at its best, and no better', () => {
  const heldUp = (notBefore: number): Dial[] => [
    ...Array.from({ length: 10 }, () => ({ at: 500, to: A, notBefore })),
    { at: 1100, to: A },
  ];
  expect(problemsOf({ dials: heldUp(100) })).toEqual({});
  expect(problemsOf({ dials: heldUp(101) })).toHaveProperty([PACE]);
});

test('the account has a window of its own over all dials', () => {
  expect(problemsOf({ accountDials: every(33, 151) })).toHaveProperty('dials over the rate of the account');
  expect(problemsOf({ accountDials: every(34, 1000) })).toEqual({});
});

test.each<[string, Rung[]]>([
  ['while it was being rung', [ring(A, 0, 30_000), ring(A, 29_999, 40_000)]],
  ['while it was being rung', [ring(A, 0, null), ring(A, 50_000, 60_000)]],
  ['though it had answered', [ring(A, 0, 30_000, 5_000), ring(A, 60_000, 70_000)]],
  ['after 2 calls in vain', [ring(A, 0, 1_000), ring(A, 2_000, 3_000), ring(A, 4_000, 5_000)]],
  ['4 times, at most 3', [0, 1, 2, 3].map((day) => ring(A, day * 86_400_001, day * 86_400_001 + 1, day * 86_400_001))],
])('one number rung %s is a double dial', (what, rung) => {
  expect(problemsOf({ rung })).toEqual({ 'double dials': [expect.stringContaining(what)] });
});

test('an answer that Telnyx told nobody is no answer to the clinic', () => {
  const untold = { ...ring(A, 0, 30_000, 5_000), answerUntold: true };
  expect(problemsOf({ rung: [untold, ring(A, 60_000, 70_000)] })).toEqual({});
});

test('two numbers at once are two lines; a line that ends as another begins is not', () => {
  expect(judged({ rung: [ring(A, 0, 10), ring(B, 10, 20)] }).mostLive).toBe(1);
  expect(problemsOf({ rung: [ring(A, 0, 10), ring(B, 5, 20), ring('+13015550102', 6, 7)] })).toEqual({
    'lines over the cap': ['3 at once instead of 2'],
  });
});

test('whoever may not be called is named', () => {
  const dials = [{ at: 0, to: '+13015550199' }];
  expect(problemsOf({ dials })).toEqual({ 'dials of people who may not be called': ['+13015550199'] });
});

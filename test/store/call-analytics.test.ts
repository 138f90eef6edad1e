/** Counting many calls reads those of its time and no others, by few statements. */
import { expect, it } from 'vitest';
import { analyticsItems, analyticsSpreads, analyticsSums, type CallChoice } from '../../src/store/call-analytics.ts';
import { database } from '../../src/store/database.ts';
import { readAnalytics } from '../../src/web/read-analytics.ts';
import { config, testEnv } from '../support/worker-env.ts';

const TIME = { from: 1_790_000_000_000, to: 1_790_000_086_399 };
const BEFORE = { from: 1_789_900_000_000, to: 1_789_999_999_999 };
const ALL: CallChoice = { campaignId: null, questionnaireId: null, questionnaireVersion: null };
const OF_CAMPAIGN = { ...ALL, campaignId: 'cmp_1' };
const OF_VERSION = { ...ALL, questionnaireId: 'adult-intake', questionnaireVersion: 1 };

/** What the database says of each statement instead of carrying it out. */
function explaining() {
  const plans: string[] = [];
  const statements: string[] = [];
  const DB = {
    prepare: (sql: string) => ({
      bind: (...params: unknown[]) => {
        statements.push(sql);
        const read = async () => {
          const explained = testEnv.DB.prepare(`explain query plan ${sql}`).bind(...params);
          const { results } = await explained.all<{ detail: string }>();
          plans.push(...results.map(({ detail }) => detail));
          return { results: [] };
        };
        return { all: read, run: read, raw: async () => (await read()).results };
      },
    }),
  } as unknown as D1Database;
  return { db: database({ DB }), plans, statements };
}

it.each([
  ['of everybody', ALL, /INDEX calls_(created|noted) \(created_at>\? AND created_at<\?\)$/],
  [
    'of a version',
    OF_VERSION,
    /INDEX calls_version \(questionnaire_id=\? AND questionnaire_version=\? AND created_at>\? AND created_at<\?\)$/,
  ],
  [
    'of a campaign',
    OF_CAMPAIGN,
    /INDEX calls_(campaign|answered) \(campaign_id=\? AND created_at>\? AND created_at<\?\)$/,
  ],
] as const)('the figures %s are found by the time of the calls, in an index (S1-Q3)', async (_name, choice, index) => {
  const { db, plans } = explaining();
  await analyticsSums(db, [TIME], BEFORE, choice);
  await analyticsSpreads(db, { time: TIME, before: BEFORE, steps: [TIME] }, choice);
  await analyticsItems(db, TIME, choice);
  const ofCalls = plans.filter((plan) => /\bc\b/.test(plan));
  expect(ofCalls).toHaveLength(4);
  for (const plan of ofCalls) expect(plan).toMatch(index);
  expect(
    plans.filter((plan) => /^SCAN/.test(plan) && !/VIRTUAL TABLE|^SCAN \(|^SCAN (counted|told)$/.test(plan)),
  ).toEqual([]);
});

it('a year by the day takes five statements, whatever the number of calls', async () => {
  const { db, plans, statements } = explaining();
  await readAnalytics({ db, config, now: Date.now() }, { ...ALL, days: 366, by: 'day' });
  expect(statements).toHaveLength(5);
  expect(plans.length).toBeGreaterThan(0);
});

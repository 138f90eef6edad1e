/** The figures of a campaign: SQL counts as the core would, call by call (TC-16, C48). */
import { beforeEach, expect, it } from 'vitest';
import { HEALTH_POLICIES, healthPolicyAt, isAbandoned, pauseFor } from '../../src/domain/campaign/campaign-health.ts';
import { campaignHealth } from '../../src/store/campaign-health.ts';
import { rowsFromJson } from '../../src/store/rows-from-json.ts';
import { attempts, calls } from '../../src/store/schema.ts';
import { givenPlacedCall } from '../support/place-call.ts';
import { db, testEnv } from '../support/worker-env.ts';

const NOW = Date.UTC(2030, 0, 7, 15);
const DAY = 86_400_000;
const policy = healthPolicyAt(NOW);
beforeEach(() => testEnv.DB.exec('delete from calls; delete from attempts;'));

type CallRow = typeof calls.$inferInsert;
type AttemptRow = typeof attempts.$inferInsert;

async function given(changes: readonly (Partial<CallRow> & { readonly of?: Partial<AttemptRow> })[]) {
  await givenPlacedCall();
  const [[call], [attempt]] = await Promise.all([db.select().from(calls), db.select().from(attempts)]);
  if (call === undefined || attempt === undefined) throw new Error('no call');
  const rows = changes.map(({ of: mine, ...change }, n) => ({
    call: { ...call, id: `call_${n}`, campaignId: 'cmp_1', createdAt: NOW - DAY, ...change },
    attempt: {
      ...{ ...attempt, id: `att_${n}`, callId: `call_${n}`, campaignId: 'cmp_1', status: 'ended' },
      ...{ reservedNumber: null, reservedPatient: null, ...mine },
    },
  }));
  await db.insert(calls).select(
    rowsFromJson(
      calls,
      rows.map((row) => row.call),
    ),
  );
  await db.insert(attempts).select(
    rowsFromJson(
      attempts,
      rows.map((row) => row.attempt),
    ),
  );
  return rows.map((row) => row.call);
}
const figures = (resumedAt: number | null = null) => campaignHealth(db, { id: 'cmp_1', resumedAt }, NOW);

it('TC-16: what is abandoned is the same in SQL', async () => {
  const rows = await given(
    [null, NOW - 1000, NOW - 90_000].flatMap((answeredAt) =>
      (['human', 'machine', 'unknown'] as const).flatMap((answeredBy) =>
        [null, 0, 2000, 2001].flatMap((greetingDelayMs) =>
          [null, NOW - 500].flatMap((endedAt) =>
            [null, 'caller', 'callee'].map((hangupSource) => ({
              ...{ answeredAt, answeredBy, greetingDelayMs, endedAt, hangupSource },
            })),
          ),
        ),
      ),
    ),
  );
  const live = rows.filter((row) => row.answeredAt != null && row.answeredBy !== 'machine');
  const abandoned = rows.filter((row) => isAbandoned(row as Parameters<typeof isAbandoned>[0], policy));
  expect([live.length, abandoned.length]).toEqual([96, 32]);
  expect(await figures(NOW - 60_000)).toMatchObject({
    ...{ answered: live.length, abandoned: abandoned.length, since: NOW - 60_000 },
    abandonedSince: abandoned.filter((row) => (row.answeredAt ?? 0) > NOW - 60_000).length,
  });
});

it('TC-16: counts the last 30 days of this campaign', async () => {
  const late = { answeredAt: NOW - 1000, answeredBy: 'human', greetingDelayMs: 5000, endedAt: NOW };
  await given([late, { ...late, createdAt: NOW - 30 * DAY }, { ...late, campaignId: 'cmp_2' }]);
  expect(await figures()).toMatchObject({ answered: 1, abandoned: 1, abandonedSince: 1 });
});

it('TC-16: asks a long campaign for its late answers, and for no more of the others than can matter', async () => {
  const answer = { answeredAt: NOW - 1000, answeredBy: 'human', greetingDelayMs: 400, endedAt: NOW };
  const late = { ...answer, greetingDelayMs: 2500 };
  const served = (count: number) => Array.from({ length: count }, () => answer);
  await given(served(400));
  expect(await figures()).toMatchObject({ answered: 0, abandoned: 0 });
  await testEnv.DB.exec('delete from calls; delete from attempts;');
  await given([late, late, late, ...served(400)]);
  // Three of 151 are not too many, and three of 149 are.
  expect(await figures()).toMatchObject({ answered: 151, abandoned: 3, abandonedSince: 3 });
  expect(pauseFor(await figures(), NOW)).toBeNull();
  await testEnv.DB.exec('delete from calls; delete from attempts;');
  await given([late, late, late, ...served(146)]);
  expect(await figures()).toMatchObject({ answered: 149, abandoned: 3 });
  expect(pauseFor(await figures(), NOW)).toBe('abandonment');
});

it('TC-16: no rule forgives less than the second that every answer has in the index of late ones', () => {
  for (const { greetingWithinMs } of HEALTH_POLICIES) expect(greetingWithinMs).toBeGreaterThanOrEqual(1000);
});

it('C48: what ended in the last two minutes, with its status and its error', async () => {
  const ended = { status: 'failed', error: 'telnyx_90103' };
  await given([
    { ...ended, of: { endedAt: NOW - 1 } },
    { ...ended, of: { endedAt: NOW - 120_000 } },
    { ...ended, of: { endedAt: NOW - 1, campaignId: 'cmp_2' } },
    { ...ended, of: { endedAt: null, status: 'dialing' } },
  ]);
  expect((await figures()).ended).toEqual([{ ...ended, endedAt: NOW - 1 }]);
});

it('of a campaign without calls: nothing', async () => {
  expect(await figures()).toEqual({ ended: [], answered: 0, abandoned: 0, abandonedSince: 0, since: 0 });
});

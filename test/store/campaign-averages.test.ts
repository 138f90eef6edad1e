/** What the next campaign is expected to take, by what the last ones took. */
import { beforeEach, describe, expect, it } from 'vitest';
import { ASSUMED_AVERAGES } from '../../src/domain/campaign/forecast.ts';
import { averagesOf } from '../../src/store/campaign-averages.ts';
import { newId } from '../../src/store/new-id.ts';
import { calls } from '../../src/store/schema.ts';
import { type GivenCampaign, givenCampaign } from '../support/given-campaign.ts';
import { db, testEnv } from '../support/worker-env.ts';

const NOW = Date.UTC(2026, 10, 20, 15);
const DAY_MS = 24 * 3_600_000;

type CallRow = typeof calls.$inferInsert;
/** Ended, of the campaign; nobody can read its numbers, and nobody has to. */
function callOf({ id }: GivenCampaign, changes: Partial<CallRow> = {}) {
  const callId = newId('call', NOW);
  const row: CallRow = {
    ...{ id: callId, patientId: 'pat_1', direction: 'outbound', status: 'completed', language: 'en', attempt: 1 },
    ...{ questionnaireId: 'adult-intake', questionnaireVersion: 1, campaignId: id, contactId: 'cnt_1', sealed: '' },
    ...{ identity: 'verified', answeredBy: 'human', consentCollection: 'given', consentRecording: 'given' },
    ...{ recordingStatus: 'none', createdAt: NOW - 300_000, dialedAt: NOW - 250_000, answeredAt: NOW - 240_000 },
    ...{ endedAt: NOW - 60_000, greetingDelayMs: 400, costNanos: 30_000_000, costCurrency: 'USD' },
    ...changes,
  };
  return db.insert(calls).values(row);
}
const givenCallOf = async (...of: Parameters<typeof callOf>): Promise<void> => void (await callOf(...of));
const noAnswer = { status: 'no_answer', answeredAt: null, answeredBy: 'unknown', greetingDelayMs: null } as const;
async function many(count: number, ...of: Parameters<typeof callOf>): Promise<void> {
  const [first, ...others] = Array.from({ length: count }, () => callOf(...of));
  if (first !== undefined) await db.batch([first, ...others]);
}

let campaign: GivenCampaign;
beforeEach(async () => {
  await testEnv.DB.exec('delete from campaigns; delete from calls; delete from attempts;');
  campaign = await givenCampaign([], { status: 'running', startedAt: NOW - DAY_MS });
});

describe('what calls took lately', () => {
  it('is assumed while too few were answered', async () => {
    await many(29, campaign);
    await many(40, campaign, noAnswer);
    expect(await averagesOf(db, 'adult-intake')).toEqual(ASSUMED_AVERAGES);
    await givenCallOf(campaign);
    expect((await averagesOf(db, 'adult-intake')).answeredShare).toBeCloseTo(30 / 70);
  });

  it('is the mean of those that rang: share, seconds, and what a minute cost (S2-F5)', async () => {
    await many(15, campaign);
    await many(15, campaign, { endedAt: NOW - 180_000 });
    await many(30, campaign, { ...noAnswer, endedAt: NOW - 225_000 });
    await many(9, campaign, { ...noAnswer, status: 'canceled', dialedAt: null });
    // 30,000,000 billionths for three minutes, and for one.
    expect(await averagesOf(db, 'adult-intake')).toEqual({
      ...ASSUMED_AVERAGES,
      ...{ answeredShare: 0.5, answeredSeconds: 120, ringingSeconds: 10, unansweredSeconds: 25 },
      nanosPerMinute: { low: 10_000_000, high: 30_000_000 },
    });
  });

  it('is of this questionnaire in campaigns that were started, not of single or test calls', async () => {
    const other = await givenCampaign([], { status: 'running', questionnaireId: 'message-and-reply', startedAt: NOW });
    await many(30, other);
    await many(30, campaign, { contactId: null });
    await many(30, { id: 'cmp_x', people: [] }, { campaignId: null });
    expect(await averagesOf(db, 'adult-intake')).toEqual(ASSUMED_AVERAGES);
    await many(30, campaign, { endedAt: NOW - 200_000 });
    expect((await averagesOf(db, 'adult-intake')).answeredSeconds).toBe(40);
  });

  it('looks at the newest campaigns first, and at no more calls than tell enough', async () => {
    const newer = await givenCampaign([], { status: 'completed', startedAt: NOW });
    await testEnv.DB.prepare('update campaigns set created_at = created_at + 1000 where id = ?').bind(newer.id).run();
    await many(30, campaign);
    await many(500, newer, { endedAt: NOW - 210_000 });
    expect(await averagesOf(db, 'adult-intake')).toMatchObject({ answeredShare: 1, answeredSeconds: 30 });
  });
});

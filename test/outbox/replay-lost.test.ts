/** HS-12, T23: the cron notices a database that was set back, writes again what it lacks, and only then lets dialing go on. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { watchDatabase } from '../../src/outbox/replay-lost.ts';
import { getCampaign } from '../../src/store/campaigns.ts';
import { readMarks } from '../../src/store/database-marks.ts';
import { insertSuppression, isSuppressed } from '../../src/store/suppressions.ts';
import { addLines } from '../support/given-audit.ts';
import { givenCampaign } from '../support/given-campaign.ts';
import { askedFor, catchHints } from '../support/given-dialer.ts';
import { givenPatient } from '../support/place-call.ts';
import { catchLog, db, later, restore, ring, START, stopClock, testEnv } from '../support/worker-env.ts';

const NUMBER = '+12025550177';
const MINUTE = 60_000;
const dialer = () => testEnv.DIALER.getByName('dialer');
const watch = () => watchDatabase(testEnv, Date.now());
const rows = async (sql: string) => (await testEnv.DB.prepare(sql).all()).results;
let lines: Record<string, unknown>[];

beforeEach(async () => {
  stopClock();
  lines = catchLog();
  catchHints();
  await watch();
});
afterEach(async () => {
  await testEnv.DB.exec('delete from suppressions');
  restore();
});

/** D1 goes back by so much, as far as these tests look. */
async function setBack(ms: number): Promise<void> {
  await testEnv.DB.prepare(`update signs set at = ? where name = 'tide'`)
    .bind(Date.now() - ms)
    .run();
  await testEnv.DB.exec('delete from suppressions');
}

describe('the watch of the cron (HS-12, T23)', () => {
  it('brings back an opt-out and goes on by itself', async () => {
    await insertSuppression(db, ring, { phoneNumber: NUMBER, reason: 'opted_out', callId: null }, Date.now());
    later(MINUTE);
    await watch();
    await setBack(10 * MINUTE);
    expect(await isSuppressed(db, ring, NUMBER)).toBe(false);
    later(MINUTE);
    await watch();
    expect(await isSuppressed(db, ring, NUMBER)).toBe(true);
    expect(await dialer().status()).toMatchObject({ held: null, replayed: { at: Date.now() } });
    const events = lines.map(({ event }) => event);
    expect(events.indexOf('dialer.held')).toBeLessThan(events.indexOf('database.replayed'));
    expect(events.lastIndexOf('database.replayed')).toBeLessThan(events.indexOf('dialer.released'));
  });

  it('keeps dialing closed while anything cannot be written again, and does all of it the next minute', async () => {
    await setBack(10 * MINUTE);
    vi.spyOn(testEnv.BUCKET, 'list').mockRejectedValueOnce(new Error('away'));
    await expect(watch()).rejects.toThrow('away');
    expect(await dialer().isStopped()).toBe(true);
    expect(await dialer().take('a', askedFor('a', await readMarks(db)))).toMatchObject({
      permit: expect.not.stringMatching('granted'),
    });
    later(MINUTE);
    await watch();
    expect(await dialer().isStopped()).toBe(false);
  });

  it('pauses campaigns, and leaves out whoever was dialled meanwhile', async () => {
    const campaign = await givenCampaign([{ phoneNumber: '+12025550178' }, { phoneNumber: '+12025550179' }]);
    const [first] = campaign.people;
    const dial = {
      ...{ attemptId: 'att_x', callId: 'call_x', campaignId: campaign.id, contactId: first?.contactId ?? '' },
      ...{ patientId: first?.patient.id ?? '', phoneHash: 'k1.x', counts: true },
    };
    await dialer().enqueue('att_x', 'call_x');
    expect(await dialer().take('att_x', { dial, marks: await readMarks(db) })).toEqual({ permit: 'granted' });
    await setBack(10 * MINUTE);
    await watch();
    expect(await getCampaign(db, campaign.id)).toMatchObject({ status: 'paused', statusReason: 'database_set_back' });
    const contacts = await rows(`select status, code from contacts where campaign_id = '${campaign.id}' order by row`);
    expect(contacts).toEqual([
      { status: 'done', code: 'database_set_back' },
      { status: 'ready', code: null },
    ]);
    expect(await rows(`select patient_id, dialed_at from attempts where id = 'att_x'`)).toEqual([
      { patient_id: first?.patient.id, dialed_at: Date.now() },
    ]);
  });

  it('holds back whose consent may have ended meanwhile, and nobody else (TC-12)', async () => {
    const [changed, other] = [await givenPatient({}), await givenPatient({ phoneNumber: '+12025550176' })];
    for (const { id } of [changed, other])
      await testEnv.DB.exec(
        `insert into consents (id, patient_id, phone_hash, basis, obtained_at, sealed, created_at) values ('con_${id}', '${id}', 'h', 'verbal', 1, 's', 1)`,
      );
    later(MINUTE);
    await addLines({ action: 'consent.revoke', method: 'POST', patientId: changed.id });
    await addLines({ action: 'patient.reveal', method: 'GET', patientId: other.id });
    await setBack(2 * MINUTE);
    await watch();
    const ended = await rows(`select patient_id from consents where revoked_reason = 'database_set_back'`);
    expect(ended.map(({ patient_id }) => patient_id)).toContain(changed.id);
    expect(ended.map(({ patient_id }) => patient_id)).not.toContain(other.id);
  });

  it('erases again whoever was erased, and gives their number to nobody (X13)', async () => {
    const erased = await givenPatient({ phoneNumber: '+12025550175' });
    await ring.vault().erase(erased.id, Date.now());
    await setBack(10 * MINUTE);
    await watch();
    expect(
      await rows(`select subject from jobs where kind = 'erase_patient' and subject = '${erased.id}'`),
    ).toHaveLength(1);
  });

  it('raises its mark each minute while nothing is wrong', async () => {
    later(MINUTE);
    await watch();
    expect((await readMarks(db)).tide).toBeGreaterThan(START);
    expect(await dialer().isStopped()).toBe(false);
  });
});

/** HS-12, T23: what a database that was set back lacks is written into it again, from R2 and from what the Dialer knows. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { configOf } from '../../src/env.ts';
import { database } from '../../src/store/database.ts';
import { raiseTide, readMarks } from '../../src/store/database-marks.ts';
import { type KnownDial, replayDials } from '../../src/store/replay.ts';
import { replayLifted, replaySuppressions } from '../../src/store/replay-suppressions.ts';
import { journalSuppressions, readJournalPage } from '../../src/store/suppression-journal.ts';
import { liftSuppression } from '../../src/store/suppression-list.ts';
import { insertSuppression, isSuppressed } from '../../src/store/suppressions.ts';
import { restore, START, stopClock, testEnv } from '../support/worker-env.ts';

const db = database(testEnv);
const { keyRing } = configOf(testEnv);
const NUMBER = '+12025550143';
const OTHER = '+12025550144';

beforeEach(async () => {
  stopClock();
  for (const table of ['suppressions', 'suppression_changes', 'attempts', 'signs'])
    await testEnv.DB.exec(`delete from ${table}`);
  const { objects } = await testEnv.BUCKET.list({ prefix: 'suppressions/' });
  await testEnv.BUCKET.delete(objects.map(({ key }) => key));
});
afterEach(restore);

const add = (phoneNumber: string) =>
  insertSuppression(db, keyRing, { phoneNumber, reason: 'opted_out', callId: null }, Date.now());
const lift = async (phoneNumber: string) => {
  const row = await testEnv.DB.prepare('select id from suppressions where lifted_at is null').first<{ id: string }>();
  const given = { evidence: `asked for ${phoneNumber}`, obtainedAt: Date.now() + 1, liftedBy: 'admin@clinic.example' };
  return liftSuppression(db, keyRing, row?.id ?? '', given, Date.now());
};
const journal = () => journalSuppressions(db, testEnv.BUCKET, Date.now());
/** An object at a time. */
async function replay(): Promise<number> {
  let written = 0;
  for (const write of [replayLifted, replaySuppressions])
    for (let after: string | null = ''; after !== null; ) {
      const page = await readJournalPage(testEnv.BUCKET, after === '' ? null : after, 1);
      written += await write(db, page.rows);
      after = page.next;
    }
  return written;
}
const rows = async () => (await testEnv.DB.prepare('select * from suppressions order by id').all()).results;
/** D1 as it was then. */
async function setBackTo(past: Record<string, unknown>[]): Promise<void> {
  await testEnv.DB.exec('delete from suppressions');
  for (const row of past) {
    const names = Object.keys(row);
    const sql = `insert into suppressions (${names.join(', ')}) values (${names.map(() => '?').join(', ')})`;
    await testEnv.DB.prepare(sql)
      .bind(...Object.values(row))
      .run();
  }
}

describe('the journal of the do-not-call list (HS-12, T23, TC-12)', () => {
  it('brings back an opt-out that a restored database does not have: the number is blocked again', async () => {
    await add(NUMBER);
    expect(await journal()).toBe(1);
    await setBackTo([]);
    expect(await isSuppressed(db, keyRing, NUMBER)).toBe(false);
    expect(await replay()).toBeGreaterThan(0);
    expect(await isSuppressed(db, keyRing, NUMBER)).toBe(true);
  });

  it('copies each change once, and says nothing in the clear', async () => {
    await add(NUMBER);
    await add(OTHER);
    expect([await journal(), await journal()]).toEqual([2, 0]);
    const { objects } = await testEnv.BUCKET.list({ prefix: 'suppressions/' });
    expect(objects).toHaveLength(1);
    const text = await (await testEnv.BUCKET.get(objects[0]?.key ?? ''))?.text();
    expect(text).not.toContain('2025550143');
  });

  it('brings back that a number was lifted, and replayed twice changes nothing', async () => {
    await add(NUMBER);
    const before = await rows();
    await journal();
    expect((await lift(NUMBER)).ok).toBe(true);
    await journal();
    const after = await rows();
    await setBackTo(before);
    await replay();
    await replay();
    expect(await rows()).toEqual(after);
    expect(await isSuppressed(db, keyRing, NUMBER)).toBe(false);
  });

  it('keeps a number blocked that was lifted and opted out again', async () => {
    await add(NUMBER);
    const before = await rows();
    await lift(NUMBER);
    await add(NUMBER);
    await journal();
    await setBackTo(before);
    await replay();
    expect(await isSuppressed(db, keyRing, NUMBER)).toBe(true);
    expect(await rows()).toHaveLength(2);
  });

  it('does not lift again what a restored database copies a second time as it was before', async () => {
    await add(NUMBER);
    const before = await rows();
    await lift(NUMBER);
    await journal();
    await setBackTo(before);
    await journal();
    await replay();
    expect((await rows())[0]).toMatchObject({ lifted_by: 'admin@clinic.example' });
  });
});

describe('the mark that the cron raises (HS-12)', () => {
  it('is raised from where it was read, and not by whoever read another', async () => {
    expect(await raiseTide(db, 0, START)).toBe(true);
    expect((await readMarks(db)).tide).toBe(START);
    expect(await raiseTide(db, START - 1, START + 60_000)).toBe(false);
    expect(await raiseTide(db, START, START + 60_000)).toBe(true);
    expect((await readMarks(db)).tide).toBe(START + 60_000);
    expect(await raiseTide(db, START + 60_000, START)).toBe(false);
    expect((await readMarks(db)).tide).toBe(START + 60_000);
  });
});

describe('dials that a restored database does not know (HS-12, T23)', () => {
  const dial: KnownDial = {
    ...{ attemptId: 'att_1', callId: 'call_1', campaignId: null, contactId: null, patientId: 'pat_1' },
    ...{ phoneHash: 'k1.hash', counts: true, dialedAt: START },
  };
  const attempts = async () => (await testEnv.DB.prepare('select * from attempts').all()).results;

  it('are written again, counted for the caps, and hold no number', async () => {
    expect(await replayDials(db, [dial], START)).toBe(1);
    expect(await replayDials(db, [dial], START)).toBe(0);
    expect(await attempts()).toMatchObject([
      {
        ...{ id: 'att_1', patient_id: 'pat_1', phone_hash: 'k1.hash', status: 'ended', counts: 1 },
        ...{ dialed_at: START, answered_at: START, ended_at: START, reserved_number: null, reserved_patient: null },
      },
    ]);
  });

  it('of which it only knows that they wait are dialled, and are not sent to the line again', async () => {
    await testEnv.DB.exec(
      `insert into attempts (id, call_id, status, reserved_number, created_at) values ('att_1', 'call_1', 'queued', 'k1.hash', ${START - 5})`,
    );
    await replayDials(db, [dial], START);
    expect(await attempts()).toMatchObject([{ status: 'ended', dialed_at: START, reserved_number: null }]);
  });

  it('count, though the sweep gave up before they were known again what it only knew to wait', async () => {
    await testEnv.DB.exec(
      `insert into attempts (id, call_id, status, created_at, ended_at) values ('att_1', 'call_1', 'canceled', 1, 2)`,
    );
    await replayDials(db, [dial], START);
    expect(await attempts()).toMatchObject([{ status: 'ended', dialed_at: START, answered_at: START }]);
  });

  it('leave an attempt as it is whose end is known', async () => {
    await testEnv.DB.exec(
      `insert into attempts (id, call_id, status, created_at, dialed_at, ended_at) values ('att_1', 'call_1', 'ended', 1, 2, 3)`,
    );
    await replayDials(db, [dial], START);
    expect(await attempts()).toMatchObject([{ dialed_at: 2, answered_at: null, ended_at: 3 }]);
  });
});

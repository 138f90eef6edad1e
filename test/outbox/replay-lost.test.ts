/** HS-12, T23: the cron notices a database that was set back, writes again what it lacks, and only then lets dialing go on. */
import { createScheduledController } from 'cloudflare:test';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import worker from '../../src/index.ts';
import { HANDLERS } from '../../src/outbox/handlers.ts';
import { DONE } from '../../src/outbox/job-handler.ts';
import { replayLost } from '../../src/outbox/replay-lost.ts';
import { runJob } from '../../src/outbox/run-job.ts';
import { keepDatabase, noticeSetBack } from '../../src/outbox/watch-database.ts';
import { getCampaign } from '../../src/store/campaigns.ts';
import { readMarks } from '../../src/store/database-marks.ts';
import { holdsOf } from '../../src/store/holds.ts';
import type { Job } from '../../src/store/jobs.ts';
import { dataKeyOf } from '../../src/store/patient-keys.ts';
import { readSign } from '../../src/store/signs.ts';
import { insertSuppression, isSuppressed } from '../../src/store/suppressions.ts';
import { addLines } from '../support/given-audit.ts';
import { givenCampaign } from '../support/given-campaign.ts';
import { askedFor, catchHints } from '../support/given-dialer.ts';
import { catchJobHints, givenJob } from '../support/given-jobs.ts';
import { givenPatient } from '../support/place-call.ts';
import { catchLog, db, later, restore, ring, START, stopClock, testEnv, until } from '../support/worker-env.ts';

const NUMBER = '+12025550177';
const MINUTE = 60_000;
const dialer = () => testEnv.DIALER.getByName('dialer');
const watch = async () => keepDatabase(testEnv, await noticeSetBack(testEnv, Date.now()), Date.now());
const rows = async (sql: string) => (await testEnv.DB.prepare(sql).all()).results;
let lines: Record<string, unknown>[];

beforeEach(async () => {
  stopClock();
  lines = catchLog();
  catchHints();
  // The clock of the test before was ahead.
  await testEnv.DB.exec(`delete from signs where name in ('database_behind', 'cron')`);
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

  it('copies what changes on the list, and keeps the copies few', async () => {
    const before = (await testEnv.BUCKET.list({ prefix: 'suppressions/' })).objects.length;
    for (let n = 0; n < 20; n += 1) {
      const phoneNumber = `+120255501${String(n).padStart(2, '0')}`;
      await insertSuppression(db, ring, { phoneNumber, reason: 'opted_out', callId: null }, Date.now());
      await watch();
    }
    const { objects } = await testEnv.BUCKET.list({ prefix: 'suppressions/' });
    expect(objects.length).toBeLessThan(Math.min(16, before + 20));
  });

  it('raises its mark each minute while nothing is wrong', async () => {
    later(MINUTE);
    await watch();
    expect((await readMarks(db)).tide).toBeGreaterThan(START);
    expect(await dialer().isStopped()).toBe(false);
  });

  it('takes a run of the cron that comes late, after the next one, for no set-back', async () => {
    later(2 * MINUTE);
    await watch();
    const late = Date.now() - MINUTE;
    for (const now of [late, Date.now()]) expect(await noticeSetBack(testEnv, now)).toBe('well');
    expect(await dialer().isStopped()).toBe(false);
  });
});

describe('a replay of many turns (HS-12, T23)', () => {
  const NUMBERS = ['+12025550160', '+12025550161', '+12025550162'];
  /** One piece of it. */
  const turn = async () => {
    later(MINUTE);
    await noticeSetBack(testEnv, Date.now());
    await replayLost(testEnv, Date.now(), 1);
  };
  const stageOf = async () => (await dialer().replaying())?.state.stage ?? 'open';
  const suppressed = () => Promise.all(NUMBERS.map((number) => isSuppressed(db, ring, number)));
  const dialOf = (n: number) => ({
    ...{ attemptId: `att_z${n}`, callId: `call_z${n}`, campaignId: null, contactId: null },
    ...{ patientId: `pat_z${n}`, phoneHash: `k1.z${n}`, counts: true },
  });

  /** Opt-outs, a dial and lines of the audit that are lost afterwards. */
  async function loseSome(n: number): Promise<void> {
    for (const phoneNumber of NUMBERS)
      await insertSuppression(db, ring, { phoneNumber, reason: 'opted_out', callId: null }, Date.now());
    await addLines({}, {}, {});
    await dialer().enqueue(`att_z${n}`, `call_z${n}`);
    expect(await dialer().take(`att_z${n}`, { dial: dialOf(n), marks: await readMarks(db) })).toEqual({
      permit: 'granted',
    });
    await dialer().release(`att_z${n}`);
    later(MINUTE);
    await watch();
    await setBack(10 * MINUTE);
  }
  const isWhole = async (n: number) => {
    expect(await suppressed()).toEqual([true, true, true]);
    expect(await rows(`select id from attempts where id = 'att_z${n}' and dialed_at is not null`)).toHaveLength(1);
  };

  it('goes on where the last turn ended, and opens only after the last piece, with the counts of all', async () => {
    await loseSome(1);
    const stages: string[] = [];
    for (let turns = 0; turns < 40 && stages.at(-1) !== 'open'; turns += 1) {
      await turn();
      stages.push(await stageOf());
      expect(await dialer().isStopped()).toBe(stages.at(-1) !== 'open');
    }
    // Each turn one piece; the last of them opens.
    expect([...new Set(stages)]).toEqual([
      ...[
        'audit',
        'lifted',
        'suppressions',
        'dials',
        'endings',
        'holds',
        'legal_holds',
        'campaigns',
        'erasures',
        'open',
      ],
    ]);
    await isWhole(1);
    const counts = lines.filter(({ event }) => event === 'database.replayed');
    const listed = counts.findLast(({ kind }) => kind === 'suppressions');
    expect(listed?.['count']).toBeGreaterThanOrEqual(NUMBERS.length);
    expect(counts.findLast(({ kind }) => kind === 'dials')).toMatchObject({ count: 1 });
  });

  it('begins anew when the database is set back once more meanwhile, and opens with everything', async () => {
    await loseSome(2);
    while ((await stageOf()) !== 'holds') await turn();
    expect(await suppressed()).toEqual([true, true, true]);
    // As it was before the first turn.
    await testEnv.DB.exec('delete from suppressions');
    await testEnv.DB.exec(`delete from attempts where id = 'att_z2'`);
    await testEnv.DB.exec(`delete from signs where name = 'database_behind'`);
    await turn();
    expect(await stageOf()).toBe('audit');
    while ((await stageOf()) !== 'open') await turn();
    await isWhole(2);
  });

  it('cut off at any piece is done from there the next minute, and loses nothing', async () => {
    await loseSome(3);
    const cuts: (() => void)[] = [
      () => vi.spyOn(testEnv.BUCKET, 'list').mockRejectedValueOnce(new Error('away')),
      () => vi.spyOn(testEnv.BUCKET, 'get').mockRejectedValueOnce(new Error('away')),
      () =>
        vi.spyOn(testEnv.DB, 'batch').mockImplementationOnce(() => {
          throw new Error('away');
        }),
    ];
    const stages: string[] = [];
    for (let turns = 0; stages.at(-1) !== 'open' && turns < 60; turns += 1) {
      cuts[turns % 6]?.();
      const before = await stageOf();
      const failed = await turn().then(
        () => false,
        () => true,
      );
      vi.mocked(testEnv.BUCKET.list).mockRestore?.();
      vi.mocked(testEnv.BUCKET.get).mockRestore?.();
      vi.mocked(testEnv.DB.batch).mockRestore?.();
      stages.push(await stageOf());
      if (failed) expect(stages.at(-1)).toBe(before);
    }
    await isWhole(3);
  });
});

it('holds back whose call ended nobody knows how, for they may have said that it is not their number (TC-22)', async () => {
  const givenCall = async (n: number, status: string | null) => {
    const { id } = await givenPatient({ phoneNumber: `+1202555016${n}` });
    await testEnv.DB.exec(
      `insert into consents (id, patient_id, phone_hash, basis, obtained_at, sealed, created_at) values ('con_${id}', '${id}', 'h', 'verbal', 1, 's', 1)`,
    );
    await testEnv.DB.exec(`update consents set created_at = 1 where patient_id = '${id}'`);
    const dial = {
      ...{ attemptId: `att_e${n}`, callId: `call_e${n}`, campaignId: null, contactId: null, patientId: id },
      ...{ phoneHash: `k1.e${n}`, counts: true },
    };
    await dialer().enqueue(dial.attemptId, dial.callId);
    expect(await dialer().take(dial.attemptId, { dial, marks: await readMarks(db) })).toEqual({ permit: 'granted' });
    await dialer().release(dial.attemptId);
    later(2000);
    if (status !== null)
      await testEnv.DB.exec(
        `insert into calls (id, patient_id, direction, status, language, questionnaire_id, questionnaire_version, attempt, identity, answered_by, consent_collection, consent_recording, recording_status, created_at, ended_at, sealed) values ('call_e${n}', '${id}', 'outbound', '${status}', 'en', 'q', 1, 1, 'not_checked', 'human', 'not_asked', 'not_asked', 'none', 1, ${status === 'completed' ? Date.now() + MINUTE : 'null'}, 's')`,
      );
    return id;
  };
  // The line gives out dials by the second, and the tests before took some.
  later(10_000);
  const gone = await givenCall(1, null);
  // Dialled before the time that D1 went back to, and under way then.
  const live = await givenCall(2, 'in_progress');
  const known = await givenCall(3, 'completed');
  later(5 * MINUTE);
  await watch();
  await setBack(MINUTE);
  await watch();
  const ended = (await rows(`select patient_id from consents where revoked_reason = 'database_set_back'`)).map(
    ({ patient_id }) => patient_id,
  );
  expect(ended).toEqual(expect.arrayContaining([gone, live]));
  expect(ended).not.toContain(known);
  expect(await dialer().isStopped()).toBe(false);
});

it('holds anew whoever was put under a legal hold meanwhile, and not whose hold was lifted (HS-12, HS-21)', async () => {
  const ids: string[] = [];
  for (const n of [0, 1, 2, 3]) ids.push((await givenPatient({ phoneNumber: `+1202555015${n}` })).id);
  const [held, lifted, again, refused] = ids as [string, string, string, string];
  later(5 * MINUTE);
  await watch();
  const line = (patientId: string, action: string, status = 201) => ({ action, status, patientId, method: 'POST' });
  await addLines(line(held, 'hold.place'), line(lifted, 'hold.place'), line(lifted, 'hold.lift', 200));
  await addLines(line(again, 'hold.place'), line(again, 'hold.place'), line(again, 'hold.lift', 200));
  await addLines(line(refused, 'hold.place', 409));
  const standing = async () =>
    (await rows('select patient_id, reason from holds where lifted_at is null')).filter(({ patient_id }) =>
      ids.includes(String(patient_id)),
    );
  for (const _ of ['once', 'twice']) {
    await setBack(MINUTE);
    await watch();
    expect(await standing()).toHaveLength(2);
  }
  expect(await standing()).toEqual(
    expect.arrayContaining([
      { patient_id: held, reason: 'other' },
      { patient_id: again, reason: 'other' },
    ]),
  );
  const [hold] = await holdsOf(db, await dataKeyOf(ring, held), held);
  expect(hold?.text).toContain('before the database was lost');
  expect(await dialer().isStopped()).toBe(false);
});

it('nothing is removed for good by a database that was set back, or cannot be asked, and all of it is afterwards (HS-12, HS-21)', async () => {
  catchJobHints();
  const kinds = ['apply_retention', 'sweep_storage', 'erase_patient', 'verify_audit'] as const;
  const ran: string[] = [];
  for (const kind of kinds)
    vi.spyOn(HANDLERS[kind], 'run').mockImplementation(async () => {
      ran.push(kind);
      return DONE;
    });
  await testEnv.DB.exec('delete from jobs');
  const jobs: Job[] = [];
  for (const kind of kinds) jobs.push(await givenJob({ kind, subject: 'all' }));
  const runAll = async () => {
    for (const { id } of jobs) await runJob(testEnv, id);
  };
  // Noticed by the work itself, before any cron.
  await setBack(10 * MINUTE);
  await runAll();
  expect(ran).toEqual(['verify_audit']);
  expect(await dialer().isStopped()).toBe(true);
  await watch();
  expect(await dialer().isStopped()).toBe(false);
  later(2 * MINUTE);
  const marks = vi.spyOn(testEnv.DIALER, 'getByName').mockImplementation(() => {
    throw new Error('away');
  });
  await runAll();
  expect(ran).toEqual(['verify_audit']);
  marks.mockRestore();
  later(2 * MINUTE);
  await runAll();
  expect(ran).toEqual(['verify_audit', 'apply_retention', 'sweep_storage', 'erase_patient']);
});

it('the first to be done about a set-back database is to pause its campaigns, whatever fails after that (HS-12)', async () => {
  const campaign = await givenCampaign([{ phoneNumber: '+12025550158' }]);
  await setBack(10 * MINUTE);
  expect(await noticeSetBack(testEnv, Date.now())).toBe('set_back');
  expect(await getCampaign(db, campaign.id)).toMatchObject({ status: 'paused', statusReason: 'database_set_back' });
  expect(await dialer().isStopped()).toBe(true);
});

it('keeps no other sweep waiting, and what fails of it is told as the cron’s failure', async () => {
  await dialer().hold(Date.now());
  await testEnv.DB.exec('delete from jobs');
  const begun = async () => (await rows(`select id from jobs where kind = 'sweep_storage'`)).length > 0;
  vi.spyOn(testEnv.BUCKET, 'list').mockImplementation(async () => {
    await until(begun);
    throw new TypeError('away');
  });
  await worker.scheduled(createScheduledController({ scheduledTime: new Date() }), testEnv);
  expect(await begun()).toBe(true);
  expect((await readSign(db, 'cron'))?.code).toBe('TypeError');
  expect(await dialer().isStopped()).toBe(true);
});

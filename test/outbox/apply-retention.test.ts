/** The daily round of retention: what is old enough goes, what is younger, held or unsigned stays, and what was done is counted. */

import { sql } from 'drizzle-orm';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as policy from '../../src/domain/retention/retention-policy.ts';
import { ROUND_RULES } from '../../src/domain/retention/retention-policy.ts';
import { sweepJobs } from '../../src/outbox/sweep-jobs.ts';
import { noticeSetBack } from '../../src/outbox/watch-database.ts';
import { readMarks } from '../../src/store/database-marks.ts';
import { insertDisclosure } from '../../src/store/disclosures.ts';
import { insertHold, liftHold } from '../../src/store/holds.ts';
import { insertJob } from '../../src/store/jobs.ts';
import { dataKeyOf } from '../../src/store/patient-keys.ts';
import { insertRequest } from '../../src/store/patient-requests.ts';
import { countHeldBack, oldestOf, overdueAudio, purgePage, retentionRunsByRule } from '../../src/store/retention.ts';
import { runDueJobs } from '../support/due-jobs.ts';
import { dumpDatabase } from '../support/dump-database.ts';
import { askedFor } from '../support/given-dialer.ts';
import { clearStorage, type Erasable, givenErasable, storedAudio, tablesNaming } from '../support/given-erasable.ts';
import { catchJobHints, knownJob } from '../support/given-jobs.ts';
import { catchLog, config, db, later, restore, ring, stopClock, testEnv } from '../support/worker-env.ts';

const ROUND = { kind: 'apply_retention', subject: 'all' } as const;
const DAY = 24 * 3_600_000;
const YEAR = 365.25 * DAY;
const BY = { id: 'staff_1', name: 'ann' };

let lines: Record<string, unknown>[];
beforeEach(async () => {
  stopClock();
  lines = catchLog();
  catchJobHints();
  await clearStorage();
});
afterEach(restore);

async function round(): Promise<void> {
  await insertJob(db, ROUND, Date.now(), 'again');
  await runDueJobs();
  expect(await knownJob(ROUND)).toMatchObject({ status: 'done', code: null });
}
const sign = () => testEnv.DB.exec(`update calls set review = 'signed', signed_by = 'ann', signed_at = ${Date.now()}`);
const holdOn = async ({ patient }: Pick<Erasable, 'patient'>, id = 'hold_1') => {
  const row = { id, patientId: patient.id, reason: 'litigation', text: 'Case 7' } as const;
  await insertHold(db, await dataKeyOf(ring, patient.id), row, BY, Date.now());
};
const removedBy = async () =>
  Object.fromEntries([...(await retentionRunsByRule(db))].map(([rule, { removed }]) => [rule, removed]));

describe('audio', () => {
  it('goes so many days after the note was signed, and the call stays with why (RC-09, S1-M8)', async () => {
    const given = await givenErasable();
    later(200 * DAY);
    await sign();
    later(config.retentionDays * DAY - 1);
    await round();
    expect(await storedAudio()).toHaveLength(1);
    later(2);
    await round();
    expect(await storedAudio()).toEqual([]);
    const { recordings, recording_transcripts: spoken, calls } = await dumpDatabase();
    // With it goes what was written down from it; what was heard live is part of the record.
    expect(spoken).toEqual([]);
    expect(await tablesNaming(given)).toContain('call_logs');
    expect(recordings).toMatchObject([{ status: 'failed', reason: 'kept_its_time', sealed: null }]);
    expect(calls?.find(({ id }) => id === given.outbound.callId)).toMatchObject({ recording_status: 'failed' });
    expect(await tablesNaming(given)).toContain('notes');
    expect(await removedBy()).toMatchObject({ call_audio: 1, call_records: 0 });
    expect(lines.filter(({ event }) => event === 'retention.removed')).toMatchObject([
      { kind: 'call_audio', count: 1 },
    ]);
  });

  it('that nobody has signed for is never removed, and is listed as overdue (RC-09)', async () => {
    const { outbound } = await givenErasable();
    later(5 * YEAR);
    await round();
    expect(await storedAudio()).toHaveLength(1);
    const { count, shown } = await overdueAudio(db, Date.now() - config.retentionDays * DAY, 20);
    expect([count, shown.map(({ callId }) => callId)]).toEqual([1, [outbound.callId]]);
  });

  it('of a note that was put right after its signature waits for the next one', async () => {
    await givenErasable();
    await sign();
    await testEnv.DB.exec("update calls set review = 'unreviewed', signed_by = null, signed_at = null");
    later(YEAR);
    await round();
    expect(await storedAudio()).toHaveLength(1);
  });
});

describe('records', () => {
  it('younger than six years stay, every one of them (HS-06, TC-26)', async () => {
    const given = await givenErasable();
    await sign();
    const before = await dumpDatabase();
    later(6 * YEAR);
    await round();
    const after = await dumpDatabase();
    for (const table of ['calls', 'notes', 'call_logs', 'reviews', 'tasks', 'consents', 'dial_decisions', 'attempts'])
      expect([table, after[table]?.length]).toEqual([table, before[table]?.length]);
    expect(await tablesNaming(given)).toContain('patients');
  });

  it('older than the policy says go, rule by rule, and what was removed is counted (HS-06, C74)', async () => {
    const given = await givenErasable();
    later(11 * YEAR);
    await round();
    expect(await tablesNaming(given)).toEqual(['consents', 'patients', 'suppressions']);
    expect(await removedBy()).toMatchObject({ call_records: 2, consents: 0 });
    expect((await removedBy())['dial_evidence']).toBeGreaterThan(0);
    const [audio] = [await storedAudio()];
    expect(audio).toEqual([]);
    // What is counted goes on being counted.
    await round();
    expect((await retentionRunsByRule(db)).get('call_records')).toMatchObject({ removed: 0, removedTotal: 2 });
  });

  it('a hold keeps whole, with everything that is of it, until it is lifted (HS-21)', async () => {
    const given = await givenErasable();
    const other = await givenErasable();
    await sign();
    await holdOn(given);
    const before = await tablesNaming(given);
    later(11 * YEAR);
    await round();
    expect(await tablesNaming(given)).toEqual(before);
    expect(await storedAudio()).toEqual([expect.stringContaining(given.outbound.callId)]);
    expect(await tablesNaming(other)).toEqual(['consents', 'patients', 'suppressions']);
    expect((await retentionRunsByRule(db)).get('call_records')).toMatchObject({ held: 2 });
    await liftHold(
      db,
      await dataKeyOf(ring, given.patient.id),
      { id: 'hold_1', patientId: given.patient.id },
      'over',
      BY,
      Date.now(),
    );
    await round();
    expect(await storedAudio()).toEqual([]);
    expect(await tablesNaming(given)).toEqual(['consents', 'holds', 'patients', 'suppressions']);
  });

  it('of requests, disclosures and lifted holds go seven years after they ended (HS-22)', async () => {
    const { patient } = await givenErasable();
    const dataKey = await dataKeyOf(ring, patient.id);
    const at = Date.now();
    const request = {
      id: 'req_1',
      patientId: patient.id,
      kind: 'access',
      receivedAt: at,
      dueAt: at,
      callId: null,
      details: null,
    } as const;
    await insertRequest(db, dataKey, request, BY, at);
    await insertRequest(db, dataKey, { ...request, id: 'req_2' }, BY, at);
    await testEnv.DB.exec(`update patient_requests set status = 'done', ended_at = ${at} where id = 'req_1'`);
    const told = { id: 'dsc_1', patientId: patient.id, purpose: 'legal', what: 'export', ref: null, at } as const;
    await insertDisclosure(db, dataKey, { ...told, recipient: 'A court', description: null }, BY);
    later(6.5 * YEAR);
    await round();
    expect((await dumpDatabase())['patient_requests']).toHaveLength(2);
    expect((await dumpDatabase())['disclosures']).toHaveLength(1);
    later(YEAR);
    await round();
    // One that nobody has answered is not over.
    expect((await dumpDatabase())['patient_requests']).toMatchObject([{ id: 'req_2' }]);
    expect((await dumpDatabase())['disclosures']).toEqual([]);
  });
});

describe('a term that is shorter than the law asks for', () => {
  it('removes nothing, says so in the log and in the count (HS-06)', async () => {
    await givenErasable();
    const real = policy.retentionPolicyAt(Date.now());
    const rules = (real?.rules ?? []).map((rule) =>
      rule.id === 'call_records' ? { ...rule, keep: { days: 5 * 365 } } : rule,
    );
    vi.spyOn(policy.RETENTION_POLICIES, 'filter').mockReturnValue([{ ...real!, rules }]);
    later(11 * YEAR);
    await round();
    expect((await dumpDatabase())['calls']).toHaveLength(2);
    expect((await retentionRunsByRule(db)).get('call_records')).toMatchObject({ removed: 0, code: 'under_minimum' });
    expect(lines.filter(({ event }) => event === 'retention.refused')).toMatchObject([{ kind: 'call_records' }]);
  });
});

describe('a clinic where nobody was dialled for longer than dials are kept', () => {
  it('is no database that was set back: the newest dial goes, the next is granted, and a set-back is still noticed (HS-06, HS-12)', async () => {
    const dialer = testEnv.DIALER.getByName('dialer');
    await givenErasable();
    expect(await noticeSetBack(testEnv, Date.now())).toBe('well');
    const earlier = await dumpDatabase();
    later(11 * YEAR);
    expect(await noticeSetBack(testEnv, Date.now())).toBe('well');
    await round();
    expect((await dumpDatabase())['attempts']).toEqual([]);
    // The same again, with nothing left to remove.
    for (const _ of ['at once', 'a day later']) {
      expect(await noticeSetBack(testEnv, Date.now())).toBe('well');
      later(DAY);
      await round();
    }
    expect(await dialer.isStopped()).toBe(false);
    await dialer.enqueue('att_next', 'call_next');
    expect(await dialer.take('att_next', askedFor('att_next', await readMarks(db)))).toEqual({ permit: 'granted' });
    await dialer.release('att_next');
    const { attempt } = await readMarks(db);
    expect(earlier['attempts']?.map(({ id }) => id)).toContain(attempt);
    // A database from before the first dial has neither.
    await testEnv.DB.exec("delete from signs where name = 'attempts_removed'");
    expect(await noticeSetBack(testEnv, Date.now())).toBe('set_back');
  });

  it('leaves the mark where it is when an older dial is removed after a newer one (HS-12)', async () => {
    const add = (id: string) =>
      testEnv.DB.exec(
        `insert into attempts (id, call_id, status, created_at, ended_at) values ('${id}', 'c', 'ended', 1, 2)`,
      );
    await add('att_00000000-0001-b');
    await purgePage(db, 'dial_evidence', 5, 10);
    await add('att_00000000-0001-a');
    await purgePage(db, 'dial_evidence', 5, 10);
    expect([(await dumpDatabase())['attempts'], (await readMarks(db)).attempt]).toEqual([[], 'att_00000000-0001-b']);
    await add('att_00000000-0001-c');
    expect((await readMarks(db)).attempt).toBe('att_00000000-0001-c');
  });
});

describe('the round', () => {
  it('begins by itself once a day (C74)', async () => {
    await sweepJobs(testEnv, Date.now());
    await runDueJobs();
    const first = (await retentionRunsByRule(db)).get('consents')?.ranAt;
    later(23 * 3_600_000);
    await sweepJobs(testEnv, Date.now());
    await runDueJobs();
    expect((await retentionRunsByRule(db)).get('consents')?.ranAt).toBe(first);
    later(2 * 3_600_000);
    await sweepJobs(testEnv, Date.now());
    await runDueJobs();
    expect((await retentionRunsByRule(db)).get('consents')?.ranAt).toBe(Date.now());
  });

  it('goes on where it was killed, a bounded page at a time', async () => {
    await givenErasable();
    later(11 * YEAR);
    const page = await purgePage(db, 'call_records', Date.now(), 1);
    expect(page).toMatchObject({ removed: 1, mayBeMore: true });
    await round();
    expect((await dumpDatabase())['calls']).toEqual([]);
  });

  it('knows what goes next by each rule', async () => {
    await givenErasable();
    for (const rule of ROUND_RULES) expect(await countHeldBack(db, rule, Date.now())).toBe(0);
    expect(await oldestOf(db, 'call_records')).toBeGreaterThan(0);
    expect(await oldestOf(db, 'rights')).toBeNull();
  });
});

describe('hold against every rule', () => {
  it('wins, whoever is held and however old everything is (HS-21)', async () => {
    const people = [await givenErasable(), await givenErasable()];
    await sign();
    await testEnv.DB.exec(`update consents set revoked_at = ${Date.now()}`);
    const backup = await dumpDatabase();
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom([true, false], [false, true], [true, true]),
        fc.integer({ min: 0, max: 20 * 365 }),
        fc.shuffledSubarray([...ROUND_RULES], { minLength: 1 }),
        async (heldOnes, days, rules) => {
          for (const [table, rows] of Object.entries(backup)) {
            if (table.startsWith('audit_') || table === 'questionnaire_versions') continue;
            await db.run(sql.raw(`delete from ${table}`));
            for (const row of rows) {
              const names = Object.keys(row);
              await testEnv.DB.prepare(
                `insert into ${table} (${names.join(',')}) values (${names.map(() => '?').join(',')})`,
              )
                .bind(...Object.values(row))
                .run();
            }
          }
          for (const [i, person] of people.entries()) if (heldOnes[i]) await holdOn(person, `hold_${i}`);
          const before = await Promise.all(people.map(tablesNaming));
          const snapshot = await dumpDatabase();
          for (const rule of rules) await purgePage(db, rule, Date.now() + days * DAY, 100);
          const after = await dumpDatabase();
          for (const [i, person] of people.entries()) {
            if (!heldOnes[i]) continue;
            expect(await tablesNaming(person)).toEqual(before[i]);
            const ids = [person.patient.id, person.outbound.callId, person.inbound.callId];
            const of = (rows: Record<string, unknown>[] = []) =>
              rows.filter((row) => ids.some((id) => JSON.stringify(row).includes(id)));
            for (const table of Object.keys(snapshot)) expect(of(after[table])).toEqual(of(snapshot[table]));
          }
        },
      ),
      { numRuns: 6 },
    );
  }, 60_000);
});

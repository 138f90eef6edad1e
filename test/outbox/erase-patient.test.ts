/** A patient is erased: of what they left nothing is left, and no copy of it opens, wherever it was killed or restored (C74, X13). */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { sweepJobs } from '../../src/outbox/sweep-jobs.ts';
import { IntakeSession } from '../../src/session/intake-session.ts';
import { getCallLog } from '../../src/store/call-logs.ts';
import { getCall, listCalls } from '../../src/store/calls.ts';
import { activeConsent } from '../../src/store/consents.ts';
import { beginEmergency, getEmergency } from '../../src/store/emergency-accesses.ts';
import { insertErasure } from '../../src/store/erasure.ts';
import { listPatients } from '../../src/store/find-patients.ts';
import { retryJob } from '../../src/store/jobs.ts';
import { getNote } from '../../src/store/notes.ts';
import { dataKeyOf } from '../../src/store/patient-keys.ts';
import { getPatient, patientsByNumber } from '../../src/store/patients.ts';
import { type ReadableRecording, readRecording } from '../../src/store/recording-bucket.ts';
import { getRecording, readable } from '../../src/store/recordings.ts';
import { purgePage } from '../../src/store/retention.ts';
import { rehashConsents } from '../../src/store/rotation.ts';
import { isSuppressed } from '../../src/store/suppressions.ts';
import { unfinishedIntake } from '../../src/store/unfinished-intakes.ts';
import { runDueJobs } from '../support/due-jobs.ts';
import { countsOf, dumpDatabase } from '../support/dump-database.ts';
import { networkError, recording, recordings, refused } from '../support/fake-telnyx.ts';
import { addLines } from '../support/given-audit.ts';
import { givenCaller } from '../support/given-caller.ts';
import {
  clearStorage,
  type Erasable,
  givenBackup,
  givenErasable,
  heldBy,
  savedRecording,
  storedAudio,
  tablesNaming,
} from '../support/given-erasable.ts';
import { catchJobHints, deliver, hintOf, knownJob } from '../support/given-jobs.ts';
import { givenTelnyx } from '../support/given-session.ts';
import { givenPatient } from '../support/place-call.ts';
import { catchLog, db, later, restore, ring, stopClock, testEnv } from '../support/worker-env.ts';

let lines: Record<string, unknown>[];
beforeEach(async () => {
  stopClock();
  lines = catchLog();
  catchJobHints();
  await clearStorage();
});
afterEach(restore);

const HOUR = 3_600_000;
const vault = () => testEnv.KEY_VAULT.getByName('vault');
const erase = async ({ patient }: Pick<Erasable, 'patient'>): Promise<void> => {
  await insertErasure(db, patient.id, Date.now());
  await runDueJobs();
};
const erasureOf = ({ patient }: Pick<Erasable, 'patient'>) => knownJob({ kind: 'erase_patient', subject: patient.id });

/** Ids and codes alone, and the number only under a keyed hash: the proof of what was done. */
const KEPT = ['attempts', 'dial_decisions', 'jobs', 'suppressions'];

async function expectErased(given: Erasable): Promise<void> {
  const { patient, outbound, inbound } = given;
  expect(await erasureOf(given)).toMatchObject({ status: 'done', code: null });
  expect(await tablesNaming(given)).toEqual(KEPT);
  expect(await storedAudio()).toEqual([]);
  for (const { callId } of [outbound, inbound]) expect(await heldBy(callId)).toEqual(['tombstone']);
  expect(await vault().wrappedKeys([patient.id])).toEqual([]);
  expect(await vault().erasedAfter('', 10)).toEqual([patient.id]);
}

describe('an erased patient', () => {
  it('leaves nothing in D1, R2, Telnyx, sessions and the vault but the do-not-call list and the audit (HS-21)', async () => {
    const given = await givenErasable();
    const { patient, outbound } = given;
    expect(await tablesNaming(given)).toEqual([
      ...['attempts', 'call_logs', 'calls', 'consents', 'dial_decisions', 'jobs'],
      ...['notes', 'patients', 'recording_transcripts', 'recordings', 'reviews', 'suppressions', 'tasks'],
    ]);
    await erase(given);
    await expectErased(given);
    expect(outbound.telnyx.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /recordings',
      `DELETE /recordings/rec-of-${outbound.callId}`,
    ]);
    const left = await dumpDatabase();
    expect(JSON.stringify(left)).not.toMatch(/canary|MRN-CANARY|1980-04/i);
    expect(JSON.stringify(left)).not.toContain(patient.phoneNumber.slice(2));
    expect(left['jobs']?.map(({ kind }) => kind)).toEqual(['erase_patient']);
    expect(await isSuppressed(db, ring, patient.phoneNumber)).toBe(true);
  });

  it('leaves that somebody agreed to be called, when and for what, and nothing that says who, for seven years (HS-06, TC-26)', async () => {
    const given = await givenErasable();
    const [before] = (await dumpDatabase())['consents'] ?? [];
    await erase(given);
    const [left, ...more] = (await dumpDatabase())['consents'] ?? [];
    expect(more).toEqual([]);
    const { basis, purposes, obtained_at, created_at, id } = before ?? {};
    expect(left).toMatchObject({ id, basis, purposes, obtained_at, created_at, phone_hash: '', sealed: '' });
    expect(left).toMatchObject({ revoked_reason: 'erased', revoked_at: Date.now() });
    expect(left?.['patient_id']).toMatch(/^erased_[0-9a-f-]{36}$/);
    expect(await activeConsent(db, ring, given.patient.id, given.patient.phoneNumber)).toBeNull();
    // Every dial decision still finds the consent it rested on.
    expect(JSON.stringify((await dumpDatabase())['dial_decisions'])).toContain(String(id));
    expect(await rehashConsents(db, { ...ring, currentId: 'k9' }, '', 10)).toEqual({ next: null, stuck: 0 });
    const ago = (years: number) => Date.now() - years * 365.25 * 24 * HOUR;
    later(6.9 * 365.25 * 24 * HOUR);
    await purgePage(db, 'consents', ago(7), 10);
    expect((await dumpDatabase())['consents']).toHaveLength(1);
    later(0.2 * 365.25 * 24 * HOUR);
    await purgePage(db, 'consents', ago(7), 10);
    expect((await dumpDatabase())['consents']).toEqual([]);
  });

  it('that ended before says when and why as it did, after the patient is erased (HS-06)', async () => {
    const given = await givenErasable();
    await testEnv.DB.exec("update consents set revoked_at = 7, revoked_reason = 'asked'");
    await erase(given);
    expect((await dumpDatabase())['consents']).toMatchObject([{ revoked_at: 7, revoked_reason: 'asked' }]);
  });

  it('takes the words along that somebody wrote when they looked at them in an emergency (HS-02, HS-21)', async () => {
    const given = await givenErasable();
    const taken = { staffId: 'staff_7', staffName: 'ann@clinic.example', reason: 'Canary cannot breathe at all.' };
    const { id = '' } = (await beginEmergency(db, ring, taken, Date.now())) ?? {};
    await addLines({ at: Date.now() + 1, actor: 'staff_7', patientId: given.patient.id });
    later(2 * HOUR);
    await erase(given);
    expect(await getEmergency(db, ring, id)).toMatchObject({ staffName: 'ann@clinic.example', reason: null });
    expect(await vault().wrappedKeys([id])).toEqual([]);
    // Nor is it in the copy of the vault, but that it is gone.
    const copy = (await (await testEnv.BUCKET.get('vault/keys.ndjson'))?.text()) ?? '';
    expect(copy.split('\n').filter((line) => line.includes(id))).toEqual([expect.not.stringMatching(/k\d\./)]);
  });

  it('takes nobody else along', async () => {
    const given = await givenErasable();
    const other = await givenErasable();
    await erase(given);
    expect(await getPatient(db, ring, other.patient.id)).toMatchObject({ firstName: 'Canaryfirst' });
    expect(await getNote(db, ring, other.inbound.callId)).not.toBeNull();
    expect(await storedAudio()).toEqual([expect.stringContaining(other.outbound.callId)]);
    expect(await heldBy(other.inbound.callId)).toEqual(['call', 'plan']);
    expect(await tablesNaming(other)).toContain('recordings');
  });

  it('is erased although the audio at Telnyx is long gone', async () => {
    const given = await givenErasable();
    given.outbound.telnyx.always('delete_recording', refused(404, '10005'));
    await erase(given);
    await expectErased(given);
  });

  it('whose recording Telnyx never told of is looked for there by its leg, and deleted', async () => {
    const given = await givenErasable();
    await testEnv.DB.exec("update recordings set telnyx_id = null, status = 'pending'");
    given.outbound.telnyx.always('list_recordings', recordings({ id: 'rec-untold' }));
    await erase(given);
    expect(given.outbound.telnyx.sent('delete_recording').map(({ path }) => path)).toEqual(['/recordings/rec-untold']);
    await expectErased(given);
  });

  it('whose recording is not there yet is looked for until it cannot come any more', async () => {
    const given = await givenErasable();
    await testEnv.DB.exec('delete from recordings');
    const { telnyx } = given.outbound;
    await erase(given);
    expect(await erasureOf(given)).toMatchObject({ status: 'waiting', code: null });
    expect([await tablesNaming(given), await storedAudio()]).toEqual([KEPT, []]);
    telnyx.always('list_recordings', recordings({ id: 'rec-late' }, { id: 'rec-later' }));
    later(10 * 60_000);
    await runDueJobs();
    expect(telnyx.sent('delete_recording').map(({ path }) => path)).toEqual([
      '/recordings/rec-late',
      '/recordings/rec-later',
    ]);
    await expectErased(given);
  });

  it('of whom Telnyx never made a recording is done some hours later', async () => {
    const given = await givenErasable();
    await testEnv.DB.exec('delete from recordings');
    await erase(given);
    for (let hours = 0; hours < 8; hours += 1) {
      later(HOUR);
      await runDueJobs();
    }
    expect(given.outbound.telnyx.sent('delete_recording')).toEqual([]);
    await expectErased(given);
  });

  it('frees a number that is still held for a dial nobody knows of', async () => {
    const given = await givenErasable();
    await testEnv.DB.exec("update attempts set status = 'unknown', ended_at = null, reserved_number = 'k1.hash'");
    await erase(given);
    expect((await dumpDatabase())['attempts']).toMatchObject([{ status: 'ended', reserved_number: null }]);
  });

  it('is erased although what is kept of them does not open any more', async () => {
    const given = await givenErasable();
    await testEnv.DB.exec("update patients set sealed = 'AAAA'; update calls set sealed = 'AAAA';");
    await erase(given);
    await expectErased(given);
  });
});

describe('an erasure that is killed', () => {
  /** Fails once, before or after it was carried out. */
  const killing = (target: object, method: string, moment: 'before' | 'after') => {
    type Work = (...values: unknown[]) => Promise<unknown>;
    const methods = target as Record<string, Work>;
    const real = methods[method] as Work;
    vi.spyOn(methods, method).mockImplementationOnce(async function (this: unknown, ...values) {
      if (moment === 'after') await real.apply(this, values);
      throw new Error('killed');
    });
  };
  const STEPS = {
    'the first session': (moment) => killing(IntakeSession.prototype, 'erase', moment),
    'a session that may know them': (moment) => killing(IntakeSession.prototype, 'forgetPatient', moment),
    'the audio': (moment) => killing(testEnv.BUCKET, 'delete', moment),
    'the rows': (moment) => killing(testEnv.DB, 'batch', moment),
  } satisfies Record<string, (moment: 'before' | 'after') => void>;
  const cases = Object.keys(STEPS).flatMap((step) => [[step, 'before'] as const, [step, 'after'] as const]);

  it.each(cases)('at %s, %s it is done, ends the same', async (step, moment) => {
    const given = await givenErasable();
    STEPS[step as keyof typeof STEPS](moment);
    await erase(given);
    expect(await erasureOf(given)).toMatchObject({ status: 'waiting', code: 'error' });
    // The key is the first to go: nothing opens meanwhile.
    expect(await getPatient(db, ring, given.patient.id)).toBeNull();
    later(60_000);
    await runDueJobs();
    await expectErased(given);
  });

  it.each([
    ['refuses', refused(500, '10007')],
    ['is away', networkError],
  ])(
    'because Telnyx %s goes on until the audio there is gone as well, though nothing is left here',
    async (_, answer) => {
      const given = await givenErasable();
      given.outbound.telnyx.next('delete_recording', answer);
      await erase(given);
      expect(await erasureOf(given)).toMatchObject({ status: 'waiting', code: expect.stringMatching(/^telnyx_/) });
      expect([await tablesNaming(given), await storedAudio()]).toEqual([KEPT, []]);
      later(60_000);
      await runDueJobs();
      expect(given.outbound.telnyx.sent('delete_recording')).toHaveLength(2);
      await expectErased(given);
    },
  );

  it('for good at Telnyx, and sent again by somebody, still deletes what lies there', async () => {
    const given = await givenErasable();
    given.outbound.telnyx.always('delete_recording', refused(403, '10010'));
    await erase(given);
    while ((await erasureOf(given)).status === 'waiting') {
      later(9 * HOUR);
      await runDueJobs();
    }
    expect(await erasureOf(given)).toMatchObject({ status: 'dead' });
    given.outbound.telnyx.always('delete_recording', null);
    const tries = given.outbound.telnyx.sent('delete_recording').length;
    await retryJob(db, (await erasureOf(given)).id, Date.now());
    await runDueJobs();
    expect(
      given.outbound.telnyx
        .sent('delete_recording')
        .slice(tries)
        .map(({ path }) => path),
    ).toEqual([`/recordings/rec-of-${given.outbound.callId}`]);
    await expectErased(given);
  });

  it('before its page could be noted is done again when the lease has run out', async () => {
    const given = await givenErasable();
    await insertErasure(db, given.patient.id, Date.now());
    const prepare = testEnv.DB.prepare.bind(testEnv.DB);
    vi.spyOn(testEnv.DB, 'prepare').mockImplementation((sql) => {
      if (/^update "jobs" set "status"/.test(sql)) throw new Error('killed');
      return prepare(sql);
    });
    expect(await deliver(hintOf(await erasureOf(given)))).toEqual({ acked: 0, retried: 1 });
    vi.mocked(testEnv.DB.prepare).mockRestore();
    await runDueJobs();
    expect((await erasureOf(given)).status).toBe('waiting');
    later(11 * 60_000);
    await runDueJobs();
    await expectErased(given);
  });
});

describe('an older copy of D1 and R2 that is put back after an erasure', () => {
  async function givenRestored(): Promise<Erasable & { readonly audio: ReadableRecording }> {
    const given = await givenErasable();
    const stored = await getRecording(db, given.outbound.callId);
    const audio = stored === null ? null : readable(stored);
    if (audio === null) throw new Error('no audio');
    const putBack = await givenBackup();
    const before = countsOf(await dumpDatabase());
    await erase(given);
    await putBack();
    expect(countsOf(await dumpDatabase())).toEqual(before);
    expect(await storedAudio()).toHaveLength(1);
    return { ...given, audio };
  }

  it('yields nothing of them: no details, no call, no note, no words, no sound (X13, T19, HS-21)', async () => {
    const { patient, outbound, inbound, audio } = await givenRestored();
    expect(await getPatient(db, ring, patient.id)).toBeNull();
    expect(await patientsByNumber(db, ring, patient.phoneNumber, 5)).toEqual([]);
    const filter = { limit: 10, cursor: null };
    expect((await listPatients(db, ring, { ...filter, phoneNumber: patient.phoneNumber })).items).toEqual([]);
    expect((await listPatients(db, ring, { ...filter, externalId: 'MRN-CANARY' })).items).toEqual([]);
    expect((await listCalls(db, ring, filter)).items).toEqual([]);
    const noKey = { name: 'SealError', code: 'no_key' };
    for (const { callId } of [outbound, inbound]) {
      expect(await getCall(db, ring, callId)).toBeNull();
      await expect(getNote(db, ring, callId)).rejects.toMatchObject(noKey);
      await expect(getCallLog(db, ring, callId)).rejects.toMatchObject(noKey);
    }
    await expect(dataKeyOf(ring, patient.id)).rejects.toMatchObject(noKey);
    const anyKey = await dataKeyOf(ring, (await givenPatient()).id);
    await expect(readRecording(testEnv.BUCKET, audio, anyKey, 0, audio.bytes - 1)).rejects.toThrow('does not open');
    const asked = { now: Date.now(), except: '', callSoFar: async () => null };
    await expect(unfinishedIntake(db, ring, patient, asked)).rejects.toMatchObject(noKey);
  });

  it('lets their number ring us as a stranger', async () => {
    const { patient } = await givenRestored();
    const caller = await (await givenCaller(patient.phoneNumber)).answered();
    expect((await caller.storedSession())?.plan).toMatchObject({ candidates: [], patient: { firstName: null } });
    expect((await caller.storedSession())?.plan.patient.patientId).not.toBe(patient.id);
  });

  it('is cleared of them again by the daily sweep', async () => {
    const given = await givenRestored();
    given.outbound.telnyx.always('delete_recording', refused(404, '10005'));
    await sweepJobs(testEnv, Date.now());
    await runDueJobs();
    expect(lines.filter(({ event }) => event === 'patient.returned')).toMatchObject([{ patient_id: given.patient.id }]);
    expect(await knownJob({ kind: 'sweep_storage', subject: 'all' })).toMatchObject({ status: 'done' });
    await expectErased(given);
  });
});

describe('what comes after an erasure', () => {
  it('late webhooks of their calls, and a second ring of the same leg, change nothing and store nothing', async () => {
    const given = await givenErasable();
    const { outbound, inbound } = given;
    await erase(given);
    const before = await dumpDatabase();
    const telnyx = givenTelnyx();
    for (const call of [outbound, inbound]) {
      expect(await call.webhook('call.recording.saved', savedRecording('rec-late'))).toBe('late');
      expect(await call.webhook('call.cost', { total_cost: '0.01' })).toBe('late');
      expect(await call.hangup()).toBe('late');
      expect(await call.hears('I have a Canary pain in my chest.')).toBe('late');
    }
    expect(await inbound.rings()).toBe('duplicate');
    await runDueJobs();
    later(25 * HOUR);
    for (const call of [outbound, inbound]) await call.alarm();
    expect(await dumpDatabase()).toEqual(before);
    expect([telnyx.requests, telnyx.alerts]).toEqual([[], []]);
    for (const { callId } of [outbound, inbound]) expect(await heldBy(callId)).toEqual(['tombstone']);
  });

  it('a fetch that was under way stores nothing that lasts', async () => {
    const given = await givenErasable();
    await testEnv.DB.exec("update recordings set status = 'pending'; update jobs set due_at = 0, status = 'waiting'");
    await testEnv.BUCKET.delete(await storedAudio());
    const { telnyx } = given.outbound;
    telnyx.always('retrieve_recording', recording());
    const fetchJob = await knownJob({ kind: 'fetch_recording', subject: given.outbound.callId });
    let erased: Promise<void> | null = null;
    telnyx.always('download', async () => {
      erased ??= erase(given);
      await erased;
      const body = new Uint8Array(720);
      for (let at = 0; at < 720; at += 72) body.set([0xff, 0xf3, 0x28, 0xc0], at);
      return new Response(body, { headers: { 'Content-Type': 'audio/mpeg' } });
    });
    await deliver(hintOf(fetchJob));
    expect(erased).not.toBeNull();
    later(2 * HOUR);
    await sweepJobs(testEnv, Date.now());
    await runDueJobs();
    await expectErased(given);
  });
});

/** A patient is erased while calls are under way: theirs, those of others at the same number, and those that only wait to be dialled. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { getCall } from '../../src/store/calls.ts';
import { insertErasure } from '../../src/store/erasure.ts';
import { getNote } from '../../src/store/notes.ts';
import type { Patient } from '../../src/store/patients.ts';
import { isSuppressed } from '../../src/store/suppressions.ts';
import { runDueJobs } from '../support/due-jobs.ts';
import { dumpDatabase } from '../support/dump-database.ts';
import { type Caller, givenCaller } from '../support/given-caller.ts';
import { consume } from '../support/given-dialer.ts';
import { clearStorage, endedCall, givenCallTo, heldBy } from '../support/given-erasable.ts';
import { catchJobHints, knownJob } from '../support/given-jobs.ts';
import { BIRTH_DATE_KEYS } from '../support/given-plan.ts';
import { deployKeys, NEW, OLD } from '../support/given-ring.ts';
import { forgetCaps, givenPatient, nextNumber } from '../support/place-call.ts';
import { catchLog, db, later, restore, ring, stopClock, testEnv, until } from '../support/worker-env.ts';

beforeEach(async () => {
  stopClock();
  catchLog();
  catchJobHints();
  await clearStorage();
});
afterEach(async () => {
  restore();
  await deployKeys(OLD);
});

const vault = () => testEnv.KEY_VAULT.getByName('vault');
const erasureOf = ({ id }: Patient) => knownJob({ kind: 'erase_patient', subject: id });
/** As the API does it: the key at once, the rest in the background. */
async function erase(patient: Patient): Promise<void> {
  await vault().erase(patient.id, Date.now());
  await insertErasure(db, patient.id, Date.now());
  await runDueJobs();
}
const tablesWith = async (id: string): Promise<string[]> =>
  Object.entries(await dumpDatabase()).flatMap(([table, rows]) => (JSON.stringify(rows).includes(id) ? [table] : []));

describe('a call of the patient that still runs', () => {
  it('holds the erasure up, which is tried again and done after the hang-up', async () => {
    const patient = await givenPatient();
    const call = await (await givenCallTo(patient)).consented('2');
    await erase(patient);
    expect(await erasureOf(patient)).toMatchObject({ status: 'waiting', code: 'call_live', attempts: 1 });
    expect(await call.state()).toMatchObject({ phase: 'asking' });
    await call.keys('4');
    await endedCall(call);
    later(60_000);
    await runDueJobs();
    expect(await erasureOf(patient)).toMatchObject({ status: 'done', code: null });
    expect(await heldBy(call.callId)).toEqual(['tombstone']);
    expect(await tablesWith(call.callId)).toEqual(['attempts', 'dial_decisions']);
  });

  it('leaves no note when it is written down at the very moment of the erasure', async () => {
    const patient = await givenPatient();
    const call = await (await givenCallTo(patient)).consented('2');
    await call.keys('4');
    await call.hangup();
    const batch = testEnv.DB.batch.bind(testEnv.DB);
    let reached = false;
    let released = false;
    vi.spyOn(testEnv.DB, 'batch').mockImplementationOnce(async (statements) => {
      reached = true;
      while (!released) await new Promise((resolve) => setTimeout(resolve, 2));
      return batch(statements);
    });
    const saving = call.after(5000);
    await until(() => reached);
    const erasing = erase(patient);
    await Promise.race([erasing, new Promise((resolve) => setTimeout(resolve, 300))]);
    released = true;
    await Promise.all([saving, erasing]);
    later(60_000);
    await runDueJobs();
    expect(await erasureOf(patient)).toMatchObject({ status: 'done' });
    expect(await tablesWith(call.callId)).toEqual(['attempts', 'dial_decisions']);
    expect(await heldBy(call.callId)).toEqual(['tombstone']);
  });

  it('is not forgotten before the opt-out it ended with is on the list (TC-10)', async () => {
    const patient = await givenPatient();
    const call = await (await givenCallTo(patient)).answered();
    const prepare = testEnv.DB.prepare.bind(testEnv.DB);
    vi.spyOn(testEnv.DB, 'prepare').mockImplementation((sql) => {
      if (/insert into "(suppressions|notes|call_logs)"|update "calls"/.test(sql)) throw new Error('D1 is away');
      return prepare(sql);
    });
    await call.keys('9');
    await endedCall(call);
    expect(await call.state()).toMatchObject({ phase: 'ended', outcome: 'opted_out' });
    await erase(patient);
    vi.mocked(testEnv.DB.prepare).mockRestore();
    expect(await isSuppressed(db, ring, patient.phoneNumber)).toBe(false);
    for (let tries = 0; tries < 3; tries += 1) {
      await call.after(60_000);
      later(60_000);
      await runDueJobs();
    }
    expect(await isSuppressed(db, ring, patient.phoneNumber)).toBe(true);
    expect(await erasureOf(patient)).toMatchObject({ status: 'done' });
    expect(await heldBy(call.callId)).toEqual(['tombstone']);
  });
});

describe('a call of the patient that is kept under a key that is missing', () => {
  it('is left until the key is back, for it may hold an opt-out that is not stored yet (TC-12)', async () => {
    const patient = await givenPatient();
    const call = await endedCall(await (await givenCallTo(patient)).consented('2'));
    await call.evict();
    await deployKeys(NEW);
    await erase(patient);
    expect(await erasureOf(patient)).toMatchObject({ status: 'waiting', code: 'key_missing' });
    expect(await heldBy(call.callId)).toEqual(['call', 'plan']);
    await deployKeys(OLD);
    later(60_000);
    await runDueJobs();
    expect(await erasureOf(patient)).toMatchObject({ status: 'done' });
    expect(await heldBy(call.callId)).toEqual(['tombstone']);
  });
});

describe('a call that waits to be dialled', () => {
  it('rings nobody once the patient is erased, and frees the number', async () => {
    const patient = await givenPatient();
    const call = await givenCallTo(patient);
    await vault().erase(patient.id, Date.now());
    const message = { attempt_id: call.placed.attemptId, call_id: call.callId };
    expect(await consume(message)).toEqual({ acked: 1, retried: 0 });
    await erase(patient);
    expect(await consume(message)).toEqual({ acked: 1, retried: 0 });
    expect(call.telnyx.requests).toEqual([]);
    expect((await dumpDatabase())['attempts']).toMatchObject([{ reserved_number: null }]);
    expect(await erasureOf(patient)).toMatchObject({ status: 'done' });
  });

  it('rings nobody when the erasure comes first, and frees the number', async () => {
    const patient = await givenPatient();
    const call = await givenCallTo(patient);
    await erase(patient);
    expect(await erasureOf(patient)).toMatchObject({ status: 'done' });
    expect(await consume({ attempt_id: call.placed.attemptId, call_id: call.callId })).toEqual({
      acked: 1,
      retried: 0,
    });
    expect(call.telnyx.requests).toEqual([]);
    expect((await dumpDatabase())['attempts']).toMatchObject([{ reserved_number: null }]);
  });
});

describe('a call of somebody else at the same number', () => {
  interface Family {
    readonly ana: Patient;
    readonly ben: Patient;
    /** Ben's birth date has been keyed, or Ana's. */
    readonly caller: Caller;
  }
  /** Both have an unfinished intake; one of them rings back. */
  async function givenFamily(rings: 'ana' | 'ben'): Promise<Family> {
    const phoneNumber = nextNumber();
    const ana = await givenPatient({ phoneNumber, firstName: 'Ana' });
    const ben = await givenPatient({ phoneNumber, firstName: 'Ben', dateOfBirth: '1975-12-31' });
    for (const [patient, birthDate] of [
      [ana, BIRTH_DATE_KEYS],
      [ben, '12311975'],
    ] as const) {
      const call = await (await givenCallTo(patient)).answered();
      await call.keys('1', birthDate, '2', '4');
      await endedCall(call);
      later(60_000);
      await forgetCaps();
    }
    const caller = await (await givenCaller(phoneNumber)).answered();
    await caller.keys('1', rings === 'ana' ? BIRTH_DATE_KEYS : '12311975', '2');
    return { ana, ben, caller };
  }
  const planOf = async (caller: Caller) => (await caller.storedSession())?.plan;
  const ownerOf = async (caller: Caller) => String((await planOf(caller))?.patient.patientId);

  it('forgets what it held of the patient, and leaves the other their note', async () => {
    const { ana, ben, caller } = await givenFamily('ben');
    expect((await planOf(caller))?.candidates.map(({ patient }) => patient.firstName).toSorted()).toEqual([
      'Ana',
      'Ben',
    ]);
    await endedCall(caller);
    await erase(ana);
    expect(await erasureOf(ana)).toMatchObject({ status: 'done' });
    expect(await heldBy(caller.callId)).toEqual(['tombstone']);
    expect(await getNote(db, ring, caller.callId)).toMatchObject({ patient_info: { patient_id: ben.id } });
    expect(await getCall(db, ring, caller.callId)).toMatchObject({ status: 'partial', patientId: ben.id });
  });

  it('holds the erasure up while it runs and until it is written down', async () => {
    const { ana, ben, caller } = await givenFamily('ben');
    await erase(ana);
    expect(await erasureOf(ana)).toMatchObject({ status: 'waiting', code: 'call_live' });
    await caller.hangup();
    later(60_000);
    await runDueJobs();
    expect(await erasureOf(ana)).toMatchObject({ status: 'waiting', code: 'call_live' });
    await caller.after(5000);
    later(120_000);
    await runDueJobs();
    expect(await erasureOf(ana)).toMatchObject({ status: 'done' });
    expect(await heldBy(caller.callId)).toEqual(['tombstone']);
    expect(await getNote(db, ring, caller.callId)).toMatchObject({ patient_info: { patient_id: ben.id } });
  });

  it('that proved to be the patient, erased while they spoke, leaves nothing either, and ends', async () => {
    const { ana, caller } = await givenFamily('ana');
    expect(await ownerOf(caller)).not.toBe(ana.id);
    await erase(ana);
    await caller.keys('1');
    await endedCall(caller);
    for (let tries = 0; tries < 4; tries += 1) {
      await caller.after(60_000);
      later(120_000);
      await runDueJobs();
    }
    expect(await erasureOf(ana)).toMatchObject({ status: 'done' });
    expect(await heldBy(caller.callId)).toEqual(['tombstone']);
    expect(await tablesWith(caller.callId)).toEqual([]);
  });

  it('begun in the name of an erased patient keeps the note of whom it proved to be, and not the key of the other', async () => {
    const { ben, caller } = await givenFamily('ben');
    const nameless = await ownerOf(caller);
    await endedCall(caller);
    await erase({ ...ben, id: nameless });
    expect(await knownJob({ kind: 'erase_patient', subject: nameless })).toMatchObject({ status: 'done' });
    expect(await getNote(db, ring, caller.callId)).toMatchObject({ patient_info: { patient_id: ben.id } });
    expect(await heldBy(caller.callId)).toEqual(['tombstone']);
  });

  it('begun in the name of a patient who is erased before it is written down is still written down', async () => {
    const { ben, caller } = await givenFamily('ben');
    const nameless = await ownerOf(caller);
    await caller.hangup();
    await erase({ ...ben, id: nameless });
    await caller.after(5000);
    later(60_000);
    await runDueJobs();
    expect(await knownJob({ kind: 'erase_patient', subject: nameless })).toMatchObject({ status: 'done' });
    expect(await getNote(db, ring, caller.callId)).toMatchObject({ patient_info: { patient_id: ben.id } });
  });
});

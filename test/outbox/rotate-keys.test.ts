/** A new key in front of PHI_KEYS: everything comes under it by itself, until the older one can be taken out (HS-04, TC-12). */
import { evictDurableObject } from 'cloudflare:test';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { sweepJobs } from '../../src/outbox/sweep-jobs.ts';
import { activeConsent } from '../../src/store/consents.ts';
import { insertErasure } from '../../src/store/erasure.ts';
import { findJob, retryJob } from '../../src/store/jobs.ts';
import { getNote } from '../../src/store/notes.ts';
import { dataKeyOf } from '../../src/store/patient-keys.ts';
import { getPatient, type Patient, patientsByNumber } from '../../src/store/patients.ts';
import { placeCall } from '../../src/store/place-call.ts';
import { readRecording } from '../../src/store/recording-bucket.ts';
import { getRecording, readable } from '../../src/store/recordings.ts';
import { rehashSuppressions } from '../../src/store/rotation.ts';
import { insertSuppression, isSuppressed } from '../../src/store/suppressions.ts';
import { examineKeys } from '../../src/web/doctor-keys.ts';
import { runDueJobs } from '../support/due-jobs.ts';
import { dumpDatabase } from '../support/dump-database.ts';
import { givenMp3 } from '../support/given-audio.ts';
import { joined } from '../support/given-bytes.ts';
import { type Caller, givenCaller } from '../support/given-caller.ts';
import { clearStorage, type Erasable, endedCall, givenCallTo, givenErasable } from '../support/given-erasable.ts';
import { catchJobHints, deliver, hintOf, knownJob } from '../support/given-jobs.ts';
import { deployKeys, LOST, NEW, NEWEST, OLD, ringOf } from '../support/given-ring.ts';
import type { SessionUnderTest } from '../support/given-session.ts';
import { givenPatient, nextNumber, requestFor } from '../support/place-call.ts';
import { catchLog, config, db, later, restore, ring, stopClock, testEnv } from '../support/worker-env.ts';

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
const rotation = (keyId = 'k2') => knownJob({ kind: 'rotate_keys', subject: keyId });
const suppress = (phoneNumber: string, keys = ring, callId: string | null = null) =>
  insertSuppression(db, keys, { phoneNumber, reason: 'opted_out', callId }, Date.now());
const place = (patient: Patient) =>
  placeCall(db, config, requestFor({ phoneNumber: patient.phoneNumber, patientId: patient.id }), Date.now());
const suppressed = async (numbers: readonly string[]): Promise<string[]> => {
  const found = await Promise.all(numbers.map((number) => isSuppressed(db, ring, number)));
  return numbers.filter((_, n) => found[n]);
};
/** Every key id that any column of any table names. */
async function keysNamed(): Promise<string[]> {
  const text = JSON.stringify(await dumpDatabase());
  return [...new Set([...text.matchAll(/"(k\d|lost)[."]/g)].map(([, id]) => String(id)))].toSorted();
}
const rotate = async (): Promise<void> => {
  await sweepJobs(testEnv, Date.now());
  await runDueJobs();
};

const byId = (patients: readonly Patient[]) => patients.toSorted((a, b) => a.id.localeCompare(b.id));

interface Mixed {
  readonly family: readonly Patient[];
  /** Recorded, stored, rung back and noted. */
  readonly told: Erasable;
  /** Reserved at this moment, not dialled yet. */
  readonly reserved: Patient;
  readonly live: SessionUnderTest;
  /** Nobody has been looked up yet; null: they have hung up since. */
  readonly ringing: Caller | null;
  readonly listed: readonly string[];
  readonly free: readonly string[];
}

/** Written under the old key, but for what the new one has seen since. */
async function givenMixed(): Promise<Mixed> {
  const told = await givenErasable();
  const phoneNumber = nextNumber();
  const family = [
    await givenPatient({ phoneNumber, firstName: 'Zoë', lastName: 'Núñez Ångström' }),
    await givenPatient({ phoneNumber, firstName: null, lastName: null, dateOfBirth: null }),
  ];
  const reserved = await givenPatient();
  await place(reserved);
  const ringing = await givenCaller(nextNumber());
  const prepare = testEnv.DB.prepare.bind(testEnv.DB);
  vi.spyOn(testEnv.DB, 'prepare').mockImplementation((sql) => {
    if (sql.includes('"identity" = ?')) throw new Error('D1 is away');
    return prepare(sql);
  });
  await ringing.rings();
  vi.mocked(testEnv.DB.prepare).mockRestore();
  // The last that is made speaks with Telnyx.
  const live = await (await givenCallTo(await givenPatient())).consented('2');
  await live.keys('4');
  const [once, twice, lifted, since, free] = [1, 2, 3, 4, 5].map(nextNumber) as [
    string,
    string,
    string,
    string,
    string,
  ];
  await suppress(lifted);
  await testEnv.DB.exec(`update suppressions set lifted_at = 1 where id = (select max(id) from suppressions)`);
  await suppress(once);
  await suppress(twice);
  await deployKeys(NEW, OLD);
  await suppress(twice);
  await suppress(since);
  family.push(await givenPatient({ phoneNumber, firstName: 'Neu', lastName: 'Nunez Angstrom' }));
  const listed = [told.patient.phoneNumber, once, twice, since];
  return { family, told, reserved, live, ringing, listed, free: [lifted, free] };
}

/** With these keys alone. */
async function expectAllOpen({ family, told, reserved, live, ringing, listed, free }: Mixed): Promise<void> {
  const [first] = family;
  const found = await patientsByNumber(db, ring, String(first?.phoneNumber), 9);
  expect(byId(found)).toEqual(byId(family));
  for (const patient of family) {
    expect(await activeConsent(db, ring, patient.id, patient.phoneNumber)).toMatch(/^con_/);
  }
  expect(await place(reserved)).toMatchObject({ ok: false, code: 'already_reserved' });
  expect(await suppressed([...listed, ...free])).toEqual(listed);
  expect(await getNote(db, ring, told.inbound.callId)).toMatchObject({ patient_info: { first_name: 'Canaryfirst' } });
  const recording = await getRecording(db, told.outbound.callId);
  const audio = recording === null ? null : readable(recording);
  if (audio === null) throw new Error('no audio');
  const dataKey = await dataKeyOf(ring, told.patient.id);
  const clear = await readRecording(testEnv.BUCKET, audio, dataKey, 0, audio.bytes - 1);
  expect(await joined(clear as ReadableStream<Uint8Array>)).toEqual(givenMp3(2000));
  await evictDurableObject(live.stub);
  await live.keys('7');
  if (ringing !== null) {
    await evictDurableObject(ringing.stub);
    await ringing.alarm();
    expect(live.telnyx.sent('answer')).toHaveLength(1);
  }
  await endedCall(live);
  expect(await getNote(db, ring, live.callId)).toMatchObject({ hpi: { pain_level: { value: 7 } } });
}

describe('a rotation', () => {
  it('brings everything under the new key, which then opens all of it alone (HS-04, SE-28, S1-M2)', async () => {
    const mixed = await givenMixed();
    expect(await keysNamed()).toEqual(['k1', 'k2']);
    await rotate();
    expect(await rotation()).toMatchObject({ status: 'done', code: null });
    expect(await vault().census()).toEqual({ k2: expect.any(Number) });
    expect(await keysNamed()).toEqual(['k2']);
    await deployKeys(NEW);
    await expectAllOpen(mixed);
  });

  it('makes the hashes of names anew: without case and accents, as they were', async () => {
    const named = [await givenPatient({ lastName: 'Núñez Ångström' })];
    await deployKeys(NEW, OLD);
    named.push(await givenPatient({ lastName: ' NUNEZ angstrom' }), await givenPatient({ lastName: 'Nunez' }));
    await rotate();
    const rows = (await dumpDatabase())['patients'] ?? [];
    const hashes = named.map(({ id }) => rows.find((row) => row['id'] === id)?.['family_name_hash']);
    expect([hashes[0] === hashes[1], hashes[0] === hashes[2]]).toEqual([true, false]);
    for (const { lastName, phoneNumber } of named) {
      expect(await patientsByNumber(db, ring, phoneNumber, 2)).toMatchObject([{ lastName }]);
    }
  });

  it('loses nobody while it is not done: with both keys all is found, and no number is dialled twice', async () => {
    const mixed = await givenMixed();
    await expectAllOpen(mixed);
  });

  it('killed after each page goes on from the last one, and ends the same', async () => {
    const mixed = await givenMixed();
    await sweepJobs(testEnv, Date.now());
    const prepare = testEnv.DB.prepare.bind(testEnv.DB);
    const phases = new Set<string>();
    for (let page = 0; (await rotation()).status !== 'done'; page += 1) {
      const dies = page % 2 === 0;
      phases.add(String(JSON.parse((await rotation()).progress ?? '{"phase":"keys"}').phase));
      vi.spyOn(testEnv.DB, 'prepare').mockImplementation((sql) => {
        if (dies && /^update "jobs" set "status"/.test(sql)) throw new Error('killed');
        return prepare(sql);
      });
      expect(await deliver(hintOf(await rotation()))).toEqual(
        dies ? { acked: 0, retried: 1 } : { acked: 1, retried: 0 },
      );
      vi.mocked(testEnv.DB.prepare).mockRestore();
      if (dies) later(11 * 60_000);
      expect(page).toBeLessThan(40);
    }
    expect([...phases]).toEqual(['keys', 'patients', 'consents', 'suppressions', 'attempts', 'remarks', 'sessions']);
    expect(await keysNamed()).toEqual(['k2']);
    await deployKeys(NEW);
    await expectAllOpen({ ...mixed, ringing: null });
  });

  it('done twice changes nothing the second time', async () => {
    await givenMixed();
    await rotate();
    const { jobs: _, ...before } = await dumpDatabase();
    await testEnv.DB.exec("update jobs set status = 'waiting', due_at = 0, progress = null where kind = 'rotate_keys'");
    await runDueJobs();
    expect(await rotation()).toMatchObject({ status: 'done' });
    const { jobs: __, ...after } = await dumpDatabase();
    expect(after).toEqual(before);
  });

  it('takes more than one page of patients, consents and opt-outs', async () => {
    const numbers = Array.from(
      { length: 120 },
      (_, n) => `+1${212 + Math.floor(n / 100)}55501${String(n % 100).padStart(2, '0')}`,
    );
    for (const phoneNumber of numbers) {
      await givenPatient({ phoneNumber });
      await suppress(phoneNumber);
    }
    await deployKeys(NEW, OLD);
    await rotate();
    expect(await rotation()).toMatchObject({ status: 'done' });
    await deployKeys(NEW);
    expect(await keysNamed()).toEqual(['k2']);
    expect(await suppressed(numbers)).toEqual(numbers);
    expect(await vault().census()).toEqual({ k2: 120 });
  });

  it('keeps an opt-out that comes while it runs', async () => {
    const [before, between, after] = [nextNumber(), nextNumber(), nextNumber()];
    await suppress(before);
    await suppress(between);
    await deployKeys(NEW, OLD);
    await sweepJobs(testEnv, Date.now());
    for (let page = 0; (await rotation()).status !== 'done'; page += 1) {
      if (page === 3) await suppress(between);
      if (page === 4) await suppress(after);
      await deliver(hintOf(await rotation()));
    }
    await deployKeys(NEW);
    expect(await suppressed([before, between, after])).toEqual([before, between, after]);
  });

  it('that is overtaken by a newer key leaves the work to the one for that', async () => {
    const mixed = await givenMixed();
    await sweepJobs(testEnv, Date.now());
    await deliver(hintOf(await rotation()));
    await deliver(hintOf(await rotation()));
    await deployKeys(NEWEST, NEW, OLD);
    await rotate();
    expect(await rotation('k2')).toMatchObject({ status: 'done' });
    expect(await rotation('k3')).toMatchObject({ status: 'done' });
    expect(await keysNamed()).toEqual(['k2', 'k3']);
    await deployKeys(NEWEST);
    await expectAllOpen(mixed);
  });

  it('is not held up by a patient who was erased and whose rows still stand', async () => {
    const patient = await givenPatient();
    await place(patient);
    await vault().erase(patient.id, Date.now());
    await deployKeys(NEW, OLD);
    await rotate();
    expect(await rotation()).toMatchObject({ status: 'done', code: null });
    await insertErasure(db, patient.id, Date.now());
    await runDueJobs();
    expect(await keysNamed()).toEqual(['k2']);
  });
});

describe('the do-not-call list', () => {
  it('holds the same numbers after a rotation as before, whatever keys they were listed under, and in whatever pages', async () => {
    const numbers = [1, 2, 3, 4].map(nextNumber);
    const keys = { k1: ringOf(OLD), k2: ringOf(NEW), k3: ringOf(NEWEST) };
    const row = fc.record({
      number: fc.constantFrom(...numbers),
      keyId: fc.constantFrom('k1' as const, 'k2' as const, 'k3' as const),
      lifted: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 10 }), fc.integer({ min: 1, max: 5 }), async (rows, limit) => {
        await testEnv.DB.exec('delete from suppressions');
        for (const { number, keyId, lifted } of rows) {
          await suppress(number, { ...ring, ...keys[keyId] });
          if (lifted)
            await testEnv.DB.exec(
              'update suppressions set lifted_at = 1 where id = (select max(id) from suppressions)',
            );
          later(1);
        }
        await deployKeys(NEWEST, NEW, OLD);
        const before = await suppressed(numbers);
        let next: string | null = '';
        while (next !== null) next = (await rehashSuppressions(db, ring, next, limit, Date.now())).next;
        await deployKeys(NEWEST);
        expect(await suppressed(numbers)).toEqual(before);
        const kept = await testEnv.DB.prepare('select count(*) as n from suppressions').first('n');
        expect(kept).toBeGreaterThanOrEqual(before.length);
        expect(await keysNamed()).toEqual(rows.length === 0 ? [] : ['k3']);
      }),
      { numRuns: 40 },
    );
  }, 60_000);
});

describe('a key that is missing', () => {
  async function givenLost() {
    const kept = await givenPatient({ firstName: 'Kept' });
    await deployKeys(LOST, OLD);
    const lost = await givenPatient({ firstName: 'Lost' });
    const number = nextNumber();
    await suppress(number);
    await deployKeys(NEW, OLD);
    await rotate();
    return { kept, lost, number };
  }

  it('ends the rotation as a dead letter after everything else has been rotated, and the doctor says which it is', async () => {
    const { kept } = await givenLost();
    expect(await rotation()).toMatchObject({ status: 'dead', code: 'key_missing' });
    expect(await keysNamed()).toEqual(['k2', 'lost']);
    expect(await vault().census()).toEqual({ k2: 1, lost: 1 });
    await deployKeys(NEW);
    expect(await getPatient(db, ring, kept.id)).toMatchObject({ firstName: 'Kept' });
    expect(await examineKeys(db, config)).toContainEqual(
      expect.objectContaining({ code: 'key_missing', detail: expect.stringContaining('“lost”') }),
    );
  });

  it('blocks all dialling while a number is listed under it (TC-12)', async () => {
    const { kept } = await givenLost();
    expect(await isSuppressed(db, ring, nextNumber())).toBe(true);
    expect(await place(kept)).toMatchObject({ ok: false, code: 'suppressed' });
  });

  it('is waited for: nothing begins by itself until somebody has put it back and sent the rotation again', async () => {
    const { kept, lost, number } = await givenLost();
    const { id } = await rotation();
    later(25 * 3_600_000);
    await rotate();
    expect(await rotation()).toMatchObject({ id, status: 'dead' });
    await deployKeys(NEW, OLD, LOST);
    await retryJob(db, id, Date.now());
    await runDueJobs();
    expect(await rotation()).toMatchObject({ status: 'done', code: null });
    await deployKeys(NEW);
    expect(await patientsByNumber(db, ring, lost.phoneNumber, 5)).toMatchObject([{ firstName: 'Lost' }]);
    expect(await suppressed([number, nextNumber()])).toEqual([number]);
    expect(await place(kept)).toMatchObject({ ok: true });
  });
});

describe('the cron', () => {
  const known = (keyId: string) => findJob(db, 'rotate_keys', keyId);

  it('begins no rotation while everything is under the current key', async () => {
    await givenPatient();
    await suppress(nextNumber());
    await sweepJobs(testEnv, Date.now());
    expect(await known('k1')).toBeNull();
  });

  it('begins one when a new key stands in front, one only, and another when rows under the old key come later', async () => {
    await givenPatient();
    await deployKeys(NEW, OLD);
    await sweepJobs(testEnv, Date.now());
    const begun = await known('k2');
    expect(begun).toMatchObject({ status: 'waiting', attempts: 0 });
    await sweepJobs(testEnv, Date.now());
    expect(await known('k2')).toEqual(begun);
    await runDueJobs();
    expect(await known('k2')).toMatchObject({ status: 'done' });
    await sweepJobs(testEnv, Date.now());
    expect(await known('k2')).toMatchObject({ status: 'done' });
    // A worker of before the deploy was still at it.
    await suppress(nextNumber(), { ...ring, ...ringOf(OLD) });
    await rotate();
    expect(await keysNamed()).toEqual(['k2']);
    expect(await known('k2')).toMatchObject({ id: begun?.id, status: 'done' });
  });
});

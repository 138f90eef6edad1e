/** DELETE /api/patients/{id}: who may, when, that it may be said twice, and that from the first answer on nothing is shown. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { keepDatabase, noticeSetBack } from '../../src/outbox/watch-database.ts';
import { insertErasure } from '../../src/store/erasure.ts';
import { ROLES } from '../../src/store/staff.ts';
import { erasePatient } from '../../src/web/erase-patient.ts';
import { runDueJobs } from '../support/due-jobs.ts';
import {
  clearStorage,
  type Erasable,
  endedCall,
  givenBackup,
  givenErasable,
  tablesNaming,
} from '../support/given-erasable.ts';
import { catchJobHints, type JobHints, knownJob } from '../support/given-jobs.ts';
import { givenTelnyx, SessionUnderTest } from '../support/given-session.ts';
import { TEST_VARIABLES } from '../support/test-variables.ts';
import { catchLog, later, restore, stopClock, testEnv } from '../support/worker-env.ts';
import { type GivenApp, givenApp } from './given-app.ts';
import { givenCall } from './given-call.ts';
import { tokenOf } from './given-role.ts';

const UNKNOWN = 'pat_0199f3c2-7f4e-7000-8000-000000000001';

let given: GivenApp;
let hints: JobHints;
beforeEach(async () => {
  stopClock();
  catchLog();
  hints = catchJobHints();
  await clearStorage();
});
afterEach(restore);

/** The app over the storage that sessions and jobs use. */
function sharedApp(): GivenApp {
  given = givenApp({ PHI_KEYS: TEST_VARIABLES.PHI_KEYS }, { objects: 'real' });
  return given;
}
const erase = (patientId: string, token?: string): Promise<Response> =>
  given.request(`/api/patients/${patientId}`, { method: 'DELETE', ...(token === undefined ? {} : { token }) });
const jsonOf = async (response: Response) => (await response.json()) as Record<string, unknown>;
/** Telnyx stands where the app's Access keys stood; those have been fetched by then. */
async function runErasure(): Promise<void> {
  givenTelnyx();
  await runDueJobs();
}
async function givenEverything(): Promise<Erasable> {
  const erasable = await givenErasable();
  await testEnv.DB.exec("update tasks set status = 'done'");
  hints.take();
  sharedApp();
  return erasable;
}

describe('the erasure of a patient', () => {
  it('is accepted as a job, and from then on there is no such patient', async () => {
    const { patient } = await givenEverything();
    const response = await erase(patient.id);
    expect(response.status).toBe(202);
    const { id } = await knownJob({ kind: 'erase_patient', subject: patient.id });
    expect(await jsonOf(response)).toEqual({ patient_id: patient.id, status: 'erasing', job_id: id });
    expect(hints.take()).toEqual([{ jobId: id, delaySeconds: 0 }]);
    expect((await given.request(`/api/patients/${patient.id}`)).status).toBe(404);
    expect(await jsonOf(await given.request(`/api/jobs/${id}`))).toMatchObject({
      kind: 'erase_patient',
      status: 'waiting',
    });
    expect(given.logged('audit')[0]).toMatchObject({ audit: 'patient.erase', patient_id: patient.id, status: 202 });
    expect(given.lines.join('\n')).not.toMatch(/canary|MRN-/i);
  });

  it('asked for twice is one job while it goes on, and 404 when it is done: then nobody knows such a patient', async () => {
    const erasable = await givenEverything();
    const { id } = erasable.patient;
    const [first, second] = await Promise.all([erase(id), erase(id)]);
    expect([first?.status, second?.status]).toEqual([202, 202]);
    expect((await jsonOf(first as Response))['job_id']).toBe((await jsonOf(second as Response))['job_id']);
    await runErasure();
    expect(await tablesNaming(erasable)).not.toContain('patients');
    expect((await erase(id)).status).toBe(404);
    expect((await given.request(`/api/patients/${id}`)).status).toBe(404);
  });

  it('given up and asked for again begins anew', async () => {
    const { patient } = await givenEverything();
    await erase(patient.id);
    await testEnv.DB.exec("update jobs set status = 'dead', code = 'telnyx_unauthenticated', ended_at = 1");
    expect((await erase(patient.id)).status).toBe(202);
    await runErasure();
    expect(await knownJob({ kind: 'erase_patient', subject: patient.id })).toMatchObject({ status: 'done' });
  });

  it.each(ROLES.filter((role) => role !== 'admin'))('is not for the role %s', async (role) => {
    sharedApp();
    const { patient } = await givenCall(given);
    const response = await erase(patient.id, await tokenOf(given, role));
    expect([response.status, (await jsonOf(response))['code']]).toEqual([403, 'forbidden']);
    expect((await given.request(`/api/patients/${patient.id}`)).status).toBe(200);
    expect(await testEnv.KEY_VAULT.getByName('vault').erasedAfter('', 10)).toEqual([]);
  });

  it.each([UNKNOWN, 'pat_x', 'call_0199f3c2-7f4e-7000-8000-000000000001'])(
    'of %s is 404, and erases nothing',
    async (id) => {
      sharedApp();
      expect((await erase(id)).status).toBe(404);
      expect(await testEnv.KEY_VAULT.getByName('vault').erasedAfter('', 10)).toEqual([]);
    },
  );

  it('waits for a call that is queued or runs: 409 names it, and nothing is erased', async () => {
    sharedApp();
    const { call, patient, attemptId } = await givenCall(given);
    const refused = await erase(patient.id);
    expect(refused.status).toBe(409);
    expect(await jsonOf(refused)).toMatchObject({ code: 'call_live', detail: expect.stringContaining(call.id) });
    const session = new SessionUnderTest({ patient, callId: call.id, attemptId }, givenTelnyx());
    await session.answered();
    expect((await erase(patient.id)).status).toBe(409);
    expect((await given.request(`/api/patients/${patient.id}`)).status).toBe(200);
    await endedCall(session);
    expect((await erase(patient.id)).status).toBe(202);
    await runErasure();
    expect((await erase(patient.id)).status).toBe(404);
  });

  it('waits for a red flag nobody has seen to: 409, and nothing is erased', async () => {
    const { patient } = await givenEverything();
    await testEnv.DB.exec("update tasks set status = 'open'");
    const refused = await erase(patient.id);
    expect([refused.status, (await jsonOf(refused))['code']]).toEqual([409, 'open_red_flag']);
    expect((await given.request(`/api/patients/${patient.id}`)).status).toBe(200);
    await testEnv.DB.exec("update tasks set status = 'claimed'");
    expect((await erase(patient.id)).status).toBe(202);
  });

  it('waits while the database is set back, or cannot be checked: 409 says when to ask again, and nothing is erased (HS-12, HS-21)', async () => {
    const { patient } = await givenEverything();
    const refusedNow = async () => {
      const refused = await erase(patient.id);
      expect(refused.status).toBe(409);
      expect(await jsonOf(refused)).toMatchObject({
        code: 'database_set_back',
        detail: expect.stringMatching(/legal hold may be missing.* Ask again in some minutes; the doctor says/),
      });
      expect((await given.request(`/api/patients/${patient.id}`)).status).toBe(200);
      expect(await testEnv.KEY_VAULT.getByName('vault').erasedAfter('', 10)).toEqual([]);
    };
    expect(await noticeSetBack(testEnv, Date.now())).toBe('well');
    const away = vi.spyOn(testEnv.DIALER, 'getByName').mockImplementation(() => {
      throw new Error('away');
    });
    await refusedNow();
    away.mockRestore();
    await testEnv.DB.exec("update signs set at = at - 60000 where name = 'tide'");
    // Whoever asks notices it, before any cron does.
    await refusedNow();
    await refusedNow();
    const now = Date.now();
    await keepDatabase(testEnv, await noticeSetBack(testEnv, now), now);
    expect((await erase(patient.id)).status).toBe(202);
  });

  it('works for somebody whose data does not open any more', async () => {
    const erasable = await givenEverything();
    const { id } = erasable.patient;
    given = givenApp({ PHI_KEYS: `k9:${new Uint8Array(32).fill(9).toBase64()}` }, { objects: 'real' });
    expect((await given.request(`/api/patients/${id}`)).status).toBe(503);
    expect((await erase(id)).status).toBe(202);
    await runErasure();
    expect(await tablesNaming(erasable)).not.toContain('patients');
  });

  it('destroys nothing when its work could not be written down, and is done when asked for again', async () => {
    const erasable = await givenEverything();
    const { id } = erasable.patient;
    const prepare = testEnv.DB.prepare.bind(testEnv.DB);
    vi.spyOn(testEnv.DB, 'prepare').mockImplementation((sql) => {
      if (/insert into "jobs"/.test(sql)) throw new Error('D1 is away');
      return prepare(sql);
    });
    expect((await erase(id)).status).toBe(500);
    vi.mocked(testEnv.DB.prepare).mockRestore();
    expect((await given.request(`/api/patients/${id}`)).status).toBe(200);
    expect((await erase(id)).status).toBe(202);
    await runErasure();
    expect(await tablesNaming(erasable)).not.toContain('patients');
  });

  it('goes on by itself when whoever began it died before the key was gone', async () => {
    const erasable = await givenEverything();
    const { id } = erasable.patient;
    const ring = { ...given.config.keyRing, vault: () => ({ erase: () => Promise.reject(new Error('gone')) }) };
    const ask = {
      db: given.db,
      env: testEnv,
      actor: { id: 'x', name: 'x@clinic.example', roles: [] },
      now: Date.now(),
    };
    const config = { ...given.config, keyRing: { ...ring, vault: () => ({ ...ring.vault(), erasedOf: () => [] }) } };
    await expect(erasePatient({ ...ask, config } as never, id)).rejects.toThrow('gone');
    expect((await given.request(`/api/patients/${id}`)).status).toBe(200);
    await runErasure();
    expect(await tablesNaming(erasable)).not.toContain('patients');
    expect((await given.request(`/api/patients/${id}`)).status).toBe(404);
  });

  it('is kept by a hold that stands although the work is there: the work gives up with the key whole (HS-21)', async () => {
    const erasable = await givenEverything();
    const { id } = erasable.patient;
    const later = `insert into holds (id, patient_id, reason, created_by, created_name, created_at) values ('hold_1', '${id}', 'other', 'x', 'x', 1)`;
    // Access' keys have to be known before Telnyx stands in their place.
    expect((await given.request(`/api/patients/${id}`)).status).toBe(200);
    await insertErasure(given.db, id, Date.now());
    await testEnv.DB.exec(later);
    await runErasure();
    expect(await knownJob({ kind: 'erase_patient', subject: id })).toMatchObject({
      status: 'dead',
      code: 'legal_hold',
    });
    expect((await given.request(`/api/patients/${id}`)).status).toBe(200);
  });
});

describe('between the answer and the end of the work, and in an older copy that is put back (X13)', () => {
  const emptyAt = async (path: string, key = 'items') => {
    const response = await given.request(path);
    expect([path, response.status]).toEqual([path, 200]);
    expect([path, (await jsonOf(response))[key]]).toEqual([path, []]);
  };
  async function expectNothingShown({ patient, outbound, inbound }: Erasable): Promise<void> {
    for (const { callId } of [outbound, inbound]) {
      for (const rest of ['', '/intake-data', '/events', '/transcripts', '/recording']) {
        const response = await given.request(`/api/calls/${callId}${rest}`);
        expect([rest, response.status, (await jsonOf(response))['code']]).toEqual([rest, 404, 'not_found']);
      }
      expect((await given.request(`/dashboard/calls/${callId}`)).status).toBe(404);
    }
    expect((await given.request(`/api/patients/${patient.id}`)).status).toBe(404);
    await emptyAt('/api/patients');
    await emptyAt('/api/patients?external_id=MRN-CANARY');
    await emptyAt('/api/calls');
    await emptyAt(`/api/calls?patient_id=${patient.id}`);
    for (const path of [
      '/dashboard/calls',
      '/dashboard/tasks',
      '/dashboard/jobs',
      '/api/tasks',
      '/api/jobs?status=done',
    ]) {
      const response = await given.request(path);
      expect([path, response.status]).toEqual([path, 200]);
      expect(await response.text()).not.toMatch(/canary|MRN-|1980-04/i);
    }
    const request = { phone_number: patient.phoneNumber, patient_id: patient.id };
    expect((await given.send('POST', '/api/calls', request)).status).toBe(422);
  }

  it('nothing of them is shown, listed or called, and no page breaks', async () => {
    const erasable = await givenEverything();
    const { items } = await jsonOf(await given.request('/api/calls'));
    expect(items).toHaveLength(2);
    const putBack = await givenBackup();
    expect((await erase(erasable.patient.id)).status).toBe(202);
    await expectNothingShown(erasable);
    await runErasure();
    await putBack();
    later(1000);
    await expectNothingShown(erasable);
  });
});

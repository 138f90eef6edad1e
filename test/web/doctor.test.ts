/** /api/doctor about keys and given-up work: each fault under its own code, with what to do; and what the rest does meanwhile: it shows nothing and rings nobody. */
import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { insertJob } from '../../src/store/jobs.ts';
import type { Patient } from '../../src/store/patients.ts';
import { ROLES } from '../../src/store/staff.ts';
import { insertSuppression } from '../../src/store/suppressions.ts';
import { runDueJobs } from '../support/due-jobs.ts';
import { consume } from '../support/given-dialer.ts';
import { clearStorage, givenCallTo } from '../support/given-erasable.ts';
import { catchJobHints } from '../support/given-jobs.ts';
import { deployKeys, LOST, NEW, OLD, ringOf, WRONG } from '../support/given-ring.ts';
import type { SessionUnderTest } from '../support/given-session.ts';
import { givenPatient, nextNumber } from '../support/place-call.ts';
import { catchLog, db, restore, ring, stopClock, testEnv } from '../support/worker-env.ts';
import { type GivenApp, givenApp } from './given-app.ts';
import { CONSENT } from './given-call.ts';
import { handOnProbes, type ShownReport } from './given-doctor.ts';
import { tokenOf } from './given-role.ts';

let patient: Patient;
let call: SessionUnderTest;
beforeEach(async () => {
  stopClock();
  catchLog();
  catchJobHints();
  await clearStorage();
  await forgetMarks();
  patient = await givenPatient({ firstName: 'Canary', lastName: 'Sentinel', externalId: 'MRN-CANARY' });
  call = await givenCallTo(patient);
});
afterEach(async () => {
  restore();
  await deployKeys(OLD);
});

/** The clock stands still here, so a new attempt may have a lower id than one that was cleared away: as if the database had been set back. */
async function forgetMarks(): Promise<void> {
  const dialer = testEnv.DIALER.getByName('dialer');
  await runInDurableObject(dialer, (_, { storage }) => {
    storage.kv.delete('seen');
    storage.kv.delete('held');
  });
  await evictDurableObject(dialer);
}

/** The app with these keys, over what was written with the old one. */
const appWith = (...keys: readonly string[]): GivenApp => givenApp({ PHI_KEYS: keys.join(',') }, { objects: 'real' });
/** Of these two checks alone; nobody answers for Telnyx here. */
async function examined(given: GivenApp): Promise<{ ok: boolean; findings: ShownReport['findings'] }> {
  handOnProbes();
  const response = await given.request('/api/doctor');
  expect(response.status).toBe(200);
  const all: ShownReport = await response.json();
  const findings = all.findings
    .filter(({ check }) => check === 'keys' || check === 'jobs')
    .toSorted((a, b) => b.check.localeCompare(a.check));
  return { ok: findings.every(({ exit_code }) => exit_code === 0), findings };
}
const codesOf = ({ findings }: { findings: ShownReport['findings'] }) =>
  findings.map(({ check, level, code }) => `${check} ${level} ${code}`);
const suppress = (phoneNumber: string, ...keys: readonly string[]) =>
  insertSuppression(db, { ...ring, ...ringOf(...keys) }, { phoneNumber, reason: 'asked', callId: null }, Date.now());
const givenUp = (kind: 'rotate_keys' | 'sweep_storage', subject: string, code: string) =>
  insertJob(db, { kind, subject }, Date.now()).then(() =>
    testEnv.DB.prepare("update jobs set status = 'dead', code = ? where kind = ?").bind(code, kind).run(),
  );

describe('the doctor', () => {
  it('says that all is well when it is', async () => {
    await suppress(nextNumber(), OLD);
    const report = await examined(appWith(OLD));
    expect(report.ok).toBe(true);
    expect(codesOf(report)).toEqual(['keys ok ok', 'jobs ok ok']);
    expect(report.findings.map(({ remedy }) => remedy)).toEqual([null, null]);
  });

  it('names the key that is missing, although no patient data opens', async () => {
    const given = appWith(NEW);
    expect((await given.request(`/api/patients/${patient.id}`)).status).toBe(503);
    const report = await examined(given);
    expect(report.ok).toBe(false);
    expect(codesOf(report)).toContain('keys fault key_missing');
    const found = report.findings.find(({ code }) => code === 'key_missing');
    expect([found?.detail, found?.remedy]).toEqual([
      expect.stringMatching(/^1 patients? .*“k1”/),
      expect.stringContaining('“k1”'),
    ]);
  });

  it('names a key that is missing for the do-not-call list alone: it stops all dialling (TC-12)', async () => {
    await suppress(nextNumber(), LOST);
    await givenUp('rotate_keys', 'k1', 'key_missing');
    const report = await examined(appWith(OLD));
    expect(report.ok).toBe(false);
    const found = report.findings.find(({ code }) => code === 'key_missing');
    expect([found?.detail, found?.remedy]).toEqual([
      expect.stringContaining('“lost”'),
      expect.stringContaining('“lost”'),
    ]);
  });

  it('tells a key with other bytes from one that is missing', async () => {
    const report = await examined(appWith(WRONG));
    expect(report.ok).toBe(false);
    expect(codesOf(report)).toContain('keys fault key_wrong');
    expect(codesOf(report)).not.toContain('keys fault key_missing');
    expect(report.findings[0]?.remedy).toContain('“k1”');
  });

  it('is calm about a rotation that goes on, and says to keep the older key', async () => {
    const report = await examined(appWith(NEW, OLD));
    expect([report.ok, codesOf(report)]).toEqual([true, ['keys warning rotation_running', 'jobs ok ok']]);
    expect(report.findings[0]?.remedy).toContain('Keep the older key');
  });

  it('says when a rotation was given up, and again that all is well when it was sent again and is done', async () => {
    await givenUp('rotate_keys', 'k2', 'crashed');
    const report = await examined(appWith(NEW, OLD));
    expect([report.ok, codesOf(report)]).toEqual([false, ['keys fault rotation_stopped', 'jobs fault dead_letters']]);
    await testEnv.DB.exec("update jobs set status = 'waiting', due_at = 0, code = null");
    await deployKeys(NEW, OLD);
    await runDueJobs();
    expect(codesOf(await examined(appWith(NEW)))).toEqual(['keys ok ok', 'jobs ok ok']);
  });

  it('counts what was given up', async () => {
    await givenUp('sweep_storage', 'all', 'crashed');
    const report = await examined(appWith(OLD));
    expect([report.ok, codesOf(report)]).toEqual([false, ['keys ok ok', 'jobs fault dead_letters']]);
    expect(report.findings[1]).toMatchObject({ detail: expect.stringMatching(/^1 /), remedy: expect.any(String) });
  });

  it('tells each fault apart when there are several, and nothing of a patient or a key', async () => {
    await deployKeys(LOST, OLD);
    await givenPatient();
    await givenUp('sweep_storage', 'all', 'crashed');
    const report = await examined(appWith(NEW, WRONG));
    expect(codesOf(report)).toEqual(
      expect.arrayContaining(['keys fault key_missing', 'keys fault key_wrong', 'jobs fault dead_letters']),
    );
    for (const { level, remedy } of report.findings) if (level !== 'ok') expect(remedy).toMatch(/\w{3}/);
    const text = JSON.stringify(report);
    expect(text).not.toMatch(/canary|sentinel|pat_|\+1\d{10}/i);
    for (const key of [OLD, NEW, LOST, WRONG]) expect(text).not.toContain(key.slice(key.indexOf(':') + 1));
  });

  it.each(ROLES)('answers the role %s, if it is one that sees to the installation', async (role) => {
    const given = appWith(NEW);
    const token = await tokenOf(given, role);
    handOnProbes();
    const response = await given.request('/api/doctor', { token });
    expect(response.status).toBe(role === 'admin' || role === 'auditor' ? 200 : 403);
    expect(given.logged('audit')).toMatchObject([{ audit: 'doctor.read', phi: false, status: response.status }]);
  });
});

describe.each([
  ['missing', NEW],
  ['wrong', WRONG],
])('with a key that is %s (HS-04)', (_, keys) => {
  it('what is sealed is 503 with one code, whatever is asked, and nothing of it shows', async () => {
    const given = appWith(keys);
    const paths = [`/api/patients/${patient.id}`, '/api/patients', '/api/calls', `/api/calls/${call.callId}`];
    const rest = ['intake-data', 'events', 'transcripts', 'recording'].map(
      (what) => `/api/calls/${call.callId}/${what}`,
    );
    for (const path of [...paths, ...rest]) {
      const response = await given.request(path);
      const text = await response.text();
      expect([path, response.status, response.headers.get('content-type')]).toEqual([
        path,
        503,
        'application/problem+json',
      ]);
      expect(JSON.parse(text)).toMatchObject({ code: 'sealed_data_unreadable', title: 'Service Unavailable' });
      expect(text).not.toMatch(/canary|sentinel|MRN|pat_|call_|k1|not_openable|unknown_key/i);
    }
    expect(given.logged('request.failed')[0]).toMatchObject({ level: 'error', code: 'sealed_data_unreadable' });
    expect(given.lines.join('\n')).not.toMatch(/canary|sentinel|MRN/i);
  });

  it('pages of sealed data are 503 too, and those that hold none are shown', async () => {
    const given = appWith(keys);
    for (const path of ['/dashboard/calls', `/dashboard/calls/${call.callId}`]) {
      const response = await given.request(path);
      expect([path, response.status, response.headers.get('content-type')]).toEqual([
        path,
        503,
        'text/html; charset=UTF-8',
      ]);
      expect(await response.text()).not.toMatch(/canary|sentinel|MRN/i);
    }
    for (const path of ['/dashboard/tasks', '/dashboard/jobs']) expect((await given.request(path)).status).toBe(200);
  });

  it('nobody who is on file is called', async () => {
    const given = appWith(keys);
    const count = 'select count(*) as n from attempts';
    const before = await testEnv.DB.prepare(count).first('n');
    const body = { phone_number: patient.phoneNumber, patient_id: patient.id };
    expect((await given.send('POST', '/api/calls', body)).status).toBe(503);
    expect(await testEnv.DB.prepare(count).first('n')).toBe(before);
  });

  it('nobody who asked not to be called is called, though the list cannot be compared (TC-12)', async () => {
    const phone_number = nextNumber();
    await suppress(phone_number, OLD);
    const given = appWith(keys);
    const response = await given.send('POST', '/api/calls', { phone_number, consent: CONSENT });
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(await testEnv.DB.prepare('select count(*) as n from attempts').first('n')).toBe(1);
  });

  it('whoever waits to be dialled is not dialled, and is when the key is back', async () => {
    const message = { attempt_id: call.placed.attemptId, call_id: call.callId };
    await deployKeys(keys);
    expect(await consume(message)).toEqual({ acked: 0, retried: 1 });
    await vi.waitFor(() => expect(call.telnyx.requests).toEqual([]));
    await deployKeys(OLD);
    await testEnv.DIALER.getByName('dialer').enqueue(message.attempt_id, message.call_id);
    expect(await consume(message)).toEqual({ acked: 1, retried: 0 });
    await vi.waitFor(() => expect(call.telnyx.sent('dial')).toHaveLength(1));
    await testEnv.DIALER.getByName('dialer').release(message.attempt_id);
  });
});

it('the audit line of what does not open says what was answered', async () => {
  const given = appWith(NEW);
  const response = await given.request(`/api/patients/${patient.id}`);
  expect(given.logged('audit')).toMatchObject([{ audit: 'patient.reveal', status: response.status }]);
});

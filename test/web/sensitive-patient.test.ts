/** HS-24: a patient who is marked as sensitive is hidden from the front desk, wherever that looks; HS-17: nobody's machine gets a message they did not want. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type GivenApp, givenApp } from './given-app.ts';
import { endCall, givenCall } from './given-call.ts';
import { givenOnFile, type OnFile, PERSONAL, SOMEBODY } from './given-patient-page.ts';
import { tokenOf } from './given-role.ts';

let given: GivenApp;
let patient: OnFile;
let desk: string;
let clinician: string;
beforeEach(async () => {
  given = givenApp();
  patient = await givenOnFile(given, SOMEBODY);
  [desk, clinician] = await Promise.all([tokenOf(given, 'intake'), tokenOf(given, 'clinician')]);
  await given.send('PUT', `/api/patients/${patient.id}/flags`, { flags: ['sensitive'] });
});
afterEach(() => vi.restoreAllMocks());
const look = async (path: string, token: string) => (await given.request(path, { token })).text();

it('hides name, number and birth date from the front desk in API, lists and pages, and from nobody with the right (HS-24)', async () => {
  for (const path of [
    `/api/patients/${patient.id}`,
    '/api/patients',
    patient.path,
    '/dashboard/patients',
    `${patient.path}/rights`,
  ]) {
    const text = await look(path, desk);
    expect(text).not.toMatch(PERSONAL);
    expect(text).not.toMatch(/\bZQ\b/);
    expect(text).not.toContain(patient.number);
  }
  expect(await look(`/api/patients/${patient.id}`, clinician)).toMatch(PERSONAL);
  expect(await look('/dashboard/patients', clinician)).toContain('ZQ');
});

it('cannot be revealed, changed or unmarked by the front desk (HS-24)', async () => {
  const revealed = await given.request(`${patient.path}/reveal`, { method: 'POST', token: desk });
  expect(await revealed.text()).not.toMatch(PERSONAL);
  for (const response of [
    await given.send('PATCH', `/api/patients/${patient.id}`, { first_name: 'X' }, { token: desk }),
    await given.send('PUT', `/api/patients/${patient.id}/flags`, { flags: [] }, { token: desk }),
    await given.request(`/api/patients/${patient.id}/consents`, { token: desk }),
    await given.request(`${patient.path}/edit`, { token: desk }),
  ])
    expect(response.status).toBe(403);
  expect(await look(`/api/patients/${patient.id}`, clinician)).toMatch(PERSONAL);
  const unmarked = await given.send('PUT', `/api/patients/${patient.id}/flags`, { flags: [] }, { token: clinician });
  expect(unmarked.status).toBe(200);
  expect(await look(`/api/patients/${patient.id}`, desk)).toMatch(PERSONAL);
});

it('is no name under Tasks and Today for the front desk (HS-24)', async () => {
  const made = await givenCall(given, { firstName: 'Quentin', lastName: 'Xavier' });
  await endCall(given, made, { tasks: ['callback'] });
  await given.send('PUT', `/api/patients/${made.patient.id}/flags`, { flags: ['sensitive'] });
  for (const path of ['/dashboard/tasks', '/dashboard/today']) {
    expect(await look(path, desk)).toContain('Sensitive');
    expect(await look(path, desk)).not.toMatch(/\bQX\b/);
    expect(await look(path, clinician)).toContain('QX');
  }
});

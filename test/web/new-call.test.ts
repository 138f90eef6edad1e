/** The form behind "Call a patient", sent as a plain form: the same as the API does, by whoever may. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { consentsOf } from '../../src/store/consents.ts';
import { dataKeyOf } from '../../src/store/patient-keys.ts';
import { nextNumber } from '../support/place-call.ts';
import { type GivenApp, givenApp } from './given-app.ts';
import { endCall, givenCall } from './given-call.ts';
import { expectNoInlineCode, openPage } from './given-page.ts';
import { tokenOf } from './given-role.ts';

let given: GivenApp;
beforeEach(() => {
  given = givenApp();
});
afterEach(() => vi.restoreAllMocks());
const PATH = '/dashboard/new-call';
const send = (fields: Record<string, string>, token?: string) =>
  openPage(given, PATH, {
    ...{ method: 'POST', body: new URLSearchParams(fields).toString() },
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    ...(token === undefined ? {} : { token }),
  });
const CONSENT = {
  ...{ 'consent.basis': 'verbal', 'consent.obtained_at': '2026-11-01' },
  ...{ 'consent.obtained_by': 'Front desk', 'consent.evidence': 'Intake form, page 2' },
};

describe('the form to call a patient, without a script', () => {
  it('places the call with the consent it states, and leads to it', async () => {
    const number = nextNumber();
    const typed = `(${number.slice(2, 5)}) ${number.slice(5, 8)}-${number.slice(8)}`;
    const { response, status } = await send({ phone_number: typed, language: 'es', ...CONSENT });
    expect(status).toBe(303);
    const id = response.headers.get('Location')?.replace('/dashboard/calls/', '');
    const call = await (await given.request(`/api/calls/${id}`)).json<{ phone_number: string; patient_id: string }>();
    expect(call).toMatchObject({ phone_number: number, language: 'es' });
    const dataKey = await dataKeyOf(given.config.keyRing, call.patient_id);
    expect(await consentsOf(given.db, dataKey, call.patient_id)).toMatchObject([
      { basis: 'verbal', obtainedBy: 'Front desk', evidence: 'Intake form, page 2' },
    ]);
  });

  it('leads whoever reads no calls to the patient', async () => {
    const fields = { phone_number: nextNumber(), ...CONSENT };
    const { response } = await send(fields, await tokenOf(given, 'intake'));
    expect(response.headers.get('Location')).toMatch(/^\/dashboard\/patients\/pat_[0-9a-f-]+\?done=called$/);
  });

  it('comes again with what was typed, and says what is wrong beside it', async () => {
    const { status, html } = await send({ ...CONSENT, phone_number: '<b>12</b>', 'consent.obtained_by': '' });
    expect(status).toBe(422);
    expect(html).toContain('Please check the marked fields.');
    expect(html).toMatch(/<p id="problem-phone_number" class="field-problem">This is not a US number/);
    expect(html).toContain('<p id="problem-consent.obtained_by" class="field-problem">Who obtained it.</p>');
    expect(html).toContain('value="&lt;b&gt;12&lt;/b&gt;"');
    expect(html).toContain('value="Intake form, page 2"');
    expectNoInlineCode(html);
  });

  it('says why the gate refuses, and keeps the patient it is for', async () => {
    const made = await givenCall(given);
    await endCall(given, made);
    await given.send('PUT', `/api/patients/${made.patient.id}/flags`, { flags: ['staff_only'] });
    const { status, html } = await send({ phone_number: made.call.phoneNumber, patient_id: made.patient.id });
    expect(status).toBe(409);
    expect(html).toContain('This patient is marked as not to be called.');
    expect(html).toContain('For Ana Diaz, born 1980-04-12.');
    expect((await send({ phone_number: made.call.phoneNumber, patient_id: 'pat_1' })).status).toBe(404);
  });

  it.each(['operator', 'auditor'] as const)('is not for %s (SE-09)', async (role) => {
    expect((await send({ phone_number: nextNumber(), ...CONSENT }, await tokenOf(given, role))).status).toBe(403);
  });
});

/** Where the pages about patients end: erasing, who sees what, and the page that tells. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { catchJobHints } from '../support/given-jobs.ts';
import { type GivenApp, givenApp } from './given-app.ts';
import { endCall, givenCall, openedTask } from './given-call.ts';
import { expectNoInlineCode, openPage, type PageInit } from './given-page.ts';
import { givenOnFile, PERSONAL, SOMEBODY, submitForm } from './given-patient-page.ts';
import { tokenOf } from './given-role.ts';

let given: GivenApp;
beforeEach(() => {
  given = givenApp();
  catchJobHints();
});
afterEach(() => vi.restoreAllMocks());

const submit = (path: string, fields: Record<string, string>, init: PageInit = {}) =>
  submitForm(given, path, fields, init);
const givenPatient = (body: Record<string, unknown> = {}) => givenOnFile(given, body);

describe('erasing', () => {
  it('says what goes and what stays, and asks for the last digits', async () => {
    const { path, number, id } = await givenPatient(SOMEBODY);
    const form = await openPage(given, `${path}/erase`);
    for (const text of ['What is destroyed', 'What stays', `Type ${number.slice(-4)}`])
      expect(form.html).toContain(text);
    const wrong = await submit(`${path}/erase`, { confirmation: '9' });
    expect([wrong.status, wrong.html.includes('Nothing was erased')]).toEqual([422, true]);
    expect((await given.request(`/api/patients/${id}`)).status).toBe(200);
    const erased = await submit(`${path}/erase`, { confirmation: ` ${number.slice(-4)}` });
    expect([erased.status, erased.response.headers.get('Location')]).toEqual([303, path]);
    const { html, status } = await openPage(given, path);
    expect([status, html.includes('This patient was erased')]).toEqual([200, true]);
    expect(html).toContain(`hx-get="/dashboard/fragments/patients/${id}/erasure"`);
    expect((await openPage(given, `/dashboard/fragments/patients/${id}/erasure`)).html).toContain('being removed now');
    expect((await openPage(given, `${path}/erase`)).status).toBe(404);
  });

  it('waits for a call that is under way, and for a red flag nobody has seen to', async () => {
    const made = await givenCall(given);
    const path = `/dashboard/patients/${made.patient.id}/erase`;
    const confirmation = made.patient.phoneNumber.slice(-4);
    const live = await submit(path, { confirmation });
    expect([live.status, live.html.includes('A call to this patient is under way.')]).toEqual([409, true]);
    await endCall(given, made, { tasks: [] });
    await openedTask(given, made);
    const flagged = await submit(path, { confirmation });
    expect([flagged.status, flagged.html.includes('A red flag of this patient waits')]).toEqual([409, true]);
  });
});

describe('roles (HS-11)', () => {
  it('no token is 401, and who does not see patients is told so', async () => {
    const { path } = await givenPatient(SOMEBODY);
    for (const address of [
      '/dashboard/patients',
      '/dashboard/patients/new',
      '/dashboard/patients/import',
      path,
      `${path}/edit`,
    ]) {
      expect((await openPage(given, address, { token: null })).status).toBe(401);
      for (const role of ['operator', 'auditor'] as const) {
        const { status, html } = await openPage(given, address, { token: await tokenOf(given, role) });
        expect([status, html.includes('Not part of your role')]).toEqual([403, true]);
        expect(html).not.toMatch(PERSONAL);
      }
    }
  });

  it('the front desk finds and calls a patient, and has no way to what was said, to the file or to erasing', async () => {
    const made = await givenCall(given);
    await endCall(given, made);
    const token = await tokenOf(given, 'intake');
    const path = `/dashboard/patients/${made.patient.id}`;
    const { html } = await openPage(given, path, { token });
    expect(html).not.toContain('/dashboard/calls/');
    expect(html).not.toContain('/export"');
    expect(html).not.toContain('/erase');
    expect((await openPage(given, `${path}/erase`, { token })).status).toBe(403);
    const other = await givenPatient();
    const placed = await submit(
      `${other.path}/call`,
      {
        ...{ call_consent_basis: 'verbal', call_consent_obtained_at: '2026-01-02' },
        ...{ call_consent_obtained_by: 'desk', call_consent_evidence: 'asked' },
      },
      { token },
    );
    expect([placed.status, placed.response.headers.get('Location')]).toEqual([303, `${other.path}?done=called`]);
  });
});

describe('the page of roles', () => {
  it('shows everybody what each role sees and may do', async () => {
    for (const role of ['clinician', 'operator', 'auditor'] as const) {
      const { status, html } = await openPage(given, '/dashboard/settings/roles', {
        token: await tokenOf(given, role),
      });
      expect(status).toBe(200);
      expectNoInlineCode(html);
      for (const text of ['Who sees what', 'Transcripts', 'Patient: erase', 'Campaign operator'])
        expect(html).toContain(text);
    }
  });
});

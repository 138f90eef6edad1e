/** GET /api/patients/{id}/export: all that is kept about somebody, as one document. */
import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { calls } from '../../src/store/schema.ts';
import { patientExportRoutes } from '../../src/web/api/patient-export.ts';
import { nextNumber } from '../support/place-call.ts';
import { type GivenApp, givenApp } from './given-app.ts';
import { endCall, givenCall, logOf, noteFor } from './given-call.ts';
import { tokenOf } from './given-role.ts';

const schema = patientExportRoutes[0]?.answers?.[200];
/** As the API says it answers. */
const parsed = (document: unknown) => schema?.parse(document);

let given: GivenApp;
beforeEach(() => {
  given = givenApp();
});
afterEach(() => vi.restoreAllMocks());

it('holds the patient, consents, decisions, and each call with what it left behind', async () => {
  const made = await givenCall(given);
  const { patient, call } = made;
  await endCall(given, made, {
    note: noteFor(made, 'export-answer'),
    log: logOf('export-words'),
    tasks: ['callback'],
  });
  const signed = await given.send('POST', `/api/calls/${call.id}/review`, {
    verdict: 'signed',
    addendum: 'export-addendum',
  });
  expect(signed.status).toBe(201);
  await given.send('PUT', `/api/patients/${patient.id}/flags`, { flags: ['staff_only'] });
  // Refused by the mark: a decision without a call.
  const refused = await given.send('POST', '/api/calls', { phone_number: call.phoneNumber, patient_id: patient.id });
  expect(refused.status).toBe(409);
  const response = await given.request(`/api/patients/${patient.id}/export`);
  expect(response.headers.get('Content-Disposition')).toBe(`attachment; filename="${patient.id}.json"`);
  const document = parsed(await response.json());
  expect(document).toMatchObject({
    exported_by: 'admin@clinic.example',
    patient: { patient_id: patient.id, phone_number: call.phoneNumber, flags: ['staff_only'] },
    number_suppressed: false,
    consents: [{ basis: 'verbal', evidence: 'form' }],
    decisions: [{ code: 'patient_flag', allowed: false }],
    calls: [
      {
        call_id: call.id,
        status: 'completed',
        notes: [{ version: 1, hpi: { chief_complaint: { value: 'export-answer' } } }],
        signatures: [{ note_version: 1, by: 'admin@clinic.example' }],
        addenda: [{ text: 'export-addendum' }],
        transcript: [{ speaker: 'agent' }, { speaker: 'patient', text: 'export-words' }],
        tasks: [{ kind: 'callback' }],
        decisions: [{ allowed: true, moment: 'preview' }],
      },
    ],
  });
  expect(given.logged('audit').at(-1)).toMatchObject({ audit: 'patient.export', patient_id: patient.id, phi: true });
  expect(given.logged('patient.exported')).toMatchObject([{ patient_id: patient.id, count: 1, code: 'whole' }]);
  expect(given.lines.join('\n')).not.toMatch(/export-answer|export-words|Diaz/);
});

it('of somebody who was never called is a document too', async () => {
  const created = await given.send('POST', '/api/patients', { phone_number: nextNumber() });
  const { patient_id } = (await created.json()) as { patient_id: string };
  const document = parsed(await (await given.request(`/api/patients/${patient_id}/export`)).json());
  expect(document).toMatchObject({ calls: [], consents: [], decisions: [] });
});

it('is nobody else’s: no call, note or consent of another patient is in it (T17, SE-10)', async () => {
  const mine = await givenCall(given);
  const other = await givenCall(given, { lastName: 'Otherperson' });
  await endCall(given, mine);
  await endCall(given, other, { note: noteFor(other, 'other-answer') });
  const text = await (await given.request(`/api/patients/${mine.patient.id}/export`)).text();
  expect(text).not.toMatch(/other-answer|Otherperson/);
  expect(text).not.toContain(other.call.id);
});

it('is 404 for an unknown id, and for whoever was erased', async () => {
  const made = await givenCall(given);
  await given.config.keyRing.vault().erase(made.patient.id, Date.now());
  for (const id of [made.patient.id, 'pat_0199f3c2-7f4e-7000-8000-000000000001'])
    expect((await given.request(`/api/patients/${id}/export`)).status).toBe(404);
});

it('is for clinical staff alone (SE-10)', async () => {
  const made = await givenCall(given);
  for (const role of ['intake', 'operator', 'auditor'] as const) {
    const token = await tokenOf(given, role);
    expect((await given.request(`/api/patients/${made.patient.id}/export`, { token })).status).toBe(403);
  }
  const token = await tokenOf(given, 'clinician');
  expect((await given.request(`/api/patients/${made.patient.id}/export`, { token })).status).toBe(200);
});

it('as a document has the clinic’s name and time, and numbers as people write them (HS-19)', async () => {
  const made = await givenCall(given);
  await endCall(given, made);
  const summer = Date.UTC(2026, 6, 4, 14, 5);
  await given.db.update(calls).set({ createdAt: summer }).where(eq(calls.id, made.call.id));
  const response = await given.send('POST', `/api/patients/${made.patient.id}/export`, {
    ...{ purpose: 'access', format: 'html' },
  });
  const html = await response.text();
  expect(html).toContain('<p class="clinic">Riverside Clinic</p>');
  expect(html).toContain('Times are New York time.');
  expect(html).toContain('<h3>Jul 4, 2026, 10:05 AM EDT, Completed</h3>');
  expect(html).toContain('<td>April 12, 1980</td>');
  expect(html).not.toMatch(/ UTC|\/api\/|\d{4}-\d{2}-\d{2}T|\+1\d{10}/);
  expect(html).toMatch(/<th scope="row">Number<\/th><td>\(\d{3}\) 555-01\d{2}<\/td>/);
});

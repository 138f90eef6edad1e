/** The pages about patients: who sees them, what they show before and after "Show", and that a refused form loses nothing. */
import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { consents, patients } from '../../src/store/schema.ts';
import { suppressNumber } from '../../src/store/suppression-list.ts';
import { catchJobHints } from '../support/given-jobs.ts';
import { nextNumber } from '../support/place-call.ts';
import { type GivenApp, givenApp } from './given-app.ts';
import { endCall, givenCall } from './given-call.ts';
import { expectNoInlineCode, openPage, type PageInit } from './given-page.ts';
import { givenOnFile, PERSONAL, SOMEBODY, submitForm } from './given-patient-page.ts';
import { tokenOf } from './given-role.ts';

let given: GivenApp;
beforeEach(() => {
  given = givenApp();
  catchJobHints();
});
afterEach(() => vi.restoreAllMocks());

const UNKNOWN = 'pat_0199f3c2-7f4e-7000-8000-000000000001';
const submit = (path: string, fields: Record<string, string>, init: PageInit = {}) =>
  submitForm(given, path, fields, init);
const givenPatient = (body: Record<string, unknown> = {}) => givenOnFile(given, body);
const spoken = (number: string) => number.replace(/^\+1(\d{3})(\d{3})(\d{4})$/, '($1) $2-$3');

describe('the list', () => {
  it('shows initials and last digits, a way to each, and no more of anybody (S1-P6)', async () => {
    const { path, number } = await givenPatient(SOMEBODY);
    const { status, html } = await openPage(given, '/dashboard/patients');
    expect(status).toBe(200);
    expectNoInlineCode(html);
    expect(html).toContain(`<span class="initials">ZQ</span> •••• ${number.slice(-4)}`);
    expect(html).toContain(`href="${path}"`);
    expect(html).not.toMatch(PERSONAL);
    expect(html).not.toContain(number);
  });

  it('goes on with the earlier ones', async () => {
    for (let i = 0; i < 26; i += 1) await givenPatient();
    const first = await openPage(given, '/dashboard/patients');
    const next = /href="(\/dashboard\/patients\?cursor=pat_[^"]+)"/.exec(first.html)?.[1] ?? '';
    const second = await openPage(given, next);
    expect(second.html).toContain('Newest patients');
    expect(second.html).not.toContain(/<tr id="(row-pat_[^"]+)"/.exec(first.html)?.[1]);
  });
});

describe('the search', () => {
  it.each([
    ['the family name, as people write it', { family_name: 'quimbleton' }],
    ['the family name and birth date', { family_name: 'Quimbleton', date_of_birth: '1947-03-19' }],
    ['the record number', { external_id: 'MRN-9' }],
  ])('finds by %s, in a body, and shows them masked', async (_, fields) => {
    const { path } = await givenPatient(SOMEBODY);
    const { status, html } = await submit('/dashboard/patients/search', fields);
    expect(status).toBe(200);
    expect(html).toContain(`href="${path}"`);
    expect(html.replaceAll(/value="[^"]*"/g, '')).not.toMatch(PERSONAL);
    expect(given.lines.join('\n')).not.toMatch(/quimbleton|MRN-9/i);
  });

  it('finds by number and by its last four', async () => {
    const { path, number } = await givenPatient(SOMEBODY);
    for (const typed of [spoken(number), number.slice(-4)])
      expect((await submit('/dashboard/patients/search', { number: typed })).html).toContain(`href="${path}"`);
  });

  it('says that nobody is meant, what is wrong with a field, and that something has to be said; what was typed stays', async () => {
    const none = await submit('/dashboard/patients/search', { family_name: 'Nobodyhere' });
    expect(none.html).toContain('Nobody on file is meant by that.');
    expect(none.html).toContain('value="Nobodyhere"');
    const bad = await submit('/dashboard/patients/search', { number: '12345', family_name: 'Kept' });
    expect([bad.status, bad.html.includes('A US number of ten digits, or its last four.')]).toEqual([422, true]);
    expect(bad.html).toContain('value="Kept"');
    const empty = await submit('/dashboard/patients/search', { date_of_birth: '1980-04-12' });
    expect([empty.status, empty.html.includes('Say a family name')]).toEqual([422, true]);
  });

  it('goes on where the page ended', async () => {
    for (let i = 0; i < 27; i += 1) await givenPatient({ last_name: 'Manypages' });
    const first = await submit('/dashboard/patients/search', { family_name: 'Manypages' });
    const cursor = /name="cursor" value="(pat_[^"]+)"/.exec(first.html)?.[1] ?? '';
    const second = await submit('/dashboard/patients/search', { family_name: 'Manypages', cursor });
    expect(second.html.match(/id="row-pat_/g)).toHaveLength(2);
  });
});

describe('a new patient', () => {
  it('is put on file with a consent (S1-P4)', async () => {
    const phone_number = nextNumber();
    const { response } = await submit('/dashboard/patients', {
      ...{ ...SOMEBODY, phone_number: spoken(phone_number), language: 'es', state: 'NY', time_zone: '' },
      ...{ consent_basis: 'verbal', consent_obtained_at: '2026-01-02', consent_obtained_by: 'desk' },
      consent_evidence: 'asked',
    });
    expect(response.status).toBe(303);
    const path = response.headers.get('Location') ?? '';
    expect(path).toMatch(/^\/dashboard\/patients\/pat_[0-9a-f-]+\?done=created$/);
    const { html } = await openPage(given, path);
    expect(html).toContain('The patient is on file.');
    expect(html).toContain('asked');
  });

  it('is refused field by field, with everything that was typed, escaped', async () => {
    const before = await given.db.$count(patients);
    const typed = { first_name: '<b>Ana</b>', last_name: 'Kept', phone_number: '555', consent_basis: 'written' };
    const { status, html } = await submit('/dashboard/patients', typed);
    expect(status).toBe(422);
    expectNoInlineCode(html);
    expect(html).toContain('&lt;b&gt;Ana&lt;/b&gt;');
    expect(html).not.toContain('<b>Ana');
    expect(html).toContain('value="Kept"');
    expect(html).toContain('id="problem-phone_number"');
    expect(html).toContain('id="problem-consent_evidence"');
    expect(html).toMatch(/name="phone_number"[^>]*aria-invalid="true"/);
    expect(await given.db.$count(patients)).toBe(before);
  });
});

describe('the page of a patient', () => {
  it('shows initials until it is asked for more, which leaves an audit line, and hides it with the next page (HS-18)', async () => {
    const { path, number, id } = await givenPatient(SOMEBODY);
    const hidden = await openPage(given, path);
    expect(hidden.status).toBe(200);
    expectNoInlineCode(hidden.html);
    expect(hidden.html).toContain(`ZQ •••• ${number.slice(-4)}`);
    expect(hidden.html).not.toMatch(PERSONAL);
    expect(hidden.html).not.toContain(spoken(number));
    expect(given.logged('audit').filter(({ audit }) => audit === 'patient.reveal')).toEqual([]);
    for (const headers of [{}, { 'HX-Request': 'true' }]) {
      const shown = await submit(`${path}/reveal`, {}, { headers });
      for (const text of ['Zephyrine Quimbleton', '1947-03-19', spoken(number)]) expect(shown.html).toContain(text);
      expect(shown.html.startsWith('<!DOCTYPE')).toBe(!('HX-Request' in headers));
    }
    expect(given.logged('audit').filter(({ audit }) => audit === 'patient.reveal')).toMatchObject([
      { patient_id: id, phi: true, status: 200 },
      { patient_id: id },
    ]);
    expect((await openPage(given, path)).html).not.toMatch(PERSONAL);
  });

  it('lists their calls with outcome and note, and their tasks', async () => {
    const made = await givenCall(given);
    await endCall(given, made, { tasks: ['callback'], record: { redFlags: 1 } });
    const { html } = await openPage(given, `/dashboard/patients/${made.patient.id}`);
    expect(html).toContain(`href="/dashboard/calls/${made.call.id}"`);
    for (const text of ['Completed', 'Complete<', 'Red flag', 'Call back', '3:04']) expect(html).toContain(text);
    expect(html).not.toContain('tight chest');
  });

  it('fetches their calls again only while one is under way', async () => {
    const made = await givenCall(given);
    const path = `/dashboard/patients/${made.patient.id}`;
    const fragment = `/dashboard/fragments/patients/${made.patient.id}/calls`;
    expect((await openPage(given, path)).html).toContain(`hx-get="${fragment}"`);
    await endCall(given, made);
    const { html } = await openPage(given, fragment);
    expect(html).toContain('Completed');
    expect(html).not.toContain('hx-get');
  });

  it('says that the number may not be called', async () => {
    const { path, number } = await givenPatient();
    expect((await openPage(given, path)).html).toContain('The number is not on it.');
    await suppressNumber(
      given.db,
      given.config.keyRing,
      { phoneNumber: number, reason: 'asked', callId: null, createdBy: 'desk' },
      Date.now(),
    );
    expect((await openPage(given, path)).html).toContain('This number is not called.');
  });

  it('is 404 for an unknown id', async () => {
    for (const id of [UNKNOWN, 'x']) expect((await openPage(given, `/dashboard/patients/${id}`)).status).toBe(404);
  });
});

describe('a patient is', () => {
  it('corrected, with what is wrong beside its field', async () => {
    const { path, number, id } = await givenPatient(SOMEBODY);
    const form = await openPage(given, `${path}/edit`);
    expect(form.html).toContain('value="Quimbleton"');
    expect(given.logged('audit').at(-1)).toMatchObject({ audit: 'patient.reveal', patient_id: id });
    const bad = await submit(`${path}/edit`, {
      phone_number: number,
      last_name: 'Okafor',
      date_of_birth: '2999-01-01',
    });
    expect([bad.status, bad.html.includes('value="Okafor"')]).toEqual([422, true]);
    expect(bad.html).toContain('A day from 1900 to today.');
    const seenAt = /name="seen_at" value="(\d+)"/.exec(form.html)?.[1] ?? '';
    const typed = { phone_number: number, last_name: 'Okafor', seen_at: seenAt };
    const saved = await submit(`${path}/edit`, typed);
    expect([saved.status, saved.response.headers.get('Location')]).toEqual([303, `${path}?done=saved`]);
    const now = (await (await given.request(`/api/patients/${id}`)).json()) as object;
    expect(now).toMatchObject({ last_name: 'Okafor', first_name: null, external_id: null });
  });

  it('not overwritten unseen by two who edit at once', async () => {
    const { path, number, id } = await givenPatient(SOMEBODY);
    const { html } = await openPage(given, `${path}/edit`);
    const typed = { phone_number: number, seen_at: /name="seen_at" value="(\d+)"/.exec(html)?.[1] ?? '' };
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect((await submit(`${path}/edit`, { ...typed, last_name: 'First' })).status).toBe(303);
    const second = await submit(`${path}/edit`, { ...typed, last_name: 'Second' });
    expect([second.status, second.html.includes('Somebody has changed this patient')]).toEqual([409, true]);
    expect(second.html).toContain('value="Second"');
    const again = {
      ...typed,
      last_name: 'Second',
      seen_at: /name="seen_at" value="(\d+)"/.exec(second.html)?.[1] ?? '',
    };
    expect((await submit(`${path}/edit`, again)).status).toBe(303);
    expect(await (await given.request(`/api/patients/${id}`)).json()).toMatchObject({ last_name: 'Second' });
  });

  it('hung up on from their page, by whoever may call them', async () => {
    const [made, other] = [await givenCall(given), await givenCall(given)];
    const token = await tokenOf(given, 'intake');
    const path = `/dashboard/patients/${made.patient.id}`;
    const hangup = `${path}/calls/${made.call.id}/hangup`;
    expect((await openPage(given, path, { token })).html).toContain(`action="${hangup}"`);
    vi.mocked(given.session.requestHangup).mockResolvedValueOnce('accepted');
    const accepted = await submit(hangup, {}, { token });
    expect(accepted.response.headers.get('Location')).toBe(`${path}?done=hung_up#calls`);
    const late = await submit(hangup, {}, { token });
    expect(late.response.headers.get('Location')).toBe(`${path}?done=over#calls`);
    expect((await submit(`${path}/calls/${other.call.id}/hangup`, {}, { token })).status).toBe(404);
    await endCall(given, made);
    expect((await openPage(given, path)).html).not.toContain('Hang up');
  });

  it('marked and unmarked, each mark with what it does', async () => {
    const { path, id } = await givenPatient();
    expect((await openPage(given, path)).html).toContain('Only a person rings this patient');
    const flagsOf = async () =>
      ((await (await given.request(`/api/patients/${id}`)).json()) as { flags: string[] }).flags;
    expect((await submit(`${path}/flags`, { staff_only: 'true', nonsense: 'true' })).status).toBe(303);
    expect(await flagsOf()).toEqual(['staff_only']);
    await submit(`${path}/flags`, {});
    expect(await flagsOf()).toEqual([]);
  });

  it('given a consent, which can be ended and stays on file', async () => {
    const { path, id } = await givenPatient();
    const refused = await submit(`${path}/consents`, { consent_basis: 'written', consent_evidence: 'Form <7>' });
    expect([refused.status, refused.html.includes('value="Form &lt;7&gt;"')]).toEqual([422, true]);
    const none = await submit(`${path}/consents`, {});
    expect([none.status, none.html.includes('Choose how consent was given.')]).toEqual([422, true]);
    const stated = {
      ...{ consent_basis: 'written', consent_obtained_at: '2026-01-02', consent_obtained_by: 'desk' },
      consent_evidence: 'Form 7',
    };
    expect((await submit(`${path}/consents`, stated)).status).toBe(303);
    const [row] = await given.db.select().from(consents).where(eq(consents.patientId, id));
    expect((await openPage(given, path)).html).toContain('In force');
    const ending = `${path}/consents/${row?.id}/revoke`;
    expect((await submit(ending, { reason: '' })).status).toBe(409);
    expect((await submit(ending, { reason: 'asked at the desk' })).status).toBe(303);
    expect((await submit(ending, { reason: 'again' })).html).toContain('This consent had ended already.');
    expect((await openPage(given, path)).html).toContain('asked at the desk');
  });

  it('called, or told why not with what was typed', async () => {
    const { path, id } = await givenPatient();
    const refused = await submit(`${path}/call`, { call_language: 'es' });
    expect(refused.status).toBe(409);
    expect(refused.html).toContain('No consent to call this number is on file.');
    expect(refused.html).toMatch(/<option value="es" selected/);
    const half = await submit(`${path}/call`, { call_consent_basis: 'verbal', call_consent_evidence: 'Kept' });
    expect([half.status, half.html.includes('value="Kept"')]).toEqual([422, true]);
    const placed = await submit(`${path}/call`, {
      ...{ call_language: 'es', call_consent_basis: 'verbal', call_consent_obtained_at: '2026-01-02' },
      ...{ call_consent_obtained_by: 'desk', call_consent_evidence: 'asked' },
    });
    expect(placed.status).toBe(303);
    const address = placed.response.headers.get('Location') ?? '';
    expect(address).toMatch(/^\/dashboard\/calls\/call_/);
    const call = await (await given.request(address.replace('/dashboard', '/api'))).json();
    expect(call).toMatchObject({ patient_id: id, language: 'es' });
    expect(given.enqueue).toHaveBeenCalledTimes(1);
  });
});

/** /dashboard/exports: which lists somebody may take, the form of each, and what was taken last. */
import { parse } from 'csv-parse/sync';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ROLES } from '../../src/store/staff.ts';
import { exportsOf } from '../../src/web/export-kinds.ts';
import { clearStorage } from '../support/given-erasable.ts';
import { catchJobHints } from '../support/given-jobs.ts';
import { ring } from '../support/worker-env.ts';
import { unlimited } from './every-route.ts';
import { type GivenApp, givenApp } from './given-app.ts';
import { endCall, givenCall } from './given-call.ts';
import { tokenOf } from './given-role.ts';

let given: GivenApp;
beforeEach(async () => {
  given = givenApp({ PHI_KEYS: `k1:${ring.keys.get('k1')?.toBase64()}` });
  Object.assign(given.env, unlimited());
  catchJobHints();
  await clearStorage();
});
afterEach(() => vi.restoreAllMocks());

const PATH = '/dashboard/exports';
const html = async (path: string = PATH, token?: string) =>
  (await given.request(path, token === undefined ? {} : { token })).text();
const post = (fields: Record<string, string>, token?: string | null) =>
  given.request(`${PATH}/take`, {
    method: 'POST',
    body: new URLSearchParams(fields).toString(),
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', Origin: 'https://intake.example' },
    ...(token === undefined ? {} : { token }),
  });
const rowsOf = async (response: Response): Promise<Record<string, string>[]> => {
  expect(response.status).toBe(200);
  expect(response.headers.get('Content-Disposition')).toMatch(/^attachment/);
  return parse(await response.text(), { bom: true, columns: true });
};

describe('the page of exports', () => {
  it.each(ROLES)(
    'offers %s the lists and columns of the role, and the way is in the navigation (HS-18)',
    async (role) => {
      const text = await html(PATH, await tokenOf(given, role));
      const offered = [...text.matchAll(/name="what" value="(\w+)"/g)].map(([, what]) => what);
      const offers = exportsOf({ roles: [role] });
      expect(offered).toEqual(offers.map(({ what }) => what));
      for (const { columns } of offers) expect(text).toContain(columns.join(', '));
      expect(text).toMatch(/<a href="\/dashboard\/exports" aria-current="page">\s*Exports/);
    },
  );

  it('without a token shows nothing, and takes nothing', async () => {
    expect((await given.request(PATH, { token: null })).status).toBe(401);
    expect((await post({ what: 'calls', format: 'csv' }, null)).status).toBe(401);
  });

  it('says that nothing was taken yet, and then who took what, with the number of rows (HS-05)', async () => {
    const token = await tokenOf(given, 'operator');
    expect(await html(PATH, token)).toContain('You have not taken a list yet.');
    await (await post({ what: 'campaigns', format: 'tsv' }, token)).text();
    const text = await html(PATH, token);
    expect(text).toMatch(
      /Campaigns <span class="quiet">TSV<\/span>[\s\S]*operator@role\.example[\s\S]*>0<[\s\S]*Whole/,
    );
    expect(await html()).toContain('Taken last');
  });
});

describe('its forms', () => {
  it('take a list as it is narrowed down there; a day is one of the clinic', async () => {
    const made = await givenCall(given);
    await endCall(given, made);
    const other = await givenCall(given);
    const today = new Intl.DateTimeFormat('en-CA', { timeZone: 'America/New_York' }).format(Date.now());
    const ids = async (fields: Record<string, string>) =>
      (await rowsOf(await post({ what: 'calls', format: 'csv', ...fields }))).map(({ call_id }) => call_id);
    expect(await ids({ status: 'completed', from: '', reviewed: '' })).toEqual([made.call.id]);
    expect(await ids({ from: today, to: today, patient_id: other.patient.id })).toEqual([other.call.id]);
    expect(await ids({ to: '2020-01-01' })).toEqual([]);
    expect(await ids({ reviewed: 'false' })).toEqual([made.call.id]);
  });

  it('find patients by what is typed, which is in no address and no line of the log (T12)', async () => {
    const { patient } = await givenCall(given, { lastName: 'Quimbleton' });
    await givenCall(given, { lastName: 'Other' });
    const found = async (fields: Record<string, string>) =>
      (await rowsOf(await post({ what: 'patients', format: 'csv', ...fields }))).map(({ patient_id }) => patient_id);
    expect(await found({ family_name: 'quimbleton' })).toEqual([patient.id]);
    expect(await found({ number: patient.phoneNumber.slice(2) })).toEqual([patient.id]);
    expect(await found({ number: patient.phoneNumber.slice(-4), family_name: 'Quimbleton' })).toEqual([patient.id]);
    expect(given.lines.join('\n')).not.toMatch(/quimbleton/i);
  });

  it.each([
    [{ what: 'calls', format: 'csv', from: 'yesterday' }, 'check what the list is narrowed down by'],
    [{ what: 'patients', format: 'csv', number: '12' }, 'check what the list is narrowed down by'],
    [{ what: 'staff', format: 'csv' }, 'Choose one of the lists below.'],
  ])('give back what was typed where it cannot be: %j', async (fields, words) => {
    const response = await post(fields);
    const text = await response.text();
    expect([response.status, text.includes(words)]).toEqual([422, true]);
    expect(response.headers.get('Content-Disposition')).toBeNull();
  });

  it('escape what was typed', async () => {
    const text = await (await post({ what: 'calls', format: 'csv', patient_id: '"><b>x' })).text();
    expect(text).toContain('value="&quot;&gt;&lt;b&gt;x"');
    expect(text).not.toContain('<b>x');
  });

  it('are refused to whoever does not see that list (SE-10)', async () => {
    for (const what of ['answers', 'patients'])
      expect((await post({ what, format: 'csv' }, await tokenOf(given, 'operator'))).status).toBe(403);
  });
});

describe('beside a list', () => {
  const hidden = (text: string) =>
    Object.fromEntries(
      [
        ...(/class="export-these">([\s\S]*?)<\/form>/.exec(text)?.[1] ?? '').matchAll(/name="(\w+)" value="([^"]*)"/g),
      ].map(([, name = '', value = '']) => [name, value]),
    );

  it('what is shown is exported as it is narrowed down', async () => {
    const made = await givenCall(given, { lastName: 'Quimbleton' });
    await endCall(given, made);
    await givenCall(given);
    const calls = hidden(await html('/dashboard/calls?status=completed&reviewed=false'));
    expect(calls).toEqual({ what: 'calls', format: 'csv', status: 'completed', reviewed: 'false' });
    expect((await rowsOf(await post(calls))).map(({ call_id }) => call_id)).toEqual([made.call.id]);
    const search = await given.request('/dashboard/patients/search', {
      method: 'POST',
      body: 'family_name=Quimbleton',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded', Origin: 'https://intake.example' },
    });
    const patients = hidden(await search.text());
    expect(patients).toEqual({ what: 'patients', format: 'csv', family_name: 'Quimbleton' });
    expect((await rowsOf(await post(patients))).map(({ patient_id }) => patient_id)).toEqual([made.patient.id]);
    expect(hidden(await html('/dashboard/campaigns?status=draft'))).toEqual({
      ...{ what: 'campaigns', format: 'csv', status: 'draft' },
    });
  });

  it('is offered beside the do-not-call list too, to administrators, of the numbers that are shown (HS-18)', async () => {
    const path = '/dashboard/suppressions';
    await given.send('POST', '/api/suppressions', { phone_number: '+12025550177', reason: 'asked' });
    const on = hidden(await html(path));
    expect(on).toEqual({ what: 'suppressions', format: 'csv', active: 'true' });
    expect(await rowsOf(await post(on))).toMatchObject([{ phone_number: "'+12025550177", active: 'true' }]);
    const lifted = hidden(await html(`${path}?active=false`));
    expect(lifted).toEqual({ what: 'suppressions', format: 'csv', active: 'false' });
    expect(await rowsOf(await post(lifted))).toEqual([]);
    const found = await given.request(`${path}/search`, {
      ...{ method: 'POST', body: 'phone_number=2025550177' },
      headers: { 'Content-Type': 'application/x-www-form-urlencoded', Origin: 'https://intake.example' },
    });
    expect(await found.text()).not.toContain('export-these');
    expect(await html(path, await tokenOf(given, 'intake'))).not.toContain('export-these');
  });
});

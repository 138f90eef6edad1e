/** The pages under Settings: the configuration, the doctor and the staff. What they show, to whom, and what can be done there. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createStaff, findStaff, ROLES, type Role } from '../../src/store/staff.ts';
import { clearStorage } from '../support/given-erasable.ts';
import { testEnv } from '../support/worker-env.ts';
import { ADMIN, type GivenApp, givenApp } from './given-app.ts';
import { givenDoctor } from './given-doctor.ts';
import { expectNoInlineCode, openPage } from './given-page.ts';
import { tokenOf } from './given-role.ts';

let given: GivenApp;
beforeEach(async () => {
  await testEnv.DB.exec('delete from staff');
  given = givenApp();
});
afterEach(() => vi.restoreAllMocks());

const SETTINGS_PAGES = ['/dashboard/settings', '/dashboard/settings/doctor', '/dashboard/settings/staff'];
const form = (fields: Record<string, string>) => ({
  method: 'POST',
  body: new URLSearchParams(fields).toString(),
  headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
});
const htmx = (fields: Record<string, string>) => {
  const init = form(fields);
  return { ...init, headers: { ...init.headers, 'HX-Request': 'true' } };
};

describe.each(SETTINGS_PAGES)('%s', (path) => {
  it('is 401 without a token, and nothing for a role that does not see to the installation', async () => {
    expect((await openPage(given, path, { token: null })).status).toBe(401);
    const isForAuditors = !path.endsWith('/staff');
    for (const role of ROLES) {
      const { status } = await openPage(given, path, { token: await tokenOf(given, role) });
      expect([role, status]).toEqual([role, role === 'admin' || (role === 'auditor' && isForAuditors) ? 200 : 403]);
    }
  });

  it('says where it is, and holds no code of its own', async () => {
    const { html } = await openPage(given, path);
    expectNoInlineCode(html);
    expect(html).toContain('<h1>Settings</h1>');
    expect(html.match(/aria-current="page"/g)).toHaveLength(2);
  });
});

describe('the configuration', () => {
  it('shows what is set and what is not, secrets by their fingerprint, and escapes what is set (S2-P2)', async () => {
    vi.restoreAllMocks();
    const { html } = await openPage(givenApp({ CLINIC_NAME: '<b>Riverside</b>' }), '/dashboard/settings');
    expect(html).toContain('&lt;b&gt;Riverside&lt;/b&gt;');
    expect(html).not.toMatch(/<b>Riverside|KEY0123/);
    expect(html).toMatch(/TELNYX_API_KEY[\s\S]{1,200}secret, fingerprint [0-9a-f]{8}/);
    expect(html).toMatch(/BAA_CONFIRMED[\s\S]{1,250}Not set/);
    expect(html).toMatch(/MAX_LIVE_CALLS[\s\S]{1,200}<dd>3 <\/dd>/);
    expect(html).toMatch(/APPROVAL_OVER[\s\S]{1,200}200 <small>default/);
  });

  it('is in the navigation of those who may see it, and of nobody else', async () => {
    const tasks = async (role: Role) =>
      (await openPage(given, '/dashboard/campaigns', { token: await tokenOf(given, role) })).html;
    expect(await tasks('auditor')).toContain('href="/dashboard/settings"');
    for (const role of ['clinician', 'intake', 'operator'] as const)
      expect(await tasks(role)).not.toContain('href="/dashboard/settings"');
  });

  it('shows an auditor no way to the staff', async () => {
    const { html } = await openPage(given, '/dashboard/settings', { token: await tokenOf(given, 'auditor') });
    expect(html).toContain('/dashboard/settings/doctor');
    expect(html).not.toContain('/dashboard/settings/staff');
  });
});

describe('the doctor', () => {
  it('is asked by the page itself, and by a form for whoever has no script (S2-L4)', async () => {
    const { html } = await openPage(given, '/dashboard/settings/doctor');
    expect(html).toMatch(/id="doctor" hx-get="\/dashboard\/fragments\/doctor" hx-trigger="load"/);
    expect(html).toContain('<form class="doctor-lead" method="post" action="/dashboard/settings/doctor"');
    expect(html).toContain('<progress');
  });

  it('shows faults first, then warnings, each with what to do; what is well is folded away', async () => {
    vi.restoreAllMocks();
    await clearStorage();
    const doctor = await givenDoctor();
    doctor.engine.account.change({
      application: { outbound: { outbound_voice_profile_id: null }, redact_dtmf_debug_logging: false },
    });
    const { html } = await openPage(doctor.given, '/dashboard/settings/doctor', form({}));
    expectNoInlineCode(html);
    expect(html).toContain('1 fault, 1 warning.');
    const fault = html.indexOf('profile_missing');
    expect(fault).toBeGreaterThan(0);
    expect(html.indexOf('keys_logged')).toBeGreaterThan(fault);
    expect(html.indexOf('id="doctor-fine"')).toBeGreaterThan(html.indexOf('keys_logged'));
    expect(html).toMatch(/What to do:<\/strong> Create an outbound voice profile/);
    expect(html).toContain('exit code 27');
    expect(html).not.toMatch(/id="doctor-fine" open/);
    for (const method of ['GET', 'POST']) {
      const fragment = await openPage(doctor.given, '/dashboard/fragments/doctor', method === 'GET' ? {} : form({}));
      expect([fragment.status, fragment.html.startsWith('<div id="doctor">')]).toEqual([200, true]);
      expect(fragment.html).toContain('profile_missing');
    }
  });

  it('says that all is well only when it is', async () => {
    vi.restoreAllMocks();
    await clearStorage();
    const doctor = await givenDoctor();
    expect((await openPage(doctor.given, '/dashboard/fragments/doctor')).html).toMatch(/notice-good[\s\S]*All is well/);
    doctor.engine.failNext({ path: /balance/, status: 503, code: '10007' });
    const { html } = await openPage(doctor.given, '/dashboard/fragments/doctor');
    expect(html).toMatch(/notice-warn[\s\S]*1 check that could not be made/);
    expect(html).not.toContain('All is well');
  });

  it('escapes what Telnyx says', async () => {
    vi.restoreAllMocks();
    await clearStorage();
    const doctor = await givenDoctor();
    doctor.engine.account.change({ application: { webhook_event_url: 'https://x.example/<script>alert(1)</script>' } });
    const { html } = await openPage(doctor.given, '/dashboard/fragments/doctor');
    expect(html).toContain('&lt;script&gt;');
    expect(html).not.toContain('<script>');
  });
});

const PATH = '/dashboard/settings/staff';
const member = (email: string, roles: readonly Role[] = ['clinician']) =>
  createStaff(given.db, { email, roles }, Date.now()).then((made) => made?.id ?? '');

describe('the staff', () => {
  it('says so when nobody is on the list, and names who is an administrator all the same', async () => {
    const { html } = await openPage(given, PATH);
    expect(html).toContain('Nobody is on the list yet');
    expect(html).toContain(`${ADMIN} is an administrator by ADMIN_EMAILS`);
    expect(html).toContain('href="/dashboard/settings/roles"');
  });

  it('adds somebody who can then sign in, and says as what', async () => {
    const sent = htmx({ email: ' New@clinic.example ', role_intake: 'on', role_operator: 'on' });
    const { status, html } = await openPage(given, PATH, sent);
    expect([status, html.startsWith('<div id="staff">')]).toEqual([200, true]);
    expect(html).toContain('new@clinic.example can sign in now, as Intake, Operator.');
    expect((await findStaff(given.db, 'new@clinic.example', Date.now()))?.roles).toEqual(['intake', 'operator']);
    expect(given.logged('audit').at(-1)).toMatchObject({ audit: 'staff.create', status: 200 });
    const token = await given.token({ email: 'new@clinic.example', sub: 'new' });
    expect((await given.request('/dashboard/tasks', { token })).status).toBe(200);
  });

  it.each([
    [{ email: 'nobody', role_intake: 'on' }, 'This is no e-mail address'],
    [{ email: 'new@clinic.example' }, 'Choose at least one role'],
    [{ email: 'known@clinic.example', role_intake: 'on' }, 'on the list already'],
  ])('refuses %j and says why, in the same place', async (fields, words) => {
    await member('known@clinic.example');
    const { status, html } = await openPage(given, PATH, htmx(fields));
    expect(status).toBe(409);
    expect(html).toContain(words);
    expect(await findStaff(given.db, 'new@clinic.example', Date.now())).toBeNull();
  });

  it('works without a script: the whole page comes back with what came of it', async () => {
    const { status, html } = await openPage(given, PATH, form({ email: 'new@clinic.example', role_auditor: 'on' }));
    expect(status).toBe(200);
    expectNoInlineCode(html);
    expect(html).toContain('<h1>Settings</h1>');
    expect(html).toContain('new@clinic.example can sign in now, as Auditor.');
  });

  it('changes roles, which count from the next request', async () => {
    const id = await member('chris@clinic.example');
    const { html } = await openPage(given, `${PATH}/${id}/roles`, htmx({ role_auditor: 'on' }));
    expect(html).toContain('chris@clinic.example is Auditor now.');
    expect(given.logged('audit').at(-1)).toMatchObject({ audit: 'staff.update', staff_id: id });
    const token = await given.token({ email: 'chris@clinic.example', sub: 'chris' });
    expect((await given.request('/dashboard/calls', { token })).status).toBe(403);
  });

  it('removes somebody, after saying what that does', async () => {
    const id = await member('chris@clinic.example');
    expect((await openPage(given, PATH)).html).toContain(
      'chris@clinic.example can do nothing here from their next click',
    );
    const { html } = await openPage(given, `${PATH}/${id}/remove`, htmx({}));
    expect(html).toContain('chris@clinic.example is off the list.');
    expect(given.logged('audit').at(-1)).toMatchObject({ audit: 'staff.delete', staff_id: id });
    const token = await given.token({ email: 'chris@clinic.example', sub: 'chris' });
    expect((await given.request('/dashboard/tasks', { token })).status).toBe(403);
    expect((await openPage(given, `${PATH}/${id}/remove`, htmx({}))).status).toBe(404);
  });

  it('nobody takes their own access away, by the page or the API, and the page says why', async () => {
    const id = await member('boss@clinic.example', ['admin']);
    const token = await given.token({ email: 'Boss@clinic.example', sub: 'boss' });
    const { html } = await openPage(given, PATH, { token });
    expect(html).toContain('You cannot take your own access away');
    expect(html).not.toContain(`${id}/remove`);
    for (const [path, fields] of [
      ['remove', {}],
      ['roles', { role_clinician: 'on' }],
    ] as const) {
      const refused = await openPage(given, `${PATH}/${id}/${path}`, { ...htmx(fields), token });
      expect(refused.status).toBe(409);
      expect(refused.html).toContain('Ask another administrator');
    }
    const api = await given.request(`/api/staff/${id}`, { method: 'DELETE', token });
    expect([api.status, await api.json()]).toMatchObject([409, { code: 'own_admin', detail: expect.any(String) }]);
    expect((await findStaff(given.db, 'boss@clinic.example', Date.now()))?.roles).toEqual(['admin']);
    // More roles are no loss.
    const more = await openPage(given, `${PATH}/${id}/roles`, {
      ...htmx({ role_admin: 'on', role_clinician: 'on' }),
      token,
    });
    expect(more.status).toBe(200);
  });

  it('the last administrator stays when no person is one by ADMIN_EMAILS', async () => {
    vi.restoreAllMocks();
    given = givenApp({ ADMIN_EMAILS: '0123456789abcdef.access' });
    const id = await member('boss@clinic.example', ['admin']);
    const token = await given.token({ email: undefined, sub: '', common_name: '0123456789abcdef.access' });
    const refused = await given.request(`/api/staff/${id}`, { method: 'DELETE', token });
    expect([refused.status, await refused.json()]).toMatchObject([409, { code: 'last_admin' }]);
    await member('deputy@clinic.example', ['admin']);
    expect((await given.request(`/api/staff/${id}`, { method: 'DELETE', token })).status).toBe(204);
  });

  it('shows a page at a time, and who has one role', async () => {
    for (let n = 0; n < 27; n += 1) await member(`p${n}@clinic.example`, n === 3 ? ['auditor'] : ['intake']);
    const first = (await openPage(given, PATH)).html;
    expect(first.match(/<tr id="row-staff_/g)).toHaveLength(25);
    const more = /id="more" href="([^"]+)"/.exec(first)?.[1]?.replaceAll('&amp;', '&') ?? '';
    const second = (await openPage(given, more)).html;
    expect(second.match(/<tr id="row-staff_/g)).toHaveLength(2);
    expect(second).toContain('First page');
    const auditors = (await openPage(given, `${PATH}?role=auditor`)).html;
    expect(auditors.match(/<tr id="row-staff_/g)).toHaveLength(1);
    expect((await openPage(given, `${PATH}?role=operator`)).html).toContain('Nobody has the role “Operator”.');
    expect((await openPage(given, `${PATH}?role=`)).status).toBe(200);
    expect((await openPage(given, `${PATH}?role=boss`)).status).toBe(422);
  });
});

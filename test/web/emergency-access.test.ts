/** Emergency access (HS-02): a clinician's rights for an hour, with a reason, a mark on every audit line and a review by somebody else. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { applyReconciled, listAlerts } from '../../src/store/alerts.ts';
import { eraseWordsAbout } from '../../src/store/emergency-accesses.ts';
import { deleteStaff, findStaff, ROLES, setStaffRoles } from '../../src/store/staff.ts';
import { routes } from '../../src/web/routes.ts';
import { dumpDatabase } from '../support/dump-database.ts';
import { addressOf, unlimited } from './every-route.ts';
import { type GivenApp, givenApp, serviceClaims, signed } from './given-app.ts';
import { endCall, givenCall } from './given-call.ts';
import { tokenOf } from './given-role.ts';

const REASON = 'Canaryperson is not breathing, nobody answers on the ward.';
/** As the rule says, whatever the product says of itself. */
const HOUR_MS = 60 * 60_000;
let given: GivenApp;
beforeEach(() => {
  given = givenApp({ PHI_KEYS: `k1:${new Uint8Array(32).fill(7).toBase64()}` });
});
afterEach(async () => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  await given.env.DB.prepare('delete from emergency_accesses').run();
  await given.env.DB.prepare('delete from staff').run();
});

type Json = Record<string, unknown>;
const begin = async (token: string, reason = REASON) => {
  const response = await given.send('POST', '/api/emergency-access', { reason }, { token });
  return { status: response.status, body: await response.json<Json>() };
};
async function givenAnswers(): Promise<string> {
  const call = await givenCall(given);
  await endCall(given, call);
  return `/api/calls/${call.call.id}/intake-data`;
}
const statusOf = async (path: string, token: string) => (await given.request(path, { token })).status;

describe('somebody without the right to read answers', () => {
  it('reads them for an hour after saying why, and not a moment longer (HS-02)', async () => {
    const [path, token] = [await givenAnswers(), await tokenOf(given, 'intake')];
    expect(await statusOf(path, token)).toBe(403);
    expect(await begin(token)).toMatchObject({ status: 201, body: { reason: REASON, ended_at: null, review: null } });
    expect(await statusOf(path, token)).toBe(200);
    const now = Date.now();
    vi.useFakeTimers({ toFake: ['Date'], now: now + HOUR_MS - 5000 });
    const sameHour = await given.token({ email: 'intake@role.example', sub: 'intake@role.example' });
    expect(await statusOf(path, sameHour)).toBe(200);
    vi.setSystemTime(now + HOUR_MS + 1);
    expect(await statusOf(path, await given.token({ email: 'intake@role.example', sub: 'intake@role.example' }))).toBe(
      403,
    );
  });

  it('gives it up before, and is without it from the next request (HS-02)', async () => {
    const [path, token] = [await givenAnswers(), await tokenOf(given, 'operator')];
    await begin(token);
    expect((await given.request('/api/emergency-access/end', { method: 'POST', token })).status).toBe(204);
    expect(await statusOf(path, token)).toBe(403);
    expect((await given.request('/api/emergency-access/end', { method: 'POST', token })).status).toBe(409);
  });

  it('gets no more than a clinician has (HS-02)', async () => {
    const token = await tokenOf(given, 'operator');
    await begin(token);
    for (const path of ['/api/staff', '/api/audit', '/api/emergency-access'])
      expect(await statusOf(path, token)).toBe(403);
  });

  it('has none any more once they are off the list of staff (HS-02, HS-11)', async () => {
    const [path, token] = [await givenAnswers(), await tokenOf(given, 'intake')];
    await begin(token);
    const member = await findStaff(given.db, 'intake@role.example', Date.now());
    await setStaffRoles(given.db, member?.id ?? '', [], Date.now());
    expect(await statusOf(path, token)).toBe(403);
    await deleteStaff(given.db, member?.id ?? '', Date.now());
    expect(await statusOf(path, token)).toBe(403);
  });

  it('has one at a time, also when asked for twice at once (HS-02)', async () => {
    const token = await tokenOf(given, 'intake');
    const both = await Promise.all([begin(token), begin(token)]);
    expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
  });

  it('says why, or gets nothing (HS-02)', async () => {
    const token = await tokenOf(given, 'intake');
    for (const reason of ['', '   ', '...', 'x', '1234567890123', 'nine lette'])
      expect((await begin(token, reason)).status).toBe(422);
    expect(await statusOf(await givenAnswers(), token)).toBe(403);
  });
});

it('nobody takes it who needs it not, nor a program (HS-01, HS-02)', async () => {
  expect(await begin(await tokenOf(given, 'clinician'))).toMatchObject({ status: 409, body: { code: 'not_needed' } });
  expect(await begin(await given.token())).toMatchObject({ status: 409, body: { code: 'not_needed' } });
  expect((await begin(await signed(serviceClaims(given.team)))).status).toBe(403);
});

it('every line of the audit in that hour says that it was an emergency (HS-02, HS-05)', async () => {
  const [path, token] = [await givenAnswers(), await tokenOf(given, 'intake')];
  await begin(token);
  await given.request(path, { token });
  const response = await given.request('/api/audit?actor_name=intake@role.example');
  const { items } = await response.json<{ items: { action: string; roles: string[] }[] }>();
  expect(items.find(({ action }) => action === 'emergency.begin')).toBeDefined();
  expect(items[0]?.roles).toEqual(['clinician', 'intake', 'emergency']);
});

it('the reason is sealed, in no log, and read by administrators alone (HS-02, HS-04, LG-01)', async () => {
  await begin(await tokenOf(given, 'intake'));
  expect(JSON.stringify(await dumpDatabase())).not.toContain('Canaryperson');
  expect(given.lines.join('\n')).not.toContain('Canaryperson');
  const seenBy = async (token: string) => {
    const response = await given.request('/api/emergency-access', { token });
    return (await response.json<{ items: { reason: string | null }[] }>()).items[0]?.reason;
  };
  expect(await seenBy(await given.token())).toBe(REASON);
  expect(await seenBy(await tokenOf(given, 'auditor'))).toBeNull();
});

describe('the review (HS-02, HS-10)', () => {
  const review = async (id: unknown, token?: string) => {
    const sent = { verdict: 'justified', note: 'The ward was empty.' };
    const response = await given.send(
      'POST',
      `/api/emergency-access/${id}/review`,
      sent,
      token === undefined ? {} : { token },
    );
    return { status: response.status, body: await response.json<Json>() };
  };

  it('is somebody else’s, once, after it is over', async () => {
    const token = await tokenOf(given, 'intake');
    const { body } = await begin(token);
    expect(await review(body['emergency_id'])).toMatchObject({ status: 409, body: { code: 'still_open' } });
    expect((await review(body['emergency_id'], token)).status).toBe(403);
    await given.request('/api/emergency-access/end', { method: 'POST', token });
    const reviewed = await review(body['emergency_id']);
    expect(reviewed).toMatchObject({
      status: 200,
      body: { review: { verdict: 'justified', note: 'The ward was empty.' } },
    });
    expect(await review(body['emergency_id'])).toMatchObject({ status: 409, body: { code: 'already_reviewed' } });
  });

  it('is never one’s own, whatever one has become since', async () => {
    const token = await tokenOf(given, 'intake');
    const { body } = await begin(token);
    await given.request('/api/emergency-access/end', { method: 'POST', token });
    await given.env.DB.prepare(`update staff set roles = '["admin"]'`).run();
    expect(await review(body['emergency_id'], token)).toMatchObject({ status: 409, body: { code: 'own_access' } });
  });

  it('that finds it was not justified says why, in words that are sealed (HS-02, HS-04)', async () => {
    const token = await tokenOf(given, 'intake');
    const { body } = await begin(token);
    await given.request('/api/emergency-access/end', { method: 'POST', token });
    const path = `/api/emergency-access/${body['emergency_id']}/review`;
    const bare = await given.send('POST', path, { verdict: 'not_justified' });
    expect([bare.status, await bare.json<Json>()]).toMatchObject([
      422,
      { errors: [{ pointer: '/note', code: 'required', detail: expect.any(String) }] },
    ]);
    const note = 'Canaryremark: curiosity, talked to.';
    expect((await given.send('POST', path, { verdict: 'not_justified', note })).status).toBe(200);
    expect(JSON.stringify(await dumpDatabase())).not.toContain('Canaryremark');
  });

  it('is missing until it is done: the list can be asked for what nobody has looked at', async () => {
    const token = await tokenOf(given, 'intake');
    const { body } = await begin(token);
    await given.request('/api/emergency-access/end', { method: 'POST', token });
    const waiting = async () =>
      (await (await given.request('/api/emergency-access?unreviewed=true')).json<{ items: unknown[] }>()).items.length;
    expect(await waiting()).toBe(1);
    await review(body['emergency_id']);
    expect(await waiting()).toBe(0);
  });
});

describe('the page', () => {
  const page = async (token: string) => (await given.request('/dashboard/settings/emergency', { token })).text();
  const post = (path: string, fields: Record<string, string>, token: string) =>
    given.request(`/dashboard/settings/emergency${path}`, {
      ...{ method: 'POST', token, body: new URLSearchParams(fields).toString() },
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    });

  it('takes it and gives it up without a script, and every page says that it is open (HS-02)', async () => {
    const token = await tokenOf(given, 'intake');
    expect(await page(token)).toContain('Take emergency access');
    for (const reason of [' ', 'x', 'too few l']) {
      const refused = await post('', { reason }, token);
      expect(refused.status).toBe(409);
      expect(await refused.text()).toContain('at least ten letters');
    }
    expect(await page(token)).toContain('No name of the patient');
    expect((await post('', { reason: REASON }, token)).status).toBe(303);
    expect(await page(token)).toContain('End it now');
    expect(await (await given.request('/dashboard/tasks', { token })).text()).toContain('Emergency access is open');
    expect((await post('/end', {}, token)).status).toBe(303);
    expect(await (await given.request('/dashboard/tasks', { token })).text()).not.toContain('Emergency access is open');
  });

  it('shows an administrator who took it and why, as text, and takes the review (HS-02, SE-14)', async () => {
    const token = await tokenOf(given, 'intake');
    await post('', { reason: '<b>chest pain</b>' }, token);
    await post('/end', {}, token);
    const shown = await page(await given.token());
    expect(shown).toContain('&lt;b&gt;chest pain&lt;/b&gt;');
    expect(shown).toContain('Not reviewed');
    const id = /emergency\/(emg_[0-9a-f-]{36})\/review/.exec(shown)?.[1];
    const judge = async (fields: Record<string, string>) =>
      (await post(`/${id}/review`, { verdict: 'not_justified', ...fields }, await given.token())).status;
    // One click is not enough, and no words are not either.
    expect(await judge({ note: 'Curiosity.' })).toBe(409);
    expect(await judge({ note: ' ', sure: 'true' })).toBe(409);
    expect(await page(await given.token())).toContain('Not reviewed');
    expect(await judge({ note: 'Curiosity.', sure: 'true' })).toBe(303);
    expect(await page(await given.token())).toContain('Not justified');
    expect(await page(token)).not.toContain('chest pain');
  });
});

it('is looked at for its own time alone: what they saw before and after stands elsewhere (HS-02, HS-10)', async () => {
  const token = await tokenOf(given, 'operator');
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
  const line = async (path: string) => {
    await given.request(path, { token });
    vi.setSystemTime(Date.now() + 2000);
  };
  await line('/api/campaigns?limit=11');
  await begin(token);
  await line('/api/calls?limit=12');
  await given.request('/api/emergency-access/end', { method: 'POST', token });
  vi.setSystemTime(Date.now() + 2000);
  await line('/api/suppressions?limit=13');
  const admin = await given.token();
  const shown = await (await given.request('/dashboard/settings/emergency', { token: admin })).text();
  const link = /href="([^"]+)">What they looked at/.exec(shown)?.[1]?.replaceAll('&amp;', '&') ?? '';
  const lines = await (await given.request(link, { token: admin })).text();
  expect(lines).toContain('<code>call.list</code>');
  expect(lines).not.toContain('<code>campaign.list</code>');
  expect(lines).not.toContain('<code>suppression.list</code>');
  expect(lines).toContain('Show other times too');
  const all = await (await given.request('/dashboard/audit?who=operator%40role.example', { token: admin })).text();
  expect(all).toContain('<code>campaign.list</code>');
});

describe('once a patient is erased whom it showed', () => {
  const access = async (path: string | null) => {
    const token = await tokenOf(given, 'intake');
    const { body } = await begin(token);
    if (path !== null) expect(await statusOf(path, token)).toBe(200);
    await given.request('/api/emergency-access/end', { method: 'POST', token });
    return String(body['emergency_id']);
  };
  const reasons = async () => {
    const { items } = await (await given.request('/api/emergency-access')).json<{ items: Json[] }>();
    return new Map(items.map((item) => [item['emergency_id'], item]));
  };

  it('no word about it opens again, in no copy of the database; the access, its review and its lines stay (HS-02, HS-21)', async () => {
    const call = await givenCall(given);
    await endCall(given, call);
    const about = await access(`/api/calls/${call.call.id}/intake-data`);
    const other = await access(null);
    const judged = await given.send('POST', `/api/emergency-access/${about}/review`, {
      ...{ verdict: 'justified', note: 'Canaryword: the ward was empty.' },
    });
    expect(judged.status).toBe(200);
    const copy = await given.env.DB.prepare('select * from emergency_accesses where id = ?').bind(about).first<Json>();
    await eraseWordsAbout(given.db, given.config.keyRing, call.patient.id, Date.now());
    const after = await reasons();
    expect(after.get(about)).toMatchObject({
      ...{ reason: null, staff_name: 'intake@role.example', review: { verdict: 'justified', note: null } },
    });
    expect(after.get(other)).toMatchObject({ reason: REASON });
    await given.env.DB.prepare('update emergency_accesses set sealed = ?, review_sealed = ? where id = ?')
      .bind(copy?.['sealed'], copy?.['review_sealed'], about)
      .run();
    expect((await reasons()).get(about)).toMatchObject({ reason: null, review: { note: null } });
  });

  it('it can still be reviewed, and the words of the review are read (HS-02)', async () => {
    const call = await givenCall(given);
    await endCall(given, call);
    const about = await access(`/api/calls/${call.call.id}/intake-data`);
    await eraseWordsAbout(given.db, given.config.keyRing, call.patient.id, Date.now());
    const review = { verdict: 'not_justified', note: 'No reason can be read any more.' };
    expect((await given.send('POST', `/api/emergency-access/${about}/review`, review)).status).toBe(200);
    expect((await reasons()).get(about)).toMatchObject({ reason: null, review });
  });
});

it('gives sight of patients and nobody’s pen: whoever took it signs, corrects and approves nothing (HS-02)', async () => {
  const call = await givenCall(given);
  await endCall(given, call);
  const token = await tokenOf(given, 'intake');
  await begin(token);
  const note = `/api/calls/${call.call.id}`;
  expect(await statusOf(`${note}/intake-data`, token)).toBe(200);
  for (const path of [`${note}/review`, `${note}/corrections`, '/api/questionnaires'])
    expect([path, (await given.send('POST', path, {}, { token })).status]).toEqual([path, 403]);
  // What they could do before, they can do now.
  expect((await given.send('POST', '/api/patients/search', { family_name: 'Nobody' }, { token })).status).toBe(200);
  expect((await given.send('POST', '/api/patients', {}, { token })).status).toBe(422);
});

it('takes nothing along that one may not take without it: no file of many, no whole record (HS-02)', async () => {
  Object.assign(given.env, unlimited());
  const { patient } = await givenCall(given);
  for (const role of ROLES.filter((each) => each !== 'admin')) {
    const token = await tokenOf(given, role);
    const exports = routes.filter(({ isExport }) => isExport === true);
    const ask = async ({ method, path }: (typeof exports)[number]) =>
      (await given.request(addressOf(path, { patient_id: patient.id }), { method, token })).status;
    const before = [];
    for (const each of exports) before.push([each.path, await ask(each)]);
    if ((await begin(token)).status !== 201) continue;
    const after = [];
    for (const each of exports) after.push([each.path, await ask(each)]);
    expect([role, after]).toEqual([role, before]);
    expect(after.filter(([, status]) => status === 403).length).toBeGreaterThan(0);
  }
});

it('offers no export while an emergency lends its rights, and says of none that one opens it (HS-02)', async () => {
  const [made, token] = [await givenCall(given), await tokenOf(given, 'operator')];
  const sheet = await given.request('/dashboard/downtime', { token });
  expect([sheet.status, (await sheet.text()).includes('href="/dashboard/settings/emergency"')]).toEqual([403, false]);
  const page = async (path: string, asked: string) => (await given.request(path, { token: asked })).text();
  const rights = `/dashboard/patients/${made.patient.id}/rights`;
  await begin(token);
  expect(await page(rights, token)).toContain('Emergency access is open');
  expect(await page(rights, token)).not.toContain(`${rights}/export`);
  expect(await page('/dashboard/tasks', token)).not.toContain('Sheet for an outage');
  const clinician = await tokenOf(given, 'clinician');
  expect(await page(rights, clinician)).toContain(`${rights}/export`);
  expect(await page('/dashboard/tasks', clinician)).toContain('Sheet for an outage');
});

it('finds the patient for whoever had no right to look for one (HS-02)', async () => {
  const call = await givenCall(given);
  const token = await tokenOf(given, 'auditor');
  const find = () => given.send('POST', '/api/patients/search', { family_name: 'Nobody' }, { token });
  const reveal = () =>
    given.request(`/dashboard/patients/${call.patient.id}/reveal`, { method: 'POST', token, redirect: 'manual' });
  expect([(await find()).status, (await reveal()).status]).toEqual([403, 403]);
  await begin(token);
  expect((await find()).status).toBe(200);
  expect((await reveal()).status).toBe(200);
});

it('is not taken off everybody’s screen by whoever took it (HS-02)', async () => {
  await given.env.DB.prepare('delete from alerts').run();
  const token = await tokenOf(given, 'operator');
  const { body } = await begin(token);
  const breach = {
    kind: 'emergency_access',
    subject: String(body['emergency_id']),
    code: 'not_reviewed',
    count: null,
  } as const;
  await applyReconciled(given.db, { open: [breach], seen: [], close: [] }, Date.now());
  const id = (await listAlerts(given.db, { limit: 1, cursor: null })).items[0]?.id;
  expect((await given.request(`/api/alerts/${id}/acknowledge`, { method: 'POST', token })).status).toBe(403);
  expect((await given.request(`/api/alerts/${id}/acknowledge`, { method: 'POST' })).status).toBe(200);
});

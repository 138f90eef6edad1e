/**
 * Every route of the table × every role, and nobody's (SE-10, HS-11, T17, T24): let in exactly where the table says so; else 403, a row of
 * the audit, and nothing in the answer of what was asked for, which is there. `service-tokens.test.ts` asks the same as programs.
 */
import { eq, gt, max } from 'drizzle-orm';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { auditEvents } from '../../src/store/schema.ts';
import { deleteStaff, findStaff, ROLES, type Role, setStaffRoles } from '../../src/store/staff.ts';
import type { Route } from '../../src/web/route.ts';
import { routes } from '../../src/web/routes.ts';
import { catchJobHints } from '../support/given-jobs.ts';
import { ring } from '../support/worker-env.ts';
import { addressOf, unlimited } from './every-route.ts';
import { type GivenApp, givenApp } from './given-app.ts';
import { handOnProbes } from './given-doctor.ts';
import { tokenOf } from './given-role.ts';
import { givenSentinels, type Sentinels, TEXTS } from './given-sentinels.ts';

let given: GivenApp;
let sentinels: Sentinels;
const begin = () => {
  given = givenApp({ PHI_KEYS: `k1:${ring.keys.get('k1')?.toBase64()}` });
  Object.assign(given.env, unlimited());
  catchJobHints();
  handOnProbes();
};
beforeAll(async () => {
  begin();
  sentinels = await givenSentinels(given);
  for (const role of ROLES) await tokenOf(given, role);
  vi.restoreAllMocks();
});
beforeEach(begin);
afterEach(() => vi.restoreAllMocks());

/** As that route is asked by whoever has nothing to say. */
const ask = ({ method, path }: Route, token: string, ids: Readonly<Record<string, string>> = {}) => {
  const type = path.startsWith('/api/') ? 'application/json' : 'application/x-www-form-urlencoded';
  const body = { body: path.startsWith('/api/') ? '{}' : '', headers: { 'Content-Type': type } };
  return given.request(addressOf(path, ids), { token, method, ...(method === 'GET' ? {} : body) });
};
const tokenAs = (email: string) => given.token({ email, sub: email });
const named = ({ method, path }: Route) => `${method} ${path}`;

/** What the answer tells of anybody or anything that is there. */
function told(text: string): string[] {
  const ids = Object.values(sentinels.ids).filter((id) => id !== '' && text.includes(id));
  return [...Object.entries(TEXTS).flatMap(([name, shape]) => (shape.test(text) ? [name] : [])), ...ids];
}
const lastRow = async () => (await given.db.select({ seq: max(auditEvents.seq) }).from(auditEvents))[0]?.seq ?? 0;

// Each walks the whole table.
describe.each(ROLES)('%s', { timeout: 60_000 }, (role: Role) => {
  it('is let in wherever the table says so', async () => {
    const token = await tokenAs(`${role}@role.example`);
    const kept: string[] = [];
    // Of nobody, so that nothing that is there is changed.
    const open = routes.filter(({ roles }) => roles.includes(role));
    await Promise.all(
      open.map(async (route) => {
        const { status, body } = await ask(route, token);
        await body?.cancel();
        if (status === 403 || status === 401) kept.push(named(route));
      }),
    );
    expect(kept).toEqual([]);
    expect(open.length).toBeGreaterThan(20);
  });

  it('gets 403 and nothing else wherever it does not, and the audit has it', async () => {
    const token = await tokenAs(`${role}@role.example`);
    const before = await lastRow();
    const closed = routes.filter(({ roles }) => !roles.includes(role));
    for (const route of closed) {
      const response = await ask(route, token, sentinels.ids);
      const text = await response.text();
      expect([named(route), response.status, told(text)]).toEqual([named(route), 403, []]);
      if (route.path.startsWith('/api/'))
        expect(Object.keys(JSON.parse(text) as object).sort()).toEqual([
          'code',
          'detail',
          'request_id',
          'status',
          'title',
          'type',
        ]);
    }
    const written = await given.db.select().from(auditEvents).where(gt(auditEvents.seq, before));
    const rows = written.filter(({ route }) => route !== '*');
    // A page that asks by itself stands in the log each time, and in the audit where patients are concerned.
    const isPoll = ({ method, path, phi }: Route) =>
      method === 'GET' && path.startsWith('/dashboard/fragments/') && !phi;
    expect(rows.map(({ method, route, action, status, code }) => [method, route, action, status, code])).toEqual(
      closed
        .filter((route) => !isPoll(route))
        .map(({ method, path, audit }) => [method, path, audit, 403, 'forbidden']),
    );
    const lines = given.logged('audit').map((line) => [line['method'], line['route'], line['status']]);
    expect(lines).toEqual(closed.map(({ method, path }) => [method, path, 403]));
  });
});

describe('somebody without a role (T02, T24)', { timeout: 60_000 }, () => {
  it('gets 403 everywhere, also where nothing is, and the audit has it', async () => {
    const token = await tokenAs('stranger@clinic.example');
    const before = await lastRow();
    for (const route of routes) {
      const response = await ask(route, token, sentinels.ids);
      const text = await response.text();
      expect([named(route), response.status, told(text)]).toEqual([named(route), 403, []]);
    }
    expect((await given.request('/api/nothing', { token })).status).toBe(403);
    const rows = await given.db.select().from(auditEvents).where(gt(auditEvents.seq, before));
    expect(rows).toHaveLength(routes.length + 1);
    expect(new Set(rows.map(({ action, status, code }) => `${action} ${status} ${code}`))).toEqual(
      new Set(['access.denied 403 no_role']),
    );
  });

  it('whose roles were taken away is out with the next request, whatever their token says (HS-11)', async () => {
    const email = 'clinician@role.example';
    const token = await given.token({ email, sub: email, roles: ['admin'], role: 'admin', groups: ['admin'] });
    const route = routes.find(({ method, path }) => method === 'GET' && path === '/api/patients/:patient_id') as Route;
    expect((await ask(route, token, sentinels.ids)).status).toBe(200);
    const member = await findStaff(given.db, email, Date.now());
    await setStaffRoles(given.db, member?.id ?? '', ['auditor'], Date.now());
    expect((await ask(route, token, sentinels.ids)).status).toBe(403);
    await deleteStaff(given.db, member?.id ?? '', Date.now());
    const response = await ask(route, token, sentinels.ids);
    expect([response.status, (await response.json<{ code: string }>()).code]).toEqual([403, 'no_role']);
    expect(
      await given.db
        .select()
        .from(auditEvents)
        .where(eq(auditEvents.requestId, response.headers.get('X-Request-Id') ?? '')),
    ).toHaveLength(1);
  });

  it('gets in by no role that is written differently', async () => {
    const member = await findStaff(given.db, 'auditor@role.example', Date.now());
    for (const roles of [['Admin'], ['admin '], ['root'], ['auditor,admin'], []]) {
      await given.env.DB.prepare('update staff set roles = ? where id = ?')
        .bind(JSON.stringify(roles), member?.id)
        .run();
      const response = await given.request('/api/staff', { token: await tokenAs('auditor@role.example') });
      expect([roles, response.status]).toEqual([roles, 403]);
    }
  });
});

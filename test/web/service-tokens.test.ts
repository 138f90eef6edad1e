/**
 * A service token can do what its roles can through the API, and gives nobody's word: for every route of the table and every role, by
 * the table alone. Its client id stands on the staff list, or in ADMIN_EMAILS.
 */
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { auditEvents } from '../../src/store/schema.ts';
import { createStaff, deleteStaff, findStaff, ROLES, setStaffRoles } from '../../src/store/staff.ts';
import { routes } from '../../src/web/routes.ts';
import { approvers } from '../../src/web/second-person.ts';
import { addressOf, unlimited } from './every-route.ts';
import { type GivenApp, givenApp, SERVICE_ID, serviceClaims, signed } from './given-app.ts';

let given: GivenApp;
beforeAll(async () => {
  const { db } = givenApp();
  for (const role of ROLES) await createStaff(db, { email: `${role}-token.access`, roles: [role] }, Date.now());
  vi.restoreAllMocks();
});
beforeEach(() => {
  given = givenApp();
  Object.assign(given.env, unlimited());
});
afterEach(() => vi.restoreAllMocks());

const tokenNamed = (clientId: string) => signed({ ...serviceClaims(given.team), common_name: clientId });
const codeOf = async (response: Response) => (await response.json<{ code: string }>()).code;

/** What a person has to do by themselves, in words of the audit; a new one belongs here. */
const WORDS_OF_PEOPLE = [
  ...['erasure.approve', 'erasure.refuse', 'emergency.begin', 'emergency.end', 'emergency.review'],
];

describe('every route of the API (SE-10, SE-18, S1-M6, S2-R6)', () => {
  it.each(ROLES)('lets the token of a program that is %s in exactly where that role is let in', async (role) => {
    const token = await tokenNamed(`${role}-token.access`);
    for (const route of routes) {
      const response = await given.request(addressOf(route.path), {
        ...{ token, method: route.method, headers: { Accept: 'application/json' } },
      });
      const code = response.status === 403 ? await refusal(response) : null;
      const needsPerson = WORDS_OF_PEOPLE.includes(route.audit);
      const expected = route.roles.includes(role) ? (needsPerson ? 'person_needed' : null) : 'forbidden';
      // What a handler itself keeps to some roles is `forbidden` too.
      if (expected !== null || code !== 'forbidden')
        expect([route.method, route.path, code]).toEqual([route.method, route.path, expected]);
    }
  });
  const refusal = async (response: Response): Promise<string> => {
    const text = await response.text();
    return /(person_needed|forbidden|no_role|cross_site)/.exec(text)?.[0] ?? text;
  };

  it('a refusal stands in the audit under the token’s own name', async () => {
    const before = (await given.db.select().from(auditEvents)).length;
    const token = await tokenNamed('clinician-token.access');
    await given.request('/api/emergency-access', { token, method: 'POST' });
    const rows = (await given.db.select().from(auditEvents)).slice(before);
    expect(rows).toMatchObject([
      { action: 'emergency.begin', status: 403, code: 'person_needed', actorName: 'clinician-token.access' },
    ]);
  });

  it('an administrator’s token is nobody’s second approver either', async () => {
    const token = await tokenNamed(SERVICE_ID);
    for (const [path, method] of [
      ['/api/patient-requests/:patient_request_id/approve', 'POST'],
      ['/api/patient-requests/:patient_request_id/refuse', 'POST'],
      ['/api/emergency-access/:emergency_id/review', 'POST'],
    ] as const) {
      expect(routes.some((route) => route.path === path && route.method === method)).toBe(true);
      const response = await given.request(addressOf(path), { token, method });
      expect([path, response.status, (await response.text()).includes('person_needed')]).toEqual([path, 403, true]);
    }
  });
});

describe('on the staff list', () => {
  it('is put there by its client id, changed and taken off, each at once', async () => {
    const token = await tokenNamed('0fedcba987654321.Access');
    const ask = () => given.request('/api/calls', { token });
    expect(await codeOf(await ask())).toBe('no_role');
    const added = await given.send('POST', '/api/staff', { email: '0FEDCBA987654321.access', roles: ['auditor'] });
    expect([added.status, (await added.clone().json<{ email: string }>()).email]).toEqual([
      201,
      '0fedcba987654321.access',
    ]);
    const { staff_id } = await added.json<{ staff_id: string }>();
    expect(await codeOf(await ask())).toBe('forbidden');
    await setStaffRoles(given.db, staff_id, ['intake'], Date.now());
    expect((await ask()).status).toBe(200);
    expect(given.logged('audit').at(-1)).toMatchObject({ actor: staff_id });
    await deleteStaff(given.db, staff_id, Date.now());
    expect(await codeOf(await ask())).toBe('no_role');
  });

  it.each(['x', '.access', 'a b.access', 'a.access.example', 'a@.access', `${'a'.repeat(65)}.access`, 7, null])(
    'is no %j',
    async (email) => {
      expect((await given.send('POST', '/api/staff', { email, roles: ['intake'] })).status).toBe(422);
    },
  );

  it('does not take the row of a person, nor a person the row of a token', async () => {
    await createStaff(given.db, { email: 'ben@clinic.example', roles: ['intake'] }, Date.now());
    expect(
      await codeOf(await given.request('/api/calls', { token: await tokenNamed('ben@clinic.example.access') })),
    ).toBe('no_role');
    const person = await given.token({ email: 'intake-token.access', sub: 'somebody' });
    const response = await given.request('/api/calls', { token: person });
    // Access gives no such address; if it did, it would be a person with that row, who can still approve nothing.
    expect(response.status).toBe(200);
  });
});

describe('is nobody’s second approver (SE-20)', () => {
  it('does not count as one, whatever its role', async () => {
    const ask = { db: given.db, config: given.config };
    const before = await approvers(ask);
    await createStaff(given.db, { email: 'more-token.access', roles: ['admin'] }, Date.now());
    expect(await approvers(ask)).toBe(before);
    await createStaff(given.db, { email: 'second@clinic.example', roles: ['admin'] }, Date.now());
    expect(await approvers(ask)).toBe(before + 1);
  });

  it('does not stay the only one who can let others in', async () => {
    const app = givenApp({ ADMIN_EMAILS: SERVICE_ID });
    const email = 'last@clinic.example';
    const last = await createStaff(app.db, { email, roles: ['admin'] }, Date.now());
    const others = await findStaff(app.db, 'second@clinic.example', Date.now());
    if (others !== null) await deleteStaff(app.db, others.id, Date.now());
    const token = await signed(serviceClaims(app.team));
    const response = await app.request(`/api/staff/${last?.id}`, { method: 'DELETE', token });
    expect([response.status, await codeOf(response)]).toEqual([409, 'last_admin']);
  });
});

/**
 * Every route with an id × ids that are not what it asks for (SE-10, T17): another kind's, unknown ones, malformed ones, another patient's,
 * an erased patient's. The answer is the one of an id that never was, word for word, and nothing in the database has changed.
 */
import { and, eq } from 'drizzle-orm';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { consents, tasks } from '../../src/store/schema.ts';
import type { Route } from '../../src/web/route.ts';
import { routes } from '../../src/web/routes.ts';
import { runDueJobs } from '../support/due-jobs.ts';
import { dumpDatabase } from '../support/dump-database.ts';
import { catchJobHints } from '../support/given-jobs.ts';
import { ring } from '../support/worker-env.ts';
import { addressOf, unlimited } from './every-route.ts';
import { type GivenApp, givenApp } from './given-app.ts';
import { CONSENT, endCall, givenCall } from './given-call.ts';
import { handOnProbes } from './given-doctor.ts';
import { givenSentinels, TEXTS } from './given-sentinels.ts';

type Ids = Readonly<Record<string, string>>;
let given: GivenApp;
let ids: Ids;
const begin = () => {
  given = givenApp({ PHI_KEYS: `k1:${ring.keys.get('k1')?.toBase64()}` });
  Object.assign(given.env, unlimited());
  catchJobHints();
  handOnProbes();
};
beforeAll(async () => {
  begin();
  ids = (await givenSentinels(given)).ids;
  vi.restoreAllMocks();
});
beforeEach(begin);
afterEach(() => vi.restoreAllMocks());

const withIds = routes.filter(({ path }) => path.includes('/:'));
const parametersOf = (path: string) => [...path.matchAll(/:([a-z_]+)/g)].map(([, name = '']) => name);

/** What would do something, were the id right; elsewhere an empty body does. */
const BODIES: Readonly<Record<string, unknown>> = {
  'PUT /api/patients/:patient_id': { phone_number: '+13035550199' },
  'PATCH /api/patients/:patient_id': { state: 'CA' },
  'PUT /api/patients/:patient_id/flags': { flags: [] },
  'POST /api/patients/:patient_id/consents': CONSENT,
  'POST /api/patients/:patient_id/consents/:consent_id/revoke': { reason: 'asked' },
  'POST /api/calls/:call_id/review': { verdict: 'signed' },
  'POST /api/calls/:call_id/corrections': {
    items: [{ item: 'hpi.chief_complaint', state: 'answered', value: 'knee' }],
  },
  'POST /api/campaigns/:campaign_id/test-call': { phone_number: '+13035550199' },
  'POST /api/campaigns/:campaign_id/start': { preflight_id: 'pre_0199f3c2-7f4e-7000-8000-00000000dead' },
  'PATCH /api/staff/:staff_id': { roles: ['intake'] },
  'DELETE /api/suppressions/:suppression_id': { evidence: 'asked to be called again' },
};
const FORM = new URLSearchParams({
  ...{
    verdict: 'signed',
    evidence: 'asked',
    phone_number: '(303) 555-0199',
    name: 'x',
    confirmation: 'x',
    role_intake: 'on',
  },
  ...{ reason: 'x', preflight_id: 'x', do: 'save', definition: '{}' },
}).toString();

async function ask(route: Pick<Route, 'method' | 'path'>, own: Ids) {
  const { method, path } = route;
  const isApi = path.startsWith('/api/');
  const type = isApi ? 'application/json' : 'application/x-www-form-urlencoded';
  const body = isApi ? JSON.stringify(BODIES[`${method} ${path}`] ?? {}) : FORM;
  const address = addressOf(path, own);
  const response = await given.request(address, {
    ...{ method, redirect: 'manual' },
    ...(method === 'GET' ? {} : { body, headers: { 'Content-Type': type } }),
  });
  const id = response.headers.get('X-Request-Id') ?? '';
  // What was asked for stands in no answer; of the page it leads back to, only that it is one.
  return { status: response.status, text: (await response.text()).replaceAll(id, 'ID') };
}

/** None of them is what any route asks for, whatever their shape. */
const MALFORMED = [
  ...[
    '!',
    'call_',
    'pat_1',
    'x'.repeat(300),
    'PAT_0199f3c2-7f4e-7000-8000-000000000001',
    '0199f3c2-7f4e-7000-8000-000000000001',
  ],
  ...[
    'call_%2e%2e%2fpatients',
    "call_0199f3c2'%20or%20'1'='1",
    '%00',
    'null',
    'undefined',
    '__proto__',
    '*',
    '%25',
    '0',
    '-1',
  ],
];
/** Everything but the audit, sign-ins and what the doctor leaves. */
async function everything(): Promise<string> {
  const {
    audit_events: _audit,
    audit_subjects: _shown,
    staff_sessions: _sessions,
    signs: _signs,
    ...rest
  } = await dumpDatabase();
  return JSON.stringify(rest);
}

describe('every route with an id', { timeout: 60_000 }, () => {
  it('answers another kind’s id, a malformed one and an unknown one alike, and does nothing (SE-10, T17)', async () => {
    const before = await everything();
    let asked = 0;
    for (const route of withIds) {
      const parameters = parametersOf(route.path).filter((name) => name.endsWith('_id'));
      for (const [nth, parameter] of parameters.entries()) {
        const unknown = await ask(route, { ...ids, [parameter]: addressOf(`:${parameter}`) });
        const about = `${route.method} ${route.path} (${parameter})`;
        // A row that was deleted meanwhile is replaced by nothing.
        const isNothing = route.path.startsWith('/dashboard/fragments/') && unknown.text === '';
        // What a page is to take away is gone already: back to the list.
        const isPage = route.path.startsWith('/dashboard/');
        // Who saw whom is answered of whoever was erased too, so an unknown one is one that nobody saw.
        const isReport = /\/accesses$|^\/dashboard\/audit\/patients\//.test(route.path);
        const refused = isReport
          ? [200]
          : route.method === 'GET'
            ? [404]
            : [404, 409, 415, 422, ...(isPage ? [303] : [])];
        expect([about, unknown.status, isNothing || refused.includes(unknown.status)]).toEqual([
          ...[about, unknown.status, true],
        ]);
        const others = Object.entries(ids).flatMap(([name, id]) => (name === parameter || id === '' ? [] : [id]));
        // Each kind at many routes, each route with many kinds.
        const some = [...others, ...MALFORMED].filter((_, place) => (place + asked + nth) % 7 === 0);
        for (const id of some) {
          const answer = await ask(route, { ...ids, [parameter]: id });
          // A malformed id is refused before the body is looked at.
          const isSame = answer.status === unknown.status ? answer.text === unknown.text : answer.status === 404;
          expect([about, id, answer.status, isSame]).toEqual([about, id, answer.status, true]);
        }
        asked += 1;
      }
    }
    expect(asked).toBeGreaterThan(60);
    expect(await everything()).toBe(before);
  });

  it('an unknown id is 404 once the body is right', async () => {
    for (const [name, body] of Object.entries(BODIES)) {
      const [method = '', path = ''] = name.split(' ');
      expect(routes.some((route) => route.method === method && route.path === path)).toBe(true);
      const response = await given.send(method, addressOf(path), body);
      expect([name, response.status]).toEqual([name, 404]);
    }
  });
});

describe('an id of another one’s (T17)', { timeout: 60_000 }, () => {
  const pair = async () => {
    const [one, other] = [await givenCall(given), await givenCall(given)];
    for (const each of [one, other]) await endCall(given, each, { tasks: ['callback'] });
    const of = async ({ call, patient }: typeof one) => ({
      ...{ call_id: call.id, patient_id: patient.id },
      task_id:
        (
          await given.db
            .select()
            .from(tasks)
            .where(and(eq(tasks.callId, call.id)))
        )[0]?.id ?? '',
      consent_id: (await given.db.select().from(consents).where(eq(consents.patientId, patient.id)))[0]?.id ?? '',
    });
    return [await of(one), await of(other)] as const;
  };
  const nested = withIds.filter(({ path }) => parametersOf(path).filter((name) => name.endsWith('_id')).length > 1);

  it('is not found below the wrong one: consents, calls and tasks, in every route that has two ids', async () => {
    const [one, other] = await pair();
    const before = await everything();
    expect(nested.length).toBeGreaterThan(4);
    for (const route of nested) {
      const [above = '', below = ''] = parametersOf(route.path);
      const own = { ...one, [below]: other[below as keyof typeof other] };
      const answer = await ask(route, own);
      const nobodys = await ask(route, { ...one, [below]: addressOf(`:${below}`) });
      expect([route.path, above, answer]).toEqual([route.path, above, nobodys]);
      // 422: what was sent is judged before anything is looked for.
      expect([404, 422], route.path).toContain(answer.status);
    }
    expect(await everything()).toBe(before);
  });

  it('a version that a questionnaire does not have is not found', async () => {
    for (const route of withIds.filter(({ path }) => path.includes(':version')))
      for (const version of ['99', '0', '-1', '1.5', '1e0', 'x', '999999999999999999999'])
        expect([route.path, version, (await ask(route, { questionnaire_id: 'adult-intake', version })).status]).toEqual(
          [...[route.path, version, 404]],
        );
  });
});

describe('an erased patient (T17, HS-09)', { timeout: 60_000 }, () => {
  it('is found by no id of theirs, and nothing of them shows anywhere', async () => {
    const read = withIds.filter(({ method }) => method === 'GET');
    const look = async () => {
      const shown: string[] = [];
      for (const route of read) {
        const { text } = await ask(route, ids);
        for (const [name, shape] of Object.entries(TEXTS)) if (shape.test(text)) shown.push(`${route.path} ${name}`);
      }
      return shown;
    };
    expect((await look()).length).toBeGreaterThan(20);
    const erased = await given.request(`/api/patients/${ids['patient_id']}`, { method: 'DELETE' });
    expect(erased.status).toBe(202);
    await runDueJobs();
    // What is no patient's stays: the name of the campaign, and the number somebody else must not ring.
    const kept = ['campaign', 'suppressed', 'statement', 'refusedContact', 'staff'];
    expect((await look()).filter((line) => !kept.includes(line.split(' ')[1] ?? ''))).toEqual([]);
    for (const path of ['/api/patients/:patient_id', '/api/patients/:patient_id/export'])
      expect([path, (await ask({ method: 'GET', path } as Route, ids)).status]).toEqual([path, 404]);
  });
});

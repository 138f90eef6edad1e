/**
 * Every statement that a list, a page, a search or an export sends to the database, with each of its filters: none may walk a big table,
 * and none may sort one. The plan is asked of the database itself, so what will be slow with a million calls is found with one.
 */
import { beforeAll, expect, it } from 'vitest';
import type { Env } from '../../src/env.ts';
import { createStaff, ROLES } from '../../src/store/staff.ts';
import { routes } from '../../src/web/routes.ts';
import { catchJobHints } from '../support/given-jobs.ts';
import { ring, testEnv } from '../support/worker-env.ts';
import { type GivenApp, givenApp } from './given-app.ts';
import { handOnProbes } from './given-doctor.ts';
import { givenSentinels, type Sentinels } from './given-sentinels.ts';

/** With a row for each call, patient, contact or request: a step over one of these takes an index. The others stay small. */
const BIG =
  /^(patients|consents|suppressions|suppression_changes|calls|recordings|jobs|call_logs|notes|reviews|tasks|attempts|dial_decisions|audit_events|audit_subjects|contacts|import_rows|reassigned_numbers|deliveries|recording_transcripts|transcriptions|idempotency_keys|patient_requests|disclosures)$/;

/** What a statement sorts or walks, by a part of it, and why it may. */
const REASONED: Readonly<Record<'sort' | 'walk', readonly (readonly [part: RegExp, why: string])[]>> = {
  sort: [
    [/"(call_id|contact_id|week)" in \(select value from json_each\(\?\)\)/, 'of a page of calls, contacts or weeks'],
    [/where "\w+"\."(call_id|patient_id)" = \?/, 'of one call or patient'],
    [/"call_id" in \(select id from calls where patient_id = \?\)/, 'of one patient'],
    [/where \(("calls"\."note_at" is not null and )?"calls"\."patient_id" = \?/, 'of one patient'],
    [/where \("deliveries"\."call_id" = \?|"deliveries"\."call_id" = \? order by/, 'of one call'],
    [/"dial_decisions"\."patient_id" in \(\?\)\) or/, 'of one patient'],
    [/from "calls" where \("calls"\."status" in \(\?, \?, \?(, \?)?\)/, 'calls under way: as many as there are lines'],
    [/from "(imports|preflights)" where "\w+"\."campaign_id" = \?/, 'of one campaign: a few'],
    [/from "questionnaire_versions"/, 'a few dozen'],
    [/from "import_rows"/, 'the refused rows of one file'],
    [
      /from "contacts" where \(?"contacts"\."campaign_id" = \?/,
      'where all people of one campaign stand: every row counts',
    ],
    [/"calls"\."created_at" >= \?|c\.created_at between/, 'figures of a span of time: every call of it counts'],
    [
      /group by case when "calls"\."created_at" < \?/,
      'figures of a campaign: what is long over is read once in ten minutes',
    ],
    [/from calls as c\s+where c\.created_at/, 'figures of a span of time'],
    [/from "reassigned_numbers" group by/, 'three answers over all numbers'],
  ],
  walk: [
    [/from "dial_decisions" order by "dial_decisions"."id" asc limit/, 'the first of them'],
    [/from "jobs" where \(?status = 'done'.* limit/, 'in the order of its key, which stops at its limit'],
    [/order by "audit_events"\."seq" (asc|desc) limit/, 'in the order of its key, which stops at its limit'],
    [/count\(\*\) from "suppressions" where/, 'how many there are: an index of ids alone'],
    [/from "reassigned_numbers" group by/, 'three answers over all numbers, on the page of whoever brings them in'],
  ],
};

/** Beside the bare address of each route. */
const NARROWED: Readonly<Record<string, readonly string[]>> = {
  '/api/calls': [
    'status=completed',
    'flagged=true',
    'flagged=false',
    'reviewed=true',
    'reviewed=false&status=partial',
    'patient_id=:patient_id',
    'campaign_id=:campaign_id',
    'patient_id=:patient_id&status=completed',
    'campaign_id=:campaign_id&reviewed=true&from=2026-01-01T00:00:00Z',
    'from=2026-01-01T00:00:00Z&to=2026-12-31T00:00:00Z&flagged=true',
  ],
  '/dashboard/calls': ['status=completed', 'flagged=true', 'reviewed=false&from=2026-01-01&to=2026-12-31'],
  '/api/intake-notes': [
    'status=complete',
    'flagged=true',
    'reviewed=true',
    'patient_id=:patient_id',
    'status=partial&reviewed=false&from=2026-01-01T00:00:00Z',
  ],
  '/api/tasks': ['status=done', 'kind=red_flag', 'status=claimed&kind=callback'],
  '/api/jobs': ['status=done', 'status=dead'],
  '/api/deliveries': ['status=dead', 'sink=backend', 'status=delivered&sink=backend', 'call_id=:call_id'],
  '/api/patients': ['external_id=MRN-1', 'from=2026-01-01T00:00:00Z'],
  '/api/campaigns': ['status=running'],
  '/api/campaigns/:campaign_id/contacts': [
    'status=done',
    'code=no_answer',
    'outcome=busy',
    'status=ready&code=quiet_hours',
  ],
  '/api/campaigns/:campaign_id/results': ['format=csv', 'status=done&outcome=busy'],
  '/api/suppressions': ['active=true', 'active=false'],
  '/api/audit': [
    'actor_name=x',
    'action=patient.read',
    'patient_id=:patient_id',
    'call_id=:call_id',
    'phi=true',
    'refused=true',
    'action=patient.read&from=2026-01-01T00:00:00Z&to=2026-12-31T00:00:00Z',
  ],
  '/api/alerts': ['from=2026-01-01T00:00:00Z'],
  '/api/patient-requests': ['status=done', 'kind=access', 'overdue=true'],
  '/api/transcriptions': ['status=failed'],
};
const SENT: readonly (readonly [path: string, body: Readonly<Record<string, unknown>>])[] = [
  ['/api/patients/search', { phone_number: '+12025550143' }],
  ['/api/patients/search', { last_four: '0143' }],
  ['/api/patients/search', { family_name: 'Quimby' }],
  ['/api/patients/search', { family_name: 'Quimby', date_of_birth: '1980-04-12' }],
  ['/api/exports', { what: 'calls' }],
  ['/api/exports', { what: 'calls', filters: { status: 'completed' } }],
  ['/api/exports', { what: 'answers' }],
  ['/api/exports', { what: 'patients' }],
  ['/api/exports', { what: 'campaigns' }],
  ['/api/exports', { what: 'suppressions' }],
];

let given: GivenApp;
let sentinels: Sentinels;
let token: string;
const asked: { sql: string; params: unknown[] }[] = [];

beforeAll(async () => {
  given = givenApp({ PHI_KEYS: `k1:${ring.keys.get('k1')?.toBase64()}` });
  catchJobHints();
  handOnProbes();
  sentinels = await givenSentinels(given);
  await createStaff(given.db, { email: 'all@role.example', roles: [...ROLES] }, Date.now());
  token = await given.token({ email: 'all@role.example', sub: 'all' });
  (given.env as { DB: D1Database }).DB = listening(testEnv.DB);
});

/** The same database, which remembers what it was asked. */
function listening(db: D1Database): Env['DB'] {
  return new Proxy(db, {
    get(target, name) {
      if (name !== 'prepare') {
        const value = Reflect.get(target, name) as unknown;
        return typeof value === 'function' ? value.bind(target) : value;
      }
      return (sql: string) => {
        const statement = target.prepare(sql);
        return new Proxy(statement, {
          get(inner, method) {
            if (method === 'bind')
              return (...params: unknown[]) => {
                asked.push({ sql, params });
                return inner.bind(...params);
              };
            const value = Reflect.get(inner, method) as unknown;
            return typeof value === 'function' ? value.bind(inner) : value;
          },
        });
      };
    },
  });
}

const filled = (path: string) =>
  path.replaceAll(/:([a-z]+_id)/g, (_, name) => sentinels.ids[name] ?? `unknown-${name}`);

/** What is wrong with the plans of all that was asked while it answered. */
async function faultsOf(answer: Response): Promise<string[]> {
  await answer.arrayBuffer();
  const faults: string[] = [];
  for (const { sql, params } of asked.splice(0)) {
    if (!/^\s*(select|with|update|delete|insert)/i.test(sql)) continue;
    const { results } = await testEnv.DB.prepare(`explain query plan ${sql}`)
      .bind(...params)
      .all<{ detail: string }>();
    for (const { detail } of results) {
      const fault = faultIn(detail, sql);
      if (fault !== null && !REASONED[fault].some(([part]) => part.test(sql))) faults.push(`${detail}: ${sql}`);
    }
  }
  return faults;
}

function faultIn(detail: string, sql: string): 'sort' | 'walk' | null {
  if (/TEMP B-TREE/.test(detail)) return 'sort';
  const [, table, how] = /^SCAN (\w+)(.*)$/.exec(detail) ?? [];
  if (table === undefined || !BIG.test(table)) return null;
  // A list in the order of an index stops at its limit.
  return how === '' || !/\blimit\b/i.test(sql) ? 'walk' : null;
}

const GETS = routes.filter(({ method }) => method === 'GET');
const addresses = GETS.flatMap(({ path }) => [path, ...(NARROWED[path] ?? []).map((query) => `${path}?${query}`)]);

it.each(addresses)('GET %s reads what it shows, by index (S1-Q3)', async (address) => {
  expect(await faultsOf(await given.request(filled(address), { token }))).toEqual([]);
});

it.each(SENT)('POST %s %j reads what it shows, by index (S1-Q3)', async (path, body) => {
  const answer = await given.send('POST', path, body, { token });
  expect(answer.status).toBe(200);
  expect(await faultsOf(answer)).toEqual([]);
});

it('narrows down lists that are there', async () => {
  const paths = new Set<string>(GETS.map(({ path }) => path));
  expect(Object.keys(NARROWED).filter((path) => !paths.has(path))).toEqual([]);
  for (const [path, queries] of Object.entries(NARROWED))
    for (const query of queries)
      expect([`${path}?${query}`, (await given.request(filled(`${path}?${query}`), { token })).status]).toEqual([
        `${path}?${query}`,
        200,
      ]);
});

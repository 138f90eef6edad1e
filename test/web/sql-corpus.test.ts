/** Text that would be SQL, in every query, path, body and search (SE-17): it is a value, finds nothing, changes nothing, and fails nothing. */
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { documentPath } from '../../src/web/openapi.ts';
import { routes } from '../../src/web/routes.ts';
import { dumpDatabase } from '../support/dump-database.ts';
import { EXAMPLES } from './contract-examples.ts';
import { givenWorld, type World } from './contract-world.ts';
import { addressOf, unlimited } from './every-route.ts';

const CORPUS = [
  "' or '1'='1",
  "' or 1=1 --",
  '" or ""="',
  "'; drop table patients; --",
  "x' union select id, sealed, wrapped_key from patient_keys --",
  '1; update staff set roles=\'["admin"]\'',
  "\\'; delete from suppressions; --",
  "%' or phone like '%",
  "') or exists(select 1 from patients) --",
  "' and (select count(*) from sqlite_master) > 0 --",
  "1 or load_extension('x')",
  'json_each((select group_concat(sealed) from patients))',
  '?1',
  ':id',
  '@p',
  '$1',
  '%',
  '_',
  '*',
  "''",
];

let world: World;
beforeAll(async () => {
  world = await givenWorld();
  for (const make of [world.patientOfCall, world.calmCall, world.suppression, world.campaign, world.delivery])
    await make();
  vi.restoreAllMocks();
});
beforeEach(async () => {
  world = await givenWorld();
  Object.assign(world.given.env, unlimited());
});
afterEach(() => vi.restoreAllMocks());

const kept = async () => {
  const {
    audit_events: _a,
    audit_subjects: _u,
    staff_sessions: _s,
    idempotency_keys: _i,
    signs: _g,
    ...rest
  } = await dumpDatabase();
  return JSON.stringify(rest);
};
const INSIDE = /SQLITE_|syntax error|near "|no such (table|column)|D1_ERROR/;
/** A row for each day, whatever is counted. */
const BY_DAY = '/api/analytics';

describe('text that would be SQL (SE-17)', { timeout: 60_000 }, () => {
  it('in any parameter of any list finds nothing more, and is 200, 404 or 422', async () => {
    // Whoever comes first puts the shipped ones there.
    await world.given.request('/api/questionnaires');
    const before = await kept();
    let asked = 0;
    for (const [at, { path, query }] of routes.filter(({ method }) => method === 'GET').entries()) {
      const shape =
        query === undefined
          ? {}
          : (z.toJSONSchema(query, { io: 'input', unrepresentable: 'any' }) as { properties?: object });
      // Each parameter with some, each text at many.
      for (const [nth, name] of Object.keys(shape.properties ?? {}).entries())
        for (const text of CORPUS.filter((_, place) => (place + at + nth) % 6 === 0)) {
          const response = await world.given.request(`${addressOf(path)}?${new URLSearchParams({ [name]: text })}`);
          const said = await response.text();
          asked += 1;
          expect([path, name, text, [200, 404, 422].includes(response.status), INSIDE.test(said)]).toEqual([
            path,
            name,
            text,
            true,
            false,
          ]);
          if (response.status === 200 && path.startsWith('/api/') && path !== BY_DAY && said.startsWith('{')) {
            const { items = [] } = JSON.parse(said) as { items?: unknown[] };
            expect([path, name, text, items]).toEqual([path, name, text, []]);
          }
        }
    }
    expect(asked).toBeGreaterThan(150);
    expect(await kept()).toBe(before);
  });

  it('in a path is no id', async () => {
    const before = await kept();
    for (const [at, { method, path }] of routes.filter((route) => route.path.includes('/:')).entries())
      for (const text of CORPUS.filter((_, place) => (place + at) % 8 === 0)) {
        const address = path.replaceAll(/:[a-z_]+/g, encodeURIComponent(text));
        const { status } = await world.given.request(address, { method });
        expect([address, status]).toEqual([address, 404]);
      }
    expect(await kept()).toBe(before);
  });

  it.each(CORPUS)('%j as a search finds nobody', async (text) => {
    for (const [path, body] of [
      ['/api/patients/search', { family_name: text }],
      ['/api/patients/search', { external_id: text }],
      ['/api/patients/search', { last_four: text }],
      ['/api/suppressions/check', { phone_number: text }],
    ] as const) {
      const response = await world.given.send('POST', path, body);
      const { items = [] } = await response.json<{ items?: unknown[] }>();
      expect([path, [200, 422].includes(response.status), items]).toEqual([path, true, []]);
    }
    const page = await world.given.request('/dashboard/patients/search', {
      ...{ method: 'POST', body: new URLSearchParams({ family_name: text, last_name: text, q: text }).toString() },
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    });
    expect([page.status < 500, INSIDE.test(await page.text())]).toEqual([true, false]);
  });

  it('in every text of every body is kept as it is, or refused; nothing fails', async () => {
    const tables = (await world.given.env.DB.prepare('select name from sqlite_master order by name').all()).results;
    let asked = 0;
    for (const [name, [example]] of Object.entries(EXAMPLES)) {
      if (example?.body === undefined || /^POST \/api\/(dialing|calls)/.test(name)) continue;
      const [method = '', template = ''] = name.split(' ');
      const route = routes.find((each) => each.method === method && documentPath(each.path) === template);
      const ids = (await example.path?.(world)) ?? {};
      const good = JSON.parse(JSON.stringify(await example.body(world, ids))) as unknown;
      for (const [nth, body] of [...withText(good, CORPUS[asked % CORPUS.length] ?? '')].slice(0, 12).entries()) {
        const response = await world.given.send(method, addressOf(route?.path ?? '', ids), body);
        const said = await response.text();
        expect([name, nth, response.status < 500, INSIDE.test(said.replaceAll(JSON.stringify(body), ''))]).toEqual([
          name,
          nth,
          true,
          false,
        ]);
        asked += 1;
      }
    }
    expect(asked).toBeGreaterThan(60);
    expect((await world.given.env.DB.prepare('select name from sqlite_master order by name').all()).results).toEqual(
      tables,
    );
  });

  it('comes back from a name as it was written', async () => {
    for (const text of CORPUS.slice(0, 6)) {
      const made = await world.given.send('POST', '/api/patients', {
        phone_number: world.nextNumber(),
        last_name: text,
      });
      expect(made.status).toBe(201);
      const { patient_id } = await made.json<{ patient_id: string }>();
      const read = await world.given.request(`/api/patients/${patient_id}`);
      expect(await read.json()).toMatchObject({ last_name: text.trim() });
    }
  });
});

/** The same, with this in place of each text in it, one at a time. */
function* withText(value: unknown, text: string): Generator<unknown> {
  if (typeof value === 'string') yield text;
  else if (Array.isArray(value)) {
    for (const [place, each] of value.entries())
      for (const inner of withText(each, text)) yield value.with(place, inner);
  } else if (typeof value === 'object' && value !== null)
    for (const [key, each] of Object.entries(value))
      for (const inner of withText(each, text)) yield { ...value, [key]: inner };
}

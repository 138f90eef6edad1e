/**
 * Fields nobody asked for (SE-16, T24): whatever a route of the API takes, one more field is refused with its place, at every depth and in
 * forms and queries too; and every schema of the table is closed, so that a new one cannot forget it.
 */

import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { documentPath } from '../../src/web/openapi.ts';
import type { Route } from '../../src/web/route.ts';
import { routes } from '../../src/web/routes.ts';
import { dumpDatabase } from '../support/dump-database.ts';
import { EXAMPLES } from './contract-examples.ts';
import { givenWorld, type World } from './contract-world.ts';
import { unlimited } from './every-route.ts';

/** What somebody would like to set. */
const WISHES: Readonly<Record<string, unknown>> = {
  ...{
    role: 'admin',
    roles: ['admin'],
    id: 'pat_0199f3c2-7f4e-7000-8000-000000000001',
    patient_id: 'pat_1',
    call_id: 'call_1',
  },
  ...{ status: 'approved', approved_by: 'me', created_by: 'me', created_at: '2020-01-01T00:00:00Z', actor: 'admin' },
  ...{ tenant: 'other', is_admin: true, suppressed: false, verified: true, review: { status: 'signed' } },
  ...{ constructor: { prototype: { admin: true } }, prototype: 1, toString: 1 },
};
/** Where a name of ours is a place for names of theirs. */
const OPEN = /\/(variables|mapping|definition)(\/|$)/;

let world: World;
beforeAll(async () => {
  world = await givenWorld();
  Object.assign(world.given.env, unlimited());
});

type Ids = Readonly<Record<string, string>>;
const taking = routes.filter(
  ({ path, method, body, reads }) =>
    path.startsWith('/api/') && method !== 'GET' && (body !== undefined || reads !== undefined),
);
const exampleOf = ({ method, path }: Route) => EXAMPLES[`${method} ${documentPath(path)}`]?.[0] ?? {};
const filled = (path: string, ids: Ids) => path.replaceAll(/:([a-z_]+)/g, (_, name: string) => ids[name] ?? name);

interface Refusal {
  readonly errors?: readonly { readonly pointer: string; readonly code: string }[];
}

/** The same, with one more field in each object of it, one at a time. */
function* widened(
  value: unknown,
  name: string,
  wish: unknown,
  at = '',
): Generator<readonly [pointer: string, body: unknown]> {
  if (typeof value !== 'object' || value === null || OPEN.test(at)) return;
  if (Array.isArray(value)) {
    for (const [place, each] of value.entries())
      for (const [pointer, inner] of widened(each, name, wish, `${at}/${place}`))
        yield [pointer, value.with(place, inner)];
    return;
  }
  if (!Object.hasOwn(value, name))
    yield [`${at}/${name}`, Object.fromEntries([...Object.entries(value), [name, wish]])];
  for (const [key, each] of Object.entries(value))
    for (const [pointer, inner] of widened(each, name, wish, `${at}/${key}`))
      yield [pointer, { ...value, [key]: inner }];
}

/** Whether the route knows a field of that name somewhere: then another test says what it takes. */
const knows = ({ body, reads }: Route, name: string): boolean => {
  const schemas = [body, reads?.json, reads?.form].filter((schema) => schema !== undefined);
  const text = schemas
    .map((schema) => JSON.stringify(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })))
    .join();
  return text.includes(`"${name}":`);
};

describe('a body with one field more (SE-16, T24)', { timeout: 60_000 }, () => {
  it('is refused, at every depth, by every route that takes JSON, and nothing is written', async () => {
    let refused = 0;
    const json = taking.filter(({ body, reads }) => body !== undefined || reads?.json !== undefined);
    for (const [at, route] of json.entries()) {
      const example = exampleOf(route);
      const ids = (await example.path?.(world)) ?? {};
      const good = JSON.parse(JSON.stringify((await example.body?.(world, ids)) ?? {})) as unknown;
      const before = JSON.stringify({ ...(await dumpDatabase()), audit_events: [], staff_sessions: [] });
      for (const [nth, [name, wish]] of Object.entries(WISHES).entries()) {
        if (knows(route, name)) continue;
        for (const [place, [pointer, body]] of [...widened(good, name, wish)].entries()) {
          // Each place with many names, each name at many places: all of them take a minute.
          if ((place + nth + at) % 5 !== 0) continue;
          const response = await world.given.send(route.method, filled(route.path, ids), body);
          const said = await response.json<Refusal>();
          const about = `${route.method} ${route.path} ${pointer}`;
          expect([about, response.status, said.errors?.some(({ code }) => code === 'unknown_field')]).toEqual([
            about,
            422,
            true,
          ]);
          expect(said.errors?.map((error) => error.pointer)).toContain(pointer);
          refused += 1;
        }
      }
      const after = JSON.stringify({ ...(await dumpDatabase()), audit_events: [], staff_sessions: [] });
      expect([route.path, after === before]).toEqual([route.path, true]);
    }
    expect(refused).toBeGreaterThan(100);
  });

  it('is refused as a form', async () => {
    for (const route of taking.filter(({ reads }) => reads?.form !== undefined)) {
      const example = (EXAMPLES[`${route.method} ${documentPath(route.path)}`] ?? []).find(
        ({ form }) => form !== undefined,
      );
      for (const name of ['role', 'status', 'created_by', 'patient_id']) {
        const form = example?.form?.(world) ?? new FormData();
        form.append(name, 'admin');
        const response = await world.given.request(route.path, { method: route.method, body: form });
        const said = await response.json<Refusal>();
        expect([route.path, response.status, said.errors?.map(({ pointer }) => pointer)]).toEqual([
          route.path,
          422,
          [`/${name}`],
        ]);
      }
    }
  });

  it('`__proto__` is refused or is nothing, and makes nobody an administrator', async () => {
    const text = `{"email":"proto@clinic.example","roles":["intake"],"__proto__":{"roles":["admin"]}}`;
    const response = await world.given.request('/api/staff', {
      ...{ method: 'POST', body: text, headers: { 'Content-Type': 'application/json' } },
    });
    if (response.status !== 422) expect(await response.json()).toMatchObject({ roles: ['intake'] });
    expect(({} as { roles?: unknown }).roles).toBeUndefined();
  });
});

describe('every schema of the table', () => {
  /** Where an object of it takes names that it does not know. */
  function openings(schema: unknown, at: string): string[] {
    if (typeof schema !== 'object' || schema === null) return [];
    if (Array.isArray(schema)) return schema.flatMap((each, nth) => openings(each, `${at}[${nth}]`));
    const node = schema as Readonly<Record<string, unknown>>;
    const isOpen =
      node['type'] === 'object' && node['properties'] !== undefined && node['additionalProperties'] !== false;
    return [...(isOpen ? [at] : []), ...Object.entries(node).flatMap(([key, each]) => openings(each, `${at}/${key}`))];
  }

  it('is closed: paths, queries, bodies and forms (SE-16)', () => {
    let looked = 0;
    for (const { method, path, params, query, body, reads } of routes)
      for (const [kind, schema] of Object.entries({ params, query, body, json: reads?.json, form: reads?.form })) {
        if (schema === undefined) continue;
        looked += 1;
        const shape = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
        expect([method, path, kind, openings(shape, '')]).toEqual([method, path, kind, []]);
      }
    expect(looked).toBeGreaterThan(150);
  });

  it('an unknown parameter of a query is refused, wherever one is taken', async () => {
    for (const { path, query, method } of routes.filter(
      (route) => route.method === 'GET' && !route.path.includes('/:'),
    )) {
      if (query === undefined) continue;
      const response = await world.given.request(`${path}?nobody_knows_this=1`, { method });
      expect([path, response.status]).toEqual([path, 422]);
      await response.body?.cancel();
    }
  });
});

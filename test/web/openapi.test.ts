/** The document of the API: it is what OpenAPI 3.1 asks for, and says of every route what its spec says. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { documentPath, openApiDocument, operationIdOf } from '../../src/web/openapi.ts';
import { route } from '../../src/web/route.ts';
import { routes } from '../../src/web/routes.ts';
import { type GivenApp, givenApp } from './given-app.ts';
import { tokenOf } from './given-role.ts';

let given: GivenApp;
beforeEach(() => {
  given = givenApp();
});
afterEach(() => vi.restoreAllMocks());

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly tags: readonly string[];
  readonly parameters?: readonly { readonly in?: string; readonly name?: string; readonly $ref?: string }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: unknown }>> };
  readonly responses: Readonly<Record<string, unknown>>;
  readonly 'x-roles': readonly string[];
  readonly 'x-phi': boolean;
}
const document = openApiDocument(routes) as unknown as {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
};
const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ path, method, operation })),
);
const apiRoutes = routes.filter(({ path }) => path.startsWith('/api/'));
const named = (found: (typeof operations)[number]) => `${found.method.toUpperCase()} ${found.path}`;

const walk = (value: unknown, visit: (object: Record<string, unknown>) => void): void => {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) visit(value as Record<string, unknown>);
  for (const part of Object.values(value)) walk(part, visit);
};

describe('the document', () => {
  it('is served to every role, and to nobody else', async () => {
    for (const role of ['admin', 'clinician', 'intake', 'operator', 'auditor'] as const) {
      const response = await given.request('/api/openapi.json', { token: await tokenOf(given, role) });
      expect([response.status, response.headers.get('Content-Type')]).toEqual([200, 'application/json']);
      expect(await response.json()).toEqual(JSON.parse(JSON.stringify(document)));
    }
    expect((await given.request('/api/openapi.json', { token: null })).status).toBe(401);
  });

  it('has an operation for each route of the API, and no other', () => {
    expect(operations.map(named).sort()).toEqual(
      apiRoutes.map(({ method, path }) => `${method} ${documentPath(path)}`).sort(),
    );
    expect(document.openapi).toBe('3.1.0');
  });

  it('gives each operation a name of its own, a summary, a tag and an answer', () => {
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { operation } of operations) {
      expect(operation.operationId).toMatch(/^[a-z][A-Za-z0-9]+$/);
      expect(operation.summary).toMatch(/^[A-Z].{3,160}$/);
      expect(operation.tags).toHaveLength(1);
      expect(Object.keys(operation.responses).some((status) => status.startsWith('2'))).toBe(true);
    }
  });

  it('resolves every reference', () => {
    const missing: string[] = [];
    walk(document, ({ $ref }) => {
      if (typeof $ref !== 'string') return;
      const parts = $ref.split('/');
      const found = parts.slice(1).reduce((at, part) => (at as Record<string, unknown>)?.[part], document as unknown);
      if (parts[0] !== '#' || found === undefined) missing.push($ref);
    });
    expect(missing).toEqual([]);
  });

  it('declares every parameter of a path, once, and none that is not in it', () => {
    for (const { path, operation } of operations) {
      const declared = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path');
      expect(declared.map(({ name }) => name).sort()).toEqual(
        [...path.matchAll(/\{([a-z_]+)\}/g)].map(([, name]) => name).sort(),
      );
    }
  });

  it('closes every object, so that a field nobody told of cannot hide', () => {
    const open: unknown[] = [];
    walk(document, (schema) => {
      if (schema['type'] === 'object' && schema['properties'] !== undefined && schema['additionalProperties'] !== false)
        open.push(schema);
    });
    expect(open).toEqual([]);
  });

  it('says who may use what, and what can hold patient data', () => {
    for (const { method, path, roles, phi } of apiRoutes) {
      const operation = document.paths[documentPath(path)]?.[method.toLowerCase()];
      expect([operation?.['x-roles'], operation?.['x-phi']]).toEqual([roles, phi]);
    }
  });

  it('tells of the key of a repeated request wherever something is changed, and nowhere else', () => {
    for (const { method, operation } of operations) {
      const has = (operation.parameters ?? []).some(({ $ref }) => $ref === '#/components/parameters/IdempotencyKey');
      expect(has).toBe(method !== 'get');
    }
  });

  it('names the refusals that every operation may meet, and those of a body where there is one', () => {
    for (const { operation } of operations) {
      const statuses = Object.keys(operation.responses);
      expect(statuses).toEqual(expect.arrayContaining(['401', '403', '429']));
      if (operation.requestBody !== undefined)
        expect(statuses).toEqual(expect.arrayContaining(['400', '409', '413', '415', '422']));
    }
  });

  it('shows both bodies of a campaign: JSON, and a form with its file', () => {
    const content = document.paths['/api/campaigns']?.['post']?.requestBody?.content;
    expect(Object.keys(content ?? {})).toEqual(['application/json', 'multipart/form-data']);
    expect(content?.['multipart/form-data']?.schema).toMatchObject({
      properties: { file: { type: 'string', format: 'binary' }, name: { type: 'string' } },
      required: expect.arrayContaining(['file', 'name', 'purpose']),
    });
  });

  it('keeps what is known by name in one place', () => {
    expect(Object.keys(document.components['schemas'] ?? {})).toEqual(
      expect.arrayContaining(['Call', 'Note', 'Campaign', 'Patient', 'Task', 'Problem']),
    );
  });
});

it('an address of the API without summary or answers does not compile', () => {
  const spec = { method: 'GET', roles: ['admin'], audit: 'x.read', phi: false } as const;
  // @ts-expect-error: neither
  const bare = route({ ...spec, path: '/api/x' }, () => new Response());
  // @ts-expect-error: no answers
  route({ ...spec, path: '/api/x', summary: 'Read x' }, () => new Response());
  // @ts-expect-error: no summary
  route({ ...spec, path: '/api/x', answers: { 204: null } }, () => new Response());
  route({ ...spec, path: '/api/x', summary: 'Read x', answers: { 204: null } }, () => new Response());
  route({ ...spec, path: '/dashboard/x' }, () => new Response());
  expect(operationIdOf(bare)).toBe('getX');
});

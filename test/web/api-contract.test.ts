/**
 * The API holds to its document: every operation is called as the document says, and status, content type and body of the answer are
 * what it says. Schemas are closed, so a field that was added and not told of fails here.
 *
 * A new route fails the first test until `contract-examples.ts` has an entry for it: the key is the method and the path as the document
 * spells it (`'POST /api/things/{thing_id}/open'`), the value one request or more. What has to be there first is made by a function of
 * `contract-world.ts`, whose ids fill the path. Answers other than JSON name their content type; a second success its status.
 */
import { type Schema, Validator } from '@cfworker/json-schema';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { staff } from '../../src/store/schema.ts';
import type { Role } from '../../src/store/staff.ts';
import { openApiDocument } from '../../src/web/openapi.ts';
import { routes } from '../../src/web/routes.ts';
import { EMPTY_FORM, EXAMPLES, type Example } from './contract-examples.ts';
import { givenWorld, type World } from './contract-world.ts';
import { tokenOf } from './given-role.ts';

interface Media {
  readonly schema?: Schema;
}
interface Answer {
  readonly content?: Readonly<Record<string, Media>>;
}
interface Operation {
  readonly parameters?: readonly { readonly in?: string; readonly name?: string; readonly schema?: Schema }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> };
  readonly responses: Readonly<Record<string, Answer>>;
  readonly 'x-roles': readonly Role[];
}
const document = JSON.parse(JSON.stringify(openApiDocument(routes))) as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
};
const operations = new Map(
  Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(
      ([method, operation]) => [`${method.toUpperCase()} ${path}` as string, operation] as const,
    ),
  ),
);

/** What is wrong with it, by place; empty: nothing. */
function faults(schema: Schema, value: unknown): string[] {
  const validator = new Validator({ ...schema, components: document.components }, '2020-12', false);
  return validator.validate(value).errors.map(({ instanceLocation, error }) => `${instanceLocation}: ${error}`);
}

const problem = (value: unknown) => faults({ $ref: '#/components/schemas/Problem' }, value);

let world: World;
beforeEach(async () => {
  world = await givenWorld();
});
afterEach(() => vi.restoreAllMocks());

interface Sent {
  readonly body?: unknown;
  readonly form?: FormData;
}
async function send(
  name: string,
  { path, query, headers = {} }: Example,
  bodyOf: (ids: Ids) => Sent,
  tokenFor?: () => Promise<string>,
) {
  const [method = '', template = ''] = name.split(' ');
  const ids = (await path?.(world)) ?? {};
  const address = template.replaceAll(/\{([a-z_]+)\}/g, (_, parameter: string) => ids[parameter] ?? `no ${parameter}`);
  const { body, form } = bodyOf(ids);
  const sent = await (form === undefined ? await body : form);
  return world.given.request(`${address}${query === undefined ? '' : `?${new URLSearchParams(query)}`}`, {
    method,
    ...(tokenFor === undefined ? {} : { token: await tokenFor() }),
    headers: {
      ...headers,
      ...(form === undefined && sent !== undefined ? { 'Content-Type': 'application/json' } : {}),
    },
    ...(sent === undefined ? {} : { body: sent instanceof FormData ? sent : JSON.stringify(sent) }),
  });
}
type Ids = Readonly<Record<string, string>>;

it('every operation of the document has an example here, and no example is without its operation', () => {
  expect(Object.keys(EXAMPLES).sort()).toEqual([...operations.keys()].sort());
  expect(Object.values(EXAMPLES).every((examples) => examples.length > 0)).toBe(true);
});

const all = Object.entries(EXAMPLES).flatMap(([name, examples]) =>
  examples.map((example, nth) => [`${name}${nth === 0 ? '' : ` (${nth + 1})`}`, name, example] as const),
);

describe('asked as the document says, the answer is as the document says', () => {
  it.each(all)('%s', async (_title, name, example) => {
    const operation = operations.get(name) as Operation;
    const expected =
      example.status ?? Number(Object.keys(operation.responses).find((status) => status.startsWith('2')));
    let sent: unknown;
    const { as } = example;
    const response = await send(
      name,
      example,
      (ids) => {
        const form = example.form?.(world);
        sent = form === undefined ? example.body?.(world, ids) : undefined;
        return { body: sent, ...(form === undefined ? {} : { form }) };
      },
      as === undefined ? undefined : () => tokenOf(world.given, as),
    );
    const body = new Uint8Array(await response.arrayBuffer());
    const text = new TextDecoder().decode(body);
    expect(`${response.status} ${response.status < 400 ? '' : text}`.trim()).toBe(String(expected));

    const json = operation.requestBody?.content['application/json']?.schema;
    if (json !== undefined && example.form === undefined)
      expect(faults(json, JSON.parse(JSON.stringify(await sent)))).toEqual([]);

    const content = operation.responses[expected]?.content;
    const type = response.headers.get('Content-Type');
    if (content === undefined) {
      expect([type, body.length]).toEqual([null, 0]);
      return;
    }
    expect(type).toBe(example.type ?? 'application/json');
    expect(Object.keys(content)).toContain(type?.replace(/;.*/, ''));
    expect(body.length).toBeGreaterThan(0);
    const schema = content['application/json']?.schema;
    if (type !== 'application/json') return;
    const answer = JSON.parse(text) as { readonly items?: readonly unknown[] };
    expect(faults(schema as Schema, answer)).toEqual([]);
    // An empty list would fit any schema.
    expect(answer.items?.length).not.toBe(0);
  });

  const readers = all.filter(([, name, { type }]) => name.startsWith('GET ') && type === undefined);
  it.each(readers)('%s, whoever of its roles asks', async (_title, name, example) => {
    const schema = operations.get(name)?.responses['200']?.content?.['application/json']?.schema as Schema;
    const statuses: number[] = [];
    for (const role of operations.get(name)?.['x-roles'] ?? []) {
      const response = await send(
        name,
        example,
        () => ({}),
        async () => {
          await world.db.delete(staff);
          return tokenOf(world.given, role);
        },
      );
      statuses.push(response.status);
      const answer = await response.json();
      // Which of its kinds somebody may see can be for the handler to say.
      expect([role, response.status === 403 ? problem(answer) : faults(schema, answer)]).toEqual([role, []]);
    }
    expect(statuses.filter((status) => status !== 403)).toEqual(expect.arrayContaining([200]));
    expect(statuses.every((status) => status === 200 || status === 403)).toBe(true);
  });

  it('would fail for a field that nobody told of', async () => {
    const [, operation] = [...operations].find(([name]) => name === 'GET /api/calls/{call_id}') as [string, Operation];
    const schema = operation.responses['200']?.content?.['application/json']?.schema as Schema;
    const { call_id } = await world.call();
    const call = await (await world.given.request(`/api/calls/${call_id}`)).json<Record<string, unknown>>();
    expect(faults(schema, call)).toEqual([]);
    expect(faults(schema, { ...call, favourite_colour: 'red' }).join()).toContain('favourite_colour');
    expect(faults(schema, { ...call, status: 'somehow' })).not.toEqual([]);
    expect(faults(schema, { ...call, review: { ...(call['review'] as object), more: 1 } })).not.toEqual([]);
  });
});

const withBody = [...operations.keys()].filter((name) => operations.get(name)?.requestBody !== undefined);

describe('asked with a body that is wrong', () => {
  it.each(withBody)('%s answers problem+json that says where', async (name) => {
    const content = operations.get(name)?.requestBody?.content ?? {};
    const example = EXAMPLES[name]?.[0] ?? {};
    for (const type of Object.keys(content)) {
      const wrong = type === 'multipart/form-data' ? { form: EMPTY_FORM() } : { body: { nobody_knows_this: 1 } };
      const response = await send(name, example, () => wrong);
      expect([response.status, response.headers.get('Content-Type')]).toEqual([422, 'application/problem+json']);
      const said = await response.json<{ code: string; request_id: string; errors: { pointer: string }[] }>();
      expect(problem(said)).toEqual([]);
      expect([said.code, said.request_id]).toEqual(['invalid', response.headers.get('X-Request-Id')]);
      expect(said.errors.length).toBeGreaterThan(0);
      for (const { pointer } of said.errors) expect(pointer).toMatch(/^(\/[^/]+)*$/);
    }
  });

  it.each(withBody)('%s tells what cannot be read, by type, length and form', async (name) => {
    const [method = ''] = name.split(' ');
    const content = operations.get(name)?.requestBody?.content ?? {};
    const example = EXAMPLES[name]?.[0] ?? {};
    const ids = (await example.path?.(world)) ?? {};
    const path = (name.split(' ')[1] ?? '').replaceAll(
      /\{([a-z_]+)\}/g,
      (_, parameter: string) => ids[parameter] ?? '',
    );
    const ask = async (body: string, type: string) => {
      const response = await world.given.request(path, { method, body, headers: { 'Content-Type': type } });
      expect(problem(await response.json())).toEqual([]);
      return response.status;
    };
    expect(await ask('x', 'text/plain')).toBe(415);
    if (content['application/json'] !== undefined) expect(await ask('{', 'application/json')).toBe(400);
    else expect(await ask('x', 'multipart/form-data; boundary=b')).toBe(400);
  });
});

describe('every operation', () => {
  it('refuses whoever has no token with a problem', async () => {
    for (const name of operations.keys()) {
      const [method = '', path = ''] = name.split(' ');
      const response = await world.given.request(path.replaceAll(/[{}]/g, ''), { method, token: null });
      expect([name, response.status, problem(await response.json())]).toEqual([name, 401, []]);
    }
  });

  it('knows no id that is none', async () => {
    for (const name of [...operations.keys()].filter((each) => each.includes('{'))) {
      const [method = '', path = ''] = name.split(' ');
      const response = await world.given.request(path.replaceAll(/\{[a-z_]+\}/g, '!'), { method });
      const said = await response.json<{ code: string }>();
      expect([name, response.status, said.code, problem(said)]).toEqual([name, 404, 'not_found', []]);
    }
  });
});

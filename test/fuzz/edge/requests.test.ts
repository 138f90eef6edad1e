/**
 * Requests that are almost right, at every operation of the API: each is taken or refused with a problem that says where, nothing breaks,
 * and no refusal repeats what was sent (SE-16, SE-17, SE-21, T26, S1-T9, S1-T3, S2-T3, C81).
 */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { fuzzRuns } from '../../support/fuzz-runs.ts';
import { spoiledJson } from '../../support/spoiled.ts';
import { EXAMPLES, type Example } from '../../web/contract-examples.ts';
import { givenWorld, type World } from '../../web/contract-world.ts';
import { unlimited } from '../../web/every-route.ts';

const SENTINEL = 'Zqxvsentinel';
let world: World;
let targets: { readonly method: string; readonly path: string; readonly body: unknown }[];

beforeAll(async () => {
  world = await givenWorld();
  Object.assign(world.given.env, unlimited());
  targets = [];
  for (const [name, examples] of Object.entries(EXAMPLES)) {
    const [method = '', template = ''] = name.split(' ');
    // Erasing takes away what the others are about.
    if (method === 'DELETE') continue;
    const example = examples[0] as Example;
    const ids = (await example.path?.(world)) ?? {};
    const path = template.replaceAll(/\{([a-z_]+)\}/g, (_, parameter: string) => ids[parameter] ?? '');
    targets.push({ method, path, body: method === 'GET' ? null : await example.body?.(world, ids) });
  }
});
afterAll(() => vi.restoreAllMocks());

async function expectSound(response: Response): Promise<void> {
  const text = await response.text();
  expect([response.status, text.slice(0, 300)]).toEqual([
    expect.toSatisfy((status: number) => status < 500),
    expect.anything(),
  ]);
  expect(response.headers.get('X-Content-Type-Options')).toBe('nosniff');
  if (response.status < 400) return;
  expect(response.headers.get('Content-Type')).toBe('application/problem+json');
  const said = JSON.parse(text) as { code: string; errors?: { pointer: string }[] };
  expect(said.code).toMatch(/^[a-z][a-z0-9_]*$/);
  if (response.status === 422) expect(said.errors?.length).toBeGreaterThan(0);
  expect(text).not.toContain(SENTINEL);
}

it('a body that is almost right is taken or refused by the rules', async () => {
  const withBody = targets.filter(({ body }) => typeof body === 'object' && body !== null);
  const order = fc
    .constantFrom(...withBody)
    .chain((target) =>
      spoiledJson({ ...(target.body as object), note: SENTINEL }, target.body).map((body) => ({ ...target, body })),
    );
  await fc.assert(
    fc.asyncProperty(order, async ({ method, path, body }) => {
      await expectSound(await world.given.send(method, path, body));
    }),
    fuzzRuns(250),
  );
});

const NAMES = [
  'limit',
  'cursor',
  'from',
  'to',
  'status',
  'patient_id',
  'campaign_id',
  'flagged',
  'reviewed',
  'format',
  'external_id',
  'action',
  'role',
];
const VALUES = [
  '0',
  '-1',
  '201',
  '1e3',
  'true',
  'TRUE',
  '2030-01-07',
  '2030-13-01T00:00:00Z',
  "' or 1=1 --",
  '%',
  '\0',
  'pat_0199f3c2-7f4e-7000-8000-000000000001',
  'eyJ9',
  SENTINEL,
  '9'.repeat(300),
];

it('a query that is almost right is answered or refused by the rules', async () => {
  const lists = targets.filter(({ method }) => method === 'GET');
  const pairs = fc.array(
    fc.tuple(
      fc.oneof(fc.constantFrom(...NAMES), fc.string({ maxLength: 20 })),
      fc.oneof(fc.constantFrom(...VALUES), fc.string({ unit: 'grapheme', maxLength: 60 })),
    ),
    { maxLength: 5 },
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...lists), pairs, async ({ path }, query) => {
      await expectSound(await world.given.request(`${path}?${new URLSearchParams(query)}`));
    }),
    fuzzRuns(250),
  );
});

it('a path that is almost one of ours finds nothing, and breaks nothing', async () => {
  const piece = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 12 }),
    fc.constantFrom('..', '%2e%2e', '%00', '%', '//', ';', 'call_', 'é', '%F0%28'),
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...targets), fc.nat(80), piece, async ({ path }, at, more) => {
      const place = 5 + (at % (path.length - 4));
      const address = `${path.slice(0, place)}${more}${path.slice(place)}`;
      if (!URL.canParse(`https://intake.example${address}`)) return;
      const response = await world.given.request(address);
      await response.body?.cancel();
      expect(response.status).toBeLessThan(500);
    }),
    fuzzRuns(150),
  );
});

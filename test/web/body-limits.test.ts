/**
 * Bodies that are too long (SE-05, SE-18, T21): at every route of the table and the webhook, whatever they say of their length, no more is
 * taken in than the route says it takes, also for a request that is held to be told from another (`Idempotency-Key`).
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createApp } from '../../src/web/app.ts';
import type { Route } from '../../src/web/route.ts';
import { routes } from '../../src/web/routes.ts';
import { OPENAI } from '../support/given-transcription.ts';
import { addressOf, unlimited } from './every-route.ts';
import { type GivenApp, givenApp, ORIGIN } from './given-app.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const PIECE = new Uint8Array(64 * KIB).fill(0x61);
/** What a stream may have at hand before anybody says stop. */
const AHEAD = 3 * PIECE.length;
const BOUNDARY = 'b';
const FILE = new TextEncoder().encode(
  `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\nContent-Type: text/csv\r\n\r\n`,
);

/** Without end; and how much of it was taken. */
function endless(first?: Uint8Array) {
  const taken = { bytes: 0, isOver: false };
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const piece = taken.bytes === 0 && first !== undefined ? first : PIECE;
        taken.bytes += piece.length;
        if (taken.bytes > 64 * MIB) throw new Error('nobody says stop');
        controller.enqueue(piece.slice());
      },
      cancel() {
        taken.isOver = true;
      },
    },
    { highWaterMark: 0 },
  );
  return { stream, taken };
}

const TYPES = {
  json: 'application/json',
  urlencoded: 'application/x-www-form-urlencoded',
  multipart: `multipart/form-data; boundary=${BOUNDARY}`,
} as const;
type Kind = keyof typeof TYPES;
const LENGTHS: Readonly<Record<string, string | null>> = { 'no length': null, 'a length of 10': '10', nonsense: 'ten' };

/** Pages have no words for it in the table; theirs are lists, and the text of a questionnaire in a form. */
const mostOf = (route: Route, kind: Kind): number => {
  const ofTable = route.reads?.maxBytes ?? route.maxBodyBytes;
  const ofForm = kind === 'multipart' ? 256 * KIB : 0;
  if (ofTable !== undefined) return ofTable + ofForm;
  if (route.path.startsWith('/api/')) return 64 * KIB;
  if (kind === 'multipart') return 32 * MIB + ofForm;
  return route.path.includes('questionnaire') ? 1.5 * MIB : 64 * KIB;
};

let given: GivenApp;
beforeEach(() => {
  given = givenApp(OPENAI as never);
  Object.assign(given.env, unlimited());
});
afterEach(() => vi.restoreAllMocks());

async function send(path: string, method: string, body: ReadableStream, headers: Record<string, string>) {
  const token = await given.token();
  const init = { method, body, headers: { ...headers, 'Cf-Access-Jwt-Assertion': token }, duplex: 'half' };
  return given.app.request(`${ORIGIN}${path}`, init as RequestInit, given.env);
}

const unsafe = routes.filter(({ method }) => method !== 'GET');

/** As whoever uses it sends it; and a page's form as if it had a file. */
const kindsOf = ({ path, reads }: Route): readonly Kind[] => {
  if (!path.startsWith('/api/')) return ['urlencoded', 'multipart'];
  return reads?.form === undefined ? ['json'] : reads.json === undefined ? ['multipart'] : ['json', 'multipart'];
};
/** Each way to lie about the length comes to many routes of each kind, and so does being told from another request. */
const sent = unsafe.flatMap((route) => kindsOf(route).map((kind) => ({ route, kind })));
const ways = Object.entries(LENGTHS).flatMap(([name, length]) =>
  [true, false].map((withKey) => ({ name, length, withKey })),
);
const wayOf = (nth: number) => ways[nth % ways.length] as (typeof ways)[number];

it.each(Object.keys(TYPES) as Kind[])(
  'a body without end, sent as %s, is left at the limit of its route (SE-18, T21)',
  async (kind) => {
    let refused = 0;
    for (const [nth, { route }] of sent.filter((each) => each.kind === kind).entries()) {
      const { name, length, withKey } = wayOf(nth);
      const { stream, taken } = endless(kind === 'multipart' ? FILE : undefined);
      const headers = {
        'Content-Type': TYPES[kind],
        ...(withKey ? { 'Idempotency-Key': crypto.randomUUID() } : {}),
        ...(length === null ? {} : { 'Content-Length': length }),
      };
      const response = await send(addressOf(route.path), route.method, stream, headers);
      const about = `${route.method} ${route.path} ${response.status} with ${name}`;
      expect([about, taken.bytes > mostOf(route, kind) + AHEAD]).toEqual([about, false]);
      if (response.status === 413) refused += 1;
      await response.arrayBuffer();
    }
    expect(refused).toBeGreaterThan(3);
  },
);

it.each(['/api/calls', '/api/campaigns', '/api/media', '/dashboard/settings/staff'])(
  '%s keeps to it however it is told (SE-18, T21)',
  async (path) => {
    const route = unsafe.find((each) => each.path === path && each.method === 'POST') as Route;
    for (const kind of kindsOf(route).slice(0, 1))
      for (const { length, withKey } of ways) {
        const { stream, taken } = endless(kind === 'multipart' ? FILE : undefined);
        const headers = {
          'Content-Type': TYPES[kind],
          ...(withKey ? { 'Idempotency-Key': crypto.randomUUID() } : {}),
          ...(length === null ? {} : { 'Content-Length': length }),
        };
        const response = await send(path, 'POST', stream, headers);
        expect([response.status, taken.bytes <= mostOf(route, kind) + AHEAD]).toEqual([413, true]);
      }
  },
);

describe('a length that is too much already', () => {
  it('is refused before anything is taken', async () => {
    let refused = 0;
    for (const route of unsafe) {
      const kind =
        route.reads?.form !== undefined ? 'multipart' : route.path.startsWith('/api/') ? 'json' : 'urlencoded';
      const { stream, taken } = endless(kind === 'multipart' ? FILE : undefined);
      const response = await send(addressOf(route.path), route.method, stream, {
        ...{ 'Content-Type': TYPES[kind], 'Content-Length': String(64 * MIB) },
      });
      expect([route.path, taken.bytes]).toEqual([route.path, 0]);
      if (response.status === 413) refused += 1;
      await response.arrayBuffer();
    }
    expect(refused).toBeGreaterThan(20);
  });
});

describe('the webhook (SE-05)', () => {
  const deliver = (body: ReadableStream, headers: Record<string, string>) =>
    createApp(routes).request(
      `${ORIGIN}/webhooks/telnyx`,
      { method: 'POST', body, headers, duplex: 'half' } as RequestInit,
      given.env,
    );

  it.each(Object.entries(LENGTHS))('takes 1 MiB and no more, with %s', async (_name, length) => {
    const { stream, taken } = endless();
    const said = length === null ? {} : { 'Content-Length': length };
    const response = await deliver(stream, { 'Content-Type': 'application/json', ...said });
    expect(response.status).toBe(413);
    expect(taken.bytes).toBeGreaterThan(MIB - PIECE.length);
    expect(taken.bytes).toBeLessThanOrEqual(MIB + AHEAD);
    expect(taken.isOver).toBe(true);
  });

  it('takes nothing of what says that it is longer', async () => {
    const { stream, taken } = endless();
    const response = await deliver(stream, { 'Content-Type': 'application/json', 'Content-Length': String(MIB + 1) });
    expect([response.status, taken.bytes]).toEqual([413, 0]);
  });

  it('takes exactly 1 MiB', async () => {
    const response = await deliver(new Blob([new Uint8Array(MIB)]).stream(), { 'Content-Type': 'application/json' });
    expect(response.status).toBe(401);
  });
});

describe('a body of exactly the limit', () => {
  it('is read, and one byte more is not', async () => {
    const text = (length: number) => `{"phone_number":"${'x'.repeat(length - 19)}"}`;
    const ask = (length: number) =>
      given.request('/api/calls', { method: 'POST', body: text(length), headers: { 'Content-Type': TYPES.json } });
    expect(text(100)).toHaveLength(100);
    expect((await ask(64 * KIB)).status).toBe(422);
    expect((await ask(64 * KIB + 1)).status).toBe(413);
  });
});

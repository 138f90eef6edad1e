/** The clinic's FHIR server: what it is sent, how we are let in, and that what it says at length goes nowhere (C29, S1-I1, S1-I2). */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FhirAccess } from '../../src/domain/delivery/sink-settings.ts';
import { fhirSink } from '../../src/outbox/fhir-sink.ts';
import type { Handover, TransactionBundle } from '../../src/outbox/sink.ts';
import { type FhirStandIn, fhirStandIn } from '../support/fhir-stand-in.ts';
import { catchLog, later, restore, stopClock } from '../support/worker-env.ts';

const patient = { resourceType: 'Patient', id: 'pat-1', name: [{ family: 'Canarylast' }] };
const answers = {
  ...{ resourceType: 'QuestionnaireResponse', id: 'call-1', status: 'completed' },
  subject: { reference: 'urn:uuid:0b8a' },
};
const put = (resource: { resourceType: string; id: string }, fullUrl = '') => ({
  ...{ fullUrl, resource, request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` } },
});
const bundle = {
  ...{ resourceType: 'Bundle' as const, type: 'transaction' },
  entry: [put(patient, 'urn:uuid:0b8a'), put(answers)],
};
const handing = (made: TransactionBundle = bundle) => ({ bundle: async () => made }) as Handover;

let lines: Record<string, unknown>[];
let clients = 0;
beforeEach(() => {
  stopClock();
  lines = catchLog();
  clients += 1;
});
afterEach(restore);

/** Each test is another client: tokens are kept for as long as the isolate lives. */
const clientOf = () => ({ id: `client ${clients}`, secret: 'canary:s%cret', scope: 'system/*.cud', expiresIn: 3600 });
const byClient = (server: FhirStandIn): FhirAccess => {
  const { id, secret, scope } = clientOf();
  return { kind: 'client', tokenUrl: server.tokenUrl, id, secret, scope };
};

/** What was asked, `handle` in front of the server. */
function reaching(server: FhirStandIn, handle = (request: Request) => server.handle(request)): Request[] {
  const asked: Request[] = [];
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    const request = new Request(input, init);
    asked.push(request.clone());
    return handle(request);
  });
  return asked;
}
const urls = (asked: readonly Request[]) => asked.map(({ method, url }) => `${method} ${url}`);

describe('a note', () => {
  it('is one transaction, under the name of its delivery, and sent again changes nothing', async () => {
    const server = fhirStandIn({ token: 'canary-token' });
    const asked = reaching(server);
    const sink = fhirSink({ base: server.base, access: { kind: 'token', token: 'canary-token' } });
    expect(await sink.deliver('dlv_1', handing(), 0)).toEqual({
      kind: 'delivered',
      httpStatus: 200,
      retryAfterMs: null,
    });
    expect(urls(asked)).toEqual([`POST ${server.base}`]);
    expect(Object.fromEntries(asked[0]?.headers ?? [])).toMatchObject({
      ...{ authorization: 'Bearer canary-token', accept: 'application/fhir+json' },
      ...{ 'content-type': 'application/fhir+json', 'x-request-id': 'dlv_1', prefer: 'return=minimal' },
    });
    expect(asked[0]?.redirect).toBe('manual');
    expect([...server.resources.keys()]).toEqual(['Patient/pat-1', 'QuestionnaireResponse/call-1']);
    expect(server.resources.get('QuestionnaireResponse/call-1')?.resource['subject']).toEqual({
      reference: 'Patient/pat-1',
    });
    const state = server.state();
    expect(await sink.deliver('dlv_1', handing(), 0)).toMatchObject({ kind: 'delivered' });
    expect(server.state()).toBe(state);
  });

  it('that was corrected takes the place of the first, and nothing else changes', async () => {
    const server = fhirStandIn();
    reaching(server);
    const sink = fhirSink({ base: server.base, access: { kind: 'open' } });
    await sink.deliver('dlv_1', handing(), 0);
    const corrected = { ...bundle, entry: [bundle.entry[0], put({ ...answers, status: 'amended' } as typeof answers)] };
    await sink.deliver('dlv_2', handing(corrected), 0);
    expect([...server.resources].map(([key, { version }]) => [key, version])).toEqual([
      ['Patient/pat-1', 1],
      ['QuestionnaireResponse/call-1', 2],
    ]);
  });

  it('of which one part is wrong leaves nothing there', async () => {
    const server = fhirStandIn();
    reaching(server);
    const lost = { ...answers, subject: { reference: 'Patient/nobody' } };
    const sink = fhirSink({ base: server.base, access: { kind: 'open' } });
    const outcome = await sink.deliver('dlv_1', handing({ ...bundle, entry: [bundle.entry[0], put(lost)] }), 0);
    expect(outcome).toMatchObject({ kind: 'refused', code: 'answered_422' });
    expect(server.resources.size).toBe(0);
  });

  it('that cannot be made is no fault of the server, which hears nothing of it', async () => {
    const server = fhirStandIn();
    const asked = reaching(server);
    const broken = { bundle: () => Promise.reject(new Error('no questionnaire')) } as unknown as Handover;
    await expect(
      fhirSink({ base: server.base, access: { kind: 'open' } }).deliver('dlv_1', broken, 0),
    ).rejects.toThrow();
    expect(asked).toEqual([]);
  });
});

describe('the token of a client', () => {
  it('is asked for once, as RFC 6749 has it, and kept until a minute before its end', async () => {
    const server = fhirStandIn({ client: clientOf() });
    const asked = reaching(server);
    const sink = fhirSink({ base: server.base, access: byClient(server) });
    for (const afterMs of [0, 1000, 3_538_000]) {
      later(afterMs);
      expect(await sink.deliver('dlv_1', handing(), 0)).toMatchObject({ kind: 'delivered' });
    }
    expect(server.tokensGiven()).toBe(1);
    const [first] = asked;
    expect([first?.url, first?.redirect, await first?.text()]).toEqual([
      ...[server.tokenUrl, 'manual', 'grant_type=client_credentials&scope=system%2F*.cud'],
    ]);
    later(2000);
    expect(await sink.deliver('dlv_1', handing(), 0)).toMatchObject({ kind: 'delivered' });
    expect(server.tokensGiven()).toBe(2);
  });

  it('that is taken back is renewed once, and the note sent in the same try', async () => {
    const server = fhirStandIn({ client: clientOf() });
    const asked = reaching(server);
    const sink = fhirSink({ base: server.base, access: byClient(server) });
    await sink.deliver('dlv_1', handing(), 0);
    server.revokeTokens();
    expect(await sink.deliver('dlv_1', handing(), 0)).toMatchObject({ kind: 'delivered' });
    expect(urls(asked).slice(2)).toEqual([`POST ${server.base}`, `POST ${server.tokenUrl}`, `POST ${server.base}`]);
  });

  it('that is never taken is renewed once and no more', async () => {
    const server = fhirStandIn({ client: clientOf() });
    const asked = reaching(server, async (request) =>
      request.url === server.tokenUrl ? server.handle(request) : new Response('Canarybody', { status: 401 }),
    );
    const sink = fhirSink({ base: server.base, access: byClient(server) });
    expect(await sink.deliver('dlv_1', handing(), 0)).toMatchObject({ kind: 'refused', code: 'answered_401' });
    expect(asked).toHaveLength(4);
  });

  it.each([
    [400, 'refused', 'token_refused'],
    [401, 'refused', 'token_refused'],
    [403, 'refused', 'token_refused'],
    [302, 'try_again', 'token_unavailable'],
    [429, 'try_again', 'token_unavailable'],
    [500, 'try_again', 'token_unavailable'],
  ])('that is answered %i: %s, %s; the note stays here', async (status, kind, code) => {
    const server = fhirStandIn();
    const headers = { 'Retry-After': '60', Location: server.base };
    const asked = reaching(server, async () => new Response('Canarybody', { status, headers }));
    const outcome = await fhirSink({ base: server.base, access: byClient(server) }).deliver('dlv_1', handing(), 0);
    expect(outcome).toEqual({ kind, code, httpStatus: status, retryAfterMs: 60_000 });
    expect(urls(asked)).toEqual([`POST ${server.tokenUrl}`]);
  });

  it.each([
    ['no JSON', 'a page'],
    ['no token', '{}'],
    ['nothing', 'null'],
    ['a token that would be two headers', JSON.stringify({ access_token: 'a\r\nX-Other: b' })],
  ])('is not made of %s', async (_, text) => {
    const server = fhirStandIn();
    reaching(server, async () => new Response(text));
    const outcome = await fhirSink({ base: server.base, access: byClient(server) }).deliver('dlv_1', handing(), 0);
    expect(outcome).toMatchObject({ kind: 'try_again', code: 'token_unavailable' });
  });

  it.each([
    [{ expires_in: 10 }, 5000],
    [{ expires_in: '120' }, 60_000],
    [{}, 240_000],
    [{ expires_in: 'soon' }, 0],
  ])('with %j is used for %i ms', async (said, holdsMs) => {
    const server = fhirStandIn();
    let given = 0;
    reaching(server, async (request) => {
      if (request.url !== server.tokenUrl) return server.handle(request);
      given += 1;
      return Response.json({ access_token: 'canary', ...said });
    });
    const sink = fhirSink({ base: server.base, access: byClient(server) });
    await sink.deliver('dlv_1', handing(), 0);
    if (holdsMs > 0) {
      later(holdsMs - 1);
      await sink.deliver('dlv_1', handing(), 0);
      expect(given).toBe(1);
    }
    later(1);
    await sink.deliver('dlv_1', handing(), 0);
    expect(given).toBe(2);
  });
});

describe('an answer', () => {
  const sinkFor = (server: FhirStandIn, timeoutMs?: number) =>
    fhirSink({ base: server.base, access: { kind: 'token', token: 'canary-token' } }, timeoutMs);

  it('that breaks off after it began may be a yes, and is asked for again', async () => {
    const server = fhirStandIn();
    const broken = () =>
      new ReadableStream({
        start: (c) => c.enqueue(new TextEncoder().encode('{"resource')),
        pull: (c) => c.error('reset'),
      });
    reaching(server, async () => new Response(broken()));
    expect(await sinkFor(server).deliver('dlv_1', handing(), 0)).toEqual({
      ...{ kind: 'try_again', code: 'answer_broken', httpStatus: 200, retryAfterMs: null },
    });
  });

  it('that begins and never ends is waited for no longer than it may take', async () => {
    const server = fhirStandIn();
    const endless = () => new ReadableStream({ start: (c) => c.enqueue(new TextEncoder().encode('{')) });
    reaching(server, async () => new Response(endless()));
    expect(await sinkFor(server, 20).deliver('dlv_1', handing(), 0)).toMatchObject({
      kind: 'try_again',
      code: 'timed_out',
    });
  });

  it('that has no end is not read to it', async () => {
    const server = fhirStandIn();
    const chunk = new TextEncoder().encode(' '.repeat(256 * 1024));
    let pulled = 0;
    const pull = (controller: ReadableStreamDefaultController): void => {
      pulled += 1;
      controller.enqueue(chunk);
    };
    const flood = () => new ReadableStream({ pull });
    reaching(server, async () => new Response(flood()));
    expect(await sinkFor(server).deliver('dlv_1', handing(), 0)).toMatchObject({
      kind: 'try_again',
      code: 'answer_unknown',
    });
    expect(pulled).toBeLessThan(20);
  });

  it('that points elsewhere is not followed: the token stays here', async () => {
    const server = fhirStandIn();
    const asked = reaching(
      server,
      async () => new Response(null, { status: 307, headers: { Location: 'https://else.example/' } }),
    );
    expect(await sinkFor(server).deliver('dlv_1', handing(), 0)).toMatchObject({
      kind: 'try_again',
      code: 'answered_307',
    });
    expect(asked).toHaveLength(1);
  });

  it('goes nowhere: neither its words nor a token are in any outcome or log (LG-01)', async () => {
    const server = fhirStandIn({ token: 'another' });
    reaching(server);
    const outcomes = [
      await sinkFor(server).deliver('dlv_1', handing(), 0),
      await fhirSink({ base: server.base, access: { kind: 'token', token: 'another' } }).deliver(
        'dlv_1',
        handing({ ...bundle, entry: [{ ...put(patient), request: { method: 'PUT', url: 'Patient/other' } }] }),
        0,
      ),
    ];
    expect(outcomes).toMatchObject([{ code: 'answered_401' }, { code: 'answered_400' }]);
    expect(`${JSON.stringify(outcomes)}${JSON.stringify(lines)}`).not.toMatch(/canary/i);
  });
});

describe('a test', () => {
  it('asks what the server can, and sends nothing', async () => {
    const server = fhirStandIn({ client: clientOf() });
    const asked = reaching(server);
    expect(await fhirSink({ base: server.base, access: byClient(server) }).test(0)).toMatchObject({
      kind: 'delivered',
    });
    expect(urls(asked)).toEqual([`POST ${server.tokenUrl}`, `GET ${server.base}/metadata`]);
    expect(server.resources.size).toBe(0);
  });

  it.each([
    [{ resourceType: 'CapabilityStatement', fhirVersion: '4.3.0' }],
    [{ resourceType: 'CapabilityStatement', fhirVersion: '5.0.0' }],
    [{ resourceType: 'Patient' }],
    ['a page'],
    [null],
  ])('says that what answers %j is no FHIR server of ours', async (body) => {
    const server = fhirStandIn();
    reaching(server, async () => Response.json(body));
    const { test } = fhirSink({ base: server.base, access: { kind: 'open' } });
    expect(await test(0)).toMatchObject({ kind: 'refused', code: 'not_fhir_r4' });
  });

  it('says that we are not let in', async () => {
    const server = fhirStandIn({ token: 'another' });
    reaching(server);
    const { test } = fhirSink({ base: server.base, access: { kind: 'token', token: 'canary-token' } });
    expect(await test(0)).toMatchObject({ kind: 'refused', code: 'answered_401' });
  });
});

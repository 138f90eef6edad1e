/**
 * For every system that notes can be handed to: what sets it up, and the other side of it, with its faults. A new one gets its rig here and
 * passes the contract. What an other side has taken it tells by what is left of it: the same twice is once.
 */
import { Webhook } from 'standardwebhooks';
import { vi } from 'vitest';
import type { SinkName } from '../../src/domain/delivery/sinks.ts';
import { deliveryIdOf } from '../../src/store/deliveries.ts';
import { fhirStandIn } from '../support/fhir-stand-in.ts';
import { BACKEND, SECRET } from '../support/given-delivery.ts';
import { testEnv } from '../support/worker-env.ts';

/** What becomes of one request. `lost`: it is taken, and whoever sent it never hears so. */
export type Fault =
  | 'none'
  | 'lost'
  | 'unreachable'
  | 'silent'
  | 'breaks_off'
  | { readonly status: number; readonly headers?: Record<string, string> };

export interface OtherSide {
  /** How often it was asked to take something, taken or not. */
  readonly asked: () => number;
  /** All it has, as text: the same text, and nothing has changed. */
  readonly state: () => string;
  /** The deliveries it has, by id, in the order they were first taken. */
  readonly taken: () => Promise<string[]>;
}
export interface SinkRig {
  readonly variables: Readonly<Record<string, string>>;
  /** Which of the faults this one can have. */
  readonly faults: readonly Exclude<Fault, object>[];
  /** Faults in turn, the last one again and again. */
  readonly other: (...faults: readonly Fault[]) => OtherSide;
}

const ALL_FAULTS = ['none', 'lost', 'unreachable', 'silent', 'breaks_off'] as const;

/** Each request goes to `take` unless it has a fault; its answer breaks off after half of its body. */
function behind(faults: readonly Fault[], take: (request: Request) => Promise<Response>): () => number {
  let asked = 0;
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init = {}) => {
    const request = new Request(input, init);
    asked += 1;
    const fault = faults[Math.min(asked, faults.length) - 1] ?? 'none';
    switch (fault) {
      case 'none':
        return take(request);
      case 'lost':
        await take(request);
        throw new TypeError('Canarybody: connection lost');
      case 'unreachable':
        throw new TypeError('Canarybody: connection refused');
      case 'silent':
        return new Promise((_, reject) => init.signal?.addEventListener('abort', () => reject(new Error('aborted'))));
      case 'breaks_off':
        return brokenOff(await take(request));
      default:
        return new Response(fault.status === 204 ? null : 'Canarybody', fault);
    }
  });
  return () => asked;
}

async function brokenOff(whole: Response): Promise<Response> {
  const bytes = new Uint8Array(await whole.arrayBuffer());
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(bytes.slice(0, Math.max(1, bytes.length >> 1))),
    pull: (controller) => controller.error(new Error('Canarybody: reset')),
  });
  return new Response(body, { status: whole.status, headers: whole.headers });
}

/** Takes what is rightly signed, once by its id. */
function webhookSide(...faults: readonly Fault[]): OtherSide {
  const messages = new Map<string, unknown>();
  const asked = behind(faults, async (request) => {
    const message = new Webhook(SECRET).verify(await request.text(), Object.fromEntries(request.headers));
    const id = request.headers.get('webhook-id') ?? '';
    if (!messages.has(id)) messages.set(id, message);
    return new Response('Canarybody: taken', { status: 202 });
  });
  return { asked, state: () => JSON.stringify([...messages]), taken: async () => [...messages.keys()] };
}

const TOKENS = new Map<string, number>();
const FHIR_CLIENT = { id: 'canary client', secret: 'canary: s%cret', scope: 'system/*.cud' };

/** The token service is well; what is with the server is the question here. */
function fhirSide(...faults: readonly Fault[]): OtherSide {
  const server = fhirStandIn({ client: FHIR_CLIENT, tokens: TOKENS });
  const ids = new Set<string>();
  const asked = behind(faults, async (request) => {
    const response = await server.handle(request);
    if (response.ok) ids.add(request.headers.get('X-Request-Id') ?? '');
    return response;
  });
  const inFront = vi.mocked(globalThis.fetch).getMockImplementation() as typeof fetch;
  vi.mocked(globalThis.fetch).mockImplementation((input, init) =>
    String(input) === FHIR_SERVER.tokenUrl ? server.handle(new Request(input, init)) : inFront(input, init),
  );
  return { asked, state: server.state, taken: async () => [...ids] };
}
const FHIR_SERVER = fhirStandIn();

const put = testEnv.BUCKET.put.bind(testEnv.BUCKET);

/** The bucket is real; a request to it fails before or after it was done. */
function bucketSide(...faults: readonly Fault[]): OtherSide {
  const puts = new Map<string, unknown>();
  let asked = 0;
  vi.spyOn(testEnv.BUCKET, 'put').mockImplementation((async (key: string, ...rest: [string, R2PutOptions]) => {
    if (!key.startsWith('archive/')) return put(key, ...rest);
    asked += 1;
    const fault = faults[Math.min(asked, faults.length) - 1] ?? 'none';
    if (fault !== 'none' && fault !== 'lost') throw new Error('put: Canarybody');
    const object = await put(key, ...rest);
    if (object !== null) puts.set(key, object.etag);
    if (fault === 'lost') throw new Error('put: Canarybody');
    return object;
  }) as typeof put);
  const taken = () =>
    Promise.all(
      [...puts.keys()].map((key) => {
        const [callId = '', version = ''] = key.split('/').slice(-2);
        return deliveryIdOf(callId, Number.parseInt(version, 10), 'r2');
      }),
    );
  return { asked: () => asked, state: () => JSON.stringify([...puts]), taken };
}

export const SINK_RIGS: Readonly<Record<SinkName, SinkRig>> = {
  backend: { variables: BACKEND, faults: ALL_FAULTS, other: webhookSide },
  fhir: {
    variables: {
      ...{ FHIR_BASE: FHIR_SERVER.base, FHIR_TOKEN_URL: FHIR_SERVER.tokenUrl, FHIR_CLIENT_ID: FHIR_CLIENT.id },
      ...{ FHIR_CLIENT_SECRET: FHIR_CLIENT.secret, FHIR_SCOPE: FHIR_CLIENT.scope },
    },
    ...{ faults: ALL_FAULTS, other: fhirSide },
  },
  r2: { variables: { SINK_R2: 'on' }, faults: ['none', 'lost', 'unreachable'], other: bucketSide },
  alert: {
    variables: { SINK_ALERT_URL: 'https://pager.example/notes', SINK_ALERT_SECRET: SECRET },
    ...{ faults: ALL_FAULTS, other: webhookSide },
  },
};

/**
 * An installation in which everything is as it should be: the simulator answers for Telnyx, the app for its own address, the queues
 * hand on what is put in, the cron has run and a webhook was verified. A test then breaks one thing.
 */
import { vi } from 'vitest';
import type { Report } from '../../src/domain/doctor/finding.ts';
import { createTelnyxEngine, type TelnyxEngine } from '../../src/simulator/telnyx-engine.ts';
import { type QueueSign, tookProbe } from '../../src/store/queue-probe.ts';
import { noteSign } from '../../src/store/signs.ts';
import { OLD } from '../support/given-ring.ts';
import { testEnv } from '../support/worker-env.ts';
import { type GivenApp, givenApp, ORIGIN, publicJwk, VARIABLES } from './given-app.ts';

export interface ShownReport extends Pick<Report, 'ok'> {
  readonly exit_code: number;
  readonly checked_at: string;
  readonly findings: readonly {
    readonly check: string;
    readonly level: string;
    readonly code: string;
    readonly detail: string;
    readonly remedy: string | null;
    readonly exit_code: number;
  }[];
}

/** What is put into a queue comes out at once. `lost`: it does not. */
export function handOnProbes(lost: readonly QueueSign[] = []): void {
  const queues = { dial_queue: testEnv.DIAL_QUEUE, job_queue: testEnv.JOB_QUEUE } as const;
  for (const [name, queue] of Object.entries(queues) as [QueueSign, Queue<unknown>][]) {
    vi.spyOn(queue, 'send').mockImplementation(async (body) => {
      const message = { body, ack: () => {} } as Message<unknown>;
      if (!lost.includes(name)) await tookProbe(testEnv, name, message);
      return {} as Awaited<ReturnType<typeof queue.send>>;
    });
  }
}

export async function givenDoctor(variables: Parameters<typeof givenApp>[0] = {}) {
  const alerts = {
    ALERT_URL: 'https://pager.example/hook',
    ALERT_SECRET: `whsec_${btoa('alert-secret-of-thirty-two-bytes')}`,
  };
  const given = givenApp({ PHI_KEYS: OLD, ...alerts, ...variables }, { objects: 'real' });
  const engine = await createTelnyxEngine({
    ...{ apiKey: VARIABLES.TELNYX_API_KEY, connectionId: VARIABLES.TELNYX_CONNECTION_ID },
    ...{ clinicNumber: VARIABLES.TELNYX_FROM_NUMBER, webhookUrl: `${ORIGIN}/webhooks/telnyx` },
    deliver: async () => ({ status: 200 }),
  });
  /** What stands before the app at an address of ours. */
  const inFront = new Map<string, () => Response>();
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : String(input));
    if (url.href.startsWith(VARIABLES.TELNYX_API_BASE)) return orAborted(askEngine(engine, url, init), init?.signal);
    if (url.href === `${given.team}/cdn-cgi/access/certs` && !given.jwks.down)
      return Response.json({ keys: [publicJwk] });
    if (url.origin === ORIGIN)
      return inFront.get(url.pathname)?.() ?? (await given.app.request(url.href, init ?? {}, given.env));
    throw new TypeError('network');
  });
  handOnProbes();
  const now = Date.now();
  await testEnv.DB.exec('delete from signs');
  await noteSign(given.db, 'cron', { at: now, code: null });
  await noteSign(given.db, 'webhook_verified', { at: now, code: null });

  const report = async (): Promise<ShownReport> => {
    const response = await given.request('/api/doctor');
    if (response.status !== 200) throw new Error(`the doctor answered ${response.status}`);
    return response.json();
  };
  return {
    given,
    engine,
    inFront,
    report,
    /** What is not ok, as `check level code`. */
    wrong: async (): Promise<string[]> =>
      (await report()).findings
        .filter(({ code }) => code !== 'ok')
        .map(({ check, level, code }) => `${check} ${level} ${code}`),
  };
}
export type GivenDoctor = Awaited<ReturnType<typeof givenDoctor>> & { readonly given: GivenApp };

async function askEngine(engine: TelnyxEngine, url: URL, init: RequestInit | undefined): Promise<Response> {
  const { status, body } = await engine.request({
    method: init?.method ?? 'GET',
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: { authorization: new Headers(init?.headers).get('authorization') ?? undefined },
  });
  const date = new Date(engine.clock.now() + engine.account.clockAheadMs).toUTCString();
  return Response.json(body, { status, headers: { date } });
}

function orAborted<T>(work: Promise<T>, signal: AbortSignal | null | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason));
    work.then(resolve, reject);
  });
}

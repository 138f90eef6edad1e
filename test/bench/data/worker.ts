/** The worker as it is deployed over a state of this machine, asked as Access asks it: with a token, straight at its port. */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { startAccessStandIn } from '../../../src/simulator/access-stand-in.ts';
import { TEST_VARIABLES } from '../../support/test-variables.ts';
import { applyMigrations } from '../../tools/apply-migrations.ts';
import { buildWorker, startRuntime } from '../built-worker.ts';
import { PHI_KEYS } from './clinic-size.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const PERSON = 'admin@clinic.example';
/** With PERSON's own, every role there is. */
const ROLES = ['admin', 'clinician', 'intake', 'operator', 'auditor'];
let script: string | null = null;

export interface BenchWorker {
  readonly url: string;
  ask(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Response>;
  /** JSON, or an error with what was answered. */
  api(method: string, path: string, body?: unknown): Promise<Record<string, unknown>>;
  /** Has the cron rung, as every minute in production. */
  tick(): Promise<void>;
  /** Resident memory of the runtime, in bytes. */
  memory(): number;
  stop(): Promise<void>;
}

export async function startBenchWorker(
  stateFolder: string,
  variables: Readonly<Record<string, string>> = {},
): Promise<BenchWorker> {
  applyMigrations(stateFolder);
  script ??= path.join(buildWorker(path.join(root, '.state/bench/data-worker')).folder, 'index.js');
  mkdirSync(stateFolder, { recursive: true });
  const [port, accessPort] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${port}`;
  const access = await startAccessStandIn({ port: accessPort, upstream: url, audience: 'bench' });
  const before = runtimes();
  const runtime = await startRuntime({
    ...{ config: path.join(root, 'wrangler.toml'), script, port, stateFolder },
    variables: {
      ...TEST_VARIABLES,
      ...{ ACCESS_TEAM_DOMAIN: access.issuer, ACCESS_AUD: 'bench', ADMIN_EMAILS: `${PERSON},other@clinic.example` },
      ...{ PHI_KEYS, PUBLIC_URL: url },
      ...variables,
    },
  });
  const [pid] = runtimes().filter((each) => !before.includes(each));
  const tokens = new Map<string, string>();
  const tokenOf = async (email: string) => {
    const token = tokens.get(email) ?? (await access.mintToken(email));
    tokens.set(email, token);
    return token;
  };
  const ask = async (
    method: string,
    address: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
    email = PERSON,
  ) =>
    fetch(`${url}${address}`, {
      method,
      headers: {
        ...{ 'cf-access-jwt-assertion': await tokenOf(email), accept: 'application/json' },
        ...(body === undefined || body instanceof FormData ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: body instanceof FormData ? body : JSON.stringify(body) }),
      signal: AbortSignal.timeout(300_000),
    });
  // One gives the other what one has not of oneself.
  const staffed = await ask('POST', '/api/staff', { email: PERSON, roles: ROLES }, {}, 'other@clinic.example');
  if (!staffed.ok && staffed.status !== 409) throw new Error(`no roles: ${staffed.status} ${await staffed.text()}`);
  await staffed.body?.cancel();
  return {
    url,
    ask,
    api: async (method, address, body) => {
      const answer = await ask(method, address, body);
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${method} ${address}: ${answer.status} ${text.slice(0, 300)}`);
      return JSON.parse(text) as Record<string, unknown>;
    },
    tick: async () => {
      const cron = await fetch(`${url}/cdn-cgi/local/scheduled?cron=${encodeURIComponent('* * * * *')}`);
      await cron.body?.cancel();
    },
    memory: () => (pid === undefined ? Number.NaN : residentOf(pid)),
    stop: async () => {
      await runtime.dispose();
      await access.close();
    },
  };
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port is free');
  return address.port;
}

/** The workerd processes that this one started. */
export function runtimes(): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      const [, name = '', rest = ''] = /\((.*)\) (.*)$/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8').trim()) ?? [];
      return name.startsWith('workerd') && Number(rest.split(' ')[1]) === process.pid;
    } catch {
      return false;
    }
  });
}

export const residentOf = (pid: string): number =>
  Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * 4096;

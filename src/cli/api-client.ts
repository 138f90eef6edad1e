/**
 * The REST API, and nothing else of the product. What was not answered is asked again, at most three times; an unsafe request carries
 * an Idempotency-Key, so that asking again does nothing twice. Whatever is no success becomes the exit code that belongs to it.
 */
import { randomUUID } from 'node:crypto';
import { CliError, EXIT } from './exit-codes.ts';
import type { Io } from './io.ts';
import { networkError, refusalOf } from './refusal.ts';
import type { Settings } from './settings.ts';

export type Json = Record<string, unknown>;
export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

interface Ask {
  readonly query?: Query;
  readonly body?: unknown;
  /** Instead of a body. */
  readonly form?: FormData;
  readonly idempotencyKey?: string | undefined;
  readonly timeoutMs?: number;
}
export interface Answer<T = Json> {
  readonly status: number;
  readonly body: T;
}
export interface Client {
  readonly url: string;
  get<T = Json>(path: string, query?: Query): Promise<T>;
  send<T = Json>(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, ask?: Ask): Promise<Answer<T>>;
  /** A file, to be read as it comes. With a body it is asked for by POST. */
  file(path: string, query?: Query, body?: Json): Promise<Response>;
}

const MOST_REPEATS = 3;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
/** Longer than this the service asks nobody to wait; a limit of so many a minute asks for one. */
const LONGEST_ASKED_MS = 120_000;
/** Whoever waits so long in silence thinks that it hangs. */
const TOLD_FROM_MS = 5000;
const TIMEOUT_MS = 30_000;
/** Up or down a slow line. */
const FILE_TIMEOUT_MS = 15 * 60_000;
const PASSING = new Set([429, 502, 503, 504]);
/** Nothing was done, or nobody knows, or the first try is still at it: all may be asked again. */
const isPassing = ({ status, problem }: CliError): boolean =>
  status === null || PASSING.has(status) || (status === 409 && problem.code === 'in_progress');

/** `tell`: what whoever waits should know. */
export function createClient(
  { url, token }: Settings,
  io: Pick<Io, 'pause'>,
  tell: (text: string) => void = () => undefined,
): Client {
  const request = async (method: string, path: string, ask: Ask = {}): Promise<Response> => {
    const target = `${url}${path}${queryText(ask.query)}`;
    const headers = new Headers({
      ...headersOf(token),
      Accept: 'application/json, application/problem+json, */*',
    });
    if (method !== 'GET') headers.set('Idempotency-Key', ask.idempotencyKey ?? randomUUID());
    if (ask.body !== undefined) headers.set('Content-Type', 'application/json');
    const body = ask.form ?? (ask.body === undefined ? null : JSON.stringify(ask.body));
    for (let repeats = 0; ; repeats += 1) {
      const signal = AbortSignal.timeout(ask.timeoutMs ?? TIMEOUT_MS);
      // Access redirects whoever is not signed in to a page; no page answers a command.
      const options = { method, headers, body, signal, redirect: 'manual' } as const;
      const answer = await fetch(target, options).catch((error: Error) => error);
      if (answer instanceof Response && answer.ok) return answer;
      const refusal = answer instanceof Response ? await refusalOf(answer) : networkError(url, answer);
      if (!isPassing(refusal) || repeats === MOST_REPEATS) throw refusal;
      const after = answer instanceof Response ? Number(answer.headers.get('Retry-After') ?? 0) * 1000 : 0;
      const own = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** repeats);
      const wait = Math.max(own, Math.min(LONGEST_ASKED_MS, after || 0));
      if (wait >= TOLD_FROM_MS) tell(waitText(refusal, wait));
      await io.pause(wait);
    }
  };
  return {
    url,
    get: async <T>(path: string, query?: Query) =>
      (await jsonOf(await request('GET', path, query ? { query } : {}))) as T,
    send: async <T>(method: string, path: string, ask: Ask = {}) => {
      const timeout = ask.form === undefined ? {} : { timeoutMs: FILE_TIMEOUT_MS };
      const answer = await request(method, path, { ...timeout, ...ask });
      return { status: answer.status, body: (await jsonOf(answer)) as T };
    },
    file: (path, query, body) =>
      request(body === undefined ? 'GET' : 'POST', path, {
        timeoutMs: FILE_TIMEOUT_MS,
        ...(query ? { query } : {}),
        ...(body ? { body } : {}),
      }),
  };
}

const waitText = ({ status, problem }: CliError, ms: number): string => {
  const why = status === 429 ? 'So much at once is more than the service allows' : 'The service is away for a moment';
  const code = problem.code === undefined ? '' : ` (${problem.code})`;
  return `${why}${code}. It is asked again by itself in ${Math.ceil(ms / 1000)} seconds; Ctrl-C gives up.`;
};

/** Access takes either, and puts a token of its own in its place. */
const headersOf = (token: Settings['token']): Record<string, string> =>
  'jwt' in token
    ? { 'CF-Access-Token': token.jwt }
    : { 'CF-Access-Client-Id': token.clientId, 'CF-Access-Client-Secret': token.clientSecret };

async function jsonOf(answer: Response): Promise<unknown> {
  const text = await answer.text();
  if (text === '') return {};
  try {
    return JSON.parse(text);
  } catch {
    throw new CliError(EXIT.unavailable, 'What answered is not this service: it sent no JSON. Look at the URL.', {
      status: answer.status,
    });
  }
}

function queryText(query: Query | undefined): string {
  const given = Object.entries(query ?? {}).filter(([, value]) => value !== undefined);
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return text === '' ? '' : `?${text}`;
}

/**
 * How often one caller may ask in a minute (SE-18, T21): 1,200 reads, 300 writes, 20 exports, counted by the platform's binding
 * (`[[ratelimits]]` in wrangler.toml holds the numbers). Public routes never come here: a webhook that waits is a patient who waits.
 *
 * When the counter itself does not answer, reads and writes go on: a clinic with a red flag on the screen must not stand before a
 * closed door because of it, and a token was checked either way. An export does not: it can wait, and too much of it is a breach.
 */
import { log } from '../log.ts';
import type { AppContext } from './context.ts';
import { Problem } from './errors.ts';

/** Of the binding, seconds; long enough whichever part of its window has passed. */
const LIMIT_PERIOD_SECONDS = 60;

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

type Counter = 'READ_LIMIT' | 'WRITE_LIMIT' | 'EXPORT_LIMIT' | 'SIGN_IN_LIMIT';
type Count = 'within' | 'over' | 'unknown';

/** `caller`: a person, or a service token; it stays with the platform. */
export async function isOverLimit(c: AppContext, caller: string): Promise<boolean> {
  const counter = SAFE_METHODS.has(c.req.method) ? 'READ_LIMIT' : 'WRITE_LIMIT';
  return (await count(c, counter, caller)) === 'over';
}

/** For a route that gives away much at once. */
export async function countExport(c: AppContext): Promise<void> {
  const { id, name } = c.get('actor');
  const counted = await count(c, 'EXPORT_LIMIT', `${id} ${name.toLowerCase()}`);
  if (counted === 'over') {
    log.warn('limit.refused', { actor: id, kind: 'EXPORT_LIMIT', ...about(c) });
    throw rateLimited('These are more downloads than anybody needs in a minute. Wait a minute, then go on.');
  }
  if (counted === 'unknown')
    throw new Problem(503, 'limit_unavailable', {
      detail: 'How much was downloaded cannot be counted right now, so nothing is. Try again in a few seconds.',
      headers: { 'Retry-After': '5' },
    });
}

/**
 * Of what came without a good token, from one address. A good token is never asked about here, so that whoever else sits behind the
 * address of a clinic keeps working; what is spared is our log.
 */
export const isFloodOfStrangers = async (c: AppContext): Promise<boolean> =>
  (await count(c, 'SIGN_IN_LIMIT', networkOf(c.req.header('CF-Connecting-IP')))) === 'over';

export const rateLimited = (
  detail = 'That was too much for one minute. Wait a minute, then go on; nothing was changed.',
): Problem => new Problem(429, 'rate_limited', { detail, headers: { 'Retry-After': String(LIMIT_PERIOD_SECONDS) } });

async function count(c: AppContext, counter: Counter, key: string): Promise<Count> {
  try {
    return (await c.env[counter].limit({ key })).success ? 'within' : 'over';
  } catch (error) {
    log.error('limit.unavailable', { kind: counter, reason: (error as Error).name, ...about(c) });
    return 'unknown';
  }
}

const about = (c: AppContext) => ({ method: c.req.method, request_id: c.get('requestId') });

/** One who has an IPv6 address has 2^64 of them. */
const networkOf = (address: string | undefined): string => {
  if (address === undefined) return 'unknown';
  return address.includes(':') ? expanded(address).slice(0, 4).join(':') : address;
};

function expanded(address: string): string[] {
  const [head = '', tail] = address.toLowerCase().split('::');
  const before = head.split(':').filter(Boolean);
  const after = (tail ?? '').split(':').filter(Boolean);
  const between = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  return [...before, ...Array<string>(between).fill('0'), ...after].map((group) => group.replace(/^0+(?=.)/, ''));
}

/** So that a flood leaves a row of the audit and a line a minute, not thousands. */
const told = new Map<string, number>();
const MOST_TOLD = 1000;

export function isFirstOfMinute(caller: string, now: number): boolean {
  const minute = Math.floor(now / (LIMIT_PERIOD_SECONDS * 1000));
  if (told.get(caller) === minute) return false;
  if (told.size >= MOST_TOLD) told.clear();
  told.set(caller, minute);
  return true;
}

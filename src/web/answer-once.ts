/**
 * `Idempotency-Key`: a request that is sent again because its answer was lost is answered as the first time, and does nothing again.
 * What a try died over is found by the next one (`Making.made`). A refusal of what was sent is not kept, because nothing was done, and
 * neither is a failure: both may be sent again with the same key.
 */
import { log } from '../log.ts';
import {
  type Claim,
  claimKey,
  forgetKey,
  freeKey,
  type KeptAnswer,
  keepAnswer,
  patientOfCall,
} from '../store/idempotency-keys.ts';
import { type IdPrefix, newId } from '../store/new-id.ts';
import type { AppContext } from './context.ts';
import { answerProblem, Problem, problemOf } from './errors.ts';
import type { Ask, RouteSpec } from './route.ts';

/** What a request makes. */
export interface Making {
  /** Of one thing of each kind. */
  readonly newId: (prefix: IdPrefix) => string;
  /** What an earlier try of this request made before it died; null: nothing, or there was none. */
  readonly made: <T>(prefix: IdPrefix, read: (id: string) => Promise<T | null>) => Promise<T | null>;
}

export const makingWithout = (now: number): Making => ({
  newId: (prefix) => newId(prefix, now),
  made: async () => null,
});
const makingOf = ({ uuid, before }: Claim): Making => ({
  newId: (prefix) => `${prefix}_${uuid}`,
  made: async (prefix, read) => {
    for (const each of before) {
      const found = await read(`${prefix}_${each}`);
      if (found !== null) return found;
    }
    return null;
  },
});

/** Null: it came without a key, or needs none. */
export function idempotencyKeyOf({ method, path, streams }: RouteSpec, c: AppContext): string | null {
  const key = c.req.header('Idempotency-Key');
  if (key === undefined || method === 'GET' || !path.startsWith('/api/')) return null;
  if (/^[!-~]([ -~]{0,253}[!-~])?$/.test(key)) return streams === true ? null : key;
  throw new Problem(400, 'bad_idempotency_key', { detail: 'One to 255 characters of plain text, best a UUID.' });
}

type Asked = Pick<Ask, 'c' | 'db' | 'config' | 'actor' | 'now'> & { readonly params: unknown };

export async function answerOnce(
  spec: RouteSpec,
  ask: Asked,
  { key, request }: { readonly key: string; readonly request: string },
  handle: (making: Making) => Promise<Response>,
): Promise<Response> {
  const { c, db, config, actor, now } = ask;
  const keyRing = config.keyRing;
  // The name too: the ids of two service tokens may be alike. And the roles: an answer shows what they showed.
  const caller = { key: JSON.stringify([actor.id, actor.name, actor.roles, key]), request };
  const claimed = await claimKey(db, keyRing, caller, now);
  switch (claimed.kind) {
    case 'reused':
      throw new Problem(422, 'idempotency_key_reused', {
        detail: 'This key came with another request before. Take a new key for each new request.',
      });
    case 'running':
      throw new Problem(409, 'in_progress', {
        detail: 'The first request with this key still runs. Ask again for its answer.',
        headers: { 'Retry-After': String(Math.max(1, Math.ceil((claimed.until - now) / 1000))) },
      });
    case 'answered':
      return replay(claimed.answer);
    case 'claimed': {
      const { claim } = claimed;
      const response = await handle(makingOf(claim)).catch(async (error: unknown) => {
        const problem = problemOf(error);
        if (problem.status === 409) return answerProblem(c, problem);
        // What an earlier try may have made stays to be found.
        const isSpotless = problem.status < 500 && claim.before.length === 0;
        await tried(isSpotless ? forgetKey(db, claim) : freeKey(db, claim));
        throw error;
      });
      const { status, headers } = response;
      // An export is written while it is read, and may be too long to be held or kept whole. Its refusal is not.
      const isTaken = spec.isExport === true && status < 400;
      const body = response.body === null || isTaken ? null : await response.clone().text();
      const kept = { status, body, contentType: response.body === null ? null : (headers.get('Content-Type') ?? '') };
      const keep = async () => {
        const about = isTaken ? 'unknown' : spec.phi && status < 400 ? await subjectOf(ask, body) : null;
        await keepAnswer(db, keyRing, claim, { ...kept, location: headers.get('Location') }, about);
      };
      await tried(keep());
      return response;
    }
  }
}

function replay(answer: KeptAnswer | null): Response {
  if (answer === null)
    throw new Problem(409, 'answer_gone', {
      detail: 'This was done and answered before, but the answer is not to be shown any more. Nothing was done again.',
    });
  const { status, contentType, location, body } = answer;
  const headers = new Headers({ 'Idempotent-Replayed': 'true' });
  if (contentType !== null) headers.set('Content-Type', contentType);
  if (location !== null) headers.set('Location', location);
  return new Response(body, { status, headers });
}

const OWNER_ID = /"((?:pat|trn)_[0-9a-f-]{36,64})"/g;

/** Whom an answer is about: whom the path names, or the call in it, or the answer itself. An upload has a key of its own, as a patient has. */
async function subjectOf({ params, db }: Asked, body: string | null): Promise<string | null | 'unknown'> {
  const named = params as { readonly patient_id?: string; readonly call_id?: string } | undefined;
  const ids = new Set([...(body ?? '').matchAll(OWNER_ID)].map(([, id = '']) => id));
  if (named?.patient_id !== undefined) ids.add(named.patient_id);
  if (named?.call_id !== undefined) ids.add((await patientOfCall(db, named.call_id)) ?? 'unknown');
  if (ids.size > 1) return 'unknown';
  return [...ids][0] ?? null;
}

/** It was done by then. What cannot be kept is looked for by the next try, once this one's time is over. */
async function tried(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    log.error('idempotency.not_kept', { reason: (error as Error).name });
  }
}

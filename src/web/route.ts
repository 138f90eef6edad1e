/**
 * How a protected route is made: who may use it, which audit line it leaves, whether it shows patient data, and the schemas of what
 * it takes. A route that lacks one of these does not compile; one that is not in the table is not served.
 */
import type { Hono } from 'hono';
import type * as z from 'zod';
import type { Config, Env } from '../env.ts';
import { measure } from '../metrics.ts';
import { type Database, database } from '../store/database.ts';
import type { Role } from '../store/staff.ts';
import { answerOnce, idempotencyKeyOf, type Making, makingWithout } from './answer-once.ts';
import { recordAudit } from './audit.ts';
import { checkInput } from './check-input.ts';
import { checkPeriod } from './check-period.ts';
import type { Actor, AppContext, AppEnv } from './context.ts';
import { notFound, Problem, type ProblemStatus, problemOf } from './errors.ts';
import { answerWithout, type LeftOutField, saidLeftOut } from './left-out.ts';
import { countExport } from './rate-limit.ts';
import { readJson } from './read-body.ts';
import { requestDigest } from './request-digest.ts';

interface Guarded {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly roles: readonly [Role, ...Role[]];
  /** `<thing>.<verb>`, as the audit line names it. */
  readonly audit: `${string}.${string}`;
  /** Whether the answer can hold patient data. */
  readonly phi: boolean;
  /** A path that does not fit is an unknown id: 404. */
  readonly params?: z.ZodType;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  /** Gives away much at once: of these somebody has twenty a minute. */
  readonly isExport?: true;
  /** Changes nothing, and writes its answer while it reads: that is not kept to be given again. */
  readonly streams?: true;
  /** A person's word: no service token gives it, whatever its role. */
  readonly needsPerson?: true;
  /** Of the JSON it takes, where that is more than requests usually are. */
  readonly maxBodyBytes?: number;
}

/** What the document of the API says of it beyond that; `test/web/api-contract.test.ts` holds the answers to it. */
interface Described {
  /** One line for people. */
  readonly summary: string;
  /** What it answers when all is well, by status; null: no JSON, but what `types` names, or nothing. */
  readonly answers: Readonly<Record<number, z.ZodType | null>>;
  /** Content types it answers with beside JSON. */
  readonly types?: readonly string[];
  /** Bodies that the handler reads by itself. Of a form: the fields beside `file`; `maxBytes` is the file's. */
  readonly reads?: { readonly json?: z.ZodType; readonly form?: z.ZodType; readonly maxBytes: number };
  /** Refusals that do not follow from the rest of this. */
  readonly refusals?: readonly ProblemStatus[];
}

interface ApiSpec extends Guarded, Described {
  readonly path: `/api/${string}`;
}
interface PageSpec extends Guarded, Partial<Described> {
  readonly path: '/' | `/dashboard${string}`;
}
export type RouteSpec = ApiSpec | PageSpec;

type Output<S> = S extends z.ZodType ? z.output<S> : undefined;

/** What a handler gets: checked input, the actor, and the time of the request. */
export interface Ask<S extends RouteSpec = RouteSpec> extends Making {
  readonly c: AppContext;
  readonly env: Env;
  readonly config: Config;
  readonly db: Database;
  readonly actor: Actor;
  readonly now: number;
  readonly params: Output<S['params']>;
  readonly query: Output<S['query']>;
  readonly body: Output<S['body']>;
}

export type Route = RouteSpec & {
  readonly answer: (c: AppContext) => Promise<Response>;
};

export function route<const S extends RouteSpec>(
  spec: S,
  handle: (ask: Ask<S>) => Response | Promise<Response>,
): Route {
  const answer = async (c: AppContext, began: number): Promise<Response> => {
    const leftOut = new Map<string, LeftOutField>();
    const response = await answerTo(spec, c, handle, leftOut);
    const { status, headers } = response;
    // Also without a filter: the page was shown, and with it whoever is on it.
    await recordAudit(spec, c, { status, code: null, ms: Date.now() - began, location: headers.get('Location') });
    return leftOut.size === 0 ? response : saidLeftOut(response, leftOut, c.req.path);
  };
  return {
    ...spec,
    answer: async (c) => {
      const { method, path } = spec;
      const began = Date.now();
      const measured = (status: number, code: string | null) =>
        measure(c.env, 'request', { method, route: path, status: String(status), code }, { ms: Date.now() - began });
      try {
        const response = await answer(c, began);
        measured(response.status, null);
        return response;
      } catch (error) {
        const { status, code } = problemOf(error);
        measured(status, code);
        if (code !== 'audit_unavailable') await recordAudit(spec, c, { status, code, ms: Date.now() - began });
        throw error;
      }
    },
  };
}

/** They change nothing; what they look for stands in the body. */
const LOOKS = /\.(search|reveal)$/;
/** At one patient after the other: a file of many, or of everything, is taken along. */
const isForLooking = ({ method, audit, isExport }: RouteSpec): boolean =>
  isExport !== true && (method === 'GET' || LOOKS.test(audit));
/** An emergency gives sight of patients, and nobody's pen (HS-02). */
const actorFor = (spec: RouteSpec, actor: Actor): Actor =>
  isForLooking(spec) || actor.ownRoles === undefined ? actor : { ...actor, roles: actor.ownRoles };

async function answerTo<S extends RouteSpec>(
  spec: S,
  c: AppContext,
  handle: (ask: Ask<S>) => Response | Promise<Response>,
  leftOut: Map<string, LeftOutField>,
): Promise<Response> {
  const actor = actorFor(spec, c.get('actor'));
  if (!spec.roles.some((role) => actor.roles.includes(role)))
    throw new Problem(403, 'forbidden', { opensInEmergency: isForLooking(spec) && spec.roles.includes('clinician') });
  if (spec.needsPerson === true && c.get('signIn') === null) throw personNeeded();
  if (spec.isExport === true) await countExport(c);
  const params = spec.params?.safeParse(c.req.param());
  if (params?.success === false) throw notFound();
  const key = idempotencyKeyOf(spec, c);
  const request = key === null ? '' : await requestDigest(spec, c);
  const ask = {
    c,
    env: c.env,
    config: c.get('config'),
    db: database(c.env),
    actor,
    now: Date.now(),
    params: params?.data as Output<S['params']>,
    body: (spec.body && checkInput(spec.body, await readJson(c.req.raw, spec.maxBodyBytes))) as Output<S['body']>,
  };
  return answerWithout(spec, queryOf(c), leftOut, (asked) => {
    const query = (spec.query && checkInput(spec.query, asked)) as Output<S['query']>;
    checkPeriod(query);
    if (key === null) return handle({ ...ask, query, ...makingWithout(ask.now) });
    return answerOnce(spec, ask, { key, request }, async (making) => handle({ ...ask, query, ...making }));
  });
}

const personNeeded = (): Problem =>
  new Problem(403, 'person_needed', {
    detail: 'A service token cannot do this: somebody has to give their word for it. Sign in as yourself.',
  });

/** A parameter given twice is an array, which no schema takes. */
function queryOf(c: AppContext): Record<string, unknown> {
  const entries = Object.entries(c.req.queries()).map(([name, values]) => [
    name,
    values.length === 1 ? values[0] : values,
  ]);
  return Object.fromEntries(entries) as Record<string, unknown>;
}

/** Registers the table; a known path asked with another method is 405. An address that is a path itself is no id in another. */
export function serve(app: Hono<AppEnv>, routes: readonly Route[]): void {
  const byPath = [...Map.groupBy(routes, ({ path }) => path)];
  const hasId = (path: string) => Number(path.includes('/:'));
  const pages = new Set<string>(routes.flatMap(({ method, path }) => (method === 'GET' ? [path] : [])));
  for (const [path, ofPath] of byPath.toSorted(([a], [b]) => hasId(a) - hasId(b))) {
    for (const { method, answer } of ofPath) app.on(method, path, answer);
    const allowed = ofPath.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
    const above = segmentsOfPageAbove(path, pages);
    app.all(path, (c) => {
      // The answer to a form stands at the form's own address: whoever loads that again wants the page it was on.
      if (c.req.method === 'GET' && above !== null) return c.redirect(c.req.path.split('/').slice(0, above).join('/'));
      throw new Problem(405, 'method_not_allowed', { headers: { Allow: allowed.join(', ') } });
    });
  }
}

/** How much of the address of a form's target is a page's; null: it is none of a page. */
function segmentsOfPageAbove(path: string, pages: ReadonlySet<string>): number | null {
  if (!path.startsWith('/dashboard/')) return null;
  const segments = path.split('/');
  for (let length = segments.length - 1; length > 2; length -= 1)
    if (pages.has(segments.slice(0, length).join('/'))) return length;
  return null;
}

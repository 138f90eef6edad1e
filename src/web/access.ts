/**
 * Who is asking: the Cloudflare Access token of the header `Cf-Access-Jwt-Assertion`, never the cookie and never the e-mail
 * header (SE-06 to SE-08), then that person's roles. The log has the reason of a refusal; the answer is the same for all.
 */
import type { MiddlewareHandler } from 'hono';
import { errors, type JWTPayload, jwtVerify } from 'jose';
import type { Config } from '../env.ts';
import { log } from '../log.ts';
import { type Database, database } from '../store/database.ts';
import { noteSign, SIGN_EVERY_MS } from '../store/signs.ts';
import { findStaff, ROLES } from '../store/staff.ts';
import type { SignIn } from '../store/staff-sessions.ts';
import { AccessKeysUnavailable, accessKeys } from './access-keys.ts';
import { recordAccess } from './audit.ts';
import { Burst } from './burst.ts';
import type { Actor, AppContext, AppEnv } from './context.ts';
import { Problem } from './errors.ts';
import { isFirstOfMinute, isFloodOfStrangers, isOverLimit, rateLimited } from './rate-limit.ts';

const CLOCK_TOLERANCE_SECONDS = 5;

/** The token's `iat` and `exp`, seconds. */
interface Times {
  readonly iat: number;
  readonly exp: number;
}

type Identity =
  | { readonly kind: 'person'; readonly email: string; readonly subject: string; readonly times: Times }
  | { readonly kind: 'service'; readonly clientId: string };

type Verdict =
  | { readonly ok: true; readonly identity: Identity }
  | { readonly ok: false; readonly status: 401 | 503; readonly reason: string };

/** Everything behind this middleware has an actor with at least one role. */
export const requireActor = (): MiddlewareHandler<AppEnv> =>
  async function requireActor(c, next) {
    const { access } = c.get('config');
    const verdict = await verifyToken(c.req.header('Cf-Access-Jwt-Assertion'), access);
    const line = { method: c.req.method, request_id: c.get('requestId') };
    if (!verdict.ok) throw await refused(c, verdict);
    const { identity } = verdict;
    const caller = `${identity.kind} ${nameOf(identity)}`;
    // Before the database is asked who this is.
    const isOver = await isOverLimit(c, caller);
    if (isOver && !isFirstOfMinute(caller, Date.now())) throw rateLimited();
    const actor = await actorOf(database(c.env), identity, access);
    c.set('actor', actor);
    c.set('signIn', await signInOf(identity));
    if (isOver) {
      log.warn('limit.refused', { ...line, actor: actor.id });
      await recordAccess(c, 'access.limited', 429, 'rate_limited');
      throw rateLimited();
    }
    if (actor.roles.length === 0) {
      log.warn('access.denied', { ...line, actor: actor.id, code: 'no_role' });
      await noteDenied(database(c.env), 'no_role');
      await recordAccess(c, 'access.denied', 403, 'no_role');
      throw new Problem(403, 'no_role');
    }
    await next();
  };

/** Somebody tries doors, or everybody is locked out: both are worth knowing (SE-31). Left once a minute. */
const denials = new Burst(20, 5 * 60_000);
let lastDeniedSign = 0;

async function noteDenied(db: Database, code: string): Promise<void> {
  const at = Date.now();
  if (!denials.add(at) || at - lastDeniedSign < SIGN_EVERY_MS) return;
  lastDeniedSign = at;
  await noteSign(db, 'denied_burst', { at, code }).catch(() => {
    lastDeniedSign = 0;
  });
}

/** The log has the reason; of a flood from one address it has one line a minute. */
async function refused(c: AppContext, { status, reason }: Extract<Verdict, { ok: false }>): Promise<Problem> {
  await noteDenied(database(c.env), reason);
  const isFlood = status === 401 && (await isFloodOfStrangers(c));
  const from = `stranger ${c.req.header('CF-Connecting-IP') ?? ''}`;
  if (!isFlood || isFirstOfMinute(from, Date.now())) {
    const code = isFlood ? 'rate_limited' : null;
    log.warn('access.refused', { method: c.req.method, request_id: c.get('requestId'), reason, status, code });
  }
  if (isFlood)
    return rateLimited('Too many requests without a sign-in came from this address. Wait a minute, then sign in.');
  if (status === 401) return new Problem(401, 'unauthenticated');
  return new Problem(503, 'access_keys_unavailable', { headers: { 'Retry-After': '5' } });
}

async function verifyToken(token: string | undefined, access: Config['access']): Promise<Verdict> {
  if (token === undefined || token === '') return { ok: false, status: 401, reason: 'no_token' };
  try {
    const { payload } = await jwtVerify(token, accessKeys(access.teamDomain), {
      algorithms: ['RS256'],
      issuer: access.teamDomain,
      audience: access.audience,
      requiredClaims: ['exp', 'iat'],
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
    });
    return checkClaims(payload);
  } catch (error) {
    if (error instanceof AccessKeysUnavailable) return { ok: false, status: 503, reason: 'access_keys_unavailable' };
    return { ok: false, status: 401, reason: error instanceof errors.JOSEError ? error.code : 'unreadable_token' };
  }
}

/** What Access says beyond the standard: `type` app, and either a person or a service token. */
function checkClaims(payload: JWTPayload): Verdict {
  const { type, email, sub, common_name: clientId, iat, exp = 0 } = payload;
  const refuse = (reason: string): Verdict => ({ ok: false, status: 401, reason });
  if (type !== 'app') return refuse('wrong_type');
  if (typeof iat !== 'number' || iat > Date.now() / 1000 + CLOCK_TOLERANCE_SECONDS) return refuse('issued_in_future');
  if (isText(email) && isText(sub))
    return { ok: true, identity: { kind: 'person', email, subject: sub, times: { iat, exp } } };
  if (isText(clientId) && sub === '' && email === undefined)
    return { ok: true, identity: { kind: 'service', clientId } };
  return refuse('no_identity');
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

const nameOf = (identity: Identity): string =>
  (identity.kind === 'service' ? identity.clientId : identity.email).toLowerCase();

async function actorOf(db: Database, identity: Identity, access: Config['access']): Promise<Actor> {
  if (identity.kind === 'service') {
    const { clientId } = identity;
    // Client ids end in `.access`; the four characters before it tell tokens apart.
    const id = `service:${clientId.replace(/\.access$/, '').slice(-4)}`;
    if (access.admins.has(clientId.toLowerCase())) return { id, name: clientId, roles: ['admin'] };
    const listed = await findStaff(db, clientId, Date.now());
    return { id: listed?.id ?? id, name: clientId, roles: listed?.roles ?? [] };
  }
  const { email, subject } = identity;
  if (access.admins.has(email.toLowerCase())) {
    return { id: `admin:${await shortDigest(subject)}`, name: email, roles: ['admin'] };
  }
  const member = await findStaff(db, email, Date.now());
  if (member === null) return { id: `unknown:${await shortDigest(subject)}`, name: email, roles: [] };
  const { id, roles, rolesSince, emergencyUntil } = member;
  // Whoever has no role any more has none in an emergency either.
  if (emergencyUntil === null || roles.length === 0) return { id, name: email, roles, rolesSince };
  return {
    id,
    name: email,
    roles: ROLES.filter((role) => role === 'clinician' || roles.includes(role)),
    ...{ rolesSince, emergencyUntil, ownRoles: roles },
  };
}

async function signInOf(identity: Identity): Promise<SignIn | null> {
  if (identity.kind === 'service') return null;
  const { subject, times } = identity;
  return { subject: await shortDigest(subject), issuedAt: times.iat * 1000, expiresAt: times.exp * 1000 };
}

async function shortDigest(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return new Uint8Array(digest).toHex().slice(0, 12);
}

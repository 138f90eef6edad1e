/**
 * Signs off whoever has done nothing for 15 minutes (HS-03, SE-11): Access has no such limit for one application. Pages that ask by
 * themselves do not count, service tokens are exempt; only a newer sign-in at Access lets the person in again.
 */
import type { MiddlewareHandler } from 'hono';
import { log } from '../log.ts';
import { database } from '../store/database.ts';
import { useSignIn } from '../store/staff-sessions.ts';
import { recordAccess } from './audit.ts';
import type { AppContext, AppEnv } from './context.ts';
import { Problem } from './errors.ts';

const SIGN_OUT = '/cdn-cgi/access/logout';

export const idleLogoff = (): MiddlewareHandler<AppEnv> =>
  async function idleLogoff(c, next) {
    const signIn = c.get('signIn');
    if (signIn === null) return next();
    const state = await useSignIn(database(c.env), signIn, Date.now(), isUse(c));
    const line = { actor: c.get('actor').id, method: c.req.method, request_id: c.get('requestId') };
    if (state === 'begun') {
      log.info('session.begun', line);
      await recordAccess(c, 'session.begin', 200, null);
    }
    if (state === 'begun' || state === 'live') return next();
    log.warn('access.denied', { ...line, code: 'idle' });
    if (state === 'became_idle') await recordAccess(c, 'session.end', 401, 'idle');
    if (isNavigation(c)) return c.redirect(SIGN_OUT);
    throw new Problem(401, 'idle', {
      detail: 'You were signed out after 15 minutes without use. Sign in again.',
      // A page that is open goes there by itself, so that nothing stays on the screen.
      headers: { 'HX-Redirect': SIGN_OUT },
    });
  };

/** What another site makes a browser ask for is no use of this one, unless somebody came here by it. */
function isUse(c: AppContext): boolean {
  const site = c.req.header('Sec-Fetch-Site') ?? 'none';
  const isOwn = site === 'same-origin' || site === 'none' || c.req.header('Sec-Fetch-Mode') === 'navigate';
  return isOwn && !isPoll(c);
}

const isPoll = (c: AppContext): boolean => c.req.method === 'GET' && c.req.path.startsWith('/dashboard/fragments/');

const isNavigation = (c: AppContext): boolean =>
  c.req.method === 'GET' && !isPoll(c) && (c.req.header('Accept') ?? '').includes('text/html');

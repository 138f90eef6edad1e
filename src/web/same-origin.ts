/**
 * Cross-site requests (SE-12). Access adds the token to whatever a browser sends, so an unsafe request from a browser must come
 * from our own pages. A caller that sends neither header is no browser; its token decides.
 */
import type { MiddlewareHandler } from 'hono';
import { log } from '../log.ts';
import { recordAccess } from './audit.ts';
import type { AppEnv } from './context.ts';
import { Problem } from './errors.ts';

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

export const sameOrigin = (): MiddlewareHandler<AppEnv> =>
  async function sameOrigin(c, next) {
    if (!SAFE_METHODS.has(c.req.method) && !isSameOrigin(c.req.raw)) {
      log.warn('access.denied', {
        actor: c.get('actor').id,
        code: 'cross_site',
        method: c.req.method,
        request_id: c.get('requestId'),
      });
      await recordAccess(c, 'access.denied', 403, 'cross_site');
      throw new Problem(403, 'cross_site');
    }
    await next();
  };

function isSameOrigin(request: Request): boolean {
  const origin = request.headers.get('Origin');
  const site = request.headers.get('Sec-Fetch-Site');
  if (site !== null && site !== 'same-origin') return false;
  // Our pages send no referrer, so their plain forms come without an origin: then what the browser says of the site decides. A page in a
  // sandbox has none either, and is another site to it.
  if (origin === 'null') return site === 'same-origin';
  return origin === null || origin === new URL(request.url).origin;
}

/** The headers of every answer, errors too (SE-13): nothing is loaded from elsewhere, framed, sniffed or kept. */
import type { MiddlewareHandler } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import type { AppEnv } from './context.ts';

export const securityHeaders = (): MiddlewareHandler<AppEnv> =>
  secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'", 'data:'],
      mediaSrc: ["'self'"],
      connectSrc: ["'self'"],
      formAction: ["'self'"],
      baseUri: ["'none'"],
      frameAncestors: ["'none'"],
      objectSrc: ["'none'"],
    },
    strictTransportSecurity: 'max-age=63072000; includeSubDomains',
    xFrameOptions: 'DENY',
    permissionsPolicy: { camera: [], geolocation: [], microphone: [] },
  });

/** What somebody uploaded may do nothing at all in a browser (SE-24); around `securityHeaders`, whose policy it replaces. */
export const sandboxed = (): MiddlewareHandler<AppEnv> =>
  async function sandboxed(c, next) {
    await next();
    c.res.headers.set('Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'; sandbox");
  };

/** Static files say how long they may be kept; everything else is for this moment only. */
export const answerHeaders = (): MiddlewareHandler<AppEnv> =>
  async function answerHeaders(c, next) {
    await next();
    c.res.headers.set('X-Request-Id', c.get('requestId'));
    if (!c.res.headers.has('Cache-Control')) c.res.headers.set('Cache-Control', 'no-store');
  };

/**
 * The HTTP side of the worker on one screen. Public: health, the webhook, static files, the audio that Telnyx fetches. Everything else needs an Access token and a
 * role, also paths nobody registered (SE-09).
 */
import { Hono } from 'hono';
import { requestId } from 'hono/request-id';
import { signRedactions } from '../sign-redactions.ts';
import { requireActor } from './access.ts';
import type { AppContext, AppEnv } from './context.ts';
import { answerError, answerProblem, notFound, Problem } from './errors.ts';
import { answerHeaders, sandboxed, securityHeaders } from './headers.ts';
import { idleLogoff } from './idle-logoff.ts';
import { publicMedia } from './media-audio.ts';
import { requireConfig } from './not-configured.ts';
import { type Route, serve } from './route.ts';
import { sameOrigin } from './same-origin.ts';
import { staticFile } from './static-files.ts';
import { receiveWebhook } from './webhook.ts';

/** What is answered without a sign-in, and without any of `routes`. */
export const PUBLIC = /^\/(healthz?|webhooks|static|media)(\/|$)/;

export function createApp(routes: readonly Route[]): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  // A caller's own request id is not taken: it would stand in our logs.
  app.use(requestId({ headerName: '' }));
  app.use('/media/*', sandboxed());
  app.use(securityHeaders());
  app.use(answerHeaders());
  app.use(async function lastResort(c, next) {
    try {
      await next();
    } catch (thrown) {
      // Hono gives only Errors to onError; this is for the rest.
      c.res = await answerError(thrown, c);
    }
    await signRedactions(c.env);
  });
  app.onError(answerError);
  app.notFound((c) => answerProblem(c, notFound()));

  for (const path of ['/healthz', '/health']) {
    app.get(path, (c) => c.json({ status: 'ok' }));
    app.all(path, readOnly);
  }
  app.all('/webhooks/telnyx', receiveWebhook);

  app.use(requireConfig());
  app.get('/static/*', staticFile);
  app.all('/static/*', readOnly);
  app.get('/media/:id/:hmac', publicMedia);
  app.all('/media/:id/:hmac', readOnly);

  app.use(requireActor());
  app.use(idleLogoff());
  app.use(sameOrigin());
  serve(app, routes);
  return app;
}

function readOnly(_c: AppContext): never {
  throw new Problem(405, 'method_not_allowed', { headers: { Allow: 'GET, HEAD' } });
}

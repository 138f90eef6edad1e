/**
 * What the webhook is measured against: a bare Hono worker that reads a body and answers, and one that makes one call of a Durable
 * Object with one write in between.
 */
import { DurableObject } from 'cloudflare:workers';
import { Hono } from 'hono';

interface BaselineEnv {
  readonly OBJECT: DurableObjectNamespace<BaselineObject>;
}

export class BaselineObject extends DurableObject<BaselineEnv> {
  write(text: string): void {
    this.ctx.storage.kv.put('call', text);
  }
}

const app = new Hono<{ Bindings: BaselineEnv }>();
app.get('/', (c) => c.text('ok'));
app.post('/bare', async (c) => {
  await c.req.text();
  return c.body(null, 200);
});
app.post('/write', async (c) => {
  const text = await c.req.text();
  await c.env.OBJECT.getByName(c.req.header('x-object') ?? '').write(text);
  return c.body(null, 200);
});

export default app;

/** What the start-up is measured against: bare Hono under our own bindings, its Durable Objects by name alone. */
import { DurableObject } from 'cloudflare:workers';
import { Hono } from 'hono';

export class AuditLog extends DurableObject {}
export class CampaignRunner extends DurableObject {}
export class Dialer extends DurableObject {}
export class IntakeSession extends DurableObject {}
export class KeyVault extends DurableObject {}

const app = new Hono();
app.get('/healthz', (c) => c.json({ status: 'ok' }));

export default { fetch: app.fetch, queue: () => undefined };

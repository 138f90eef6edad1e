/**
 * Every workers-lane file starts as in a runtime of its own, though files share one: modules are evaluated anew (counters, caches),
 * storage, Durable Objects and their alarms are gone, the clock is the real one, and the tables are there.
 */
import { applyD1Migrations, type D1Migration, evictDurableObject, reset, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { vi } from 'vitest';

const { AUDIT_LOG, DB, DIALER, TEST_MIGRATIONS } = env as unknown as {
  AUDIT_LOG: DurableObjectNamespace;
  DB: D1Database;
  DIALER: DurableObjectNamespace;
  TEST_MIGRATIONS: D1Migration[];
};

vi.useRealTimers();
vi.resetModules();
// On a machine that was busy the tables once outlasted a reset, without a word; so it is looked whether they are gone.
let tries = 0;
do {
  if (tries === 20) throw new Error('what the file before stored is still there');
  tries += 1;
  await reset();
} while ((await DB.prepare(`select 1 from sqlite_master where name = 'd1_migrations'`).first()) !== null);
await applyD1Migrations(DB, TEST_MIGRATIONS);
// Nor did the objects that all files share always go with a reset; what one knows decides when a call may be dialled, the other is ahead of D1.
for (const object of [DIALER.getByName('dialer'), AUDIT_LOG.getByName('audit')]) {
  await runInDurableObject(object, (_, { storage }) => storage.deleteAll());
  await evictDurableObject(object);
}

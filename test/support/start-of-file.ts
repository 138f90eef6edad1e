/**
 * Every workers-lane file finds storage, Durable Objects and their alarms gone, the clock the real one and the tables there, though
 * files share a runtime. Modules stay: evaluating them anew took a quarter of the lane. What an isolate tells once a minute, or counts to
 * a burst, is remembered in modules: the files about that get new ones.
 */
import { type D1Migration, evictDurableObject, reset, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, vi } from 'vitest';
import { makeTables } from './make-tables.ts';

const { AUDIT_LOG, DB, DIALER, TEST_MIGRATIONS } = env as unknown as {
  AUDIT_LOG: DurableObjectNamespace;
  DB: D1Database;
  DIALER: DurableObjectNamespace;
  TEST_MIGRATIONS: D1Migration[];
};

const ABOUT_AN_ISOLATE =
  /(access|alerts|doctor(-findings)?|log-lines|rate-limit|sign-redactions|watch-installation|webhook)\.test\.ts$/;

vi.useRealTimers();
if (ABOUT_AN_ISOLATE.test(expect.getState().testPath ?? '')) vi.resetModules();
// On a machine that was busy the tables once outlasted a reset, without a word; so it is looked whether they are gone.
let tries = 0;
do {
  if (tries === 20) throw new Error('what the file before stored is still there');
  tries += 1;
  await reset();
} while ((await DB.prepare(`select 1 from sqlite_master where name = 'd1_migrations'`).first()) !== null);
await makeTables(DB, TEST_MIGRATIONS);
// Nor did the objects that all files share always go with a reset; what one knows decides when a call may be dialled, the other is ahead of D1.
for (const object of [DIALER.getByName('dialer'), AUDIT_LOG.getByName('audit')]) {
  await runInDurableObject(object, (_, { storage }) => storage.deleteAll());
  await evictDurableObject(object);
}

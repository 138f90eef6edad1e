/** wrangler.toml: an environment inherits no binding, so production must repeat every one, and nothing may open a side door. */
import path from 'node:path';
import { expect, it } from 'vitest';
import { unstable_readConfig } from 'wrangler';

const config = path.resolve(import.meta.dirname, '../../wrangler.toml');
const local = unstable_readConfig({ config });
const production = unstable_readConfig({ config, env: 'production' });

it.each([
  'durable_objects',
  'd1_databases',
  'r2_buckets',
  'queues',
  'analytics_engine_datasets',
  'assets',
  'triggers',
  'migrations',
  'compatibility_date',
  'compatibility_flags',
  'observability',
] as const)('gives production the same %s as the local worker', (key) => {
  expect(local[key]).toBeDefined();
  expect(production[key]).toEqual(local[key]);
});

it('has another name than the local worker, which a deploy that forgets the environment would replace', () => {
  expect(production.name).toBe('telnyx-edge-intake');
  expect(local.name).not.toBe(production.name);
});

it('answers on no hostname that Access does not cover', () => {
  for (const environment of [local, production]) {
    expect([environment.workers_dev, environment.preview_urls]).toEqual([false, false]);
    expect(environment.assets?.run_worker_first).toBe(true);
  }
});

it("writes no request of its own accord into the platform's log (LG-02)", () => {
  for (const environment of [local, production]) expect(environment.observability?.logs?.invocation_logs).toBe(false);
});

it('binds nothing that keeps an offline start from starting, and keeps no variable or secret in the file', () => {
  expect(local.ai).toBeUndefined();
  expect(production.ai).toEqual({ binding: 'AI' });
  expect([local.vars, production.vars]).toEqual([{}, {}]);
});

/** wrangler.toml: an environment inherits no binding, so production must repeat every one, and nothing may open a side door. */
import { globSync, readFileSync } from 'node:fs';
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
  'ratelimits',
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

it('has another name than the local worker, which a deploy that forgets the environment would replace (S1-M3)', () => {
  expect(production.name).toBe('telnyx-edge-intake');
  expect(local.name).not.toBe(production.name);
});

it('answers on no hostname that Access does not cover (SE-09, T02)', () => {
  for (const environment of [local, production]) {
    expect([environment.workers_dev, environment.preview_urls]).toEqual([false, false]);
    expect(environment.assets?.run_worker_first).toBe(true);
  }
});

it("writes no request of its own accord into the platform's log (LG-02, LG-07)", () => {
  for (const environment of [local, production]) expect(environment.observability?.logs?.invocation_logs).toBe(false);
});

it('hands its lines to nobody but the platform, which forgets them: no tail, no push, no trace (LG-07, LG-08)', () => {
  for (const { tail_consumers: tails, logpush, observability } of [local, production]) {
    expect([tails ?? [], logpush ?? false]).toEqual([[], false]);
    expect(observability).not.toHaveProperty('traces.enabled', true);
    expect(observability).not.toHaveProperty('logs.destinations');
  }
});

it('binds nothing that keeps an offline start from starting, and keeps no variable or secret in the file (SE-28, S1-A1, S1-M1, S1-K4)', () => {
  expect(local.ai).toBeUndefined();
  expect(production.ai).toEqual({ binding: 'AI' });
  expect([local.vars, production.vars]).toEqual([{}, {}]);
});

it('deploys one bundle and no image, so that there is none to harden or to patch (S1-G1, S1-G2, S1-K15, S1-M18)', () => {
  const root = path.dirname(config);
  const exclude = (name: string) => name === 'node_modules';
  expect(globSync('**/{Dockerfile,Containerfile,*compose*.yml,*compose*.yaml}', { cwd: root, exclude })).toEqual([]);
  expect(readFileSync(config, 'utf8')).not.toMatch(/^\[\[?containers/m);
  expect([local.main, production.main].map((file) => path.relative(root, file ?? ''))).toEqual(
    Array(2).fill('src/index.ts'),
  );
});

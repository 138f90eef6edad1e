/** PHI_KEYS as after a deploy, for the worker and for its Durable Objects, which have an environment of their own. */
import { runInDurableObject } from 'cloudflare:test';
import { configOf, type Env } from '../../src/env.ts';
import { type KeyRing, parseKeyRing } from '../../src/store/seal.ts';
import { TEST_VARIABLES } from './test-variables.ts';
import { config, testEnv } from './worker-env.ts';

const key = (id: string, byte: number): string => `${id}:${new Uint8Array(32).fill(byte).toBase64()}`;

/** `k1`, as the test's environment has it. */
export const OLD = TEST_VARIABLES.PHI_KEYS;
export const NEW = key('k2', 2);
export const NEWEST = key('k3', 3);
export const LOST = key('lost', 9);
/** As OLD, with other bytes. */
export const WRONG = key('k1', 8);

export const ringOf = (...keys: readonly string[]): KeyRing => parseKeyRing(keys.join(',')) as KeyRing;

export async function deployKeys(...keys: readonly string[]): Promise<void> {
  const ring = ringOf(...keys);
  Object.assign(config.keyRing, ring);
  await runInDurableObject(testEnv.KEY_VAULT.getByName('vault'), (instance) => {
    Object.assign(configOf((instance as unknown as { env: Env }).env).keyRing, ring);
  });
}

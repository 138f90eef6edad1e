/** The worker's bindings in the workers lane, and a clock that only tests move: far ahead, so that no alarm fires by itself. */
import { env } from 'cloudflare:workers';
import { vi } from 'vitest';
import { configOf, type Env } from '../../src/env.ts';
import { database } from '../../src/store/database.ts';

export const testEnv = env as unknown as Env;
export const config = configOf(testEnv);
export const ring = config.keyRing;
export const db = database(testEnv);

export const START = Date.UTC(2030, 0, 7, 15);

/** Only Date is faked: alarms, queues and fetches stay real. */
export function stopClock(): void {
  vi.useFakeTimers({ toFake: ['Date'], now: START });
  // The runner's wait before a repeated command passes at once.
  vi.spyOn(scheduler, 'wait').mockImplementation(async (ms) => later(ms));
}

export const later = (ms: number): void => void vi.setSystemTime(Date.now() + ms);

export function restore(): void {
  vi.restoreAllMocks();
  vi.useRealTimers();
}

/** The lines logged from here on, as objects. */
export function catchLog(): Record<string, unknown>[] {
  const lines: Record<string, unknown>[] = [];
  vi.spyOn(console, 'log').mockImplementation((line) => void lines.push(JSON.parse(String(line))));
  return lines;
}

/** Waits for what happens behind an answer already given; real time, a few milliseconds at a step. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`still not so: ${holds}`);
}

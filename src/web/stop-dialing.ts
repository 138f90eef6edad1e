/** Stopping every call, and going on (TC-27): what the API and the pages do alike. */
import type { Env } from '../env.ts';
import { log } from '../log.ts';
import { Problem } from './errors.ts';
import { hangUpAll } from './read-call.ts';
import type { Ask } from './route.ts';

type Asker = Pick<Ask, 'env' | 'db' | 'actor' | 'now'>;

export interface StoppedDialing {
  readonly hungUp: number;
  readonly hangUpFailed: number;
}

export async function stopDialing({ env, db, actor, now }: Asker, hangUpLive: boolean): Promise<StoppedDialing> {
  await askDialer(() => dialerOf(env).stop({ by: actor.name, now }));
  log.warn('dialing.stopped', { actor: actor.id });
  if (!hangUpLive) return { hungUp: 0, hangUpFailed: 0 };
  // Only now: nothing that is not on this list is granted any more.
  const live = await askDialer(() => dialerOf(env).liveCalls());
  const failed = await hangUpAll({ env, db }, live);
  log.warn('dialing.hung_up', { actor: actor.id, count: live.length - failed });
  return { hungUp: live.length - failed, hangUpFailed: failed };
}

export async function resumeDialing({ env, actor }: Asker): Promise<void> {
  await askDialer(() => dialerOf(env).resume({ by: actor.name }));
  log.warn('dialing.resumed', { actor: actor.id });
}

export const dialingStatus = ({ env }: Pick<Ask, 'env'>) => askDialer(() => dialerOf(env).status());

const dialerOf = (env: Env) => env.DIALER.getByName('dialer');

/** Whoever stops dialing must know when it was not stopped. */
async function askDialer<T>(question: () => Promise<T>): Promise<T> {
  try {
    return await question();
  } catch (error) {
    log.error('dialer.unavailable', { reason: (error as Error).name });
    throw new Problem(503, 'dialer_unavailable', { detail: UNAVAILABLE, headers: { 'Retry-After': '1' } });
  }
}

const UNAVAILABLE =
  'Whether anybody is dialled is not known, and what you asked for was not done. Ask again; if it stays so, look at /api/doctor.';

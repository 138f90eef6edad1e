/** Whether somebody stopped all dialing; null where the dialer cannot be asked, and then nobody is called (fail closed). */
import type { Env } from '../env.ts';
import { log } from '../log.ts';

export async function dialingStopped(env: Pick<Env, 'DIALER'>): Promise<boolean | null> {
  try {
    return await env.DIALER.getByName('dialer').isStopped();
  } catch (error) {
    log.error('dialer.not_asked', { reason: (error as Error).name });
    return null;
  }
}

/**
 * Leaves word for the alerts when the second barrier of the log held something back (LG-04). The count is an isolate's own, so whoever
 * logs in one that no cron runs in, a call's session above all, asks here before it rests.
 */
import type { Env } from './env.ts';
import { countRedactions, takeRedactions } from './log.ts';
import { database } from './store/database.ts';
import { noteSign } from './store/signs.ts';

/** Never throws: what could not be left is left next time. */
export async function signRedactions(env: Pick<Env, 'DB'>): Promise<void> {
  const held = takeRedactions();
  if (held === 0) return;
  try {
    await noteSign(database(env), 'redaction', { at: Date.now(), code: 'redacted' });
  } catch {
    countRedactions(held);
  }
}

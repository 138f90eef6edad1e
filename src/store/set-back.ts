/**
 * Whether the database is one that was set back and lacks what is newer (HS-12). Whoever removes something for good asks first: a legal hold
 * may be among what it lacks (HS-21).
 */
import type { Env } from '../env.ts';
import { database } from './database.ts';
import { readMarks } from './database-marks.ts';

/** True also where nobody can say: what is not removed now is removed later. */
export async function isSetBack(env: Pick<Env, 'DB' | 'DIALER'>): Promise<boolean> {
  try {
    return (await env.DIALER.getByName('dialer').heed(await readMarks(database(env)))) !== null;
  } catch {
    return true;
  }
}

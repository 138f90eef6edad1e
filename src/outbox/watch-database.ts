/**
 * The cron's watch over the database (HS-12, T23): whether it was set back to an earlier time is looked at before anything else is done,
 * because what was set back must be neither raised nor dialled with. What that asks for is done beside the other sweeps.
 */
import type { Env } from '../env.ts';
import { log } from '../log.ts';
import { database } from '../store/database.ts';
import { raiseTide, readMarks } from '../store/database-marks.ts';
import { mergeJournal } from '../store/merge-journal.ts';
import { pauseCampaigns } from '../store/replay.ts';
import { journalSuppressions } from '../store/suppression-journal.ts';
import { replayLost } from './replay-lost.ts';

/** So many pages of changes in one run: an import of a long list takes several. */
const JOURNAL_PAGES = 10;

export type DatabaseState = 'well' | 'set_back';

/** First of all that the cron does. Campaigns of a database that was set back pause before a sweep wakes them. */
export async function noticeSetBack(env: Env, now: number): Promise<DatabaseState> {
  const db = database(env);
  const dialer = env.DIALER.getByName('dialer');
  const marks = await readMarks(db);
  if ((await dialer.heed(marks)) !== null) {
    const paused = await pauseCampaigns(db);
    if (paused > 0) log.warn('database.campaigns_paused', { count: paused });
    return 'set_back';
  }
  if (await raiseTide(db, marks.tide, now)) await dialer.heed({ ...marks, tide: now });
  return 'well';
}

/** A set-back database is made whole, a piece each time; of one that is well what it knows is copied to where it outlives it. */
export async function keepDatabase(env: Env, state: DatabaseState, now: number): Promise<void> {
  if (state === 'set_back') return replayLost(env, now);
  const db = database(env);
  let written = 0;
  for (let pages = 0; pages < JOURNAL_PAGES; pages += 1) {
    const rows = await journalSuppressions(db, env.BUCKET, now);
    if (rows === 0) break;
    written += rows;
  }
  if (written > 0 || isOnTheHour(now)) await mergeJournal(env.BUCKET);
}

/** What others put there is merged too, though nothing changes for long. */
const isOnTheHour = (now: number): boolean => now % HOUR_MS < MINUTE_MS;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

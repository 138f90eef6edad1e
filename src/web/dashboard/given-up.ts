/** How much work waits for a person, for the frame of a page; 0 for whoever does not see it. */
import { countDeadJobs } from '../../store/jobs.ts';
import type { Ask } from '../route.ts';
import { MOST_ALERTS } from './layout.tsx';
import { viewerOf } from './viewer.ts';

export const givenUpFor = async ({ actor, db }: Ask): Promise<number> =>
  viewerOf(actor).seesWork ? countDeadJobs(db, MOST_ALERTS) : 0;

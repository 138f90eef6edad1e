/**
 * The notes of a span of time to a system that was set up after them: of each call the newest version, as a delivery like any other. A page a
 * try, and a wait between two, so that the system is not run over. What it has got, or is getting, is passed over: asked for twice, nothing
 * is sent twice.
 */
import { type EarlierProgress, earlierProgress, parseEarlier } from '../domain/delivery/earlier-notes.ts';
import { log } from '../log.ts';
import { earlierPage, sendEarlierPage } from '../store/earlier-notes.ts';
import { sendJobHints } from '../store/job-hints.ts';
import { DONE, failed, type JobHandler } from './job-handler.ts';
import { sinkOf } from './sinks.ts';

const A_PAGE = 100;
const BETWEEN_PAGES_MS = 10_000;

export const sendEarlier: JobHandler = {
  run: async ({ db, env, config, job, now }) => {
    const earlier = parseEarlier(job.subject);
    if (earlier === null) return failed('malformed', true);
    if (sinkOf({ env, config }, earlier.sink) === null) return failed('sink_off', true);
    const stands = earlierProgress(job.progress);
    const page = await earlierPage(db, earlier, stands, A_PAGE);
    const last = page.at(-1);
    if (last === undefined) return DONE;
    const missing = page.filter(({ isThere }) => !isThere);
    const after = { at: last.createdAt, row: last.row };
    const progress: EarlierProgress = { after, sent: stands.sent + missing.length };
    const jobIds = await sendEarlierPage(db, job, earlier.sink, missing, progress, now);
    await sendJobHints(env, jobIds);
    log.info('delivery.earlier', { sink: earlier.sink, count: missing.length });
    if (page.length < A_PAGE) return DONE;
    return { kind: 'goes_on', progress: JSON.stringify(progress), afterMs: BETWEEN_PAGES_MS };
  },
};

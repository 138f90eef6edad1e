/**
 * Once a day: the whole audit is checked, a page at a time, and a sign says how it stood (T07). Lines that are missing are then written
 * again from what its object and R2 hold; the break stays on the sign until the next day's check finds none.
 */
import { log } from '../log.ts';
import { noteSign } from '../store/signs.ts';
import { verifyAudit } from '../store/verify-audit.ts';
import { DONE, type JobHandler } from './job-handler.ts';

const MENDABLE: ReadonlySet<string> = new Set(['missing_row', 'cut_tail', 'subject_missing']);

export const verifyAuditDaily: JobHandler = {
  run: async ({ env, db, job, now }) => {
    const { next, found } = await verifyAudit(env, db, Number(job.progress ?? 0));
    if (next !== null) return { kind: 'goes_on', progress: String(next), afterMs: 0 };
    await noteSign(db, 'audit', { at: now, code: found === null ? null : 'audit_break' }, 0);
    if (found === null) return DONE;
    log.error('audit.broken', { code: found.kind, count: found.seq });
    if (MENDABLE.has(found.kind)) await env.AUDIT_LOG.getByName('audit').mend(found.seq - 1);
    return DONE;
  },
};

/**
 * The erasure of a patient, for whoever asks: API and page both come through here. The key goes at once, so nothing of the patient opens
 * any more; the rest follows in the background. Works also for one whose data no longer opens.
 */
import { log } from '../log.ts';
import { insertErasure, liveCallOf, openRedFlagOf, patientExists } from '../store/erasure.ts';
import { sendJobHints } from '../store/job-hints.ts';
import { findJob } from '../store/jobs.ts';
import { notFound, Problem } from './errors.ts';
import type { Ask } from './route.ts';

/** The id of the job that does the rest. */
export async function erasePatient(
  { db, config, env, actor, now }: Pick<Ask, 'db' | 'config' | 'env' | 'actor' | 'now'>,
  id: string,
): Promise<string | null> {
  if (!(await patientExists(db, id))) throw notFound();
  const live = await liveCallOf(db, id);
  if (live !== null)
    throw new Problem(409, 'call_live', { detail: `Hang up ${live} first, or wait until it is over.` });
  if ((await openRedFlagOf(db, id)) !== null) {
    throw new Problem(409, 'open_red_flag', {
      detail: 'A red flag of this patient waits under Tasks. See to it first.',
    });
  }
  await config.keyRing.vault().erase(id, now);
  await insertErasure(db, id, now);
  log.info('patient.erasing', { actor: actor.id, patient_id: id });
  const job = await findJob(db, 'erase_patient', id);
  if (job !== null) await sendJobHints(env, [job.id]);
  return job?.id ?? null;
}

export const isErased = async ({ config }: Pick<Ask, 'config'>, id: string): Promise<boolean> =>
  (await config.keyRing.vault().erasedOf([id])).length > 0;

/**
 * Legal holds, for whoever asks: API and pages both come through here. While one stands the patient is neither erased nor purged (HS-21);
 * one that comes after an erasure has begun is refused, and says so.
 */
import { log } from '../log.ts';
import { getHold, type Hold, type HoldReason, holdsOf, insertHold, liftHold, standingHold } from '../store/holds.ts';
import { findJob } from '../store/jobs.ts';
import { dataKeyOf } from '../store/patient-keys.ts';
import { knownPatient } from './change-patient.ts';
import { notFound, Problem } from './errors.ts';
import type { Ask } from './route.ts';

type Asker = Pick<Ask, 'db' | 'config' | 'actor' | 'now'>;

const keyOf = async (ask: Pick<Ask, 'db' | 'config'>, patientId: string) => {
  await knownPatient(ask, patientId);
  return dataKeyOf(ask.config.keyRing, patientId);
};

export const listHolds = async (ask: Pick<Ask, 'db' | 'config'>, patientId: string): Promise<Hold[]> =>
  holdsOf(ask.db, await keyOf(ask, patientId), patientId);

export async function placeHold(
  ask: Asker & Pick<Ask, 'newId' | 'made'>,
  patientId: string,
  given: { readonly reason: HoldReason; readonly text: string },
): Promise<Hold> {
  const { db, actor, now } = ask;
  await refuseIfErasing(db, patientId);
  const dataKey = await keyOf(ask, patientId).catch(async (error: unknown) => {
    // Their key may have gone since the question before.
    await refuseIfErasing(db, patientId);
    throw error;
  });
  const before = await ask.made('hold', (id) => getHold(db, dataKey, patientId, id));
  if (before !== null) return before;
  const id = ask.newId('hold');
  if (!(await insertHold(db, dataKey, { id, patientId, ...given }, actor, now))) await refuseIfErasing(db, patientId);
  log.info('patient.held', { actor: actor.id, patient_id: patientId, kind: given.reason });
  return (await getHold(db, dataKey, patientId, id)) as Hold;
}

async function refuseIfErasing(db: Ask['db'], patientId: string): Promise<void> {
  if ((await findJob(db, 'erase_patient', patientId)) !== null)
    throw new Problem(409, 'erasure_begun', {
      detail:
        'The hold came too late and does not stand: the erasure of this patient has begun, and their key is destroyed. Tell whoever asked for the hold.',
    });
}

export async function endHold(ask: Asker, patientId: string, id: string, text: string): Promise<Hold> {
  const { db, actor, now } = ask;
  const dataKey = await keyOf(ask, patientId);
  const isLifted = await liftHold(db, dataKey, { id, patientId }, text, actor, now);
  const hold = await getHold(db, dataKey, patientId, id);
  if (hold === null) throw notFound();
  if (!isLifted) throw new Problem(409, 'not_in_force', { detail: 'This hold was lifted already.' });
  log.info('patient.released', { actor: actor.id, patient_id: patientId });
  return hold;
}

/** Before anything of theirs is destroyed. */
export async function refuseIfHeld(db: Ask['db'], patientId: string): Promise<void> {
  if ((await standingHold(db, patientId)) !== null) throw underHold();
}

export const underHold = (): Problem =>
  new Problem(409, 'legal_hold', {
    detail:
      'This patient is under a legal hold, so nothing of them may be destroyed. Lift the hold first, with the reason.',
  });

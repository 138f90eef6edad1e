/** Legal holds, for whoever asks: API and pages both come through here. While one stands the patient is neither erased nor purged (HS-21). */
import { log } from '../log.ts';
import { getHold, type Hold, type HoldReason, holdsOf, insertHold, liftHold, standingHold } from '../store/holds.ts';
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
  const dataKey = await keyOf(ask, patientId);
  const before = await ask.made('hold', (id) => getHold(db, dataKey, patientId, id));
  if (before !== null) return before;
  const id = ask.newId('hold');
  await insertHold(db, dataKey, { id, patientId, ...given }, actor, now);
  log.info('patient.held', { actor: actor.id, patient_id: patientId, kind: given.reason });
  return (await getHold(db, dataKey, patientId, id)) as Hold;
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
  if ((await standingHold(db, patientId)) !== null)
    throw new Problem(409, 'legal_hold', {
      detail:
        'This patient is under a legal hold, so nothing of them may be destroyed. Lift the hold first, with the reason.',
    });
}

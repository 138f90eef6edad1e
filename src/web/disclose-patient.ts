/** The accounting of disclosures of one patient, for whoever asks: API and pages both come through here (HS-22). */
import { log } from '../log.ts';
import {
  type Disclosure,
  type DisclosureCursor,
  disclosuresOf,
  getDisclosure,
  handedOnOf,
  insertDisclosure,
} from '../store/disclosures.ts';
import { dataKeyOf } from '../store/patient-keys.ts';
import { knownPatient } from './change-patient.ts';
import type { Ask } from './route.ts';

const MOST_HANDED_ON = 200;

export async function readDisclosures(
  ask: Pick<Ask, 'db' | 'config'>,
  patientId: string,
  page: { readonly limit: number; readonly cursor: DisclosureCursor | null },
) {
  await knownPatient(ask, patientId);
  const dataKey = await dataKeyOf(ask.config.keyRing, patientId);
  const [disclosed, handedOn] = await Promise.all([
    disclosuresOf(ask.db, dataKey, patientId, page),
    handedOnOf(ask.db, patientId, MOST_HANDED_ON),
  ]);
  return { ...disclosed, handedOn };
}

export async function addDisclosure(
  ask: Pick<Ask, 'db' | 'config' | 'actor' | 'newId' | 'made'>,
  patientId: string,
  given: Pick<Disclosure, 'purpose' | 'what' | 'at' | 'description'> & { readonly recipient: string },
): Promise<Disclosure> {
  const { db, config, actor } = ask;
  await knownPatient(ask, patientId);
  const dataKey = await dataKeyOf(config.keyRing, patientId);
  const before = await ask.made('dsc', (id) => getDisclosure(db, dataKey, id));
  if (before !== null) return before;
  const id = ask.newId('dsc');
  await insertDisclosure(db, dataKey, { ...given, id, patientId, ref: null }, actor);
  log.info('patient.disclosed', { actor: actor.id, patient_id: patientId, kind: given.purpose });
  return (await getDisclosure(db, dataKey, id)) as Disclosure;
}

/** A campaign in D1 with its people, made by the functions the worker uses, and turns of its runner without waiting for its alarm. */
import { runCampaign } from '../../src/dialer/run-campaign.ts';
import type { Campaign, NewCampaign, StatusChange } from '../../src/store/campaigns.ts';
import { changeStatus, createCampaign, getCampaign } from '../../src/store/campaigns.ts';
import { type Contact, getContact, sealContact } from '../../src/store/contacts.ts';
import { newId } from '../../src/store/new-id.ts';
import { dataKeyOf } from '../../src/store/patient-keys.ts';
import type { Patient } from '../../src/store/patients.ts';
import { approvedQuestionnaire } from '../../src/store/questionnaires.ts';
import { contacts } from '../../src/store/schema.ts';
import { searchHash } from '../../src/store/seal.ts';
import { givenPatient } from './place-call.ts';
import { db, ring, testEnv } from './worker-env.ts';

export const NO_RETRY = { budget: 1, rules: {} } as const;

export interface Person {
  readonly patient: Patient;
  readonly contactId: string;
}
export interface GivenCampaign {
  readonly id: string;
  readonly people: readonly Person[];
}

export async function givenCampaign(
  people: readonly Parameters<typeof givenPatient>[0][],
  changes: Partial<NewCampaign> & StatusChange = { status: 'running' },
): Promise<GivenCampaign> {
  const { status, statusReason = null, ...rest } = changes;
  await approvedQuestionnaire(db, 'adult-intake', Date.now());
  const campaign = await createCampaign(
    db,
    {
      ...{ name: 'Spring check-up', purpose: 'intake', questionnaireId: 'adult-intake', questionnaireVersion: 1 },
      ...{ language: null, pacePerSecond: 10, maxLiveCalls: 10, spendCapNanos: null, retry: NO_RETRY, script: {} },
      ...{ mediaId: null, owner: 'staff_1', ownerName: 'admin@clinic.example', endsAt: null },
      ...rest,
    },
    Date.now(),
  );
  const made: Person[] = [];
  for (const [row, person] of people.entries())
    made.push(await givenContact(campaign, row + 1, await givenPatient(person)));
  await changeStatus(db, campaign, { status, statusReason });
  return { id: campaign.id, people: made };
}

export async function givenContact(campaign: Campaign, row: number, patient: Patient): Promise<Person> {
  const id = newId('cnt', Date.now());
  const { phoneNumber, firstName, lastName } = patient;
  const dataKey = await dataKeyOf(ring, patient.id);
  await db.insert(contacts).values({
    ...{ id, campaignId: campaign.id, row, patientId: patient.id, status: 'ready', nextAt: Date.now() },
    phoneHash: searchHash(ring, 'phone', phoneNumber),
    sealed: sealContact(dataKey, id, { phoneNumber, firstName, lastName, variables: {} }),
    ...{ createdAt: Date.now(), updatedAt: Date.now() },
  });
  return { patient, contactId: id };
}

export const contactOf = async ({ contactId }: Person): Promise<Contact> => {
  const contact = await getContact(db, ring, contactId);
  if (contact === null) throw new Error('no such contact');
  return contact;
};
export const campaignOf = async ({ id }: GivenCampaign): Promise<Campaign> => (await getCampaign(db, id)) as Campaign;

/** When the next turn is due. */
export const turn = ({ id }: GivenCampaign): Promise<number | null> => runCampaign(testEnv, id, Date.now());

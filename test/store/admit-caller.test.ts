/** Who rings: the plan of an inbound call, its row, and that trying again changes nothing. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { admitCaller, type Caller } from '../../src/store/admit-caller.ts';
import { getCall } from '../../src/store/calls.ts';
import { patientsByNumber } from '../../src/store/patients.ts';
import { placeCall } from '../../src/store/place-call.ts';
import { givenCampaign, type Person } from '../support/given-campaign.ts';
import { givenPatient, givenPlacedCall, nextNumber, requestFor } from '../support/place-call.ts';
import { config, db, later, restore, ring, START, stopClock, testEnv } from '../support/worker-env.ts';

beforeEach(stopClock);
afterEach(restore);

let callers = 0;
function callerFrom(from: string, to = '+12025550101'): Caller {
  callers += 1;
  return { callId: `call_inbound-${callers}`, from, to, at: Date.now() };
}
const heldNowhere = async () => null;
const admit = async (caller: Caller) => (await admitCaller(db, config, caller, heldNowhere)).plan;
const countCalls = async () =>
  (await testEnv.DB.prepare('select count(*) as n from calls').first<{ n: number }>())?.n ?? 0;

/** Somebody whose newest call reached nobody. */
async function givenMissed(person: Parameters<typeof givenPatient>[0] = {}) {
  const patient = await givenPatient(person);
  const request = requestFor({ phoneNumber: patient.phoneNumber, patientId: patient.id });
  const placed = await placeCall(db, config, request, Date.now());
  if (!placed.ok) throw new Error('not placed');
  await testEnv.DB.batch([
    testEnv.DB.prepare(`update calls set status = 'no_answer', ended_at = 1 where id = ?`).bind(placed.callId),
    testEnv.DB.prepare('delete from attempts where id = ?').bind(placed.attemptId),
  ]);
  return patient;
}

describe('the plan of an inbound call', () => {
  it('of a stranger has no candidate, a new unnamed patient, and the shipped questionnaire', async () => {
    const number = nextNumber();
    const caller = callerFrom(number);
    const plan = await admit(caller);
    expect(plan).toMatchObject({
      ...{ callId: caller.callId, attemptId: null, direction: 'inbound', attempt: 1, createdAt: START },
      ...{ patientNumber: number, clinicNumber: '+12025550101', candidates: [], optOutLine: false, language: 'en' },
      patient: { firstName: null, lastName: null, dateOfBirth: null, minor: false },
      questionnaire: { id: 'adult-intake' },
    });
    expect(await getCall(db, ring, caller.callId)).toMatchObject({
      ...{ status: 'ringing', direction: 'inbound', patientId: plan.patient.patientId, phoneNumber: number },
      ...{ fromNumber: '+12025550101', createdAt: START, endedAt: null },
    });
  });

  it('of the only patient with that number has them as candidate and owner, and greets them like anybody', async () => {
    const patient = await givenMissed({ language: 'es', dateOfBirth: '2020-01-01' });
    const plan = await admit(callerFrom(patient.phoneNumber));
    expect(plan).toMatchObject({
      language: 'en',
      patient: { patientId: patient.id },
      candidates: [{ patient: { patientId: patient.id, dateOfBirth: '2020-01-01', minor: true }, answers: {} }],
    });
    expect(Object.keys(plan.candidates[0]?.wordings ?? {})).toContain('es/consent');
  });

  it('of a family has each unfinished one as candidate, and belongs to nobody of them until it is known who rings', async () => {
    const phoneNumber = nextNumber();
    const mother = await givenMissed({ phoneNumber, firstName: 'Ana' });
    const son = await givenPatient({ phoneNumber, firstName: 'Cy' });
    const father = await givenMissed({ phoneNumber, firstName: 'Ben', dateOfBirth: '1975-12-31' });
    const first = await admit(callerFrom(phoneNumber));
    expect(first.candidates.map(({ patient }) => patient.patientId).toSorted()).toEqual(
      [mother.id, father.id].toSorted(),
    );
    expect([mother.id, son.id, father.id]).not.toContain(first.patient.patientId);
    const second = await admit(callerFrom(phoneNumber));
    expect(second.patient.patientId).toBe(first.patient.patientId);
    expect(second.candidates).toHaveLength(2);
  });

  it('has no candidate whose questions could not be put whole (U14)', async () => {
    const patient = await givenMissed();
    const [{ definition }] = (
      await testEnv.DB.prepare(
        `select definition from questionnaire_versions where questionnaire_id = 'adult-intake'`,
      ).all<{ definition: string }>()
    ).results as [{ definition: string }];
    const set = (text: string) =>
      testEnv.DB.prepare(
        // What a version holds cannot be changed; it can be put in its place.
        `insert or replace into questionnaire_versions (questionnaire_id, version, hash, definition, approved_by, approved_at, created_at)
         select questionnaire_id, version, hash, ?, approved_by, approved_at, created_at from questionnaire_versions`,
      )
        .bind(text)
        .run();
    await set(definition.replace('Please tell us', '{{clinic_day}}, please tell us'));
    expect((await admit(callerFrom(patient.phoneNumber))).candidates).toEqual([]);
    await set(definition);
    expect((await admit(callerFrom(patient.phoneNumber))).candidates).toMatchObject([
      { variables: { first_name: expect.any(String) }, mediaUrl: null },
    ]);
  });

  it('of a contact is asked with the words of the campaign (C34)', async () => {
    const campaign = await givenCampaign([{}]);
    const [{ patient, contactId }] = campaign.people as [Person];
    await testEnv.DB.prepare(`update campaigns set script = '{"clinic_day":"Monday"}'`).run();
    const missed = await givenPlacedCall({}, { phoneNumber: patient.phoneNumber, patientId: patient.id });
    await testEnv.DB.prepare(
      "update calls set status = 'no_answer', ended_at = 1, campaign_id = ?, contact_id = ? where id = ?",
    )
      .bind(campaign.id, contactId, missed.callId)
      .run();
    expect((await admit(callerFrom(patient.phoneNumber))).candidates).toMatchObject([
      { variables: { clinic_day: 'Monday', first_name: patient.firstName } },
    ]);
  });

  it('of hidden numbers stands under one unnamed patient', async () => {
    const [first, second] = [await admit(callerFrom('anonymous')), await admit(callerFrom('anonymous'))];
    expect(first).toMatchObject({ patientNumber: 'anonymous', candidates: [] });
    expect(second.patient.patientId).toBe(first.patient.patientId);
  });

  it('is that of the line that stops calls when that was dialled, and it is not one we ring from', async () => {
    const dialled = async (to: string, fromNumbers = config.telnyx.fromNumbers) => {
      const ours = { ...config, telnyx: { ...config.telnyx, fromNumbers } };
      return (await admitCaller(db, ours, callerFrom(nextNumber(), to), heldNowhere)).plan.optOutLine;
    };
    expect(await dialled('+12025550102')).toBe(true);
    expect(await dialled('+12025550101')).toBe(false);
    expect(await dialled('+12025550102', ['+12025550102'])).toBe(false);
  });

  it('has no candidate for a day after an identity check failed at that number (HS-15)', async () => {
    const patient = await givenMissed();
    const failed = callerFrom(patient.phoneNumber);
    await admit(failed);
    await testEnv.DB.prepare(`update calls set identity = 'failed', status = 'failed' where id = ?`)
      .bind(failed.callId)
      .run();
    later(23 * 3_600_000);
    expect((await admit(callerFrom(patient.phoneNumber))).candidates).toEqual([]);
    later(2 * 3_600_000);
    expect((await admit(callerFrom(patient.phoneNumber))).candidates).toHaveLength(1);
  });

  it('knows when staff are there', async () => {
    expect((await admit(callerFrom(nextNumber()))).staff).toMatchObject({ number: '+12025550109' });
    const closed = { ...config, clinic: { ...config.clinic, staff: null } };
    expect((await admitCaller(db, closed, callerFrom(nextNumber()), heldNowhere)).plan.staff).toBeNull();
  });
});

describe('tried again', () => {
  it('after a crash it is the same patient and one row', async () => {
    const caller = callerFrom(nextNumber());
    const first = await admit(caller);
    const before = await countCalls();
    later(5000);
    expect(await admit(caller)).toEqual(first);
    expect(await countCalls()).toBe(before);
    expect(await patientsByNumber(db, ring, caller.from, 5)).toHaveLength(1);
  });

  it('while the try before still goes on: one patient, one row, and the next try finds both', async () => {
    const caller = callerFrom(nextNumber());
    const batch = testEnv.DB.batch.bind(testEnv.DB);
    let go: () => void = () => {};
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    vi.spyOn(testEnv.DB, 'batch').mockImplementationOnce(async (statements) => {
      await gate;
      return await batch(statements);
    });
    const slow = admit(caller).catch(() => 'refused' as const);
    while (vi.mocked(testEnv.DB.batch).mock.calls.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const quick = await admit(caller);
    go();
    expect(await slow).toBe('refused');
    expect((await admit(caller)).patient.patientId).toBe(quick.patient.patientId);
    expect(await patientsByNumber(db, ring, caller.from, 5)).toHaveLength(1);
    expect(await getCall(db, ring, caller.callId)).toMatchObject({ patientId: quick.patient.patientId });
  });
});

/** Somebody rings: who it is, what is gone on with, and that nobody is lost, answered twice or taken for another (X3, HS-15). */
import { runInDurableObject } from 'cloudflare:test';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { admitCaller } from '../../src/store/admit-caller.ts';
import { getCallLog } from '../../src/store/call-logs.ts';
import { getCall } from '../../src/store/calls.ts';
import { getNote } from '../../src/store/notes.ts';
import { dataKeyOf } from '../../src/store/patient-keys.ts';
import { type Patient, patientsByNumber } from '../../src/store/patients.ts';
import { placeCall } from '../../src/store/place-call.ts';
import { unseal } from '../../src/store/seal.ts';
import { isSuppressed } from '../../src/store/suppressions.ts';
import { tasksOfCall } from '../../src/store/tasks.ts';
import { encodeClientState } from '../../src/telnyx/client-state.ts';
import { hang, refused } from '../support/fake-telnyx.ts';
import { type Caller, givenCaller } from '../support/given-caller.ts';
import { BIRTH_DATE_KEYS } from '../support/given-plan.ts';
import { givenTelnyx, SessionUnderTest } from '../support/given-session.ts';
import { forgetCaps, givenPatient, nextNumber, requestFor } from '../support/place-call.ts';
import { catchLog, config, db, later, restore, ring, stopClock, testEnv, until } from '../support/worker-env.ts';

let lines: Record<string, unknown>[];
beforeEach(() => {
  stopClock();
  lines = catchLog();
});
afterEach(restore);

const OPT_OUT_LINE = '+12025550102';
const INVALID_BIRTH_DATE = '01011901';

/** Rung, asked by keys, and broken off after the level of pain. */
async function givenUnfinished(patient: Patient): Promise<SessionUnderTest> {
  const request = requestFor({ phoneNumber: patient.phoneNumber, patientId: patient.id });
  const placed = await placeCall(db, config, request, Date.now());
  if (!placed.ok) throw new Error('not placed');
  const call = new SessionUnderTest({ patient, callId: placed.callId, attemptId: placed.attemptId }, givenTelnyx());
  await call.answered();
  const [year, month, day] = (patient.dateOfBirth ?? '').split('-');
  await call.keys('1', `${month}${day}${year}`, '2', '4', '7');
  await call.hangup();
  await call.after(5000);
  later(60_000);
  await forgetCaps();
  return call;
}
const rowOf = (call: Caller) =>
  testEnv.DB.prepare('select * from calls where id = ?').bind(call.callId).first<Record<string, unknown>>();
const notesOf = async (call: Caller) =>
  (await testEnv.DB.prepare('select * from notes where call_id = ?').bind(call.callId).all<Record<string, string>>())
    .results;
const failingD1 = () =>
  vi.spyOn(testEnv.DB, 'prepare').mockImplementation(() => {
    throw new Error('D1_ERROR: overloaded');
  });

describe('an inbound call', () => {
  it('is answered with our client_state and webhook address, and opens without a name (HS-15, S1-F16)', async () => {
    const patient = await givenPatient();
    await givenUnfinished(patient);
    const call = await givenCaller(patient.phoneNumber);
    await call.rings();
    expect(call.telnyx.actions).toEqual(['answer']);
    const [answer] = call.telnyx.sent('answer');
    expect(answer?.path).toMatch(/^\/calls\/v3:inbound-[0-9a-f-]+\/actions\/answer$/);
    expect(answer?.body).toEqual({
      webhook_url: 'https://intake.example/webhooks/telnyx',
      webhook_url_method: 'POST',
      client_state: encodeClientState({ callId: call.callId, step: 'answer', seq: 1 }),
      command_id: `${call.callId}:1`,
    });
    await call.webhook('call.answered');
    expect([call.asked, call.said]).toEqual(['opening', expect.stringMatching(/^This is the automated line of Elm/)]);
    expect(call.said).not.toMatch(/Rosalind|Quimbyfield/);
    expect(await rowOf(call)).toMatchObject({ direction: 'inbound', attempt: 1, patient_id: patient.id });
  });

  it('of a stranger tells nothing: asked for a birth date like anybody, then staff are named; no note is left', async () => {
    const number = nextNumber();
    const call = await givenCaller(number);
    await call.answered();
    await call.keys('1');
    expect(call.asked).toBe('birth_date');
    await call.keys(BIRTH_DATE_KEYS, INVALID_BIRTH_DATE, BIRTH_DATE_KEYS);
    expect(call.said).toContain('we could not confirm who you are');
    await call.spoken();
    await call.hangup();
    await call.after(5000);
    expect(await getCall(db, ring, call.callId)).toMatchObject({
      ...{ status: 'failed', identity: 'failed', error: 'identity_failed', phoneNumber: number },
      fromNumber: '+12025550101',
    });
    expect(await notesOf(call)).toEqual([]);
    expect(await getCallLog(db, ring, call.callId)).not.toBeNull();
    expect(await patientsByNumber(db, ring, number, 5)).toMatchObject([{ firstName: null, dateOfBirth: null }]);
  });

  it('of a stranger who rings again stands under the same unnamed patient', async () => {
    const number = nextNumber();
    for (const _ of [1, 2]) {
      const call = await givenCaller(number);
      await call.answered();
      await call.hangup();
      await call.after(5000);
    }
    expect(await patientsByNumber(db, ring, number, 5)).toHaveLength(1);
  });

  it('of the one with an unfinished intake goes on at the first unanswered item, after consent was asked again', async () => {
    const patient = await givenPatient({ externalId: 'MRN-1' });
    const earlier = await givenUnfinished(patient);
    const call = await givenCaller(patient.phoneNumber);
    await call.answered();
    await call.keys('1', BIRTH_DATE_KEYS);
    expect(call.asked).toBe('consent');
    expect(call.telnyx.sent('record_start')).toEqual([]);
    await call.keys('2');
    // What was left to staff then, because it was not recorded, is no answer; it cannot be spoken this time either.
    expect(call.asked).toBe('ample.allergies');
    await call.keys('2', '2', '2', '1', '2', '2', '2');
    await call.spoken();
    await call.hangup();
    await call.after(5000);
    const note = await getNote(db, ring, call.callId);
    expect(note).toMatchObject({
      ...{ status: 'complete', identity: 'verified', call_id: call.callId },
      patient_info: { patient_id: patient.id, first_name: 'Rosalind', external_id: 'MRN-1' },
      hpi: {
        symptom_duration: { value: 'more_than_1_week', call_id: earlier.callId },
        pain_level: { value: 7, entry: '7', call_id: earlier.callId },
      },
      ample: { allergies: { state: 'none', call_id: call.callId } },
    });
    const before = await getNote(db, ring, earlier.callId);
    expect(note?.hpi['pain_level']?.event_id).toBe(before?.hpi['pain_level']?.event_id);
    expect(await getCall(db, ring, call.callId)).toMatchObject({ status: 'completed', patientId: patient.id });
  });

  it('recorded this time: the spoken items that were left to staff are asked', async () => {
    const patient = await givenPatient();
    await givenUnfinished(patient);
    const call = await givenCaller(patient.phoneNumber);
    await call.answered();
    await call.keys('1', BIRTH_DATE_KEYS, '1');
    expect(call.telnyx.actions.slice(-3)).toEqual(['record_start', 'transcription_start', 'gather_using_speak']);
    expect(call.asked).toBe('hpi.chief_complaint');
    await call.speaks('My left knee is swollen.');
    expect(call.asked).toBe('ample.allergies');
  });

  it('in a family the birth date decides: the call moves to whoever it is, its note opens with their key alone', async () => {
    const phoneNumber = nextNumber();
    const mother = await givenPatient({ phoneNumber, firstName: 'Ana', externalId: 'MRN-ANA' });
    const father = await givenPatient({
      phoneNumber,
      firstName: 'Ben',
      dateOfBirth: '1975-12-31',
      externalId: 'MRN-BEN',
    });
    await givenUnfinished(mother);
    await givenUnfinished(father);
    const call = await givenCaller(phoneNumber);
    await call.answered();
    const owner = String((await rowOf(call))?.['patient_id']);
    expect([mother.id, father.id]).not.toContain(owner);
    await call.keys('1', INVALID_BIRTH_DATE, '12311975', '2', '1');
    await call.hangup();
    await call.after(5000);
    expect(await getCall(db, ring, call.callId)).toMatchObject({
      ...{ status: 'partial', patientId: father.id, externalId: 'MRN-BEN', identity: 'verified' },
      ...{ phoneNumber, fromNumber: '+12025550101' },
    });
    expect(await getNote(db, ring, call.callId)).toMatchObject({
      patient_info: { patient_id: father.id, first_name: 'Ben' },
      ample: { allergies: { value: true } },
    });
    expect((await getCallLog(db, ring, call.callId))?.transcript.length).toBeGreaterThan(0);
    const [note] = await notesOf(call);
    const place = { table: 'notes', column: 'sealed', row: String(note?.['id']) };
    expect(note?.['patient_id']).toBe(father.id);
    for (const other of [owner, mother.id]) {
      const key = await dataKeyOf(ring, other);
      expect(() => unseal(key, place, String(note?.['sealed']))).toThrow('does not open');
    }
    // Written once more after a late fact it stays where it is.
    await call.webhook('call.recording.saved', { recording_id: 'rec-1' });
    await call.after(5000);
    expect(await getCall(db, ring, call.callId)).toMatchObject({ patientId: father.id, recordingId: 'rec-1' });
    expect(await getNote(db, ring, call.callId)).toMatchObject({ version: 2, patient_info: { first_name: 'Ben' } });
  });

  it('a task opened during the call is that of whoever is on the line', async () => {
    const phoneNumber = nextNumber();
    const mother = await givenPatient({ phoneNumber, firstName: 'Ana' });
    await givenPatient({ phoneNumber, firstName: 'Ben', dateOfBirth: '1975-12-31' });
    await givenUnfinished(mother);
    const call = await givenCaller(phoneNumber);
    await call.answered();
    await call.keys('1', BIRTH_DATE_KEYS, '1');
    await call.hears('I have chest pain.');
    await until(() => call.telnyx.alerts.length === 1);
    expect(await tasksOfCall(db, call.callId)).toMatchObject([{ kind: 'red_flag', patientId: mother.id }]);
  });

  it('of a hidden number is answered like a stranger, and cannot press 9 for itself: a number is keyed in', async () => {
    const number = nextNumber();
    const call = await givenCaller('Anonymous');
    await call.answered();
    await call.keys('9');
    expect(call.said).toContain('enter its ten digits');
    await call.keys(number.slice(2));
    expect(call.said).toBe('Calls stopped.');
    await call.spoken();
    await call.hangup();
    await call.after(5000);
    expect(await isSuppressed(db, ring, number)).toBe(true);
    expect(await getCall(db, ring, call.callId)).toMatchObject({ status: 'partial', phoneNumber: 'anonymous' });
    expect(await notesOf(call)).toEqual([]);
  });

  it('9 puts the caller on the list before the hang-up (TC-08)', async () => {
    const number = nextNumber();
    const call = await givenCaller(number);
    await call.answered();
    let suppressedAtHangup: boolean | null = null;
    call.telnyx.next('hangup', async () => {
      suppressedAtHangup = await isSuppressed(db, ring, number);
      return Response.json({ data: { result: 'ok' } });
    });
    await call.keys('9');
    await call.spoken();
    expect(suppressedAtHangup).toBe(true);
    await call.hangup();
    await call.after(5000);
    expect(await getCall(db, ring, call.callId)).toMatchObject({ status: 'opted_out' });
  });
});

describe('the line that stops calls (TC-13)', () => {
  it('9 stops those to the phone of the caller', async () => {
    const number = nextNumber();
    const call = await givenCaller(number, OPT_OUT_LINE);
    await call.answered();
    expect(call.said).toContain('to stop calls');
    await call.keys('9');
    expect([call.said, await isSuppressed(db, ring, number)]).toEqual(['Calls stopped.', true]);
  });

  it('ten digits stop those to another phone, and leave the caller as they are', async () => {
    const [number, other] = [nextNumber(), nextNumber()];
    const call = await givenCaller(number, OPT_OUT_LINE);
    await call.answered();
    await call.keys(other.slice(2));
    expect(call.said).toBe('Calls stopped.');
    await call.spoken();
    await call.hangup();
    await call.after(5000);
    expect([await isSuppressed(db, ring, other), await isSuppressed(db, ring, number)]).toEqual([true, false]);
    expect(await getCall(db, ring, call.callId)).toMatchObject({ status: 'partial' });
  });
});

describe('the announcement of a call', () => {
  it('delivered twice, at any time: answered once, one row', async () => {
    const call = await givenCaller(nextNumber());
    const arrival = call.arrival();
    const both = await Promise.all([call.stub.arrive(arrival), call.stub.arrive(arrival)]);
    expect(both.toSorted()).toEqual(['applied', 'duplicate']);
    await call.alarm();
    expect(await call.stub.arrive(call.arrival({ id: 'another-id' }))).toBe('duplicate');
    await call.evict();
    expect(await call.stub.arrive(arrival)).toBe('duplicate');
    await call.webhook('call.answered');
    expect(await call.stub.arrive(arrival)).toBe('duplicate');
    await call.alarm();
    expect(call.telnyx.actions).toEqual(['answer', 'gather_using_speak']);
    await call.hangup();
    await call.after(5000);
    await call.after(24 * 3_600_000);
    expect(await call.stub.arrive(arrival)).toBe('duplicate');
    await call.alarm();
    expect(call.telnyx.actions).toEqual(['answer', 'gather_using_speak']);
  });

  it('lies sealed until somebody is looked up: no number shows', async () => {
    const number = nextNumber();
    const call = await givenCaller(number);
    const fault = failingD1();
    await call.rings();
    const raw = await runInDurableObject(call.stub, (_, state) => JSON.stringify([...state.storage.kv.list()]));
    expect(raw).toMatch(/^\[\["arrival"/);
    expect(raw).not.toContain(number.slice(2));
    fault.mockRestore();
    await call.after(2000);
    const keys = await runInDurableObject(call.stub, (_, state) => [...state.storage.kv.list()].map(([key]) => key));
    expect(keys).toEqual(['call', 'plan']);
    expect(JSON.stringify(lines)).not.toContain(number.slice(2));
  });

  it('out of order: answered is heard before anybody is looked up, and is not lost', async () => {
    const call = await givenCaller(nextNumber());
    const fault = failingD1();
    await call.rings();
    expect(await call.receive(call.event('call.answered', {}, { id: 'early', clientState: null }))).toBe('applied');
    expect(await call.receive(call.event('call.answered', {}, { id: 'early', clientState: null }))).toBe('duplicate');
    fault.mockRestore();
    await call.after(2000);
    expect(call.telnyx.actions).toEqual(['gather_using_speak']);
    expect(await call.receive(call.event('call.answered', {}, { id: 'early', clientState: null }))).toBe('duplicate');
  });

  it('out of order: the hang-up before the announcement is of no call; the answer is refused then, and the call over', async () => {
    const call = await givenCaller(nextNumber());
    expect(await call.receive(call.event('call.hangup', {}, { clientState: null }))).toBe('unknown');
    call.telnyx.next('answer', refused(422, '90018'));
    await call.rings();
    call.telnyx.always('retrieve_call', refused(404, '10005'));
    await call.after(5000);
    await call.after(5000);
    expect(call.telnyx.sent('answer')).toHaveLength(1);
    expect(await call.state()).toMatchObject({ phase: 'ended', answeredAt: null });
  });

  it('then the hang-up, without client_state, before anybody is looked up: never answered, and the row says so', async () => {
    const call = await givenCaller(nextNumber());
    const fault = failingD1();
    await call.rings();
    const hungUp = call.event('call.hangup', { hangup_cause: 'originator_cancel' }, { clientState: null });
    expect([await call.receive(hungUp), await call.receive(hungUp)]).toEqual(['applied', 'duplicate']);
    fault.mockRestore();
    await call.after(2000);
    await call.after(5000);
    expect(call.telnyx.actions).toEqual([]);
    expect(await getCall(db, ring, call.callId)).toMatchObject({
      status: 'no_answer',
      hangupCause: 'originator_cancel',
    });
  });

  it('then the hang-up without client_state while it is answered: over, with its row', async () => {
    const call = await givenCaller(nextNumber());
    await call.rings();
    await call.webhook('call.hangup', { hangup_cause: 'originator_cancel' }, { clientState: null });
    await call.after(5000);
    expect(await getCall(db, ring, call.callId)).toMatchObject({ status: 'no_answer' });
    expect(call.telnyx.actions).toEqual(['answer']);
  });
});

describe('D1 down while it rings', () => {
  it('is asked again every two seconds; the caller hears it ring, and is answered', async () => {
    const call = await givenCaller(nextNumber());
    const fault = failingD1();
    expect(await call.rings()).toBe('applied');
    expect(await call.alarmAt()).toBe(Date.now() + 2000);
    for (const _ of [1, 2, 3]) await call.after(2000);
    expect(call.telnyx.actions).toEqual([]);
    fault.mockRestore();
    await call.after(2000);
    expect(call.telnyx.actions).toEqual(['answer']);
    expect(lines.filter(({ event }) => event === 'call.not_admitted').length).toBeGreaterThan(3);
  });

  it('for longer than anybody waits: the caller is gone, nothing is answered, and nothing starts any more', async () => {
    const call = await givenCaller(nextNumber());
    const fault = failingD1();
    await call.rings();
    await call.after(59_000);
    await call.after(2000);
    fault.mockRestore();
    await call.after(2000);
    expect(call.telnyx.actions).toEqual([]);
    const left = await runInDurableObject(call.stub, async (_, state) => [
      [...state.storage.kv.list()],
      await state.storage.getAlarm(),
    ]);
    expect(left).toEqual([[['tombstone', { callId: call.callId, status: 'failed' }]], null]);
    expect(await call.receive(call.event('call.hangup', {}, { clientState: null }))).toBe('late');
    expect([await call.stub.arrive(call.arrival()), await call.stub.isOver()]).toEqual(['duplicate', true]);
  });

  it('so that the row was written and its reply lost: it does not ring for ever in the lists', async () => {
    const call = await givenCaller(nextNumber());
    const batch = testEnv.DB.batch.bind(testEnv.DB);
    const fault = vi.spyOn(testEnv.DB, 'batch').mockImplementation(async (statements) => {
      await batch(statements);
      throw new Error('D1_ERROR: connection lost');
    });
    await call.rings();
    expect(await rowOf(call)).toMatchObject({ status: 'ringing' });
    fault.mockRestore();
    const dead = failingD1();
    await call.after(61_000);
    dead.mockRestore();
    await call.after(2000);
    expect(call.telnyx.actions).toEqual([]);
    expect(await rowOf(call)).toMatchObject({ status: 'failed', error: 'not_admitted', ended_at: Date.now() });
    expect(await call.stub.isOver()).toBe(true);
  });
});

describe('after eviction', () => {
  it('a process that dies before anybody is looked up goes on with the alarm, with what was heard meanwhile', async () => {
    const call = await givenCaller(nextNumber());
    const fault = failingD1();
    await call.rings();
    await call.crash();
    fault.mockRestore();
    await call.after(10_000);
    expect(call.telnyx.actions).toEqual(['answer']);
    await call.webhook('call.answered');
    expect(call.asked).toBe('opening');
  });

  it('a process that dies between the row and the plan makes neither a second row nor a second patient', async () => {
    const number = nextNumber();
    const call = await givenCaller(number);
    const fault = failingD1();
    await call.rings();
    fault.mockRestore();
    const { plan } = await admitCaller(
      db,
      config,
      {
        callId: call.callId,
        from: number,
        to: '+12025550101',
        at: Date.now(),
      },
      async () => null,
    );
    await call.crash();
    await call.after(10_000);
    expect(call.telnyx.actions).toEqual(['answer']);
    expect(await patientsByNumber(db, ring, number, 5)).toHaveLength(1);
    expect((await call.storedSession())?.plan.patient.patientId).toBe(plan.patient.patientId);
  });

  it('between the answer and what Telnyx says to it, the opening is put', async () => {
    const call = await givenCaller(nextNumber());
    await call.rings();
    await call.evict();
    await call.webhook('call.answered');
    expect(call.telnyx.actions).toEqual(['answer', 'gather_using_speak']);
  });
});

describe('command failed and the alarm goes on', () => {
  it('the answer goes again under the same command_id', async () => {
    const call = await givenCaller(nextNumber());
    call.telnyx.next('answer', refused(503, '10007'), refused(429, '10011'));
    await call.rings();
    const ids = call.telnyx.commandIds('answer');
    expect([ids.length, new Set(ids).size]).toEqual([3, 1]);
  });

  it('an answer whose reply was lost with the process goes again under the same command_id', async () => {
    const call = await givenCaller(nextNumber());
    call.telnyx.next('answer', hang);
    later(1000);
    await call.stub.arrive(call.arrival());
    await until(() => call.telnyx.sent('answer').length === 1);
    await call.crash();
    await call.after(10_000);
    const ids = call.telnyx.commandIds('answer');
    expect([ids.length, ids[1]]).toEqual([2, ids[0]]);
  });

  it('an answer that is refused ends the call', async () => {
    const call = await givenCaller(nextNumber());
    call.telnyx.next('answer', refused(422, '90102'));
    await call.rings();
    expect(call.telnyx.actions).toEqual(['answer', 'hangup']);
  });

  it('an answer of which nothing is heard: Telnyx is asked, and the opening put while the call lives', async () => {
    const call = await givenCaller(nextNumber());
    await call.rings();
    await call.after(41_000);
    expect(call.telnyx.actions).toEqual(['answer', 'retrieve_call', 'gather_using_speak']);
  });
});

describe('a hang-up asked for by staff', () => {
  it('ends a call that is answered', async () => {
    const call = await givenCaller(nextNumber());
    await call.answered();
    expect(await call.stub.requestHangup()).toBe('accepted');
    await call.alarm();
    expect(call.telnyx.actions.at(-1)).toBe('hangup');
  });

  it('before anybody is looked up: it is not answered any more', async () => {
    const call = await givenCaller(nextNumber());
    const fault = failingD1();
    await call.rings();
    expect(await call.stub.requestHangup()).toBe('unstarted');
    fault.mockRestore();
    await call.after(2000);
    expect([call.telnyx.actions, await call.stored()]).toEqual([[], null]);
    expect(await call.receive(call.event('call.hangup', {}, { clientState: null }))).toBe('late');
  });
});

/** Whose intake is unfinished: by the newest call that says anything, for a week, and never by a stranger's (X3). */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CALL_STATUSES } from '../../src/domain/intake/call-record.ts';
import { type Answer, newCall } from '../../src/domain/intake/state.ts';
import { noteOf } from '../../src/domain/note/note.ts';
import { insertNote } from '../../src/store/notes.ts';
import { dataKeyOf } from '../../src/store/patient-keys.ts';
import type { Patient } from '../../src/store/patients.ts';
import { placeCall } from '../../src/store/place-call.ts';
import { type AskCallSoFar, unfinishedIntake } from '../../src/store/unfinished-intakes.ts';
import { givenPatient, givenPlanOf, requestFor } from '../support/place-call.ts';
import { config, db, later, restore, ring, stopClock, testEnv } from '../support/worker-env.ts';

beforeEach(stopClock);
afterEach(restore);

const DAY = 24 * 3_600_000;
/** One not written down yet counts too. */
const UNFINISHED = new Set([
  'partial',
  'no_answer',
  'busy',
  'voicemail',
  'queued',
  'dialing',
  'ringing',
  'in_progress',
]);
const SETTLED = new Set(['completed', 'declined', 'opted_out', 'wrong_person']);

interface GivenCall {
  readonly status: string;
  readonly direction?: 'inbound' | 'outbound';
  /** The answers of its note; without them it has none. */
  readonly answers?: Record<string, Answer>;
  readonly questionnaireVersion?: number;
}

async function givenCallOf(patient: Patient, call: GivenCall): Promise<string> {
  later(1000);
  const request = requestFor({ phoneNumber: patient.phoneNumber, patientId: patient.id });
  const placed = await placeCall(db, config, request, Date.now());
  if (!placed.ok) throw new Error('not placed');
  const { callId, attemptId } = placed;
  const [plan] = await givenPlanOf({ patient, callId, attemptId });
  await testEnv.DB.prepare('delete from attempts where id = ?').bind(attemptId).run();
  await testEnv.DB.prepare('update calls set status = ?, direction = ?, questionnaire_version = ? where id = ?')
    .bind(call.status, call.direction ?? 'outbound', call.questionnaireVersion ?? 1, callId)
    .run();
  if (call.answers !== undefined) {
    const state = { ...newCall(plan), phase: 'ended' as const, outcome: 'partial' as const, answers: call.answers };
    const note = noteOf(state, plan, callId.replace('call_', 'note_'), 1, Date.now(), (at) =>
      new Date(at).toISOString(),
    );
    await insertNote(db, await dataKeyOf(ring, patient.id), patient.id, note, Date.now());
  }
  return callId;
}

const PAIN: Record<string, Answer> = {
  'hpi.pain_level': { state: 'answered', value: 7, input: 'keys', entry: '7', at: Date.UTC(2030, 0, 7), eventId: 'e7' },
};
const find = async (patient: Patient, callSoFar: AskCallSoFar = async () => null) =>
  unfinishedIntake(db, ring, patient, { now: Date.now(), except: 'call_ringing', callSoFar });

describe('an intake', () => {
  it.each(CALL_STATUSES)('whose only call is %s', async (status) => {
    const patient = await givenPatient();
    await givenCallOf(patient, { status });
    const found = await find(patient);
    expect(found !== null).toBe(UNFINISHED.has(status));
    if (found !== null) expect(found).toMatchObject({ questionnaire: { id: 'adult-intake' }, answers: {} });
  });

  it.each([...SETTLED])('that was %s is settled, whatever reached nobody before', async (status) => {
    const patient = await givenPatient();
    await givenCallOf(patient, { status: 'partial', answers: PAIN });
    await givenCallOf(patient, { status });
    expect(await find(patient)).toBeNull();
  });

  it.each(['failed', 'blocked', 'canceled', 'queued', 'in_progress'])(
    'is not settled by a later call that is %s and says nothing',
    async (status) => {
      const patient = await givenPatient();
      await givenCallOf(patient, { status: 'partial', answers: PAIN });
      await givenCallOf(patient, { status });
      expect((await find(patient))?.answers).toMatchObject({ 'hpi.pain_level': { value: 7 } });
    },
  );

  it('of nobody who was rung is none', async () => {
    expect(await find(await givenPatient())).toBeNull();
  });

  it('brings the answers with the call, event and time each was given at', async () => {
    const patient = await givenPatient();
    const callId = await givenCallOf(patient, { status: 'partial', answers: PAIN });
    expect((await find(patient))?.answers).toEqual({
      'hpi.pain_level': { ...PAIN['hpi.pain_level'], callId, offsetMs: null },
    });
  });

  it('goes on from the newest note when the calls after it reached nobody', async () => {
    const patient = await givenPatient();
    await givenCallOf(patient, { status: 'partial', answers: PAIN });
    await givenCallOf(patient, { status: 'no_answer' });
    await givenCallOf(patient, { status: 'voicemail' });
    expect((await find(patient))?.answers).toMatchObject({ 'hpi.pain_level': { value: 7 } });
  });

  it('asked for anew after one that was completed begins anew', async () => {
    const patient = await givenPatient();
    await givenCallOf(patient, { status: 'completed', answers: PAIN });
    await givenCallOf(patient, { status: 'no_answer' });
    expect(await find(patient)).toMatchObject({ answers: {} });
  });

  it('is forgotten after seven days', async () => {
    const patient = await givenPatient();
    await givenCallOf(patient, { status: 'partial', answers: PAIN });
    later(7 * DAY);
    expect(await find(patient)).not.toBeNull();
    later(1);
    expect(await find(patient)).toBeNull();
  });

  it('is not begun by the call of a stranger, and not ended by one either', async () => {
    const patient = await givenPatient();
    await givenCallOf(patient, { status: 'partial', direction: 'inbound' });
    expect(await find(patient)).toBeNull();
    await givenCallOf(patient, { status: 'partial', answers: PAIN });
    await givenCallOf(patient, { status: 'opted_out', direction: 'inbound' });
    expect((await find(patient))?.answers).toMatchObject({ 'hpi.pain_level': { value: 7 } });
  });

  it('taken up in a ring-back and broken off again goes on from there', async () => {
    const patient = await givenPatient();
    await givenCallOf(patient, { status: 'partial', answers: PAIN });
    const more: Record<string, Answer> = { ...PAIN, 'ample.allergies': { state: 'none', value: false, input: 'keys' } };
    await givenCallOf(patient, { status: 'partial', direction: 'inbound', answers: more });
    expect(Object.keys((await find(patient))?.answers ?? {})).toEqual(['hpi.pain_level', 'ample.allergies']);
  });

  it('of another version of the questions begins anew; of one that is gone it is none', async () => {
    const patient = await givenPatient();
    await givenCallOf(patient, { status: 'partial', answers: PAIN });
    await testEnv.DB.prepare(
      `insert into questionnaire_versions (questionnaire_id, version, hash, definition, approved_by, approved_at, created_at) select questionnaire_id, 2, hash || '-2', replace(definition, '"version":1', '"version":2'), 'staff_1', 1, 1 from questionnaire_versions where questionnaire_id = 'adult-intake' and version = 1`,
    ).run();
    await givenCallOf(patient, { status: 'no_answer', questionnaireVersion: 2 });
    expect(await find(patient)).toMatchObject({ questionnaire: { version: 2 }, answers: {} });
    await givenCallOf(patient, { status: 'no_answer', questionnaireVersion: 9 });
    expect(await find(patient)).toBeNull();
    await testEnv.DB.prepare(`delete from questionnaire_versions where version = 2`).run();
  });

  it('of one patient is not that of another at the same number', async () => {
    const patient = await givenPatient();
    const other = await givenPatient({ phoneNumber: patient.phoneNumber });
    await givenCallOf(patient, { status: 'partial', answers: PAIN });
    expect(await find(other)).toBeNull();
  });
});

describe('a call that is not written down yet', () => {
  const live = async (
    answers: Record<string, Answer>,
    settled = false,
    direction: 'inbound' | 'outbound' = 'outbound',
  ) => {
    const patient = await givenPatient();
    await givenCallOf(patient, { status: 'no_answer' });
    const callId = await givenCallOf(patient, { status: 'in_progress', direction });
    const [plan] = await givenPlanOf({ patient, callId, attemptId: 'att_1' });
    const state = { ...newCall(plan), phase: 'hanging_up' as const, answers };
    const note = noteOf(state, plan, 'note_1', 1, Date.now(), (at) => new Date(at).toISOString());
    return { patient, callSoFar: async (id: string) => (id === callId ? { note, settled } : null) };
  };

  it('is gone on with where its session says it is: most people ring back within seconds', async () => {
    const { patient, callSoFar } = await live(PAIN);
    expect(Object.keys((await find(patient, callSoFar))?.answers ?? {})).toEqual(['hpi.pain_level']);
  });

  it('is begun anew where nothing was answered, and where its session does not hold it', async () => {
    const { patient, callSoFar } = await live({});
    expect(await find(patient, callSoFar)).toMatchObject({ answers: {} });
    expect(await find(patient)).toMatchObject({ answers: {} });
  });

  it('may be a ring-back itself: whoever is cut off twice is asked nothing twice', async () => {
    const { patient, callSoFar } = await live(PAIN, false, 'inbound');
    expect(Object.keys((await find(patient, callSoFar))?.answers ?? {})).toEqual(['hpi.pain_level']);
  });

  it('by somebody not known yet says nothing: the call before it counts', async () => {
    const { patient } = await live({}, false, 'inbound');
    expect(await find(patient)).toMatchObject({ answers: {} });
    const other = await givenPatient();
    await givenCallOf(other, { status: 'in_progress', direction: 'inbound' });
    expect(await find(other)).toBeNull();
  });

  it('is not gone on with when it is settled already', async () => {
    const { patient, callSoFar } = await live(PAIN, true);
    expect(await find(patient, callSoFar)).toBeNull();
  });
});

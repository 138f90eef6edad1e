/** The end of a call in D1: in one batch, and the same however often it is written. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CallLog } from '../../src/domain/intake/call-log.ts';
import { callRecord } from '../../src/domain/intake/call-record.ts';
import { newCall, type Outcome } from '../../src/domain/intake/state.ts';
import { noteOf } from '../../src/domain/note/note.ts';
import { getCallLog, insertCallLog, packCallLog } from '../../src/store/call-logs.ts';
import { getCall } from '../../src/store/calls.ts';
import { activeConsent, insertConsent } from '../../src/store/consents.ts';
import { type FinishedCall, finishCall } from '../../src/store/finish-call.ts';
import { getNote, insertNote } from '../../src/store/notes.ts';
import { dataKeyOf } from '../../src/store/patient-keys.ts';
import { newDataKey } from '../../src/store/seal.ts';
import { isSuppressed } from '../../src/store/suppressions.ts';
import { tasksOfCall } from '../../src/store/tasks.ts';
import { dumpDatabase } from '../support/dump-database.ts';
import { CONSENT, givenPlacedCall, givenPlanOf, type Placed } from '../support/place-call.ts';
import { db, later, restore, ring, stopClock, testEnv } from '../support/worker-env.ts';

beforeEach(stopClock);
afterEach(restore);

const LOG: CallLog = {
  events: [
    {
      event_id: 'e1',
      type: 'call.answered',
      at: 1,
      received_at: 2,
      effect: 'applied',
      commands: ['gather_using_speak'],
    },
  ],
  transcript: [{ speaker: 'patient', text: 'ñandú 1', at: 3, item: 'hpi.pain_level', input: 'keys', confidence: null }],
};
const iso = (at: number) => new Date(at).toISOString();

async function givenFinished(changes: Partial<FinishedCall> = {}, outcome: Outcome = 'partial') {
  const placed = await givenPlacedCall();
  const [plan] = await givenPlanOf(placed);
  const state = { ...newCall(plan), phase: 'ended' as const, outcome, answeredAt: Date.now(), endedAt: Date.now() };
  const finished: FinishedCall = {
    callId: placed.callId,
    attemptId: placed.attemptId,
    ownerId: placed.patient.id,
    patientId: placed.patient.id,
    externalId: placed.patient.externalId,
    clinicNumber: '+12025550101',
    questionnaire: { id: 'adult-intake', version: 1 },
    phoneNumber: placed.patient.phoneNumber,
    ...{ record: callRecord(state), refused: false },
    note: noteOf(state, plan, placed.callId.replace('call_', 'note_'), 1, Date.now(), iso),
    itemCodes: null,
    log: LOG,
    recording: null,
    strayRecordings: [],
    sinks: [],
    tasks: ['callback', 'voice_items'],
    ...changes,
  };
  return { placed, finished };
}
const secondVersion = ({ note }: FinishedCall): FinishedCall['note'] =>
  note && { ...note, version: 2, note_id: `${note.note_id}_2` };
const finish = async ({ patient }: Placed, finished: FinishedCall) =>
  finishCall(db, ring, await dataKeyOf(ring, patient.id), finished, Date.now());

describe('finishCall', () => {
  it('writes record, note, log and tasks, and frees the number', async () => {
    const { placed, finished } = await givenFinished();
    await finish(placed, finished);
    expect(await getCall(db, ring, placed.callId)).toMatchObject({ status: 'partial', endedAt: Date.now() });
    expect(await getNote(db, ring, placed.callId)).toEqual(finished.note);
    expect(await getCallLog(db, ring, placed.callId)).toEqual(LOG);
    expect(await tasksOfCall(db, placed.callId)).toMatchObject([
      { kind: 'callback', dueAt: Date.now() + 4 * 3_600_000 },
      { kind: 'voice_items', dueAt: Date.now() + 24 * 3_600_000 },
    ]);
  });

  it('run again later changes nothing but the sealing of the log', async () => {
    const { placed, finished } = await givenFinished({}, 'opted_out');
    await finish(placed, finished);
    const { call_logs: _, ...before } = await dumpDatabase();
    later(60_000);
    await finish(placed, finished);
    const { call_logs: logs, ...after } = await dumpDatabase();
    expect(after).toEqual(before);
    expect(logs?.filter((row) => row['call_id'] === placed.callId)).toHaveLength(1);
    expect(await isSuppressed(db, ring, placed.patient.phoneNumber)).toBe(true);
  });

  it('a second time, with a note of two versions, does not put back on the list who was taken off it since', async () => {
    const { placed, finished } = await givenFinished({}, 'opted_out');
    await finish(placed, finished);
    await testEnv.DB.prepare('update suppressions set lifted_at = ? where call_id = ?')
      .bind(Date.now(), placed.callId)
      .run();
    later(60_000);
    await finish(placed, { ...finished, note: secondVersion(finished) });
    expect(await isSuppressed(db, ring, placed.patient.phoneNumber)).toBe(false);
    expect(await getNote(db, ring, placed.callId)).toMatchObject({ version: 2 });
  });

  it('a second time does not take back a consent that was given since', async () => {
    const { placed, finished } = await givenFinished({ note: null }, 'wrong_person');
    const consentOf = () => activeConsent(db, ring, placed.patient.id, placed.patient.phoneNumber);
    await finish(placed, finished);
    expect(await consentOf()).toBeNull();
    const dataKey = await dataKeyOf(ring, placed.patient.id);
    const { id: patientId, phoneNumber } = placed.patient;
    await insertConsent(db, ring, dataKey, { patientId, phoneNumber, consent: CONSENT, recordedBy: 's' }, Date.now());
    later(60_000);
    await finish(placed, finished);
    expect(await consentOf()).not.toBeNull();
  });

  it('a second time does what only the late outcome asks for', async () => {
    const { placed, finished } = await givenFinished();
    await finish(placed, finished);
    await finish(placed, { ...finished, record: { ...finished.record, status: 'wrong_person' } });
    expect(await activeConsent(db, ring, placed.patient.id, placed.patient.phoneNumber)).toBeNull();
    await finish(placed, { ...finished, record: { ...finished.record, status: 'opted_out' } });
    expect(await isSuppressed(db, ring, placed.patient.phoneNumber)).toBe(true);
  });

  it('of one who proved to be somebody else moves the call to them, numbers, questions and all, and stays there', async () => {
    const { placed, finished } = await givenFinished();
    const { patient } = await givenPlacedCall({ externalId: 'MRN-9' });
    const questionnaire = { id: 'message-and-reply', version: 3 };
    const moved = { ...finished, questionnaire, patientId: patient.id, externalId: 'MRN-9' };
    await finish({ ...placed, patient }, moved);
    later(60_000);
    await finish({ ...placed, patient }, moved);
    const { phoneNumber, clinicNumber } = finished;
    expect(await getCall(db, ring, placed.callId)).toMatchObject({
      ...{ patientId: patient.id, externalId: 'MRN-9', phoneNumber, fromNumber: clinicNumber, status: 'partial' },
      // Of what was begun then, and is gone on with now.
      ...{ questionnaireId: 'message-and-reply', questionnaireVersion: 3 },
    });
    expect(await getNote(db, ring, placed.callId)).toEqual(finished.note);
    expect(await getCallLog(db, ring, placed.callId)).toEqual(LOG);
    expect((await tasksOfCall(db, placed.callId)).map(({ patientId }) => patientId)).toEqual([patient.id, patient.id]);
  });

  it('of a caller who hides the number puts nothing on the list', async () => {
    const { placed, finished } = await givenFinished({ phoneNumber: 'anonymous' }, 'opted_out');
    await finish(placed, finished);
    expect(await isSuppressed(db, ring, 'anonymous')).toBe(false);
  });

  it('writes nothing when one part of it fails', async () => {
    const { placed, finished } = await givenFinished();
    const before = await dumpDatabase();
    const note = { ...finished.note, status: null } as unknown as FinishedCall['note'];
    await expect(finish(placed, { ...finished, note })).rejects.toThrow();
    expect(await dumpDatabase()).toEqual(before);
    await finish(placed, finished);
    expect(await getNote(db, ring, placed.callId)).not.toBeNull();
  });

  it('goes in one batch', async () => {
    const { placed, finished } = await givenFinished();
    const batch = vi.spyOn(testEnv.DB, 'batch');
    await finish(placed, finished);
    expect(batch).toHaveBeenCalledTimes(1);
  });

  it('leaves no note for a call nobody answered', async () => {
    const { placed, finished } = await givenFinished({ note: null, tasks: [] });
    await finish(placed, finished);
    expect([await getNote(db, ring, placed.callId), await tasksOfCall(db, placed.callId)]).toEqual([null, []]);
  });
});

describe('a note', () => {
  it('is read in its newest version, and a version is written once', async () => {
    const { placed, finished } = await givenFinished();
    await finish(placed, finished);
    const dataKey = await dataKeyOf(ring, placed.patient.id);
    const first = finished.note as NonNullable<FinishedCall['note']>;
    await insertNote(db, dataKey, placed.patient.id, { ...first, status: 'complete' }, Date.now());
    expect((await getNote(db, ring, placed.callId))?.status).toBe('partial');
    await insertNote(
      db,
      dataKey,
      placed.patient.id,
      { ...first, note_id: 'note_v2', version: 2, status: 'complete' },
      Date.now(),
    );
    expect(await getNote(db, ring, placed.callId)).toMatchObject({ version: 2, status: 'complete' });
  });
});

describe('a call log', () => {
  it('comes back as it was, long ones too, and is small (S1-Q6)', async () => {
    const { placed } = await givenFinished();
    const [event] = LOG.events;
    const long: CallLog = { events: Array.from({ length: 500 }, () => event as never), transcript: LOG.transcript };
    const dataKey = await dataKeyOf(ring, placed.patient.id);
    const sealed = await packCallLog(dataKey, placed.callId, long);
    expect(sealed.length).toBeLessThan(5000);
    const row = { callId: placed.callId, patientId: placed.patient.id, createdAt: Date.now(), sealed };
    await insertCallLog(db, row);
    expect(await getCallLog(db, ring, placed.callId)).toEqual(long);
    await insertCallLog(db, { ...row, sealed: await packCallLog(dataKey, placed.callId, LOG) });
    expect(await getCallLog(db, ring, placed.callId)).toEqual(LOG);
  });

  it('of another call or under another key does not open, and none is null', async () => {
    const { placed } = await givenFinished();
    const row = { callId: placed.callId, patientId: placed.patient.id, createdAt: Date.now() };
    const dataKey = await dataKeyOf(ring, placed.patient.id);
    await insertCallLog(db, { ...row, sealed: await packCallLog(dataKey, 'call_other', LOG) });
    await expect(getCallLog(db, ring, placed.callId)).rejects.toMatchObject({ code: 'not_openable' });
    await insertCallLog(db, { ...row, sealed: await packCallLog(newDataKey(), placed.callId, LOG) });
    await expect(getCallLog(db, ring, placed.callId)).rejects.toMatchObject({ code: 'not_openable' });
    expect(await getCallLog(db, ring, 'call_none')).toBeNull();
  });
});

/** What a session keeps: opened only by its own call, and every version of its shape stays readable. */
import { runInDurableObject } from 'cloudflare:test';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readSession, readTombstone, writePlan } from '../../src/session/call-storage.ts';
import { getNote } from '../../src/store/notes.ts';
import { seal } from '../../src/store/seal.ts';
import { isSuppressed } from '../../src/store/suppressions.ts';
import { encodeClientState } from '../../src/telnyx/client-state.ts';
import { givenSession, type SessionUnderTest } from '../support/given-session.ts';
import { givenPlanOf } from '../support/place-call.ts';
import { catchLog, db, restore, ring, START, stopClock, testEnv } from '../support/worker-env.ts';

beforeEach(() => {
  stopClock();
  catchLog();
});
afterEach(restore);

/**
 * As version 1 was written, plan and record: literally, so that a change of the types does not change it. A question about pain
 * is open, the answer before was given without a recording, and an opt-out is still on its way to the list.
 */
const PLAN_1 = (
  callId: string,
  attemptId: string,
  patientId: string,
) => `{"callId":"${callId}","attemptId":"${attemptId}",
"createdAt":${START},"attempt":1,"direction":"outbound","patient":{"patientId":"${patientId}","externalId":"MRN-7","firstName":"Rosalind",
"lastName":"Quimbyfield","dateOfBirth":"1980-04-12"},"to":"+12025550143","from":"+12025550101","language":"en",
"questionnaire":{"id":"adult-intake","version":1,"title":{"en":"Adult intake","es":"Admisión de adultos"},"items":[
{"id":"hpi.chief_complaint","type":"voice","text":{"en":"Why?","es":"¿Por qué?"}},
{"id":"hpi.symptom_duration","type":"choice","text":{"en":"How long?","es":"¿Cuánto?"},"options":[
{"key":"1","value":"less_than_1_day","display":{"en":"Less than one day","es":"Menos de un día"}},
{"key":"2","value":"1_to_3_days","display":{"en":"One to three days","es":"De uno a tres días"}}]},
{"id":"hpi.pain_level","type":"number","minimum":0,"maximum":10,"text":{"en":"How strong is your pain?","es":"¿Qué tan fuerte?"}},
{"id":"ample.allergies","type":"yes_no","text":{"en":"Allergies?","es":"¿Alergias?"}},
{"id":"ample.allergies_detail","type":"voice","whenYes":"ample.allergies","text":{"en":"Which?","es":"¿Cuáles?"}}]},
"clinic":{"name":"Elm Street Clinic","callbackNumber":"+12025550100","optOutNumber":"+12025550102"},"timerScale":1}`;
const FACTS_1 = `"version":1,"seq":5,"language":"en","ids":{"callControlId":"v3:control","callLegId":"leg-1","callSessionId":"session-1"},
"dialedAt":${START},"answeredAt":${START},"endedAt":null,"anyKey":true,"identity":"verified",
"consent":{"collection":"given","recording":"given","at":${START},"eventId":"e3","wording":"consent-en-1"},
"answers":{"hpi.chief_complaint":{"state":"not_asked"},"hpi.symptom_duration":{"state":"answered","value":"1_to_3_days","display":"One to three days","input":"keys","at":${START},"eventId":"e4"}},
"silentItems":0,"starAt":null,"stopHeard":false,"noteVersion":1,"recorder":"on",
"recording":null,"hangup":null,"outcome":null,"error":null,"tasks":["voice_items"],"hangupWanted":false,"checking":null,"lostEvents":0`;
const QUESTION_1 = `{"step":"hpi.pain_level","failedTries":1,"anyInvalid":false,"seq":5,"lostSeq":null,"commandSince":null}`;
const ASKING_1 = `{${FACTS_1},"lastQuestion":null,"timers":{"silence":${START + 60_000}},"phase":"asking","question":${QUESTION_1}}`;
const CLOSING_1 = `{${FACTS_1},"lastQuestion":null,"timers":{"silence":${START + 60_000}},"phase":"closing","speakSeq":5}`;
const ENDED_1 = `{${FACTS_1},"lastQuestion":${QUESTION_1},"recording":{"id":"rec-1","durationMs":5000},"outcome":"partial",
"endedAt":${START},"timers":{"close":${START + 5000}},"phase":"ended"}`;
const RECORD_1 = (state: string, pending = '[]') => `{"state":${state},"pending":${pending},
"events":[{"event_id":"e4","type":"gather.ended","at":${START},"received_at":${START},"effect":"applied","commands":["gather_using_speak"]}],
"transcript":[{"speaker":"patient","text":"2","at":${START},"item":"hpi.symptom_duration","input":"keys"}],"savedAt":null}`;
const OPT_OUT_1 = `[{"command":{"name":"suppress_number","seq":4,"createdAt":${START}},"attempts":1,"notBefore":0}]`;

/** What an older worker left behind, byte for byte. */
async function givenStored(call: SessionUnderTest, record: string): Promise<void> {
  const { callId, attemptId, patient } = call.placed;
  const [plan, wrappedKey] = await givenPlanOf(call.placed);
  await runInDurableObject(call.stub, (_, { storage: { kv } }) => {
    const dataKey = writePlan(kv, ring, plan, wrappedKey);
    const place = (column: string) => ({ table: 'intake_session', column, row: callId });
    const sealed = seal(dataKey, place('plan'), PLAN_1(callId, attemptId, patient.id).replaceAll('\n', ''));
    kv.put('plan', { patientId: patient.id, wrappedKey, sealed });
    kv.put('call', seal(dataKey, place('call'), record.replaceAll('\n', '')));
  });
}

describe('a stored call', () => {
  it('of version 1 is read and goes on', async () => {
    const call = await givenSession();
    await givenStored(call, RECORD_1(ASKING_1));
    expect(await call.stub.liveView()).toMatchObject({
      record: { status: 'in_progress', consentRecording: 'given', redFlags: 0 },
      log: { transcript: [{ item: 'hpi.symptom_duration', confidence: null }] },
    });
    const clientState = encodeClientState({ callId: call.callId, step: 'hpi.pain_level', seq: 5 });
    expect(await call.receive(call.event('call.gather.ended', {}, { id: 'e4', clientState }))).toBe('duplicate');
    await call.stub.receive(call.event('call.gather.ended', { digits: '0', status: 'valid' }, { clientState }));
    await call.alarm();
    expect([call.telnyx.actions, call.asked]).toEqual([['gather_using_speak'], 'ample.allergies']);
    expect(await call.state()).toMatchObject({
      ...{ version: 4, seq: 6, transcriber: 'off', recorder: 'on' },
      answers: { 'hpi.pain_level': { state: 'answered', value: 0 } },
    });
    // Its transcription was never started: what would be spoken is left to staff, as that version did.
    await call.keys('1');
    await call.spoken();
    await call.hangup();
    await call.after(5000);
    expect(await getNote(db, ring, call.callId)).toMatchObject({
      ...{ version: 1, status: 'complete', patient_info: { phone_number: '+12025550143' } },
      consent: { given: true, recording_consent: true, wording: 'consent-en-1', wording_hash: null },
      hpi: { symptom_duration: { value: '1_to_3_days' }, pain_level: { value: 0 } },
      ample: { allergies_detail: { state: 'not_asked' } },
    });
    expect(call.telnyx.sent('transcription_start')).toEqual([]);
  });

  it('of version 1 is stored as today’s version with its next write, and read again', async () => {
    const call = await givenSession();
    await givenStored(call, RECORD_1(ASKING_1));
    const clientState = encodeClientState({ callId: call.callId, step: 'hpi.pain_level', seq: 5 });
    await call.webhook('call.gather.ended', { digits: '3', status: 'valid' }, { clientState });
    const before = await call.stored();
    await call.evict();
    await call.keys('2');
    expect(before?.state.version).toBe(4);
    expect(await call.state()).toMatchObject({ phase: 'closing', answers: { 'hpi.pain_level': { value: 3 } } });
    await call.evict();
    await call.spoken();
    await call.hangup();
    await call.after(5000);
    expect(await getNote(db, ring, call.callId)).toMatchObject({
      ...{ status: 'complete', patient_info: { phone_number: '+12025550143', first_name: 'Rosalind' } },
    });
  });

  it('of version 1 in which the goodbye was spoken is hung up at the end of it', async () => {
    const call = await givenSession();
    await givenStored(call, RECORD_1(CLOSING_1));
    await call.spoken();
    expect(call.telnyx.actions).toEqual(['hangup']);
  });

  it('of version 1 that is over gets its note, and the answer that was under way', async () => {
    const call = await givenSession();
    await givenStored(call, RECORD_1(ENDED_1));
    const clientState = encodeClientState({ callId: call.callId, step: 'hpi.pain_level', seq: 5 });
    expect(await call.webhook('call.gather.ended', { digits: '4', status: 'valid' }, { clientState })).toBe('applied');
    await call.after(5000);
    expect(await getNote(db, ring, call.callId)).toMatchObject({
      status: 'partial',
      hpi: { pain_level: { value: 4 } },
    });
  });

  it('of version 1 with an opt-out still to be stored: the number goes on the list', async () => {
    const call = await givenSession();
    await givenStored(call, RECORD_1(CLOSING_1.replace('"outcome":null', '"outcome":"opted_out"'), OPT_OUT_1));
    await call.spoken();
    expect(await isSuppressed(db, ring, '+12025550143')).toBe(true);
    expect(call.telnyx.actions).toEqual(['hangup']);
  });

  it.each([
    ['silence', ASKING_1, 'retrieve_call'],
    ['the goodbye', CLOSING_1, 'retrieve_call'],
  ])('of version 1 keeps its timers: %s that lasts is asked about', async (_, state, action) => {
    const call = await givenSession();
    await givenStored(call, RECORD_1(state));
    await runInDurableObject(call.stub, (_object, { storage }) => storage.setAlarm(START + 60_000));
    await call.after(60_000);
    expect(call.telnyx.actions[0]).toBe(action);
  });

  it('of a version it does not know is not guessed at', async () => {
    const call = await givenSession();
    await givenStored(call, RECORD_1(ASKING_1.replace('"version":1', '"version":5')));
    const read = await runInDurableObject(call.stub, (_, { storage: { kv } }) => {
      try {
        return readSession(kv, ring, call.callId);
      } catch (error) {
        return (error as Error).message;
      }
    });
    expect(read).toBe('state version 5 cannot be read');
  });

  it('does not open in the place of another', async () => {
    const [call, other] = [await givenSession(), await givenSession()];
    await givenStored(call, RECORD_1(ASKING_1));
    const opened = await runInDurableObject(call.stub, (_, { storage: { kv } }) => {
      expect(readSession(kv, ring, call.callId)?.plan.callId).toBe(call.callId);
      expect(readTombstone(kv)).toBeNull();
      try {
        return readSession(kv, ring, other.callId);
      } catch (error) {
        return (error as { code: string }).code;
      }
    });
    expect(opened).toBe('not_openable');
  });
});

describe('the log of a long call', () => {
  const KEYS = 60;

  /** As many events as a whole interview has. */
  async function givenLong(): Promise<SessionUnderTest> {
    const call = await givenSession();
    await call.consented();
    for (let n = 0; n < KEYS; n += 1) await call.receive(call.event('call.dtmf.received', { digit: String(n % 10) }));
    await call.keys('2');
    return call;
  }
  const keysOf = (call: SessionUnderTest) =>
    runInDurableObject(call.stub, (_, { storage: { kv } }) => [...kv.list()].map(([key]) => key));

  it('is put away in parts, each written once, and the row of the record stays small', async () => {
    const call = await givenLong();
    expect(await keysOf(call)).toEqual(['call', 'log:0', 'plan']);
    const puts = await runInDurableObject(call.stub, (_, { storage: { kv } }) => vi.spyOn(kv, 'put'));
    await call.keys('7');
    expect(puts.mock.calls.map(([key]) => key)).toEqual(['call']);
    expect(puts.mock.calls.map(([, value]) => (value as Uint8Array).length < 4000)).toEqual([true]);
  });

  it('after eviction is whole and in its order, and knows what it has seen', async () => {
    const call = await givenLong();
    const seen = call.event('call.gather.ended', { digits: '8', status: 'valid' });
    await call.receive(seen);
    await call.alarm();
    const idsOf = async () => (await call.stub.liveView())?.log.events.map(({ event_id }) => event_id) ?? [];
    const before = await idsOf();
    expect(before.length).toBeGreaterThan(KEYS);
    await call.crash();
    expect(await idsOf()).toEqual(before);
    expect(new Set(before).size).toBe(before.length);
    expect(await call.receive(seen)).toBe('duplicate');
  });

  it('is written down whole with the note, and nothing of it is left a day later', async () => {
    const call = await givenLong();
    await call.hangup();
    await call.after(5000);
    const [row] = await testEnv.DB.prepare('select count(*) as n from call_logs where call_id = ?')
      .bind(call.callId)
      .all<{ n: number }>()
      .then(({ results }) => results);
    expect(row).toEqual({ n: 1 });
    await call.after(24 * 3_600_000);
    expect(await keysOf(call)).toEqual(['tombstone']);
  });

  it('that cannot be stored changes nothing, and a part written alone is not read', async () => {
    const call = await givenLong();
    const stored = await call.stored();
    await runInDurableObject(call.stub, (_, { storage: { kv } }) => kv.put('log:1', new Uint8Array(40)));
    expect(await call.stored()).toEqual(stored);
    for (let n = 0; n < KEYS; n += 1) await call.receive(call.event('call.dtmf.received', { digit: '5' }));
    await call.keys('6');
    expect((await call.stored())?.events.length).toBeGreaterThan(2 * KEYS);
  });
});

it('the record of before there were parts is read whole, and put away with its next write', async () => {
  const call = await givenSession();
  const event = (n: number) =>
    `{"event_id":"old-${n}","type":"dtmf.received","at":${START},"received_at":${START},"effect":"applied","commands":[]}`;
  const events = Array.from({ length: 30 }, (_, n) => event(n)).join();
  await givenStored(call, RECORD_1(ASKING_1).replace('"events":[', `"events":[${events},`));
  const clientState = encodeClientState({ callId: call.callId, step: 'hpi.pain_level', seq: 5 });
  await call.webhook('call.gather.ended', { digits: '3', status: 'valid' }, { clientState });
  await call.evict();
  const { events: read } = (await call.stored()) ?? { events: [] };
  expect(read.slice(0, 31).map(({ event_id }) => event_id)).toEqual([
    ...Array.from({ length: 30 }, (_, n) => `old-${n}`),
    'e4',
  ]);
  const repeated = call.event('call.gather.ended', { digits: '4', status: 'valid' }, { id: 'old-7', clientState });
  expect(await call.receive(repeated)).toBe('duplicate');
});

/** What a session keeps: opened only by its own call, and every version of its shape stays readable. */
import { runInDurableObject } from 'cloudflare:test';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CallState } from '../../src/domain/intake/state.ts';
import {
  readSession,
  readTombstone,
  type SessionRecord,
  writePlan,
  writeRecord,
} from '../../src/session/call-storage.ts';
import { getNote } from '../../src/store/notes.ts';
import { encodeClientState } from '../../src/telnyx/client-state.ts';
import { givenSession, type SessionUnderTest } from '../support/given-session.ts';
import { givenPlanOf } from '../support/place-call.ts';
import { catchLog, db, restore, ring, START, stopClock } from '../support/worker-env.ts';

beforeEach(() => {
  stopClock();
  catchLog();
});
afterEach(restore);

/** As version 1 was written: literally, so that a change of the types does not change it. A question about pain is open. */
const VERSION_1 = `{"version":1,"seq":5,"language":"en","ids":{"callControlId":"v3:control","callLegId":"leg-1","callSessionId":"session-1"},
"dialedAt":${START},"answeredAt":${START},"endedAt":null,"anyKey":true,"identity":"verified",
"consent":{"collection":"given","recording":"declined","at":${START},"eventId":"e3","wording":"consent-en-1"},
"answers":{"hpi.chief_complaint":{"state":"not_asked"},"hpi.symptom_duration":{"state":"answered","value":"1_to_3_days","display":"1 to 3 days","input":"keys","at":${START},"eventId":"e4"}},
"silentItems":0,"lastQuestion":null,"starAt":null,"stopHeard":false,"noteVersion":1,"recorder":"off","recording":null,"hangup":null,"outcome":null,"error":null,"tasks":["voice_items"],"hangupWanted":false,
"checking":null,"lostEvents":0,"timers":{"silence":${START + 60_000}},"phase":"asking",
"question":{"step":"hpi.pain_level","failedTries":1,"anyInvalid":false,"seq":5,"lostSeq":null,"commandSince":null}}`;

const recordOf = (state: CallState): SessionRecord => ({
  state,
  pending: [],
  events: [{ event_id: 'e4', type: 'gather.ended', at: START, received_at: START, effect: 'applied', commands: [] }],
  transcript: [],
  savedAt: null,
});

async function givenStored(call: SessionUnderTest, record: SessionRecord): Promise<void> {
  const [plan, wrappedKey] = await givenPlanOf(call.placed);
  await runInDurableObject(call.stub, (_, { storage: { kv } }) => {
    const dataKey = writePlan(kv, ring, plan, wrappedKey);
    writeRecord(kv, plan.callId, dataKey, record);
  });
}

describe('a stored call', () => {
  it('of version 1 is read and goes on', async () => {
    const call = await givenSession();
    await givenStored(call, recordOf(JSON.parse(VERSION_1)));
    expect(await call.stub.liveView()).toMatchObject({
      record: { status: 'in_progress', consentRecording: 'declined' },
    });
    const clientState = encodeClientState({ callId: call.callId, step: 'hpi.pain_level', seq: 5 });
    expect(await call.receive(call.event('call.gather.ended', {}, { id: 'e4', clientState }))).toBe('duplicate');
    await call.stub.receive(call.event('call.gather.ended', { digits: '0', status: 'valid' }, { clientState }));
    await call.alarm();
    expect(call.telnyx.actions).toEqual(['gather_using_speak']);
    expect(await call.state()).toMatchObject({
      seq: 6,
      answers: { 'hpi.pain_level': { state: 'answered', value: 0 } },
    });
    await call.hangup();
    await call.after(5000);
    expect(await getNote(db, ring, call.callId)).toMatchObject({ version: 1, hpi: { pain_level: { value: 0 } } });
  });

  it('of a version it does not know is not guessed at', async () => {
    const call = await givenSession();
    await givenStored(call, recordOf({ ...JSON.parse(VERSION_1), version: 2 }));
    const read = await runInDurableObject(call.stub, (_, { storage: { kv } }) => {
      try {
        return readSession(kv, ring, call.callId);
      } catch (error) {
        return (error as Error).message;
      }
    });
    expect(read).toBe('state version 2 cannot be read');
  });

  it('does not open in the place of another', async () => {
    const [call, other] = [await givenSession(), await givenSession()];
    await givenStored(call, recordOf(JSON.parse(VERSION_1)));
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

/** The way to staff in the real session: announced, rung, bridged; and back into the interview when nobody is there. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { getCall } from '../../src/store/calls.ts';
import { getNote } from '../../src/store/notes.ts';
import { tasksOfCall } from '../../src/store/tasks.ts';
import { encodeClientState } from '../../src/telnyx/client-state.ts';
import { hang, refused } from '../support/fake-telnyx.ts';
import { givenSession, type SessionUnderTest } from '../support/given-session.ts';
import { catchLog, db, later, restore, ring, stopClock, until } from '../support/worker-env.ts';

beforeEach(() => {
  stopClock();
  catchLog();
});
afterEach(restore);

const LEG_B = { call_control_id: 'v3:staff', call_leg_id: 'leg-b', call_session_id: 'session-1' };
const ASKED = 'hpi.chief_complaint';

const staffLeg = (call: SessionUnderTest, eventType: string, payload: Record<string, unknown> = {}) =>
  call.webhook(eventType, { ...LEG_B, ...payload }, { clientState: call.staffState });

async function givenAnnounced(): Promise<SessionUnderTest> {
  const call = await givenSession();
  await call.consented('1');
  await call.keys('*', '0');
  return call;
}
async function givenRung(): Promise<SessionUnderTest> {
  const call = await givenAnnounced();
  await call.spoken();
  const ring = call.parsed('call.initiated', { ...LEG_B, direction: 'outgoing' }, { clientState: call.staffState });
  expect(ring.kind).toBe('ignored');
  return call;
}
async function givenBridged(): Promise<SessionUnderTest> {
  const call = await givenRung();
  await staffLeg(call, 'call.answered');
  await call.webhook('call.bridged');
  await staffLeg(call, 'call.bridged');
  return call;
}
const tasks = async (call: SessionUnderTest) => (await tasksOfCall(db, call.callId)).map(({ kind }) => kind);

describe('a transfer', () => {
  it('is announced first, then staff are rung from our number, under the client_state of their own leg (S1-F16)', async () => {
    const call = await givenAnnounced();
    expect([call.telnyx.actions.at(-1), call.said]).toEqual(['speak', expect.stringMatching(/^Please hold/)]);
    await call.spoken();
    expect(call.telnyx.sent('transfer')[0]?.body).toMatchObject({
      ...{ to: '+12025550109', from: '+12025550101', timeout_secs: 30 },
      target_leg_client_state: encodeClientState({ callId: call.callId, step: 'leg_b', seq: 10 }),
    });
  });

  it('answered: recorder and transcription stop before anybody else is heard (RC-06), and nothing more is asked', async () => {
    const call = await givenBridged();
    expect(call.telnyx.actions.slice(-3)).toEqual(['transfer', 'record_stop', 'transcription_stop']);
    expect(await call.state()).toMatchObject({ phase: 'bridged', recorder: 'stopped', transcriber: 'stopped' });
    await call.after(10 * 60_000);
    expect(call.telnyx.actions.at(-1)).toBe('transcription_stop');
  });

  it('over: when staff hang up the line is hung up, and what was answered is in a partial note', async () => {
    const call = await givenBridged();
    await staffLeg(call, 'call.hangup', { hangup_cause: 'normal_clearing' });
    expect(call.telnyx.actions.at(-1)).toBe('hangup');
    await call.hangup();
    await call.after(5000);
    expect(await getNote(db, ring, call.callId)).toMatchObject({ status: 'partial', identity: 'verified' });
    expect(await getCall(db, ring, call.callId)).toMatchObject({ status: 'partial', recordingStatus: 'pending' });
    expect(await tasks(call)).toEqual([]);
  });

  it('nobody answers: a callback is promised, and the open question is put again', async () => {
    const call = await givenRung();
    await staffLeg(call, 'call.hangup', { hangup_cause: 'timeout' });
    expect([call.asked, call.said]).toEqual([ASKED, expect.stringMatching(/^We are sorry, our staff could not take/)]);
    await call.speaks('My left knee is swollen.');
    expect(await call.state()).toMatchObject({ answers: { [ASKED]: { confirmed: true } }, transcriber: 'on' });
    await call.hangup();
    await call.after(5000);
    expect(await tasks(call)).toEqual(['callback']);
  });

  it('a third time is not tried: a callback is promised and the call ends', async () => {
    const call = await givenRung();
    await staffLeg(call, 'call.hangup', { hangup_cause: 'timeout' });
    await call.keys('*', '0');
    await call.spoken();
    await staffLeg(call, 'call.hangup', { hangup_cause: 'user_busy' });
    await call.keys('*', '0');
    expect(call.said).toMatch(/^Our staff will call you back/);
    expect(call.telnyx.sent('transfer')).toHaveLength(2);
  });

  it.each([
    ['without a number', null],
    ['before staff hours', { number: '+12025550109', from: Date.UTC(2031, 0, 1), until: Date.UTC(2031, 0, 2) }],
    ['after staff hours', { number: '+12025550109', from: 0, until: 1 }],
  ])('%s is a callback: promised, a task made, the line hung up', async (_, staff) => {
    const call = await givenSession();
    await call.answered({ staff });
    await call.keys('0');
    expect(call.said).toMatch(/^Our staff will call you back/);
    await call.spoken();
    await call.hangup();
    await call.after(5000);
    expect([await tasks(call), call.telnyx.sent('transfer')]).toEqual([['callback'], []]);
  });
});

describe('the events of a transfer', () => {
  it('delivered twice: staff are rung once, recorder and transcription stopped once', async () => {
    const call = await givenAnnounced();
    later(1000);
    const spoken = call.event('call.speak.ended', { status: 'completed' });
    expect([await call.receive(spoken), await call.receive(spoken)]).toEqual(['applied', 'duplicate']);
    await call.alarm();
    const answered = call.event('call.answered', LEG_B, { clientState: call.staffState });
    expect([await call.receive(answered), await call.receive(answered)]).toEqual(['applied', 'duplicate']);
    await call.webhook('call.bridged');
    await call.webhook('call.bridged');
    expect(call.telnyx.actions.slice(-3)).toEqual(['transfer', 'record_stop', 'transcription_stop']);
  });

  it('out of order: the bridge before the answer, and the ring of the other leg last', async () => {
    const call = await givenAnnounced();
    await call.spoken();
    expect(await call.webhook('call.bridged')).toBe('applied');
    expect(await staffLeg(call, 'call.answered')).toBe('ignored');
    expect(call.telnyx.actions.slice(-3)).toEqual(['transfer', 'record_stop', 'transcription_stop']);
  });

  it('out of order: the other leg ends after the call, and nothing is asked or rung any more', async () => {
    const call = await givenRung();
    await call.hangup();
    const sent = call.telnyx.requests.length;
    expect(await staffLeg(call, 'call.hangup', { hangup_cause: 'originator_cancel' })).toBe('late');
    await call.after(5000);
    expect(await staffLeg(call, 'call.answered')).toBe('late');
    expect(call.telnyx.requests).toHaveLength(sent);
    expect(await getCall(db, ring, call.callId)).toMatchObject({ status: 'partial' });
  });

  it('out of order: an end of speech from before the announcement does not ring anybody', async () => {
    const call = await givenAnnounced();
    await call.webhook('call.speak.ended', {}, { at: Date.now() - 5000 });
    expect(call.telnyx.sent('transfer')).toEqual([]);
  });

  it('lost: neither answer nor hang-up of staff leads back into the interview', async () => {
    const call = await givenRung();
    await call.after(45_000);
    expect([call.asked, call.said]).toEqual([ASKED, expect.stringMatching(/^We are sorry, our staff/)]);
  });

  it('after eviction while staff are rung, their answer is understood', async () => {
    const call = await givenRung();
    await call.evict();
    await staffLeg(call, 'call.answered');
    expect(await call.state()).toMatchObject({ phase: 'bridged' });
    await call.evict();
    await staffLeg(call, 'call.hangup');
    expect(call.telnyx.actions.at(-1)).toBe('hangup');
  });

  it('after eviction, a process that died while it asked for the transfer asks again under the same command_id', async () => {
    const call = await givenAnnounced();
    call.telnyx.next('transfer', hang);
    later(1000);
    await call.receive(call.event('call.speak.ended', { status: 'completed' }));
    await until(() => call.telnyx.sent('transfer').length === 1);
    await call.crash();
    await call.after(10_000);
    const ids = call.telnyx.commandIds('transfer');
    expect([ids.length, ids[1]]).toEqual([2, ids[0]]);
  });
});

describe('command failed and the alarm goes on', () => {
  it('the transfer goes again under the same command_id', async () => {
    const call = await givenAnnounced();
    call.telnyx.next('transfer', refused(503, '10007'), refused(429, '10011'));
    await call.spoken();
    const ids = call.telnyx.commandIds('transfer');
    expect([ids.length, new Set(ids).size]).toEqual([3, 1]);
  });

  it('refused, a callback is promised and the interview goes on', async () => {
    const call = await givenAnnounced();
    call.telnyx.next('transfer', refused(403, '10010'));
    await call.spoken();
    expect([call.asked, call.said]).toEqual([ASKED, expect.stringMatching(/^We are sorry, our staff/)]);
    expect((await call.state()).tasks).toEqual(['callback']);
  });

  it('an announcement that cannot be spoken is no dead air', async () => {
    const call = await givenSession();
    await call.consented('1');
    call.telnyx.next('speak', refused(422, '10033'));
    await call.keys('*', '0');
    expect(call.asked).toBe(ASKED);
    expect(call.telnyx.sent('transfer')).toEqual([]);
  });

  it('the recorder that will not stop is asked again, under a new command_id, while staff talk', async () => {
    const call = await givenRung();
    call.telnyx.next('record_stop', refused(500, '10007'), refused(500, '10007'));
    await staffLeg(call, 'call.answered');
    expect(new Set(call.telnyx.commandIds('record_stop')).size).toBe(3);
    expect(call.telnyx.sent('transcription_stop')).toHaveLength(1);
  });
});

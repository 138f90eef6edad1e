/** Answering machines in the real session: the opening waits for no verdict, the message for the greeting, and a key overrules all. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { getCall } from '../../src/store/calls.ts';
import { getNote } from '../../src/store/notes.ts';
import { isSuppressed } from '../../src/store/suppressions.ts';
import { refused, timeout } from '../support/fake-telnyx.ts';
import { givenSession, type SessionUnderTest } from '../support/given-session.ts';
import { catchLog, db, later, restore, ring, stopClock } from '../support/worker-env.ts';

beforeEach(() => {
  stopClock();
  catchLog();
});
afterEach(restore);

const DETECTED = 'call.machine.premium.detection.ended';
const GREETED = 'call.machine.premium.greeting.ended';
const MACHINE = { result: 'machine' };
const BEEP = { result: 'beep_detected' };

const givenAnswered = async (): Promise<SessionUnderTest> => (await givenSession()).answered();

async function givenMachine(): Promise<SessionUnderTest> {
  const call = await givenAnswered();
  await call.webhook(DETECTED, MACHINE);
  return call;
}

describe('a machine', () => {
  it('is looked for by Telnyx while the opening is spoken (TC-16)', async () => {
    const call = await givenAnswered();
    expect(call.telnyx.sent('dial')[0]?.body['answering_machine_detection']).toBe('premium');
    expect(call.telnyx.actions).toEqual(['dial', 'gather_using_speak']);
  });

  it('gets the message after its greeting, then the line is hung up: voicemail, and no note', async () => {
    const call = await givenMachine();
    expect(call.telnyx.actions.slice(2)).toEqual(['gather_stop']);
    await call.webhook('call.gather.ended', { status: 'cancelled' });
    await call.webhook(GREETED, BEEP);
    expect(call.telnyx.actions.slice(3)).toEqual(['speak']);
    await call.spoken();
    expect(call.telnyx.actions.slice(4)).toEqual(['hangup']);
    await call.hangup({ hangup_source: 'caller' });
    await call.after(5000);
    expect(await getCall(db, ring, call.callId)).toMatchObject({ status: 'voicemail', answeredBy: 'machine' });
    expect(await getNote(db, ring, call.callId)).toBeNull();
  });

  it('is told who called and how to stop it, and nothing of the patient (TC-13, HS-16)', async () => {
    const call = await givenMachine();
    await call.webhook(GREETED, BEEP);
    expect(call.said).toContain('Elm Street Clinic');
    expect(call.said).toContain('2 0 2, 5 5 5, 0 1 0 2');
    expect(call.said).not.toMatch(/Rosalind|Quimby|appointment|visit|question/i);
  });

  it('that is a fax is hung up at once', async () => {
    const call = await givenAnswered();
    await call.webhook(DETECTED, { result: 'fax_detected' });
    expect(call.telnyx.actions.at(-1)).toBe('hangup');
    await call.hangup();
    await call.after(5000);
    expect(await getCall(db, ring, call.callId)).toMatchObject({ status: 'voicemail' });
  });

  it.each(['human_residence', 'human_business', 'silence', 'not_sure', 'something_new'])(
    '%s is none: the opening goes on',
    async (result) => {
      const call = await givenAnswered();
      await call.webhook(DETECTED, { result });
      await call.keys('1');
      expect(call.telnyx.actions).toEqual(['dial', 'gather_using_speak', 'gather_using_speak']);
      expect(call.asked).toBe('birth_date');
    },
  );
});

describe('whoever presses a key is human', () => {
  it('before the verdict: it changes nothing', async () => {
    const call = await givenAnswered();
    await call.keys('1');
    expect(await call.webhook(DETECTED, MACHINE)).toBe('ignored');
    expect(await call.webhook(GREETED, BEEP)).toBe('ignored');
    expect([call.asked, (await call.stub.liveView())?.record.answeredBy]).toEqual(['birth_date', 'human']);
  });

  it('during the message: it is stopped, and the opening begins again', async () => {
    const call = await givenMachine();
    await call.webhook(GREETED, BEEP);
    await call.webhook('call.dtmf.received', { digit: '1' });
    expect(call.telnyx.actions.slice(-2)).toEqual(['playback_stop', 'gather_using_speak']);
    expect(call.asked).toBe('opening');
    // The end of the message that was stopped ends nothing.
    await call.spoken();
    expect(call.telnyx.actions.at(-1)).toBe('gather_using_speak');
    await call.keys('1');
    expect(call.asked).toBe('birth_date');
  });

  it('whose 9 was overtaken by the verdict has stopped the calls (TC-08)', async () => {
    const call = await givenMachine();
    await call.webhook('call.dtmf.received', { digit: '9' });
    await call.spoken();
    await call.hangup();
    await call.after(5000);
    expect(await isSuppressed(db, ring, call.placed.patient.phoneNumber)).toBe(true);
    expect(await getCall(db, ring, call.callId)).toMatchObject({ status: 'opted_out' });
  });

  it('a phone that asks who is calling is near its owner: the opening begins again', async () => {
    const call = await givenMachine();
    await call.webhook('call.machine.premium.call_screening.detected');
    expect([call.telnyx.actions.at(-1), call.asked]).toEqual(['gather_using_speak', 'opening']);
  });
});

describe('the events of a machine', () => {
  it('delivered twice: one message', async () => {
    const call = await givenAnswered();
    later(1000);
    const verdict = call.event(DETECTED, MACHINE);
    expect([await call.receive(verdict), await call.receive(verdict)]).toEqual(['applied', 'duplicate']);
    const greeted = call.event(GREETED, BEEP);
    expect([await call.receive(greeted), await call.receive(greeted)]).toEqual(['applied', 'duplicate']);
    // Under another id too, and in the spelling of the older modes.
    await call.webhook('call.machine.greeting.ended', { result: 'ended' });
    await call.webhook('call.machine.detection.ended', MACHINE);
    expect(call.telnyx.actions).toEqual(['dial', 'gather_using_speak', 'gather_stop', 'speak']);
  });

  it('out of order: the beep before the verdict is a machine, and gets the message at once', async () => {
    const call = await givenAnswered();
    await call.webhook(GREETED, BEEP);
    await call.webhook(DETECTED, MACHINE);
    expect(call.telnyx.actions).toEqual(['dial', 'gather_using_speak', 'gather_stop', 'speak']);
  });

  it('out of order: the verdict after the hang-up of a call without a key makes it voicemail', async () => {
    const call = await givenAnswered();
    await call.hangup();
    await call.after(5000);
    expect(await getCall(db, ring, call.callId)).toMatchObject({ status: 'partial' });
    expect(await call.webhook(DETECTED, MACHINE)).toBe('applied');
    await call.after(5000);
    expect(await getCall(db, ring, call.callId)).toMatchObject({ status: 'voicemail', answeredBy: 'machine' });
  });

  it('after eviction between verdict and greeting, the message is spoken', async () => {
    const call = await givenMachine();
    await call.evict();
    await call.webhook(GREETED, BEEP);
    expect(call.telnyx.actions.at(-1)).toBe('speak');
  });

  it('lost: a greeting without end gets the message after 40 s', async () => {
    const call = await givenMachine();
    await call.after(39_000);
    expect(call.telnyx.actions.at(-1)).toBe('gather_stop');
    await call.after(1000);
    expect(call.telnyx.actions.at(-1)).toBe('speak');
  });

  it('lost: the end of the message is asked for, and the line hung up', async () => {
    const call = await givenMachine();
    await call.webhook(GREETED, BEEP);
    await call.after(75_000);
    expect(call.telnyx.actions.slice(-2)).toEqual(['retrieve_call', 'hangup']);
  });
});

describe('command failed and the alarm goes on', () => {
  it('the message goes again under the same command_id, the hang-up under a new one', async () => {
    const call = await givenMachine();
    call.telnyx.next('speak', refused(503, '10007')).next('hangup', timeout, refused(500, '10007'));
    await call.webhook(GREETED, BEEP);
    await call.spoken();
    const speaks = call.telnyx.commandIds('speak');
    expect([speaks.length, new Set(speaks).size]).toEqual([2, 1]);
    expect(new Set(call.telnyx.commandIds('hangup')).size).toBe(3);
  });

  it('the opening that cannot be stopped is given up on, and the message is spoken all the same', async () => {
    const call = await givenAnswered();
    call.telnyx.always('gather_stop', refused(503, '10007'));
    await call.webhook(DETECTED, MACHINE);
    await call.webhook(GREETED, BEEP);
    expect(call.telnyx.sent('gather_stop')).toHaveLength(3);
    expect(call.telnyx.actions.at(-1)).toBe('speak');
  });

  it('90018 on the message: the machine was faster, and it is voicemail', async () => {
    const call = await givenMachine();
    call.telnyx.next('speak', refused(422, '90018'));
    await call.webhook(GREETED, BEEP);
    expect(call.telnyx.sent('hangup')).toEqual([]);
    await call.hangup();
    await call.after(5000);
    expect(await getCall(db, ring, call.callId)).toMatchObject({ status: 'voicemail', error: null });
  });
});

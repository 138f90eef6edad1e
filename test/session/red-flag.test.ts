/** Red flags in the real session: the task and the alert are there at once, whatever becomes of the call, of D1 or of whoever is alerted. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { sweep } from '../../src/dialer/sweep.ts';
import { getCall } from '../../src/store/calls.ts';
import { getNote } from '../../src/store/notes.ts';
import { claimTask, finishTask, tasksOfCall } from '../../src/store/tasks.ts';
import { hang, held, refused } from '../support/fake-telnyx.ts';
import { givenSession, type SessionUnderTest, UTTERANCE_END } from '../support/given-session.ts';
import { catchLog, db, later, restore, ring, stopClock, testEnv, until } from '../support/worker-env.ts';

let lines: Record<string, unknown>[];
beforeEach(async () => {
  stopClock();
  lines = catchLog();
  await testEnv.DB.exec('delete from tasks; delete from calls; delete from attempts;');
});
afterEach(restore);

const WORDS = 'I have a Canary pain in my chest.';
const ITEM = 'hpi.chief_complaint';
const saying = (transcript: string) => ({ transcription_data: { transcript, is_final: true, confidence: 0.9 } });

const givenAsked = async (person: Parameters<typeof givenSession>[0] = {}): Promise<SessionUnderTest> =>
  (await givenSession(person)).consented('1');
/** Raised, its task written and told. */
async function givenRaised(): Promise<SessionUnderTest> {
  const call = await givenAsked({ firstName: 'Canaryfirst', lastName: 'Canarylast' });
  await call.hears(WORDS);
  await until(() => call.telnyx.alerts.length === 1);
  await until(() => lines.some(({ event }) => event === 'alert.sent'));
  return call;
}
const flagTask = async (call: SessionUnderTest) =>
  (await tasksOfCall(db, call.callId)).find(({ kind }) => kind === 'red_flag');
const alertAt = async (call: SessionUnderTest) =>
  (
    await testEnv.DB.prepare(`select alert_at from tasks where call_id = ? and kind = 'red_flag'`)
      .bind(call.callId)
      .first<{ alert_at: number | null }>()
  )?.alert_at;

describe('a red flag', () => {
  it('breaks into the interview with the emergency text, and the task is in D1 while the call runs (CL-03)', async () => {
    const call = await givenRaised();
    expect(call.telnyx.actions.slice(-2)).toEqual(['gather_stop', 'gather_using_speak']);
    expect([call.asked, call.said]).toEqual(['red_flag', expect.stringContaining('hang up now and dial 9 1 1')]);
    expect(await flagTask(call)).toMatchObject({ status: 'open', owner: null, patientId: call.placed.patient.id });
    expect(await getCall(db, ring, call.callId)).toMatchObject({ redFlags: 1 });
  });

  it('2 goes on: the words are read back, and the note marks the flag as unverified (CL-04)', async () => {
    const call = await givenRaised();
    await call.keys('2');
    expect(call.asked).toBe(`${ITEM}.confirm`);
    await call.keys('1');
    await call.hangup();
    await call.after(5000);
    expect(await getNote(db, ring, call.callId)).toMatchObject({
      red_flags: [{ rule: 'chest-pain', item: ITEM, level: 'urgent', unverified: true, acknowledged_by: null }],
      hpi: { chief_complaint: { value: WORDS, confirmed: true } },
    });
    expect((await tasksOfCall(db, call.callId)).map(({ kind }) => kind)).toEqual(['red_flag']);
  });

  it('1 rings staff', async () => {
    const call = await givenRaised();
    await call.keys('1');
    await call.spoken();
    expect(call.telnyx.sent('transfer')).toHaveLength(1);
  });

  it('without a key after one repeat, the interview goes on', async () => {
    const call = await givenRaised();
    await call.webhook('call.gather.ended', { status: 'timeout' });
    expect(call.asked).toBe('red_flag');
    await call.webhook('call.gather.ended', { status: 'timeout' });
    expect(call.asked).toBe(`${ITEM}.confirm`);
  });
});

describe('the alert', () => {
  it('carries ids and a link, and nothing of the patient (HS-09)', async () => {
    const call = await givenRaised();
    const [alert] = call.telnyx.alerts;
    expect(alert?.body).toEqual({
      type: 'task.red_flag',
      task_id: (await flagTask(call))?.id,
      call_id: call.callId,
      url: `https://intake.example/dashboard/calls/${call.callId}`,
    });
    expect([alert?.method, alert?.headers.get('content-type')]).toEqual(['POST', 'application/json']);
    const told = JSON.stringify([alert?.body, [...(alert?.headers ?? [])], lines]);
    expect(told).not.toMatch(/canary|chest|pain|1980-04|04121980|KEY0123|alert-secret/i);
    expect(told).not.toContain(call.placed.patient.phoneNumber.slice(2));
  });

  it('is told again every 5 minutes by the sweep, until somebody claims the task', async () => {
    const call = await givenRaised();
    const first = Date.now();
    await sweep(testEnv, first + 299_000);
    expect(call.telnyx.alerts).toHaveLength(1);
    later(300_000);
    await sweep(testEnv, Date.now());
    expect(call.telnyx.alerts).toHaveLength(2);
    expect(call.telnyx.alerts[1]?.body).toEqual(call.telnyx.alerts[0]?.body);
    await sweep(testEnv, Date.now() + 60_000);
    later(300_000);
    await sweep(testEnv, Date.now());
    expect(call.telnyx.alerts).toHaveLength(3);
    await claimTask(db, String((await flagTask(call))?.id), 'nurse@clinic.example', Date.now());
    later(3_600_000);
    await sweep(testEnv, Date.now());
    expect(call.telnyx.alerts).toHaveLength(3);
  });

  it('is told no more once the task is done', async () => {
    const call = await givenRaised();
    await finishTask(db, String((await flagTask(call))?.id), 'nurse@clinic.example', Date.now());
    later(3_600_000);
    await sweep(testEnv, Date.now());
    expect(call.telnyx.alerts).toHaveLength(1);
  });

  it.each([
    ['500', () => new Response('down', { status: 500 })],
    ['a redirect', () => new Response(null, { status: 302, headers: { Location: 'https://elsewhere.example/' } })],
    ['no network', () => Promise.reject(new TypeError('fetch failed'))],
  ])('answered with %s is logged, is due at once, and the call goes on', async (_, answer) => {
    const call = await givenAsked();
    call.telnyx.always('alert', answer);
    await call.hears(WORDS);
    await until(() => lines.some(({ event }) => event === 'alert.not_sent'));
    expect(await alertAt(call)).toBeLessThanOrEqual(Date.now());
    await call.keys('2');
    expect(call.asked).toBe(`${ITEM}.confirm`);
    call.telnyx.always('alert', null);
    await sweep(testEnv, Date.now() + 60_000);
    expect(call.telnyx.alerts).toHaveLength(2);
    expect(JSON.stringify(lines)).not.toMatch(/alert-secret|elsewhere/);
  });

  it('that hangs does not hold up the call: the next question goes out meanwhile', async () => {
    const call = await givenAsked();
    const told = held(() => new Response(null, { status: 204 }));
    call.telnyx.next('alert', told.answer);
    later(1000);
    await call.receive(call.event('call.transcription', saying(WORDS)));
    await until(() => call.telnyx.alerts.length === 1 && call.asked === 'red_flag');
    later(3000);
    const before = performance.now();
    await call.receive(call.event('call.gather.ended', { digits: '2', status: 'valid' }));
    await until(() => call.asked === `${ITEM}.confirm`);
    expect(performance.now() - before).toBeLessThan(2000);
    expect(lines.filter(({ event }) => event === 'alert.sent')).toEqual([]);
    told.release();
    await until(() => lines.some(({ event }) => event === 'alert.sent'));
    expect(await alertAt(call)).toBeGreaterThan(Date.now());
  });
});

describe('whatever happens around it', () => {
  it('the hang-up follows at once: task and alert are there before the note is', async () => {
    const call = await givenAsked();
    later(1000);
    const [said, hungUp] = [
      call.event('call.transcription', saying(WORDS)),
      call.event('call.hangup', { hangup_cause: 'normal_clearing' }),
    ];
    await Promise.all([call.receive(said), call.receive(hungUp)]);
    await until(() => call.telnyx.alerts.length === 1);
    expect(await flagTask(call)).toMatchObject({ status: 'open' });
    expect(await getNote(db, ring, call.callId)).toBeNull();
    await call.after(5000);
    expect(await getNote(db, ring, call.callId)).toMatchObject({ red_flags: [{ rule: 'chest-pain' }] });
    expect(await getCall(db, ring, call.callId)).toMatchObject({ redFlags: 1 });
  });

  it('delivered twice: one task, one alert', async () => {
    const call = await givenAsked();
    later(1000);
    const said = call.event('call.transcription', saying(WORDS));
    expect([await call.receive(said), await call.receive(said)]).toEqual(['applied', 'duplicate']);
    await call.alarm();
    await call.evict();
    expect(await call.receive(said)).toBe('duplicate');
    await until(() => call.telnyx.alerts.length > 0);
    expect((await tasksOfCall(db, call.callId)).map(({ kind }) => kind)).toEqual(['red_flag']);
    expect((await call.state()).redFlags).toHaveLength(1);
  });

  it('said twice, it is raised once; another danger is told anew', async () => {
    const call = await givenRaised();
    await call.hears('My chest hurts.');
    expect(call.telnyx.alerts).toHaveLength(1);
    await claimTask(db, String((await flagTask(call))?.id), 'nurse@clinic.example', Date.now());
    await call.hears('I want to kill myself.');
    await until(() => call.telnyx.alerts.length === 2);
    expect(await flagTask(call)).toMatchObject({ status: 'open', owner: null });
    expect((await call.state()).redFlags).toHaveLength(2);
    expect([call.asked, call.said]).toEqual(['red_flag', expect.stringContaining('9 8 8')]);
  });

  it('out of order: words delivered after the note make task, alert and the next version of the note', async () => {
    const call = await givenAsked();
    const said = Date.now() + 500;
    await call.hangup();
    await call.after(5000);
    await call.hears(WORDS, { at: said });
    await until(() => call.telnyx.alerts.length === 1);
    expect(await flagTask(call)).toMatchObject({ status: 'open' });
    await call.after(5000);
    expect(await getNote(db, ring, call.callId)).toMatchObject({ version: 2, red_flags: [{ rule: 'chest-pain' }] });
  });

  it('after eviction: a process that dies before the task is written writes it when the alarm comes', async () => {
    const call = await givenAsked();
    call.telnyx.next('gather_stop', hang);
    later(1000);
    await call.receive(call.event('call.transcription', saying(WORDS)));
    await until(() => call.telnyx.sent('gather_stop').length === 1);
    await call.crash();
    expect(await flagTask(call)).toBeUndefined();
    await call.after(10_000);
    await until(() => call.telnyx.alerts.length === 1);
    expect([(await flagTask(call))?.status, call.asked]).toEqual(['open', 'red_flag']);
  });

  it('command failed and the alarm goes on: D1 down for a while, the call hung up, and the task comes all the same (CL-03, T22)', async () => {
    const call = await givenAsked();
    const batch = vi.spyOn(testEnv.DB, 'batch').mockRejectedValue(new Error('D1_ERROR: overloaded'));
    await call.hears(WORDS);
    expect(call.asked).toBe('red_flag');
    await call.keys('2');
    expect(call.asked).toBe(`${ITEM}.confirm`);
    await call.hangup();
    await call.after(60_000);
    await call.evict();
    expect([await flagTask(call), call.telnyx.alerts]).toEqual([undefined, []]);
    batch.mockRestore();
    await call.after(60_000);
    await until(() => call.telnyx.alerts.length > 0);
    expect(await flagTask(call)).toMatchObject({ status: 'open' });
    expect(await getNote(db, ring, call.callId)).toMatchObject({ red_flags: [{ rule: 'chest-pain' }] });
  });

  it('a question that cannot be put does not keep the task back', async () => {
    const call = await givenAsked();
    call.telnyx.always('gather_using_speak', refused(503, '10007'));
    later(1000);
    await call.receive(call.event('call.transcription', saying(WORDS)));
    await until(() => call.telnyx.alerts.length === 1);
    expect(await flagTask(call)).toMatchObject({ status: 'open' });
    call.telnyx.always('gather_using_speak', null);
    await call.after(UTTERANCE_END);
  });
});

/** Spoken answers in the real session: heard, read back, kept; and what becomes of them when something is late, lost or dies. */
import { runInDurableObject } from 'cloudflare:test';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { getCallLog } from '../../src/store/call-logs.ts';
import { getNote } from '../../src/store/notes.ts';
import { isSuppressed } from '../../src/store/suppressions.ts';
import { tasksOfCall } from '../../src/store/tasks.ts';
import { dumpDatabase } from '../support/dump-database.ts';
import { hang, refused } from '../support/fake-telnyx.ts';
import { BIRTH_DATE_KEYS } from '../support/given-plan.ts';
import { givenSession, type SessionUnderTest, UTTERANCE_END } from '../support/given-session.ts';
import { catchLog, db, later, restore, ring, stopClock, until } from '../support/worker-env.ts';

let lines: Record<string, unknown>[];
beforeEach(() => {
  stopClock();
  lines = catchLog();
});
afterEach(restore);

const ITEM = 'hpi.chief_complaint';
const NEXT = 'hpi.symptom_duration';
const WORDS = 'My left knee is swollen.';
/** As long as the recogniser may need for the only words. */
const FIRST_WORDS = 4000;

const givenAsked = async (): Promise<SessionUnderTest> => (await givenSession()).consented('1');
const answerOf = async (call: SessionUnderTest, item = ITEM) => (await call.state()).answers[item];

describe('a spoken answer', () => {
  it('is read back after two quiet seconds, and kept by 1 with its words, confidence and events', async () => {
    const call = await givenAsked();
    expect(call.asked).toBe(ITEM);
    await call.hears('My left knee', { id: 'w1', confidence: 0.9 });
    await call.hears('is swollen.', { id: 'w2', confidence: 0.7 });
    const said = Date.now() - 1000;
    await call.after(UTTERANCE_END - 1);
    expect(call.asked).toBe(ITEM);
    await call.after(1);
    expect(call.telnyx.actions.slice(-2)).toEqual(['gather_stop', 'gather_using_speak']);
    expect([call.asked, call.said]).toEqual([`${ITEM}.confirm`, expect.stringContaining(`We heard: ${WORDS}`)]);
    await call.keys('1');
    expect(call.asked).toBe(NEXT);
    expect(await answerOf(call)).toMatchObject({
      ...{ state: 'answered', value: WORDS, entry: WORDS, input: 'voice', confirmed: true, confidence: 0.7 },
      ...{ at: said, eventId: 'w1', eventIds: ['w1', 'w2'], callId: call.callId, questionVersion: 1 },
    });
  });

  it('has its alarm at the end of the two seconds, wherever the alarm stood: nobody waits for the next one', async () => {
    const call = await givenSession();
    await call.answered();
    await call.keys('1', BIRTH_DATE_KEYS);
    later(1000);
    // As in life, where no alarm comes between the events of a fluent talk.
    await call.receive(call.event('call.gather.ended', { digits: '1', status: 'valid' }));
    await until(() => call.asked === ITEM);
    later(3000);
    await call.receive(call.event('call.transcription', { transcription_data: { transcript: WORDS, is_final: true } }));
    expect(await call.alarmAt()).toBe(Date.now() + UTTERANCE_END);
    later(500);
    await call.receive(call.event('call.transcription', { transcription_data: { transcript: 'Yes', is_final: true } }));
    await call.after(UTTERANCE_END - 500);
    expect(call.asked).toBe(ITEM);
    expect(await call.alarmAt()).toBe(Date.now() + 500);
    await call.after(500);
    expect(call.asked).toBe(`${ITEM}.confirm`);
  });

  it('is asked for again by 2, without a try lost, and what was said before is gone', async () => {
    const call = await givenAsked();
    await call.speaks(WORDS, '2');
    expect(call.asked).toBe(ITEM);
    expect(await call.state()).toMatchObject({ question: { failedTries: 0 }, voice: { words: [] } });
    await call.speaks('It is my right knee.');
    expect(await answerOf(call)).toMatchObject({ value: 'It is my right knee.', confirmed: true });
  });

  it('is skipped by 3', async () => {
    const call = await givenAsked();
    await call.speaks(WORDS, '3');
    expect(call.asked).toBe(NEXT);
    expect(await answerOf(call)).toMatchObject({ state: 'skipped', input: 'keys' });
  });

  it('stands unconfirmed when the read-back is met with silence three times', async () => {
    const call = await givenAsked();
    await call.hears(WORDS);
    await call.after(UTTERANCE_END);
    for (let tries = 0; tries < 3; tries += 1) await call.webhook('call.gather.ended', { status: 'timeout' });
    expect(call.asked).toBe(NEXT);
    expect(await answerOf(call)).toMatchObject({ value: WORDS, confirmed: false });
  });

  it('heard badly says so before it is read back', async () => {
    const call = await givenAsked();
    await call.hears(WORDS, { confidence: 0.4 });
    await call.after(UTTERANCE_END);
    expect(call.said).toMatch(/^We may not have understood you well/);
  });

  it('ended by # waits for words still under way', async () => {
    const call = await givenAsked();
    await call.webhook('call.gather.ended', { digits: '', status: 'valid' });
    await call.hears(WORDS);
    await call.after(UTTERANCE_END);
    expect(call.asked).toBe(`${ITEM}.confirm`);
    // Nothing was left to stop: the gather had ended.
    expect(call.telnyx.sent('gather_stop')).toEqual([]);
  });

  it('that never comes is asked for again, and skipped after three silences', async () => {
    const call = await givenAsked();
    for (let tries = 0; tries < 3; tries += 1) {
      expect(call.asked).toBe(ITEM);
      await call.webhook('call.gather.ended', { status: 'timeout' });
      await call.after(FIRST_WORDS);
    }
    expect(call.asked).toBe(NEXT);
    expect(await answerOf(call)).toMatchObject({ state: 'skipped' });
  });

  it('cut off by the hang-up is kept, unconfirmed', async () => {
    const call = await givenAsked();
    await call.hears(WORDS);
    await call.hangup();
    await call.after(5000);
    expect(await getNote(db, ring, call.callId)).toMatchObject({
      status: 'partial',
      hpi: { chief_complaint: { value: WORDS, confirmed: false } },
    });
  });

  it('stands in the log of the call with its confidence, and in the live view at once (S1-E05, S1-W8)', async () => {
    const call = await givenAsked();
    await call.hears(WORDS);
    const line = { speaker: 'patient', text: WORDS, item: ITEM, input: 'voice', confidence: 0.93 };
    expect((await call.stub.liveView())?.log.transcript).toContainEqual(expect.objectContaining(line));
    await call.hangup();
    await call.after(5000);
    expect((await getCallLog(db, ring, call.callId))?.transcript).toContainEqual(expect.objectContaining(line));
  });

  it('and its note lie sealed, in the session and in D1, and in no log line', async () => {
    const call = await givenAsked();
    await call.speaks('Canarywords about my knee');
    const raw = await runInDurableObject(call.stub, (_, state) => JSON.stringify([...state.storage.kv.list()]));
    expect(raw).not.toContain('Canarywords');
    await call.hangup();
    await call.after(5000);
    expect(await getNote(db, ring, call.callId)).toMatchObject({
      hpi: { chief_complaint: { value: 'Canarywords about my knee' } },
    });
    const { notes, call_logs: logs } = await dumpDatabase();
    expect([notes?.length, logs?.length].every((count) => Number(count) > 0)).toBe(true);
    expect(JSON.stringify([await dumpDatabase(), lines])).not.toMatch(/canarywords/i);
  });
});

describe('finals', () => {
  it('delivered twice are one', async () => {
    const call = await givenAsked();
    const said = { transcription_data: { transcript: WORDS, is_final: true, confidence: null } };
    const final = call.event('call.transcription', said, { at: Date.now() + 500 });
    later(1000);
    expect([await call.receive(final), await call.receive(final)]).toEqual(['applied', 'duplicate']);
    await call.evict();
    expect(await call.receive(final)).toBe('duplicate');
    await call.after(UTTERANCE_END);
    await call.keys('1');
    expect(await answerOf(call)).toMatchObject({ value: WORDS, confidence: null });
  });

  it('out of order are put in the order they were said', async () => {
    const call = await givenAsked();
    const at = Date.now() + 100;
    await call.hears('is swollen.', { at: at + 500 });
    await call.hears('My left knee', { at });
    await call.after(UTTERANCE_END);
    await call.keys('1');
    expect(await answerOf(call)).toMatchObject({ value: WORDS });
  });

  it('out of order: said before the question was put, they are no answer to it', async () => {
    const call = await givenAsked();
    await call.hears('One moment please', { at: Date.now() - 10_000 });
    await call.after(UTTERANCE_END);
    expect([call.asked, (await call.state()).voice?.words]).toEqual([ITEM, []]);
  });

  it('that come during the read-back are added, and it is read again whole', async () => {
    const call = await givenAsked();
    await call.hears('My left knee');
    await call.after(UTTERANCE_END);
    await call.hears('is swollen.');
    expect(call.telnyx.actions.slice(-2)).toEqual(['gather_stop', 'gather_using_speak']);
    expect(call.said).toContain(WORDS);
    await call.hears('Yes.');
    await call.keys('1');
    expect(await answerOf(call)).toMatchObject({ value: WORDS, confirmed: true });
  });

  it('delivered after the note, said before the hang-up: the next version has them', async () => {
    const call = await givenAsked();
    const said = Date.now() + 500;
    await call.hangup();
    await call.after(5000);
    expect(await getNote(db, ring, call.callId)).toMatchObject({
      version: 1,
      hpi: { chief_complaint: { state: 'not_asked' } },
    });
    expect(await call.hears(WORDS, { at: said })).toBe('applied');
    await call.after(5000);
    expect(await getNote(db, ring, call.callId)).toMatchObject({
      version: 2,
      hpi: { chief_complaint: { value: WORDS, confirmed: false } },
    });
  });

  it('of a call that is not recorded are not listened to', async () => {
    const call = await givenSession();
    await call.consented('2');
    expect(call.telnyx.sent('transcription_start')).toEqual([]);
    await call.hears(WORDS);
    expect((await call.state()).answers[ITEM]).toEqual({ state: 'not_asked' });
  });
});

describe('after eviction', () => {
  it('between the words and the quiet after them, the alarm reads them back', async () => {
    const call = await givenAsked();
    await call.hears(WORDS);
    await call.evict();
    await call.after(UTTERANCE_END);
    expect([call.asked, call.said]).toEqual([`${ITEM}.confirm`, expect.stringContaining(WORDS)]);
  });

  it('a process that dies while the transcription is started starts it again under the same command_id', async () => {
    const call = await givenSession();
    await call.answered();
    await call.keys('1', BIRTH_DATE_KEYS);
    call.telnyx.next('transcription_start', hang);
    later(1000);
    await call.receive(call.event('call.gather.ended', { digits: '1', status: 'valid' }));
    await until(() => call.telnyx.sent('transcription_start').length === 1);
    await call.crash();
    await call.after(10_000);
    const ids = call.telnyx.commandIds('transcription_start');
    expect([ids.length, ids[1]]).toEqual([2, ids[0]]);
    expect(call.asked).toBe(ITEM);
  });
});

describe('command failed', () => {
  it('the start of the transcription goes again under the same command_id, and the question follows it', async () => {
    const call = await givenSession();
    call.telnyx.next('transcription_start', refused(503, '10007'), refused(429, '10011'));
    await call.consented('1');
    const ids = call.telnyx.commandIds('transcription_start');
    expect([ids.length, new Set(ids).size]).toEqual([3, 1]);
    expect(call.asked).toBe(ITEM);
  });

  it('90054 is what was wanted: it runs already', async () => {
    const call = await givenSession();
    call.telnyx.next('transcription_start', refused(422, '90054'));
    await call.consented('1');
    await call.speaks(WORDS);
    expect(await answerOf(call)).toMatchObject({ value: WORDS });
    expect(await call.state()).toMatchObject({ transcriber: 'on', error: null });
  });

  it('refused, spoken items are left to staff and the interview goes on', async () => {
    const call = await givenSession();
    call.telnyx.next('transcription_start', refused(422, '10032'));
    await call.consented('1');
    expect(call.asked).toBe(NEXT);
    expect(await call.state()).toMatchObject({
      ...{ transcriber: 'failed', recorder: 'on', error: 'transcription_start_refused' },
      ...{ answers: { [ITEM]: { state: 'not_asked' } }, tasks: ['voice_items'] },
    });
  });

  it('*8 stops recorder and transcription for good, each under a new command_id until Telnyx takes it', async () => {
    const call = await givenAsked();
    await call.speaks(WORDS);
    call.telnyx.next('transcription_stop', refused(500, '10007'), refused(503, '10007'));
    await call.keys('*', '8');
    expect(new Set(call.telnyx.commandIds('transcription_stop')).size).toBe(3);
    expect(call.telnyx.sent('record_stop')).toHaveLength(1);
    await call.keys('2', '7', '1');
    // Allergies: yes. Which ones is a spoken item, and there is nobody to hear it.
    expect(call.asked).toBe('ample.medications');
    expect(await call.state()).toMatchObject({
      ...{ recorder: 'stopped', transcriber: 'stopped', tasks: ['voice_items'] },
      answers: { [ITEM]: { value: WORDS }, 'ample.allergies_detail': { state: 'not_asked' } },
    });
  });
});

describe('"stop calling me", said', () => {
  it('is on the list before the hang-up, and a person looks at it (TC-09)', async () => {
    const call = await givenAsked();
    let suppressedAtHangup: boolean | null = null;
    call.telnyx.next('hangup', async () => {
      suppressedAtHangup = await isSuppressed(db, ring, call.placed.patient.phoneNumber);
      return Response.json({ data: { result: 'ok' } });
    });
    await call.hears('Please stop calling me.');
    expect(call.telnyx.actions.slice(-2)).toEqual(['gather_stop', 'speak']);
    await call.spoken();
    expect(suppressedAtHangup).toBe(true);
    await call.hangup();
    await call.after(5000);
    expect(await tasksOfCall(db, call.callId)).toMatchObject([{ kind: 'opt_out_review', status: 'open' }]);
    expect(await getNote(db, ring, call.callId)).toMatchObject({ status: 'partial' });
  });
});

/** A message campaign in the real session: what Telnyx is asked to play, and what is left in D1. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { messageAndReply } from '../../src/domain/intake/message-and-reply.ts';
import { getCallLog } from '../../src/store/call-logs.ts';
import { getCall } from '../../src/store/calls.ts';
import { getNote } from '../../src/store/notes.ts';
import { tasksOfCall } from '../../src/store/tasks.ts';
import { refused } from '../support/fake-telnyx.ts';
import { givenSession, type SessionUnderTest } from '../support/given-session.ts';
import { catchLog, db, restore, ring, stopClock } from '../support/worker-env.ts';

beforeEach(() => {
  stopClock();
  catchLog();
});
afterEach(restore);

const URL = 'https://intake.example/media/med_1/k1.AAAA.wav';
const MESSAGE = { questionnaire: messageAndReply, mediaUrl: URL };
const played = (call: SessionUnderTest, status = 'completed') =>
  call.webhook('call.playback.ended', { media_url: URL, overlay: false, status });

/** The text has been heard, and the audio is played. */
async function givenPlaying(): Promise<SessionUnderTest> {
  const call = await givenSession();
  await call.consented('1', MESSAGE);
  await call.spoken();
  return call;
}
const lastActions = (call: SessionUnderTest, count: number) => call.telnyx.actions.slice(-count);

describe('a message', () => {
  it('is played by its address, once its text was heard; the reply is the answer (S2-F3, S2-F4)', async () => {
    const call = await givenPlaying();
    expect(lastActions(call, 4)).toEqual(['record_start', 'transcription_start', 'speak', 'playback_start']);
    expect(call.telnyx.sent('playback_start')[0]?.body).toMatchObject({ audio_url: URL, audio_type: 'wav' });
    await played(call);
    await call.speaks('I am doing fine.');
    await call.keys('1');
    await call.spoken();
    await call.hangup({ hangup_source: 'caller' });
    await call.after(5000);
    expect((await getNote(db, ring, call.callId))?.message).toMatchObject({
      audio: { state: 'answered', value: 'heard' },
      reply: { state: 'answered', value: 'I am doing fine.', confirmed: true },
      call_back: { state: 'answered', value: true },
    });
    const log = await getCallLog(db, ring, call.callId);
    expect(log?.transcript.filter(({ item }) => item === 'message.audio').map(({ text }) => text)).toEqual([
      ...[messageAndReply.items[0]?.text.en, '(recorded message)'],
    ]);
  });

  it('delivered twice and out of order, its ends count once', async () => {
    const call = await givenSession();
    await call.consented('1', MESSAGE);
    const spoken = call.event('call.speak.ended', { status: 'completed' });
    await call.receive(spoken);
    await call.receive(spoken);
    await call.alarm();
    expect(call.telnyx.sent('playback_start')).toHaveLength(1);
    const end = call.event('call.playback.ended', { status: 'completed' });
    await call.receive(end);
    await call.receive(end);
    await call.alarm();
    expect(call.asked).toBe('message.reply');
    expect(
      call.telnyx.sent('gather_using_speak').filter(({ body }) => String(body['payload']).includes('own words')),
    ).toHaveLength(1);
  });

  it('goes on after an eviction in the middle of it', async () => {
    const call = await givenPlaying();
    await call.evict();
    await played(call);
    expect(call.asked).toBe('message.reply');
  });

  it('whose end is lost is noticed by the alarm', async () => {
    const call = await givenPlaying();
    await call.after(70_000);
    expect(lastActions(call, 2)).toEqual(['playback_stop', 'gather_using_speak']);
    expect(call.asked).toBe('message.reply');
  });

  it('Telnyx fails to take is sent again by the alarm, under the same id', async () => {
    const call = await givenSession();
    await call.consented('1', MESSAGE);
    call.telnyx.next('playback_start', refused(500, '10007'));
    await call.spoken();
    await call.after(1000);
    const ids = call.telnyx.sent('playback_start').map(({ body }) => body['command_id']);
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
  });

  it('Telnyx cannot fetch ends the call with a word of why, and staff call back', async () => {
    const call = await givenSession();
    await call.consented('1', MESSAGE);
    call.telnyx.next('playback_start', refused(400, '90040'));
    await call.spoken();
    await call.alarm();
    expect(call.said).toContain('something went wrong on our side');
    await call.spoken();
    await call.hangup();
    await call.after(5000);
    expect(await getCall(db, ring, call.callId)).toMatchObject({ status: 'partial', error: 'telnyx_90040' });
    expect((await tasksOfCall(db, call.callId)).map(({ kind }) => kind)).toEqual(['callback']);
  });
});

it('a plan with a missing variable is never dialled (U14)', async () => {
  const call = await givenSession();
  const [item] = messageAndReply.items.slice(1);
  const text = { en: 'Hello {{name}}.', es: 'Hola {{name}}.' };
  await call.start({
    questionnaire: { ...messageAndReply, items: [{ ...(item as (typeof messageAndReply.items)[0]), text }] },
  });
  await call.alarm();
  await call.after(5000);
  expect(call.telnyx.actions).toEqual([]);
  expect(await getCall(db, ring, call.callId)).toMatchObject({
    status: 'failed',
    error: 'missing_variable',
    dialedAt: null,
  });
});

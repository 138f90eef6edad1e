/** A message in the place of a question: heard to the end, interrupted by `*` alone, and survived when its end is never told. */
import { describe, expect, it } from 'vitest';
import { callRecord } from '../../../src/domain/intake/call-record.ts';
import { pickCommand } from '../../../src/domain/intake/pick-command.ts';
import { stillWanted } from '../../../src/domain/intake/still-wanted.ts';
import type { Conversation } from '../../support/given-conversation.ts';
import { givenConsent, givenInterview } from '../../support/given-conversation.ts';
import {
  checked,
  hungUp,
  keyPressed,
  played,
  speakCut,
  speakEnded,
  staffAnswered,
  staffHungUp,
} from '../../support/given-events.ts';
import {
  givenPlan,
  givenQuestionnaire,
  message,
  STAFF_ON_DUTY,
  spokenFlag,
  voice,
  yesNo,
} from '../../support/given-plan.ts';

const URL = 'https://intake.example/media/med_1/h.mp3';
const SCRIPT = {
  ...givenQuestionnaire(message('message.audio', true), voice('message.reply'), yesNo('message.call_back')),
  redFlags: [spokenFlag('flag', 'chest pain')],
};
const plan = givenPlan({ questionnaire: SCRIPT, mediaUrl: URL, staff: STAFF_ON_DUTY });
const TEXT_ONLY = givenPlan({
  questionnaire: {
    ...SCRIPT,
    items: [
      { ...message('message.text'), text: { en: 'Hello {{first_name}}.', es: 'Hola {{first_name}}.' } },
      voice('message.reply'),
    ],
  },
  variables: { first_name: 'Rosa' },
});
const ANY = null;
const star = (call: Conversation) => call.when(keyPressed('*', ANY));
const answer = (call: Conversation, id = 'message.audio') => call.state.answers[id];
const heardText = () => givenInterview(plan);
const hearsAudio = () => heardText().when(speakEnded);
/** Telnyx is asked, and the call lives. */
const noticed = (call: Conversation) => call.timer('silence').when(checked(call.state.seq, true));

describe('a message', () => {
  it('comes after identity and consent: its text, then the audio, then the next item (S2-F2)', () => {
    const call = heardText();
    expect(call.last.map(({ name }) => name)).toEqual(['record_start', 'transcription_start', 'speak']);
    expect(call.last.at(-1)).toMatchObject({ payload: 'message.audio.', language: 'en', step: 'message.audio' });
    call.when(speakEnded);
    expect(call.last).toMatchObject([{ name: 'playback_start', step: 'message.audio', url: URL, audioType: 'mp3' }]);
    call.when(played());
    expect(call.at).toBe('message.reply');
    expect(answer(call)).toMatchObject({ state: 'answered', value: 'heard', wording: expect.any(String) });
  });

  it('may be text alone, filled with the variables of the plan', () => {
    const call = givenInterview(TEXT_ONLY);
    expect(call.spoken).toBe('Hello Rosa.');
    expect(call.when(speakEnded).at).toBe('message.reply');
    expect(call.names).not.toContain('playback_start');
  });

  it('is passed over when the campaign brought no audio, and nobody is told to see to it', () => {
    const call = givenInterview({ ...plan, mediaUrl: null });
    expect(call.at).toBe('message.reply');
    expect(answer(call)).toEqual({ state: 'not_asked' });
    expect(call.state.tasks).toEqual([]);
  });

  it('is heard without a recording too; only the spoken reply is left to staff (S2-F3)', () => {
    const call = givenInterview(plan, '2').when(speakEnded, played());
    expect(call.at).toBe('message.call_back');
    expect(call.names).not.toContain('record_start');
    expect(call.state.tasks).toEqual(['voice_items']);
  });

  it('of a wav is announced to Telnyx as one', () => {
    const call = givenInterview({ ...plan, mediaUrl: URL.replace('.mp3', '.wav') }).when(speakEnded);
    expect(call.last).toMatchObject([{ audioType: 'wav' }]);
  });

  it('is not ended by what Telnyx tells of another sound, or of one that came before', () => {
    const call = heardText();
    expect(call.when(played()).lastNames).toEqual([]);
    call.when({ ...speakEnded, at: call.now - 60_000 });
    expect([call.at, call.lastNames]).toEqual(['message.audio', []]);
    call.when(speakEnded).when(speakEnded);
    expect([call.at, call.lastNames]).toEqual(['message.audio', []]);
    call.when({ ...played(), at: call.now - 60_000 });
    expect([call.at, call.lastNames]).toEqual(['message.audio', []]);
  });

  it('delivered twice ends once', () => {
    const call = hearsAudio().when(played());
    const { seq } = call.state;
    expect(call.when(played()).state.seq).toBe(seq);
  });

  it.each(['1', '9', '0', '#', '5'])('is heard on at key %s: nothing is asked', (key) => {
    const call = hearsAudio().when(keyPressed(key, { step: 'consent', seq: 4 }));
    expect([call.at, call.lastNames]).toEqual(['message.audio', []]);
    expect(call.when(played()).at).toBe('message.reply');
  });
});

describe('a `*` in a message', () => {
  it('stops it and speaks the commands; without a second key the message begins again', () => {
    const call = star(hearsAudio());
    expect(call.lastNames).toEqual(['playback_stop', 'gather_using_speak']);
    expect(call.at).toBe('command');
    call.when(played('stopped')).silent();
    expect(call.last).toMatchObject([{ name: 'speak', payload: 'message.audio.' }]);
  });

  it('**: it is heard again from the beginning, and its end counts once', () => {
    const call = star(star(hearsAudio()));
    expect(call.lastNames).toEqual(['gather_stop', 'speak']);
    call.when(played('stopped'), speakEnded, played());
    expect(call.at).toBe('message.reply');
    expect(call.ordered('playback_start')).toHaveLength(2);
  });

  it('** in the text: the end of the text that was stopped is not taken for that of the next', () => {
    const call = star(star(heardText()));
    call.when(speakEnded);
    expect([call.at, call.lastNames]).toEqual(['message.audio', []]);
    expect(call.when(speakEnded).lastNames).toEqual(['playback_start']);
  });

  it('** heard by the gather of the commands: the second key begins no third', () => {
    const call = star(hearsAudio());
    const { asked } = call;
    call.keys('*');
    expect(call.lastNames).toEqual(['speak']);
    const pressedAt = call.now;
    call.when(keyPressed('*', asked, pressedAt));
    expect([call.at, call.lastNames]).toEqual(['message.audio', []]);
  });

  it('*7 skips it', () => {
    const call = star(hearsAudio()).when(keyPressed('7', ANY));
    expect(call.at).toBe('message.reply');
    expect(answer(call)).toMatchObject({ state: 'skipped', input: 'keys' });
  });

  it('*8 stops the recording, says so, and the message begins again', () => {
    const call = star(hearsAudio()).when(keyPressed('8', ANY));
    expect(call.lastNames).toEqual(['gather_stop', 'record_stop', 'transcription_stop', 'speak']);
    expect(call.spoken).toBe('The recording has been stopped. message.audio.');
    call.when(speakEnded, played());
    expect(call.at).toBe('message.call_back');
  });

  it('*9 stops all calls, and says so to the end (TC-08)', () => {
    const call = star(heardText()).when(keyPressed('9', ANY));
    expect(call.lastNames).toEqual(['gather_stop', 'suppress_number', 'speak']);
    expect(call.at).toBe('closing');
    // The end of the text that was stopped comes first.
    expect(call.when(speakEnded).at).toBe('closing');
    expect(call.when(speakEnded).at).toBe('hanging_up');
  });

  it('*9, the 9 told before the `*`, stops all calls', () => {
    const call = hearsAudio();
    const at = call.now + 1000;
    call.when(keyPressed('9', ANY, at + 300), keyPressed('*', ANY, at));
    expect(call.state.outcome).toBe('opted_out');
    expect(call.lastNames).toEqual(['playback_stop', 'suppress_number', 'speak']);
  });

  it('*0 rings staff; when nobody answers, the message begins again behind the reason', () => {
    const call = star(hearsAudio()).when(keyPressed('0', ANY));
    expect(call.at).toBe('transferring');
    call.when(speakEnded, staffHungUp);
    expect(call.at).toBe('message.audio');
    expect(call.spoken).toMatch(/^We are sorry, our staff could not take your call\..* message\.audio\.$/);
    expect(call.when(speakEnded, played()).at).toBe('message.reply');
  });

  it('told long after it was pressed breaks into nothing', () => {
    const call = hearsAudio().later(10_000);
    call.when(keyPressed('*', ANY, call.now - 5000));
    expect([call.at, call.lastNames]).toEqual(['message.audio', []]);
  });
});

describe('an end nobody told of', () => {
  it('of the text: Telnyx is asked, then the audio is played', () => {
    const call = noticed(heardText());
    expect(call.lastNames).toEqual(['playback_stop', 'playback_start']);
    expect(answer(call.when(played()))).toMatchObject({ state: 'answered', value: 'heard' });
  });

  it('of the audio is noticed within 75 s; the reply is asked for, and the note does not say it was heard', () => {
    const call = hearsAudio();
    const wait = (call.state.timers.silence ?? 0) - call.now;
    expect(wait).toBeLessThanOrEqual(75_000);
    expect(wait).toBeGreaterThan(60_000);
    noticed(call);
    expect(call.lastNames).toEqual(['playback_stop', 'gather_using_speak']);
    expect(call.at).toBe('message.reply');
    expect(answer(call)).toMatchObject({ state: 'unknown' });
    expect(answer(call)).not.toHaveProperty('value');
  });

  it('of a call that is over ends it', () => {
    const call = hearsAudio().timer('silence');
    expect(call.when(checked(call.state.seq, false)).at).toBe('ended');
    expect(answer(call)).toBeUndefined();
  });

  it('with a status Telnyx may add goes on, unsaid whether it was heard', () => {
    const call = hearsAudio().when(played('unknown'));
    expect(call.at).toBe('message.reply');
    expect(answer(call)).toMatchObject({ state: 'unknown' });
  });
});

describe('audio that cannot be played', () => {
  it('is tried once more, then the patient is told, and staff call back (CL-22)', () => {
    const call = hearsAudio().when(played('lost'));
    expect(call.last).toMatchObject([{ name: 'speak', step: 'message.audio' }]);
    call.when(speakEnded, played('lost'));
    expect(call.at).toBe('closing');
    expect(call.spoken).toContain('something went wrong on our side');
    expect(call.state.tasks).toEqual(['callback']);
    call.when(speakEnded, hungUp()).timer('close');
    expect(callRecord(call.state)).toMatchObject({ status: 'partial', error: 'message_not_played' });
  });

  it('is played when the second try works', () => {
    expect(hearsAudio().when(played('lost'), speakEnded, played()).at).toBe('message.reply');
  });

  it('refused by Telnyx ends the call like any question that cannot be put', () => {
    const call = hearsAudio();
    call.when({
      ...{ type: 'command.failed', seq: call.question.seq, name: 'playback_start' },
      ...{ reason: 'refused', code: 'telnyx_90040' },
    });
    expect(call.at).toBe('closing');
    expect(call.state.tasks).toEqual(['callback']);
  });

  it('silenced by the detection of machines is put again, but not for ever', () => {
    const text = heardText().when(speakCut);
    expect(text.lastNames).toEqual(['speak']);
    const call = hearsAudio();
    call.when(played('detection'), speakEnded, played('detection'), speakEnded);
    expect(call.lastNames).toEqual(['playback_start']);
    expect(call.when(played('detection')).at).toBe('message.reply');
  });
});

describe('what breaks into a message', () => {
  it('words of a red flag stop it; afterwards it begins again', () => {
    const call = hearsAudio().says('I have chest pain');
    expect(call.lastNames).toEqual(['open_task', 'playback_stop', 'gather_using_speak']);
    expect(call.at).toBe('red_flag');
    call.keys('2');
    expect(call.last).toMatchObject([{ name: 'speak', step: 'message.audio' }]);
  });

  it('other words are no answer to anything', () => {
    const call = hearsAudio().says('hm, yes').when(played());
    expect(call.state.voice?.words).toEqual([]);
    expect(call.state.answers['message.reply']).toBeUndefined();
  });

  it('a spoken wish to be left alone stops it and all calls (TC-09)', () => {
    const call = hearsAudio().says('please stop calling me');
    expect(call.lastNames).toEqual(['playback_stop', 'suppress_number', 'speak']);
    expect(call.state.outcome).toBe('opted_out');
  });

  it('the limit of the interview stops it and says goodbye', () => {
    const call = hearsAudio().timer('limit');
    expect(call.lastNames).toEqual(['playback_stop', 'speak']);
    expect(call.at).toBe('closing');
  });

  it('the hang-up leaves it unheard, and nothing is ordered', () => {
    const call = hearsAudio().when(played('hangup'), hungUp());
    expect(call.at).toBe('ended');
    expect(answer(call)).toBeUndefined();
    expect(call.lastNames).toEqual(['release_line']);
  });

  it('the hang-up told by the end of the text first is no end of it', () => {
    const call = heardText().when({ type: 'speak.ended', cut: 'hangup' });
    expect([call.at, call.lastNames]).toEqual(['message.audio', []]);
  });

  it('staff who pick up late stop it', () => {
    const call = star(hearsAudio()).when(keyPressed('0', ANY)).when(speakEnded).timer('transfer');
    expect(call.at).toBe('message.audio');
    expect(call.when(staffAnswered).lastNames).toContain('playback_stop');
    expect(call.at).toBe('bridged');
  });
});

describe('its commands', () => {
  it('are wanted only while their part of it is what is heard', () => {
    const call = heardText();
    const [speak] = call.ordered('speak');
    expect(stillWanted(call.state, speak!)).toBe(true);
    call.when(speakEnded);
    const [playback] = call.ordered('playback_start');
    expect([stillWanted(call.state, speak!), stillWanted(call.state, playback!)]).toEqual([false, true]);
    expect(stillWanted(call.when(played()).state, playback!)).toBe(false);
  });

  it('wait until what was heard before is stopped', () => {
    const call = noticed(heardText());
    const pending = call.last.map((command) => ({ command, attempts: 0, notBefore: 0 }));
    const failedOnce = pending.map((entry) => ({
      ...entry,
      ...(entry.command.name === 'playback_stop' ? { attempts: 1, notBefore: call.now + 500 } : {}),
    }));
    expect(pickCommand(call.state, failedOnce, call.now).next?.command.name).toBe('playback_stop');
  });

  it('that Telnyx took late are given their time anew', () => {
    const call = hearsAudio();
    const before = call.state.timers.silence ?? 0;
    call.later(20_000).when({ type: 'command.delayed', seq: call.question.seq });
    expect((call.state.timers.silence ?? 0) - before).toBeGreaterThanOrEqual(20_000);
    const text = heardText();
    const due = text.state.timers.silence ?? 0;
    text.later(20_000).when({ type: 'command.delayed', seq: text.question.seq });
    expect(text.state.timers.silence).toBeGreaterThan(due);
  });
});

it('a patient who rings back hears it again when it was not answered to', () => {
  const call = givenConsent(plan).keys('1').when(speakEnded, played());
  expect(call.state.answers['message.audio']?.input).toBeUndefined();
});

/** Spoken answers: words joined in the order they were said, always read back, and never lost (CL-13, X5). */
import { describe, expect, it } from 'vitest';
import { callTexts } from '../../../src/domain/intake/call-texts.ts';
import { type Conversation, givenConsent, givenInterview, givenOpening } from '../../support/given-conversation.ts';
import { gathered, heard, hungUp, keyPressed, speakEnded, staffHungUp } from '../../support/given-events.ts';
import { talk } from '../../support/given-phone.ts';
import {
  givenPlan,
  givenQuestionnaire,
  type PlanChanges,
  STAFF_ON_DUTY,
  voice,
  yesNo,
} from '../../support/given-plan.ts';

const ITEM = 'hpi.chief_complaint';
const questionnaire = givenQuestionnaire(voice(ITEM), yesNo('ample.allergies'), voice('ample.events'));
const atVoice = (changes: PlanChanges = {}) => givenInterview(givenPlan({ questionnaire, ...changes }));
const answerOf = (call: Conversation, item = ITEM) => call.state.answers[item];
const readBack = (words: string) => `We heard: ${words}. To keep this, press 1.`;

describe('a spoken answer', () => {
  it('is read back two seconds after the last words, and the gather that waited for a key is stopped first', () => {
    const call = atVoice().says('my knee is swollen');
    expect(call.state.timers.utterance).toBe(call.now + 2000);
    call.quiet();
    expect([call.lastNames, call.at]).toEqual([['gather_stop', 'gather_using_speak'], `${ITEM}.confirm`]);
    expect(call.spoken).toContain(readBack('my knee is swollen'));
  });

  it('kept with 1 has its words, its events, its confidence and the words of its question (FH-04, S1-F02)', () => {
    const call = atVoice().says('my knee', 'is swollen').quiet().keys('1');
    const [first, second] = call.events.filter(({ type }) => type === 'transcription.received');
    expect(answerOf(call)).toEqual({
      ...{ state: 'answered', input: 'voice', confirmed: true, confidence: 0.93 },
      ...{ value: 'my knee is swollen', display: 'my knee is swollen', entry: 'my knee is swollen' },
      ...{ at: first?.at, eventId: first?.id, eventIds: [first?.id, second?.id] },
      ...{ wording: call.plan.wordings[`en/${ITEM}`], questionVersion: 1, callId: 'call_1' },
    });
    expect(call.at).toBe('ample.allergies');
  });

  it('waits two seconds again after every final, scaled like every timer', () => {
    const call = atVoice().says('my knee').later(500).says('is swollen');
    expect(call.state.timers.utterance).toBe(call.now + 2000);
    const scaled = atVoice({ timerScale: 0.5 }).says('my knee');
    expect(scaled.state.timers.utterance).toBe(scaled.now + 1000);
  });

  it('is in the order it was said, whatever the order of the deliveries (X2)', () => {
    const call = atVoice();
    const { now } = call;
    call
      .when(heard('since Monday', { at: now + 900 }), heard('my knee', { at: now + 100 }))
      .quiet()
      .keys('1');
    expect(answerOf(call)).toMatchObject({ value: 'my knee since Monday', at: now + 100 });
  });

  it('holds no words from before its question, and no empty ones', () => {
    const call = atVoice();
    call.when(heard('one', { at: call.question.since - 1 }), heard('  '), heard('my knee'));
    expect(call.quiet().spoken).toContain(readBack('my knee'));
  });

  it('says that it may be wrong when the transcriber is unsure of any part (X6); without a measure it does not', () => {
    const unsure = atVoice().when(heard('my knee', { confidence: 0.95 }), heard('is sullen', { confidence: 0.4 }));
    expect(unsure.quiet().spoken).toBe(
      `${callTexts.en.unsure} ${callTexts.en.confirm.replace('{words}', 'my knee is sullen')}`,
    );
    expect(answerOf(unsure.keys('1'))).toMatchObject({ confidence: 0.4 });
    const unknown = atVoice()
      .when(heard('my knee', { confidence: null }))
      .quiet();
    expect(unknown.spoken).toMatch(/^We heard:/);
    expect(answerOf(unknown.keys('1'))).toMatchObject({ confidence: null });
  });

  it('that is long is read back in part, and kept whole', () => {
    const words = 'it hurts when I walk up the stairs '.repeat(20).trim();
    const call = atVoice().says(words).quiet();
    expect(call.spoken.length).toBeLessThan(600);
    expect(answerOf(call.keys('1'))?.value).toBe(words);
  });
});

describe('the same words again', () => {
  const words = 'I have had a headache for days';
  /** Asked again because nothing had come, while the first words were on their way. */
  const askedAgain = () => {
    const call = atVoice();
    const firstAt = call.now + 100;
    call.later(500).ends('valid', '').quiet();
    expect([call.at, call.question.failedTries]).toEqual([ITEM, 1]);
    return { call, firstAt };
  };

  it('said because the question was put again are one answer, whichever of them comes first', () => {
    const { call, firstAt } = askedAgain();
    call
      .when(heard(words, { at: firstAt }))
      .says(words)
      .quiet();
    expect(call.spoken).toContain(readBack(words));
    expect(answerOf(call.keys('1'))).toMatchObject({ value: words, confirmed: true });
    const other = askedAgain();
    other.call
      .says(words)
      .when(heard(`${words}.`, { at: other.firstAt }))
      .quiet();
    expect(answerOf(other.call.keys('1'))?.value).toBe(words);
  });

  it('said while they are read back change nothing, and are not read again', () => {
    const call = atVoice().says(words).quiet();
    const { seq } = call.question;
    call.says(`${words}.`);
    expect([call.at, call.question.seq, call.last]).toEqual([`${ITEM}.confirm`, seq, []]);
    expect(answerOf(call.keys('1'))?.value).toBe(words);
  });

  it('are kept twice where nothing was put in between: a number may have the same figure twice', () => {
    expect(answerOf(atVoice().says('five', 'five', 'two').quiet().keys('1'))?.value).toBe('five five two');
  });

  it('are kept beside others, which nobody else would have said', () => {
    const { call, firstAt } = askedAgain();
    call
      .when(heard(words, { at: firstAt }))
      .says('since Monday')
      .quiet();
    expect(answerOf(call.keys('1'))?.value).toBe(`${words} since Monday`);
  });
});

describe('the end of a spoken answer by key', () => {
  it('`#` waits two seconds for words under way, then reads back', () => {
    const call = atVoice().says('my knee').ends('valid', '');
    expect([call.at, call.last, call.question.settling]).toEqual([ITEM, [], 'silence']);
    call.says('is swollen').quiet();
    expect([call.lastNames, call.spoken]).toEqual([
      ['gather_using_speak'],
      expect.stringContaining('my knee is swollen'),
    ]);
  });

  it('a wrong key, or the limit of 30 seconds, ends it in the same way', () => {
    expect(atVoice().ordered('gather_using_speak').at(-1)).toMatchObject({ timeoutMs: 30_000 });
    for (const end of [(call: Conversation) => call.keys('5'), (call: Conversation) => call.silent()]) {
      const call = end(atVoice().says('my knee')).quiet();
      expect(call.spoken).toContain(readBack('my knee'));
    }
  });

  it('with nothing said is a failed try, which says why', () => {
    const call = atVoice().ends('valid', '').quiet();
    expect([call.at, call.question.failedTries]).toEqual([ITEM, 1]);
    expect(call.spoken).toMatch(/^Sorry, we did not get an answer\./);
    expect(atVoice().keys('5').quiet().spoken).toMatch(/^Sorry, we could not use that entry\./);
  });

  it.each([
    ['skipped', (call: Conversation) => call.silent().quiet()],
    ['skipped', (call: Conversation) => call.ends('invalid', '').quiet()],
    ['unclear', (call: Conversation) => call.keys('5').quiet()],
  ])('three times in vain is %s (CL-08, CL-10) (%#)', (state, tryOnce) => {
    const call = tryOnce(tryOnce(tryOnce(atVoice())));
    expect([answerOf(call)?.state, call.at]).toEqual([state, 'ample.allergies']);
  });

  it('counts three silent items in a row, spoken ones too', () => {
    const call = atVoice();
    for (let i = 0; i < 3; i += 1) call.silent().quiet();
    call.silent(3);
    for (let i = 0; i < 3; i += 1) call.silent().quiet();
    expect([call.at, call.state.outcome]).toEqual(['closing', 'partial']);
  });

  it('`*7` skips it, words or not, and they do not come back', () => {
    const call = atVoice().says('my knee').keys('*', '7').when(heard('hurts'));
    expect(answerOf(call)).toMatchObject({ state: 'skipped', input: 'keys' });
    expect(answerOf(call.when(hungUp()))).toMatchObject({ state: 'skipped' });
  });
});

describe('the read-back', () => {
  it('has one full stop, whatever the transcriber puts', () => {
    expect(atVoice().says('My knee.', 'It hurts!').quiet().spoken).toContain(readBack('My knee. It hurts'));
  });

  const atConfirm = () => atVoice().says('my knee').quiet();

  it('2 asks again, which is no try, and takes the words back', () => {
    const call = atConfirm().keys('2');
    expect([call.at, call.question.failedTries, call.spoken]).toEqual([ITEM, 0, `${ITEM}.`]);
    call.says('my ankle').quiet();
    expect(call.spoken).toContain(readBack('my ankle'));
    expect(answerOf(call.keys('1'))?.value).toBe('my ankle');
  });

  it('words of before a redo that come late stay out of the new answer', () => {
    const call = atConfirm();
    const { now } = call;
    call
      .keys('2')
      .when(heard('hurts', { at: now }))
      .says('my ankle')
      .quiet();
    expect(call.spoken).toContain(readBack('my ankle'));
  });

  it('3 skips', () => {
    const call = atConfirm().keys('3');
    expect(answerOf(call)).toMatchObject({ state: 'skipped', input: 'keys' });
    expect(answerOf(call)).not.toHaveProperty('value');
    expect(call.at).toBe('ample.allergies');
  });

  it('three silent tries keep the words, unconfirmed', () => {
    const call = atConfirm().silent(3);
    expect(answerOf(call)).toMatchObject({ state: 'answered', value: 'my knee', confirmed: false });
    expect([call.at, call.state.silentItems]).toEqual(['ample.allergies', 0]);
  });

  it('another key is asked again and says why', () => {
    expect(atConfirm().keys('4').spoken).toMatch(/^Sorry, we could not use that entry\. We heard: my knee\./);
  });

  it('words that were under way are added, and it is read again, whole', () => {
    const call = atConfirm();
    call.when(heard('since Monday', { at: call.question.since - 100 }));
    expect([call.lastNames, call.at]).toEqual([['gather_stop', 'gather_using_speak'], `${ITEM}.confirm`]);
    expect(call.spoken).toContain(readBack('my knee since Monday'));
  });

  it('words said into it are added too', () => {
    expect(atConfirm().says('and my hip').spoken).toContain(readBack('my knee and my hip'));
  });

  it.each(['yes', 'Yeah.', 'okay', "that's right", 'Sí.', 'correcto', 'uno'])(
    '"%s" is said to the prompt and is no part of the answer',
    (words) => {
      const call = atConfirm().says(words);
      expect([call.at, call.last]).toEqual([`${ITEM}.confirm`, []]);
      expect(answerOf(call.keys('1'))?.value).toBe('my knee');
    },
  );

  it('`*7` skips the item, `**` reads again', () => {
    expect(answerOf(atConfirm().keys('*', '7'))).toMatchObject({ state: 'skipped' });
    expect(atConfirm().keys('*', '*').spoken).toContain(readBack('my knee'));
  });

  it('words that come while a command is keyed do not talk into it, and are read back after', () => {
    const call = atConfirm().keys('*').says('and my hip');
    expect([call.at, call.last]).toEqual(['command', []]);
    expect(call.keys('*').spoken).toContain(readBack('my knee and my hip'));
  });

  it('keeps as confirmed what was first heard while a command was keyed', () => {
    const call = atVoice().keys('*').says('my knee').keys('*').ends('valid', '').quiet().keys('1');
    expect(answerOf(call)).toMatchObject({ value: 'my knee', confirmed: true });
  });
});

describe('words that come after the next question was put', () => {
  it('belong to the answer they were said to, which is unconfirmed then', () => {
    const call = atVoice().says('my knee').quiet();
    const { now } = call;
    call.keys('1').when(heard('since Monday', { at: now }));
    expect(answerOf(call)).toMatchObject({ value: 'my knee since Monday', confirmed: false });
    expect([call.at, call.last]).toEqual(['ample.allergies', []]);
  });

  it('turn a skip by silence into an answer, because they were said', () => {
    const call = atVoice();
    const { now } = call;
    for (let i = 0; i < 3; i += 1) call.silent().quiet();
    call.when(heard('my knee', { at: now + 500 }));
    expect(answerOf(call)).toMatchObject({ state: 'answered', value: 'my knee', confirmed: false });
  });

  it('said to the next question are no answer to the last', () => {
    const call = atVoice().says('my knee').quiet().keys('1').says('well, penicillin');
    expect(answerOf(call)?.value).toBe('my knee');
  });
});

describe('an end in the middle of a spoken answer', () => {
  it.each([
    ['a hang-up', (call: Conversation) => call.when(hungUp())],
    ['a hang-up during the read-back', (call: Conversation) => call.quiet().when(hungUp())],
    ['the opt-out', (call: Conversation) => call.keys('*', '9')],
    ['the limit', (call: Conversation) => call.timer('limit')],
    ['staff', (call: Conversation) => call.keys('*', '0')],
  ])('%s keeps the words, unconfirmed', (_, end) => {
    const call = end(atVoice().says('my knee'));
    expect(answerOf(call)).toMatchObject({ state: 'answered', value: 'my knee', confirmed: false });
  });

  it('takes the words that come after the hang-up, and the note has a new version when it was written', () => {
    const early = atVoice().says('my knee').when(hungUp()).says('is swollen');
    expect([answerOf(early)?.value, early.state.noteVersion]).toEqual(['my knee is swollen', 1]);
    const late = atVoice().when(hungUp()).timer('close');
    late.says('my knee');
    expect([answerOf(late)?.value, late.state.noteVersion]).toEqual(['my knee', 2]);
    expect(late.timer('close').lastNames).toEqual(['save_note', 'run_jobs']);
  });

  it('takes no words said to the goodbye', () => {
    const call = atVoice().says('my knee').timer('limit').says('wait, what?');
    expect(answerOf(call)?.value).toBe('my knee');
  });

  it('a key that was pressed before the hang-up and told after settles the read-back', () => {
    const answers = ['1', '2', '3'].map((key) => {
      const call = atVoice().says('my knee').quiet();
      const { asked } = call;
      return answerOf(call.when(hungUp(), gathered(key, asked)));
    });
    expect(answers[0]).toMatchObject({ state: 'answered', confirmed: true });
    expect(answers[2]).toMatchObject({ state: 'skipped' });
    // 2: what was read back was not what was meant.
    expect(answers[1]).toBeUndefined();
  });
});

describe('words said to people', () => {
  it('while staff are rung, and after, are no answer; the open one goes on when nobody comes', () => {
    const call = atVoice({ staff: STAFF_ON_DUTY }).says('my knee').keys('*', '0');
    call.says('hello?').when(speakEnded).says('is anybody there?').when(staffHungUp);
    expect([call.at, call.spoken]).toEqual([ITEM, expect.stringContaining(`${ITEM}.`)]);
    call.says('is swollen').quiet();
    expect(call.spoken).toContain(readBack('my knee is swollen'));
  });
});

describe('without a transcription', () => {
  const refusal = (call: Conversation, code = 'telnyx_10015') => {
    const [{ seq, name } = { seq: 0, name: 'transcription_start' as const }] = call.ordered('transcription_start');
    return call.when({ type: 'command.failed', seq, name, reason: 'refused', code });
  };

  it('voice items are not_asked, with one task for staff: nobody is listened to without the consent to record (RC-03)', () => {
    const call = givenConsent(givenPlan({ questionnaire })).keys('2');
    expect([call.at, call.names]).not.toContain('transcription_start');
    call.keys('2');
    expect([answerOf(call), answerOf(call, 'ample.events')]).toEqual([{ state: 'not_asked' }, { state: 'not_asked' }]);
    expect([call.state.outcome, call.state.tasks]).toEqual(['completed', ['voice_items']]);
  });

  it('that Telnyx refuses, the open item is left to staff, and those to come', () => {
    const call = refusal(atVoice());
    expect([call.lastNames, call.at]).toEqual([['gather_stop', 'gather_using_speak'], 'ample.allergies']);
    expect(call.state).toMatchObject({
      transcriber: 'failed',
      error: 'transcription_start_refused',
      tasks: ['voice_items'],
    });
    expect(call.keys('2').state.outcome).toBe('completed');
  });

  it('that ran already is what was wanted (90054)', () => {
    const call = refusal(atVoice(), 'telnyx_90054');
    expect([call.at, call.last, call.state.transcriber]).toEqual([ITEM, [], 'on']);
  });

  it('that was never sent leaves the patient speaking to nobody: the item is passed over', () => {
    const call = atVoice();
    const { seq, name } = call.ordered('transcription_start')[0]!;
    call.when({ type: 'command.dropped', seq, name });
    expect([call.at, call.state.transcriber]).toEqual(['ample.allergies', 'failed']);
  });

  it('`*8` in a voice item leaves it to staff, and keeps what was said (RC-04)', () => {
    const silent = atVoice().keys('*', '8');
    expect([answerOf(silent), silent.at, silent.state.tasks]).toEqual([
      { state: 'not_asked' },
      'ample.allergies',
      ['voice_items'],
    ]);
    const spoken = atVoice().says('my knee').keys('*', '8');
    expect(answerOf(spoken)).toMatchObject({ state: 'answered', value: 'my knee', confirmed: false });
    expect([spoken.at, spoken.state.tasks]).toEqual(['ample.allergies', []]);
    expect(spoken.keys('2').state).toMatchObject({ outcome: 'completed', tasks: ['voice_items'] });
  });

  it('`*8` during the read-back leaves what was heard to be confirmed', () => {
    const call = atVoice().says('my knee').quiet().keys('*', '8');
    expect(call.at).toBe(`${ITEM}.confirm`);
    expect(answerOf(call.keys('1'))).toMatchObject({ value: 'my knee', confirmed: true });
  });

  it('no voice item is put again on the way back from staff', () => {
    const call = refusal(atVoice({ staff: STAFF_ON_DUTY }).keys('*', '0')).when(speakEnded, staffHungUp);
    expect([call.at, answerOf(call)]).toEqual(['ample.allergies', { state: 'not_asked' }]);
    expect(call.spoken).toMatch(/^We are sorry, our staff could not take your call\./);
  });
});

describe('words by which a patient stops all calls (TC-09)', () => {
  it.each([
    ['a voice item', () => atVoice()],
    ['a read-back', () => atVoice().says('my knee').quiet()],
    ['another question', () => atVoice().keys('*', '7')],
    ['a command prompt', () => atVoice().keys('*')],
  ])('at %s count as `*9`: on the list before a word is said, and a person looks at it', (_, make) => {
    const call = make().says('please stop calling me');
    expect(call.lastNames).toEqual(['gather_stop', 'suppress_number', 'speak']);
    expect(call.state).toMatchObject({ outcome: 'opted_out', tasks: ['opt_out_review'] });
    expect(call.spoken).toBe(callTexts.en.optedOut);
  });

  it('count after the line broke off too, once', () => {
    const call = atVoice().when(hungUp()).says('stop calling me', 'stop calling me');
    expect([call.state.outcome, call.ordered('suppress_number').length]).toEqual(['opted_out', 1]);
    const closing = talk(givenInterview()).says('stop calling me');
    expect([closing.at, closing.state.outcome]).toEqual(['closing', 'opted_out']);
  });

  it('are found across two finals of one answer', () => {
    expect(atVoice().says('please stop', 'calling me').state.outcome).toBe('opted_out');
  });

  it('are no stop when they are about something else', () => {
    expect(atVoice().says('my doctor told me to stop my pills').at).toBe(ITEM);
  });
});

it('a key pressed while words are under way is not lost: `*9` stops all calls at the next prompt (TC-08)', () => {
  const call = atVoice().says('my knee').ends('valid', '');
  call.when(keyPressed('*', null), keyPressed('9', null)).quiet();
  expect([call.at, call.state.outcome, call.ordered('suppress_number').length]).toEqual(['closing', 'opted_out', 1]);
});

it('a voice question is stopped when its end was lost, and what was said to it stays', () => {
  const call = atVoice().keys('*').says('my knee').timer('silence');
  call.when({ type: 'call.checked', seq: call.state.checking ?? -1, alive: true });
  expect([call.at, call.lastNames]).toEqual([ITEM, ['gather_stop', 'gather_using_speak']]);
  expect(call.says('is swollen').quiet().spoken).toContain(readBack('my knee is swollen'));
});

it('the opening listens to nobody: words before the consent are no answer', () => {
  const call = givenOpening().says('hello, who is this?');
  expect([call.at, call.last, call.state.voice]).toEqual(['opening', [], null]);
});

/** Somebody rings back (X3, HS-15): who it is decides the birth date, and nothing is given away before. */
import { describe, expect, it } from 'vitest';
import { adultIntake } from '../../../src/domain/intake/adult-intake.ts';
import { leavesNote, statusOf } from '../../../src/domain/intake/call-record.ts';
import { callTexts } from '../../../src/domain/intake/call-texts.ts';
import type { Answer } from '../../../src/domain/intake/state.ts';
import { answersOf, noteOf } from '../../../src/domain/note/note.ts';
import { type Conversation, given, givenCaller, givenInterview } from '../../support/given-conversation.ts';
import { answered, checked, hungUp, received, recordingSaved, speakEnded } from '../../support/given-events.ts';
import { talk } from '../../support/given-phone.ts';
import { BIRTH_DATE_KEYS, givenInboundPlan, givenPlan, STAFF_ON_DUTY } from '../../support/given-plan.ts';

const SON_KEYS = '02292004';
const father = {};
const son = { patient: { firstName: 'Leo', dateOfBirth: '2004-02-29' } };
const noBirthDate = { patient: { dateOfBirth: null } };
const iso = (at: number) => new Date(at).toISOString();

describe('a call that rings us', () => {
  it('is answered, and hears the opening of the line, which names nobody', () => {
    const call = given(givenInboundPlan({ candidates: [father] })).when(received);
    expect([call.lastNames, call.at]).toEqual([['answer'], 'ringing']);
    call.when(answered);
    expect(call.spoken).toMatch(/^This is the automated line of Elm Street Clinic\./);
    expect(call.spoken).not.toMatch(/Rosa|Quimby/);
  });

  it('a second time, or told to be answered again, does nothing', () => {
    const call = givenCaller();
    expect(call.when(received, answered).last).toEqual([]);
  });

  it('whose answering was never told is talked to once Telnyx says it lives, and ends when it does not', () => {
    const call = given(givenInboundPlan()).when(received).timer('ring');
    expect(call.when(checked(call.state.checking!, true)).at).toBe('opening');
    const dead = given(givenInboundPlan()).when(received).timer('ring');
    expect(dead.when(checked(dead.state.checking!, false)).at).toBe('ended');
  });

  it('that cannot be answered is over, without a note', () => {
    const call = given(givenInboundPlan()).when(received);
    const { seq, name } = call.ordered('answer')[0]!;
    call.when({ type: 'command.failed', seq, name, reason: 'refused', code: 'telnyx_1' });
    expect(call.lastNames).toEqual(['hangup']);
    call.when(hungUp());
    expect(leavesNote(call.state, call.plan)).toBe(false);
  });

  it('2 means nothing here: nobody rings as the wrong person', () => {
    const call = givenCaller().keys('2');
    expect([call.at, call.question.failedTries]).toEqual(['opening', 1]);
  });
});

describe('a stranger', () => {
  /** What one hears who rings and does this, and what is kept of it. */
  const hears = (plan: ReturnType<typeof givenPlan>, acts: (call: Conversation) => Conversation) => {
    const call = acts(givenCaller(plan));
    if (call.at === 'closing') call.when(speakEnded);
    if (call.at !== 'ended') call.when(hungUp());
    return { said: call.said, names: call.names, note: leavesNote(call.state, call.plan), tasks: call.state.tasks };
  };
  const acts: [string, (call: Conversation) => Conversation][] = [
    ['asks to go on and enters a wrong birth date three times', (call) => call.keys('1', '01011990', '1', '01011991')],
    ['says nothing', (call) => call.silent(3)],
    ['says nothing when asked for the birth date', (call) => call.keys('1').silent(3)],
    ['presses wrong keys', (call) => call.keys('2', '7', '8')],
    ['chooses the other language', (call) => call.keys('3', '1', '01011990', '01011990', '01011990')],
    ['asks for staff', (call) => call.keys('0')],
    ['asks for staff at the birth date', (call) => call.keys('1').keys('*', '0')],
    ['stops the calls', (call) => call.keys('9')],
    ['tries to skip the birth date', (call) => call.keys('1').keys('*', '7').keys('*', '*').silent(3)],
    ['hangs up', (call) => call.when(hungUp())],
    ['says nothing for a long time', (call) => call.timer('limit')],
  ];

  it.each(acts)('who %s hears the same whether the number is on file or not (HS-15, T04)', (_, act) => {
    const unknown = hears(givenInboundPlan(), act);
    for (const candidates of [[father], [father, son], [father, { ...father }], [noBirthDate, son]])
      expect(hears(givenInboundPlan({ candidates }), act)).toEqual(unknown);
    expect(unknown.note).toBe(false);
  });

  it('three times in vain is told the number of the staff, and nothing else', () => {
    const call = givenCaller().keys('1', '01011990', '01011990', '01011990');
    expect(call.state).toMatchObject({ phase: 'closing', identity: 'failed', outcome: 'identity_failed' });
    expect(call.spoken).toContain('2 0 2, 5 5 5, 0 1 0 0');
  });

  it('who is silent at the opening is told how to reach people', () => {
    expect(givenCaller().silent(3).spoken).toMatch(/^To reach our staff, call 2 0 2/);
  });
});

describe('who it is', () => {
  const asked = (
    ...candidates: Parameters<typeof givenInboundPlan>[0] extends infer P
      ? P extends { candidates?: readonly (infer C)[] }
        ? C[]
        : never
      : never
  ) => givenCaller(givenInboundPlan({ candidates })).keys('1');

  it('is asked for by birth date even when only one can be meant', () => {
    const call = asked(father);
    expect(call.at).toBe('birth_date');
    call.keys(BIRTH_DATE_KEYS);
    expect(call.state).toMatchObject({ candidate: 0, identity: 'verified' });
    expect(call.at).toBe('consent');
  });

  it('is told from several by the birth date', () => {
    expect(asked(father, son).keys(SON_KEYS).state.candidate).toBe(1);
    expect(asked(son, father).keys(SON_KEYS).state.candidate).toBe(0);
  });

  it('is nobody when two have the same birth date: people sort it out (CL-16)', () => {
    const call = asked(father, { ...father }).keys(BIRTH_DATE_KEYS, BIRTH_DATE_KEYS, BIRTH_DATE_KEYS);
    expect(call.state).toMatchObject({ candidate: null, outcome: 'identity_failed' });
    expect(leavesNote(call.state, call.plan)).toBe(false);
  });

  it('is not asked of the only one without a birth date on file, as when we ring them', () => {
    const call = asked(noBirthDate);
    expect(call.state).toMatchObject({ candidate: 0, identity: 'not_checked' });
    expect(call.at).toBe('consent');
    expect(asked(noBirthDate, son).at).toBe('birth_date');
    expect(asked(noBirthDate, son).keys(SON_KEYS).state.candidate).toBe(1);
  });

  it('is a minor: no interview, staff and a guardian (CL-17)', () => {
    const minor = { patient: { dateOfBirth: '2012-02-29', minor: true } };
    const call = givenCaller(givenInboundPlan({ candidates: [minor], staff: STAFF_ON_DUTY })).keys('1', '02292012');
    expect([call.at, call.state.tasks, call.state.candidate]).toEqual(['transferring', ['guardian'], 0]);
  });
});

describe('the interview of somebody who rings back', () => {
  const earlier = talk(givenInterview(givenPlan({ callId: 'call_0' as never })), {}, 'ample.allergies')
    .keys('1')
    .says('penicillin')
    .when(hungUp(), recordingSaved('rec-0', 90_000, givenPlan().createdAt));
  const note = noteOf(earlier.state, earlier.plan, 'note_0', 1, earlier.now, iso);
  const answers = answersOf(note, (time) => Date.parse(time));
  const back = (changes: object = {}) =>
    givenCaller(givenInboundPlan({ candidates: [{ answers, ...changes }] })).keys('1', BIRTH_DATE_KEYS);

  it('asks for the consent again: no recorder starts on an old one (X1)', () => {
    const call = back();
    expect([call.at, call.ordered('record_start')]).toEqual(['consent', []]);
    expect(call.state.consent.recording).toBe('not_asked');
    expect(call.keys('1').lastNames).toEqual(['record_start', 'transcription_start', 'gather_using_speak']);
  });

  it('goes on with the first question that has no answer', () => {
    expect(back().keys('1').at).toBe('ample.medications');
    expect(givenCaller(givenInboundPlan({ candidates: [{}] })).keys('1', BIRTH_DATE_KEYS, '1').at).toBe(
      'hpi.chief_complaint',
    );
  });

  it('holds the earlier answers, each with its own call and its place in that recording, and is whole in the end', () => {
    const call = talk(back().keys('1')).when(speakEnded, hungUp());
    expect(statusOf(call.state)).toBe('completed');
    const whole = noteOf(call.state, call.plan, 'note_1', 1, call.now, iso);
    expect(whole.patient_info).toMatchObject({ patient_id: 'pat_1', first_name: 'Rosa' });
    expect(whole.hpi['pain_level']).toMatchObject({ value: 7, call_id: 'call_0' });
    expect(whole.hpi['pain_level']).toEqual(note.hpi['pain_level']);
    expect(whole.hpi['pain_level']?.offset_ms).toBeGreaterThan(0);
    expect(whole.ample['allergies_detail']).toMatchObject({ value: 'penicillin', confirmed: false, call_id: 'call_0' });
    expect(whole.ample['medications']).toMatchObject({ value: false, call_id: 'call_1', offset_ms: null });
  });

  it('asks again what was only passed over by silence, and not what the patient skipped', () => {
    const given: Record<string, Answer> = {
      'hpi.chief_complaint': { state: 'skipped', input: 'keys', at: 1, eventId: 'e' },
    };
    expect(back({ answers: given }).keys('1').at).toBe('hpi.symptom_duration');
    expect(Object.keys(answers)).not.toContain('ample.medications');
  });

  it('is closed at once when nothing is left to ask', () => {
    const all = Object.fromEntries(
      adultIntake.items.map(({ id }) => [id, { state: 'none', value: false, input: 'keys' } as Answer]),
    );
    const call = back({ answers: all }).keys('2');
    expect([call.at, call.state.outcome]).toEqual(['closing', 'completed']);
  });

  it('speaks the consent of the questionnaire that is answered, and stores the proof of those very words (RC-01)', () => {
    const consent = { en: 'Do you agree to our study? Press 1, 2 or 3.', es: '¿Está de acuerdo?' };
    const own = { ...adultIntake, id: 'study', version: 4, texts: { consent } };
    for (const patient of [{}, { dateOfBirth: null }]) {
      const call = givenCaller(givenInboundPlan({ candidates: [{ patient, questionnaire: own }] })).keys('1');
      if (call.at === 'birth_date') call.keys(BIRTH_DATE_KEYS);
      expect(call.spoken).toBe(consent.en);
      expect(call.keys('1').state.consent).toMatchObject({
        wording: 'consent-en-study-4',
        wordingHash: call.plan.candidates[0]?.wordings['en/consent'],
        key: '1',
      });
    }
  });

  it('leaves a note when it breaks off, with all that is known', () => {
    const call = back().when(hungUp());
    expect([statusOf(call.state), leavesNote(call.state, call.plan)]).toEqual(['partial', true]);
    expect(call.state.answers).toEqual(answers);
  });
});

it('says the same goodbye in every language to one it cannot place', () => {
  const call = givenCaller().keys('3', '1', '01011990', '01011990', '01011990');
  expect(call.spoken).toBe(callTexts.es.identityFailed.replace('{callback}', '2 0 2, 5 5 5, 0 1 0 0'));
});

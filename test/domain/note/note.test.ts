import { describe, expect, it } from 'vitest';
import { adultIntake } from '../../../src/domain/intake/adult-intake.ts';
import { type Note, noteOf } from '../../../src/domain/note/note.ts';
import { type Conversation, givenConsent, givenInterview, givenOpening } from '../../support/given-conversation.ts';
import { hungUp, recordingSaved, speakEnded } from '../../support/given-events.ts';
import { talk } from '../../support/given-phone.ts';
import { givenPlan, givenQuestionnaire, yesNo } from '../../support/given-plan.ts';

const iso = (at: number): string => new Date(at).toISOString();
const noteAfter = (call: Conversation, version = 1): Note => {
  if (call.at === 'closing') call.when(speakEnded);
  if (call.at !== 'ended') call.when(hungUp());
  return noteOf(call.state, call.plan, 'note_1', version, call.now, iso);
};

const origin = (item: string) => ({
  wording: givenPlan().wordings[`en/${item}`],
  question_version: 1,
  call_id: 'call_1',
});

describe('the note of a completed call', () => {
  const call = talk(givenOpening());
  const note = noteAfter(call);

  it('says whose it is, which questions, and in which language', () => {
    expect(note).toMatchObject({
      note_id: 'note_1',
      version: 1,
      call_id: 'call_1',
      status: 'complete',
      questionnaire: { id: 'adult-intake', version: 1, language: 'en' },
      patient_info: {
        patient_id: 'pat_1',
        external_id: 'MRN-7',
        phone_number: '+12025550143',
        first_name: 'Rosa',
        last_name: 'Quimby',
        date_of_birth: '1980-04-12',
      },
      identity: 'verified',
    });
  });

  it('holds the proof of consent: time, words, event', () => {
    const { consent } = call.state;
    expect(note.consent).toEqual({
      given: true,
      recording_consent: true,
      timestamp: iso(consent.at ?? 0),
      wording: 'consent-en-1',
      wording_hash: call.plan.wordings['en/consent'],
      key: '1',
      event_id: consent.eventId,
    });
  });

  it('holds every item of the questionnaire in its section, once', () => {
    const items = adultIntake.items.map(({ id }) => id);
    const sections = { hpi: note.hpi, ample: note.ample, family_history: note.family_history };
    const inNote = Object.entries(sections).flatMap(([section, answers]) =>
      Object.keys(answers).map((name) => `${section}.${name}`),
    );
    expect(inNote).toEqual(items);
  });

  it('traces every answer to the event that gave it (X5, S1-F14)', () => {
    const answers = [note.hpi, note.ample, note.family_history].flatMap((section) => Object.values(section));
    for (const { state, timestamp, event_id, input } of answers) {
      const event = call.events.find(({ id }) => id === event_id);
      if (state === 'not_asked') expect([timestamp, event_id]).toEqual([undefined, undefined]);
      else
        expect([event?.type, timestamp]).toEqual([
          input === 'voice' ? 'transcription.received' : 'gather.ended',
          iso(event?.at ?? 0),
        ]);
    }
    expect(note.hpi.pain_level).toMatchObject({ state: 'answered', value: 7, input: 'keys', offset_ms: null });
    expect(note.hpi.symptom_duration).toMatchObject({ value: '1_to_3_days', display: 'One to three days' });
    expect(note.ample.allergies).toMatchObject({ state: 'none', value: false });
    expect(note.family_history.heart_disease).toMatchObject({ state: 'unknown', value: null });
    expect(note.hpi.chief_complaint).toMatchObject({ input: 'voice', value: 'my knee is swollen', confirmed: true });
    expect(note.ample.allergies_detail).toEqual({ state: 'not_asked' });
  });

  it('says when the call was and how long it took', () => {
    const { answeredAt, endedAt } = call.state;
    expect(note.call_metadata).toEqual({
      status: 'completed',
      duration_seconds: Math.round(((endedAt ?? 0) - (answeredAt ?? 0)) / 1000),
      started_at: iso(answeredAt ?? 0),
      ended_at: iso(endedAt ?? 0),
      cost: null,
    });
    expect([note.created_at, note.completed_at]).toEqual([iso(call.now), iso(endedAt ?? 0)]);
  });

  it('is plain JSON', () => {
    expect(JSON.parse(JSON.stringify(note))).toEqual(note);
  });
});

describe('where an answer can be heard (X5)', () => {
  const startedAt = givenPlan().createdAt + 9000;
  const noteOfRecording = (from: number | null, durationMs: number | null = 600_000) =>
    noteAfter(talk(givenOpening()).when(speakEnded, hungUp(), recordingSaved('rec-1', durationMs, from)));

  it('is told in milliseconds from the start of the recording, for spoken answers and keyed ones', () => {
    const note = noteOfRecording(startedAt);
    for (const answer of [note.hpi['chief_complaint'], note.hpi['pain_level']])
      expect(answer?.offset_ms).toBe(Date.parse(answer?.timestamp ?? '') - startedAt);
  });

  it('is not told outside the recording, or without one', () => {
    expect(noteOfRecording(startedAt + 3_600_000).hpi['pain_level']?.offset_ms).toBeNull();
    expect(noteOfRecording(startedAt, 1).hpi['pain_level']?.offset_ms).toBeNull();
    expect(noteOfRecording(null).hpi['pain_level']?.offset_ms).toBeNull();
  });
});

describe('a spoken answer', () => {
  it('names all its events, its confidence, and whether the patient kept it', () => {
    const call = givenInterview().says('my knee', 'is swollen').quiet().silent(3);
    const eventIds = call.events.filter(({ type }) => type === 'transcription.received').map(({ id }) => id);
    expect(noteAfter(call).hpi['chief_complaint']).toMatchObject({
      ...{ input: 'voice', entry: 'my knee is swollen', confidence: 0.93, confirmed: false },
      ...{ event_id: eventIds[0], event_ids: eventIds },
    });
  });
});

describe('the red flags', () => {
  it('are listed with their rule, item and event, words as unverified (CL-04), and nobody has seen them yet', () => {
    const call = givenInterview().says('I have chest pain');
    const { id, at } = call.events.at(-1)!;
    expect(noteAfter(call).red_flags).toMatchObject([
      {
        ...{ rule: 'chest-pain', item: 'hpi.chief_complaint', level: 'urgent', at: iso(at), event_id: id },
        ...{ unverified: true, acknowledged_by: null },
      },
    ]);
  });
});

describe('the note of another end', () => {
  it.each([
    ['partial', 'a hang-up midway', () => talk(givenInterview(), {}, 'ample.allergies')],
    [
      'partial',
      'an opt-out, with what was answered',
      () => talk(givenInterview(), {}, 'ample.allergies').keys('*', '9'),
    ],
    ['partial', 'a hang-up at the opening, although empty', () => givenOpening()],
    ['declined', 'a refusal', () => givenConsent().keys('3')],
  ] as const)('is %s after %s', (status, _, make) => {
    const note = noteAfter(make());
    expect([note.status, note.completed_at]).toEqual([status, null]);
  });

  it('keeps the answers given, and marks what was never reached as not_asked (CL-10)', () => {
    const note = noteAfter(talk(givenInterview(), {}, 'ample.allergies'));
    expect(note.hpi.pain_level).toMatchObject({ value: 7 });
    expect(note.ample.allergies).toEqual({ state: 'not_asked' });
    expect(note.family_history.cancer).toEqual({ state: 'not_asked' });
  });

  it('says skipped and unclear with their time, and without a value (FH-02)', () => {
    const note = noteAfter(talk(givenInterview(), {}, 'hpi.symptom_duration').silent(3).keys('99', '99', '99'));
    expect(note.hpi.symptom_duration).toEqual({
      state: 'skipped',
      timestamp: expect.any(String),
      event_id: expect.any(String),
      ...origin('hpi.symptom_duration'),
    });
    expect(note.hpi.pain_level).toEqual({
      state: 'unclear',
      timestamp: expect.any(String),
      event_id: expect.any(String),
      ...origin('hpi.pain_level'),
    });
  });

  it('has no consent where none was asked', () => {
    expect(noteAfter(givenOpening()).consent).toEqual({
      given: false,
      recording_consent: false,
      timestamp: null,
      wording: null,
      wording_hash: null,
      key: null,
      event_id: null,
    });
  });

  it('tells the consent without recording apart from the refusal (RC-03)', () => {
    expect(noteAfter(givenConsent().keys('2')).consent).toMatchObject({ given: true, recording_consent: false });
    const declined = noteAfter(givenConsent().keys('3')).consent;
    expect(declined).toMatchObject({ given: false, recording_consent: false, wording: 'consent-en-1' });
    expect(declined.timestamp).not.toBeNull();
  });

  it.each([
    ['none', () => givenInterview(undefined, '2')],
    ['pending', () => givenInterview()],
    ['pending', () => givenInterview().keys('*', '8')],
    [
      'failed',
      () => {
        const call = givenInterview();
        const { seq, name } = call.ordered('record_start')[0]!;
        return call.when({ type: 'command.failed', seq, name, reason: 'refused', code: '90034' });
      },
    ],
  ] as const)('says its recording is %s (%#)', (status, make) => {
    expect(noteAfter(make()).recording).toEqual({ status });
  });

  it('names the language the patient chose', () => {
    expect(noteAfter(givenOpening().keys('3')).questionnaire.language).toBe('es');
  });

  it('has empty sections where the questionnaire has no items', () => {
    const plan = givenPlan({ questionnaire: givenQuestionnaire(yesNo('ample.allergies')) });
    const note = noteAfter(talk(givenOpening(plan)));
    expect([note.hpi, note.family_history, Object.keys(note.ample)]).toEqual([{}, {}, ['allergies']]);
  });
});

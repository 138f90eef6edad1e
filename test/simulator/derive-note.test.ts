import { describe, expect, test } from 'vitest';
import type { Ask, CallRecord, Utterance } from '../../src/simulator/call-record.ts';
import { newCallRecord } from '../../src/simulator/call-record.ts';
import { compareWithRecords } from '../../src/simulator/compare-with-note.ts';
import { deriveNote } from '../../src/simulator/derive-note.ts';

type Turn = readonly [step: string, outcome: Ask['outcome'], digits: string, ...words: string[]];

/** A record in which one question follows another, ten seconds apart; words are heard three seconds into theirs. */
function recordOf(...turns: readonly Turn[]): CallRecord {
  const record = newCallRecord('call_1', 'outgoing', 1);
  record.entries['consent'] = { digits: '1', at: 0 };
  turns.forEach(([step, outcome, digits, ...words], index) => {
    const at = index * 10_000;
    const asked = { step, prompt: '', at, transcribing: true, keys: digits, digits, outcome };
    record.asks.push({ ...asked, endedAt: at + 9_000, eventId: `ask_${index}` });
    for (const digit of digits) record.presses.push({ digit, at: at + 8_000, ask: index, eventId: `key_${index}` });
    for (const said of words) record.utterances.push(utterance(said, step, index, at + 3_000));
  });
  return record;
}

function utterance(said: string, step: string, ask: number, finalAt: number): Utterance {
  const times = { startedAt: finalAt - 2_000, endedAt: finalAt - 700, finalAt };
  return { said, step, ask, ...times, heard: said, confidence: 0.9, eventId: `say_${finalAt}`, outcome: 'delivered' };
}

const itemOf = (record: CallRecord, item: string) => deriveNote([record]).items[item];
const complaint = 'hpi.chief_complaint';
const confirm = `${complaint}.confirm`;
const kept = (value: string, confirmed: boolean) => ({ state: 'answered', value, confirmed, input: 'voice' });

describe('What a note must hold of a voice item', () => {
  test.each([
    [
      'kept: the words joined in order',
      [
        [complaint, 'cancelled', '', 'my head', 'hurts'],
        [confirm, 'valid', '1'],
      ],
      kept('my head hurts', true),
    ],
    [
      'redone: the new words alone',
      [
        [complaint, 'cancelled', '', 'my bed'],
        [confirm, 'valid', '2'],
        [complaint, 'cancelled', '', 'my head'],
        [confirm, 'valid', '1'],
      ],
      kept('my head', true),
    ],
    [
      'talked on while it is read back: all words, as they are read again',
      [
        [complaint, 'cancelled', '', 'my head'],
        [confirm, 'cancelled', '', 'hurts', 'at night'],
        [confirm, 'valid', '1'],
      ],
      kept('my head hurts at night', true),
    ],
    [
      'talked on and kept at one reading: which came first cannot be told',
      [
        [complaint, 'cancelled', '', 'my head'],
        [confirm, 'valid', '1', 'hurts'],
      ],
      null,
    ],
    [
      'skipped at the read-back',
      [
        [complaint, 'cancelled', '', 'my head'],
        [confirm, 'valid', '3'],
      ],
      { state: 'skipped' },
    ],
    [
      'three silences at the read-back keep the words',
      [
        [complaint, 'cancelled', '', 'my head'],
        [confirm, 'timeout', ''],
        [confirm, 'timeout', ''],
        [confirm, 'timeout', ''],
      ],
      kept('my head', false),
    ],
    [
      'a hang-up before the read-back keeps the words',
      [
        [complaint, 'cancelled', '', 'my head'],
        [confirm, 'call_hangup', ''],
      ],
      kept('my head', false),
    ],
    [
      'three silences',
      [
        [complaint, 'timeout', ''],
        [complaint, 'timeout', ''],
        [complaint, 'timeout', ''],
      ],
      { state: 'skipped' },
    ],
    [
      'two silences and a hang-up cannot be told',
      [
        [complaint, 'timeout', ''],
        [complaint, 'call_hangup', ''],
      ],
      null,
    ],
    ['words and a hang-up', [[complaint, 'call_hangup', '', 'my head']], kept('my head', false)],
    ['skipped with *7', [[complaint, 'valid', '*7']], { state: 'skipped' }],
    [
      'words, then skipped with *7 at the read-back',
      [
        [complaint, 'cancelled', '', 'my head'],
        [confirm, 'valid', '*7'],
      ],
      { state: 'skipped' },
    ],
    ['never asked', [['hpi.pain_level', 'valid', '4']], { state: 'not_asked' }],
  ] as readonly (readonly [string, readonly Turn[], object | null])[])('%s', (_name, turns, wanted) => {
    expect(itemOf(recordOf(...turns), complaint)).toEqual(wanted);
  });

  test('a read-back that was skipped and then kept is no skip, also where the end of its question was never told', () => {
    const skippedFirst = (...words: string[]) =>
      recordOf([complaint, 'cancelled', '', ...words], [confirm, 'valid', '3'], [confirm, 'valid', '1']);
    expect(itemOf(skippedFirst('my head'), complaint)).toEqual(kept('my head', true));
    expect(deriveNote([skippedFirst('my head')], new Set(['ask_0'])).items[complaint]).toBeNull();
  });

  test('words that arrive when another question is open may or may not count', () => {
    const record = recordOf([complaint, 'valid', '', 'my head'], [confirm, 'valid', '1']);
    record.utterances.push(utterance('hurts', complaint, 0, 12_000));
    expect(itemOf(record, complaint)).toBeNull();
  });

  test('words that arrive after # and before the next question count', () => {
    const record = recordOf([complaint, 'valid', ''], [confirm, 'valid', '1']);
    record.utterances.push(utterance('my head', complaint, 0, 9_500));
    expect(itemOf(record, complaint)).toEqual(kept('my head', true));
  });

  test('words under way at the hang-up may or may not count', () => {
    const record = recordOf([complaint, 'call_hangup', '', 'my head']);
    record.endedAt = 2_500;
    expect(itemOf(record, complaint)).toBeNull();
  });

  test('says nothing where an event never reached the worker', () => {
    const record = recordOf(
      [complaint, 'cancelled', '', 'my head'],
      [confirm, 'valid', '1'],
      ['hpi.pain_level', 'valid', '4'],
    );
    const { items } = deriveNote([record], new Set(['say_3000', 'ask_2']));
    expect([items[complaint], items['hpi.pain_level']]).toEqual([null, null]);
  });
});

describe('What a note must hold of keys', () => {
  const duration = 'hpi.symptom_duration';
  test.each([
    [
      '1 is yes',
      'ample.allergies',
      [['ample.allergies', 'valid', '1']],
      { state: 'answered', value: true, input: 'keys' },
    ],
    ['2 is no', 'ample.allergies', [['ample.allergies', 'valid', '2']], { state: 'none', value: false, input: 'keys' }],
    [
      '3 is not sure',
      'ample.allergies',
      [['ample.allergies', 'valid', '3']],
      { state: 'unknown', value: null, input: 'keys' },
    ],
    ['a detail after no', 'ample.allergies_detail', [['ample.allergies', 'valid', '2']], { state: 'not_asked' }],
    [
      'pain 0 is an answer',
      'hpi.pain_level',
      [['hpi.pain_level', 'valid', '0']],
      { state: 'answered', value: 0, input: 'keys' },
    ],
    [
      'three wrong keys',
      duration,
      [
        [duration, 'valid', '7'],
        [duration, 'timeout', ''],
        [duration, 'valid', '9'],
      ],
      { state: 'unclear' },
    ],
    [
      'three silences',
      duration,
      [
        [duration, 'timeout', ''],
        [duration, 'timeout', ''],
        [duration, 'timeout', ''],
      ],
      { state: 'skipped' },
    ],
    [
      'a right key after a wrong one',
      duration,
      [
        [duration, 'valid', '7'],
        [duration, 'valid', '4'],
      ],
      { state: 'answered', value: 'more_than_1_week', input: 'keys' },
    ],
    ['a key in a gather that the hang-up ended', duration, [[duration, 'call_hangup', '4']], null],
    [
      'a command key after the commands were read out',
      duration,
      [
        [duration, 'valid', '*'],
        ['command', 'valid', '7'],
      ],
      { state: 'skipped' },
    ],
  ] as readonly (readonly [string, string, readonly Turn[], object | null])[])('%s', (_name, item, turns, wanted) => {
    expect(itemOf(recordOf(...turns), item)).toEqual(wanted);
  });

  test('a * and a key are one command only within four seconds of human time', () => {
    const record = recordOf([duration, 'valid', '*'], [duration, 'timeout', '']);
    const pressed = (gapMs: number, speed: number) => {
      const presses = [
        { digit: '*', at: 8_000, ask: 0, eventId: 'key_star' },
        { digit: '7', at: 8_000 + gapMs, ask: null, eventId: 'key_7' },
      ];
      return itemOf({ ...record, presses, speed }, duration);
    };
    expect(pressed(4_000, 1)).toEqual({ state: 'skipped' });
    expect(pressed(4_001, 1)).toBeNull();
    expect(pressed(200, 20)).toEqual({ state: 'skipped' });
    expect(pressed(201, 20)).toBeNull();
  });

  test('an answer that was lost on its way counts once it has been given again', () => {
    const record = recordOf([duration, 'valid', '1'], [duration, 'valid', '4']);
    expect(deriveNote([record], new Set(['ask_0'])).items[duration]).toMatchObject({ value: 'more_than_1_week' });
    expect(deriveNote([record], new Set(['ask_0', 'ask_1'])).items[duration]).toBeNull();
  });
});

test('recording stopped with *8 while a voice item is open: it may have been dropped or kept', () => {
  const record = recordOf([complaint, 'valid', '*8', 'my head'], ['hpi.pain_level', 'valid', '4']);
  expect(itemOf(record, complaint)).toBeNull();
  expect(itemOf(record, 'hpi.pain_level')).toMatchObject({ value: 4 });
});

test('knows who asked to be left alone: by 9 at the opening, or by *9', () => {
  const opening = recordOf();
  opening.entries['opening'] = { digits: '9', at: 0 };
  expect(deriveNote([opening]).optedOut).toBe(true);
  expect(deriveNote([recordOf(['hpi.pain_level', 'valid', '*9'])]).optedOut).toBe(true);
  expect(deriveNote([recordOf(['hpi.pain_level', 'valid', '9'])]).optedOut).toBe(false);
});

test('without consent to anything nothing is said about the items', () => {
  const record = recordOf();
  delete record.entries['consent'];
  expect(Object.values(deriveNote([record]).items).every((item) => item === null)).toBe(true);
});

test('after a ring-back the note holds the earlier answers, and the newer where both calls have one', () => {
  const first = recordOf(
    ['hpi.pain_level', 'valid', '4'],
    ['ample.allergies', 'valid', '1'],
    [complaint, 'call_hangup', '', 'my head'],
  );
  const second = recordOf(
    [complaint, 'cancelled', '', 'my whole head'],
    [confirm, 'valid', '1'],
    ['ample.last_meal', 'valid', '1'],
  );
  expect(deriveNote([first, second]).items).toMatchObject({
    'hpi.pain_level': { value: 4 },
    'ample.allergies': { value: true },
    [complaint]: { value: 'my whole head', confirmed: true },
    'ample.last_meal': { value: 'within_1_hour' },
    'ample.events': { state: 'not_asked' },
  });
});

test('a note is held against the record: words, how they were given, and where each answer came from', () => {
  const record = recordOf(
    [complaint, 'cancelled', '', 'my head'],
    [confirm, 'valid', '1'],
    ['hpi.pain_level', 'valid', '4'],
  );
  const note = Object.fromEntries(['hpi', 'ample', 'family_history'].map((section) => [section, sectionOf(section)]));
  const origin = { event_id: 'e1', timestamp: '2026-11-20T15:04:05.123Z' };
  const right = {
    chief_complaint: { ...kept('my head', true), ...origin },
    pain_level: { state: 'answered', value: 4, input: 'keys', ...origin },
  };
  expect(compareWithRecords({ ...note, hpi: { ...sectionOf('hpi'), ...right } }, [record])).toEqual([]);
  const wrong = {
    chief_complaint: { ...right.chief_complaint, value: 'my bed', confirmed: false },
    pain_level: { state: 'answered', value: 4 },
  };
  expect(compareWithRecords({ ...note, hpi: { ...sectionOf('hpi'), ...wrong } }, [record])).toEqual([
    'given hpi.chief_complaint value: "my bed" instead of "my head"',
    'given hpi.chief_complaint confirmed: false instead of true',
    'hpi.pain_level input: nothing instead of "keys"',
    'hpi.pain_level has no event_id',
    'hpi.pain_level has no timestamp',
  ]);

  function sectionOf(section: string): Record<string, object> {
    const names = Object.keys(deriveNote([record]).items).filter((item) => item.startsWith(`${section}.`));
    return Object.fromEntries(names.map((name) => [name.slice(section.length + 1), { state: 'not_asked' }]));
  }
});

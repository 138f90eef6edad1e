/**
 * What is tried is what is called: the inputs of golden conversations, played through the preview, come to the note those calls came
 * to; and whatever is pressed or said, a trial never fails and always ends or has a question open (C69).
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adultIntake } from '../../../src/domain/intake/adult-intake.ts';
import { messageAndReply } from '../../../src/domain/intake/message-and-reply.ts';
import type { Questionnaire } from '../../../src/domain/intake/questionnaire.ts';
import { type PreviewInput, previewCall } from '../../../src/domain/preview/preview-call.ts';
import {
  BIRTH_DATE_KEYS,
  date,
  givenPlan,
  givenQuestionnaire,
  message,
  number,
  STAFF_ON_DUTY,
  voice,
  yesNo,
} from '../../support/given-plan.ts';

const iso = (at: number): string => new Date(at).toISOString();
const folder = path.resolve(import.meta.dirname, '../../conversations');

type Golden = {
  readonly plan?: { readonly questionnaire?: string };
  readonly turns: readonly { readonly on: string }[];
  readonly call: { readonly status: string };
  readonly tasks: readonly string[];
  readonly note: object | null;
};
const golden = (name: string): Golden => JSON.parse(readFileSync(path.join(folder, `${name}.json`), 'utf8'));

/** The turns of a golden conversation as somebody would try them: words said one after another are said as one. */
function inputsOf({ turns }: Golden): PreviewInput[] {
  const inputs: PreviewInput[] = [];
  let words: string[] = [];
  const speak = () => {
    if (words.length > 0) inputs.push({ speech: words.join(' ') });
    words = [];
  };
  for (const { on } of turns) {
    if (on.startsWith('says ')) {
      words.push(on.slice('says '.length));
      continue;
    }
    const hadWords = words.length > 0;
    speak();
    const [step = '', keys = ''] = on.split(' ');
    // The `#` after words ends what their silence has ended here already.
    if (hadWords && keys === '#') continue;
    if (!/^(opening|birth_date|consent|command|red_flag|dtmf|hpi|ample|family_history|message)(\.|$)/.test(step))
      continue;
    inputs.push(keys === '-' ? { silence: true } : { keys });
  }
  speak();
  return inputs;
}

/** What a note says, without when, in which event, and how sure a recogniser was. */
function substance(note: object | null): unknown {
  const dropped = new Set([
    ...['timestamp', 'at', 'created_at', 'completed_at', 'started_at', 'ended_at', 'duration_seconds'],
    ...['event_id', 'event_ids', 'note_id', 'call_id', 'offset_ms', 'confidence', 'recording', 'version', 'cost'],
  ]);
  return JSON.parse(JSON.stringify(note, (name, value) => (dropped.has(name) ? undefined : value)));
}

describe('what is tried is what is called', () => {
  it.each([
    'adult-intake.voice-complete',
    'adult-intake.complete-without-recording',
    'adult-intake.declined',
    'adult-intake.falls-silent',
    'adult-intake.identity-failed',
    'adult-intake.opted-out-at-opening',
    'adult-intake.opted-out-in-read-back',
    'adult-intake.red-flag-goes-on',
    'adult-intake.silent',
    'adult-intake.spanish-by-voice',
    'adult-intake.spanish-with-commands',
    'adult-intake.spoken-opt-out',
    'adult-intake.stops-recording',
    'adult-intake.voice-redo',
    'adult-intake.voice-silent',
    'adult-intake.wrong-person',
    'message-and-reply.complete',
  ])('%s', (name) => {
    const conversation = golden(name);
    const { plan = {} } = conversation;
    const questionnaire = plan.questionnaire === 'message-and-reply' ? messageAndReply : adultIntake;
    const tried = previewCall(givenPlan({ ...(plan as object), questionnaire }), inputsOf(conversation), iso);
    expect(tried.open).toBeNull();
    expect(tried.status).toBe(conversation.call.status);
    expect(tried.tasks).toEqual(conversation.tasks);
    expect(substance(tried.note)).toEqual(substance(conversation.note));
  });
});

const at = (inputs: readonly PreviewInput[], plan = givenPlan()) => previewCall(plan, inputs, iso);
const toItems: readonly PreviewInput[] = [{ keys: '1' }, { keys: `${BIRTH_DATE_KEYS}#` }, { keys: '1' }];

describe('the open question', () => {
  it('is the opening first, with its keys', () => {
    const { open, transcript, status, note } = at([]);
    expect(open).toMatchObject({ step: 'opening', kind: 'keys', triesLeft: 3, listening: false });
    expect(open?.keys.map(({ keys }) => keys)).toEqual(['1', '2', '3', '9', '0']);
    expect(transcript).toEqual([{ speaker: 'agent', text: open?.text, step: 'opening' }]);
    expect([status, note?.status]).toEqual(['in_progress', 'partial']);
  });

  it('shows the birth date to key in, and never writes it down', () => {
    const asked = at([{ keys: '1' }]);
    expect(asked.open).toMatchObject({ step: 'birth_date', keys: [{ keys: `${BIRTH_DATE_KEYS}#` }] });
    const { transcript, open } = at(toItems.slice(0, 2));
    expect(open?.step).toBe('consent');
    expect(JSON.stringify(transcript)).not.toContain(BIRTH_DATE_KEYS);
    expect(transcript.at(-2)).toEqual({ speaker: 'patient', text: 'date of birth entered', step: 'birth_date' });
  });

  it('hears words only once recording is agreed to', () => {
    expect(at([{ keys: '1' }, { speech: 'My knee hurts' }]).transcript.map(({ speaker }) => speaker)).toEqual([
      ...['agent', 'patient', 'agent'],
    ]);
    expect(at(toItems).open).toMatchObject({ step: 'hpi.chief_complaint', kind: 'voice', listening: true });
    const read = at([...toItems, { speech: 'My knee hurts' }]);
    expect(read.open).toMatchObject({ step: 'hpi.chief_complaint.confirm', kind: 'keys' });
    expect(read.open?.text).toContain('We heard: My knee hurts.');
  });

  it('counts the tries, of silence and of wrong keys', () => {
    expect(at([...toItems, { speech: 'My knee' }, { keys: '1' }, { keys: '8' }]).open).toMatchObject({
      step: 'hpi.symptom_duration',
      triesLeft: 2,
    });
    expect(at([{ silence: true }, { silence: true }]).open).toMatchObject({ step: 'opening', triesLeft: 1 });
    expect(at([{ silence: true }, { silence: true }, { silence: true }])).toMatchObject({
      open: null,
      status: 'partial',
    });
  });

  it('obeys star commands, keyed in one go or one after another', () => {
    for (const keys of [[{ keys: '*7' }], [{ keys: '*' }, { keys: '7' }]])
      expect(at([...toItems, ...keys]).open?.step).toBe('hpi.symptom_duration');
    expect(at([...toItems, { keys: '*' }]).open).toMatchObject({ step: 'command' });
    const again = at([...toItems, { keys: '**' }]);
    expect(again.open?.step).toBe('hpi.chief_complaint');
    expect(again.transcript.filter(({ step }) => step === 'hpi.chief_complaint')).toHaveLength(3);
    expect(at([...toItems, { keys: '*9' }])).toMatchObject({ open: null, status: 'opted_out' });
  });

  it('rings nobody: staff do not answer, and the interview goes on', () => {
    const tried = at([...toItems, { keys: '*0' }], givenPlan({ staff: STAFF_ON_DUTY }));
    expect(tried.open?.step).toBe('hpi.chief_complaint');
    expect(tried.tasks).toContain('callback');
  });

  it('a red flag breaks in, and is in what staff are given to do', () => {
    const tried = at([...toItems, { speech: 'I have chest pain' }]);
    expect(tried.open).toMatchObject({ step: 'red_flag', triesLeft: 2 });
    expect(tried.redFlags).toMatchObject([{ rule: 'chest-pain', unverified: true }]);
    expect(tried.tasks).toContain('red_flag');
  });

  it('a call that is drawn out ends by its time, as on the phone (CL-21)', () => {
    const tried = at([...toItems, ...Array.from({ length: 150 }, () => ({ keys: '**' }))]);
    expect(tried).toMatchObject({ open: null, status: 'partial' });
    expect(tried.transcript.at(-1)?.text).toContain('We have come to the end of the time for this call.');
  });

  it('what comes after the end changes nothing', () => {
    const over = [{ keys: '9' }];
    expect(at([...over, { keys: '1' }, { speech: 'hello' }])).toEqual(at(over));
  });
});

it('the same inputs lead to the same question', () => {
  const inputs: PreviewInput[] = [...toItems, { speech: 'My knee' }, { keys: '1' }, { keys: '2' }, { silence: true }];
  expect(at(inputs)).toEqual(at(inputs));
});

describe('whatever is pressed or said', () => {
  const anyInput: fc.Arbitrary<PreviewInput> = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.constantFrom('1', '2', '3', '0', '9', '7', '#', '*', '1#', '10#').map((keys) => ({ keys })),
    },
    { weight: 2, arbitrary: fc.stringMatching(/^[0-9*#]{1,12}$/).map((keys) => ({ keys })) },
    {
      weight: 2,
      arbitrary: fc.constantFrom('yes', 'my knee', 'chest pain', 'stop calling me').map((speech) => ({ speech })),
    },
    { weight: 1, arbitrary: fc.string({ minLength: 1, maxLength: 200 }).map((speech) => ({ speech })) },
    { weight: 2, arbitrary: fc.constant({ silence: true } as const) },
  );
  const short = givenQuestionnaire(
    yesNo('ample.allergies'),
    voice('ample.allergies_detail', 'ample.allergies'),
    message('message.news'),
    number('hpi.pain_level', 0, 10),
    message('message.audio', true),
    date('hpi.since', true),
  );
  const questionnaires: readonly Questionnaire[] = [adultIntake, messageAndReply, short];

  it('a trial never fails, and either is over or has a question open', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...questionnaires),
        fc.boolean(),
        fc.boolean(),
        fc.constantFrom(0, 3),
        fc.array(anyInput, { maxLength: 40 }),
        (questionnaire, reachable, withMedia, known, inputs) => {
          const plan = givenPlan({
            questionnaire,
            staff: reachable ? STAFF_ON_DUTY : null,
            mediaUrl: withMedia ? 'https://media.example/a.mp3' : null,
          });
          const { open, status, note } = previewCall(plan, [...toItems.slice(0, known), ...inputs], iso);
          if (open === null) expect(status).not.toBe('in_progress');
          else {
            expect([status, note === null]).toEqual(['in_progress', false]);
            expect(open.triesLeft).toBeGreaterThan(0);
            expect(open.text).not.toBe('');
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('a trial of every length goes on from where the shorter one stood', () => {
    fc.assert(
      fc.property(fc.array(anyInput, { minLength: 1, maxLength: 25 }), (inputs) => {
        const shorter = previewCall(givenPlan(), [...toItems, ...inputs.slice(0, -1)], iso);
        const { transcript } = previewCall(givenPlan(), [...toItems, ...inputs], iso);
        expect(transcript.slice(0, shorter.transcript.length)).toEqual(shorter.transcript);
      }),
      { numRuns: 100 },
    );
  });
});

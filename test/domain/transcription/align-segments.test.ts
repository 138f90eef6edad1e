/** What a recording says stands beside the question it answers (C6). */
import { describe, expect, it } from 'vitest';
import type { TranscriptLine } from '../../../src/domain/intake/call-log.ts';
import { alignSegments, openSteps } from '../../../src/domain/transcription/align-segments.ts';

const START = 1_700_000_000_000;
const asked = (item: string | null, atMs: number, text = `Question ${item}?`): TranscriptLine => ({
  ...{ speaker: 'agent', text, at: START + atMs, item, input: 'voice', confidence: null },
});
const keyed = (item: string, atMs: number): TranscriptLine => ({
  ...{ speaker: 'patient', text: '1', at: START + atMs, item, input: 'keys', confidence: null },
});
const LOG = [
  asked('opening', -20_000),
  asked('consent', -5000),
  keyed('consent', -100),
  asked('hpi.chief_complaint', 1000, 'What brings you in today?'),
  asked('hpi.chief_complaint.confirm', 10_000, 'You said: my knee hurts. Press 1 to keep it.'),
  keyed('hpi.chief_complaint.confirm', 14_000),
  asked('hpi.pain_level', 15_000, 'How strong is the pain?'),
];
const STEPS = openSteps(LOG, START);
const segment = (startMs: number, endMs: number, text = 'my knee hurts') => ({
  startMs,
  endMs,
  text,
  confidence: 0.93,
});
const itemOf = (startMs: number, endMs: number) =>
  alignSegments([{ speaker: 'patient', segments: [segment(startMs, endMs)] }], STEPS)[0]?.item;

describe('a step', () => {
  it('is open from when it is asked until the next is, the last to the end', () => {
    expect(STEPS.map(({ item, fromMs, toMs }) => [item, fromMs, toMs])).toEqual([
      ['opening', -20_000, -5000],
      ['consent', -5000, 1000],
      ['hpi.chief_complaint', 1000, 10_000],
      ['hpi.chief_complaint.confirm', 10_000, 15_000],
      ['hpi.pain_level', 15_000, Number.POSITIVE_INFINITY],
    ]);
  });
});

describe('a sentence belongs to the step that was open', () => {
  it.each([
    ['within it', 3000, 6000, 'hpi.chief_complaint'],
    ['when it runs into the next question', 7000, 11_000, 'hpi.chief_complaint'],
    ['when the engine begins it a little early', 9500, 13_000, 'hpi.chief_complaint.confirm'],
    ['at its very first moment', 15_000, 15_000, 'hpi.pain_level'],
    ['after the last question', 900_000, 900_500, 'hpi.pain_level'],
    ['from before the recorder began', 0, 500, 'consent'],
  ])('%s', (_, startMs, endMs, item) => expect(itemOf(startMs, endMs)).toBe(item));

  it('and to none where nothing was asked', () => {
    const lines = alignSegments([{ speaker: 'patient', segments: [segment(0, 900)] }], []);
    expect(lines).toMatchObject([{ item: null, speaker: 'patient' }]);
  });
});

it('both channels are one conversation, in the order in which it was said', () => {
  const lines = alignSegments(
    [
      { speaker: 'patient', segments: [segment(3000, 6000), segment(16_000, 17_000, 'seven')] },
      { speaker: 'agent', segments: [segment(1100, 2600, 'What brings you in today?')] },
    ],
    STEPS,
  );
  expect(lines.map(({ speaker, text, item, confidence }) => [speaker, text, item, confidence])).toEqual([
    ['agent', 'What brings you in today?', 'hpi.chief_complaint', 0.93],
    ['patient', 'my knee hurts', 'hpi.chief_complaint', 0.93],
    ['patient', 'seven', 'hpi.pain_level', 0.93],
  ]);
});

it('on one channel for both, whoever reads out the script is the clinic', () => {
  const segments = [segment(1100, 2600, 'What brings you in today'), segment(3000, 6000), segment(6100, 6500, '…')];
  expect(alignSegments([{ speaker: null, segments }], STEPS).map(({ speaker }) => speaker)).toEqual([
    'agent',
    'patient',
    'patient',
  ]);
});

/**
 * What a recording says, laid beside the interview: who spoke, and which question was open at that moment, as the call's own log has it. Of
 * one channel each, the speaker is known; where both are on one, whoever reads out what the script says is the clinic. Pure.
 */
import type { TranscriptLine } from '../intake/call-log.ts';
import type { TranscriptSegment } from './transcript.ts';

/** A line of what was heard in a recording. Offsets count from its start. */
export interface SpokenLine {
  readonly speaker: 'agent' | 'patient';
  readonly text: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly confidence: number | null;
  /** The step that was open; null: none was. */
  readonly item: string | null;
}

/** From when to when a step was open, and what the clinic said in it. Milliseconds from the start of the recording. */
export interface OpenStep {
  readonly item: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly said: string;
}

/** Each step is open from when it is asked until the next is; the last to the end. `startedAt`: of the recording, epoch milliseconds. */
export function openSteps(transcript: readonly TranscriptLine[], startedAt: number): OpenStep[] {
  const asked = transcript.filter(({ speaker, item }) => speaker === 'agent' && item !== null);
  return asked.map(({ item, at, text }, index) => ({
    item: item ?? '',
    fromMs: at - startedAt,
    toMs: (asked[index + 1]?.at ?? Number.POSITIVE_INFINITY) - startedAt,
    said: text,
  }));
}

export interface HeardChannel {
  /** Null: everybody is on it. */
  readonly speaker: 'agent' | 'patient' | null;
  readonly segments: readonly TranscriptSegment[];
}

/** In the order in which they were said. */
export function alignSegments(channels: readonly HeardChannel[], steps: readonly OpenStep[]): SpokenLine[] {
  const lines = channels.flatMap(({ speaker, segments }) =>
    segments.map(({ startMs, endMs, text, confidence }): SpokenLine => {
      const step = stepAt(steps, startMs, endMs);
      const who = speaker ?? (step !== null && isReadOut(text, step.said) ? 'agent' : 'patient');
      return { speaker: who, text, startMs, endMs, confidence, item: step?.item ?? null };
    }),
  );
  return lines.toSorted((a, b) => a.startMs - b.startMs || a.endMs - b.endMs);
}

/** Under which most of it was said: an answer may run into the next question, and engines begin a sentence early. */
function stepAt(steps: readonly OpenStep[], startMs: number, endMs: number): OpenStep | null {
  let best: { readonly step: OpenStep; readonly shared: number } | null = null;
  for (const step of steps) {
    const shared = Math.min(endMs, step.toMs) - Math.max(startMs, step.fromMs);
    if (shared > 0 && (best === null || shared > best.shared)) best = { step, shared };
  }
  // Of no length at all: under which it lies.
  return best?.step ?? steps.findLast(({ fromMs, toMs }) => fromMs <= startMs && startMs < toMs) ?? null;
}

const READ_OUT_SHARE = 0.6;
const wordsOf = (text: string): string[] =>
  text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');

function isReadOut(text: string, script: string): boolean {
  const [said, known] = [wordsOf(text), new Set(wordsOf(script))];
  return said.length > 0 && said.filter((word) => known.has(word)).length / said.length >= READ_OUT_SHARE;
}

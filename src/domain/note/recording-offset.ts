/** Where in the recording of its call something was said. Pure. */

/** Times are epoch milliseconds; what Telnyx has not told is null. */
export interface RecordedSpan {
  readonly startedAt: number | null;
  readonly durationMs: number | null;
}

/** Milliseconds from its start; null before the recording is known, and outside it. */
export function recordingOffsetMs(recording: RecordedSpan | null, at: number | undefined): number | null {
  if (at === undefined || recording === null || recording.startedAt === null) return null;
  const offsetMs = at - recording.startedAt;
  return offsetMs >= 0 && offsetMs <= (recording.durationMs ?? Number.POSITIVE_INFINITY) ? offsetMs : null;
}

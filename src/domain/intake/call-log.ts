/** What a call leaves behind besides its note: every event with its effect, and what was said. Shapes only. */

/** `applied` changed something or was noted; `duplicate` was seen before; `ignored` and `late` had no effect. */
export type EventEffect = 'applied' | 'duplicate' | 'ignored' | 'late';

export interface LoggedEvent {
  readonly event_id: string;
  readonly type: string;
  /** Epoch milliseconds: when it happened and when we learned of it. */
  readonly at: number;
  readonly received_at: number;
  readonly effect: EventEffect;
  /** Names of the commands it led to. */
  readonly commands: readonly string[];
}

export interface TranscriptLine {
  readonly speaker: 'agent' | 'patient';
  readonly text: string;
  readonly at: number;
  /** The step it was said at: `opening`, `birth_date`, `consent`, an item id, `<item>.confirm`, `red_flag`, `command`, `closing`. */
  readonly item: string | null;
  readonly input: 'voice' | 'keys';
  /** Of words that were heard; null where Telnyx gives none, and for all else. */
  readonly confidence: number | null;
}

export interface CallLog {
  readonly events: readonly LoggedEvent[];
  readonly transcript: readonly TranscriptLine[];
}

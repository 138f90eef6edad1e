/**
 * The red flags of a call as a page shows them. The note names them; before it is written the log does: whatever made the call
 * tell staff is a flag, with the words or keys of that moment.
 */
import type { CallLog } from '../../domain/intake/call-log.ts';
import type { Note } from '../../domain/note/note.ts';

export interface ShownFlag {
  /** Null until the note names it. */
  readonly rule: string | null;
  readonly item: string | null;
  readonly at: number;
  /** Recognised in free speech: a hint to check (CL-04). */
  readonly unverified: boolean;
  /** What was said or keyed. */
  readonly entry: string | null;
  /** Of an unfinished intake that this call took up again; null: of this one. */
  readonly earlierCallId: string | null;
}

export function shownFlags(note: Pick<Note, 'call_id' | 'red_flags'> | null, log: CallLog): readonly ShownFlag[] {
  const entryAt = (at: number) => log.transcript.find((line) => line.speaker === 'patient' && line.at === at);
  if (note !== null && note.red_flags.length > 0) {
    return note.red_flags.map(({ rule, item, at, unverified, call_id }) => {
      const moment = Date.parse(at);
      const earlierCallId = call_id === note.call_id ? null : call_id;
      return { rule, item, at: moment, unverified, entry: entryAt(moment)?.text ?? null, earlierCallId };
    });
  }
  return log.events
    .filter(({ commands }) => commands.includes('open_task'))
    .map(({ type, at }) => {
      const line = entryAt(at);
      const unverified = type === 'transcription.received';
      return { rule: null, item: line?.item ?? null, at, unverified, entry: line?.text ?? null, earlierCallId: null };
    });
}

/** An answer as one cell of a table: what was said, nothing where nothing was. Its state, source and code are in the note. Pure. */
import type { NoteAnswer } from './note.ts';

/** `No` and `Not sure` only by an explicit key (CL-10); a reader must not take words for settled that the patient never said yes to. */
export function answerText(answer: NoteAnswer | undefined): string {
  if (answer === undefined) return '';
  if (answer.state === 'none') return 'No';
  if (answer.state === 'unknown') return 'Not sure';
  const { value, display, confirmed } = answer;
  if (value === undefined || value === null || value === false) return '';
  const text = value === true ? 'Yes' : (display ?? String(value));
  return confirmed === false ? `${text} (not confirmed)` : text;
}

/** Answers as cells of a table. */
import { expect, it } from 'vitest';
import { answerText } from '../../../src/domain/note/answer-text.ts';
import type { NoteAnswer } from '../../../src/domain/note/note.ts';

it.each<[NoteAnswer | undefined, string]>([
  [{ state: 'answered', value: true }, 'Yes'],
  [{ state: 'none', value: false }, 'No'],
  [{ state: 'unknown', value: null }, 'Not sure'],
  [{ state: 'answered', value: 0 }, '0'],
  [{ state: 'answered', value: '1_to_3_days', display: 'De uno a tres días' }, 'De uno a tres días'],
  [{ state: 'answered', value: 'my knee', confirmed: true }, 'my knee'],
  [{ state: 'answered', value: 'my knee', confirmed: false }, 'my knee (not confirmed)'],
  [{ state: 'unclear' }, ''],
  [{ state: 'skipped', value: null }, ''],
  [{ state: 'not_asked' }, ''],
  [{ state: 'declined' }, ''],
  [undefined, ''],
])('%j is written %j: silence is never no (CL-10)', (answer, text) => expect(answerText(answer)).toBe(text));

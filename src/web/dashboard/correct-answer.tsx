/** The form behind "Correct" beside an answer: what fits its question. What the patient said stays on record. */
import type { Item, Language } from '../../domain/intake/questionnaire.ts';
import type { Note, NoteAnswer } from '../../domain/note/note.ts';
import { itemTitle } from './labels.ts';

interface CorrectView {
  readonly item: Item;
  readonly answer: NoteAnswer;
  readonly note: Note;
}

export const CorrectAnswer = ({ item, answer, note }: CorrectView) => {
  if (item.type === 'message') return null;
  const id = item.id.replaceAll('.', '-');
  const path = `/dashboard/calls/${note.call_id}/corrections`;
  return (
    // By its id a page keeps open what is open; the next version begins closed.
    <details id={`correct-${id}-${note.version}`} class="origin correct no-print">
      <summary id={`correct-${id}-title`} class="origin-title">
        Correct<span class="visually-hidden">{` ${itemTitle(item.id)}`}</span>
      </summary>
      <form
        id={`correct-${id}-form`}
        class="correct-form"
        method="post"
        action={path}
        hx-post={path}
        hx-target="#call"
        hx-swap="outerHTML"
        hx-sync="#call:replace"
        hx-disabled-elt="find button"
        // What somebody is writing below comes back with the answer.
        hx-include="#review"
        data-then-focus="review"
      >
        <input type="hidden" name="note_version" value={String(note.version)} />
        <input type="hidden" name="item" value={item.id} />
        <label for={`state-${id}`}>It is</label>
        <select id={`state-${id}`} name="state">
          {statesOf(item).map(([state, words]) => (
            <option value={state} selected={state === answer.state}>
              {words}
            </option>
          ))}
        </select>
        {item.type === 'yes_no' ? null : (
          <>
            <label for={`value-${id}`} class="visually-hidden">
              Answer
            </label>
            <Value item={item} id={`value-${id}`} answer={answer} language={note.questionnaire.language} />
          </>
        )}
        <button type="submit">
          <span class="while-idle">Save</span>
          <span class="while-busy">Saving…</span>
        </button>
      </form>
    </details>
  );
};

const OTHERWISE = [
  ['unknown', 'Not known to the patient'],
  ['declined', 'Declined'],
  ['skipped', 'Left open'],
] as const;
const statesOf = ({ type }: Item): readonly (readonly [string, string])[] =>
  type === 'yes_no' ? [['answered', 'Yes'], ['none', 'No'], ...OTHERWISE] : [['answered', 'This answer'], ...OTHERWISE];

interface ValueView {
  readonly item: Exclude<Item, { type: 'message' | 'yes_no' }>;
  readonly id: string;
  readonly answer: NoteAnswer;
  readonly language: string;
}

const Value = ({ item, id, answer, language }: ValueView) => {
  const value = answer.value === undefined || answer.value === null ? '' : String(answer.value);
  const shared = { id, name: 'value', value, autocomplete: 'off' };
  switch (item.type) {
    case 'choice':
      return (
        <select id={id} name="value" lang={language}>
          {item.options.map((option) => (
            <option value={option.value} selected={option.value === answer.value}>
              {option.display[language as Language] ?? option.display.en}
            </option>
          ))}
        </select>
      );
    case 'number':
      return <input {...shared} type="number" min={item.minimum} max={item.maximum} />;
    case 'date':
      return <input {...shared} type="date" />;
    case 'voice':
      return <input {...shared} maxlength={2000} />;
  }
};

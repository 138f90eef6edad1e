/** The rows of a form of a patient's rights: a choice of few, and words in one line, each with what was sent when it was not taken. */
import type { SentRights } from './rights-view.ts';

interface Row {
  readonly label: string;
  readonly name: string;
  /** What was sent; null: this form was not. */
  readonly typed: SentRights['fields'] | null;
}

interface ChoiceView extends Row {
  readonly of: readonly (readonly [value: string, words: string])[];
}
export const Choice = ({ label, name, typed, of }: ChoiceView) => (
  <label>
    {label}
    <select name={name}>
      {of.map(([value, words]) => (
        <option value={value} selected={value === typed?.[name]}>
          {words}
        </option>
      ))}
    </select>
  </label>
);

interface LineView extends Row {
  readonly max: number;
  readonly required?: boolean;
  readonly placeholder?: string;
  readonly hint?: string;
}
export const Line = ({ label, name, typed, max, required, placeholder, hint }: LineView) => (
  <label>
    {label}
    <input
      name={name}
      value={typed?.[name]}
      maxlength={max}
      autocomplete="off"
      {...{ required, placeholder }}
      aria-describedby={hint === undefined ? undefined : `${name}-hint`}
    />
    {hint === undefined ? null : <small id={`${name}-hint`}>{hint}</small>}
  </label>
);

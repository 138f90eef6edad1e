/** A field of a form that is sent as a whole: what was typed stays in it, and what is wrong with it stands below. */
import type { Child } from 'hono/jsx';

/** What was sent, and what is wrong with it; empty for a form nobody has sent yet. */
export interface FormState {
  readonly values: Readonly<Record<string, string>>;
  readonly problems: ReadonlyMap<string, string>;
}
export const EMPTY_FORM: FormState = { values: {}, problems: new Map() };

interface FieldView {
  readonly form: FormState;
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  readonly children: Child;
}
export const Field = ({ form, name, label, hint, children }: FieldView) => {
  const problem = form.problems.get(name);
  return (
    <div class="field">
      <label for={name}>{label}</label>
      {children}
      {hint === undefined ? null : <small id={`hint-${name}`}>{hint}</small>}
      {problem === undefined ? null : (
        <p id={`problem-${name}`} class="field-problem">
          {problem}
        </p>
      )}
    </div>
  );
};

/** Of the control inside: its name, what describes it, and what was typed. */
export function control({ values, problems }: FormState, name: string, hasHint = false) {
  const describing = [...(hasHint ? [`hint-${name}`] : []), ...(problems.has(name) ? [`problem-${name}`] : [])];
  return {
    ...{ id: name, name, value: values[name] ?? '' },
    ...(describing.length === 0 ? {} : { 'aria-describedby': describing.join(' ') }),
    ...(problems.has(name) ? { 'aria-invalid': 'true' as const } : {}),
  };
}

interface SelectView extends Omit<FieldView, 'children'> {
  readonly options: readonly (readonly [value: string, words: string])[];
}
export const SelectField = ({ form, name, label, hint, options }: SelectView) => {
  const { value, ...rest } = control(form, name, hint !== undefined);
  return (
    <Field form={form} name={name} label={label} {...(hint === undefined ? {} : { hint })}>
      <select {...rest}>
        {options.map(([each, words]) => (
          <option value={each} selected={each === value}>
            {words}
          </option>
        ))}
      </select>
    </Field>
  );
};

/** Said above a form that was refused, and where to look. */
export const FormNotice = ({ text }: { text: string | null }) =>
  text === null ? null : (
    <p id="form-problem" class="notice notice-bad" role="alert" tabindex={-1}>
      {text}
    </p>
  );

export const CHECK_FIELDS = 'Please check the marked fields.';

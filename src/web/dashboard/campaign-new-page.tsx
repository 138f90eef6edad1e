/**
 * The form of a new campaign. It is sent by htmx, so that whatever is wrong is said beside its field while everything stays as it was
 * typed and chosen, the file too. Without a script the page comes again with what was typed; the file has to be chosen anew.
 */

import type { Child } from 'hono/jsx';
import { PURPOSES } from '../../domain/campaign/gate-policy.ts';
import { DEFAULT_RETRY_POLICY } from '../../domain/campaign/retry.ts';
import { CAMPAIGN_FIELDS } from './campaign-form.ts';
import { PURPOSE_LABELS } from './campaign-labels.ts';
import type { FormState } from './form-field.tsx';

export interface NewCampaign {
  /** The clinic's: in the evening of the US it is tomorrow in UTC. */
  readonly today: string;
  readonly questionnaires: readonly { readonly id: string; readonly title: string }[];
  readonly media: readonly { readonly id: string; readonly name: string }[];
  /** Of the whole account. */
  readonly ratePerSecond: number;
  readonly maxLiveCalls: number;
  /** What was sent, and what is wrong with it. */
  readonly form: FormState;
  /** What the whole was refused for. */
  readonly notice: string | null;
}

const BASES = [
  ['number_given_by_patient', 'The patients gave us these numbers'],
  ['verbal', 'Verbal consent'],
  ['written', 'Written consent'],
] as const;

const LANGUAGE_CHOICES = [
  ['', 'As on file, else English'],
  ['en', 'English'],
  ['es', 'Spanish'],
] as const;

const EXAMPLE = `phone,first_name,last_name,date_of_birth,language,external_id
(202) 555-0143,Ana,Diaz,1980-04-12,es,MRN-1001
+1 312 555 0187,Sam,Okafor,03/09/1957,en,MRN-1002`;

export const NewCampaignPage = (view: NewCampaign) => {
  const { today, questionnaires, media, ratePerSecond, maxLiveCalls, form, notice } = view;
  return (
    <>
      <p class="back">
        <a href="/dashboard/campaigns">All campaigns</a>
      </p>
      <div class="page-head">
        <div>
          <h1>New campaign</h1>
          <p class="quiet">
            Nobody is called yet: the list is read first, then you see whom it would ring, hear it, and start.
          </p>
        </div>
      </div>
      <form
        class="sheet"
        method="post"
        action="/dashboard/campaigns"
        enctype="multipart/form-data"
        hx-post="/dashboard/campaigns"
        hx-encoding="multipart/form-data"
        hx-target="#form-problem"
        hx-swap="outerHTML"
        hx-disabled-elt="find button"
      >
        <FormProblem text={notice} />
        <Field form={form} name="name" label="Name">
          <input {...control(form, 'name')} maxlength={120} required autocomplete="off" placeholder="Autumn intake" />
        </Field>
        <Field form={form} name="purpose" label="What the calls are for">
          <select {...choice(form, 'purpose')} required>
            {PURPOSES.map((purpose) => (
              <option value={purpose} selected={purpose === form.values['purpose']}>
                {PURPOSE_LABELS[purpose]}
              </option>
            ))}
          </select>
        </Field>
        <Field form={form} name="questionnaire" label="Questions">
          <select {...choice(form, 'questionnaire')} required>
            {questionnaires.map(({ id, title }) => (
              <option value={id} selected={id === form.values['questionnaire']}>
                {title}
              </option>
            ))}
          </select>
        </Field>
        {media.length === 0 ? (
          <FieldProblem name="media_id" text={form.problems.get('media_id') ?? ''} />
        ) : (
          <Field form={form} name="media_id" label="Audio to play" hint="Played by questions that hold a message.">
            <select {...choice(form, 'media_id')}>
              <option value="">None</option>
              {media.map(({ id, name }) => (
                <option value={id} selected={id === form.values['media_id']}>
                  {name}
                </option>
              ))}
            </select>
          </Field>
        )}
        <Field form={form} name="language" label="Language of whoever has none on file">
          <select {...choice(form, 'language')}>
            {LANGUAGE_CHOICES.map(([value, label]) => (
              <option value={value} selected={value === form.values['language']}>
                {label}
              </option>
            ))}
          </select>
        </Field>

        <fieldset>
          <legend>People</legend>
          <Field
            form={form}
            name="file"
            label="List"
            hint="A .csv with a header, or a .txt with one number a line; up to 20,000 rows."
          >
            <input {...control(form, 'file')} type="file" accept=".csv,.tsv,.txt,text/csv,text/plain" required />
          </Field>
          <details id="columns">
            <summary>Which columns, with an example</summary>
            <p>
              Only <code>phone</code> is needed: a US number, however it is written. Also read: <code>first_name</code>,{' '}
              <code>last_name</code>, <code>date_of_birth</code>, <code>language</code> (en, es),{' '}
              <code>external_id</code>, <code>state</code> and <code>time_zone</code>, which say when somebody may be
              called, and <code>consent_basis</code>, <code>consent_obtained_at</code>, <code>consent_obtained_by</code>
              , <code>consent_evidence</code>, which go before the statement below. Any other column fills the words of
              the questions, as <code>{'{{its_name}}'}</code>.
            </p>
            <pre class="example" tabindex={0}>
              {EXAMPLE}
            </pre>
          </details>
        </fieldset>

        <fieldset>
          <legend>Their consent to be called at these numbers</legend>
          <Field form={form} name="consent_basis" label="Basis">
            <select {...choice(form, 'consent_basis')} required>
              <option value="">Choose…</option>
              {BASES.map(([value, label]) => (
                <option value={value} selected={value === form.values['consent_basis']}>
                  {label}
                </option>
              ))}
            </select>
          </Field>
          <Field form={form} name="consent_obtained_at" label="Obtained on, the latest of them">
            <input {...control(form, 'consent_obtained_at')} type="date" min="1900-01-01" max={today} required />
          </Field>
          <Field form={form} name="consent_obtained_by" label="Obtained by">
            <input
              {...control(form, 'consent_obtained_by')}
              maxlength={200}
              required
              autocomplete="off"
              placeholder="Front desk"
            />
          </Field>
          <Field
            form={form}
            name="consent_evidence"
            label="Evidence"
            hint="Where it can be read or heard. Kept with every person."
          >
            <input
              {...control(form, 'consent_evidence')}
              maxlength={2000}
              required
              autocomplete="off"
              placeholder="Registration form, page 2"
            />
          </Field>
        </fieldset>

        <fieldset>
          <legend>Pace and limits</legend>
          <div class="pair">
            <Field
              form={form}
              name="pace_per_second"
              label="Calls a second"
              hint={`The whole account dials ${ratePerSecond}.`}
            >
              <input
                {...control(form, 'pace_per_second')}
                type="number"
                inputmode="decimal"
                min="0.01"
                max="30"
                step="any"
                required
                value={form.values['pace_per_second'] ?? String(ratePerSecond)}
              />
            </Field>
            <Field
              form={form}
              name="max_live_calls"
              label="At once, at most"
              hint={`The whole account holds ${maxLiveCalls}.`}
            >
              <input
                {...control(form, 'max_live_calls')}
                type="number"
                min="1"
                max="1000"
                required
                value={form.values['max_live_calls'] ?? String(maxLiveCalls)}
              />
            </Field>
            <Field
              form={form}
              name="spend_cap"
              label="Spend at most, US$"
              hint="Then it pauses. Empty: no limit of its own."
            >
              <input
                {...control(form, 'spend_cap')}
                type="number"
                inputmode="decimal"
                min="0.01"
                step="any"
                placeholder="40"
              />
            </Field>
            <Field form={form} name="ends_on" label="Last day" hint="Nobody is called later. Empty: no end.">
              <input {...control(form, 'ends_on')} type="date" min={today} />
            </Field>
            <Field
              form={form}
              name="retry_budget"
              label="Tries a person, at most"
              hint="No answer and busy are tried again later."
            >
              <input
                {...control(form, 'retry_budget')}
                type="number"
                min="1"
                max="10"
                required
                value={form.values['retry_budget'] ?? String(DEFAULT_RETRY_POLICY.budget)}
              />
            </Field>
          </div>
        </fieldset>
        <button type="submit">
          <span class="while-idle">Read the list</span>
          <span class="while-busy">Sending the list…</span>
        </button>
      </form>
    </>
  );
};

/** What the whole is refused for; it keeps its place. */
const FormProblem = ({ text }: { text: string | null }) => (
  <p id="form-problem" class="notice notice-bad" role="alert" hidden={text === null}>
    {text ?? ''}
  </p>
);

const FieldProblem = ({ name, text, elsewhere }: { name: string; text: string; elsewhere?: boolean }) => (
  <p
    id={`problem-${name}`}
    class="field-problem"
    data-problem-of={name}
    {...(elsewhere === true ? { 'hx-swap-oob': 'true' } : {})}
  >
    {text}
  </p>
);

interface FieldView {
  readonly form: FormState;
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  readonly children: Child;
}
const Field = ({ form, name, label, hint, children }: FieldView) => (
  <div class="field">
    <label for={name}>{label}</label>
    {children}
    {hint === undefined ? null : <small id={`hint-${name}`}>{hint}</small>}
    <FieldProblem name={name} text={form.problems.get(name) ?? ''} />
  </div>
);

/** Of the choice inside: what it is named, and what describes it. */
const choice = ({ problems }: FormState, name: string) => ({
  ...{ id: name, name, 'aria-describedby': `hint-${name} problem-${name}` },
  ...(problems.has(name) ? { 'aria-invalid': 'true' as const } : {}),
});
/** Of an input, with what was typed. */
const control = (form: FormState, name: string) => ({
  ...choice(form, name),
  ...(form.values[name] === undefined ? {} : { value: form.values[name] }),
});

/** What is wrong, by field and in all; every field's place comes along, so that what is right now is not complained of any more. */
export const CampaignProblems = ({ problems, text }: { problems: ReadonlyMap<string, string>; text: string }) => (
  <>
    <FormProblem text={text} />
    {CAMPAIGN_FIELDS.map((name) => (
      <FieldProblem name={name} text={problems.get(name) ?? ''} elsewhere />
    ))}
  </>
);

/**
 * The form of a new campaign. It is sent by htmx, so that whatever is wrong is said beside its field while everything stays as it was
 * typed and chosen, the file too.
 */

import type { Child } from 'hono/jsx';
import { PURPOSES } from '../../domain/campaign/gate-policy.ts';
import { DEFAULT_RETRY_POLICY } from '../../domain/campaign/retry.ts';
import { CAMPAIGN_FIELDS } from './campaign-form.ts';
import { PURPOSE_LABELS } from './campaign-labels.ts';
import { NeedsScript } from './layout.tsx';

export interface NewCampaign {
  /** The clinic's: in the evening of the US it is tomorrow in UTC. */
  readonly today: string;
  readonly questionnaires: readonly { readonly id: string; readonly title: string }[];
  readonly media: readonly { readonly id: string; readonly name: string }[];
  /** Of the whole account. */
  readonly ratePerSecond: number;
  readonly maxLiveCalls: number;
}

const BASES = [
  ['number_given_by_patient', 'The patients gave us these numbers'],
  ['verbal', 'Verbal consent'],
  ['written', 'Written consent'],
] as const;

const EXAMPLE = `phone,first_name,last_name,date_of_birth,language,external_id
(202) 555-0143,Ana,Diaz,1980-04-12,es,MRN-1001
+1 312 555 0187,Sam,Okafor,03/09/1957,en,MRN-1002`;

export const NewCampaignPage = ({ today, questionnaires, media, ratePerSecond, maxLiveCalls }: NewCampaign) => (
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
      hx-post="/dashboard/campaigns"
      hx-encoding="multipart/form-data"
      hx-target="#form-problem"
      hx-swap="outerHTML"
      hx-disabled-elt="find button"
    >
      <NeedsScript />
      <FormProblem text={null} />
      <Field name="name" label="Name">
        <input {...control('name')} maxlength={120} required autocomplete="off" placeholder="Autumn intake" />
      </Field>
      <Field name="purpose" label="What the calls are for">
        <select {...control('purpose')} required>
          {PURPOSES.map((purpose) => (
            <option value={purpose}>{PURPOSE_LABELS[purpose]}</option>
          ))}
        </select>
      </Field>
      <Field name="questionnaire" label="Questions">
        <select {...control('questionnaire')} required>
          {questionnaires.map(({ id, title }) => (
            <option value={id}>{title}</option>
          ))}
        </select>
      </Field>
      {media.length === 0 ? (
        <FieldProblem name="media_id" text="" />
      ) : (
        <Field name="media_id" label="Audio to play" hint="Played by questions that hold a message.">
          <select {...control('media_id')}>
            <option value="">None</option>
            {media.map(({ id, name }) => (
              <option value={id}>{name}</option>
            ))}
          </select>
        </Field>
      )}
      <Field name="language" label="Language of whoever has none on file">
        <select {...control('language')}>
          <option value="">As on file, else English</option>
          <option value="en">English</option>
          <option value="es">Spanish</option>
        </select>
      </Field>

      <fieldset>
        <legend>People</legend>
        <Field
          name="file"
          label="List"
          hint="A .csv with a header, or a .txt with one number a line; up to 20,000 rows."
        >
          <input {...control('file')} type="file" accept=".csv,.tsv,.txt,text/csv,text/plain" required />
        </Field>
        <details id="columns">
          <summary>Which columns, with an example</summary>
          <p>
            Only <code>phone</code> is needed: a US number, however it is written. Also read: <code>first_name</code>,{' '}
            <code>last_name</code>, <code>date_of_birth</code>, <code>language</code> (en, es), <code>external_id</code>
            , <code>state</code> and <code>time_zone</code>, which say when somebody may be called, and{' '}
            <code>consent_basis</code>, <code>consent_obtained_at</code>, <code>consent_obtained_by</code>,{' '}
            <code>consent_evidence</code>, which go before the statement below. Any other column fills the words of the
            questions, as <code>{'{{its_name}}'}</code>.
          </p>
          <pre class="example" tabindex={0}>
            {EXAMPLE}
          </pre>
        </details>
      </fieldset>

      <fieldset>
        <legend>Their consent to be called at these numbers</legend>
        <Field name="consent_basis" label="Basis">
          <select {...control('consent_basis')} required>
            <option value="">Choose…</option>
            {BASES.map(([value, label]) => (
              <option value={value}>{label}</option>
            ))}
          </select>
        </Field>
        <Field name="consent_obtained_at" label="Obtained on, the latest of them">
          <input {...control('consent_obtained_at')} type="date" min="1900-01-01" max={today} required />
        </Field>
        <Field name="consent_obtained_by" label="Obtained by">
          <input
            {...control('consent_obtained_by')}
            maxlength={200}
            required
            autocomplete="off"
            placeholder="Front desk"
          />
        </Field>
        <Field name="consent_evidence" label="Evidence" hint="Where it can be read or heard. Kept with every person.">
          <input
            {...control('consent_evidence')}
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
          <Field name="pace_per_second" label="Calls a second" hint={`The whole account dials ${ratePerSecond}.`}>
            <input
              {...control('pace_per_second')}
              type="number"
              inputmode="decimal"
              min="0.01"
              max="30"
              step="any"
              required
              value={String(ratePerSecond)}
            />
          </Field>
          <Field name="max_live_calls" label="At once, at most" hint={`The whole account holds ${maxLiveCalls}.`}>
            <input
              {...control('max_live_calls')}
              type="number"
              min="1"
              max="1000"
              required
              value={String(maxLiveCalls)}
            />
          </Field>
          <Field name="spend_cap" label="Spend at most, US$" hint="Then it pauses. Empty: no limit of its own.">
            <input {...control('spend_cap')} type="number" inputmode="decimal" min="0.01" step="any" placeholder="40" />
          </Field>
          <Field name="ends_on" label="Last day" hint="Nobody is called later. Empty: no end.">
            <input {...control('ends_on')} type="date" min={today} />
          </Field>
          <Field name="retry_budget" label="Tries a person, at most" hint="No answer and busy are tried again later.">
            <input
              {...control('retry_budget')}
              type="number"
              min="1"
              max="10"
              required
              value={String(DEFAULT_RETRY_POLICY.budget)}
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
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  readonly children: Child;
}
const Field = ({ name, label, hint, children }: FieldView) => (
  <div class="field">
    <label for={name}>{label}</label>
    {children}
    {hint === undefined ? null : <small id={`hint-${name}`}>{hint}</small>}
    <FieldProblem name={name} text="" />
  </div>
);

/** Of the control inside: what it is named, and what describes it. */
const control = (name: string) => ({ id: name, name, 'aria-describedby': `hint-${name} problem-${name}` });

/** What is wrong, by field and in all; every field's place comes along, so that what is right now is not complained of any more. */
export const CampaignProblems = ({ problems, text }: { problems: ReadonlyMap<string, string>; text: string }) => (
  <>
    <FormProblem text={text} />
    {CAMPAIGN_FIELDS.map((name) => (
      <FieldProblem name={name} text={problems.get(name) ?? ''} elsewhere />
    ))}
  </>
);

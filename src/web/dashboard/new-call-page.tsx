/** The form behind "Call a patient". static/app.js sends it as JSON to the API and shows what the API says; without it the form is sent as it is. */

import type { Patient } from '../../store/patients.ts';
import { stoppedRefusal } from '../call-refusals.ts';
import { control, Field, FormNotice, type FormState, SelectField } from './form-field.tsx';
import type { Viewer } from './viewer.ts';

const BASES = [
  ['', 'Already on file'],
  ['number_given_by_patient', 'The patient gave us this number'],
  ['verbal', 'Verbal consent'],
  ['written', 'Written consent'],
] as const;
const LANGUAGE_CHOICES = [
  ['', 'As on file'],
  ['en', 'English'],
  ['es', 'Spanish'],
] as const;

/** Whoever does not see what is said in a call follows it on the page of the patient. */
const thenOf = ({ seesCalls }: Viewer) =>
  seesCalls
    ? { 'data-then': '/dashboard/calls/', 'data-then-id': 'call_id' }
    : { 'data-then': '/dashboard/patients/', 'data-then-id': 'patient_id' };

export interface NewCallView {
  /** The clinic's: in the evening of the US it is tomorrow in UTC. */
  readonly today: string;
  /** Whom it is for; null: whoever has the number that is typed. */
  readonly patient: Patient | null;
  readonly viewer: Viewer;
  /** By the names of the API's fields, `consent.basis` among them. */
  readonly form: FormState;
  /** Why it was not placed. */
  readonly notice: string | null;
}

export const NewCallPage = ({ today, patient, viewer, form, notice }: NewCallView) => (
  <>
    <h1>Call a patient</h1>
    {patient === null ? null : (
      <p class="under-title">
        {`For ${[patient.firstName, patient.lastName].filter(Boolean).join(' ') || 'a patient without a name'}`}
        {patient.dateOfBirth === null ? '' : `, born ${patient.dateOfBirth}`}.{' '}
        <a href="/dashboard/new-call">Call somebody else</a>
      </p>
    )}
    <form
      class="sheet"
      method="post"
      action="/dashboard/new-call"
      data-json="/api/calls"
      data-stopped={stoppedRefusal(viewer.resumesDialing)}
      {...thenOf(viewer)}
    >
      <FormNotice text={notice} />
      <p class="notice notice-bad" role="alert" data-problem hidden />
      {patient === null ? null : <input type="hidden" name="patient_id" value={patient.id} />}
      <Field
        form={form}
        name="phone_number"
        label="Telephone number"
        hint="A US number of ten digits. Outside calling hours the call is refused."
      >
        <input
          {...control(form, 'phone_number', true)}
          type="tel"
          required
          autocomplete="off"
          placeholder="(202) 555-0143"
          data-us-number
        />
      </Field>
      <SelectField form={form} name="language" label="Language to begin with" options={LANGUAGE_CHOICES} />
      <fieldset>
        <legend>Consent to be called at this number</legend>
        <SelectField form={form} name="consent.basis" label="Basis" options={BASES} />
        <div data-needs="consent.basis">
          <Field form={form} name="consent.obtained_at" label="Obtained on">
            <input
              {...control(form, 'consent.obtained_at')}
              value={form.values['consent.obtained_at'] ?? today}
              type="date"
              min="1900-01-01"
              max={today}
              data-date
            />
          </Field>
          <Field form={form} name="consent.obtained_by" label="Obtained by">
            <input {...control(form, 'consent.obtained_by')} maxlength={200} autocomplete="off" />
          </Field>
          <Field form={form} name="consent.evidence" label="Evidence">
            <input
              {...control(form, 'consent.evidence')}
              maxlength={2000}
              autocomplete="off"
              placeholder="Registration form, page 2"
            />
          </Field>
        </div>
      </fieldset>
      <button type="submit">Place the call</button>
    </form>
  </>
);

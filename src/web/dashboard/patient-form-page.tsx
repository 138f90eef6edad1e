/** The pages with the form of a patient: a new one, and one that is changed. */
import type { Patient } from '../../store/patients.ts';
import { FormNotice, type FormState } from './form-field.tsx';
import { ConsentFields, PatientFields } from './patient-fields.tsx';

interface FormPage {
  readonly form: FormState;
  readonly notice: string | null;
  readonly today: string;
}

export const NewPatientPage = ({ form, notice, today }: FormPage) => (
  <>
    <p class="back">
      <a href="/dashboard/patients">All patients</a>
    </p>
    <div class="page-head">
      <h1>New patient</h1>
    </div>
    <form class="sheet" method="post" action="/dashboard/patients">
      <FormNotice text={notice} />
      <PatientFields form={form} today={today} />
      <fieldset>
        <legend>Consent to be called at this number</legend>
        <ConsentFields form={form} today={today} none="None yet; no call is placed without one" />
      </fieldset>
      <button type="submit">Put on file</button>
    </form>
  </>
);

export const EditPatientPage = ({ form, notice, today, id }: FormPage & { id: Patient['id'] }) => (
  <>
    <p class="back">
      <a href={`/dashboard/patients/${id}`}>Back to the patient</a>
    </p>
    <div class="page-head">
      <h1>Edit patient</h1>
    </div>
    <form class="sheet" method="post" action={`/dashboard/patients/${id}/edit`}>
      <FormNotice text={notice} />
      <input type="hidden" name="seen_at" value={form.values['seen_at'] ?? ''} />
      <PatientFields form={form} today={today} />
      <p class="quiet">
        With another number the consents to the old one end: record a new one before the next call. A call that is under
        way goes on at the number it was placed to.
      </p>
      <div class="form-actions">
        <button type="submit">Save</button>
        <a href={`/dashboard/patients/${id}`}>Cancel</a>
      </div>
    </form>
  </>
);

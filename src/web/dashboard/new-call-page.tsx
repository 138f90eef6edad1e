/** The form behind "Call a patient". static/app.js sends it as JSON to the API and shows what the API says about it. */

import type { Patient } from '../../store/patients.ts';
import { NeedsScript } from './layout.tsx';
import type { Viewer } from './viewer.ts';

const BASES = [
  ['number_given_by_patient', 'The patient gave us this number'],
  ['verbal', 'Verbal consent'],
  ['written', 'Written consent'],
] as const;

/** Whoever does not see what is said in a call follows it on the page of the patient. */
const thenOf = ({ seesCalls }: Viewer) =>
  seesCalls
    ? { 'data-then': '/dashboard/calls/', 'data-then-id': 'call_id' }
    : { 'data-then': '/dashboard/patients/', 'data-then-id': 'patient_id' };

interface NewCallView {
  /** The clinic's: in the evening of the US it is tomorrow in UTC. */
  readonly today: string;
  /** Whom it is for; null: whoever has the number that is typed. */
  readonly patient: Patient | null;
  readonly viewer: Viewer;
}

export const NewCallPage = ({ today, patient, viewer }: NewCallView) => (
  <>
    <h1>Call a patient</h1>
    {patient === null ? null : (
      <p class="under-title">
        {`For ${[patient.firstName, patient.lastName].filter(Boolean).join(' ') || 'a patient without a name'}`}
        {patient.dateOfBirth === null ? '' : `, born ${patient.dateOfBirth}`}.{' '}
        <a href="/dashboard/new-call">Call somebody else</a>
      </p>
    )}
    <NeedsScript />
    <form class="sheet" method="post" data-json="/api/calls" {...thenOf(viewer)}>
      <p class="notice notice-bad" role="alert" data-problem hidden />
      {patient === null ? null : <input type="hidden" name="patient_id" value={patient.id} />}
      <label>
        Telephone number
        <input
          name="phone_number"
          value={patient?.phoneNumber}
          type="tel"
          required
          autocomplete="off"
          placeholder="(202) 555-0143"
          aria-describedby="number-hint"
          data-us-number
        />
        <small id="number-hint">A US number of ten digits. Outside calling hours the call is refused.</small>
      </label>
      <label>
        Language to begin with
        <select name="language">
          <option value="">As on file</option>
          <option value="en">English</option>
          <option value="es">Spanish</option>
        </select>
      </label>
      <fieldset>
        <legend>Consent to be called at this number</legend>
        <label>
          Basis
          <select name="consent.basis">
            <option value="">Already on file</option>
            {BASES.map(([value, label]) => (
              <option value={value}>{label}</option>
            ))}
          </select>
        </label>
        <div data-needs="consent.basis" hidden>
          <label>
            Obtained on
            <input name="consent.obtained_at" type="date" min="1900-01-01" max={today} value={today} data-date />
          </label>
          <label>
            Obtained by
            <input name="consent.obtained_by" maxlength={200} autocomplete="off" />
          </label>
          <label>
            Evidence
            <input
              name="consent.evidence"
              maxlength={2000}
              autocomplete="off"
              placeholder="Registration form, page 2"
            />
          </label>
        </div>
      </fieldset>
      <button type="submit">Place the call</button>
    </form>
  </>
);

/** The form behind "Call a patient". static/app.js sends it as JSON to the API and shows what the API says about it. */
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

/** `today` is the clinic's: in the evening of the US it is tomorrow in UTC. */
export const NewCallPage = ({ today, viewer }: { today: string; viewer: Viewer }) => (
  <>
    <h1>Call a patient</h1>
    <form class="sheet" method="post" data-json="/api/calls" {...thenOf(viewer)}>
      <p class="notice notice-bad" role="alert" data-problem hidden />
      <label>
        Telephone number
        <input
          name="phone_number"
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

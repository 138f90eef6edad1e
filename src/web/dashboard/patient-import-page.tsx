/** Reading a list of patients: the form, what came of it, and the rows that were not taken. */
import type { ListImport } from '../../store/imports.ts';
import { counted } from './campaign-labels.ts';
import { EMPTY_FORM, FormNotice } from './form-field.tsx';
import { readable } from './labels.ts';
import { ConsentFields } from './patient-fields.tsx';

const EXAMPLE = `phone,first_name,last_name,date_of_birth,language,external_id
(202) 555-0143,Ana,Diaz,1980-04-12,es,MRN-1001
+1 312 555 0187,Sam,Okafor,03/09/1957,en,MRN-1002`;

export const ImportPatientsPage = ({ today }: { today: string }) => (
  <>
    <p class="back">
      <a href="/dashboard/patients">All patients</a>
    </p>
    <div class="page-head">
      <h1>Import patients</h1>
    </div>
    <div id="import-status" />
    <form
      class="sheet"
      method="post"
      action="/dashboard/patients/import"
      enctype="multipart/form-data"
      hx-post="/dashboard/patients/import"
      hx-encoding="multipart/form-data"
      hx-target="#import-status"
      hx-swap="innerHTML"
      hx-disabled-elt="find button"
    >
      <div class="field">
        <label for="file">List</label>
        <input
          id="file"
          name="file"
          type="file"
          accept=".csv,.tsv,.txt,text/csv,text/plain"
          required
          aria-describedby="hint-file"
        />
        <small id="hint-file">A .csv with a header, or a .txt with one number a line; up to 20,000 rows.</small>
      </div>
      <details id="columns">
        <summary>Which columns, with an example</summary>
        <p>
          Only <code>phone</code> is needed: a US number, however it is written. Also read: <code>first_name</code>,{' '}
          <code>last_name</code>, <code>date_of_birth</code>, <code>language</code> (en, es), <code>external_id</code>,{' '}
          <code>state</code>, <code>time_zone</code>, and <code>consent_basis</code>, <code>consent_obtained_at</code>,{' '}
          <code>consent_obtained_by</code>, <code>consent_evidence</code>. Other columns are not read.
        </p>
        <pre class="example" tabindex={0}>
          {EXAMPLE}
        </pre>
      </details>
      <fieldset>
        <legend>Consent of all rows that state none themselves</legend>
        <ConsentFields form={EMPTY_FORM} today={today} none="None stated; they are not called until there is one" />
      </fieldset>
      <button type="submit">
        <span class="while-idle">Read the list</span>
        <span class="while-busy">Sending the list…</span>
      </button>
      <p class="quiet">
        Whoever is on file already is not added again: a newer consent is recorded for them, and where they live if
        nobody had said it.
      </p>
    </form>
  </>
);

/** What was wrong before any of it was read. */
export const PatientImportRefused = ({ text }: { text: string }) => (
  <FormNotice text={`Nothing was imported. ${text}`} />
);

const REASONS: Readonly<Record<string, string>> = {
  nothing_usable: 'No row of it brought anything new.',
};

export const PatientImportStatus = ({ list }: { list: ListImport }) => {
  const { id, status, code, accepted, rejected } = list;
  if (status === 'reading')
    return (
      <p
        class="notice notice-live"
        role="status"
        hx-get={`/dashboard/fragments/patients/imports/${id}`}
        hx-trigger="load delay:1s, every 2s"
        hx-swap="outerHTML"
      >
        {`The list is being read: ${counted(accepted)} rows taken so far. You may leave this page.`}
      </p>
    );
  const isDone = status === 'done';
  const taken = `${counted(accepted)} ${accepted === 1 ? 'row was' : 'rows were'} taken.`;
  const left = rejected === 0 ? '' : ` ${counted(rejected)} ${rejected === 1 ? 'was' : 'were'} not.`;
  const why =
    code === null
      ? ''
      : ` ${REASONS[code] ?? `It was not read to its end (${readable(code).toLowerCase()}). Send it again.`}`;
  return (
    <p
      class={`notice ${isDone && rejected === 0 ? 'notice-live' : isDone ? 'notice-warn' : 'notice-bad'}`}
      role="status"
    >
      {`${taken}${left}${why}`}{' '}
      {rejected === 0 ? null : (
        <a href={`/api/imports/${id}/rows?format=csv`} download>
          Rows that were not taken, and why (CSV)
        </a>
      )}{' '}
      <a href="/dashboard/patients">Show the patients</a>
    </p>
  );
};

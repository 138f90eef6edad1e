/** Everybody on file, or those who were searched for: initials and last digits, newest first. What is searched for travels in bodies. */
import type { ShownPatient } from '../shown-patient.ts';
import { type ClinicClock, Moment } from './clinic-clock.tsx';
import { ExportThese } from './export-these.tsx';
import { control, Field, FormNotice, type FormState } from './form-field.tsx';
import { Chip } from './layout.tsx';
import { FLAG_LABELS } from './patient-flags.tsx';

export interface PatientList {
  readonly patients: readonly ShownPatient[];
  /** What was searched for; null: everybody is shown. */
  readonly search: FormState | null;
  readonly notice: string | null;
  readonly cursor: string | null;
  readonly nextCursor: string | null;
  readonly clock: ClinicClock;
}

export const SEARCH_FIELDS = ['family_name', 'date_of_birth', 'number', 'external_id'] as const;

export const PatientsPage = (list: PatientList) => (
  <>
    <div class="page-head">
      <h1>Patients</h1>
      <div class="page-tools">
        <a href="/dashboard/patients/new" class="button">
          New patient
        </a>
        <a href="/dashboard/patients/import">Import a list</a>
        {list.patients.length === 0 ? null : <ExportThese what="patients" filters={list.search?.values ?? {}} />}
      </div>
    </div>
    <SearchForm list={list} />
    {list.patients.length === 0 ? <Nobody list={list} /> : <Table list={list} />}
    <Paging list={list} />
  </>
);

const SearchForm = ({ list: { search, notice, clock } }: { list: PatientList }) => {
  const form = search ?? { values: {}, problems: new Map<string, string>() };
  return (
    <search>
      <form class="progress-box" method="post" action="/dashboard/patients/search">
        <FormNotice text={notice} />
        <div class="search-fields">
          <Field form={form} name="family_name" label="Family name">
            <input {...control(form, 'family_name')} maxlength={100} autocomplete="off" />
          </Field>
          <Field form={form} name="date_of_birth" label="Birth date">
            <input {...control(form, 'date_of_birth')} type="date" min="1900-01-01" max={clock.today} />
          </Field>
          <Field form={form} name="number" label="Number or last four">
            <input {...control(form, 'number')} type="tel" maxlength={40} autocomplete="off" />
          </Field>
          <Field form={form} name="external_id" label="Record number">
            <input {...control(form, 'external_id')} maxlength={64} autocomplete="off" />
          </Field>
          <button type="submit">Find</button>
        </div>
      </form>
    </search>
  );
};

const Table = ({ list: { patients, clock } }: { list: PatientList }) => (
  <table class="worklist patientlist">
    <caption class="visually-hidden">{`Patients, newest first. Times are ${clock.zoneName}.`}</caption>
    <thead>
      <tr>
        <th scope="col">Patient</th>
        <th scope="col">Record</th>
        <th scope="col">Language</th>
        <th scope="col">Marks</th>
        <th scope="col">{`On file since (${clock.zoneName})`}</th>
      </tr>
    </thead>
    <tbody>
      {patients.map((patient) => (
        <tr id={`row-${patient.id}`}>
          <th scope="row" class="cell-patient">
            <a id={`link-${patient.id}`} href={`/dashboard/patients/${patient.id}`} class="row-link">
              <span class="initials">{patient.initials ?? 'No name'}</span> {patient.maskedNumber}
            </a>
          </th>
          <td class="cell-record">{patient.externalId ?? <span class="absent">—</span>}</td>
          <td class="cell-language">{patient.language === 'es' ? 'Spanish' : 'English'}</td>
          <td class="cell-status">
            {patient.flags === null || patient.flags.length === 0 ? (
              <span class="absent">—</span>
            ) : (
              patient.flags.map((flag) => <Chip tone="warn">{FLAG_LABELS[flag].name}</Chip>)
            )}
          </td>
          <td class="cell-started">
            <Moment at={patient.createdAt} clock={clock} />
          </td>
        </tr>
      ))}
    </tbody>
  </table>
);

const Nobody = ({ list: { search, cursor, notice } }: { list: PatientList }) => {
  if (notice !== null) return null;
  if (cursor !== null) return <p class="empty">There is nobody further down.</p>;
  if (search !== null)
    return (
      <p class="empty">
        Nobody on file is meant by that. Names are found as a whole, with or without accents; check the spelling, or
        search by the number. <a href="/dashboard/patients">Show everybody</a>
      </p>
    );
  return (
    <section class="empty">
      <h2>Nobody on file yet</h2>
      <p class="quiet">
        Put the first patient on file, import a list, or place a call: whoever is called comes onto file by itself.
      </p>
    </section>
  );
};

const Paging = ({ list: { search, cursor, nextCursor } }: { list: PatientList }) => {
  if (cursor === null && nextCursor === null) return null;
  return (
    <nav class="paging" aria-label="Pages">
      {cursor === null ? <span /> : <a href="/dashboard/patients">Newest patients</a>}
      {nextCursor === null ? null : search === null ? (
        <a id="more" href={`/dashboard/patients?cursor=${nextCursor}`} rel="next">
          Earlier patients
        </a>
      ) : (
        <form method="post" action="/dashboard/patients/search">
          {SEARCH_FIELDS.map((name) => (
            <input type="hidden" name={name} value={search.values[name] ?? ''} />
          ))}
          <input type="hidden" name="cursor" value={nextCursor} />
          <button id="more" type="submit" class="plain">
            More
          </button>
        </form>
      )}
    </nav>
  );
};

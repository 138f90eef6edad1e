/** Lists to take out as files: what each is, what it is narrowed down by, and which were taken last. */
import { CAMPAIGN_STATUSES } from '../../domain/campaign/campaign-status.ts';
import { CALL_STATUSES } from '../../domain/intake/call-record.ts';
import { NOTE_STATUSES } from '../../store/notes.ts';
import { EXPORTED, type Exported } from '../export-kinds.ts';
import { LIST_FORMATS } from '../export-list.ts';
import type { ExportEnd, RecentExport } from '../recent-exports.ts';
import { CAMPAIGN_STATUS_LABELS } from './campaign-labels.ts';
import { type ClinicClock, Moment } from './clinic-clock.tsx';
import { EXPORT_FIELDS } from './export-order.ts';
import { TAKE_PATH } from './export-these.tsx';
import { FormNotice } from './form-field.tsx';
import { STATUS_LABELS, type Tone } from './labels.ts';
import { Chip } from './layout.tsx';

export interface ExportsView {
  /** What this person may take, with its columns. */
  readonly offers: readonly { readonly what: Exported; readonly columns: readonly string[] }[];
  readonly recent: readonly RecentExport[];
  /** Whether the last ones are those of everybody. */
  readonly isOfAll: boolean;
  /** What was sent and refused. */
  readonly sent: Readonly<Record<string, string>> | null;
  readonly notice: string | null;
  /** The filter of that which is wrong. */
  readonly wrong: { readonly field: string; readonly text: string } | null;
  readonly clock: ClinicClock;
}

const NAMES: Readonly<Record<Exported, { readonly name: string; readonly about: string }>> = {
  calls: { name: 'Calls', about: 'One row a call: times, outcome, causes, cost. Numbers by their last four digits.' },
  answers: { name: 'Answers', about: 'One row a call and question, from the newest note.' },
  patients: { name: 'Patients', about: 'With names and whole numbers. It can be imported again.' },
  campaigns: { name: 'Campaigns', about: 'How each is set up, and how many people are where.' },
  suppressions: { name: 'Do not call', about: 'The numbers that may not be called, and those that were lifted.' },
};
const FORMAT_LABELS: Readonly<Record<(typeof LIST_FORMATS)[number], string>> = {
  csv: 'CSV',
  tsv: 'TSV',
  json: 'JSON',
  ndjson: 'NDJSON',
};
const FIELD_LABELS = {
  status: 'Status',
  reviewed: 'Review',
  flagged: 'Red flag',
  from: 'From',
  to: 'To',
  patient_id: 'Patient id',
  campaign_id: 'Campaign id',
  version: 'Questionnaire:version',
  family_name: 'Family name',
  date_of_birth: 'Birth date',
  number: 'Number or last four',
  external_id: 'Record number',
  active: 'Which',
} as const;
type Named = keyof typeof FIELD_LABELS;

type Choices = readonly (readonly [value: string, words: string])[];
const NOTE_LABELS = { complete: 'Complete', partial: 'Partial', declined: 'Declined' } as const;
const STATUSES: Readonly<Partial<Record<Exported, Choices>>> = {
  calls: CALL_STATUSES.map((each) => [each, STATUS_LABELS[each]] as const),
  answers: NOTE_STATUSES.map((each) => [each, NOTE_LABELS[each]] as const),
  campaigns: CAMPAIGN_STATUSES.map((each) => [each, CAMPAIGN_STATUS_LABELS[each].words] as const),
};
const CHOICES: Readonly<Partial<Record<Named, Choices>>> = {
  reviewed: [
    ['false', 'Not reviewed'],
    ['true', 'Signed'],
  ],
  flagged: [
    ['true', 'With one'],
    ['false', 'Without'],
  ],
  active: [
    ['true', 'On the list'],
    ['false', 'Lifted'],
  ],
};
const ENDS: Readonly<Record<ExportEnd, readonly [Tone, string]>> = {
  whole: ['good', 'Whole'],
  failed: ['bad', 'Failed'],
  broken_off: ['warn', 'Broken off'],
  unfinished: ['calm', 'Not finished'],
};

export const ExportsPage = (view: ExportsView) => (
  <>
    <header class="page-head">
      <div>
        <h1>Exports</h1>
        <p class="under-title">
          Whole lists as files. Each leaves a line in the audit; a download that breaks off is not whole.
        </p>
      </div>
    </header>
    <FormNotice text={view.notice} />
    <div class="exports">
      {view.offers.map((offer) => (
        <Offer offer={offer} view={view} />
      ))}
    </div>
    <Recent view={view} />
  </>
);

const Offer = ({ offer: { what, columns }, view }: { offer: ExportsView['offers'][number]; view: ExportsView }) => {
  const isSent = view.sent?.['what'] === what;
  const typed = (isSent ? view.sent : null) ?? {};
  const problemOf = (field: Named) => (isSent && view.wrong?.field === field ? view.wrong.text : null);
  const { name, about } = NAMES[what];
  return (
    <section class="export" aria-labelledby={`export-${what}`}>
      <div>
        <h2 id={`export-${what}`}>{name}</h2>
        <p class="quiet">{about}</p>
      </div>
      <form method="post" action={TAKE_PATH} aria-labelledby={`export-${what}`}>
        <input type="hidden" name="what" value={what} />
        <div class="export-fields">
          {EXPORT_FIELDS[what].map((field) => (
            <Filter
              {...{ what, field, value: typed[field] ?? '', problem: problemOf(field) }}
              today={view.clock.today}
            />
          ))}
          <div>
            <label for={`${what}-format`}>As</label>
            <select id={`${what}-format`} name="format">
              {LIST_FORMATS.map((format) => (
                <option value={format} selected={format === typed['format']}>
                  {FORMAT_LABELS[format]}
                </option>
              ))}
            </select>
          </div>
          <button type="submit">Download</button>
        </div>
        <details>
          <summary>{`${columns.length} columns`}</summary>
          <p class="quiet">{columns.join(', ')}</p>
        </details>
      </form>
    </section>
  );
};

interface FilterView {
  readonly what: Exported;
  readonly field: Named;
  readonly value: string;
  readonly problem: string | null;
  readonly today: string;
}
const Filter = ({ what, field, value, problem, today }: FilterView) => {
  const choices = field === 'status' ? STATUSES[what] : CHOICES[field];
  const id = `${what}-${field}`;
  const described = problem === null ? {} : { 'aria-invalid': 'true' as const, 'aria-describedby': `wrong-${id}` };
  const named = { id, name: field, ...described };
  return (
    <div>
      <label for={named.id}>{FIELD_LABELS[field]}</label>
      {choices === undefined ? (
        <input {...named} value={value} autocomplete="off" maxlength={100} {...dateOnly(field, today)} />
      ) : (
        <select {...named}>
          <option value="">All</option>
          {choices.map(([each, words]) => (
            <option value={each} selected={each === value}>
              {words}
            </option>
          ))}
        </select>
      )}
      {problem === null ? null : (
        <small id={`wrong-${id}`} class="wrong-filter">
          {problem}
        </small>
      )}
    </div>
  );
};
const dateOnly = (field: Named, today: string) =>
  field === 'from' || field === 'to' || field === 'date_of_birth' ? { type: 'date', max: today } : {};

const Recent = ({ view: { recent, isOfAll, clock } }: { view: ExportsView }) => (
  <section aria-labelledby="recent-title" class="recent-exports">
    <h2 id="recent-title">{isOfAll ? 'Taken last' : 'What you took last'}</h2>
    {recent.length === 0 ? (
      <p class="empty">{isOfAll ? 'Nobody has taken a list yet.' : 'You have not taken a list yet.'}</p>
    ) : (
      <table class="worklist exportlist">
        <caption class="visually-hidden">{`Exports, the newest first. Times are ${clock.zoneName}.`}</caption>
        <thead>
          <tr>
            <th scope="col">{`When (${clock.zoneName})`}</th>
            <th scope="col">List</th>
            <th scope="col">By</th>
            <th scope="col" class="number">
              Rows
            </th>
            <th scope="col">Came out</th>
          </tr>
        </thead>
        <tbody>
          {recent.map((each) => (
            <tr>
              <td class="cell-when">
                <Moment at={each.at} clock={clock} />
              </td>
              <th scope="row" class="cell-what">
                {nameOf(each.what)} <span class="quiet">{each.format.toUpperCase()}</span>
              </th>
              <td class="cell-by">{each.by}</td>
              <td class="cell-rows number">
                {each.rows === null ? <span class="absent">—</span> : each.rows.toLocaleString('en-US')}
              </td>
              <td class="cell-end">
                <Chip tone={ENDS[each.end][0]}>{ENDS[each.end][1]}</Chip>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    )}
  </section>
);

const nameOf = (what: string): string => {
  const known = EXPORTED.find((each) => each === what);
  return known === undefined ? 'A list' : NAMES[known].name;
};

/** The people of a campaign: initials and last digits, where each stands and why, and every call that was made for them. */
import { CALL_STATUSES, type CallStatus } from '../../domain/intake/call-record.ts';
import type { ContactCall } from '../../store/contact-calls.ts';
import { CONTACT_STATUSES, type Contact, type ContactStatus } from '../../store/contacts.ts';
import { initials, maskNumber } from '../mask.ts';
import { CONTACT_STATUS_LABELS, codeLabel, counted, TRIED_AGAIN } from './campaign-labels.ts';
import { type ClinicClock, Moment } from './clinic-clock.tsx';
import { STATUS_LABELS, statusTone } from './labels.ts';
import { Chip } from './layout.tsx';
import type { Viewer } from './viewer.ts';

export interface ContactFilters {
  readonly status: ContactStatus | null;
  readonly code: string | null;
  readonly outcome: CallStatus | null;
}
export interface ContactList extends ContactFilters {
  readonly campaignId: string;
  readonly contacts: readonly Contact[];
  readonly calls: ReadonlyMap<string, readonly ContactCall[]>;
  /** The row of the last contact before this page; 0 for the first page. */
  readonly after: number;
  readonly next: number | null;
  /** The codes somebody of this campaign has. */
  readonly codes: readonly string[];
  readonly viewer: Viewer;
  readonly clock: ClinicClock;
}

function query({ status, code, outcome }: ContactFilters, after: number): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries({ status, code, outcome }))
    if (value !== null) parameters.set(name, value);
  if (after > 0) parameters.set('after', String(after));
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
}

const isFiltered = ({ status, code, outcome }: ContactFilters): boolean =>
  status !== null || code !== null || outcome !== null;

export const CampaignContacts = (list: ContactList) => (
  <section aria-labelledby="people">
    <div class="page-head contacts-head">
      <h2 id="people">People</h2>
      <form method="get" action={`/dashboard/campaigns/${list.campaignId}#people`} class="filter">
        <label class="filter-field">
          Status{' '}
          <select name="status">
            <option value="">All</option>
            {CONTACT_STATUSES.map((status) => (
              <option value={status} selected={status === list.status}>
                {CONTACT_STATUS_LABELS[status].words}
              </option>
            ))}
          </select>
        </label>
        <label class="filter-field">
          Last call{' '}
          <select name="outcome">
            <option value="">All</option>
            {CALL_STATUSES.map((status) => (
              <option value={status} selected={status === list.outcome}>
                {STATUS_LABELS[status]}
              </option>
            ))}
          </select>
        </label>
        <label class="filter-field">
          Why{' '}
          <select name="code">
            <option value="">All</option>
            {list.codes.map((code) => (
              <option value={code} selected={code === list.code}>
                {codeLabel(code)}
              </option>
            ))}
          </select>
        </label>
        <button type="submit" class="secondary">
          Show
        </button>
      </form>
    </div>
    <ContactsFragment {...list} />
  </section>
);

export const ContactsFragment = (list: ContactList) => (
  <div
    id="contacts"
    hx-get={`/dashboard/fragments/campaigns/${list.campaignId}/contacts${query(list, list.after)}`}
    hx-trigger={list.contacts.some(({ status }) => status === 'active') ? 'every 3s' : 'every 10s'}
    hx-swap="outerHTML"
    hx-sync="this:drop"
  >
    {list.contacts.length === 0 ? <Nobody list={list} /> : <Table list={list} />}
    <Paging list={list} />
  </div>
);

const Table = ({ list }: { list: ContactList }) => (
  <table class="worklist contactlist">
    <caption class="visually-hidden">{`People, in the order of the list. Times are ${list.clock.zoneName}.`}</caption>
    <thead>
      <tr>
        <th scope="col">Person</th>
        <th scope="col">Record</th>
        <th scope="col">Status</th>
        <th scope="col">Why</th>
        <th scope="col">{`Next or last (${list.clock.zoneName})`}</th>
        <th scope="col">Calls</th>
      </tr>
    </thead>
    <tbody>
      {list.contacts.map((contact) => (
        <Row contact={contact} list={list} />
      ))}
    </tbody>
  </table>
);

const Row = ({ contact, list }: { contact: Contact; list: ContactList }) => {
  const { words, tone } = CONTACT_STATUS_LABELS[contact.status];
  const calls = list.calls.get(contact.id) ?? [];
  return (
    <tr id={`row-${contact.id}`}>
      <th scope="row" class="cell-patient">
        <span class="initials">{initials(contact) ?? '—'}</span> {maskNumber(contact.phoneNumber)}
      </th>
      <td class="cell-record">
        {contact.externalId ?? <span class="absent">—</span>}{' '}
        <small class="task-text">{`Row ${counted(contact.row)}`}</small>
      </td>
      <td class="cell-status">
        <Chip tone={tone}>{words}</Chip>
      </td>
      <td class="cell-why">{whyOf(contact) ?? <span class="absent">—</span>}</td>
      <td class="cell-started">
        <Moment at={contact.status === 'ready' ? contact.nextAt : contact.updatedAt} clock={list.clock} />
      </td>
      <td class="cell-calls">
        {calls.length === 0 ? (
          <span class="absent">None yet</span>
        ) : (
          <ol class="call-links">
            {calls.map((call) => (
              <li>
                <CallLink call={call} list={list} />
              </li>
            ))}
          </ol>
        )}
      </td>
    </tr>
  );
};

const whyOf = ({ status, code, outcome }: Contact): string | null => {
  if (code !== null) return codeLabel(code);
  return status === 'ready' && outcome !== null ? TRIED_AGAIN : null;
};

const CallLink = ({ call, list: { viewer } }: { call: ContactCall; list: ContactList }) => {
  const chip = <Chip tone={statusTone(call.status)}>{STATUS_LABELS[call.status]}</Chip>;
  return viewer.seesCalls ? (
    <a id={`link-${call.callId}`} href={`/dashboard/calls/${call.callId}`}>
      {chip}
    </a>
  ) : (
    chip
  );
};

const Nobody = ({ list }: { list: ContactList }) => {
  const all = `/dashboard/campaigns/${list.campaignId}#people`;
  if (list.after > 0)
    return (
      <p class="empty">
        There is nobody further down. <a href={all}>Show the first</a>
      </p>
    );
  if (isFiltered(list))
    return (
      <p class="empty">
        Nobody stands so. <a href={all}>Show everybody</a>
      </p>
    );
  return <p class="empty">Nobody yet. Whoever can be taken from the list appears here.</p>;
};

const Paging = ({ list }: { list: ContactList }) => {
  const { after, next, campaignId } = list;
  if (after === 0 && next === null) return null;
  const page = (from: number) => `/dashboard/campaigns/${campaignId}${query(list, from)}#people`;
  return (
    <nav class="paging" aria-label="Pages">
      {after === 0 ? <span /> : <a href={page(0)}>First</a>}
      {next === null ? null : (
        <a id="more" href={page(next)} rel="next">
          More
        </a>
      )}
    </nav>
  );
};

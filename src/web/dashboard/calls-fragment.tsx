/** The worklist: one row a call, newest first. It fetches itself again, sooner while a call is live. */
import { type CallStatus, durationSeconds, isLiveStatus } from '../../domain/intake/call-record.ts';
import type { Call } from '../../store/calls.ts';
import type { Patient } from '../../store/patients.ts';
import { initials, maskNumber } from '../mask.ts';
import { type ClinicClock, Moment, spokenLength } from './clinic-clock.tsx';
import { consentLabel, STATUS_LABELS, statusTone } from './labels.ts';
import { Chip } from './layout.tsx';

export interface CallList {
  readonly calls: readonly Call[];
  readonly patients: ReadonlyMap<string, Patient>;
  readonly status: CallStatus | null;
  readonly cursor: string | null;
  readonly nextCursor: string | null;
  readonly clock: ClinicClock;
  readonly now: number;
}

/** The query of a page of the list. */
function query(status: CallStatus | null, cursor: string | null): string {
  const parameters = new URLSearchParams();
  if (status !== null) parameters.set('status', status);
  if (cursor !== null) parameters.set('cursor', cursor);
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
}

export const CallsFragment = (list: CallList) => {
  const live = list.calls.some(({ status }) => isLiveStatus(status));
  return (
    <div
      id="calls"
      hx-get={`/dashboard/fragments/calls${query(list.status, list.cursor)}`}
      hx-trigger={live ? 'every 5s' : 'every 15s'}
      hx-swap="outerHTML"
    >
      {list.calls.length === 0 ? <NoCalls status={list.status} paged={list.cursor !== null} /> : <Table list={list} />}
      <Paging list={list} />
    </div>
  );
};

const Table = ({ list }: { list: CallList }) => (
  <table class="worklist">
    <caption class="visually-hidden">{`Calls, newest first. Times are ${list.clock.zoneName}.`}</caption>
    <thead>
      <tr>
        <th scope="col">Status</th>
        <th scope="col">Patient</th>
        <th scope="col">{`Started (${list.clock.zoneName})`}</th>
        <th scope="col" class="number">
          Duration
        </th>
        <th scope="col">Consent</th>
      </tr>
    </thead>
    <tbody>
      {list.calls.map((call) => (
        <Row call={call} patient={list.patients.get(call.patientId) ?? null} clock={list.clock} now={list.now} />
      ))}
    </tbody>
  </table>
);

const Row = ({
  call,
  patient,
  clock,
  now,
}: {
  call: Call;
  patient: Patient | null;
  clock: ClinicClock;
  now: number;
}) => (
  <tr id={`row-${call.id}`}>
    <td class="cell-status">
      <Chip tone={statusTone(call.status)}>{STATUS_LABELS[call.status]}</Chip>
    </td>
    <th scope="row" class="cell-patient">
      <a id={`link-${call.id}`} href={`/dashboard/calls/${call.id}`} class="row-link">
        <span class="initials">{(patient && initials(patient)) ?? 'No name'}</span> {maskNumber(call.phoneNumber)}
      </a>
    </th>
    <td class="cell-started">
      <Moment at={call.dialedAt ?? call.createdAt} clock={clock} />
    </td>
    <td class="cell-duration number">{lengthOf(call, now)}</td>
    <td class="cell-consent">{consentLabel(call)}</td>
  </tr>
);

function lengthOf(call: Call, now: number): string {
  if (call.answeredAt === null) return '—';
  return spokenLength(durationSeconds({ answeredAt: call.answeredAt, endedAt: call.endedAt ?? now }));
}

const NoCalls = ({ status, paged }: { status: CallStatus | null; paged: boolean }) => {
  if (paged) return <p class="empty">There are no older calls.</p>;
  if (status !== null) {
    return (
      <p class="empty">
        No call is “{STATUS_LABELS[status]}”. <a href="/dashboard/calls">Show all calls</a>
      </p>
    );
  }
  return (
    <section class="empty">
      <h2>No calls yet</h2>
      <p>
        <a href="/dashboard/new-call" class="button">
          Call a patient
        </a>
      </p>
      <p class="quiet">
        Other systems place calls with <code>POST /api/calls</code>. Each call appears here at once and updates by
        itself.
      </p>
    </section>
  );
};

const Paging = ({ list }: { list: CallList }) => {
  const { status, cursor, nextCursor } = list;
  if (cursor === null && nextCursor === null) return null;
  return (
    <nav class="paging" aria-label="Pages">
      {cursor === null ? <span /> : <a href={`/dashboard/calls${query(status, null)}`}>Newest calls</a>}
      {nextCursor === null ? null : (
        <a id="older" href={`/dashboard/calls${query(status, nextCursor)}`} rel="next">
          Older calls
        </a>
      )}
    </nav>
  );
};

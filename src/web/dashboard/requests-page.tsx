/** What all patients asked for about their own data, those due first. Initials and last digits; the words stand on the patient's own page. */
import { REQUEST_KINDS, type RequestKind } from '../../domain/retention/request-rules.ts';
import { type ListedRequest, REQUEST_STATUSES, type RequestStatus } from '../../store/patient-requests.ts';
import type { ShownPatient } from '../shown-patient.ts';
import { type ClinicClock, Moment } from './clinic-clock.tsx';
import { Chip } from './layout.tsx';
import { RequestDue, RequestStatusChip } from './patient-requests.tsx';
import { REQUEST_LABELS, REQUEST_STATUS_LABELS } from './rights-labels.ts';

export interface RequestList {
  readonly requests: readonly ListedRequest[];
  readonly patients: ReadonlyMap<string, ShownPatient>;
  /** Erasures that wait for the word of whoever looks. */
  readonly approvable: ReadonlySet<string>;
  readonly status: RequestStatus;
  readonly kind: RequestKind | null;
  readonly overdue: boolean;
  readonly cursor: string | null;
  readonly nextCursor: string | null;
  readonly clock: ClinicClock;
  readonly now: number;
}

const PATH = '/dashboard/requests';

function address({ status, kind, overdue }: Pick<RequestList, 'status' | 'kind' | 'overdue'>, cursor: string | null) {
  const parameters = new URLSearchParams();
  if (status !== 'open') parameters.set('status', status);
  if (kind !== null) parameters.set('kind', kind);
  if (overdue) parameters.set('overdue', 'true');
  if (cursor !== null) parameters.set('cursor', cursor);
  const text = parameters.toString();
  return text === '' ? PATH : `${PATH}?${text}`;
}

export const RequestsPage = (list: RequestList) => (
  <>
    <header class="page-head">
      <div>
        <h1>Requests</h1>
        <p class="under-title">What patients asked for about their own data, and by when it is to be answered.</p>
      </div>
      <nav class="tabs" aria-label="Which requests">
        {REQUEST_STATUSES.map((status) => (
          <a
            class="tab"
            href={address({ ...list, status, overdue: false }, null)}
            aria-current={status === list.status ? 'page' : undefined}
          >
            {REQUEST_STATUS_LABELS[status]}
          </a>
        ))}
      </nav>
    </header>
    <form class="filters" method="get" action={PATH}>
      {list.status === 'open' ? null : <input type="hidden" name="status" value={list.status} />}
      <label>
        They want
        <select name="kind">
          <option value="">Anything</option>
          {REQUEST_KINDS.map((kind) => (
            <option value={kind} selected={kind === list.kind}>
              {REQUEST_LABELS[kind]}
            </option>
          ))}
        </select>
      </label>
      {list.status === 'open' ? (
        <label class="check">
          <input type="checkbox" name="overdue" value="true" checked={list.overdue} /> Overdue only
        </label>
      ) : null}
      <button type="submit" class="secondary">
        Show
      </button>
    </form>
    {list.requests.length === 0 ? <Nothing list={list} /> : <Table list={list} />}
    <Paging list={list} />
  </>
);

const Table = ({ list: { requests, patients, approvable, clock, now } }: { list: RequestList }) => (
  <table class="worklist requestlist">
    <caption class="visually-hidden">{`Requests, what is due first comes first. Days are ${clock.zoneName}.`}</caption>
    <thead>
      <tr>
        <th scope="col">Patient</th>
        <th scope="col">They want</th>
        <th scope="col">Received</th>
        <th scope="col">Due</th>
        <th scope="col">Status</th>
      </tr>
    </thead>
    <tbody>
      {requests.map((request) => {
        const patient = patients.get(request.patientId) ?? null;
        return (
          <tr>
            <th scope="row" class="cell-patient">
              <a
                id={`request-${request.id}`}
                href={`/dashboard/patients/${request.patientId}${patient === null ? '' : '/rights'}`}
                class="row-link"
              >
                {patient === null ? (
                  'Erased patient'
                ) : (
                  <>
                    <span class="initials">{patient.initials ?? 'No name'}</span> {patient.maskedNumber}
                  </>
                )}
              </a>
            </th>
            <td class="cell-want">{REQUEST_LABELS[request.kind]}</td>
            <td class="cell-when">
              <Moment at={request.receivedAt} clock={clock} dayOnly />
            </td>
            <td class="cell-due">
              <RequestDue request={request} clock={clock} now={now} />
            </td>
            <td class="cell-status">
              {request.kind === 'erasure' && request.status === 'open' ? (
                <Chip tone="warn">
                  {approvable.has(request.id) ? 'Waits for your approval' : 'Waits for another administrator'}
                </Chip>
              ) : (
                <RequestStatusChip status={request.status} />
              )}
            </td>
          </tr>
        );
      })}
    </tbody>
  </table>
);

const Nothing = ({ list: { status, kind, overdue, cursor } }: { list: RequestList }) => (
  <p class="empty">
    {cursor !== null
      ? 'There are no more.'
      : kind !== null || overdue
        ? 'Nothing fits.'
        : status === 'open'
          ? 'Nobody waits for an answer. What a patient asks for is noted down on their page, under “Their data”.'
          : 'There is none of these.'}
  </p>
);

const Paging = ({ list }: { list: RequestList }) =>
  list.cursor === null && list.nextCursor === null ? null : (
    <nav class="paging" aria-label="Pages">
      {list.cursor === null ? <span /> : <a href={address(list, null)}>First page</a>}
      {list.nextCursor === null ? null : (
        <a id="more" href={address(list, list.nextCursor)} rel="next">
          More
        </a>
      )}
    </nav>
  );

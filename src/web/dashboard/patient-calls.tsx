/** The calls of a patient: when, what became of each, and whether it left a note. It fetches itself again while one is under way. */
import { durationSeconds, isLiveStatus } from '../../domain/intake/call-record.ts';
import type { Call } from '../../store/calls.ts';
import type { NoteStatus } from '../../store/notes.ts';
import { type ClinicClock, Moment, spokenLength } from './clinic-clock.tsx';
import { directionLabel, STATUS_LABELS, statusTone } from './labels.ts';
import { Chip } from './layout.tsx';
import type { Viewer } from './viewer.ts';

export interface CallHistory {
  readonly patientId: string;
  readonly calls: readonly Call[];
  /** By call; none for one without a note. */
  readonly notes: ReadonlyMap<string, NoteStatus>;
  readonly cursor: string | null;
  readonly nextCursor: string | null;
  readonly viewer: Viewer;
  readonly clock: ClinicClock;
  readonly now: number;
}

const NOTE_LABELS: Readonly<Record<NoteStatus, string>> = {
  complete: 'Complete',
  partial: 'Partial',
  declined: 'Declined',
};

const query = (cursor: string | null): string => (cursor === null ? '' : `?cursor=${cursor}`);

export const PatientCalls = (history: CallHistory) => {
  const { patientId, calls, cursor, nextCursor } = history;
  const polling = calls.some(({ status }) => isLiveStatus(status))
    ? {
        'hx-get': `/dashboard/fragments/patients/${patientId}/calls${query(cursor)}`,
        'hx-trigger': 'every 5s',
        'hx-swap': 'outerHTML',
      }
    : {};
  return (
    <div id="history" {...polling}>
      {calls.length === 0 ? (
        <p class="empty">{cursor === null ? 'No calls yet.' : 'There are no older calls.'}</p>
      ) : (
        <Table history={history} />
      )}
      {cursor === null && nextCursor === null ? null : (
        <nav class="paging" aria-label="Calls">
          {cursor === null ? <span /> : <a href={`/dashboard/patients/${patientId}#calls`}>Newest calls</a>}
          {nextCursor === null ? null : (
            <a id="older" href={`/dashboard/patients/${patientId}${query(nextCursor)}#calls`} rel="next">
              Older calls
            </a>
          )}
        </nav>
      )}
    </div>
  );
};

const HangUp = ({ call: { id, patientId } }: { call: Call }) => (
  <form class="in-row" method="post" action={`/dashboard/patients/${patientId}/calls/${id}/hangup`}>
    <button id={`hang-up-${id}`} type="submit" class="danger small">
      Hang up
    </button>
  </form>
);

const Table = ({ history: { calls, notes, viewer, clock, now } }: { history: CallHistory }) => (
  <table class="worklist historylist">
    <caption class="visually-hidden">{`Calls, newest first. Times are ${clock.zoneName}.`}</caption>
    <thead>
      <tr>
        <th scope="col">{`Started (${clock.zoneName})`}</th>
        <th scope="col">Outcome</th>
        <th scope="col">Note</th>
        <th scope="col" class="number">
          Duration
        </th>
      </tr>
    </thead>
    <tbody>
      {calls.map((call) => {
        const note = notes.get(call.id);
        const started = <Moment at={call.dialedAt ?? call.createdAt} clock={clock} />;
        return (
          <tr id={`row-${call.id}`}>
            <th scope="row" class="cell-patient">
              {viewer.seesCalls ? (
                <a id={`link-${call.id}`} href={`/dashboard/calls/${call.id}`} class="row-link">
                  {started}
                </a>
              ) : (
                started
              )}
              {call.direction === 'inbound' ? <small class="inbound">{directionLabel('inbound')}</small> : null}
            </th>
            <td class="cell-status">
              <Chip tone={statusTone(call.status)}>{STATUS_LABELS[call.status]}</Chip>{' '}
              {isLiveStatus(call.status) ? <HangUp call={call} /> : null}
              {call.redFlags === 0 || !viewer.seesRedFlags ? null : <Chip tone="bad">Red flag</Chip>}
            </td>
            <td class="cell-note">{note === undefined ? <span class="absent">None</span> : NOTE_LABELS[note]}</td>
            <td class="cell-duration number">
              {call.answeredAt === null
                ? '—'
                : spokenLength(durationSeconds({ answeredAt: call.answeredAt, endedAt: call.endedAt ?? now }))}
            </td>
          </tr>
        );
      })}
    </tbody>
  </table>
);

/** The worklist: one row a call, newest first. It fetches itself again, sooner while a call is live. */
import { durationSeconds, isLiveStatus } from '../../domain/intake/call-record.ts';
import type { Call } from '../../store/calls.ts';
import type { Task } from '../../store/tasks.ts';
import { initials, maskNumber } from '../mask.ts';
import { type CallList, callsQuery, chosenIn } from './calls-filter.ts';
import { Moment, spokenLength } from './clinic-clock.tsx';
import { consentLabel, directionLabel, numberLabel, STATUS_LABELS, statusTone, type Tone } from './labels.ts';
import { Alerts, Chip } from './layout.tsx';

export const CallsFragment = (list: CallList) => {
  const live = list.calls.some(({ status }) => isLiveStatus(status));
  return (
    <div
      id="calls"
      hx-get={`/dashboard/fragments/calls${callsQuery(list.filter, list.cursor)}`}
      hx-trigger={live ? 'every 5s' : 'every 15s'}
      hx-swap="outerHTML"
    >
      {list.calls.length === 0 ? <NoCalls list={list} /> : <Table list={list} />}
      <Paging list={list} />
    </div>
  );
};

/** The answer to the list's own request, with the count in the frame of the page. */
export const CallsAnswer = (list: CallList) => (
  <>
    <CallsFragment {...list} />
    <Alerts count={list.alerts} elsewhere />
  </>
);

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
        <th scope="col">Review</th>
        <th scope="col">Consent</th>
      </tr>
    </thead>
    <tbody>
      {list.calls.map((call) => (
        <Row call={call} list={list} />
      ))}
    </tbody>
  </table>
);

const Row = ({ call, list }: { call: Call; list: CallList }) => {
  const { clock, now } = list;
  const patient = list.patients.get(call.patientId) ?? null;
  return (
    <tr id={`row-${call.id}`}>
      <td class="cell-status">
        <Chip tone={statusTone(call.status)}>{STATUS_LABELS[call.status]}</Chip>{' '}
        <FlagChip call={call} task={list.flagTasks.get(call.id) ?? null} />
      </td>
      <th scope="row" class="cell-patient">
        <a id={`link-${call.id}`} href={`/dashboard/calls/${call.id}`} class="row-link">
          <span class="initials">{(patient && initials(patient)) ?? 'No name'}</span>{' '}
          {numberLabel(maskNumber(call.phoneNumber))}
        </a>
      </th>
      <td class="cell-started">
        <Moment at={call.dialedAt ?? call.createdAt} clock={clock} />
        {call.direction === 'inbound' ? <Inbound /> : null}
      </td>
      <td class="cell-duration number">{lengthOf(call, now)}</td>
      <td class="cell-review">
        <ReviewChip call={call} />
      </td>
      <td class="cell-consent">{consentLabel(call)}</td>
    </tr>
  );
};

const Inbound = () => <small class="inbound">{directionLabel('inbound')}</small>;

const FLAG_CHIPS: Readonly<Record<Task['status'], { readonly words: string; readonly tone: Tone }>> = {
  open: { words: '', tone: 'bad' },
  claimed: { words: ', claimed', tone: 'warn' },
  done: { words: ', done', tone: 'calm' },
};

/** A call that took up an unfinished intake carries its flags; the task is that call's. */
const FlagChip = ({ call, task }: { call: Call; task: Task | null }) => {
  if (call.redFlags === 0 && task === null) return null;
  if (task === null) return <Chip tone="warn">Earlier red flag</Chip>;
  const { words, tone } = FLAG_CHIPS[task.status];
  return <Chip tone={tone}>{`${call.redFlags > 1 ? `${call.redFlags} red flags` : 'Red flag'}${words}`}</Chip>;
};

/** Of the newest note. Where there is none, nothing waits to be read. */
const ReviewChip = ({ call: { review } }: { call: Call }) => {
  if (review === null) return <span class="absent">—</span>;
  return review === 'signed' ? <Chip tone="good">Signed</Chip> : <Chip tone="warn">Not reviewed</Chip>;
};

function lengthOf(call: Call, now: number): string {
  if (call.answeredAt === null) return '—';
  return spokenLength(durationSeconds({ answeredAt: call.answeredAt, endedAt: call.endedAt ?? now }));
}

const NoCalls = ({ list: { filter, cursor } }: { list: CallList }) => {
  if (cursor !== null) return <p class="empty">There are no older calls.</p>;
  if (chosenIn(filter) > 0) {
    return (
      <p class="empty">
        {nothingWith(filter)} <a href="/dashboard/calls">Show all calls</a>
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

/** Never "no red flags": that nothing was recognised does not mean that nothing was there (CL-04). */
function nothingWith(filter: CallList['filter']): string {
  const { status, flagged, reviewed } = filter;
  if (flagged && chosenIn(filter) <= (status === null ? 1 : 2)) return 'No call here has raised a red flag.';
  if (chosenIn(filter) > 1) return 'No call fits all of this.';
  if (status !== null) return `No call is “${STATUS_LABELS[status]}”.`;
  if (reviewed !== null) return reviewed === 'true' ? 'No note has been signed yet.' : 'No note waits to be reviewed.';
  return 'There are no such calls.';
}

const Paging = ({ list }: { list: CallList }) => {
  const { cursor, nextCursor } = list;
  if (cursor === null && nextCursor === null) return null;
  return (
    <nav class="paging" aria-label="Pages">
      {cursor === null ? <span /> : <a href={`/dashboard/calls${callsQuery(list.filter, null)}`}>Newest calls</a>}
      {nextCursor === null ? null : (
        <a id="older" href={`/dashboard/calls${callsQuery(list.filter, nextCursor)}`} rel="next">
          Older calls
        </a>
      )}
    </nav>
  );
};

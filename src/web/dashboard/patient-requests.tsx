/** What a patient asked for about their own data: each with its due date, how to answer it, and what became of it. */
import { REQUEST_RULES } from '../../domain/retention/request-rules.ts';
import type { ListedRequest, PatientRequest } from '../../store/patient-requests.ts';
import { type ClinicClock, Moment } from './clinic-clock.tsx';
import { Chip } from './layout.tsx';
import { REQUEST_LABELS, REQUEST_STATUS_LABELS } from './rights-labels.ts';
import { type RightsView, type SentRights, typedInto } from './rights-view.ts';
import { Choice, Line } from './sheet-fields.tsx';

interface DueView {
  readonly request: Pick<PatientRequest, 'status' | 'dueAt'>;
  readonly clock: ClinicClock;
  readonly now: number;
}
export const RequestDue = ({ request: { status, dueAt }, clock, now }: DueView) =>
  status === 'open' && dueAt < now ? (
    <Chip tone="bad">
      Overdue, was due <Moment at={dueAt} clock={clock} dayOnly />
    </Chip>
  ) : (
    <Moment at={dueAt} clock={clock} dayOnly />
  );

const TONES = { open: 'warn', done: 'good', denied: 'bad', withdrawn: 'calm', ended: 'bad' } as const;
export const RequestStatusChip = ({ status }: Pick<PatientRequest, 'status'>) => (
  <Chip tone={TONES[status]}>{REQUEST_STATUS_LABELS[status]}</Chip>
);

interface EndingView {
  readonly requests: readonly ListedRequest[];
  readonly clock: ClinicClock;
}
/** What an erasure leaves unanswered: nothing can be given to the patient once their key is gone. */
export const EndsUnanswered = ({ requests, clock }: EndingView) => {
  const owed = requests.filter(({ kind, status }) => kind !== 'erasure' && status === 'open');
  if (owed.length === 0) return null;
  return (
    <div class="notice notice-warn">
      <p>
        <strong>
          {owed.length === 1
            ? 'A request that nobody has answered ends with the erasure.'
            : `${owed.length} requests that nobody has answered end with the erasure.`}
        </strong>{' '}
        What was asked for is still owed, and cannot be given afterwards. Answer that first.
      </p>
      <ul>
        {owed.map(({ id, kind, dueAt, patientId }) => (
          <li>
            <a href={`/dashboard/patients/${patientId}/rights#request-${id}`}>{REQUEST_LABELS[kind]}</a>
            {', due '}
            <Moment at={dueAt} clock={clock} dayOnly />
          </li>
        ))}
      </ul>
    </div>
  );
};

const ASKED = ['access', 'amendment', 'accounting'] as const;

export const Requests = ({ view }: { view: RightsView }) => {
  const { requests, patient, clock } = view;
  const typed = typedInto(view, 'request');
  return (
    <section id="requests" aria-labelledby="requests-title">
      <h2 id="requests-title">What they asked for</h2>
      {requests.length === 0 ? <p class="empty">Nothing so far.</p> : null}
      <ul class="steps">
        {requests.map((request) => (
          <Item request={request} view={view} />
        ))}
      </ul>
      <details id="add-request" open={typed !== null}>
        <summary>Note down a request</summary>
        <form class="sheet" method="post" action={`/dashboard/patients/${patient.id}/rights/requests`}>
          <Choice
            label="They want"
            name="kind"
            typed={typed}
            of={ASKED.map((kind) => [kind, `${REQUEST_LABELS[kind]} (${REQUEST_RULES[kind].days} days)`])}
          />
          <label>
            Received on
            <input
              type="date"
              name="received"
              value={typed?.['received'] ?? clock.today}
              max={clock.today}
              min="2020-01-01"
              required
            />
          </label>
          <Line label="In their words" name="details" typed={typed} max={2000} />
          <button type="submit">Note it down</button>
        </form>
      </details>
    </section>
  );
};

const Item = ({ request, view }: { request: PatientRequest; view: RightsView }) => {
  const { clock, now, patient, viewer } = view;
  const { id, kind, status, extendedAt, callId, noteVersion } = request;
  return (
    <li class="step" id={`request-${id}`}>
      <p class="consent-line">
        <RequestStatusChip status={status} /> <strong>{REQUEST_LABELS[kind]}</strong>
      </p>
      {request.details === null ? null : <p class="consent-line evidence">{request.details}</p>}
      <p class="consent-line task-text">
        Received <Moment at={request.receivedAt} clock={clock} dayOnly />
        {status === 'open' && request.dueAt < now ? '. ' : ', due '}
        <RequestDue request={request} clock={clock} now={now} />
        {extendedAt === null ? '' : ', put off once'}
      </p>
      {request.endedAt === null ? null : (
        <p class="consent-line task-text">
          {`${REQUEST_STATUS_LABELS[status]} by ${request.endedName ?? 'the erasure'}, `}
          <Moment at={request.endedAt} clock={clock} />
          {request.outcome === null ? '' : `: ${request.outcome}`}
        </p>
      )}
      {callId === null ? null : (
        <p class="consent-line task-text">
          {viewer.seesCalls ? <a href={`/dashboard/calls/${callId}`}>The call</a> : 'A call'}
          {noteVersion === null
            ? ''
            : `, put right by version ${noteVersion} of its note; the one before stays beside it`}
        </p>
      )}
      {status === 'open' && kind !== 'erasure' ? (
        <Answer request={request} patientId={patient.id} calls={viewer.seesCalls} typed={typedInto(view, id)} />
      ) : null}
    </li>
  );
};

interface AnswerView {
  readonly request: PatientRequest;
  readonly patientId: string;
  readonly calls: boolean;
  readonly typed: SentRights['fields'] | null;
}
const ANSWERS = { done: 'Done', denied: 'Denied', withdrawn: 'Withdrawn by the patient' } as const;

const Answer = ({ request: { id, kind, extendedAt, callId }, patientId, calls, typed }: AnswerView) => {
  const path = `/dashboard/patients/${patientId}/rights/requests/${id}`;
  return (
    <details open={typed !== null}>
      <summary>
        Answer it<span class="visually-hidden">{`: ${REQUEST_LABELS[kind]}`}</span>
      </summary>
      <form method="post" action={`${path}/answer`}>
        <Choice label="What becomes of it" name="status" typed={typed} of={Object.entries(ANSWERS)} />
        <Line label="What was done, or why it is denied" name="outcome" typed={typed} max={2000} />
        {kind === 'amendment' && callId === null && calls ? (
          <Line label="The call whose note was put right" name="call_id" typed={typed} max={80} placeholder="call_…" />
        ) : null}
        <button type="submit" class="secondary">
          Save the answer
        </button>
      </form>
      {extendedAt === null && REQUEST_RULES[kind].extensionDays > 0 ? (
        <form method="post" action={`${path}/extend`}>
          <button type="submit" class="secondary outline small">
            {`Put off by ${REQUEST_RULES[kind].extensionDays} days`}
          </button>
          <p class="quiet">Once. The patient has to be told in writing why, and until when.</p>
        </form>
      ) : null}
    </details>
  );
};

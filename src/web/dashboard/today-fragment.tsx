/** Today: what needs a person first, then what goes on, then how the day went. It fetches itself again. */
import { isLiveStatus } from '../../domain/intake/call-record.ts';
import type { Task } from '../../store/tasks.ts';
import { initials, maskNumber } from '../mask.ts';
import type { TaskVerb } from '../settle-task.ts';
import { counted } from './campaign-labels.ts';
import { Moment } from './clinic-clock.tsx';
import { STATUS_LABELS, statusTone, TASK_LABELS } from './labels.ts';
import { Alerts, Chip, Outcome, shownCount } from './layout.tsx';
import { OutcomeChart } from './outcome-chart.tsx';
import { lettersOf, TaskButtons, TaskDue, TaskPatient } from './task-controls.tsx';
import type { TodayView } from './today-view.ts';

export const TodayFragment = (view: TodayView) => (
  <div
    id="today"
    hx-get="/dashboard/fragments/today"
    hx-trigger={view.alerts > 0 || (view.live?.count ?? 0) > 0 ? 'every 5s' : 'every 15s'}
    hx-swap="outerHTML"
    hx-sync="this:drop"
  >
    <Attention {...view} />
    <div class="today-now">
      <Notes {...view} />
      <LiveCalls {...view} />
      <Running {...view} />
    </div>
    <Day {...view} />
  </div>
);

export const TodayAnswer = ({ view, outcome }: { view: TodayView; outcome?: string }) => (
  <>
    <TodayFragment {...view} />
    {view.viewer.seesTasks ? <Alerts count={view.alerts} elsewhere /> : null}
    {outcome === undefined ? null : <Outcome text={outcome} />}
  </>
);

const Attention = (view: TodayView) => {
  const { tasks, stuck, givenUp, requests, viewer } = view;
  const erasures = viewer.erasesPatients ? (requests?.erasures ?? 0) : 0;
  const overdue = requests?.overdue ?? 0;
  const nothing = (tasks?.open ?? 0) === 0 && stuck.length === 0 && givenUp === 0 && erasures + overdue === 0;
  return (
    <section aria-labelledby="attention-title" class="attention">
      <h2 id="attention-title">Needs attention</h2>
      {nothing ? <p class="empty">Nothing waits for a person.</p> : null}
      {givenUp === 0 ? null : (
        <p class="notice notice-warn">
          {givenUp === 1
            ? 'One piece of background work was given up'
            : `${counted(givenUp)} pieces of background work were given up`}
          {' and '}
          {givenUp === 1 ? 'waits' : 'wait'} for somebody. <a href="/dashboard/jobs">See why</a>
        </p>
      )}
      {erasures === 0 ? null : (
        <p class="notice notice-warn">
          {erasures === 1 ? 'An erasure waits' : `${counted(erasures)} erasures wait`} for a second administrator.{' '}
          <a href="/dashboard/requests?kind=erasure">Decide</a>
        </p>
      )}
      {overdue === 0 ? null : (
        <p class="notice notice-bad">
          {overdue === 1 ? 'A request of a patient is overdue' : `${counted(overdue)} requests of patients are overdue`}
          . <a href="/dashboard/requests?overdue=true">Answer</a>
        </p>
      )}
      {stuck.length === 0 ? null : (
        <p class="notice notice-warn">
          {stuck.length === 1
            ? 'A call should be over by now and is not: '
            : 'Calls should be over by now and are not: '}
          {stuck.map((id, i) => (
            <>
              {i === 0 ? '' : ', '}
              <a href={`/dashboard/calls/${id}`}>{`call ${i + 1}`}</a>
            </>
          ))}
          . Hang up there; the note keeps what was answered.
        </p>
      )}
      {tasks === null || tasks.shown.length === 0 ? null : <Tasks {...view} tasks={tasks} />}
    </section>
  );
};

const Tasks = (view: TodayView & { tasks: NonNullable<TodayView['tasks']> }) => {
  const { tasks, clock } = view;
  const more = tasks.open - tasks.shown.length;
  return (
    <>
      <table class="worklist tasklist">
        <caption class="visually-hidden">{`Tasks nobody has claimed, what is due first comes first. Times are ${clock.zoneName}.`}</caption>
        <thead>
          <tr>
            <th scope="col">Task</th>
            <th scope="col">Patient</th>
            <th scope="col">Due</th>
            <th scope="col">
              <span class="visually-hidden">What to do with it</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {tasks.shown.map((task) => (
            <TaskRow {...view} task={task} />
          ))}
        </tbody>
      </table>
      {more <= 0 ? null : (
        <p class="more">
          <a href="/dashboard/tasks">{`${counted(tasks.open)} tasks are not done${tasks.overdue > 0 ? `, ${counted(tasks.overdue)} overdue` : ''}. See all`}</a>
        </p>
      )}
    </>
  );
};

const TaskRow = ({ task, patients, viewer, clock, now }: TodayView & { task: Task }) => {
  const patient = patients.get(task.patientId) ?? null;
  const action = (verb: TaskVerb) => `/dashboard/today/tasks/${task.id}/${verb}`;
  return (
    <tr id={`task-${task.id}`} tabindex={-1} class={task.kind === 'red_flag' ? 'urgent' : undefined}>
      <th scope="row" class="cell-task">
        <strong>{TASK_LABELS[task.kind].name}</strong>
      </th>
      <td class="cell-patient">
        <TaskPatient task={task} patient={patient} viewer={viewer} />
      </td>
      <td class="cell-due">
        <TaskDue task={task} clock={clock} now={now} />
      </td>
      <td class="cell-actions">
        <TaskButtons task={task} action={action} target="#today" about={lettersOf(patient, viewer)} />
      </td>
    </tr>
  );
};

const Notes = ({ notes, patients, clock }: TodayView) =>
  notes === null ? null : (
    <section aria-labelledby="notes-title">
      <h2 id="notes-title">
        Notes to review <span class="count">{shownCount(notes.count)}</span>
      </h2>
      {notes.shown.length === 0 ? (
        <p class="empty">Every note has been signed.</p>
      ) : (
        <ul class="rows">
          {notes.shown.map((call) => {
            const patient = patients.get(call.patientId) ?? null;
            return (
              <li class="rows-row">
                <a id={`note-${call.id}`} href={`/dashboard/calls/${call.id}`} class="row-link">
                  <span class="initials">{(patient && initials(patient)) ?? 'No name'}</span>{' '}
                  {maskNumber(call.phoneNumber)}
                </a>
                {call.redFlags > 0 ? <Chip tone="bad">Red flag</Chip> : null}
                <span class="row-end">
                  <Moment at={call.endedAt ?? call.createdAt} clock={clock} />
                </span>
              </li>
            );
          })}
        </ul>
      )}
      {notes.count > notes.shown.length ? (
        <p class="more">
          <a href="/dashboard/calls?reviewed=false">See all notes to review</a>
        </p>
      ) : null}
    </section>
  );

const LiveCalls = ({ live, patients, clock }: TodayView) =>
  live === null ? null : (
    <section aria-labelledby="live-title">
      <h2 id="live-title">
        On the line <span class="count">{counted(live.count)}</span>
      </h2>
      {live.shown.length === 0 ? (
        <p class="empty">No call is under way.</p>
      ) : (
        <ul class="rows">
          {live.shown.map((call) => {
            const patient = patients.get(call.patientId) ?? null;
            return (
              <li class="rows-row">
                <Chip tone={isLiveStatus(call.status) ? statusTone(call.status) : 'calm'}>
                  {STATUS_LABELS[call.status]}
                </Chip>
                <a id={`live-${call.id}`} href={`/dashboard/calls/${call.id}`} class="row-link">
                  <span class="initials">{(patient && initials(patient)) ?? 'No name'}</span>{' '}
                  {maskNumber(call.phoneNumber)}
                </a>
                <span class="row-end">
                  <Moment at={call.answeredAt ?? call.dialedAt ?? call.createdAt} clock={clock} />
                </span>
              </li>
            );
          })}
        </ul>
      )}
      {live.count > live.shown.length ? (
        <p class="more">
          <a href="/dashboard/calls?status=in_progress">See all calls</a>
        </p>
      ) : null}
    </section>
  );

const Running = ({ viewer, campaigns, sums }: TodayView) =>
  viewer.seesCampaigns ? (
    <section aria-labelledby="running-title">
      <h2 id="running-title">
        Campaigns running <span class="count">{counted(campaigns.length)}</span>
      </h2>
      {campaigns.length === 0 ? (
        <p class="empty">
          No campaign runs. <a href="/dashboard/campaigns">All campaigns</a>
        </p>
      ) : (
        <ul class="rows">
          {campaigns.map(({ id, name }) => {
            const { ready = 0, active = 0, done = 0, skipped = 0, canceled = 0 } = sums.get(id) ?? {};
            const total = ready + active + done + skipped + canceled;
            const over = total - ready - active;
            return (
              <li class="rows-row">
                <a id={`running-${id}`} href={`/dashboard/campaigns/${id}`} class="row-link">
                  {name}
                </a>
                <span class="row-end">
                  <progress value={over} max={Math.max(1, total)} aria-hidden="true" />
                  {` ${counted(over)} of ${counted(total)}`}
                </span>
              </li>
            );
          })}
        </ul>
      )}
    </section>
  ) : null;

const percent = (rate: number | null): string => (rate === null ? '—' : `${Math.round(rate * 100)} %`);

const Day = ({ figures, hours, clock }: TodayView) => (
  <section aria-labelledby="day-title">
    <h2 id="day-title">Calls today</h2>
    <dl class="figures-row">
      <Figure name="Calls" value={counted(figures.total)} />
      <Figure name="Answered" value={counted(figures.answered)} />
      <Figure name="Agreed" value={percent(figures.consentRate)} note="of those asked" />
      <Figure name="Completed" value={counted(figures.byOutcome.completed)} />
      <Figure name="Red flags" value={counted(figures.flagged)} />
    </dl>
    {figures.total === 0 ? (
      <p class="empty">No call has been placed today.</p>
    ) : (
      <OutcomeChart
        title="By the hour"
        periods={trimmed(hours)}
        labelOf={(at) => clock.hour(at)}
        axisOf={(at) => clock.hour(at)}
        unit={`Hour (${clock.zoneName})`}
      />
    )}
  </section>
);

const Figure = ({ name, value, note }: { name: string; value: string; note?: string }) => (
  <div class="figure-box">
    <dt>{name}</dt>
    <dd>
      {value}
      {note === undefined ? null : <small>{note}</small>}
    </dd>
  </div>
);

const LEAST_HOURS = 8;

/** From the first hour with a call to the last: nights are empty. */
function trimmed(hours: TodayView['hours']): TodayView['hours'] {
  const first = hours.findIndex(({ total }) => total > 0);
  const last = hours.findLastIndex(({ total }) => total > 0);
  const from = Math.max(0, Math.min(first, hours.length - LEAST_HOURS));
  return hours.slice(from, Math.max(last + 1, from + LEAST_HOURS));
}

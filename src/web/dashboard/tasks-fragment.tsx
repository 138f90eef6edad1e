/** The work calls left behind, what is due first on top. It fetches itself again, sooner while something urgent waits. */
import type { Patient } from '../../store/patients.ts';
import type { Task, TaskStatus } from '../../store/tasks.ts';
import type { TaskVerb } from '../settle-task.ts';
import type { ClinicClock } from './clinic-clock.tsx';
import { TASK_LABELS } from './labels.ts';
import { Alerts, Outcome } from './layout.tsx';
import { lettersOf, TaskButtons, TaskDue, TaskOwner, TaskPatient } from './task-controls.tsx';
import type { Viewer } from './viewer.ts';

export interface TaskList {
  readonly tasks: readonly Task[];
  readonly patients: ReadonlyMap<string, Patient>;
  readonly status: TaskStatus;
  readonly cursor: string | null;
  readonly nextCursor: string | null;
  /** Red flags nobody has claimed. */
  readonly alerts: number;
  readonly viewer: Viewer;
  readonly clock: ClinicClock;
  readonly now: number;
}

/** The query of a page of the list. */
export function tasksQuery(status: TaskStatus, cursor: string | null): string {
  const parameters = new URLSearchParams();
  if (status !== 'open') parameters.set('status', status);
  if (cursor !== null) parameters.set('cursor', cursor);
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
}

export const TasksFragment = (list: TaskList) => (
  <div
    id="tasks"
    hx-get={`/dashboard/fragments/tasks${tasksQuery(list.status, list.cursor)}`}
    hx-trigger={list.alerts > 0 ? 'every 5s' : 'every 15s'}
    hx-swap="outerHTML"
    hx-sync="this:drop"
  >
    {list.tasks.length === 0 ? <NoTasks list={list} /> : <Table list={list} />}
    <Paging list={list} />
  </div>
);

/** The answer to a request of the page itself: with the count in its frame, and what came of what was asked. */
export const TasksAnswer = ({ list, outcome }: { list: TaskList; outcome?: string }) => (
  <>
    <TasksFragment {...list} />
    <Alerts count={list.alerts} elsewhere />
    {outcome === undefined ? null : <Outcome text={outcome} />}
  </>
);

const Table = ({ list }: { list: TaskList }) => (
  <table class="worklist tasklist">
    <caption class="visually-hidden">
      {list.status === 'done' ? 'Tasks that are done, the newest first.' : 'Tasks, what is due first comes first.'}{' '}
      {`Times are ${list.clock.zoneName}.`}
    </caption>
    <thead>
      <tr>
        <th scope="col">Task</th>
        <th scope="col">Patient</th>
        <th scope="col">{`Due (${list.clock.zoneName})`}</th>
        <th scope="col">Who has it</th>
        <th scope="col">
          <span class="visually-hidden">What to do with it</span>
        </th>
      </tr>
    </thead>
    <tbody>
      {list.tasks.map((task) => (
        <Row task={task} list={list} />
      ))}
    </tbody>
  </table>
);

const Row = ({ task, list }: { task: Task; list: TaskList }) => {
  const { clock, now, viewer, status, cursor } = list;
  const patient = list.patients.get(task.patientId) ?? null;
  const { name, toDo } = TASK_LABELS[task.kind];
  const action = (verb: TaskVerb) => `/dashboard/tasks/${task.id}/${verb}${tasksQuery(status, cursor)}`;
  return (
    <tr id={`task-${task.id}`} tabindex={-1} class={task.kind === 'red_flag' ? 'urgent' : undefined}>
      <th scope="row" class="cell-task">
        <strong>{name}</strong>
        <small class="task-text">{toDo}</small>
      </th>
      <td class="cell-patient">
        <TaskPatient task={task} patient={patient} viewer={viewer} />
      </td>
      <td class="cell-due">
        <TaskDue task={task} clock={clock} now={now} />
      </td>
      <td class="cell-owner">
        <TaskOwner task={task} actorName={viewer.name} />
      </td>
      <td class="cell-actions">
        <TaskButtons task={task} action={action} target="#tasks" about={lettersOf(patient, viewer)} />
      </td>
    </tr>
  );
};

const EMPTY: Readonly<Record<TaskStatus, string>> = {
  open: 'Nothing is waiting. A call that needs a person puts its task here by itself.',
  claimed: 'Nobody has a task in hand.',
  done: 'No task has been done yet.',
};

const NoTasks = ({ list: { status, cursor } }: { list: TaskList }) => (
  <p class="empty">{cursor === null ? EMPTY[status] : 'There are no more tasks.'}</p>
);

const Paging = ({ list: { status, cursor, nextCursor } }: { list: TaskList }) => {
  if (cursor === null && nextCursor === null) return null;
  return (
    <nav class="paging" aria-label="Pages">
      {cursor === null ? <span /> : <a href={`/dashboard/tasks${tasksQuery(status, null)}`}>First tasks</a>}
      {nextCursor === null ? null : (
        <a id="more" href={`/dashboard/tasks${tasksQuery(status, nextCursor)}`} rel="next">
          More tasks
        </a>
      )}
    </nav>
  );
};

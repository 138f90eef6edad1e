/** The page around the tasks: which of them to show. */
import { TASK_STATUSES } from '../../store/tasks.ts';
import { TASK_STATUS_LABELS } from './labels.ts';
import { Said } from './said.tsx';
import { type TaskList, TasksFragment, tasksQuery } from './tasks-fragment.tsx';

interface TasksPageView {
  readonly list: TaskList;
  /** Of what was asked without a script. */
  readonly outcome: string | null;
}

export const TasksPage = ({ list, outcome }: TasksPageView) => (
  <>
    <div class="page-head">
      <h1>Tasks</h1>
      <nav class="tabs" aria-label="Which tasks">
        {TASK_STATUSES.map((status) => (
          <a
            class="tab"
            href={`/dashboard/tasks${tasksQuery(status, null)}`}
            aria-current={status === list.status ? 'page' : undefined}
          >
            {TASK_STATUS_LABELS[status]}
          </a>
        ))}
      </nav>
    </div>
    <Said outcome={outcome} />
    <TasksFragment {...list} />
    {list.viewer.printsSheet ? (
      <p class="quiet">
        <a href="/dashboard/downtime">Sheet for an outage</a>, with names and numbers, to print
      </p>
    ) : null}
  </>
);

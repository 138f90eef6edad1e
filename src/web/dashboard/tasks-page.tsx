/** The page around the tasks: which of them to show. */
import { TASK_STATUSES } from '../../store/tasks.ts';
import { TASK_STATUS_LABELS } from './labels.ts';
import { type TaskList, TasksFragment, tasksQuery } from './tasks-fragment.tsx';

export const TasksPage = (list: TaskList) => (
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
    <TasksFragment {...list} />
    {list.viewer.printsSheet ? (
      <p class="quiet">
        <a href="/dashboard/downtime">Sheet for an outage</a>, with names and numbers, to print
      </p>
    ) : null}
  </>
);

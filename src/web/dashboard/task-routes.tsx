/** The page of tasks. Also for people who may not open a call: it shows initials and the last four digits, no more (HS-18). */
import * as z from 'zod';
import { getPatients } from '../../store/patients.ts';
import { countAlerts, listTasks, TASK_STATUSES } from '../../store/tasks.ts';
import { cursorText, pageCursor } from '../page-cursor.ts';
import { type Ask, type Route, type RouteSpec, route } from '../route.ts';
import { knownTask, settleTask, TASK_VERBS } from '../settle-task.ts';
import { showing } from '../shown-patients.ts';
import { askFirst, isScripted, isSure } from './ask-first.tsx';
import { clinicClock } from './clinic-clock.tsx';
import { givenUpFor } from './given-up.ts';
import { MOST_ALERTS, page } from './layout.tsx';
import { asksDone, taskOutcome } from './task-controls.tsx';
import { type TaskList, TasksAnswer } from './tasks-fragment.tsx';
import { TasksPage } from './tasks-page.tsx';
import { TASK_ROLES, viewerOf } from './viewer.ts';

const PAGE_SIZE = 25;

const people = { roles: TASK_ROLES, phi: true } as const;
const listQuery = z.strictObject({
  status: z.enum(TASK_STATUSES).default('open'),
  cursor: pageCursor('task').optional(),
});
const oneTask = z.strictObject({ task_id: z.string().regex(/^task_[0-9a-f-]{36}$/) });

async function taskList(ask: Ask<RouteSpec & { query: typeof listQuery }>): Promise<TaskList> {
  const { config, db, query, actor, now } = ask;
  const { status, cursor = null } = query;
  const { items: tasks, nextCursor } = await listTasks(db, { limit: PAGE_SIZE, cursor, status });
  const patientIds = tasks.map(({ patientId }) => patientId);
  const [patients, alerts] = await Promise.all([
    getPatients(db, config.keyRing, patientIds),
    countAlerts(db, MOST_ALERTS),
  ]);
  showing(ask.c, patientIds);
  return {
    ...{ tasks, patients, alerts, status, now },
    cursor: cursorText(cursor),
    nextCursor: cursorText(nextCursor),
    viewer: viewerOf(actor),
    clock: clinicClock(config.clinic.timeZone, now),
  };
}

async function answerTasks(ask: Ask, list: TaskList, outcome: string | null = null, status: 200 | 409 = 200) {
  const { viewer, alerts } = list;
  const frame = { title: 'Tasks', clinicName: ask.config.clinic.name, viewer, alerts, givenUp: await givenUpFor(ask) };
  const children = <TasksPage list={list} outcome={outcome} />;
  return ask.c.html(page({ ...frame, current: 'tasks', children }), status);
}

const settle = TASK_VERBS.map((verb) =>
  route(
    {
      ...people,
      method: 'POST',
      path: `/dashboard/tasks/:task_id/${verb}`,
      audit: `task.${verb}`,
      params: oneTask,
      query: listQuery,
    },
    async (ask) => {
      const { task_id } = ask.params;
      if (verb === 'done' && !(await isSure(ask)))
        return askFirst(ask, { ...asksDone(await knownTask(ask, task_id)), back: '/dashboard/tasks' });
      const { ok, task } = await settleTask(ask, task_id, verb);
      const outcome = taskOutcome(task, verb, ok, ask.actor.name);
      const list = await taskList(ask);
      if (!isScripted(ask)) return answerTasks(ask, list, outcome, ok ? 200 : 409);
      return ask.c.html(<TasksAnswer list={list} outcome={outcome} />, ok ? 200 : 409);
    },
  ),
);

export const taskPageRoutes: readonly Route[] = [
  route({ ...people, method: 'GET', path: '/dashboard/tasks', audit: 'page.tasks', query: listQuery }, async (ask) =>
    answerTasks(ask, await taskList(ask)),
  ),
  route(
    { ...people, method: 'GET', path: '/dashboard/fragments/tasks', audit: 'page.tasks_poll', query: listQuery },
    async (ask) => ask.c.html(<TasksAnswer list={await taskList(ask)} />),
  ),
  ...settle,
];

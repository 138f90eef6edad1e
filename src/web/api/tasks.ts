/** /api/tasks: the work calls left behind. Ids and codes only: whom it is about is read from its call. */
import * as z from 'zod';
import { iso } from '../../call-json.ts';
import { TASK_KINDS } from '../../domain/intake/state.ts';
import { getTask, listTasks, TASK_STATUSES, type Task } from '../../store/tasks.ts';
import { notFound } from '../errors.ts';
import { rolesSeeing } from '../field-access.ts';
import { cursorText, pageCursor } from '../page-cursor.ts';
import { type Route, route } from '../route.ts';
import { settleTask, TASK_VERBS } from '../settle-task.ts';
import { idOf, listOf, moment } from './answer-fields.ts';
import { DEFAULT_LIMIT, limit, taskId } from './fields.ts';

const people = { roles: rolesSeeing('tasks'), phi: false } as const;
const oneTask = z.strictObject({ task_id: taskId });

export const taskAnswer = z
  .strictObject({
    task_id: idOf('task'),
    kind: z.enum(TASK_KINDS),
    call_id: idOf('call'),
    patient_id: idOf('pat'),
    due_at: moment,
    status: z.enum(TASK_STATUSES),
    owner: z.string().nullable(),
    created_at: moment,
  })
  .meta({ id: 'Task' });

export const taskJson = (task: Task): z.infer<typeof taskAnswer> => ({
  task_id: task.id,
  kind: task.kind,
  call_id: task.callId,
  patient_id: task.patientId,
  due_at: iso(task.dueAt),
  status: task.status,
  owner: task.owner,
  created_at: iso(task.createdAt),
});

const list = route(
  {
    ...people,
    method: 'GET',
    path: '/api/tasks',
    audit: 'task.list',
    summary: 'List tasks by when they are due; open ones, unless another status is asked for',
    answers: { 200: listOf(taskAnswer) },
    query: z.strictObject({
      limit,
      cursor: pageCursor('task').optional(),
      status: z.enum(TASK_STATUSES).optional(),
      kind: z.enum(TASK_KINDS).optional(),
    }),
  },
  async ({ query, db, c }) => {
    const { items, nextCursor } = await listTasks(db, {
      limit: query.limit ?? DEFAULT_LIMIT,
      cursor: query.cursor ?? null,
      status: query.status ?? 'open',
      ...(query.kind === undefined ? {} : { kind: query.kind }),
    });
    return c.json({ items: items.map(taskJson), next_cursor: cursorText(nextCursor) });
  },
);

const read = route(
  {
    ...people,
    method: 'GET',
    path: '/api/tasks/:task_id',
    audit: 'task.read',
    params: oneTask,
    summary: 'Read a task',
    answers: { 200: taskAnswer },
  },
  async ({ params, db, c }) => {
    const task = await getTask(db, params.task_id);
    if (task === null) throw notFound();
    return c.json(taskJson(task));
  },
);

const TASK_SUMMARIES = { claim: 'Take a task on', done: 'Say that a task is done' } as const;
const settle = TASK_VERBS.map((verb) =>
  route(
    {
      ...people,
      method: 'POST',
      path: `/api/tasks/:task_id/${verb}`,
      audit: `task.${verb}`,
      params: oneTask,
      summary: TASK_SUMMARIES[verb],
      answers: { 200: taskAnswer },
    },
    async (ask) => {
      const settled = await settleTask(ask, ask.params.task_id, verb);
      if (!settled.ok) throw settled.problem;
      return ask.c.json(taskJson(settled.task));
    },
  ),
);

export const taskRoutes: readonly Route[] = [list, read, ...settle];

/** The first page of the day, and the tasks that can be claimed on it. */
import * as z from 'zod';
import { type Ask, type Route, route } from '../route.ts';
import { settleTask, TASK_VERBS } from '../settle-task.ts';
import { givenUpFor } from './given-up.ts';
import { page } from './layout.tsx';
import { taskOutcome } from './task-controls.tsx';
import { TodayAnswer, TodayFragment } from './today-fragment.tsx';
import { todayView } from './today-view.ts';
import { TASK_ROLES, TODAY_ROLES } from './viewer.ts';

const oneTask = z.strictObject({ task_id: z.string().regex(/^task_[0-9a-f-]{36}$/) });
const today = { method: 'GET', roles: TODAY_ROLES, phi: true } as const;

const settle = TASK_VERBS.map((verb) =>
  route(
    {
      ...{ method: 'POST', roles: TASK_ROLES, phi: true, audit: `task.${verb}`, params: oneTask },
      path: `/dashboard/today/tasks/:task_id/${verb}`,
    },
    async (ask) => {
      const { ok, task } = await settleTask(ask, ask.params.task_id, verb);
      const outcome = taskOutcome(task, verb, ok, ask.actor.name);
      return ask.c.html(<TodayAnswer view={await todayView(ask)} outcome={outcome} />, ok ? 200 : 409);
    },
  ),
);

async function todayPage(ask: Ask): Promise<Response> {
  const view = await todayView(ask);
  const { viewer, alerts, clock } = view;
  return ask.c.html(
    page({
      ...{ title: 'Today', clinicName: ask.config.clinic.name, viewer, alerts, current: 'today' },
      givenUp: await givenUpFor(ask),
      children: (
        <>
          <div class="page-head">
            <h1>Today</h1>
            <p class="under-title">{clock.longDate(view.now)}</p>
          </div>
          <TodayFragment {...view} />
        </>
      ),
    }),
  );
}

export const todayPageRoutes: readonly Route[] = [
  route({ ...today, path: '/dashboard/today', audit: 'page.today' }, todayPage),
  route({ ...today, path: '/dashboard/fragments/today', audit: 'page.today_poll' }, async (ask) =>
    ask.c.html(<TodayAnswer view={await todayView(ask)} />),
  ),
  ...settle,
];

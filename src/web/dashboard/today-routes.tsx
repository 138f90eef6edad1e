/** The first page of the day, and the tasks that can be claimed on it. */
import * as z from 'zod';
import { type Ask, type Route, route } from '../route.ts';
import { knownTask, settleTask, TASK_VERBS } from '../settle-task.ts';
import { askFirst, isScripted, isSure } from './ask-first.tsx';
import { givenUpFor } from './given-up.ts';
import { page } from './layout.tsx';
import { Said } from './said.tsx';
import { asksDone, taskOutcome } from './task-controls.tsx';
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
      const { task_id } = ask.params;
      if (verb === 'done' && !(await isSure(ask)))
        return askFirst(ask, { ...asksDone(await knownTask(ask, task_id)), back: '/dashboard/today' });
      const { ok, task } = await settleTask(ask, task_id, verb);
      const outcome = taskOutcome(task, verb, ok, ask.actor.name);
      if (!isScripted(ask)) return todayPage(ask, outcome, ok ? 200 : 409);
      return ask.c.html(<TodayAnswer view={await todayView(ask)} outcome={outcome} />, ok ? 200 : 409);
    },
  ),
);

async function todayPage(ask: Ask, outcome: string | null = null, status: 200 | 409 = 200): Promise<Response> {
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
          <Said outcome={outcome} />
          <TodayFragment {...view} />
        </>
      ),
    }),
    status,
  );
}

export const todayPageRoutes: readonly Route[] = [
  route({ ...today, path: '/dashboard/today', audit: 'page.today' }, (ask) => todayPage(ask)),
  route({ ...today, path: '/dashboard/fragments/today', audit: 'page.today_poll' }, async (ask) =>
    ask.c.html(<TodayAnswer view={await todayView(ask)} />),
  ),
  ...settle,
];

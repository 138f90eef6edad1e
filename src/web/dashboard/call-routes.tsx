/** The page of one call, and what can be done there. */
import * as z from 'zod';
import { getTask } from '../../store/tasks.ts';
import { notFound, Problem } from '../errors.ts';
import { fetchRecordingAgain } from '../fetch-recording-again.ts';
import { hangUp, storedCall } from '../read-call.ts';
import { type Ask, type Route, route } from '../route.ts';
import { settleTask, TASK_VERBS } from '../settle-task.ts';
import { answerCall } from './answer-call.tsx';
import { askFirst, isSure } from './ask-first.tsx';
import { callCorrectionRoute } from './call-correction-route.tsx';
import { CallAnswer } from './call-fragment.tsx';
import { HANG_UP } from './call-head.tsx';
import { CallPage } from './call-page.tsx';
import { callReviewRoute } from './call-review-route.tsx';
import { callsFrame, callView, oneCall } from './call-view.ts';
import { page } from './layout.tsx';
import { asksDone, taskOutcome } from './task-controls.tsx';
import { CALL_ROLES } from './viewer.ts';

const people = { roles: CALL_ROLES, phi: true } as const;
const taskOfCall = oneCall.extend({ task_id: z.string().regex(/^task_[0-9a-f-]{36}$/) });

/** False: there was nothing left to hang up. The page then shows the call as it is instead of an error. */
async function wasLive(ask: Ask, id: string): Promise<boolean> {
  try {
    await hangUp(ask, id);
    return true;
  } catch (error) {
    if (error instanceof Problem && error.code === 'not_live') return false;
    throw error;
  }
}

async function isFetchedAgain(ask: Ask, id: string): Promise<boolean> {
  try {
    await fetchRecordingAgain(ask, (await storedCall(ask, id)).id);
    return true;
  } catch (error) {
    if (error instanceof Problem && error.code === 'not_failed') return false;
    throw error;
  }
}

const settle = TASK_VERBS.map((verb) =>
  route(
    {
      ...people,
      method: 'POST',
      path: `/dashboard/calls/:call_id/tasks/:task_id/${verb}`,
      audit: `task.${verb}`,
      params: taskOfCall,
    },
    async (ask) => {
      const { call_id, task_id } = ask.params;
      const given = await getTask(ask.db, task_id);
      if (given?.callId !== call_id) throw notFound();
      if (verb === 'done' && !(await isSure(ask)))
        return askFirst(ask, { ...asksDone(given), back: `/dashboard/calls/${call_id}` });
      const { ok, task } = await settleTask(ask, task_id, verb);
      const outcome = taskOutcome(task, verb, ok, ask.actor.name);
      return answerCall(ask, call_id, { outcome, status: ok ? 200 : 409 });
    },
  ),
);

export const callPageRoutes: readonly Route[] = [
  route(
    { ...people, method: 'GET', path: '/dashboard/calls/:call_id', audit: 'page.call', params: oneCall },
    async (ask) => {
      const view = await callView(ask, ask.params.call_id);
      return ask.c.html(
        page({ ...(await callsFrame(ask)), title: 'Call', alerts: view.alerts, children: <CallPage view={view} /> }),
      );
    },
  ),
  route(
    { ...people, method: 'GET', path: '/dashboard/fragments/calls/:call_id', audit: 'page.call_poll', params: oneCall },
    async (ask) => ask.c.html(<CallAnswer view={await callView(ask, ask.params.call_id)} />),
  ),
  route(
    { ...people, method: 'POST', path: '/dashboard/calls/:call_id/hangup', audit: 'call.hangup', params: oneCall },
    async (ask) => {
      const { call_id } = ask.params;
      const back = `/dashboard/calls/${call_id}`;
      if (!(await isSure(ask))) return askFirst(ask, { question: HANG_UP, words: 'Hang up', back });
      if (await wasLive(ask, call_id)) return answerCall(ask, call_id, { outcome: 'The call is being hung up.' });
      return answerCall(ask, call_id, { outcome: 'This call was already over.', status: 409 });
    },
  ),
  route(
    {
      ...people,
      method: 'POST',
      path: '/dashboard/calls/:call_id/recording/retry',
      audit: 'recording.retry',
      params: oneCall,
    },
    async (ask) => {
      const { call_id } = ask.params;
      const outcome = (await isFetchedAgain(ask, call_id))
        ? 'The recording is being fetched again.'
        : 'The recording is not one that could not be fetched.';
      return answerCall(ask, call_id, { outcome });
    },
  ),
  ...settle,
  callReviewRoute,
  callCorrectionRoute,
];

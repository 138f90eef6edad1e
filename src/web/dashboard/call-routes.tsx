/** The pages about calls: the worklist, one call, and what can be done there. */
import * as z from 'zod';
import { CALL_STATUSES } from '../../domain/intake/call-record.ts';
import { listCalls } from '../../store/calls.ts';
import { getNote } from '../../store/notes.ts';
import { getPatient, getPatients } from '../../store/patients.ts';
import { getRecording } from '../../store/recordings.ts';
import { countAlerts, getTask, redFlagTasks, tasksOfCall } from '../../store/tasks.ts';
import { notFound, Problem } from '../errors.ts';
import { fetchRecordingAgain } from '../fetch-recording-again.ts';
import { cursorText, pageCursor } from '../page-cursor.ts';
import { hangUp, readCall, readCallLog, storedCall } from '../read-call.ts';
import { type Ask, type Route, type RouteSpec, route } from '../route.ts';
import { settleTask, TASK_VERBS } from '../settle-task.ts';
import { CallAnswer, type CallView } from './call-fragment.tsx';
import { CallPage } from './call-page.tsx';
import { type CallList, CallsAnswer } from './calls-fragment.tsx';
import { CallsPage } from './calls-page.tsx';
import { clinicClock } from './clinic-clock.tsx';
import { givenUpFor } from './given-up.ts';
import { MOST_ALERTS, page } from './layout.tsx';
import { taskOutcome } from './task-controls.tsx';
import { CALL_ROLES, viewerOf } from './viewer.ts';

const PAGE_SIZE = 25;

const people = { roles: CALL_ROLES, phi: true } as const;
/** An empty status is the form's "All". */
const listQuery = z.strictObject({
  status: z
    .enum([...CALL_STATUSES, ''])
    .optional()
    .transform((status) => status || null),
  flagged: z
    .literal('true')
    .optional()
    .transform((flagged) => flagged === 'true'),
  cursor: pageCursor('call').optional(),
});
const callId = z.string().regex(/^call_[0-9a-f-]{36,64}$/);
const oneCall = z.strictObject({ call_id: callId });
const taskOfCall = z.strictObject({ call_id: callId, task_id: z.string().regex(/^task_[0-9a-f-]{36}$/) });

async function callList(ask: Ask<RouteSpec & { query: typeof listQuery }>): Promise<CallList> {
  const { config, db, query, now } = ask;
  const { status, flagged } = query;
  const cursor = query.cursor ?? null;
  const filter = { limit: PAGE_SIZE, cursor, ...(status === null ? {} : { status }), ...(flagged ? { flagged } : {}) };
  const { items: calls, nextCursor } = await listCalls(db, config.keyRing, filter);
  const patientIds = calls.map(({ patientId }) => patientId);
  const callIds = calls.map(({ id }) => id);
  const [patients, flagTasks, alerts] = await Promise.all([
    getPatients(db, config.keyRing, patientIds),
    redFlagTasks(db, callIds),
    countAlerts(db, MOST_ALERTS),
  ]);
  return {
    ...{ calls, patients, flagTasks, alerts, status, flagged, now },
    cursor: cursorText(cursor),
    nextCursor: cursorText(nextCursor),
    clock: clinicClock(config.clinic.timeZone, now),
  };
}

async function callView(ask: Ask, id: string): Promise<CallView> {
  const { config, db, actor, now } = ask;
  const current = await readCall(ask, id);
  const { call, settled } = current;
  const [patient, note, recording, log, tasks, alerts] = await Promise.all([
    getPatient(db, config.keyRing, call.patientId),
    settled ? getNote(db, config.keyRing, call.id) : null,
    getRecording(db, call.id),
    readCallLog(ask, current),
    tasksOfCall(db, call.id),
    countAlerts(db, MOST_ALERTS),
  ]);
  const clock = clinicClock(config.clinic.timeZone, now);
  return { call, settled, patient, note, recording, log, tasks, alerts, actorName: actor.name, clock, now };
}

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

const frame = async (ask: Ask) => ({
  clinicName: ask.config.clinic.name,
  viewer: viewerOf(ask.actor),
  givenUp: await givenUpFor(ask),
  current: 'calls' as const,
});

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
      if ((await getTask(ask.db, task_id))?.callId !== call_id) throw notFound();
      const { ok, task } = await settleTask(ask, task_id, verb);
      const outcome = taskOutcome(task, verb, ok, ask.actor.name);
      return ask.c.html(<CallAnswer view={await callView(ask, call_id)} outcome={outcome} />, ok ? 200 : 409);
    },
  ),
);

export const callPageRoutes: readonly Route[] = [
  route({ ...people, method: 'GET', path: '/dashboard/calls', audit: 'page.calls', query: listQuery }, async (ask) => {
    const list = await callList(ask);
    return ask.c.html(
      page({ ...(await frame(ask)), title: 'Calls', alerts: list.alerts, children: <CallsPage {...list} /> }),
    );
  }),
  route(
    { ...people, method: 'GET', path: '/dashboard/fragments/calls', audit: 'page.calls_poll', query: listQuery },
    async (ask) => ask.c.html(<CallsAnswer {...(await callList(ask))} />),
  ),
  route(
    { ...people, method: 'GET', path: '/dashboard/calls/:call_id', audit: 'page.call', params: oneCall },
    async (ask) => {
      const view = await callView(ask, ask.params.call_id);
      return ask.c.html(
        page({ ...(await frame(ask)), title: 'Call', alerts: view.alerts, children: <CallPage {...view} /> }),
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
      const outcome = (await wasLive(ask, call_id)) ? undefined : 'This call was already over.';
      const view = await callView(ask, call_id);
      return ask.c.html(<CallAnswer view={view} outcome={outcome} />, outcome === undefined ? 200 : 409);
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
      return ask.c.html(<CallAnswer view={await callView(ask, call_id)} outcome={outcome} />);
    },
  ),
  ...settle,
];

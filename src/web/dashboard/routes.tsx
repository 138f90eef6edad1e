/** The pages. Handlers read, pages show; what a page can do goes through the same functions as the API. */
import * as z from 'zod';
import { CALL_STATUSES } from '../../domain/intake/call-record.ts';
import { listCalls } from '../../store/calls.ts';
import { getNote } from '../../store/notes.ts';
import { getPatient, getPatients } from '../../store/patients.ts';
import { tasksOfCall } from '../../store/tasks.ts';
import { Problem } from '../errors.ts';
import { hangUp, readCall, readCallLog } from '../read-call.ts';
import { type Ask, type Route, type RouteSpec, route } from '../route.ts';
import { CallFragment, type CallView } from './call-fragment.tsx';
import { CallPage } from './call-page.tsx';
import { type CallList, CallsFragment } from './calls-fragment.tsx';
import { CallsPage } from './calls-page.tsx';
import { clinicClock } from './clinic-clock.tsx';
import { page } from './layout.tsx';
import { NewCallPage } from './new-call-page.tsx';

const PAGE_SIZE = 25;

const people = { roles: ['admin', 'clinician'] } as const;
/** An empty status is the form's "All". */
const listQuery = z.strictObject({
  status: z
    .enum([...CALL_STATUSES, ''])
    .optional()
    .transform((status) => status || null),
  cursor: z
    .string()
    .regex(/^call_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
    .optional(),
});
const oneCall = z.strictObject({ call_id: z.string().regex(/^call_[0-9a-f-]{36,64}$/) });

async function callList(ask: Ask<RouteSpec & { query: typeof listQuery }>): Promise<CallList> {
  const { config, db, query, now } = ask;
  const cursor = query.cursor ?? null;
  const filter = { limit: PAGE_SIZE, cursor, ...(query.status === null ? {} : { status: query.status }) };
  const { items: calls, nextCursor } = await listCalls(db, config.keyRing, filter);
  const patients = await getPatients(
    db,
    config.keyRing,
    calls.map(({ patientId }) => patientId),
  );
  return {
    calls,
    patients,
    status: query.status,
    cursor,
    nextCursor,
    clock: clinicClock(config.clinic.timeZone, now),
    now,
  };
}

async function callView(ask: Ask<RouteSpec & { params: typeof oneCall }>): Promise<CallView> {
  const { config, db, params, now } = ask;
  const current = await readCall(ask, params.call_id);
  const { call, settled } = current;
  const [patient, note, log, tasks] = await Promise.all([
    getPatient(db, config.keyRing, call.patientId),
    settled ? getNote(db, config.keyRing, call.id) : null,
    readCallLog(ask, current),
    tasksOfCall(db, call.id),
  ]);
  return { call, settled, patient, note, log, tasks, clock: clinicClock(config.clinic.timeZone, now), now };
}

/** False: there was nothing left to hang up. The page then shows the call as it is instead of an error. */
async function wasLive(ask: Ask<RouteSpec & { params: typeof oneCall }>): Promise<boolean> {
  try {
    await hangUp(ask, ask.params.call_id);
    return true;
  } catch (error) {
    if (error instanceof Problem && error.code === 'not_live') return false;
    throw error;
  }
}

const frame = ({ config, actor }: Ask) => ({ clinicName: config.clinic.name, actorName: actor.name });

export const dashboardRoutes: readonly Route[] = [
  route({ ...people, method: 'GET', path: '/', audit: 'page.home', phi: false }, ({ c }) => c.redirect('/dashboard')),
  ...(['/dashboard', '/dashboard/'] as const).map((path) =>
    route({ ...people, method: 'GET', path, audit: 'page.home', phi: false }, ({ c }) =>
      c.redirect('/dashboard/calls'),
    ),
  ),
  route(
    { ...people, method: 'GET', path: '/dashboard/calls', audit: 'page.calls', phi: true, query: listQuery },
    async (ask) => {
      const list = await callList(ask);
      return ask.c.html(page({ ...frame(ask), title: 'Calls', current: 'calls', children: <CallsPage {...list} /> }));
    },
  ),
  route(
    {
      ...people,
      method: 'GET',
      path: '/dashboard/fragments/calls',
      audit: 'page.calls_poll',
      phi: true,
      query: listQuery,
    },
    async (ask) => ask.c.html(<CallsFragment {...(await callList(ask))} />),
  ),
  route(
    { ...people, method: 'GET', path: '/dashboard/calls/:call_id', audit: 'page.call', phi: true, params: oneCall },
    async (ask) => {
      const view = await callView(ask);
      return ask.c.html(page({ ...frame(ask), title: 'Call', current: 'calls', children: <CallPage {...view} /> }));
    },
  ),
  route(
    {
      ...people,
      method: 'GET',
      path: '/dashboard/fragments/calls/:call_id',
      audit: 'page.call_poll',
      phi: true,
      params: oneCall,
    },
    async (ask) => ask.c.html(<CallFragment {...(await callView(ask))} />),
  ),
  route(
    {
      ...people,
      method: 'POST',
      path: '/dashboard/calls/:call_id/hangup',
      audit: 'call.hangup',
      phi: true,
      params: oneCall,
    },
    async (ask) => {
      const alreadyOver = !(await wasLive(ask));
      return ask.c.html(<CallFragment {...(await callView(ask))} alreadyOver={alreadyOver} />, alreadyOver ? 409 : 200);
    },
  ),
  route({ ...people, method: 'GET', path: '/dashboard/new-call', audit: 'page.new_call', phi: false }, (ask) => {
    const { today } = clinicClock(ask.config.clinic.timeZone, ask.now);
    return ask.c.html(
      page({ ...frame(ask), title: 'Call a patient', current: 'new-call', children: <NewCallPage today={today} /> }),
    );
  }),
];

/** What the control in the frame asks for: how dialing stands, stopping it, going on. */
import * as z from 'zod';
import { openKinds } from '../../store/alerts.ts';
import { countAlerts } from '../../store/tasks.ts';
import { Problem } from '../errors.ts';
import { noticeSilence } from '../notice-silence.ts';
import { type Ask, type Route, route } from '../route.ts';
import { dialingStatus, resumeDialing, type StoppedDialing, stopDialing } from '../stop-dialing.ts';
import { callCount } from './campaign-labels.ts';
import { clinicClock } from './clinic-clock.tsx';
import { givenUpFor } from './given-up.ts';
import { MOST_ALERTS, Outcome, page } from './layout.tsx';
import { DialingAnswer, type DialingView } from './stop-dialing.tsx';
import { CAMPAIGN_ROLES, STOP_ROLES, viewerOf } from './viewer.ts';

async function dialingView(ask: Ask): Promise<DialingView> {
  await noticeSilence(ask);
  const [status, alertKinds] = await Promise.all([knownStatus(ask), openKinds(ask.db)]);
  const clock = clinicClock(ask.config.clinic.timeZone, ask.now);
  const { stoppedAt, stoppedBy, held, live } = status ?? { stoppedAt: null, stoppedBy: null, held: null, live: null };
  const heldAt = held?.at ?? null;
  return {
    isKnown: status !== null,
    stoppedAt,
    stoppedBy,
    heldAt,
    live,
    alertKinds,
    viewer: viewerOf(ask.actor),
    clock,
  };
}

/** Null: the dialer cannot be asked. */
async function knownStatus(ask: Ask): Promise<Awaited<ReturnType<typeof dialingStatus>> | null> {
  try {
    return await dialingStatus(ask);
  } catch (error) {
    if (error instanceof Problem) return null;
    throw error;
  }
}

const answer = async (ask: Ask, outcome: string) =>
  ask.c.html(
    <>
      <DialingAnswer view={await dialingView(ask)} />
      <Outcome text={outcome} />
    </>,
  );

/** To whoever works without a script: a page that says it. */
async function answerPlainly(ask: Ask, outcome: string): Promise<Response> {
  const [alerts, givenUp] = await Promise.all([countAlerts(ask.db, MOST_ALERTS), givenUpFor(ask)]);
  const viewer = viewerOf(ask.actor);
  const children = (
    <section class="lone">
      <h1>{outcome}</h1>
      <p>Nobody new is called until an administrator lets dialing go on.</p>
      <p class="actions">
        <a href="/dashboard/today" class="button">
          Go to today
        </a>
      </p>
    </section>
  );
  const frame = { title: 'Dialing', clinicName: ask.config.clinic.name, viewer, alerts, givenUp, current: null };
  return ask.c.html(page({ ...frame, children }));
}

function outcomeOf({ hungUp, hangUpFailed }: StoppedDialing, endCalls: boolean): string {
  const stopped = 'Dialing is stopped.';
  if (!endCalls) return stopped;
  if (hangUpFailed > 0)
    return `${stopped} ${callCount(hangUpFailed)} could not be ended: press “Stop and end” again, or hang up from the page of the call.`;
  return hungUp === 0 ? `${stopped} Nobody was on the line.` : `${stopped} ${callCount(hungUp)} told to hang up.`;
}

export const stopDialingRoutes: readonly Route[] = [
  route(
    {
      method: 'GET',
      path: '/dashboard/fragments/dialing',
      roles: CAMPAIGN_ROLES,
      audit: 'page.dialing_poll',
      phi: false,
    },
    async (ask) => ask.c.html(<DialingAnswer view={await dialingView(ask)} />),
  ),
  route(
    {
      ...{ method: 'POST', path: '/dashboard/dialing/stop', roles: STOP_ROLES, audit: 'dialing.stop', phi: false },
      query: z.strictObject({ end_calls: z.literal('true').optional() }),
    },
    async (ask) => {
      const endCalls = ask.query.end_calls === 'true';
      const outcome = outcomeOf(await stopDialing(ask, endCalls), endCalls);
      return ask.c.req.header('HX-Request') === 'true' ? answer(ask, outcome) : answerPlainly(ask, outcome);
    },
  ),
  route(
    { method: 'POST', path: '/dashboard/dialing/resume', roles: ['admin'], audit: 'dialing.resume', phi: false },
    async (ask) => {
      await resumeDialing(ask);
      return answer(ask, 'Dialing goes on.');
    },
  ),
];

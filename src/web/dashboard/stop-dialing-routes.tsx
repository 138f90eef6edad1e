/** What the control in the frame asks for: how dialing stands, stopping it, going on. */
import * as z from 'zod';
import { countAlerts } from '../../store/tasks.ts';
import { type Ask, type Route, route } from '../route.ts';
import { resumeDialing, type StoppedDialing, stopDialing } from '../stop-dialing.ts';
import { answerAlone, askFirst, isScripted, isSure } from './ask-first.tsx';
import { callCount } from './campaign-labels.ts';
import { DialingPage } from './dialing-page.tsx';
import { dialingView } from './dialing-view.ts';
import { givenUpFor } from './given-up.ts';
import { MOST_ALERTS, Outcome, page } from './layout.tsx';
import { DIALING_PATH, DialingAnswer, GO_ON } from './stop-dialing.tsx';
import { CAMPAIGN_ROLES, STOP_ROLES } from './viewer.ts';

const answer = async (ask: Ask, outcome: string) =>
  ask.c.html(
    <>
      <DialingAnswer view={await dialingView(ask)} />
      <Outcome text={outcome} />
    </>,
  );

/** To whoever works without a script: a page that says it. */
const answerPlainly = (ask: Ask, outcome: string, more: string): Promise<Response> =>
  answerAlone(
    ask,
    { title: 'Dialing', head: outcome },
    <>
      <p>{more}</p>
      <p class="actions">
        <a href={DIALING_PATH} class="button">
          See how dialing stands
        </a>
      </p>
    </>,
  );

const STOP_AND_END = {
  question: 'Nothing is stopped yet. Stop dialing and hang up on everybody on the line? Patients hear nothing more.',
  words: 'Stop and end all calls',
} as const;

function outcomeOf({ hungUp, hangUpFailed }: StoppedDialing, endCalls: boolean): string {
  const stopped = 'Dialing is stopped.';
  if (!endCalls) return stopped;
  if (hangUpFailed > 0)
    return `${stopped} ${callCount(hangUpFailed)} could not be ended: press “Stop and end” again, or hang up from the page of the call.`;
  return hungUp === 0 ? `${stopped} Nobody was on the line.` : `${stopped} ${callCount(hungUp)} told to hang up.`;
}

/** The frame of a page comes without asking the dialer; this one asks it, for whoever has no script that does. */
async function show(ask: Ask): Promise<Response> {
  const [dialing, alerts, givenUp] = await Promise.all([
    dialingView(ask),
    countAlerts(ask.db, MOST_ALERTS),
    givenUpFor(ask),
  ]);
  const frame = { clinicName: ask.config.clinic.name, viewer: dialing.viewer, alerts, givenUp, dialing };
  const children = <DialingPage view={dialing} now={ask.now} />;
  return ask.c.html(page({ ...frame, title: 'Dialing', current: null, children }));
}

export const stopDialingRoutes: readonly Route[] = [
  route({ method: 'GET', path: DIALING_PATH, roles: CAMPAIGN_ROLES, audit: 'page.dialing', phi: false }, show),
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
      if (endCalls && !(await isSure(ask))) return askFirst(ask, { ...STOP_AND_END, back: DIALING_PATH });
      const outcome = outcomeOf(await stopDialing(ask, endCalls), endCalls);
      if (isScripted(ask)) return answer(ask, outcome);
      return answerPlainly(ask, outcome, 'Nobody new is called until an administrator lets dialing go on.');
    },
  ),
  route(
    { method: 'POST', path: '/dashboard/dialing/resume', roles: ['admin'], audit: 'dialing.resume', phi: false },
    async (ask) => {
      if (!(await isSure(ask))) return askFirst(ask, { ...GO_ON, back: DIALING_PATH });
      await resumeDialing(ask);
      const outcome = 'Dialing goes on.';
      if (isScripted(ask)) return answer(ask, outcome);
      return answerPlainly(ask, outcome, 'Waiting calls and running campaigns are dialled again.');
    },
  ),
];

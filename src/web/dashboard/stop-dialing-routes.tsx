/** What the control in the frame asks for: how dialing stands, stopping it, going on. */
import * as z from 'zod';
import { openKinds } from '../../store/alerts.ts';
import { Problem } from '../errors.ts';
import { noticeSilence } from '../notice-silence.ts';
import { type Ask, type Route, route } from '../route.ts';
import { dialingStatus, resumeDialing, type StoppedDialing, stopDialing } from '../stop-dialing.ts';
import { answerAlone, askFirst, isScripted, isSure } from './ask-first.tsx';
import { callCount } from './campaign-labels.ts';
import { clinicClock } from './clinic-clock.tsx';
import { Outcome } from './layout.tsx';
import { DialingAnswer, type DialingView, GO_ON } from './stop-dialing.tsx';
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
const answerPlainly = (ask: Ask, outcome: string, more: string): Promise<Response> =>
  answerAlone(
    ask,
    { title: 'Dialing', head: outcome },
    <>
      <p>{more}</p>
      <p class="actions">
        <a href={HOME} class="button">
          Go to today
        </a>
      </p>
    </>,
  );
const HOME = '/dashboard/today';

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
      if (endCalls && !(await isSure(ask))) return askFirst(ask, { ...STOP_AND_END, back: HOME });
      const outcome = outcomeOf(await stopDialing(ask, endCalls), endCalls);
      if (isScripted(ask)) return answer(ask, outcome);
      return answerPlainly(ask, outcome, 'Nobody new is called until an administrator lets dialing go on.');
    },
  ),
  route(
    { method: 'POST', path: '/dashboard/dialing/resume', roles: ['admin'], audit: 'dialing.resume', phi: false },
    async (ask) => {
      if (!(await isSure(ask))) return askFirst(ask, { ...GO_ON, back: HOME });
      await resumeDialing(ask);
      const outcome = 'Dialing goes on.';
      if (isScripted(ask)) return answer(ask, outcome);
      return answerPlainly(ask, outcome, 'Waiting calls and running campaigns are dialled again.');
    },
  ),
];

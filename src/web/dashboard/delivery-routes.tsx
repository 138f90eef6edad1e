/** The page of deliveries, and what an administrator does there. Forms work without script: then the answer is the page again. */
import * as z from 'zod';
import { explainCode } from '../../domain/delivery/judge-answer.ts';
import { DELIVERY_STATUSES, SINK_NAMES } from '../../domain/delivery/sinks.ts';
import { clinicDate } from '../../store/clinic-day.ts';
import { listDeliveries } from '../../store/delivery-list.ts';
import { countAlerts } from '../../store/tasks.ts';
import { checkPeriod } from '../check-period.ts';
import { Problem } from '../errors.ts';
import { deliverAgain, deliverAllAgain, sinkViews, type TestResult, testSink } from '../hand-on.ts';
import { cursorText, pageCursor } from '../page-cursor.ts';
import { readFields } from '../read-body.ts';
import { type Ask, type Route, type RouteSpec, route } from '../route.ts';
import { askForEarlier, earlierStates } from '../send-earlier.ts';
import { isScripted } from './ask-first.tsx';
import { clinicClock } from './clinic-clock.tsx';
import { dayIn } from './clinic-day.ts';
import { DeliveriesAnswer, type DeliveryListView } from './deliveries-fragment.tsx';
import { DeliveriesPage, type DeliveriesSaid } from './deliveries-page.tsx';
import { SINK_LABELS } from './delivery-labels.ts';
import { DELIVERIES_PATH } from './delivery-sinks.tsx';
import type { EarlierTyped } from './earlier-notes.tsx';
import { givenUpFor } from './given-up.ts';
import { MOST_ALERTS, page } from './layout.tsx';
import { DELIVERY_ROLES, viewerOf } from './viewer.ts';

const PAGE_SIZE = 25;

const people = { roles: DELIVERY_ROLES, phi: false } as const;
const admin = { roles: ['admin'], phi: false } as const;
/** What is empty is the form's "any". */
const listQuery = z.strictObject({
  status: z.enum(DELIVERY_STATUSES).optional(),
  sink: z
    .enum([...SINK_NAMES, ''])
    .optional()
    .transform((name) => name || undefined),
  call_id: z
    .string()
    .regex(/^(call_[0-9a-f-]{36,64})?$/, 'The id of a call.')
    .optional()
    .transform((id) => id || undefined),
  cursor: pageCursor('dlv').optional(),
});
const oneDelivery = z.strictObject({ delivery_id: z.string().regex(/^dlv_[0-9a-f-]{36}$/) });
const oneSink = z.strictObject({ sink: z.enum(SINK_NAMES) });

type ListAsk = Ask<RouteSpec & { query: typeof listQuery }>;

async function listView(ask: ListAsk): Promise<DeliveryListView> {
  const { status = null, sink = null, call_id: callId = null, cursor = null } = ask.query;
  const [sinks, earlier, { items, nextCursor }] = await Promise.all([
    sinkViews(ask),
    earlierStates(ask.db),
    listDeliveries(ask.db, { limit: PAGE_SIZE, cursor, status, sink, callId }),
  ]);
  return {
    ...{
      sinks,
      earlier,
      items,
      today: clinicDate(ask.config.clinic.timeZone, ask.now),
      query: { status, sink, callId },
    },
    ...{ cursor: cursorText(cursor), nextCursor: cursorText(nextCursor) },
    viewer: viewerOf(ask.actor),
    clock: clinicClock(ask.config.clinic.timeZone, ask.now),
  };
}

async function fullPage(ask: ListAsk, said: DeliveriesSaid = {}) {
  const [view, alerts, givenUp] = await Promise.all([listView(ask), countAlerts(ask.db, MOST_ALERTS), givenUpFor(ask)]);
  const { viewer } = view;
  const clinicName = ask.config.clinic.name;
  const children = <DeliveriesPage view={view} {...said} />;
  return page({ title: 'Deliveries', clinicName, viewer, alerts, givenUp, current: 'deliveries', children });
}

type Status = 200 | 409 | 422;

/** `typed`: of the form for earlier notes. A script puts only what comes with 200 or 409 in its place, and leaves that form as it is. */
async function answer(ask: ListAsk, text: string, status: Status = 200, typed?: EarlierTyped): Promise<Response> {
  if (isScripted(ask))
    return ask.c.html(<DeliveriesAnswer view={await listView(ask)} outcome={text} />, status === 200 ? 200 : 409);
  const said = status === 200 ? { outcome: text } : { notice: text, ...(typed === undefined ? {} : { typed }) };
  return ask.c.html(await fullPage(ask, said), status);
}

/** A refusal that whoever asked can read: somebody was faster, or it is set up no longer. */
async function refusalOf(work: Promise<string>): Promise<{ text: string; status: Status; pointer?: string }> {
  try {
    return { text: await work, status: 200 };
  } catch (error) {
    if (!(error instanceof Problem) || (error.status !== 409 && error.status !== 422)) throw error;
    const { detail, errors } = error.details;
    const [found] = errors ?? [];
    const text = detail ?? found?.detail ?? 'That was not done.';
    return { text, status: error.status, ...(found === undefined ? {} : { pointer: found.pointer }) };
  }
}

const show = route(
  { ...people, method: 'GET', path: DELIVERIES_PATH, audit: 'page.deliveries', query: listQuery },
  async (ask) => ask.c.html(await fullPage(ask)),
);

const poll = route(
  {
    ...people,
    method: 'GET',
    path: '/dashboard/fragments/deliveries',
    audit: 'page.deliveries_poll',
    query: listQuery,
  },
  async (ask) => ask.c.html(<DeliveriesAnswer view={await listView(ask)} />),
);

const retry = route(
  {
    ...{ ...admin, method: 'POST', path: `${DELIVERIES_PATH}/:delivery_id/retry`, audit: 'delivery.retry' },
    ...{ params: oneDelivery, query: listQuery },
  },
  async (ask) => {
    const sent = deliverAgain(ask, ask.params.delivery_id).then(
      ({ noteVersion }) => `Version ${noteVersion} of the note is being sent again.`,
    );
    const { text, status } = await refusalOf(sent);
    return answer(ask, text, status);
  },
);

const retryAll = route(
  {
    ...{ ...admin, method: 'POST', path: `${DELIVERIES_PATH}/retry`, audit: 'delivery.retry_all' },
    query: listQuery,
  },
  async (ask) => {
    const count = await deliverAllAgain(ask, ask.query.sink ?? null);
    if (count === 0) return answer(ask, 'Nothing was left that had failed.');
    return answer(ask, `${count} ${count === 1 ? 'note is' : 'notes are'} being sent again.`);
  },
);

const earlierForm = z.object({ sink: z.enum(SINK_NAMES), from: z.iso.date(), to: z.iso.date() });

const earlier = route(
  {
    ...{ ...admin, method: 'POST', path: `${DELIVERIES_PATH}/earlier`, audit: 'delivery.send_earlier' },
    query: listQuery,
  },
  async (ask) => {
    const { sink = '', from = '', to = '' } = await readFields(ask.c.req.raw);
    const typed = { sink, from, to };
    const { data } = earlierForm.safeParse(typed);
    if (data === undefined)
      return answer(ask, 'Nothing was sent. Choose a system, a first day and a last day.', 422, typed);
    const { timeZone } = ask.config.clinic;
    const span = { from: dayIn(timeZone, data.from).from, to: dayIn(timeZone, data.to).to + 1 };
    const askFor = async () => {
      // By its days: the day before the first one ends where that begins.
      checkPeriod(data);
      await askForEarlier(ask, { sink: data.sink, ...span });
      return `Notes that are missing there are being sent: ${SINK_LABELS[data.sink]}.`;
    };
    const { text, status, pointer } = await refusalOf(askFor());
    const wrong = pointer === '/from' || pointer === '/to' ? { [pointer.slice(1)]: text } : {};
    return answer(ask, status === 200 ? text : `Nothing was sent. ${text}`, status, { ...typed, wrong });
  },
);

const told = ({ ok, code, durationMs }: TestResult): string =>
  ok ? `The test was taken, in ${durationMs} ms.` : `The test did not get through. ${explainCode(code ?? '')}`;

const test = route(
  {
    ...{ ...admin, method: 'POST', path: `${DELIVERIES_PATH}/test/:sink`, audit: 'sink.test' },
    ...{ params: oneSink, query: listQuery },
  },
  async (ask) => {
    const tested = testSink(ask, ask.params.sink).then((result) => `${SINK_LABELS[ask.params.sink]}: ${told(result)}`);
    const { text, status } = await refusalOf(tested);
    return answer(ask, text, status);
  },
);

/** What has a name of its own before what has an id. */
export const deliveryPageRoutes: readonly Route[] = [show, poll, retryAll, earlier, test, retry];

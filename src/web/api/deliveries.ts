/** /api/sinks and /api/deliveries: the systems that notes are handed to, what became of each note, sending again, and a trial of each. */
import * as z from 'zod';
import { DELIVERY_STATUSES, SINK_NAMES } from '../../domain/delivery/sinks.ts';
import { listDeliveries, readDelivery } from '../../store/delivery-list.ts';
import { notFound } from '../errors.ts';
import { deliverAgain, deliverAllAgain, sinkViews, testAll, testSink } from '../hand-on.ts';
import { cursorText, pageCursor } from '../page-cursor.ts';
import { type Route, route } from '../route.ts';
import { askForEarlier, earlierStates } from '../send-earlier.ts';
import {
  deliveryJson,
  deliveryListSchema,
  deliverySchema,
  sinkJson,
  sinkListSchema,
  storageTestJson,
  storageTestSchema,
  testResultJson,
  testResultSchema,
} from './delivery-json.ts';
import { earlierJson, earlierListSchema, earlierSchema } from './earlier-json.ts';
import { callId, DEFAULT_LIMIT, deliveryId, limit, time } from './fields.ts';

const readers = { roles: ['admin', 'clinician', 'auditor'], phi: false } as const;
const admin = { roles: ['admin'], phi: false } as const;
const one = z.strictObject({ delivery_id: deliveryId });
const sinkName = z.enum(SINK_NAMES);

const sinks = route(
  {
    ...{ ...readers, method: 'GET', path: '/api/sinks', audit: 'sink.list' },
    summary: 'The systems of the clinic that notes are handed to, and how each is doing',
    answers: { 200: sinkListSchema },
  },
  async (ask) => ask.c.json({ items: (await sinkViews(ask)).map(sinkJson), next_cursor: null }),
);

const tryOne = route(
  {
    ...{ ...admin, method: 'POST', path: '/api/sinks/test', audit: 'sink.test' },
    body: z.strictObject({ sink: sinkName }),
    summary: 'Send a system a signed test event, without anything of a patient, and tell what came back',
    answers: { 200: testResultSchema },
  },
  async (ask) => ask.c.json(testResultJson(ask.body.sink, await testSink(ask, ask.body.sink))),
);

const list = route(
  {
    ...{ ...readers, method: 'GET', path: '/api/deliveries', audit: 'delivery.list' },
    query: z.strictObject({
      limit,
      cursor: pageCursor('dlv').optional(),
      status: z.enum(DELIVERY_STATUSES).optional(),
      sink: sinkName.optional(),
      call_id: callId.optional(),
    }),
    summary: 'Notes on their way to other systems, the newest first',
    answers: { 200: deliveryListSchema },
  },
  async ({ query, db, c }) => {
    const { limit: most = DEFAULT_LIMIT, cursor = null, status = null, sink = null } = query;
    const filter = { limit: most, cursor, status, sink, callId: query.call_id ?? null };
    const { items, nextCursor } = await listDeliveries(db, filter);
    return c.json({ items: items.map(deliveryJson), next_cursor: cursorText(nextCursor) });
  },
);

const read = route(
  {
    ...{ ...readers, method: 'GET', path: '/api/deliveries/:delivery_id', audit: 'delivery.read' },
    params: one,
    summary: 'One delivery: where it stands, why a try failed, when the next one is',
    answers: { 200: deliverySchema },
  },
  async ({ params, db, c }) => {
    const item = await readDelivery(db, params.delivery_id);
    if (item === null) throw notFound();
    return c.json(deliveryJson(item));
  },
);

const retry = route(
  {
    ...{ ...admin, method: 'POST', path: '/api/deliveries/:delivery_id/retry', audit: 'delivery.retry' },
    params: one,
    summary: 'Send this version again now, whether it was given up, waits or was delivered',
    answers: { 202: deliverySchema },
  },
  async (ask) => ask.c.json(deliveryJson(await deliverAgain(ask, ask.params.delivery_id)), 202),
);

const sendEarlier = route(
  {
    ...{ ...admin, method: 'POST', path: '/api/deliveries/earlier', audit: 'delivery.send_earlier' },
    body: z.strictObject({ sink: sinkName, from: time, to: time }),
    summary: 'Send a system the notes of a span of time that it never got, at most 366 days at once',
    answers: { 202: earlierSchema },
  },
  async (ask) => ask.c.json(earlierJson(await askForEarlier(ask, ask.body)), 202),
);

const listEarlier = route(
  {
    ...{ ...readers, method: 'GET', path: '/api/deliveries/earlier', audit: 'delivery.earlier' },
    summary: 'How sending earlier notes stands, of the last twenty that were asked for',
    answers: { 200: earlierListSchema },
  },
  async ({ db, c }) => c.json({ items: (await earlierStates(db)).map(earlierJson), next_cursor: null }),
);

const retryAll = route(
  {
    ...{ ...admin, method: 'POST', path: '/api/deliveries/retry', audit: 'delivery.retry_all' },
    body: z.strictObject({ status: z.literal('dead'), sink: sinkName.optional() }),
    summary: 'Send everything again that was given up, at most 10,000 at once',
    answers: { 202: z.strictObject({ count: z.number() }).meta({ id: 'SentAgain' }) },
  },
  async (ask) => ask.c.json({ count: await deliverAllAgain(ask, ask.body.sink ?? null) }, 202),
);

/** The path that the earlier app had; there it wrote samples for anybody. */
const storage = route(
  {
    ...{ ...admin, method: 'POST', path: '/api/storage/test', audit: 'storage.test' },
    summary: 'Try everything that notes are stored in or handed to: a probe in the bucket, a test event to each system',
    answers: { 200: storageTestSchema },
  },
  async (ask) => ask.c.json(storageTestJson(await testAll(ask))),
);

/** What has a name before the single one, whose ids have a place in the same address. */
export const deliveryRoutes: readonly Route[] = [
  ...[sinks, tryOne, list, retryAll, sendEarlier, listEarlier, read, retry, storage],
];

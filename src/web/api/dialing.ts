/** /api/dialing: how fast we dial and whether at all; stopping everything (TC-27), live calls too if asked, and going on. */
import * as z from 'zod';
import { iso } from '../../call-json.ts';
import { type Ask, type Route, route } from '../route.ts';
import { dialingStatus, resumeDialing, stopDialing } from '../stop-dialing.ts';
import { count, moment } from './answer-fields.ts';

const statusFields = {
  stopped: z.boolean(),
  stopped_at: moment.nullable(),
  stopped_by: z.string().nullable(),
  held_since: moment.nullable().meta({
    description:
      'It closed by itself, because the database was set back, and opens when what is missing is there again.',
  }),
  replayed_at: moment.nullable().meta({ description: 'When a database that was set back was last made whole again.' }),
  rate_per_second: z.number(),
  max_live_calls: z.int(),
  live_calls: count,
  waiting: count,
  slowed_until: moment.nullable().meta({ description: 'Telnyx said it was too fast; until then it goes slower.' }),
};
const statusAnswer = z.strictObject(statusFields).meta({ id: 'Dialing' });

async function statusJson(ask: Pick<Ask, 'env'>): Promise<z.infer<typeof statusAnswer>> {
  const status = await dialingStatus(ask);
  return {
    stopped: status.stoppedAt !== null || status.held !== null,
    stopped_at: status.stoppedAt === null ? null : iso(status.stoppedAt),
    stopped_by: status.stoppedBy,
    held_since: status.held === null ? null : iso(status.held.at),
    replayed_at: status.replayed === null ? null : iso(status.replayed.at),
    rate_per_second: status.ratePerSecond,
    max_live_calls: status.maxLiveCalls,
    live_calls: status.live,
    waiting: status.waiting,
    slowed_until: status.slowedUntil === null ? null : iso(status.slowedUntil),
  };
}

const status = route(
  {
    method: 'GET',
    path: '/api/dialing',
    roles: ['admin', 'clinician', 'intake', 'operator', 'auditor'],
    audit: 'dialing.read',
    summary: 'Read how fast is dialled, and whether at all',
    answers: { 200: statusAnswer },
    phi: false,
  },
  async (ask) => ask.c.json(await statusJson(ask)),
);

const stop = route(
  {
    method: 'POST',
    path: '/api/dialing/stop',
    roles: ['admin', 'clinician', 'intake', 'operator'],
    audit: 'dialing.stop',
    summary: 'Stop all dialing, and hang up live calls if asked',
    answers: { 202: z.strictObject({ ...statusFields, hung_up: count, hang_up_failed: count }) },
    phi: false,
    body: z.strictObject({ hang_up_live: z.boolean().optional() }),
  },
  async (ask) => {
    const { hungUp, hangUpFailed } = await stopDialing(ask, ask.body.hang_up_live === true);
    return ask.c.json({ ...(await statusJson(ask)), hung_up: hungUp, hang_up_failed: hangUpFailed }, 202);
  },
);

const resume = route(
  {
    method: 'POST',
    path: '/api/dialing/resume',
    roles: ['admin'],
    audit: 'dialing.resume',
    phi: false,
    summary: 'Go on dialing',
    answers: { 202: statusAnswer },
  },
  async (ask) => {
    await resumeDialing(ask);
    return ask.c.json(await statusJson(ask), 202);
  },
);

export const dialingRoutes: readonly Route[] = [status, stop, resume];

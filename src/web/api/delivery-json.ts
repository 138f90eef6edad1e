/** A delivery and a system as the API shows them: ids and codes, nothing of a patient, no key. Fields are added, never renamed. */
import * as z from 'zod';
import { iso } from '../../call-json.ts';
import { explainCode } from '../../domain/delivery/judge-answer.ts';
import { DELIVERY_PARTS, DELIVERY_STATUSES, SINK_NAMES } from '../../domain/delivery/sinks.ts';
import type { ListedDelivery } from '../../store/delivery-list.ts';
import { MOST_COUNTED, type SinkView, type StorageTest, type TestResult } from '../hand-on.ts';

const moment = z.iso.datetime().nullable();

export const deliverySchema = z
  .strictObject({
    delivery_id: z.string().describe('Also the `webhook-id` of every try.'),
    call_id: z.string(),
    note_version: z.number(),
    part: z
      .enum(DELIVERY_PARTS)
      .describe(
        '`transcript`: that version once more, with what was written down from its recording after it was sent.',
      ),
    sink: z.enum(SINK_NAMES),
    status: z.enum(DELIVERY_STATUSES),
    attempts: z.number().describe('Tries begun so far.'),
    code: z.string().nullable().describe('Why the last try that failed did.'),
    what_happened: z.string().nullable(),
    failed_at: moment,
    next_try_at: moment,
    created_at: z.iso.datetime(),
    ended_at: moment.describe('When it was delivered, given up or called off.'),
    delivered_at: moment.describe('When it was first taken; it stays, also while it is sent again.'),
  })
  .meta({ id: 'Delivery' });
export const deliveryListSchema = z
  .strictObject({ items: z.array(deliverySchema), next_cursor: z.string().nullable() })
  .meta({ id: 'DeliveryList' });

const orNull = (at: number | null): string | null => (at === null ? null : iso(at));

export const deliveryJson = (item: ListedDelivery): z.output<typeof deliverySchema> => ({
  delivery_id: item.id,
  call_id: item.callId,
  note_version: item.noteVersion,
  part: item.part,
  sink: item.sink,
  status: item.status,
  attempts: item.attempts,
  code: item.code,
  what_happened: item.code === null ? null : explainCode(item.code),
  failed_at: orNull(item.failedAt),
  next_try_at: orNull(item.nextTryAt),
  created_at: iso(item.createdAt),
  ended_at: orNull(item.endedAt),
  delivered_at: orNull(item.deliveredAt),
});

const sinkSchema = z
  .strictObject({
    sink: z.enum(SINK_NAMES),
    host: z.string().describe('Where it goes, without path or key.'),
    has_key: z.boolean(),
    is_signed: z.boolean().describe('As Standard Webhooks has it.'),
    last_success_at: moment,
    last_failure: z.strictObject({ at: z.iso.datetime(), code: z.string() }).nullable(),
    waiting: z.number().describe(`Counted up to ${MOST_COUNTED}.`),
    dead: z.number().describe(`Given up; counted up to ${MOST_COUNTED}.`),
  })
  .meta({ id: 'Sink' });
export const sinkListSchema = z.strictObject({ items: z.array(sinkSchema), next_cursor: z.null() });

export const sinkJson = (view: SinkView): z.output<typeof sinkSchema> => ({
  sink: view.name,
  host: view.host,
  has_key: view.hasKey,
  is_signed: view.isSigned,
  last_success_at: orNull(view.lastSuccessAt),
  last_failure: view.lastFailure === null ? null : { at: iso(view.lastFailure.at), code: view.lastFailure.code },
  waiting: view.waiting,
  dead: view.dead,
});

export const testResultSchema = z
  .strictObject({
    sink: z.enum(SINK_NAMES),
    ok: z.boolean(),
    code: z.string().nullable(),
    what_happened: z.string().nullable(),
    http_status: z.number().nullable().describe('Null: there was no answer.'),
    duration_ms: z.number(),
  })
  .meta({ id: 'SinkTest' });

export const testResultJson = (
  sink: (typeof SINK_NAMES)[number],
  { ok, code, httpStatus, durationMs }: TestResult,
): z.output<typeof testResultSchema> => ({
  ...{ sink, ok, code, what_happened: code === null ? null : explainCode(code) },
  ...{ http_status: httpStatus, duration_ms: durationMs },
});

export const storageTestSchema = z
  .strictObject({
    ok: z.boolean().describe('The bucket and every system.'),
    code: z.string().nullable().describe('Which step failed in the bucket.'),
    sinks: z.array(testResultSchema),
  })
  .meta({ id: 'StorageTest' });

export const storageTestJson = ({ ok, code, sinks }: StorageTest): z.output<typeof storageTestSchema> => ({
  ...{ ok, code, sinks: sinks.map(({ name, result }) => testResultJson(name, result)) },
});

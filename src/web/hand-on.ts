/** What a person does with deliveries: send again, one or all that were given up, and try a system. API and pages both come through here. */
import { configuredSinks, type SinkName } from '../domain/delivery/sinks.ts';
import { log } from '../log.ts';
import { sinkOf } from '../outbox/sinks.ts';
import { isSuperseded, sendAgain } from '../store/deliveries.ts';
import {
  deadDeliveries,
  type ListedDelivery,
  readDelivery,
  type SinkState,
  sinkState,
} from '../store/delivery-list.ts';
import { sendJobHints } from '../store/job-hints.ts';
import { type ProbeResult, probeBucket } from '../store/probe-bucket.ts';
import { notFound, Problem } from './errors.ts';
import type { Ask } from './route.ts';

/** Of one batch of hints; the cron sends those of the others. */
const MOST_HINTS = 100;
const AT_ONCE = 500;
/** In one request. */
const MOST_AGAIN = 10_000;

export interface SinkView extends SinkState {
  readonly name: SinkName;
  readonly host: string;
  readonly hasKey: boolean;
  readonly isSigned: boolean;
}

/** Counting further tells nobody more. */
export const MOST_COUNTED = 1000;

function whereItGoes(installation: Pick<Ask, 'env' | 'config'>, name: SinkName) {
  const { host = '', hasKey = false, isSigned = false } = sinkOf(installation, name) ?? {};
  return { name, host, hasKey, isSigned };
}

export async function sinkViews({ db, env, config }: Pick<Ask, 'db' | 'env' | 'config'>): Promise<SinkView[]> {
  return Promise.all(
    configuredSinks(config.sinks).map(async (name) => ({
      ...(await sinkState(db, name, MOST_COUNTED)),
      ...whereItGoes({ env, config }, name),
    })),
  );
}

const whyCalledOff = (code: string | null): string =>
  code === 'superseded'
    ? 'It was called off: a later version was there already. Send that one again.'
    : 'The patient was erased: there is nothing left to send.';

/** 409 while it is being sent, for what was called off, and where an old version would undo a later one. A delivered one is sent once more under the same id. */
export async function deliverAgain({ db, env, config, now, actor }: Ask, id: string): Promise<ListedDelivery> {
  const delivery = await readDelivery(db, id);
  if (delivery === null) throw notFound();
  const keepsNewest = sinkOf({ env, config }, delivery.sink)?.keepsNewest === true;
  if (keepsNewest && (await isSuperseded(db, delivery)))
    throw new Problem(409, 'superseded', {
      detail:
        'A later version was sent already, and this one would take its place. Send that one again, or, if it is refused for good, put its work away first.',
    });
  const jobIds = await sendAgain(db, [delivery], now);
  if (jobIds.length === 0) {
    if (delivery.status === 'canceled') throw new Problem(409, 'canceled', { detail: whyCalledOff(delivery.code) });
    throw new Problem(409, 'being_sent', { detail: 'It is being sent at this moment. Look again in a minute.' });
  }
  await sendJobHints(env, jobIds);
  log.info('delivery.sent_again', { delivery_id: id, call_id: delivery.callId, actor: actor.id });
  return (await readDelivery(db, id)) ?? delivery;
}

/** How many. What is left after that many is for the next request. */
export async function deliverAllAgain({ db, env, now, actor }: Ask, sink: SinkName | null): Promise<number> {
  let count = 0;
  while (count < MOST_AGAIN) {
    const dead = await deadDeliveries(db, sink, AT_ONCE);
    if (dead.length === 0) break;
    const jobIds = await sendAgain(db, dead, now);
    // Somebody else was faster with all of these.
    if (jobIds.length === 0) break;
    if (count === 0) await sendJobHints(env, jobIds.slice(0, MOST_HINTS));
    count += jobIds.length;
  }
  log.info('delivery.all_sent_again', { count, actor: actor.id, ...(sink === null ? {} : { sink }) });
  return count;
}

export interface TestResult {
  readonly ok: boolean;
  readonly code: string | null;
  readonly httpStatus: number | null;
  readonly durationMs: number;
}

type Tester = Pick<Ask, 'env' | 'config' | 'actor'>;

/** Without anything of a patient; what came back, as a code. */
export async function testSink({ env, config, actor }: Tester, name: SinkName): Promise<TestResult> {
  const sink = sinkOf({ env, config }, name);
  if (sink === null)
    throw new Problem(409, 'sink_off', {
      detail: 'This system is not set up here. Set its variables, then try again.',
    });
  const begun = Date.now();
  const outcome = await sink.test(begun);
  const ok = outcome.kind === 'delivered';
  const code = outcome.kind === 'delivered' ? null : outcome.code;
  log.info('sink.tested', { sink: name, actor: actor.id, status: outcome.httpStatus, code });
  return { ok, code, httpStatus: outcome.httpStatus, durationMs: Date.now() - begun };
}

export interface StorageTest extends ProbeResult {
  readonly sinks: readonly { readonly name: SinkName; readonly result: TestResult }[];
}

/** The bucket, and every system that is set up, side by side. */
export async function testAll(ask: Tester): Promise<StorageTest> {
  const [probe, ...sinks] = await Promise.all([
    probeBucket(ask.env.BUCKET, 'probes/'),
    ...configuredSinks(ask.config.sinks).map(async (name) => ({ name, result: await testSink(ask, name) })),
  ]);
  return { ...probe, ok: probe.ok && sinks.every(({ result }) => result.ok), sinks };
}

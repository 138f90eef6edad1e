/** Notes on their way to the clinic's own system: written as the worker writes them, a receiver that is a function of the test, and one try. */
import { Webhook } from 'standardwebhooks';
import { vi } from 'vitest';
import type { SinkName } from '../../src/domain/delivery/sinks.ts';
import { callRecord } from '../../src/domain/intake/call-record.ts';
import { newCall } from '../../src/domain/intake/state.ts';
import { type Note, noteOf } from '../../src/domain/note/note.ts';
import type { Env } from '../../src/env.ts';
import { runJob } from '../../src/outbox/run-job.ts';
import { type Delivery, deliveryIdOf, getDelivery } from '../../src/store/deliveries.ts';
import { finishCall } from '../../src/store/finish-call.ts';
import { findJob, type Job } from '../../src/store/jobs.ts';
import { dataKeyOf } from '../../src/store/patient-keys.ts';
import { givenPlacedCall, givenPlanOf, type Placed } from './place-call.ts';
import { db, ring, testEnv } from './worker-env.ts';

export const SECRET = `whsec_${btoa('canary-secret-of-thirty-two-bytes')}`;
export const BACKEND = {
  SINK_BACKEND_URL: 'https://ehr.example/intake',
  SINK_BACKEND_KEY: 'canary-key',
  SINK_BACKEND_SECRET: SECRET,
};
export const sinkEnv = (variables: Record<string, unknown> = BACKEND): Env => ({ ...testEnv, ...variables }) as Env;

/** A person whose name must not get into any log. */
const PERSON = { firstName: 'Canaryfirst', lastName: 'Canarylast' };

export interface GivenNote extends Placed {
  readonly sink: SinkName;
  readonly write: (version: number) => Promise<void>;
}

/** A call that is over, with the first version of its note; `write` adds another. */
export async function givenNote(sink: SinkName = 'backend', of: Placed | null = null): Promise<GivenNote> {
  const placed = of ?? (await givenPlacedCall(PERSON));
  const [plan] = await givenPlanOf(placed);
  const { patient, callId, attemptId } = placed;
  const times = { answeredAt: Date.now(), endedAt: Date.now() };
  const state = { ...newCall(plan), phase: 'ended' as const, outcome: 'partial' as const, ...times };
  const iso = (at: number) => new Date(at).toISOString();
  const noteVersion = (version: number): Note => {
    const noteId = `${callId.replace('call_', 'note_')}${version === 1 ? '' : `_${version}`}`;
    return noteOf(state, plan, noteId, version, Date.now(), iso);
  };
  const write = async (version: number) =>
    finishCall(
      db,
      ring,
      await dataKeyOf(ring, patient.id),
      {
        ...{ callId, attemptId, ownerId: patient.id, patientId: patient.id, externalId: null },
        ...{ phoneNumber: patient.phoneNumber, clinicNumber: '+12025550101' },
        questionnaire: { id: 'adult-intake', version: 1 },
        ...{ record: callRecord(state), refused: false, note: noteVersion(version), sinks: [sink] },
        itemCodes: null,
        ...{ recording: null, strayRecordings: [], tasks: [], log: { events: [], transcript: [] } },
      },
      Date.now(),
    );
  await write(1);
  return { ...placed, sink, write };
}

type Handed = Placed & { readonly sink?: SinkName };

export const idOf = ({ callId, sink = 'backend' }: Handed, version = 1): Promise<string> =>
  deliveryIdOf(callId, version, sink);

export async function deliveryOf(placed: Handed, version = 1): Promise<Delivery> {
  const delivery = await getDelivery(db, await idOf(placed, version));
  if (delivery === null) throw new Error('there is no such delivery');
  return delivery;
}
export async function deliverJobOf(placed: Handed, version = 1): Promise<Job> {
  const job = await findJob(db, 'deliver', await idOf(placed, version));
  if (job === null) throw new Error('there is no such work');
  return job;
}

/** One try, and what row and job say after it. */
export async function triedDelivery(placed: Handed, version = 1, env: Env = sinkEnv()) {
  await runJob(env, (await deliverJobOf(placed, version)).id);
  return { delivery: await deliveryOf(placed, version), job: await deliverJobOf(placed, version) };
}

/** What the system of the clinic was sent; `note` and `version` are read from a body whose signature was right. */
export interface Sent {
  readonly url: string;
  readonly id: string;
  readonly version: number | null;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
  readonly init: RequestInit;
}
export type Receiver = (sent: Sent) => Response | Promise<Response>;

export const takes: Receiver = () => new Response('Canarybody', { status: 200 });
export const says =
  (status: number, headers: Record<string, string> = {}): Receiver =>
  () =>
    new Response(status === 204 ? null : 'Canarybody', { status, headers });
/** Nobody ever answers, but whoever hangs up hears of it. */
export const silent: Receiver = ({ init: { signal } }) =>
  new Promise((_, reject) => signal?.addEventListener('abort', () => reject(new Error('aborted'))));

/** Answers in turn, the last answer again and again. What is not rightly signed makes the test fail. */
export function givenReceiver(...answers: readonly Receiver[]): Sent[] {
  const sent: Sent[] = [];
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init = {}) => {
    const headers = new Headers(init.headers);
    const text = String(init.body);
    // The library looks at its own clock.
    const body = new Webhook(SECRET).verify(text, Object.fromEntries(headers)) as Sent['body'];
    const version = (body['intake_data'] as { version?: number } | undefined)?.version ?? null;
    const one = { url: String(input), id: headers.get('webhook-id') ?? '', version, headers, body, init };
    sent.push(one);
    return (answers[Math.min(sent.length, answers.length) - 1] ?? takes)(one);
  });
  return sent;
}

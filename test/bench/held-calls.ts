/**
 * Calls that stand still for as long as they are measured: their patients have pressed the first key, and from then on nothing that
 * the simulator tells comes through. What is sent instead is what a leg cost: kept with one write, and asking for no
 * command, so that verify, persist and 200 are all there is to it.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { fullRecorded } from '../../src/simulator/interview-personas.ts';
import type { Persona } from '../../src/simulator/persona.ts';
import { createWebhookSigner, signedHeaders, type WebhookSigner } from '../../src/simulator/webhook-signer.ts';
import { placeCall, registerPatient } from '../tools/front-desk.ts';
import { inParallel } from '../tools/in-parallel.ts';
import { type LocalStack, startLocalStack } from '../tools/local-stack.ts';
import { syntheticNumbers } from '../tools/synthetic-numbers.ts';
import { startBuiltWorker } from './built-worker.ts';
import { rawRequest } from './load.ts';

const FIRST_PORT = 9417;
const PLACED_AT_A_TIME = 8;
/** So many are placed one after the other, and timed. */
const ALONE = 12;
const HELD_WITHIN_MS = 60_000;

interface WireEvent {
  readonly data: {
    readonly event_type: string;
    readonly id: string;
    readonly payload: { readonly call_control_id: string };
  };
}

export interface HeldCalls {
  readonly stack: LocalStack;
  readonly port: number;
  /** So many deliveries, each of a new event, over all calls in turn. */
  events(count: number): Promise<{ readonly request: Buffer; readonly body: string; readonly call: string }[]>;
  /** Of those placed alone: until the API had accepted the call, and until the dial was there, both from the request on. */
  readonly acceptedMs: readonly number[];
  readonly dialledMs: readonly number[];
}

export async function holdCalls(count: number, script: string, stateFolder: string): Promise<HeldCalls> {
  const signer = await createWebhookSigner();
  const held = new Map<string, WireEvent>();
  const patients = syntheticNumbers(count).map((phone, n): Persona => ({ ...fullRecorded, id: `held-${n}`, phone }));
  const stack = await startLocalStack({
    ...{ keep: false, stateFolder, speed: 50, startWorker: startBuiltWorker(script) },
    ports: { access: FIRST_PORT, worker: FIRST_PORT + 1, telnyx: FIRST_PORT + 2 },
    variables: { MAX_LIVE_CALLS: '1000', DIAL_RATE_PER_SECOND: '30', TIMER_SCALE: '1' },
    engine: {
      ...{ signer, personas: patients, liveCalls: 1000, patienceMs: 3_600_000, keepLog: false },
      deliver: async (url, headers, body) => {
        const event = JSON.parse(body) as WireEvent;
        const call = event.data.payload.call_control_id;
        if (held.has(call)) return { status: 200 };
        const response = await fetch(url, { method: 'POST', headers, body });
        await response.body?.cancel();
        if (event.data.event_type === 'call.gather.ended') held.set(call, event);
        return { status: response.status };
      },
    },
  });
  await stack.worker.ready();
  const acceptedMs: number[] = [];
  const dialledMs: number[] = [];
  const place = async (patient: Persona): Promise<void> => {
    const id = await registerPatient(stack, patient);
    const began = performance.now();
    const beganAt = Date.now();
    const callId = await placeCall(stack, patient, id);
    acceptedMs.push(performance.now() - began);
    for (;;) {
      const dial = stack.telnyx.engine.dials.find((each) => each.callId === callId);
      if (dial !== undefined) {
        dialledMs.push(dial.at - beganAt);
        break;
      }
      if (Date.now() > beganAt + HELD_WITHIN_MS) throw new Error(`${callId} was not dialled`);
      await pause(2);
    }
  };
  await inParallel(patients.slice(ALONE), PLACED_AT_A_TIME, place);
  // What the first ones took is that of a cold worker with a crowd at its door.
  acceptedMs.length = 0;
  dialledMs.length = 0;
  for (const patient of patients.slice(0, ALONE)) await place(patient);
  for (const until = Date.now() + HELD_WITHIN_MS; held.size < count; ) {
    if (Date.now() > until) throw new Error(`${held.size} of ${count} calls came to their first key`);
    await pause(100);
  }
  // What they were last told is still being answered.
  await pause(1000);
  const calls = [...held];
  let turn = 0;
  const next = async () => {
    const [call, event] = calls[turn % calls.length] as [string, WireEvent];
    turn += 1;
    return { ...(await delivery(signer, event)), call };
  };
  return {
    ...{ stack, port: FIRST_PORT + 1, acceptedMs, dialledMs },
    events: async (many) => {
      const made = [];
      for (let n = 0; n < many; n += 1) made.push(await next());
      return made;
    },
  };
}

async function delivery(signer: WebhookSigner, event: WireEvent): Promise<{ request: Buffer; body: string }> {
  const now = Date.now();
  const cost_parts = [{ call_part: 'call-control', cost: '0.0020', currency: 'USD', rate: '0.0020' }];
  const payload = { ...event.data.payload, total_cost: '0.0020', cost_parts };
  const data = {
    ...{ ...event.data, event_type: 'call.cost', id: randomUUID(), occurred_at: new Date(now).toISOString() },
    payload,
  };
  const body = JSON.stringify({ ...event, data });
  return { request: rawRequest('/webhooks/telnyx', await signedHeaders(signer, now, body), body), body };
}

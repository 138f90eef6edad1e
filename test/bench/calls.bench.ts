/**
 * Whole intake calls through the built worker, their patients fifty times as quick as people: calls a second from asking for
 * them to the note handed on, and how soon the next prompt is ordered after a patient's answer (design 6): from the first arrival of the
 * event that says it to the first command that the call's log gives for it. Then again with every webhook doubled and out of order, where
 * what Telnyx is late is not the service's. The simulator runs on the same cores.
 */
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fullRecorded } from '../../src/simulator/interview-personas.ts';
import type { Persona } from '../../src/simulator/persona.ts';
import { placeCall, registerPatient } from '../tools/front-desk.ts';
import { inParallel } from '../tools/in-parallel.ts';
import { type LocalStack, startLocalStack } from '../tools/local-stack.ts';
import { syntheticNumbers } from '../tools/synthetic-numbers.ts';
import { buildWorker, startBuiltWorker } from './built-worker.ts';
import type { BenchContext, Row } from './row.ts';
import { judged, percentile } from './statistics.ts';

export const name = 'calls';

const CALLS = 16;
const AT_A_TIME = 8;
const FIRST_PORT = 9432;
const ACTION = /^\/v2\/calls\/([^/]+)\/actions\/([a-z_]+)/;

interface Wire {
  readonly data: {
    readonly event_type: string;
    readonly id: string;
    readonly payload: { readonly call_control_id: string };
  };
}
/** What was seen on the way, of every call by its handle. */
interface Seen {
  /** Of each answer, by its event: the first time it came to the worker. */
  readonly answers: Map<string, { readonly handle: string; readonly at: number }>;
  readonly orders: { readonly handle: string; readonly action: string; readonly at: number }[];
}

export async function run({ folder, progress }: BenchContext): Promise<Row[]> {
  const { folder: built } = buildWorker(path.join(folder, 'built'));
  const people = syntheticNumbers(2 * CALLS).map((phone, n): Persona => ({ ...fullRecorded, id: `whole-${n}`, phone }));
  const seen: Seen = { answers: new Map(), orders: [] };
  const stack = await startLocalStack({
    ...{ keep: false, stateFolder: path.join(folder, 'state'), speed: 50 },
    startWorker: startBuiltWorker(path.join(built, 'index.js')),
    ports: { access: FIRST_PORT, worker: FIRST_PORT + 1, telnyx: FIRST_PORT + 2 },
    variables: { TRANSCRIBER: 'off', MAX_LIVE_CALLS: '100', DIAL_RATE_PER_SECOND: '30' },
    engine: {
      ...{ personas: people, liveCalls: 100, keepLog: false },
      deliver: async (url, headers, body) => {
        const { event_type: type, id, payload } = (JSON.parse(body) as Wire).data;
        if (type === 'call.gather.ended' && !seen.answers.has(id))
          seen.answers.set(id, { handle: payload.call_control_id, at: performance.now() });
        const response = await fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(2000) });
        await response.body?.cancel();
        return { status: response.status };
      },
    },
  });
  const { engine } = stack.telnyx;
  const answer = engine.request.bind(engine);
  engine.request = (request) => {
    const [, handle, action] = ACTION.exec(request.path) ?? [];
    if (handle !== undefined && action !== undefined)
      seen.orders.push({ handle: decodeURIComponent(handle), action, at: performance.now() });
    return answer(request);
  };
  try {
    await stack.worker.ready();
    const straight = await ring(stack, people.slice(0, CALLS));
    progress(`${CALLS} calls`);
    engine.setWebhookFaults({ duplicate: 1, reorder: 1 });
    const disturbed = await ring(stack, people.slice(CALLS));
    progress(`${CALLS} calls with every webhook doubled and out of order`);
    return [
      ...(await rowsOf(stack, seen, '', straight)),
      ...(await rowsOf(stack, seen, ', doubled and reordered', disturbed)),
    ];
  } finally {
    await stack.stop();
  }
}

interface Rung {
  readonly perSecond: number;
  readonly calls: readonly string[];
}

async function rowsOf(stack: LocalStack, seen: Seen, how: string, { perSecond, calls }: Rung): Promise<Row[]> {
  const waits: number[] = [];
  for (const callId of calls) waits.push(...(await waitsOf(stack, seen, callId)));
  const around = { unit: 'ms', low: percentile(waits, 0), high: percentile(waits, 1) };
  return [
    { name: `whole calls${how}`, unit: '/s', value: perSecond, low: perSecond, high: perSecond },
    { ...around, name: `answer to next command, p50${how}`, value: percentile(waits, 0.5) },
    judged(
      { ...around, name: `answer to next command, p95${how}`, value: percentile(waits, 0.95) },
      { op: '<=', value: 300, from: 'design 6' },
    ),
  ];
}

/** Which event led to which commands stands in the call's log. An answer that was overtaken, and waits for what it overtook, leads to none. */
async function waitsOf(stack: LocalStack, seen: Seen, callId: string): Promise<number[]> {
  const { body } = await stack.api('GET', `/api/calls/${callId}/events?limit=200`);
  const { items } = body as { readonly items: readonly { event_id: string; commands: readonly string[] }[] };
  return items.flatMap(({ event_id, commands }) => {
    const answer = seen.answers.get(event_id);
    const ordered = seen.orders.find(
      ({ handle, action, at }) => handle === answer?.handle && at >= answer.at && commands.includes(action),
    );
    return answer === undefined || ordered === undefined ? [] : [ordered.at - answer.at];
  });
}

async function ring(stack: LocalStack, people: readonly Persona[]): Promise<Rung> {
  const known = stack.notes.received.length;
  const ids = new Map<Persona, string>();
  for (const person of people) ids.set(person, await registerPatient(stack, person));
  const calls: string[] = [];
  const began = performance.now();
  await inParallel(people, AT_A_TIME, async (person) => {
    const callId = await placeCall(stack, person, ids.get(person) ?? '');
    calls.push(callId);
    for (const until = Date.now() + 60_000; !isOver(stack, callId); ) {
      if (Date.now() > until) throw new Error(`${callId} did not end`);
      await pause(50);
    }
  });
  for (const until = Date.now() + 30_000; stack.notes.received.length < known + people.length; ) {
    if (Date.now() > until) throw new Error('not every note was handed on');
    await pause(50);
  }
  return { perSecond: (people.length * 1000) / (performance.now() - began), calls };
}

const isOver = (stack: LocalStack, callId: string): boolean =>
  stack.telnyx.engine.calls().some((call) => call.callId === callId && call.phase === 'ended');

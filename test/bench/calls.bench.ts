/**
 * Whole intake calls through the built worker, their patients fifty times as quick as people: calls a second from asking for
 * them to the note handed on, and how soon the next prompt is ordered after a patient's answer (design 6). Then again with every
 * webhook doubled and out of order. The simulator runs on the same cores.
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
const ACTION = /^\/v2\/calls\/([^/]+)\/actions\//;

interface Wire {
  readonly data: { readonly event_type: string; readonly payload: { readonly call_control_id: string } };
}

export async function run({ folder, progress }: BenchContext): Promise<Row[]> {
  const { folder: built } = buildWorker(path.join(folder, 'built'));
  const people = syntheticNumbers(2 * CALLS).map((phone, n): Persona => ({ ...fullRecorded, id: `whole-${n}`, phone }));
  /** When each call's patient has answered, until something is ordered. */
  const answered = new Map<string, number>();
  let waits: number[] = [];
  const stack = await startLocalStack({
    ...{ keep: false, stateFolder: path.join(folder, 'state'), speed: 50 },
    startWorker: startBuiltWorker(path.join(built, 'index.js')),
    ports: { access: FIRST_PORT, worker: FIRST_PORT + 1, telnyx: FIRST_PORT + 2 },
    variables: { TRANSCRIBER: 'off', MAX_LIVE_CALLS: '100', DIAL_RATE_PER_SECOND: '30' },
    engine: {
      ...{ personas: people, liveCalls: 100, keepLog: false },
      deliver: async (url, headers, body) => {
        const { event_type: type, payload } = (JSON.parse(body) as Wire).data;
        const call = payload.call_control_id;
        if (type === 'call.gather.ended' && !answered.has(call)) answered.set(call, performance.now());
        const response = await fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(2000) });
        await response.body?.cancel();
        return { status: response.status };
      },
    },
  });
  const { engine } = stack.telnyx;
  const answer = engine.request.bind(engine);
  engine.request = (request) => {
    const call = decodeURIComponent(ACTION.exec(request.path)?.[1] ?? '');
    const since = answered.get(call);
    if (since !== undefined && answered.delete(call)) waits.push(performance.now() - since);
    return answer(request);
  };
  try {
    await stack.worker.ready();
    const perSecond = await ring(stack, people.slice(0, CALLS));
    progress(`${CALLS} calls`);
    const straight = waits;
    waits = [];
    answered.clear();
    engine.setWebhookFaults({ duplicate: 1, reorder: 1 });
    const disturbed = await ring(stack, people.slice(CALLS));
    progress(`${CALLS} calls with every webhook doubled and out of order`);
    return [
      { name: 'whole calls', unit: '/s', value: perSecond, low: perSecond, high: perSecond },
      ...orders('', straight),
      { name: 'whole calls, doubled and reordered', unit: '/s', value: disturbed, low: disturbed, high: disturbed },
      // An answer that was overtaken may order nothing until what it waits for has come, up to a second later: that is counted too.
      ...orders(', doubled and reordered', waits),
    ];
  } finally {
    await stack.stop();
  }
}

function orders(how: string, waits: readonly number[]): Row[] {
  const around = { unit: 'ms', low: percentile(waits, 0), high: percentile(waits, 1) };
  return [
    { ...around, name: `answer to next command, p50${how}`, value: percentile(waits, 0.5) },
    judged(
      { ...around, name: `answer to next command, p95${how}`, value: percentile(waits, 0.95) },
      { op: '<=', value: 300, from: 'design 6' },
    ),
  ];
}

async function ring(stack: LocalStack, people: readonly Persona[]): Promise<number> {
  const known = stack.notes.received.length;
  const ids = new Map<Persona, string>();
  for (const person of people) ids.set(person, await registerPatient(stack, person));
  const began = performance.now();
  await inParallel(people, AT_A_TIME, async (person) => {
    const callId = await placeCall(stack, person, ids.get(person) ?? '');
    for (const until = Date.now() + 60_000; !isOver(stack, callId); ) {
      if (Date.now() > until) throw new Error(`${callId} did not end`);
      await pause(50);
    }
  });
  for (const until = Date.now() + 30_000; stack.notes.received.length < known + people.length; ) {
    if (Date.now() > until) throw new Error('not every note was handed on');
    await pause(50);
  }
  return (people.length * 1000) / (performance.now() - began);
}

const isOver = (stack: LocalStack, callId: string): boolean =>
  stack.telnyx.engine.calls().some((call) => call.callId === callId && call.phase === 'ended');

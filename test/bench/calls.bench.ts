/**
 * Whole intake calls through the built worker, their patients fifty times as quick as people: calls a second from asking for
 * them to the note handed on, and how soon each prompt is ordered that an event of Telnyx makes possible (prompt-waits.ts). Then again with
 * every webhook doubled and out of order, up to a second late: that is fifty of these patients', so that many a question is asked again
 * by the product's clock before its answer comes. What Telnyx is late is not the service's. The simulator runs on the same cores.
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
import { type LoggedLine, type PromptWaits, promptWaits } from './prompt-waits.ts';
import type { BenchContext, Row } from './row.ts';
import { judged, percentile } from './statistics.ts';

export const name = 'calls';

const CALLS = 16;
const AT_A_TIME = 8;
const FIRST_PORT = 9432;

interface Wire {
  readonly data: { readonly id: string };
}
/** What was seen on the way. */
interface Seen {
  /** Of each event by its id: the first time it came to the worker. */
  readonly arrivals: Map<string, number>;
  /** And how long it waited for its 200 that time. */
  readonly answeredMs: Map<string, number>;
  /** Of each command by its id, which is its call's with its number: the first time it came to Telnyx. */
  readonly sent: Map<string, number>;
}

export async function run({ folder, progress }: BenchContext): Promise<Row[]> {
  const { folder: built } = buildWorker(path.join(folder, 'built'));
  const people = syntheticNumbers(2 * CALLS).map((phone, n): Persona => ({ ...fullRecorded, id: `whole-${n}`, phone }));
  const seen: Seen = { arrivals: new Map(), answeredMs: new Map(), sent: new Map() };
  const stack = await startLocalStack({
    ...{ keep: false, stateFolder: path.join(folder, 'state'), speed: 50 },
    startWorker: startBuiltWorker(path.join(built, 'index.js')),
    ports: { access: FIRST_PORT, worker: FIRST_PORT + 1, telnyx: FIRST_PORT + 2 },
    variables: { TRANSCRIBER: 'off', MAX_LIVE_CALLS: '100', DIAL_RATE_PER_SECOND: '30' },
    engine: {
      ...{ personas: people, liveCalls: 100, keepLog: false },
      deliver: async (url, headers, body) => {
        const { id } = (JSON.parse(body) as Wire).data;
        const began = performance.now();
        const isFirst = !seen.arrivals.has(id);
        if (isFirst) seen.arrivals.set(id, began);
        const response = await fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(2000) });
        await response.body?.cancel();
        if (isFirst) seen.answeredMs.set(id, performance.now() - began);
        return { status: response.status };
      },
    },
  });
  const { engine } = stack.telnyx;
  const answer = engine.request.bind(engine);
  engine.request = (request) => {
    const { command_id: id } = (request.body ?? {}) as { readonly command_id?: string };
    if (id !== undefined && !seen.sent.has(id)) seen.sent.set(id, performance.now());
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
  const each: PromptWaits[] = [];
  const answered: number[] = [];
  for (const callId of calls) {
    const log = await logOf(stack, callId);
    each.push(promptWaits(log, seen.arrivals, (number) => seen.sent.get(`${callId}:${number}`)));
    const ordering = log.filter(({ commands }) => commands.length > 0);
    answered.push(...ordering.flatMap(({ event_id }) => seen.answeredMs.get(event_id) ?? []));
  }
  const waits = each.flatMap((call) => [...call.waits, ...call.overtaken]);
  const all = (count: (call: PromptWaits) => number) => each.reduce((sum, call) => sum + count(call), 0);
  const note = [
    `${all((call) => call.waits.length)} prompts that an event of Telnyx led to`,
    `${all((call) => call.overtaken.length)} answers more that were overtaken`,
    `not counted ${all(({ own }) => own)} that the product’s own clock led to (2 s of quiet after speech, limits, answers that did not come in time)`,
    `and ${all(({ unsent }) => unsent)} that were taken back before they were sent`,
  ].join('; ');
  const around = { unit: 'ms', low: percentile(waits, 0), high: percentile(waits, 1) };
  return [
    { name: `whole calls${how}`, unit: '/s', value: perSecond, low: perSecond, high: perSecond },
    {
      ...{ name: `a webhook that orders something answered, p50${how}`, unit: 'ms', value: percentile(answered, 0.5) },
      ...{ low: percentile(answered, 0), high: percentile(answered, 1) },
    },
    { ...around, name: `event to next prompt, p50${how}`, value: percentile(waits, 0.5) },
    judged(
      { ...around, name: `event to next prompt, p95${how}`, value: percentile(waits, 0.95), note },
      { op: '<=', value: 300, from: 'design 6' },
    ),
  ];
}

async function logOf(stack: LocalStack, callId: string): Promise<readonly LoggedLine[]> {
  const { body } = await stack.api('GET', `/api/calls/${callId}/events`);
  return (body as { readonly items: readonly LoggedLine[] }).items;
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

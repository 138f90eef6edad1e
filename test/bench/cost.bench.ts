/**
 * What one full call uses of everything that Cloudflare bills, counted at the bindings: asked for, dialled, answered to the end with
 * its recording fetched and its note handed on, and taken out of its Durable Object a day later. Nothing is taken as included. Without
 * transcription; the cron's runs are not a call's, nor is what people look at.
 */
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fullRecorded } from '../../src/simulator/interview-personas.ts';
import type { Persona } from '../../src/simulator/persona.ts';
import { placeCall, registerPatient } from '../tools/front-desk.ts';
import { judgeCall } from '../tools/judge-call.ts';
import { startLocalStack } from '../tools/local-stack.ts';
import { syntheticNumbers } from '../tools/synthetic-numbers.ts';
import { buildWorker, startBuiltWorker } from './built-worker.ts';
import { type Loads, loadsOfOne, NO_LOADS } from './loads.ts';
import { costOf, lessUsage, OPERATIONS, type Operation, PRICES, PRICES_READ_ON, sumOf, type Usage } from './prices.ts';
import type { BenchContext, Row } from './row.ts';
import { judged, spread } from './statistics.ts';

export const name = 'cost';

const CALLS = 4;
const FIRST_PORT = 9427;
const FROM = 'design 6';
/** What Telnyx takes to answer a command, during which the call's object is billed; here it answers at once. */
const COMMAND_SECONDS = 0.2;
const GB = 0.128;
/** Longer than whatever a call still waits for, at this speed. */
const REST_MS = 6000;

export interface CallFigures {
  /** Of each call. */
  readonly used: readonly Usage[];
  /** Of that, what its alarms of the day after used. */
  readonly atLast: readonly Usage[];
  /** Of one, in the mean. */
  readonly loads: Loads;
}
let measured: Promise<CallFigures> | null = null;

/** Once in a run, whoever asks. */
export function callFigures(context: BenchContext): Promise<CallFigures> {
  measured ??= measure(context);
  return measured;
}

export const run = async (context: BenchContext): Promise<Row[]> => rowsOf(await callFigures(context));

async function measure({ folder, progress }: BenchContext): Promise<CallFigures> {
  const built = buildWorker(path.join(folder, 'built'), { entry: 'test/bench/counted-entry.ts' });
  const patients = syntheticNumbers(CALLS + 1).map(
    (phone, n): Persona => ({ ...fullRecorded, id: `billed-${n}`, phone }),
  );
  const stack = await startLocalStack({
    ...{ keep: false, stateFolder: path.join(folder, 'state'), speed: 50 },
    startWorker: startBuiltWorker(path.join(built.folder, 'counted-entry.js')),
    ports: { access: FIRST_PORT, worker: FIRST_PORT + 1, telnyx: FIRST_PORT + 2 },
    variables: { TRANSCRIBER: 'off' },
    engine: { personas: patients, keepLog: true },
  });
  try {
    await stack.worker.ready();
    const used: Usage[] = [];
    const atLast: Usage[] = [];
    let loads: Loads = NO_LOADS;
    for (const [n, patient] of patients.entries()) {
      const patientId = await registerPatient(stack, patient);
      const before = await counted(stack.worker.url);
      if (n === 1) loads = await loadsAt(stack.worker.url);
      const requests = stack.telnyx.engine.log.filter(({ kind }) => kind === 'request').length;
      const callId = await placeCall(stack, patient, patientId);
      // Judging it asks for pages too, which are a person's and not the call's: it is over when its note has been handed on and nothing
      // more is done. What comes late makes another note of the same call.
      for (const until = Date.now() + 60_000; !stack.notes.received.some((note) => note.callId === callId); ) {
        if (Date.now() > until) throw new Error(`the note of ${callId} did not come`);
        await pause(200);
      }
      const usage = lessUsage(await atRest(stack.worker.url), before);
      const { status } = await judgeCall(stack, callId);
      if (status !== 'completed') throw new Error(`${callId} ended as ${status}`);
      const sent = stack.telnyx.engine.log.filter(({ kind }) => kind === 'request').length - requests;
      const last = await lastAlarms(stack.worker.url, callId);
      const objectGbSeconds = usage.objectGbSeconds + sent * COMMAND_SECONDS * GB;
      // The first one finds a cold worker.
      if (n > 0) {
        used.push(sumOf({ ...usage, objectGbSeconds }, last));
        atLast.push(last);
      }
      progress(`call ${n} of ${CALLS}`);
    }
    return { used, atLast, loads: loadsOfOne(await loadsAt(stack.worker.url), loads, CALLS) };
  } finally {
    await stack.stop();
  }
}

/** What was used once nothing has been for a while. */
async function atRest(url: string): Promise<Usage> {
  for (let before = await counted(url); ; ) {
    await pause(REST_MS);
    const after = await counted(url);
    if (OPERATIONS.every((name) => after[name] === before[name])) return after;
    before = after;
  }
}

/** What its alarms of the day after the note use, the last of which takes it out of its object. */
async function lastAlarms(url: string, callId: string): Promise<Usage> {
  const before = await counted(url);
  const became = await (await fetch(`${url}/last-alarms?call=${callId}`)).text();
  if (became !== 'buried') throw new Error(`${callId} is still in its object: ${became}`);
  return lessUsage(await counted(url), before);
}

async function counted(url: string): Promise<Usage> {
  return (await (await fetch(`${url}/counted`)).json()) as Usage;
}

async function loadsAt(url: string): Promise<Loads> {
  return (await (await fetch(`${url}/loads`)).json()) as Loads;
}

function rowsOf({ used, atLast }: CallFigures): Row[] {
  const of = (name: Operation, usages = used) => spread(usages.map((usage) => usage[name]));
  const d1 = used.map(({ d1RowsWritten }) => d1RowsWritten);
  return [
    judged(
      {
        ...{
          name: 'platform cost of 1,000 full calls',
          unit: 'USD',
          ...spread(used.map((usage) => costOf(usage) * 1000)),
        },
        note: `prices of ${PRICES_READ_ON}, nothing taken as included; an object waits ${COMMAND_SECONDS} s for each command`,
      },
      { op: '<=', value: 0.25, from: FROM },
    ),
    judged({ name: 'D1 rows written by a call', unit: 'rows', ...spread(d1) }, { op: '<=', value: 80, from: FROM }),
    ...OPERATIONS.map((name): Row => ({ name: `${PRICES[name].what} of a call`, unit: '', ...of(name) })),
    {
      name: 'of the Durable Object rows written, by the alarms of the day after',
      unit: '',
      ...of('objectRowsWritten', atLast),
    },
  ];
}

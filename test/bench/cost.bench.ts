/**
 * What one full call uses of everything that Cloudflare bills, counted at the bindings: asked for, dialled, answered to the end with
 * its recording fetched and its note handed on. Nothing is taken as included. Without transcription; the cron's runs are not a
 * call's.
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
import { costOf, lessUsage, OPERATIONS, PRICES, PRICES_READ_ON, type Usage } from './prices.ts';
import type { BenchContext, Row } from './row.ts';
import { judged, spread } from './statistics.ts';

export const name = 'cost';

const CALLS = 4;
const FIRST_PORT = 9427;
const FROM = 'design 6';
/** What Telnyx takes to answer a command, during which the call's object is billed; here it answers at once. */
const COMMAND_SECONDS = 0.2;
const GB = 0.128;

export async function run({ folder, progress }: BenchContext): Promise<Row[]> {
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
    for (const [n, patient] of patients.entries()) {
      const patientId = await registerPatient(stack, patient);
      const before = await counted(stack.worker.url);
      const handedOn = stack.notes.received.length;
      const requests = stack.telnyx.engine.log.filter(({ kind }) => kind === 'request').length;
      const callId = await placeCall(stack, patient, patientId);
      // Judging it asks for pages too, which are a person's and not the call's: it is over when its note has been handed on.
      for (const until = Date.now() + 60_000; stack.notes.received.length <= handedOn; ) {
        if (Date.now() > until) throw new Error(`the note of ${callId} did not come`);
        await pause(200);
      }
      await pause(4000);
      const usage = lessUsage(await counted(stack.worker.url), before);
      const { status } = await judgeCall(stack, callId);
      if (status !== 'completed') throw new Error(`${callId} ended as ${status}`);
      const sent = stack.telnyx.engine.log.filter(({ kind }) => kind === 'request').length - requests;
      const objectGbSeconds = usage.objectGbSeconds + sent * COMMAND_SECONDS * GB;
      // The first one finds a cold worker.
      if (n > 0) used.push({ ...usage, objectGbSeconds });
      progress(`call ${n} of ${CALLS}`);
    }
    return rowsOf(used);
  } finally {
    await stack.stop();
  }
}

async function counted(url: string): Promise<Usage> {
  return (await (await fetch(`${url}/counted`)).json()) as Usage;
}

function rowsOf(used: readonly Usage[]): Row[] {
  const of = (name: (typeof OPERATIONS)[number]) => spread(used.map((usage) => usage[name]));
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
  ];
}

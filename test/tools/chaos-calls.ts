/** Chaos over single calls: every patient is registered, rung, and judged, so many at a time. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Persona } from '../../src/simulator/persona.ts';
import { type Figures, lineFigures, printFigures } from './chaos-figures.ts';
import type { ChaosSettings } from './chaos-settings.ts';
import { disturbWorker } from './disturbances.ts';
import { placeCall, registerPatient } from './front-desk.ts';
import { inParallel } from './in-parallel.ts';
import { type Judged, judgeCall } from './judge-call.ts';
import type { LocalStack } from './local-stack.ts';
import { judgeRecordings, type StoredRecordings } from './stored-recordings.ts';

type Result = Omit<Judged, 'record'>;

/** True when one of the zeros is none. */
export async function chaosOfCalls(running: LocalStack, settings: ChaosSettings): Promise<boolean> {
  const { patients, live } = settings;
  const startedAt = Date.now();
  const results: Result[] = [];
  const disturbed = disturbWorker(running, { calls: patients.length, finished: () => results.length }, settings);
  // It fails the run below, where it is waited for.
  disturbed.catch(() => undefined);
  await inParallel(patients, live, async (patient) => {
    const result = await call(running, patient).catch((error: Error) => ({
      status: 'open',
      differences: [error.message],
    }));
    results.push(result);
    for (const difference of result.differences) process.stdout.write(`${patient.id}: ${difference}\n`);
    if (results.length % 20 === 0) process.stdout.write(`${results.length} of ${patients.length} calls\n`);
  });
  const befell = await disturbed;
  const stored = settings.recordings ? await judgeRecordings(running) : null;
  for (const problem of stored?.problems ?? []) process.stdout.write(`${problem}\n`);
  const inventory = await running.telnyx.engine.recordings.inventory();
  const more = { ...befell, 'recordings expected': inventory.length };
  return report(running, results, { ...more, seconds: Math.round((Date.now() - startedAt) / 1000) }, stored);
}

async function call(running: LocalStack, patient: Persona): Promise<Result> {
  const patientId = await registerPatient(running, patient);
  const callId = await placeCall(running, patient, patientId);
  const judged = await judgeCall(running, callId);
  if (patient.ringBack === undefined || judged.record === null) return judged;
  const back = await ringBackOf(running, patient);
  if (back === null) return judged;
  const second = await judgeCall(running, back, [judged.record]);
  return { status: judged.status, differences: [...judged.differences, ...second.differences] };
}

/** A first call that was never answered, or that nobody rang back after, has no second one. */
async function ringBackOf(running: LocalStack, { id }: Persona): Promise<string | null> {
  const deadline = Date.now() + 30_000;
  while (Date.now() < deadline) {
    const made = running.telnyx.engine.calls().find((each) => each.persona === id && each.direction === 'incoming');
    if (made?.callId) return made.callId;
    if (made?.phase === 'ended') return null;
    await pause(200);
  }
  return null;
}

function report(
  running: LocalStack,
  results: readonly Result[],
  more: Figures,
  stored: StoredRecordings | null,
): boolean {
  const { engine } = running.telnyx;
  const { rows, zeros } = lineFigures(engine);
  const byStatus = Object.groupBy(results, ({ status }) => status);
  const openLines = engine.calls().filter(({ phase }) => phase !== 'ended').length;
  return printFigures(
    {
      calls: results.length,
      ...rows,
      ...more,
      ...(stored === null
        ? {}
        : { 'recordings stored': stored.stored, 'recordings left at Telnyx': stored.leftAtTelnyx }),
      ...Object.fromEntries(Object.entries(byStatus).map(([status, of]) => [`ended ${status}`, of?.length ?? 0])),
    },
    {
      'calls left open': results.filter(({ status }) => status === 'open').length + openLines,
      'double dials': results.filter(({ differences }) => differences.some((text) => text.startsWith('dialled')))
        .length,
      'answers lost or wrong': results.reduce((sum, { differences }) => sum + differences.length, 0),
      ...zeros,
      ...(stored === null ? {} : { 'recordings not as they should be': stored.problems.length }),
    },
  );
}

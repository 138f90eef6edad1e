/**
 * `npm run chaos -- --calls 60`: many simulated calls through the real worker and D1, with a share of every fault the simulator
 * knows on the line, in Telnyx' API and on the way of its webhooks. The oracle is what each patient really heard, pressed and
 * said before the hang-up. Ends with 1 unless all zeros are zeros.
 */
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { CallRecord } from '../../src/simulator/call-record.ts';
import { compareWithRecords } from '../../src/simulator/compare-with-note.ts';
import type { Persona } from '../../src/simulator/persona.ts';
import { type LocalStack, startLocalStack } from './local-stack.ts';
import { manyPatients } from './many-patients.ts';

const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: '60' },
    live: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    'fault-rate': { type: 'string', default: '0.05' },
    'first-port': { type: 'string', default: '8817' },
    'state-folder': { type: 'string' },
  },
});
const calls = Number(values.calls);
const live = Number(values.live);
const rate = Number(values['fault-rate']);
const port = Number(values['first-port']);
const root = path.resolve(import.meta.dirname, '../..');
const FINAL = new Set(
  'completed partial declined voicemail no_answer busy failed canceled opted_out wrong_person'.split(' '),
);
/** A call, its ring-back and everything that is retried in between are over by then, in real time. */
const CALL_LIMIT_MS = 240_000;

const patients = manyPatients(calls);
const stack = await startLocalStack({
  keep: false,
  ports: { access: port, worker: port + 1, telnyx: port + 2 },
  stateFolder: values['state-folder'] ?? path.join(root, '.state/chaos'),
  variables: { MAX_LIVE_CALLS: String(live), DIAL_RATE_PER_SECOND: '10' },
  engine: {
    personas: patients,
    seed: Number(values.seed),
    liveCalls: live,
    webhookFaults: {
      ...{ drop: rate, duplicate: rate, reorder: rate, lateAfterHangup: rate, extraFields: rate, unknownEvents: rate },
      jitterMs: 100,
    },
    requestFaults: {
      tooMany: rate,
      serverError: rate,
      noAnswer: rate,
      slow: rate,
      slowMs: 1500,
      dialAfterWebhook: rate,
    },
    lineFaults: { missingVerdicts: rate },
  },
});

interface Result {
  readonly status: string;
  readonly differences: readonly string[];
}
const results: Result[] = [];
const startedAt = Date.now();
let failed: boolean;
try {
  await stack.worker.ready();
  await inParallel(patients, live, async (patient) => {
    const result = await call(stack, patient).catch((error: Error) => ({
      status: 'open',
      differences: [error.message],
    }));
    results.push(result);
    for (const difference of result.differences) process.stdout.write(`${patient.id}: ${difference}\n`);
    if (results.length % 20 === 0) process.stdout.write(`${results.length} of ${calls} calls\n`);
  });
  failed = report(stack);
} finally {
  await stack.stop();
}
process.exit(failed ? 1 : 0);

async function call(running: LocalStack, patient: Persona): Promise<Result> {
  const created = await insist(running, 'POST', '/api/patients', {
    ...{ phone_number: patient.phone, first_name: patient.firstName, last_name: patient.lastName },
    ...(patient.dateOfBirth === null ? {} : { date_of_birth: patient.dateOfBirth }),
    consent: {
      ...{ basis: 'number_given_by_patient', obtained_at: new Date().toISOString() },
      ...{ obtained_by: 'front desk', evidence: 'registration form' },
    },
  });
  const placed = await insist(running, 'POST', '/api/calls', {
    ...{ phone_number: patient.phone, patient_id: created.patient_id },
  });
  const differences = await judged(running, String(placed.call_id), []);
  if (patient.ringBack === undefined || differences.record === null) return differences;
  const back = await ringBackOf(running, patient);
  if (back === null) return differences;
  const second = await judged(running, back, [differences.record]);
  return { status: differences.status, differences: [...differences.differences, ...second.differences] };
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

async function judged(
  running: LocalStack,
  callId: string,
  earlier: readonly CallRecord[],
): Promise<Result & { record: CallRecord | null }> {
  const deadline = Date.now() + CALL_LIMIT_MS;
  for (;;) {
    if (Date.now() > deadline) throw new Error(`${callId} is still open`);
    const found = await running.api('GET', `/api/calls/${callId}`).catch(() => null);
    const status = String((found?.body as { status?: string } | null)?.status);
    if (found?.status === 200 && FINAL.has(status) && isOver(running, callId)) break;
    await pause(500);
  }
  // What comes late after the hang-up makes the note's next version.
  await pause(1500);
  const answer = await insist(running, 'GET', `/api/calls/${callId}`);
  const note = await noteOf(running, callId);
  // The leg of a transfer carries the call's id too.
  const made = running.telnyx.engine.calls().filter((each) => each.callId === callId && each.persona !== 'staff');
  const records = made.map(({ record }) => record);
  const differences =
    note === null ? [] : compareWithRecords(note, [...earlier, ...records], running.telnyx.engine.lostEvents);
  if (note === null && records.some(({ entries }) => entries.consent !== undefined)) differences.push('no note');
  if (made.length > 1) differences.push(`dialled ${made.length} times`);
  if (differences.length > 0) await explain(running, answer, records);
  return { status: String(answer.status), differences, record: records[0] ?? null };
}

/** The end of a call that went wrong, as the worker saw it and as the patient did. */
async function explain(
  running: LocalStack,
  call: Record<string, unknown>,
  records: readonly CallRecord[],
): Promise<void> {
  const { items } = await insist(running, 'GET', `/api/calls/${String(call.call_id)}/events`);
  const tail = (items as Record<string, unknown>[]).slice(-16);
  process.stdout.write(`${String(call.call_id)}: error ${String(call.error)}, ${String(call.hangup_cause)}\n`);
  for (const { at, received_at, type, effect, commands } of tail) {
    process.stdout.write(
      `  ${String(at)}  ${String(received_at)}  ${String(type)} ${String(effect)} ${String(commands)}\n`,
    );
  }
  for (const { step, at, endedAt, digits, outcome } of records[0]?.asks.slice(-5) ?? []) {
    const times = [at, endedAt ?? at].map((time) => new Date(time).toISOString()).join(' to ');
    process.stdout.write(`  heard ${String(step)} ${times}: ${digits} ${String(outcome)}\n`);
  }
}

function isOver(running: LocalStack, callId: string): boolean {
  return running.telnyx.engine.calls().every((each) => each.callId !== callId || each.phase === 'ended');
}

async function noteOf(running: LocalStack, callId: string): Promise<unknown> {
  for (;;) {
    const found = await running.api('GET', `/api/calls/${callId}/intake-data`).catch(() => null);
    if (found?.status === 200) return found.body;
    if ((found?.body as { code?: string } | null)?.code === 'no_note') return null;
    await pause(500);
  }
}

/** Prints the figures; true when one that must be zero is not. */
function report(running: LocalStack): boolean {
  const { engine } = running.telnyx;
  const legs = engine.calls();
  const byStatus = Object.groupBy(results, ({ status }) => status);
  const commands = engine.callEvents.filter(({ type }) => type === 'command');
  const recorders = commands.filter(({ name }) => name === 'record_start' || name === 'transcription_start');
  const early = recorders.filter(({ callControlId, at }) => {
    const consent = engine.legs.get(callControlId)?.record.entries.consent;
    return consent === undefined || consent.digits !== '1' || consent.at > at;
  });
  const afterEnd = commands.filter(({ callControlId, at }) => {
    const endedAt = engine.legs.get(callControlId)?.endedAt ?? null;
    return endedAt !== null && at > endedAt;
  });
  const asked = legs.reduce((sum, { record }) => sum + record.asks.length, 0);
  const zeros = {
    'calls left open':
      results.filter(({ status }) => status === 'open').length + legs.filter(({ phase }) => phase !== 'ended').length,
    'double dials': results.filter(({ differences }) => differences.some((text) => text.startsWith('dialled'))).length,
    'answers lost or wrong': results.reduce((sum, { differences }) => sum + differences.length, 0),
    'recorders before consent': early.length,
    'commands carried out after the hang-up': afterEnd.length,
  };
  const rows = {
    calls: results.length,
    'rung back': legs.filter(({ direction }) => direction === 'incoming').length,
    'questions heard': asked,
    'webhook deliveries': engine.deliveries.length,
    'of them lost, doubled or late': engine.deliveries.filter(({ status }) => status !== 200).length,
    'events lost for good': engine.lostEvents.size,
    'recorders started': recorders.length,
    seconds: Math.round((Date.now() - startedAt) / 1000),
    ...Object.fromEntries(Object.entries(byStatus).map(([status, of]) => [`ended ${status}`, of?.length ?? 0])),
    ...zeros,
  };
  for (const [name, count] of Object.entries(rows)) process.stdout.write(`${name.padEnd(40)} ${count}\n`);
  return Object.values(zeros).some((count) => count > 0);
}

async function insist(
  running: LocalStack,
  method: string,
  path: string,
  body?: unknown,
): Promise<Record<string, unknown>> {
  for (let tries = 0; tries < 20; tries += 1) {
    const answer = await running.api(method, path, body).catch(() => null);
    if (answer !== null && answer.status < 300) return answer.body as Record<string, unknown>;
    if (answer !== null && answer.status < 500)
      throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    await pause(500);
  }
  throw new Error(`${method} ${path} was not answered`);
}

async function inParallel<T>(items: readonly T[], width: number, work: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const worker = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: width }, worker));
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

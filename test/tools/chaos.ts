/**
 * `npm run chaos -- --calls 60`: many simulated calls through the real worker and D1, with a share of every fault the simulator
 * knows on the line, in Telnyx' API and storage and on the way of its webhooks; `--kills` of the worker and `--outages` of D1
 * come on top. The oracle is what each patient really heard, pressed and said before the hang-up, and what Telnyx recorded.
 * Ends with 1 unless all zeros are zeros.
 */
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { CallRecord } from '../../src/simulator/call-record.ts';
import { compareWithRecords } from '../../src/simulator/compare-with-note.ts';
import type { Persona } from '../../src/simulator/persona.ts';
import { Random } from '../../src/simulator/random.ts';
import { disturb, killWorker, lockDatabase } from './disturbances.ts';
import { insist, placeCall, registerPatient } from './front-desk.ts';
import { type LocalStack, startLocalStack } from './local-stack.ts';
import { manyPatients } from './many-patients.ts';
import { judgeRecordings, type StoredRecordings } from './stored-recordings.ts';

const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: '60' },
    live: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    'fault-rate': { type: 'string', default: '0.05' },
    kills: { type: 'string', default: '0' },
    outages: { type: 'string', default: '0' },
    /** Whether the worker keeps recordings, and is judged by them. */
    recordings: { type: 'boolean', default: false },
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
/** Telnyx' longest wait between two attempts, and a little. */
const RETRY_MS = 31_000;
const OUTAGE_MS = [2_000, 6_000] as const;

/**
 * A worker that is killed is away for seconds, which at 20 times the speed are minutes to a patient: calls would end by their time
 * limit of 15 minutes, and not as they are to be judged.
 */
const speed = Number(values.kills) + Number(values.outages) > 0 ? 10 : 20;

// So that a run which is broken off takes its worker along.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
const patients = manyPatients(calls);
const stack = await startLocalStack({
  keep: false,
  speed,
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
    lineFaults: {
      ...{ missingVerdicts: rate, expiredLinks: rate },
      ...{ recordingErrors: rate, unannouncedRecordings: rate, lateRecordings: rate },
      ...{ failedDownloads: rate, errorPages: rate, cutDownloads: rate, slowDownloads: rate },
    },
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
  const disturbed = Promise.all(disturbances(stack));
  // A worker that does not come back is told of at once, and fails the run below.
  disturbed.catch((error: unknown) => process.stdout.write(`${String(error)}\n`));
  await inParallel(patients, live, async (patient) => {
    const result = await call(stack, patient).catch((error: Error) => ({
      status: 'open',
      differences: [error.message],
    }));
    results.push(result);
    for (const difference of result.differences) process.stdout.write(`${patient.id}: ${difference}\n`);
    if (results.length % 20 === 0) process.stdout.write(`${results.length} of ${calls} calls\n`);
  });
  const [kills, outages] = await disturbed;
  const stored = values.recordings ? await judgeRecordings(stack) : null;
  for (const problem of stored?.problems ?? []) process.stdout.write(`${problem}\n`);
  const inventory = await stack.telnyx.engine.recordings.inventory();
  failed = report(stack, { kills, outages, 'recordings expected': inventory.length }, stored);
} finally {
  await stack.stop();
}
process.exit(failed ? 1 : 0);

/** What befalls the worker, each kind in a row of its own. */
function disturbances(running: LocalStack): [Promise<number>, Promise<number>] {
  const { engine } = running.telnyx;
  const run = {
    calls,
    finished: () => results.length,
    isLive: () => [...engine.legs.values()].some(({ phase }) => phase !== 'ended'),
  };
  const seeds = new Random(Number(values.seed) + 1);
  const [ofKills, ofOutages] = [new Random(seeds.next() * 2 ** 32), new Random(seeds.next() * 2 ** 32)];
  const [least, most] = OUTAGE_MS;
  return [
    disturb(run, Number(values.kills), ofKills, () => timed('killed', killWorker(running.worker))),
    disturb(run, Number(values.outages), ofOutages, () =>
      timed('D1 locked', lockDatabase(running.stateFolder, least + ofOutages.next() * (most - least))),
    ),
  ];
}

/** For whoever reads what became of a call. */
async function timed(what: string, lasting: Promise<void>): Promise<void> {
  const from = new Date();
  await lasting;
  process.stdout.write(`${what} ${from.toISOString()} to ${new Date().toISOString()}\n`);
}

async function call(running: LocalStack, patient: Persona): Promise<Result> {
  const patientId = await registerPatient(running, patient);
  const callId = await placeCall(running, patient, patientId);
  const differences = await judged(running, callId, []);
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
    if (found?.status === 200 && FINAL.has(status) && isOver(running, callId) && isTold(running, callId)) break;
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

/** Whether every event of the call has arrived, or will never: what came while the worker was down is on its way still. */
function isTold(running: LocalStack, callId: string): boolean {
  const { engine } = running.telnyx;
  const ids = new Set(engine.calls().flatMap((each) => (each.callId === callId ? [each.callControlId] : [])));
  const recent = engine.deliveries.filter(({ at, callControlId, status }) => {
    const isRetried = status === 0 || status === 408 || status === 429 || status >= 500;
    return isRetried && ids.has(callControlId) && at > Date.now() - RETRY_MS;
  });
  if (recent.length === 0) return true;
  const lost = engine.lostEvents;
  return !recent.some(({ eventId }) => lost.has(eventId));
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
function report(running: LocalStack, more: Record<string, number>, stored: StoredRecordings | null): boolean {
  const { engine } = running.telnyx;
  const legs = engine.calls();
  const byStatus = Object.groupBy(results, ({ status }) => status);
  const commands = engine.callEvents.filter(({ type }) => type === 'command');
  const recorders = commands.filter(({ name }) => name === 'record_start' || name === 'transcription_start');
  const early = recorders.filter(({ callControlId, at }) => {
    const { asks } = engine.legs.get(callControlId)?.record ?? { asks: [] };
    // A consent whose event was late is asked for again: what counts is what the patient had said by then.
    const last = asks.findLast(
      ({ step, outcome, endedAt }) => step === 'consent' && outcome === 'valid' && (endedAt ?? at) <= at,
    );
    return last?.digits !== '1';
  });
  for (const { callControlId, name, at } of early) {
    const { callId, asks } = engine.legs.get(callControlId)?.record ?? { callId: null, asks: [] };
    const consents = asks.filter(({ step }) => step === 'consent');
    process.stdout.write(`${callId}: ${name} at ${new Date(at).toISOString()}, consent ${JSON.stringify(consents)}\n`);
  }
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
    'downloads that showed the API key': engine.recordings.attempts.filter((each) => each.has_authorization).length,
    ...(stored === null ? {} : { 'recordings not as they should be': stored.problems.length }),
  };
  const rows = {
    calls: results.length,
    'rung back': legs.filter(({ direction }) => direction === 'incoming').length,
    'questions heard': asked,
    'webhook deliveries': engine.deliveries.length,
    'of them lost, doubled or late': engine.deliveries.filter(({ status }) => status !== 200).length,
    'events lost for good': engine.lostEvents.size,
    'recorders started': recorders.length,
    ...more,
    ...(stored === null
      ? {}
      : { 'recordings stored': stored.stored, 'recordings left at Telnyx': stored.leftAtTelnyx }),
    seconds: Math.round((Date.now() - startedAt) / 1000),
    ...Object.fromEntries(Object.entries(byStatus).map(([status, of]) => [`ended ${status}`, of?.length ?? 0])),
    ...zeros,
  };
  for (const [name, count] of Object.entries(rows)) process.stdout.write(`${name.padEnd(40)} ${count}\n`);
  return Object.values(zeros).some((count) => count > 0);
}

async function inParallel<T>(items: readonly T[], width: number, work: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const worker = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: width }, worker));
}

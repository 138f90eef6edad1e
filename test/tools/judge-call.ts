/**
 * One call that is over, judged from outside: what is stored of it against what its patient really heard, pressed and said before
 * the hang-up, and against what Telnyx told. Waits until the call is over on both sides, and until Telnyx has told all it will.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { CallRecord } from '../../src/simulator/call-record.ts';
import { compareWithRecords } from '../../src/simulator/compare-with-note.ts';
import { insist } from './front-desk.ts';
import type { LocalStack } from './local-stack.ts';

export interface Judged {
  readonly status: string;
  readonly differences: readonly string[];
  /** Of the patient's end; null when it never rang. */
  readonly record: CallRecord | null;
}

const FINAL = new Set(
  'completed partial declined voicemail no_answer busy failed canceled opted_out wrong_person'.split(' '),
);
/** A call, its ring-back and everything that is retried in between are over by then, in real time. */
const CALL_LIMIT_MS = 240_000;
/** Telnyx' longest wait between two attempts, and a little. */
const RETRY_MS = 31_000;

export async function judgeCall(
  running: LocalStack,
  callId: string,
  earlier: readonly CallRecord[] = [],
): Promise<Judged> {
  await untilOver(running, callId);
  // What comes late after the hang-up makes the note's next version.
  await pause(1500);
  return compareCall(running, callId, earlier);
}

async function untilOver(running: LocalStack, callId: string): Promise<void> {
  const deadline = Date.now() + CALL_LIMIT_MS;
  for (;;) {
    if (Date.now() > deadline) throw new Error(`${callId} is still open`);
    // The line is asked first: it costs no request, and with many calls at a time they are limited by the minute (SE-03).
    if (isOver(running, callId) && isTold(running, callId)) {
      const found = await running.api('GET', `/api/calls/${callId}`).catch(() => null);
      const status = String((found?.body as { status?: string } | null)?.status);
      if (found?.status === 200 && FINAL.has(status)) return;
    }
    await pause(500);
  }
}

/** Of a call that is over and told. `earlier`: of the calls that this one goes on with. */
export async function compareCall(
  running: LocalStack,
  callId: string,
  earlier: readonly CallRecord[] = [],
): Promise<Judged> {
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

/** Null for a call that leaves none. */
export async function noteOf(running: Pick<LocalStack, 'api'>, callId: string): Promise<unknown> {
  for (;;) {
    const found = await running.api('GET', `/api/calls/${callId}/intake-data`).catch(() => null);
    if (found?.status === 200) return found.body;
    if ((found?.body as { code?: string } | null)?.code === 'no_note') return null;
    await pause(500);
  }
}

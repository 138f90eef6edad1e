/**
 * Whether the clinic keeps, byte for byte, what Telnyx recorded, and has deleted it there. Judged when all calls are over: a
 * recording may be made seconds after the hang-up, and is then fetched, stored and deleted in the worker's own time.
 */
import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { InventoryItem, Recordings } from '../../src/simulator/recordings.ts';
import { insist } from './front-desk.ts';
import type { LocalStack } from './local-stack.ts';

/** The longest that the simulator takes to make a late one; then the time for all of them to be stored and deleted. */
const DEFAULT_TIMES = { latestMs: 9_000, limitMs: 180_000 };

type Running = Pick<LocalStack, 'api' | 'bytes'> & {
  readonly telnyx: { readonly engine: { readonly recordings: Pick<Recordings, 'inventory'> } };
};

export interface StoredRecordings {
  readonly stored: number;
  readonly leftAtTelnyx: number;
  /** One line for each that is not as it should be. */
  readonly problems: readonly string[];
}

export async function judgeRecordings(running: Running, times = DEFAULT_TIMES): Promise<StoredRecordings> {
  await pause(times.latestMs);
  const deadline = Date.now() + times.limitMs;
  const problems: string[] = [];
  let stored = 0;
  for (const recording of await running.telnyx.engine.recordings.inventory()) {
    const problem = await problemOf(running, recording, deadline);
    if (problem === null) stored += 1;
    else problems.push(`recording of ${recording.call_id}: ${problem}`);
  }
  let left = await leftAtTelnyx(running);
  while (left.length > 0 && Date.now() < deadline) {
    await pause(500);
    left = await leftAtTelnyx(running);
  }
  problems.push(...left.map(({ call_id: callId }) => `recording of ${callId}: not deleted at Telnyx`));
  return { stored, leftAtTelnyx: left.length, problems };
}

async function problemOf(running: Running, recording: InventoryItem, deadline: number): Promise<string | null> {
  if (recording.call_id === null) return 'of no call the worker knows';
  const path = `/api/calls/${recording.call_id}`;
  let status = '';
  for (;;) {
    ({ status } = (await insist(running, 'GET', path)).recording as { status: string });
    if (status === 'ready' || status === 'failed' || Date.now() > deadline) break;
    await pause(500);
  }
  if (status !== 'ready') return `is ${status}`;
  const audio = await running.bytes(`${path}/recording`).catch(() => null);
  if (audio === null || audio.status !== 200) return `cannot be fetched: ${audio?.status ?? 'no answer'}`;
  const sha256 = createHash('sha256').update(audio.body).digest('hex');
  return sha256 === recording.sha256 ? null : `${audio.body.length} other bytes than the ${recording.bytes} recorded`;
}

async function leftAtTelnyx(running: Running): Promise<InventoryItem[]> {
  const recordings = await running.telnyx.engine.recordings.inventory();
  return recordings.filter(({ deleted_at: deletedAt }) => deletedAt === null);
}

/** How often the faulty queues lost and doubled a message, by the lines that `faulty-entry.ts` leaves in the worker's log. */
import { readFileSync } from 'node:fs';
import path from 'node:path';

const LINE = /\{"event":"queue\.fault","queue":"(\w+)","fault":"(\w+)"\}/g;

export function countQueueFaults(stateFolder: string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const [, queue, fault] of readFileSync(path.join(stateFolder, 'worker.log'), 'utf8').matchAll(LINE)) {
    const name = `queue messages ${fault}, ${queue}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

/**
 * A message that asks for nothing, put into a queue to see it come out. Whoever consumes the queue notes that it came; the doctor
 * that sent it looks for the note.
 */
import type { Env } from '../env.ts';
import { database } from './database.ts';
import { noteSign, readSigns, type SignName } from './signs.ts';

export type QueueSign = Extract<SignName, 'dial_queue' | 'job_queue'>;

const PROBE = /^probe_[0-9a-f-]{36}$/;

/** The id of a probe; null: a hint about work. */
function probeIn(body: unknown): string | null {
  const id = typeof body === 'object' && body !== null && 'probe_id' in body ? body.probe_id : null;
  return typeof id === 'string' && PROBE.test(id) ? id : null;
}

export async function sendProbe(env: Env, name: QueueSign): Promise<string> {
  const probe_id = `probe_${crypto.randomUUID()}`;
  const queue: Queue<unknown> = name === 'dial_queue' ? env.DIAL_QUEUE : env.JOB_QUEUE;
  await queue.send({ probe_id });
  return probe_id;
}

/** True: it was a probe, and is done. */
export async function tookProbe(env: Env, name: QueueSign, message: Message<unknown>): Promise<boolean> {
  const id = probeIn(message.body);
  if (id === null) return false;
  try {
    // However soon after another: somebody waits for this one.
    await noteSign(database(env), name, { at: Date.now(), code: id }, 0);
  } catch {
    // Whoever waits sees that it did not come; to try again would be too late for them.
  }
  message.ack();
  return true;
}

export async function hasComeThrough(env: Env, name: QueueSign, probeId: string): Promise<boolean> {
  return (await readSigns(database(env)))[name]?.code === probeId;
}

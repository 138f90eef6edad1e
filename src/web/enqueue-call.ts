/** A placed call on its way to the dialer; what cannot be told now is told by the sweep. */
import type { Env } from '../env.ts';
import { log } from '../log.ts';

export async function enqueueCall(
  env: Env,
  { attemptId, callId }: { readonly attemptId: string; readonly callId: string },
): Promise<void> {
  try {
    await env.DIALER.getByName('dialer').enqueue(attemptId, callId);
  } catch {
    log.error('call.not_enqueued', { call_id: callId, attempt_id: attemptId });
  }
}

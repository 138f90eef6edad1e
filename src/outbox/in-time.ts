/** An exchange with a system of the clinic that has its end, and gives up as an outcome. Messages of errors stay inside: they can hold anything. */
import type { SinkOutcome } from './sink.ts';

/** What the work throws, or has thrown at it when the time is over, is no answer. */
export async function inTime(
  timeoutMs: number,
  work: (signal: AbortSignal) => Promise<SinkOutcome>,
): Promise<SinkOutcome> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), timeoutMs);
  try {
    return await work(controller.signal);
  } catch {
    const code = controller.signal.aborted ? 'timed_out' : 'unreachable';
    return { kind: 'try_again', code, httpStatus: null, retryAfterMs: null };
  } finally {
    clearTimeout(timer);
  }
}

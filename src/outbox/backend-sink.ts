/**
 * The clinic's own system: a POST of JSON, signed as Standard Webhooks has it, so that the receiver can tell whom it is from, that it was
 * not changed, and whether it has it already. The key goes to that one address and follows no redirect. It is the clinic's: no vendor.
 */
import { Webhook } from 'standardwebhooks';
import { judgeAnswer } from '../domain/delivery/judge-answer.ts';
import type { BackendSettings } from '../env.ts';
import { retryAfterOf } from './retry-after.ts';
import type { Sink, SinkOutcome } from './sink.ts';

const TIMEOUT_MS = 10_000;

export function backendSink({ url, key, secret }: BackendSettings, timeoutMs: number = TIMEOUT_MS): Sink {
  const post = async (id: string, body: string, now: number): Promise<SinkOutcome> => {
    const headers = {
      'Content-Type': 'application/json',
      'User-Agent': 'telnyx-edge-intake',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(now / 1000)),
      'webhook-signature': new Webhook(secret).sign(id, new Date(now), body),
      ...(key === '' ? {} : { Authorization: `Bearer ${key}` }),
    };
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), timeoutMs);
    try {
      const response = await fetch(url, {
        ...{ method: 'POST', redirect: 'manual', signal: controller.signal, headers, body },
      });
      const { status } = response;
      const retryAfterMs = retryAfterOf(response.headers.get('Retry-After'), Date.now());
      // The status is the answer; whatever else comes may quote what was sent.
      await response.body?.cancel().catch(() => undefined);
      return { ...judgeAnswer(status), httpStatus: status, retryAfterMs };
    } catch {
      const code = controller.signal.aborted ? 'timed_out' : 'unreachable';
      return { kind: 'try_again', code, httpStatus: null, retryAfterMs: null };
    } finally {
      clearTimeout(timer);
    }
  };
  return {
    name: 'backend',
    host: new URL(url).host,
    deliver: (id, handover, now) => post(id, JSON.stringify(handover), now),
    test: (now) => post(`test_${crypto.randomUUID()}`, JSON.stringify({ test: true }), now),
  };
}

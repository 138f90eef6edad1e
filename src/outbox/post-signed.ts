/**
 * A POST of JSON, signed as Standard Webhooks has it, so that the receiver can tell whom it is from, that it was not changed, and whether it
 * has it already. The key goes to that one address and follows no redirect.
 */
import { Webhook } from 'standardwebhooks';
import { judgeAnswer } from '../domain/delivery/judge-answer.ts';
import type { WebhookSettings } from '../domain/delivery/sink-settings.ts';
import { inTime } from './in-time.ts';
import { retryAfterOf } from './retry-after.ts';
import type { SinkOutcome } from './sink.ts';

const TIMEOUT_MS = 10_000;

export const postSigned = (
  { url, key, secret }: WebhookSettings,
  id: string,
  message: object,
  now: number,
  timeoutMs: number = TIMEOUT_MS,
): Promise<SinkOutcome> =>
  inTime(timeoutMs, async (signal) => {
    const body = JSON.stringify(message);
    const headers = {
      'Content-Type': 'application/json',
      'User-Agent': 'telnyx-edge-intake',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(now / 1000)),
      'webhook-signature': new Webhook(secret).sign(id, new Date(now), body),
      ...(key === '' ? {} : { Authorization: `Bearer ${key}` }),
    };
    const response = await fetch(url, { ...{ method: 'POST', redirect: 'manual', signal, headers, body } });
    const { status } = response;
    const retryAfterMs = retryAfterOf(response.headers.get('Retry-After'), Date.now());
    // The status is the answer; whatever else comes may quote what was sent.
    await response.body?.cancel().catch(() => undefined);
    return { ...judgeAnswer(status), httpStatus: status, retryAfterMs };
  });

/** Without anything of anybody, under an id of its own. */
export const postTest = (settings: WebhookSettings, now: number): Promise<SinkOutcome> =>
  postSigned(settings, `test_${crypto.randomUUID()}`, { test: true }, now);

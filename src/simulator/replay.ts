/** Sends the webhooks of a saved log once more: the same bytes, in the same order, at the same distances, freshly signed. */
import type { Clock } from './clock.ts';
import type { LogEntry } from './event-log.ts';
import { wallClock } from './wall-clock.ts';
import type { Deliver } from './webhook-delivery.ts';
import { signedHeaders, type WebhookSigner } from './webhook-signer.ts';

export interface ReplaySettings {
  readonly signer: WebhookSigner;
  readonly clock?: Clock;
  /** In place of the URL of each webhook. */
  readonly url?: string;
}

/** Resolves with the statuses when the last is answered. Under a virtual clock, let time pass before awaiting it. */
export function replay(log: readonly LogEntry[], deliver: Deliver, settings: ReplaySettings): Promise<number[]> {
  const { signer, clock = wallClock } = settings;
  const sent = log.filter((entry) => entry.kind === 'webhook').filter(({ body }) => body !== '');
  const startedAt = sent[0]?.at ?? 0;
  return Promise.all(
    sent.map(
      ({ at, url, body }) =>
        new Promise<number>((resolve) => {
          clock.after(at - startedAt, async () => {
            const headers = await signedHeaders(signer, clock.now(), body);
            const answer = await deliver(settings.url ?? url, headers, body).catch(() => ({ status: 0 }));
            resolve(answer.status);
          });
        }),
    ),
  );
}

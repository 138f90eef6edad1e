/**
 * Delivery of events: signed, in order per call unless a fault says otherwise, and again when the answer asks for it.
 * A failed first attempt does not hold back what comes after it: that, and not only faults, is how order is lost.
 */
import type { Clock } from './clock.ts';
import type { Random } from './random.ts';
import type { WebhookSigner } from './webhook-signer.ts';

/** Telnyx publishes no schedule; this one is ours. Protocol time, never shortened. */
export const retryDelaysMs: readonly number[] = [500, 1_000, 2_000, 4_000, 8_000, 15_000, 30_000];

/** Sends one body; resolves with the status, rejects on a network error or after the 2 s that Telnyx waits. */
export type Deliver = (url: string, headers: Record<string, string>, body: string) => Promise<{ status: number }>;

export interface WebhookEvent {
  readonly id: string;
  readonly type: string;
  readonly callControlId: string;
  readonly callSessionId: string;
  readonly data: object;
}

export interface WebhookFaults {
  /** Chance that an event is delivered once more. */
  readonly duplicate?: number;
  /** Chance that an event is held back and overtaken. */
  readonly reorder?: number;
  /** Chance that an event is lost, or which events are. */
  readonly drop?: number | ((event: WebhookEvent) => boolean);
  /** Added before every delivery. */
  readonly delayMs?: number;
}

export interface DeliveryAttempt {
  readonly at: number;
  readonly eventId: string;
  readonly eventType: string;
  readonly callControlId: string;
  readonly attempt: number;
  /** 0: no answer; -1: dropped by a fault. */
  readonly status: number;
}

export interface DeliverySettings {
  readonly clock: Clock;
  readonly random: Random;
  readonly signer: WebhookSigner;
  readonly deliver: Deliver;
  readonly latencyMs: number;
  readonly bodies: 'compact' | 'pretty' | 'mixed';
}

interface Item {
  readonly event: WebhookEvent;
  readonly url: string;
}

export class WebhookDelivery {
  faults: WebhookFaults;
  readonly attempts: DeliveryAttempt[] = [];
  readonly #settings: DeliverySettings;
  /** One line per call session; present while it is being worked off. */
  readonly #lines = new Map<string, Item[]>();

  constructor(settings: DeliverySettings, faults: WebhookFaults = {}) {
    this.#settings = settings;
    this.faults = faults;
  }

  enqueue(event: WebhookEvent, url: string): void {
    const { clock, random, latencyMs } = this.#settings;
    const { drop = 0, duplicate = 0, reorder = 0, delayMs = 0 } = this.faults;
    if (typeof drop === 'function' ? drop(event) : random.chance(drop)) {
      this.#note(event, 1, -1);
      return;
    }
    const item = { event, url };
    if (random.chance(duplicate)) {
      clock.after(latencyMs + delayMs + random.next() * 3_000, () => this.#attempt(item, 2, false));
    }
    if (random.chance(reorder)) {
      clock.after(latencyMs + delayMs + random.next() * 1_000, () => this.#attempt(item, 1, true));
      return;
    }
    const line = this.#lines.get(event.callSessionId);
    if (line !== undefined) {
      line.push(item);
      return;
    }
    const started = [item];
    this.#lines.set(event.callSessionId, started);
    this.#workOff(event.callSessionId, started);
  }

  #workOff(key: string, line: Item[]): void {
    const item = line[0];
    if (item === undefined) {
      this.#lines.delete(key);
      return;
    }
    this.#settings.clock.after(this.#settings.latencyMs + (this.faults.delayMs ?? 0), async () => {
      await this.#attempt(item, 1, true);
      line.shift();
      this.#workOff(key, line);
    });
  }

  async #attempt(item: Item, attempt: number, retries: boolean): Promise<void> {
    const { clock, signer, deliver } = this.#settings;
    const body = this.#write(item, attempt);
    const timestamp = String(Math.floor(clock.now() / 1000));
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'telnyx-webhooks',
      'telnyx-signature-ed25519': await signer.sign(timestamp, body),
      'telnyx-timestamp': timestamp,
    };
    const status = await deliver(item.url, headers, body).then(
      (answer) => answer.status,
      () => 0,
    );
    this.#note(item.event, attempt, status);
    const delay = retryDelaysMs[attempt - 1];
    if (retries && delay !== undefined && isRetried(status)) {
      clock.after(delay, () => this.#attempt(item, attempt + 1, true));
    }
  }

  #write(item: Item, attempt: number): string {
    const { bodies, random } = this.#settings;
    const pretty = bodies === 'pretty' || (bodies === 'mixed' && random.chance(0.5));
    const envelope = { data: item.event.data, meta: { attempt, delivered_to: item.url } };
    return JSON.stringify(envelope, null, pretty ? 2 : 0);
  }

  #note(event: WebhookEvent, attempt: number, status: number): void {
    const { id: eventId, type: eventType, callControlId } = event;
    this.attempts.push({ at: this.#settings.clock.now(), eventId, eventType, callControlId, attempt, status });
  }
}

function isRetried(status: number): boolean {
  return status === 0 || status === 408 || status === 429 || status >= 500;
}

/**
 * Delivery of events: signed, in order per call unless a fault says otherwise, and again when the answer asks for it.
 * A failed first attempt does not hold back what comes after it: that, and not only faults, is how order is lost.
 */
import type { Clock } from './clock.ts';
import type { Random } from './random.ts';
import { signedHeaders, type WebhookSigner } from './webhook-signer.ts';

/** Telnyx publishes no schedule; this one is ours. Protocol time, never shortened. */
export const retryDelaysMs: readonly number[] = [500, 1_000, 2_000, 4_000, 8_000, 15_000, 30_000];

/** So often in a row the application's own URL must fail before the other is tried. */
const attemptsAtPrimary = 2;
const defaultLateByMs = [500, 6_000] as const;

/** Sends one body; resolves with the status, rejects on a network error or after the 2 s that Telnyx waits. */
export type Deliver = (url: string, headers: Record<string, string>, body: string) => Promise<{ status: number }>;

export interface WebhookEvent {
  readonly id: string;
  readonly type: string;
  readonly callControlId: string;
  readonly callSessionId: string;
  readonly data: object;
  /** What may come seconds after the hang-up: the ends of things, words, recordings. */
  readonly isLast?: boolean;
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
  /** Added before every delivery, up to so much, by chance. */
  readonly jitterMs?: number;
  /** Chance that something which ends with the call, or after it, comes seconds late. */
  readonly lateAfterHangup?: number;
  /** How late, at least and at most. */
  readonly lateByMs?: readonly [number, number];
  /** Chance that a payload holds a field nobody documented. */
  readonly extraFields?: number;
  /** Chance that an event of an unknown type follows. */
  readonly unknownEvents?: number;
}

export interface DeliveryAttempt {
  readonly at: number;
  readonly eventId: string;
  readonly eventType: string;
  readonly callControlId: string;
  readonly attempt: number;
  /** 0: no answer; -1: dropped by a fault. */
  readonly status: number;
  readonly url: string;
}

export interface DeliverySettings {
  readonly clock: Clock;
  readonly random: Random;
  readonly signer: WebhookSigner;
  readonly deliver: Deliver;
  readonly latencyMs: number;
  readonly bodies: 'compact' | 'pretty' | 'mixed';
  /** Tried after two failed attempts in a row. */
  readonly failoverUrl?: string;
  /** Hears of every attempt, with its body. */
  readonly onAttempt?: (attempt: DeliveryAttempt, body: string) => void;
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

  /** Ids of events that no attempt has brought to the worker so far. */
  lostEvents(): Set<string> {
    const lost = new Set<string>();
    const arrived = new Set<string>();
    for (const { eventId, status } of this.attempts) {
      if (status >= 200 && status < 300) arrived.add(eventId);
      else lost.add(eventId);
    }
    for (const eventId of arrived) lost.delete(eventId);
    return lost;
  }

  enqueue(event: WebhookEvent, url: string): void {
    const { clock, random, latencyMs } = this.#settings;
    const { drop = 0, duplicate = 0, reorder = 0, delayMs = 0, lateAfterHangup = 0 } = this.faults;
    if (typeof drop === 'function' ? drop(event) : random.chance(drop)) {
      this.#note({ event, url }, 1, -1, '');
      return;
    }
    const item = { event, url };
    if (random.chance(duplicate)) {
      clock.after(latencyMs + delayMs + random.next() * 3_000, () => this.#attempt(item, 2, false));
    }
    if (event.isLast === true && random.chance(lateAfterHangup)) {
      const [least, most] = this.faults.lateByMs ?? defaultLateByMs;
      clock.after(latencyMs + least + random.next() * (most - least), () => this.#attempt(item, 1, true));
      return;
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
    const { delayMs = 0, jitterMs = 0 } = this.faults;
    const { clock, latencyMs, random } = this.#settings;
    const waitMs = latencyMs + delayMs + (jitterMs > 0 ? random.next() * jitterMs : 0);
    clock.after(waitMs, async () => {
      await this.#attempt(item, 1, true);
      line.shift();
      this.#workOff(key, line);
    });
  }

  async #attempt(item: Item, attempt: number, retries: boolean): Promise<void> {
    const { clock, signer, deliver, failoverUrl } = this.#settings;
    const url = attempt > attemptsAtPrimary && failoverUrl !== undefined ? failoverUrl : item.url;
    const body = this.#write(item.event, url, attempt);
    const headers = await signedHeaders(signer, clock.now(), body);
    const status = await deliver(url, headers, body).then(
      (answer) => answer.status,
      () => 0,
    );
    this.#note({ event: item.event, url }, attempt, status, body);
    const delay = retryDelaysMs[attempt - 1];
    if (retries && delay !== undefined && isRetried(status)) {
      clock.after(delay, () => this.#attempt(item, attempt + 1, true));
    }
  }

  #write(event: WebhookEvent, url: string, attempt: number): string {
    const { bodies, random } = this.#settings;
    const pretty = bodies === 'pretty' || (bodies === 'mixed' && random.chance(0.5));
    const envelope = { data: event.data, meta: { attempt, delivered_to: url } };
    return JSON.stringify(envelope, null, pretty ? 2 : 0);
  }

  #note({ event, url }: Item, attempt: number, status: number, body: string): void {
    const { id: eventId, type: eventType, callControlId } = event;
    const made = { at: this.#settings.clock.now(), eventId, eventType, callControlId, attempt, status, url };
    this.attempts.push(made);
    this.#settings.onAttempt?.(made, body);
  }
}

function isRetried(status: number): boolean {
  return status === 0 || status === 408 || status === 429 || status >= 500;
}

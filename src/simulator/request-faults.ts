/** Failures of the API: asked for in advance for the next matching requests, or by chance for any of them. */
import type { Random } from './random.ts';

export interface RequestFault {
  /** Matched against the path, such as `/v2/calls`; every path when left out. */
  readonly path?: RegExp;
  readonly method?: string;
  /** The status to answer with. */
  readonly status?: number;
  /** The Telnyx error code beside it. */
  readonly code?: string;
  /** How many requests it hits; 1 when left out. */
  readonly times?: number;
  /** Never answers. */
  readonly hang?: boolean;
  /** The command takes effect all the same, and only its answer is lost. */
  readonly applied?: boolean;
  /** Answers this much later, in protocol time. */
  readonly delayMs?: number;
}

/** Chances, each of one request. */
export interface RequestFaultRates {
  /** 429 with 10011, without effect. */
  readonly tooMany?: number;
  /** 500 or 503 with 10007. */
  readonly serverError?: number;
  /** No answer at all. */
  readonly noAnswer?: number;
  /** Chance that a request without a proper answer took effect all the same; a half when left out. */
  readonly applied?: number;
  /** An answer after `slowMs`, which is 3 s when left out. Protocol time. */
  readonly slow?: number;
  readonly slowMs?: number;
  /** Dial answers when its first webhooks are long delivered. */
  readonly dialAfterWebhook?: number;
}

const defaultSlowMs = 3_000;
const dialAfterWebhookMs = 400;

export function drawFault(random: Random, rates: RequestFaultRates, method: string, path: string): RequestFault | null {
  if (random.chance(rates.tooMany ?? 0)) return { status: 429, code: '10011' };
  const isApplied = (): boolean => random.chance(rates.applied ?? 0.5);
  if (random.chance(rates.serverError ?? 0)) {
    return { status: random.chance(0.5) ? 503 : 500, code: '10007', applied: isApplied() };
  }
  if (random.chance(rates.noAnswer ?? 0)) return { hang: true, applied: isApplied() };
  if (random.chance(rates.slow ?? 0)) return { delayMs: rates.slowMs ?? defaultSlowMs };
  const isDial = method === 'POST' && path === '/v2/calls';
  if (isDial && random.chance(rates.dialAfterWebhook ?? 0)) return { delayMs: dialAfterWebhookMs };
  return null;
}

export class RequestFaults {
  #waiting: { readonly fault: RequestFault; left: number }[] = [];

  add(fault: RequestFault): void {
    this.#waiting.push({ fault, left: fault.times ?? 1 });
  }

  clear(): void {
    this.#waiting = [];
  }

  take(method: string, path: string): RequestFault | null {
    const hit = this.#waiting.find(
      ({ fault }) =>
        (fault.path === undefined || fault.path.test(path)) && (fault.method === undefined || fault.method === method),
    );
    if (hit === undefined) return null;
    hit.left -= 1;
    this.#waiting = this.#waiting.filter(({ left }) => left > 0);
    return hit.fault;
  }
}

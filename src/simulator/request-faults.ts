/** Failures asked for in advance: the next matching API requests are refused, answered late, or never answered. */
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

/** Tells when something happened often within a short time, as far as this isolate saw it. */
export class Burst {
  readonly #many: number;
  readonly #withinMs: number;
  #times: number[] = [];

  constructor(many: number, withinMs: number) {
    this.#many = many;
    this.#withinMs = withinMs;
  }

  /** Once more, at `now`; whether that makes it many. */
  add(now: number): boolean {
    this.#times = [...this.#times.filter((at) => now - at < this.#withinMs), now].slice(-this.#many);
    return this.#times.length >= this.#many;
  }
}

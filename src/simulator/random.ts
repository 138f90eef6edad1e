/** Seeded chance (mulberry32): the same seed gives the same ids and the same faults. Not for secrets. */
const base64url = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const hexDigits = '0123456789abcdef';

export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 (included) to 1 (excluded). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** Draws nothing for 0, so that a fault that is off changes no id. */
  chance(probability: number): boolean {
    return probability > 0 && this.next() < probability;
  }

  token(length: number): string {
    let text = '';
    for (let index = 0; index < length; index += 1) text += base64url[Math.floor(this.next() * 64)];
    return text;
  }

  hex(length: number): string {
    let text = '';
    for (let index = 0; index < length; index += 1) text += hexDigits[Math.floor(this.next() * 16)];
    return text;
  }

  uuid(): string {
    const variant = '89ab'[Math.floor(this.next() * 4)];
    return `${this.hex(8)}-${this.hex(4)}-4${this.hex(3)}-${variant}${this.hex(3)}-${this.hex(12)}`;
  }
}

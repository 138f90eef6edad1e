/**
 * A clock that moves only when told. Tasks run one at a time, by due time and then by age, and each is awaited, so that
 * a run is the same every time. A binary heap, because a campaign keeps tens of thousands of timers.
 */
import type { Cancel, Clock } from './clock.ts';

interface Timer {
  readonly due: number;
  readonly age: number;
  readonly task: () => void | Promise<void>;
  cancelled: boolean;
}

export class VirtualClock implements Clock {
  #now: number;
  #age = 0;
  readonly #heap: Timer[] = [];
  readonly #settle: () => void | Promise<void>;

  /** `settle` runs after every task: a harness that works off its own queues gives it. */
  constructor(startMs = 1_700_000_000_000, settle: () => void | Promise<void> = () => {}) {
    this.#now = startMs;
    this.#settle = settle;
  }

  now(): number {
    return this.#now;
  }

  after(ms: number, task: () => void | Promise<void>): Cancel {
    this.#age += 1;
    const timer: Timer = { due: this.#now + Math.max(0, ms), age: this.#age, task, cancelled: false };
    this.#push(timer);
    return () => {
      timer.cancelled = true;
    };
  }

  /** Lets `ms` pass, running what falls due on the way. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    while (await this.#runNext(end));
    this.#now = end;
  }

  /** Runs until nothing is left to do, or `limitMs` have passed; says how much time passed. */
  async runUntilIdle(limitMs = Number.POSITIVE_INFINITY): Promise<number> {
    const start = this.#now;
    while (await this.#runNext(start + limitMs));
    return this.#now - start;
  }

  async #runNext(end: number): Promise<boolean> {
    await this.#settle();
    for (let next = this.#heap[0]; next !== undefined && next.due <= end; next = this.#heap[0]) {
      this.#pop();
      if (next.cancelled) continue;
      this.#now = Math.max(this.#now, next.due);
      await next.task();
      return true;
    }
    return false;
  }

  #push(timer: Timer): void {
    const heap = this.#heap;
    let index = heap.push(timer) - 1;
    while (index > 0) {
      const above = (index - 1) >> 1;
      if (!isBefore(timer, heap[above])) break;
      heap[index] = heap[above] as Timer;
      index = above;
    }
    heap[index] = timer;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      let below = 2 * index + 1;
      if (below + 1 < heap.length && isBefore(heap[below + 1] as Timer, heap[below])) below += 1;
      const candidate = heap[below];
      if (candidate === undefined || !isBefore(candidate, last)) break;
      heap[index] = candidate;
      index = below;
    }
    heap[index] = last;
  }
}

function isBefore(a: Timer, b: Timer | undefined): boolean {
  return b === undefined || a.due < b.due || (a.due === b.due && a.age < b.age);
}

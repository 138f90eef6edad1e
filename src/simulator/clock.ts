/**
 * Time as the engine sees it. The wall clock runs it live; the virtual clock runs thousands of calls in seconds and
 * twice the same. A task may be asynchronous; a virtual clock waits for it before time goes on.
 */
export type Cancel = () => void;

export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  after(ms: number, task: () => void | Promise<void>): Cancel;
}

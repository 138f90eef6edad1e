/** The real clock: the only place of the simulator that touches `Date` and timers. */
import type { Clock } from './clock.ts';

export const wallClock: Clock = {
  now: () => Date.now(),
  after(ms, task) {
    const timer = setTimeout(task, ms);
    return () => clearTimeout(timer);
  },
};

/**
 * Telnyx in virtual time as the pace meets it: dials that come too close together are refused, and those past the channels of the account;
 * the others take as long as calls take, and the news of their end comes late, twice, or not at all.
 */
import type { LimitCode } from '../../src/domain/campaign/slow-down.ts';
import type { Random } from '../../src/simulator/random.ts';
import type { VirtualClock } from '../../src/simulator/virtual-clock.ts';

const WINDOW_MS = 5000;
const DIALS_PER_WINDOW = 150;

interface Conduct {
  readonly upTo: number;
  readonly least: number;
  readonly most: number;
}
/** Talked to, not answered, a machine, busy or failed: how many are no more than that, and the seconds that a line is taken. */
const CONDUCTS: readonly Conduct[] = [
  { upTo: 0.45, least: 40, most: 240 },
  { upTo: 0.67, least: 25, most: 30 },
  { upTo: 0.79, least: 15, most: 25 },
  { upTo: 1, least: 1, most: 5 },
];
/** Of a line, in the mean of those above. */
export const MEAN_SECONDS = CONDUCTS.reduce(
  (sum, { upTo, least, most }, n) => sum + (upTo - (CONDUCTS[n - 1]?.upTo ?? 0)) * ((least + most) / 2),
  0,
);

export interface Disturbances {
  /** Shares of all that is told of a call's end. */
  readonly late: number;
  readonly doubled: number;
  readonly lost: number;
}
export const DISTURBED: Disturbances = { late: 0.05, doubled: 0.1, lost: 0.002 };

export class PacingCarrier {
  readonly #clock: VirtualClock;
  readonly #random: Random;
  readonly #channels: number;
  readonly #disturbed: Disturbances;
  #arrived: number[] = [];
  #live = 0;
  mostLive = 0;
  readonly refused = { rate: 0, channels: 0 };

  constructor(clock: VirtualClock, random: Random, channels: number, disturbed: Disturbances) {
    this.#clock = clock;
    this.#random = random;
    this.#channels = channels;
    this.#disturbed = disturbed;
  }

  /** Null: it rings. `ended` is told of the end, however often. */
  dial(ended: () => void): LimitCode | null {
    const now = this.#clock.now();
    this.#arrived = this.#arrived.filter((at) => at > now - WINDOW_MS);
    if (this.#arrived.length >= DIALS_PER_WINDOW) {
      this.refused.rate += 1;
      return '90103';
    }
    this.#arrived.push(now);
    if (this.#live >= this.#channels) {
      this.refused.channels += 1;
      return '90041';
    }
    this.#live += 1;
    this.mostLive = Math.max(this.mostLive, this.#live);
    this.#clock.after(this.#holdMs(), () => {
      this.#live -= 1;
      this.#tell(ended);
    });
    return null;
  }

  #holdMs(): number {
    const drawn = this.#random.next();
    const { least, most } = CONDUCTS.find(({ upTo }) => drawn < upTo) ?? { least: 1, most: 1 };
    return (least + this.#random.next() * (most - least)) * 1000;
  }

  #tell(ended: () => void): void {
    const { late, doubled, lost } = this.#disturbed;
    if (this.#random.chance(lost)) return;
    const delay = () => 50 + this.#random.next() * (this.#random.chance(late) ? 8000 : 350);
    this.#clock.after(delay(), ended);
    if (this.#random.chance(doubled)) this.#clock.after(delay(), ended);
  }
}

/**
 * A list dialled in virtual time by the rules that pace it: hints, the counter and the lines as the Dialer keeps them, in memory, and the
 * product's own decisions of whose turn it is, who gets a permit, and how to give way when Telnyx refuses. What came of it is judged here.
 */
import { LEAD_MS, nextTurn } from '../../src/domain/campaign/fair-share.ts';
import { decidePermit, LINE_WAIT_MS, type Pacer } from '../../src/domain/campaign/pacing.ts';
import { AT_FULL_SPEED, afterRefusal, effectiveLimits } from '../../src/domain/campaign/slow-down.ts';
import { Random } from '../../src/simulator/random.ts';
import { VirtualClock } from '../../src/simulator/virtual-clock.ts';
import { DISTURBED, type Disturbances, MEAN_SECONDS, PacingCarrier } from './pacing-carrier.ts';

export interface PacingCase {
  readonly seed: number;
  readonly people: number;
  readonly ratePerSecond: number;
  readonly maxLiveCalls: number;
  /** That Telnyx gives: when left out, twice as many as were told, so that nothing but our own rule keeps to those. */
  readonly channels?: number;
  readonly disturbed?: Disturbances;
  /** A ledger that is kept wrong, to see that it is found. */
  readonly miskept?: (pacer: Pacer) => Pacer;
}
export interface PacingFigures {
  /** From the first dial to the last. */
  readonly seconds: number;
  /** Of the dials between the first twentieth, which find every line free, and the last, among which some are tried again. */
  readonly perSecond: number;
  /** Of the rate, the account's window and the lines the least: what there could be. */
  readonly possible: number;
  readonly bound: 'rate' | 'window' | 'lines';
  readonly mostInASecond: number;
  readonly mostInFive: number;
  readonly mostLive: number;
  readonly refused: { readonly rate: number; readonly channels: number };
  readonly problems: readonly string[];
}

interface Attempt {
  readonly person: number;
  hintedAt: number;
  state: 'waiting' | 'hinted' | 'taken' | 'gone';
}
interface Asker {
  readonly attempt: Attempt;
  readonly until: number;
}

/** As in src/dialer/dialer.ts. */
const HINT_LATE_MS = 3000;
const HINT_AGAIN_MS = 15_000;
const COUNTER_MS = 2000;
const LEASE_CHECK_MS = 120_000;
const HINTS = 100;
/** Whoever was refused for too much at once is tried again after so long (domain/campaign/retry.ts). */
const AGAIN_MS = 60_000;
/** Of the queue, on the way to the counter. */
const HINTS_LOST = 0.002;
const HINTS_DOUBLED = 0.02;

export async function flyPacing(flown: PacingCase): Promise<PacingFigures> {
  const clock = new VirtualClock();
  const shell = new PacingShell(flown, clock);
  shell.begin();
  // Nothing ends by itself here but time: a list that stands still is found by its end.
  await clock.runUntilIdle();
  return shell.judge();
}

class PacingShell {
  readonly #case: PacingCase;
  readonly #clock: VirtualClock;
  readonly #random: Random;
  readonly #carrier: PacingCarrier;
  /** Whoever waits: those put back before the others. */
  readonly #front: Attempt[] = [];
  #line: Attempt[] = [];
  #next = 0;
  readonly #hinted = new Set<Attempt>();
  readonly #counter = new Set<Asker>();
  #serveAt = Number.POSITIVE_INFINITY;
  #wakeAt = Number.POSITIVE_INFINITY;
  #dialedAt: number[] = [];
  #live = 0;
  #slow = AT_FULL_SPEED;
  readonly #granted: number[] = [];
  readonly #rung: Uint8Array;

  constructor(flown: PacingCase, clock: VirtualClock) {
    this.#case = flown;
    this.#clock = clock;
    this.#random = new Random(flown.seed * 7919 + 11);
    const { channels = 2 * flown.maxLiveCalls, disturbed = DISTURBED } = flown;
    this.#carrier = new PacingCarrier(clock, this.#random, channels, disturbed);
    this.#rung = new Uint8Array(flown.people);
  }

  begin(): void {
    for (let person = 0; person < this.#case.people; person += 1) this.#queue(person);
    this.#pump();
  }

  #queue(person: number): void {
    this.#line.push({ person, hintedAt: 0, state: 'waiting' });
  }

  get #waiting(): number {
    return this.#front.length + this.#line.length - this.#next;
  }

  #pump(): void {
    const now = this.#clock.now();
    for (let sent = 0; this.#waiting > 0; sent += 1) {
      let ahead = 0;
      for (const { hintedAt } of this.#hinted) if (hintedAt > now - HINT_LATE_MS) ahead += 1;
      const queue = { campaignId: 'list', pacer: this.#campaign(), ahead, turn: 0 };
      const next = nextTurn({ ...this.#account(now), ahead }, [queue], now);
      if (next.kind === 'wait' || sent === HINTS) {
        const at = next.kind === 'wait' ? (next.at ?? now + LINE_WAIT_MS) : now + LEAD_MS;
        this.#wake(Math.max(at, now + 1));
        return;
      }
      this.#hint(now);
    }
  }

  #wake(at: number): void {
    if (at >= this.#wakeAt && this.#wakeAt > this.#clock.now()) return;
    this.#wakeAt = at;
    this.#clock.after(at - this.#clock.now(), () => {
      if (this.#wakeAt !== at) return;
      this.#wakeAt = Number.POSITIVE_INFINITY;
      this.#pump();
    });
  }

  #hint(now: number): void {
    const attempt = this.#front.pop() ?? this.#line[this.#next++];
    if (attempt === undefined) throw new Error('somebody was counted who is not there');
    attempt.state = 'hinted';
    attempt.hintedAt = now;
    this.#hinted.add(attempt);
    const arrive = () => this.#clock.after(5 + this.#random.next() * 400, () => this.#ask(attempt));
    if (!this.#random.chance(HINTS_LOST)) arrive();
    if (this.#random.chance(HINTS_DOUBLED)) arrive();
    this.#clock.after(HINT_AGAIN_MS, () => {
      if (attempt.state !== 'hinted' || attempt.hintedAt !== now) return;
      this.#waitAgain(attempt);
      this.#pump();
    });
  }

  #waitAgain(attempt: Attempt): void {
    this.#hinted.delete(attempt);
    attempt.state = 'waiting';
    this.#front.push(attempt);
  }

  #ask(attempt: Attempt): void {
    this.#counter.add({ attempt, until: this.#clock.now() + COUNTER_MS });
    this.#serve();
    this.#pump();
  }

  #serve(): void {
    const now = this.#clock.now();
    let nextAt = Number.POSITIVE_INFINITY;
    for (const asker of this.#counter) {
      const { attempt, until } = asker;
      // Doubled, or put back meanwhile: of those the hint comes again.
      if (attempt.state !== 'hinted') {
        this.#counter.delete(asker);
        continue;
      }
      const permit = decidePermit([this.#account(now), this.#campaign()], now);
      if (permit.permit === 'granted') {
        this.#counter.delete(asker);
        this.#grant(attempt, now);
      } else if (permit.at <= until) nextAt = Math.min(nextAt, permit.at);
      else {
        this.#counter.delete(asker);
        this.#waitAgain(attempt);
      }
    }
    if (nextAt >= this.#serveAt && this.#serveAt > now) return;
    this.#serveAt = nextAt;
    if (nextAt === Number.POSITIVE_INFINITY) return;
    this.#clock.after(nextAt - now, () => {
      if (this.#serveAt !== nextAt) return;
      this.#serveAt = Number.POSITIVE_INFINITY;
      this.#serve();
      this.#pump();
    });
  }

  #grant(attempt: Attempt, now: number): void {
    this.#hinted.delete(attempt);
    attempt.state = 'taken';
    this.#live += 1;
    this.#granted.push(now);
    this.#dialedAt.push(now);
    if (this.#dialedAt.length > 1000) this.#dialedAt = this.#dialedAt.slice(-200);
    this.#clock.after(20 + this.#random.next() * 50, () => this.#dial(attempt));
    this.#checkLease(attempt);
  }

  #dial(attempt: Attempt): void {
    const refused = this.#carrier.dial(() => this.#release(attempt));
    if (refused === null) {
      this.#rung[attempt.person] = (this.#rung[attempt.person] ?? 0) + 1;
      return;
    }
    const now = this.#clock.now();
    this.#slow = afterRefusal(this.#slow, refused, this.#case, this.#live, now);
    this.#release(attempt);
    this.#clock.after(AGAIN_MS, () => {
      this.#queue(attempt.person);
      this.#pump();
    });
  }

  /** Its end was never told: the session finds it by itself. No call lasts as long as two of these. */
  #checkLease(attempt: Attempt): void {
    this.#clock.after(2 * LEASE_CHECK_MS + 10_000, () => this.#release(attempt));
  }

  #release(attempt: Attempt): void {
    if (attempt.state === 'gone') return;
    attempt.state = 'gone';
    this.#live -= 1;
    this.#pump();
  }

  #account(now: number): Pacer {
    return this.#kept({ ...effectiveLimits(this.#slow, this.#case, now), ...this.#ledger() });
  }

  #campaign(): Pacer {
    const { ratePerSecond, maxLiveCalls } = this.#case;
    return this.#kept({ ratePerSecond, maxLiveCalls, ...this.#ledger() });
  }

  #ledger() {
    return { dialedAt: this.#dialedAt, liveCalls: this.#live };
  }

  #kept(pacer: Pacer): Pacer {
    return this.#case.miskept === undefined ? pacer : this.#case.miskept(pacer);
  }

  #inTheMiddle(): number {
    const [from, to] = [0.05, 0.95].map((share) => Math.floor(this.#granted.length * share)) as [number, number];
    return ((to - from) * 1000) / ((this.#granted[to] ?? 0) - (this.#granted[from] ?? 0));
  }

  judge(): PacingFigures {
    const { people, ratePerSecond, maxLiveCalls, channels = maxLiveCalls } = this.#case;
    const seconds = ((this.#granted.at(-1) ?? 0) - (this.#granted[0] ?? 0)) / 1000;
    const [mostInASecond, mostInFive] = [mostWithin(this.#granted, 1000), mostWithin(this.#granted, 5000)];
    const { mostLive, refused } = this.#carrier;
    const rung = this.#rung.reduce((sum, times) => sum + Math.min(times, 1), 0);
    const bounds = { rate: ratePerSecond, window: 150 / 5, lines: Math.min(channels, maxLiveCalls) / MEAN_SECONDS };
    const [bound, possible] = (Object.entries(bounds) as [PacingFigures['bound'], number][]).reduce((least, next) =>
      next[1] < least[1] ? next : least,
    );
    const problems = [
      ...(mostInASecond > ratePerSecond ? [`${mostInASecond} were dialled within a second`] : []),
      ...(mostInFive > 150 ? [`${mostInFive} were dialled within 5 s`] : []),
      ...(mostLive > maxLiveCalls ? [`${mostLive} calls lived at once`] : []),
      ...(this.#rung.some((times) => times > 1) ? ['somebody was rung twice'] : []),
      ...(rung < people ? [`${people - rung} were not rung`] : []),
      ...(this.#live === 0 ? [] : [`${this.#live} lines were never released`]),
    ];
    return {
      ...{ seconds, perSecond: this.#inTheMiddle(), possible, bound, mostInASecond, mostInFive, mostLive },
      ...{ refused, problems },
    };
  }
}

/** In any (t − window, t]. */
function mostWithin(times: readonly number[], windowMs: number): number {
  let [most, from] = [0, 0];
  for (const [n, at] of times.entries()) {
    while ((times[from] ?? at) <= at - windowMs) from += 1;
    most = Math.max(most, n - from + 1);
  }
  return most;
}

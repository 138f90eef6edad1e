/**
 * Campaigns in memory, as the runner, the dialer and the dial queue carry them out together: the gate is asked when a call is
 * promised and again when its turn comes, a while later; attempts are reserved in between, settled and repeated. The gate is the
 * product's, or a broken one; everything that happens is told to `heard`.
 */
import { type AfterGate, afterGate } from '../../src/domain/campaign/after-gate.ts';
import type { decide, EarlierCall, GateCode, GateDecision, GateFacts } from '../../src/domain/campaign/gate.ts';
import { type AfterAttempt, afterAttempt, DEFAULT_RETRY_POLICY } from '../../src/domain/campaign/retry.ts';
import type { CallStatus } from '../../src/domain/intake/call-record.ts';
import type { Random } from '../../src/simulator/random.ts';
import type { VirtualClock } from '../../src/simulator/virtual-clock.ts';
import { usNumber } from '../../src/us-number.ts';
import { type Campaign, DAY_MS, isIn, type Person, placeAt, type World } from './campaign-people.ts';

/** What a judge is told, in order of time. */
export interface Hearer {
  decided(at: number, contact: Contact, code: GateCode | null, step: 'promise' | 'dial'): void;
  reserved(at: number, person: Person): void;
  released(at: number, person: Person): void;
  dialled(at: number, call: Dialled): void;
  suppressed(at: number, number: string): void;
  wrongNumber(at: number, person: Person): void;
  proved(at: number, person: Person): void;
  spent(at: number, campaign: Campaign, nanos: number): void;
  over(at: number, contact: Contact, end: End): void;
}
export interface Contact {
  readonly campaign: Campaign;
  readonly person: Person;
  rings: number;
  /** Calls by how they ended. */
  readonly ended: Map<CallStatus, number>;
}
export interface Dialled {
  readonly contact: Contact;
  readonly dialedAt: number;
  answeredAt: number | null;
  rang: boolean;
}
export type End =
  | { readonly status: 'skipped'; readonly code: Extract<AfterGate, { kind: 'skip' }>['code'] }
  | { readonly status: 'done'; readonly code: Extract<AfterAttempt, { kind: 'done' }>['code'] };

const MINUTE_MS = 60_000;
const CAP_DAYS = 7;
const MINUTE_NANOS = 12_000_000;
/** How soon a campaign that somebody stopped or paused is looked at again. */
const STOPPED_MS = 15 * MINUTE_MS;

interface Conduct {
  readonly status: CallStatus;
  readonly weight: number;
  readonly answers: boolean;
  readonly rings: boolean;
}
const conduct = (status: CallStatus, weight: number, answers: boolean, rings = true): Conduct => ({
  ...{ status, weight, answers, rings },
});
/** What becomes of a call, by weight. `failed`: refused by Telnyx, or answered by someone who cannot say who they are. */
const CONDUCTS: readonly Conduct[] = [
  conduct('completed', 24, true),
  conduct('partial', 8, true),
  conduct('declined', 4, true),
  conduct('opted_out', 1, true),
  conduct('wrong_person', 1, true),
  conduct('failed', 2, true),
  conduct('voicemail', 14, true),
  conduct('no_answer', 30, false),
  conduct('busy', 10, false),
  conduct('failed', 6, false, false),
];
const WEIGHT = CONDUCTS.reduce((sum, { weight }) => sum + weight, 0);

export class CampaignShell {
  readonly #world: World;
  readonly #clock: VirtualClock;
  readonly #random: Random;
  readonly #heard: Hearer;
  readonly #betweenDialsMs: number;
  readonly #gate: typeof decide;
  readonly #suppressed = new Set<string>();
  readonly #wrongNumber = new Set<Person>();
  readonly #reserved = new Map<string, number>();
  /** By person and by number. */
  readonly #calls = new Map<string, Dialled[]>();
  readonly #provedAt = new Map<Person, number>();
  readonly #spentOn = new Map<number | Campaign, number>();
  #lastTurnAt = 0;

  /** `lagMs`: how long a list of everybody takes to be dialled. */
  constructor(world: World, clock: VirtualClock, random: Random, heard: Hearer, lagMs: number, gate: typeof decide) {
    this.#world = world;
    this.#clock = clock;
    this.#random = random;
    this.#heard = heard;
    this.#betweenDialsMs = lagMs / world.people.length;
    this.#gate = gate;
  }

  begin(): void {
    for (const campaign of this.#world.campaigns)
      for (const person of campaign.people) {
        const contact = { campaign, person, rings: 0, ended: new Map() };
        this.#at(campaign.startsAt, () => this.#look(contact));
      }
    for (const { optsOutAt, number } of this.#world.people)
      if (optsOutAt !== null) this.#at(optsOutAt, () => this.#suppress(number));
  }

  #at(at: number, task: () => void): void {
    this.#clock.after(at - this.#clock.now(), task);
  }

  /** The runner's look at a contact that is due. */
  #look(contact: Contact): void {
    const { campaign, person } = contact;
    const at = this.#clock.now();
    const decision = this.#gate(this.#facts(contact, this.#isReserved(person)), at);
    this.#heard.decided(at, contact, decision.code, 'promise');
    if (!this.#mayGoOn(contact, decision, at)) return;
    this.#reserve(person, 1);
    this.#heard.reserved(at, person);
    this.#lastTurnAt = Math.max(at, this.#lastTurnAt + this.#betweenDialsMs);
    // A campaign that is over takes its lines back from the dialer.
    this.#at(Math.min(this.#lastTurnAt, campaign.endsAt), () => this.#turn(contact));
  }

  /** The consumer's, when the line's turn has come: much may have changed. */
  #turn(contact: Contact): void {
    const at = this.#clock.now();
    const decision = this.#gate(this.#facts(contact, false), at);
    this.#heard.decided(at, contact, decision.code, 'dial');
    if (this.#mayGoOn(contact, decision, at)) this.#dial(contact, at);
    else this.#release(contact.person);
  }

  /** Or it waits, or is over. */
  #mayGoOn(contact: Contact, decision: GateDecision, at: number): boolean {
    const { endsAt } = contact.campaign;
    const next = afterGate(decision, endsAt, at);
    if (next.kind === 'dial') return true;
    if (next.kind === 'skip') {
      this.#heard.over(at, contact, { status: 'skipped', code: next.code });
      return false;
    }
    const later = next.kind === 'wait' ? next.at : this.#goesOnAt(decision, at);
    if (later !== null && later < endsAt) this.#at(later, () => this.#look(contact));
    else this.#heard.over(at, contact, { status: 'skipped', code: 'campaign_ended' });
    return false;
  }

  /** A halted campaign: staff go on with it soon, or when the day's money is there; its own spent budget nobody renews. */
  #goesOnAt({ code, again }: Pick<GateDecision, 'code'> & { again?: number | null }, at: number): number | null {
    return code === 'capacity' ? (again ?? null) : at + STOPPED_MS;
  }

  #dial(contact: Contact, at: number): void {
    const drawn = this.#draw();
    const { rings, answers, status } = drawn;
    const call: Dialled = { contact, dialedAt: at, answeredAt: null, rang: rings };
    if (rings) contact.rings += 1;
    this.#heard.dialled(at, call);
    if (rings) for (const key of keysOf(contact.person)) this.#callsOf(key).push(call);
    const ringMs = !rings ? 500 : status === 'no_answer' ? 30_000 : 3_000 + this.#random.next() * 20_000;
    if (!answers) {
      this.#at(at + ringMs, () => this.#settle(contact, drawn));
      return;
    }
    this.#at(at + ringMs, () => {
      call.answeredAt = this.#clock.now();
      const talkMs = 20_000 + this.#random.next() * 8 * MINUTE_MS;
      this.#at(call.answeredAt + talkMs / 2, () => this.#say(contact.person, status));
      this.#at(call.answeredAt + talkMs, () => {
        this.#spend(contact.campaign, Math.ceil(talkMs / MINUTE_MS) * MINUTE_NANOS);
        this.#settle(contact, drawn);
      });
    });
  }

  #draw(): Conduct {
    let left = this.#random.next() * WEIGHT;
    const drawn = CONDUCTS.find(({ weight }) => {
      left -= weight;
      return left < 0;
    });
    return drawn ?? conduct('no_answer', 1, false);
  }

  /** What a call leaves behind when it is half over. */
  #say(person: Person, status: CallStatus): void {
    const at = this.#clock.now();
    if (status === 'opted_out') this.#suppress(person.number);
    if (status === 'wrong_person') {
      this.#wrongNumber.add(person);
      this.#heard.wrongNumber(at, person);
    }
    if (status !== 'completed' && status !== 'partial') return;
    this.#provedAt.set(person, at);
    this.#heard.proved(at, person);
  }

  #settle(contact: Contact, { status, rings: rang, answers: answered }: Conduct): void {
    const { campaign, person, rings, ended } = contact;
    const at = this.#clock.now();
    this.#release(person);
    const sameOutcome = (ended.get(status) ?? 0) + 1;
    ended.set(status, sameOutcome);
    const next = afterAttempt({
      ...{ status, error: rang ? null : 'telnyx_10010', rang, answered, rings, sameOutcome },
      ...{ policy: DEFAULT_RETRY_POLICY, endsAt: campaign.endsAt, callingHours: 'policy', at },
      place: placeAt(person, at),
    });
    if (next.kind === 'retry') this.#at(next.at, () => this.#look(contact));
    else this.#heard.over(at, contact, { status: 'done', code: next.code });
  }

  #suppress(number: string): void {
    this.#suppressed.add(number);
    this.#heard.suppressed(this.#clock.now(), number);
  }

  #spend(campaign: Campaign, nanos: number): void {
    const at = this.#clock.now();
    const day = Math.floor(at / DAY_MS);
    for (const key of [day, campaign]) this.#spentOn.set(key, (this.#spentOn.get(key) ?? 0) + nanos);
    this.#heard.spent(at, campaign, nanos);
  }

  #reserve(person: Person, by: 1 | -1): void {
    for (const key of keysOf(person)) this.#reserved.set(key, (this.#reserved.get(key) ?? 0) + by);
  }

  #release(person: Person): void {
    this.#reserve(person, -1);
    this.#heard.released(this.#clock.now(), person);
  }

  #isReserved(person: Person): boolean {
    return keysOf(person).some((key) => (this.#reserved.get(key) ?? 0) > 0);
  }

  #callsOf(key: string): Dialled[] {
    const known = this.#calls.get(key) ?? [];
    this.#calls.set(key, known);
    return known;
  }

  #facts({ campaign, person }: Contact, reserved: boolean): GateFacts {
    const { stops, dayCapNanos } = this.#world;
    const at = this.#clock.now();
    const { flagged, reassigned, number } = person;
    return {
      stopped: isIn(stops, at),
      production: true,
      approved: at >= campaign.startsAt && !isIn(campaign.pauses, at),
      numberValid: usNumber(number) !== null,
      suppressed: this.#suppressed.has(number),
      flags: [
        ...(flagged !== null && flagged.at <= at ? [flagged.flag] : []),
        ...(this.#wrongNumber.has(person) ? (['wrong_number'] as const) : []),
      ],
      purpose: campaign.purpose,
      consents: person.consents.filter(({ obtainedAt }) => obtainedAt <= at),
      reassigned: { check: 'on', ...reassigned, lastProofAt: this.#provedAt.get(person) ?? null },
      callingHours: 'policy',
      place: placeAt(person, at),
      earlier: this.#earlier(person, at),
      spend: {
        todayNanos: this.#spentOn.get(Math.floor(at / DAY_MS)) ?? 0,
        dayCapNanos,
        campaignNanos: this.#spentOn.get(campaign) ?? 0,
        campaignCapNanos: campaign.capNanos,
      },
      reserved,
    };
  }

  #earlier(person: Person, at: number): EarlierCall[] {
    const calls = new Set(keysOf(person).flatMap((key) => this.#calls.get(key) ?? []));
    return [...calls]
      .filter(({ dialedAt }) => dialedAt > at - (CAP_DAYS + 1) * DAY_MS)
      .map(({ dialedAt, answeredAt, contact }) => ({
        ...{ dialedAt, answeredAt },
        samePatient: contact.person === person,
        sameNumber: contact.person.number === person.number,
      }));
  }
}

const keysOf = ({ id, number }: Person): [string, string] => [id, number];

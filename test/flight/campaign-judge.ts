/**
 * The judge of campaigns in virtual time: told what was decided and done, it keeps books of its own and says of every decision
 * what it should have been by `campaign-law.ts`. It never asks the gate.
 */
import type { GateCode } from '../../src/domain/campaign/gate.ts';
import { consentedAt, isFull, isNumber, mayBeAnothers, placeOf, tooManyInCalendar, whyClosed } from './campaign-law.ts';
import { type Campaign, DAY_MS, isIn, type Person, type World } from './campaign-people.ts';
import type { Contact, Dialled, End, Hearer } from './campaign-shell.ts';

const HOUR_MS = 3_600_000;
const QUARTER_MS = HOUR_MS / 4;
/** The longest that is waited between two attempts, and how often one contact may ring. */
const RETRY_MS = 24 * HOUR_MS;
const BUDGET = 3;
const NO_CHANCE: ReadonlySet<End['code']> = new Set(['campaign_ended', 'no_window']);
const utcDay = (at: number): number => Math.floor(at / DAY_MS);

export class CampaignJudge implements Hearer {
  readonly problems: string[] = [];
  readonly counts: Record<string, number> = {};
  readonly #world: World;
  readonly #suppressed = new Set<string>();
  readonly #wrongNumbers = new Set<Person>();
  readonly #provedAt = new Map<Person, number>();
  /** By the person's id and by number: those that rang. */
  readonly #callsTo = new Map<string, Dialled[]>();
  readonly #rings = new Map<Contact, number>();
  readonly #reserved = new Set<string>();
  readonly #spent = new Map<number | Campaign, number>();
  readonly #over = new Map<Campaign, Set<Person>>();

  constructor(world: World) {
    this.#world = world;
  }

  /** Area codes of which somebody was rung. */
  rungCodes(): Set<string> {
    return new Set([...this.#callsTo.keys()].filter((key) => key.startsWith('+1')).map((number) => number.slice(2, 5)));
  }

  decided(at: number, contact: Contact, code: GateCode | null, step: 'promise' | 'dial'): void {
    this.#count(`asked to ${step}`);
    if (code !== null) this.#count(`refused at ${step}: ${code}`);
    const should = this.#verdict(contact, at, step);
    if (should !== code)
      this.#problem('decision', at, contact, `${code ?? 'yes'} instead of ${should ?? 'yes'} at ${step}`);
  }

  reserved(at: number, { id, number }: Person): void {
    for (const key of [id, number]) {
      if (this.#reserved.has(key)) this.problems.push(`overlap: ${key} is reserved twice at ${isoTime(at)}`);
      this.#reserved.add(key);
    }
  }

  released(_at: number, { id, number }: Person): void {
    this.#reserved.delete(id);
    this.#reserved.delete(number);
  }

  dialled(at: number, call: Dialled): void {
    const { contact, rang } = call;
    const should = this.#verdict(contact, at, 'dial');
    if (should !== null) this.#problem('dialled', at, contact, `in spite of ${should}`);
    if (at >= contact.campaign.endsAt) this.#problem('dialled', at, contact, 'after the end');
    this.#count('dialled');
    if (!rang) return;
    this.#count('rang');
    const rings = (this.#rings.get(contact) ?? 0) + 1;
    this.#rings.set(contact, rings);
    if (rings > BUDGET) this.#problem('dialled', at, contact, `for the ${rings}th time`);
    for (const key of [contact.person.id, contact.person.number])
      this.#callsTo.set(key, [...(this.#callsTo.get(key) ?? []), call]);
  }

  suppressed(_at: number, number: string): void {
    this.#suppressed.add(number);
  }

  wrongNumber(_at: number, person: Person): void {
    this.#wrongNumbers.add(person);
  }

  proved(at: number, person: Person): void {
    this.#provedAt.set(person, at);
  }

  spent(at: number, campaign: Campaign, nanos: number): void {
    for (const key of [utcDay(at), campaign]) this.#spent.set(key, (this.#spent.get(key) ?? 0) + nanos);
  }

  over(at: number, contact: Contact, { status, code }: End): void {
    const { campaign, person } = contact;
    this.#count(`${status}: ${code}`);
    const over = this.#over.get(campaign) ?? new Set();
    this.#over.set(campaign, over);
    if (over.has(person)) this.#problem('contact', at, contact, 'is over twice');
    over.add(person);
    if (NO_CHANCE.has(code)) this.#noChanceLeft(at, contact, status === 'done' ? at + RETRY_MS : at);
    if (NO_CHANCE.has(code) || status === 'done') return;
    const should = this.#verdict(contact, at, 'dial');
    if (should !== code) this.#problem('skip', at, contact, `names ${code} where it is ${should ?? 'nothing'}`);
  }

  /** Once everything is over: what can only be told of the whole. */
  sum(): void {
    for (const campaign of this.#world.campaigns) {
      const over = this.#over.get(campaign);
      for (const person of campaign.people)
        if (over?.has(person) !== true) this.problems.push(`contact: ${person.id} of ${campaign.id} is still open`);
    }
    for (const [whose, calls] of this.#callsTo) {
      const number = calls[0]?.contact.person.number ?? '';
      for (const what of tooManyInCalendar(number, calls)) this.problems.push(`calendar: ${whose} has ${what}`);
    }
  }

  /** Somebody may be given up only where no quarter of an hour until the end was good for a call. */
  #noChanceLeft(at: number, contact: Contact, from: number): void {
    const { campaign, person } = contact;
    // Within the last quarter it may be a reservation, or a stop, that stands in the way.
    if (campaign.endsAt - from <= QUARTER_MS || this.#isSpentFor(campaign)) return;
    for (let then = Math.ceil(from / QUARTER_MS) * QUARTER_MS; then < campaign.endsAt; then += QUARTER_MS) {
      if (utcDay(then) === utcDay(at) && this.#isSpentToday(at)) continue;
      if (whyClosed(placeOf(person, at), then) !== null || this.#isFull(person, then)) continue;
      this.#problem('given up', at, contact, `though ${isoTime(then)} was good`);
      return;
    }
  }

  /** What the gate must say, in its documented order. */
  #verdict({ campaign, person }: Contact, at: number, step: 'promise' | 'dial'): GateCode | null {
    if (isIn(this.#world.stops, at)) return 'kill_switch';
    if (isIn(campaign.pauses, at)) return 'not_approved';
    if (!isNumber(person)) return 'bad_number';
    if (this.#suppressed.has(person.number)) return 'suppressed';
    if (this.#wrongNumbers.has(person) || (person.flagged !== null && at >= person.flagged.at)) return 'patient_flag';
    const consentAt = consentedAt(person, campaign, at);
    if (consentAt === null) return 'no_consent';
    if (mayBeAnothers(person, [consentAt, this.#provedAt.get(person)], at)) return 'reassigned';
    const closed = whyClosed(placeOf(person, at), at);
    if (closed !== null) return closed;
    if (this.#isFull(person, at)) return 'frequency';
    if (this.#isSpentFor(campaign) || this.#isSpentToday(at)) return 'capacity';
    const isTaken = this.#reserved.has(person.id) || this.#reserved.has(person.number);
    return step === 'promise' && isTaken ? 'already_reserved' : null;
  }

  #isFull({ id, number }: Person, at: number): boolean {
    return [id, number].some((key) => isFull(this.#callsTo.get(key) ?? [], at));
  }

  #isSpentFor(campaign: Campaign): boolean {
    return campaign.capNanos !== null && (this.#spent.get(campaign) ?? 0) >= campaign.capNanos;
  }

  #isSpentToday(at: number): boolean {
    return (this.#spent.get(utcDay(at)) ?? 0) >= this.#world.dayCapNanos;
  }

  #count(name: string): void {
    this.counts[name] = (this.counts[name] ?? 0) + 1;
  }

  #problem(kind: string, at: number, { campaign, person }: Contact, what: string): void {
    this.problems.push(`${kind}: ${person.id} in ${campaign.id} at ${isoTime(at)} ${what}`);
  }
}

const isoTime = (at: number): string => new Date(at).toISOString();

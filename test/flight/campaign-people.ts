/**
 * The people of a campaign in virtual time, and what befalls them while it runs: who they are and where, what they agreed to and
 * what they take back. Synthetic, and the same for the same seed. Says what is true; what may be done about it others decide.
 */
import { AREA_CODES, STATE_ZONES } from '../../src/domain/campaign/area-codes.ts';
import type { Place } from '../../src/domain/campaign/calling-hours.ts';
import type { ConsentOnFile } from '../../src/domain/campaign/gate.ts';
import { type PatientFlag, type Purpose, STOPPING_FLAGS } from '../../src/domain/campaign/gate-policy.ts';
import type { Random } from '../../src/simulator/random.ts';

export const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** Times are epoch milliseconds. */
export interface Person {
  readonly id: string;
  readonly number: string;
  /** Where from when on; the first has always been so. */
  readonly places: readonly { readonly from: number; readonly place: Place }[];
  readonly consents: readonly ConsentOnFile[];
  readonly flagged: { readonly at: number; readonly flag: PatientFlag } | null;
  /** What the Reassigned Numbers Database said last. */
  readonly reassigned: { readonly answer: 'no' | 'yes' | 'no_data' | null; readonly answeredAt: number | null };
  /** Stops all calls from outside of one: by letter, or on the opt-out line. */
  readonly optsOutAt: number | null;
}
export interface Span {
  readonly from: number;
  readonly until: number;
}
export interface Campaign {
  readonly id: string;
  readonly purpose: Purpose;
  readonly startsAt: number;
  readonly endsAt: number;
  /** While somebody has paused it. */
  readonly pauses: readonly Span[];
  readonly capNanos: number | null;
  readonly people: readonly Person[];
}
export interface World {
  readonly from: number;
  readonly until: number;
  readonly people: readonly Person[];
  readonly campaigns: readonly Campaign[];
  /** While somebody has stopped all dialing. */
  readonly stops: readonly Span[];
  readonly dayCapNanos: number;
}

/** Of the North American plan, but not of any US place: Canada, the Caribbean, unassigned; and numbers of no place at all. */
const ELSEWHERE = ['416', '604', '876', '787', '671', '700', '900', '800', '888', '500', '211'];
const US_CODES = [...AREA_CODES.keys()];
const STATES = [...STATE_ZONES.keys()];
const ODD_ZONES = ['Europe/London', 'America/Puerto_Rico', 'America/Indiana/Knox', 'Asia/Kolkata', 'Mars/Olympus'];

const pick = <T>(random: Random, list: readonly T[]): T => list[Math.floor(random.next() * list.length)] as T;
const within = (random: Random, from: number, until: number): number =>
  Math.floor(from + random.next() * (until - from));

/** Every area code in turn; one number in eleven is shared with the one before, as in a family. */
function numberOf(random: Random, index: number, before: string | undefined): string {
  if (before !== undefined && random.chance(1 / 11)) return before;
  const isElsewhere = index % 40 === 39;
  const codes = isElsewhere ? ELSEWHERE : US_CODES;
  const turn = isElsewhere ? Math.floor(index / 40) : index;
  const line = String(Math.floor(turn / codes.length) % 100).padStart(2, '0');
  return `+1${codes[turn % codes.length]}55501${line}`;
}

function personOf(random: Random, index: number, before: string | undefined, { from, until }: Span): Person {
  const number = numberOf(random, index, before);
  const areaCode = number.slice(2, 5);
  const home = AREA_CODES.get(areaCode)?.states[0] ?? null;
  const state = random.chance(0.6) ? home : random.chance(0.25) ? pick(random, STATES) : null;
  const zone = random.chance(0.04) ? pick(random, [...ODD_ZONES, 'America/Denver']) : null;
  const moves = random.chance(0.05)
    ? [{ from: within(random, from, until), place: { areaCode, state: pick(random, STATES), zone } }]
    : [];
  return {
    id: `p${index}`,
    number,
    places: [{ from: 0, place: { areaCode, state, zone } }, ...moves],
    consents: consentsOf(random, index, { from, until }),
    flagged: random.chance(0.03) ? { at: within(random, from, until), flag: pick(random, STOPPING_FLAGS) } : null,
    reassigned: reassignedOf(random, from),
    optsOutAt: random.chance(0.03) ? within(random, from, until) : null,
  };
}

const consentOf = (random: Random, id: string, obtainedAt: number, expiresAt: number | null): ConsentOnFile => ({
  id,
  purposes: random.chance(0.1) ? ['reminder'] : ['intake', 'follow_up', 'reminder', 'care'],
  obtainedAt,
  expiresAt,
});

/** Most agreed lately; some long ago, some for a while only, a few never, and a few while the campaign runs. */
function consentsOf(random: Random, index: number, { from, until }: Span): ConsentOnFile[] {
  if (random.chance(0.03)) return [];
  const obtainedAt = random.chance(0.75)
    ? within(random, from - 20 * DAY_MS, from)
    : within(random, from - 300 * DAY_MS, from - 60 * DAY_MS);
  const first = consentOf(
    random,
    `con_${index}_1`,
    obtainedAt,
    random.chance(0.05) ? within(random, from, until) : null,
  );
  if (!random.chance(0.05)) return [first];
  return [first, consentOf(random, `con_${index}_2`, within(random, from, until), null)];
}

function reassignedOf(random: Random, from: number): Person['reassigned'] {
  if (random.chance(0.2)) return { answer: null, answeredAt: null };
  const answer = random.chance(0.9) ? 'no' : random.chance(0.5) ? 'yes' : 'no_data';
  return { answer, answeredAt: within(random, from - 120 * DAY_MS, from) };
}

const PURPOSES_IN_TURN = ['intake', 'follow_up', 'reminder', 'care'] as const;

/**
 * A campaign over most people every few days, each open for twice as long: so two of them want the same people at the same time.
 * The first begins in the afternoon of the east, so that the day ends before its list does.
 */
function campaignsOf(random: Random, people: readonly Person[], { from, until }: Span): Campaign[] {
  const campaigns: Campaign[] = [];
  const betweenMs = Math.max(DAY_MS, (until - from) / 12) + 7 * HOUR_MS;
  for (let startsAt = from + 20 * HOUR_MS; startsAt < until - DAY_MS / 2; startsAt += betweenMs) {
    const endsAt = Math.min(until, startsAt + 2 * betweenMs);
    const pausedAt = within(random, startsAt, endsAt);
    campaigns.push({
      ...{ id: `c${campaigns.length}`, startsAt, endsAt },
      purpose: PURPOSES_IN_TURN[campaigns.length % PURPOSES_IN_TURN.length] ?? 'care',
      pauses: [{ from: pausedAt, until: Math.min(endsAt, pausedAt + 3 * HOUR_MS) }],
      capNanos: campaigns.length % 4 === 3 ? people.length * CENT_NANOS : null,
      people: people.filter(() => random.chance(0.8)),
    });
  }
  return campaigns;
}

const CENT_NANOS = 10_000_000;

export function givenWorld(random: Random, count: number, from: number, days: number): World {
  const span = { from, until: from + days * DAY_MS };
  const people: Person[] = [];
  for (let index = 0; index < count; index += 1) people.push(personOf(random, index, people.at(-1)?.number, span));
  const stops = Array.from({ length: Math.ceil(days / 10) }, () => {
    const stoppedAt = within(random, span.from, span.until);
    return { from: stoppedAt, until: stoppedAt + 2 * HOUR_MS };
  });
  return {
    ...{ ...span, people, stops, campaigns: campaignsOf(random, people, span) },
    // About what a busy day costs, so that it is reached now and then.
    dayCapNanos: count * 1.5 * CENT_NANOS,
  };
}

export const isIn = (spans: readonly Span[], at: number): boolean =>
  spans.some(({ from, until }) => at >= from && at < until);

export const placeAt = ({ places }: Person, at: number): Place => {
  const last = places.findLast(({ from }) => from <= at);
  if (last === undefined) throw new Error('a person is somewhere');
  return last.place;
};

/** What `npm run fly` flies: fleets of calls, and between them a campaign. Plain data, so that a case can be saved and flown again. */
import type { Observation } from '../../src/simulator/observation.ts';
import { type CampaignCase, CHANGES, flyCampaign } from './campaign.ts';
import { FLEET_SIZE, type FleetCase, fleetCase, flyFleet, kindOf, shrinkFleet, type Tally } from './fleet.ts';
import { isBug, isGate, type PlantedBug, type PlantedGate } from './planted-bugs.ts';

export type FlightCase =
  | { readonly kind: 'fleet'; readonly fleet: FleetCase }
  | { readonly kind: 'campaign'; readonly campaign: CampaignCase };

/** Every so many fleets there is a campaign. */
const CAMPAIGN_EVERY = 20;
/** Up to so many calls each log is replayed, beyond them those of every so many fleets. An odd number, so that of both kinds some are. */
const ALL_REPLAYED_TO = 100_000;
const REPLAYED_EVERY = 9;
const CAMPAIGN = { people: 200, days: 4 };

/** So that at least so many calls are made. Half of the fleets lose webhooks for good. */
export function casesFor(calls: number, seed: number, planted: PlantedBug | PlantedGate | null): FlightCase[] {
  const cases: FlightCase[] = [];
  const bug = planted !== null && isBug(planted) ? planted : null;
  const gate = planted !== null && isGate(planted) ? planted : null;
  for (let batch = 0; batch * FLEET_SIZE < calls; batch += 1) {
    const own = seed * 1_000_003 + batch;
    const size = Math.min(FLEET_SIZE, calls - batch * FLEET_SIZE);
    const replays = calls <= ALL_REPLAYED_TO || batch % REPLAYED_EVERY === 0;
    cases.push({ kind: 'fleet', fleet: fleetCase(own, size, batch % 2 === 1, { bug, replays }) });
    const [, change] = CHANGES[(batch / CAMPAIGN_EVERY) % CHANGES.length] ?? [];
    if (change !== undefined) cases.push({ kind: 'campaign', campaign: { ...CAMPAIGN, seed: own, change, bug: gate } });
  }
  return cases;
}

export async function flyCase(flown: FlightCase, onObservation?: (seen: Observation) => void): Promise<Tally> {
  if (flown.kind === 'fleet') return flyFleet(flown.fleet, onObservation);
  const { counts, problems } = await flyCampaign(flown.campaign);
  const renamed = Object.entries(counts).map(([name, count]) => [`campaign: ${name}`, count]);
  return { counts: Object.fromEntries(renamed), problems: problems.map((problem) => `campaign: ${problem}`) };
}

/** The smallest case that still has a violation of this kind, of those tried before the deadline, epoch milliseconds. */
export async function shrinkCase(
  found: FlightCase,
  kind: string,
  deadline = Number.POSITIVE_INFINITY,
): Promise<FlightCase> {
  if (found.kind === 'fleet') return { kind: 'fleet', fleet: await shrinkFleet(found.fleet, kind, deadline) };
  let least = found;
  while (least.campaign.people > 1 && Date.now() < deadline) {
    const fewer = { ...least, campaign: { ...least.campaign, people: Math.floor(least.campaign.people / 2) } };
    if (!(await flyCase(fewer)).problems.some((problem) => kindOf(problem) === kind)) break;
    least = fewer;
  }
  return least;
}

/** What must be zero, and the kinds of violations that count there. */
export const INVARIANTS: Readonly<Record<string, readonly string[]>> = {
  'double dials': ['dial', 'overlap'],
  'recordings before consent': ['consent'],
  'calls outside the window': ['dialled', 'decision', 'calendar'],
  'lost answers': ['answers', 'words'],
  'calls left open': ['open', 'contact', 'given up'],
  'commands after the hang-up': ['after the end'],
  'opt-outs lost or invented': ['opt-out'],
  'red flags missed': ['red flag'],
  'recordings after a withdrawal': ['withdrawal'],
  'interviews of somebody else': ['identity'],
  'questions talked over': ['question'],
  'logs that replay otherwise': ['replay'],
};

/** Ends of calls that a large flight must have seen. */
export const ENDINGS = 'completed partial declined voicemail no_answer busy failed opted_out wrong_person'.split(' ');

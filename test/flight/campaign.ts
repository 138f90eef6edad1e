/** Campaigns in virtual time from a case that is plain data, with the judge that has heard all of it. */
import { decide } from '../../src/domain/campaign/gate.ts';
import { Random } from '../../src/simulator/random.ts';
import { VirtualClock } from '../../src/simulator/virtual-clock.ts';
import { CampaignJudge } from './campaign-judge.ts';
import { DAY_MS, givenWorld } from './campaign-people.ts';
import { CampaignShell } from './campaign-shell.ts';
import { PLANTED_GATES, type PlantedGate } from './planted-bugs.ts';

export interface CampaignCase {
  readonly seed: number;
  readonly people: number;
  readonly days: number;
  /** The Sunday on which American clocks change. */
  readonly change: number;
  readonly bug?: PlantedGate | null;
}

/** From the first turn of a list to the last: so that many promises are made before a window closes, and fall due after. */
const LAG_MS = 6 * 3_600_000;
export const CHANGES: readonly [string, number][] = [
  ['spring', Date.UTC(2027, 2, 14)],
  ['autumn', Date.UTC(2027, 10, 7)],
];

export async function flyCampaign({ seed, people, days, change, bug = null }: CampaignCase): Promise<CampaignJudge> {
  // A short run begins on the Friday before.
  const daysBefore = Math.max(2, Math.floor(days / 2));
  const random = new Random(seed * 7919 + change / DAY_MS);
  const world = givenWorld(random, people, change - daysBefore * DAY_MS, days);
  const judge = new CampaignJudge(world);
  const clock = new VirtualClock(world.from);
  const gate = bug === null ? decide : PLANTED_GATES[bug].broken;
  new CampaignShell(world, clock, random, judge, LAG_MS, gate).begin();
  await clock.runUntilIdle();
  judge.sum();
  return judge;
}

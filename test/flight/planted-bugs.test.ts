/** The judges see what they are for: each planted bug is found, and each row of what must be zero has one. */
import { describe, expect, it } from 'vitest';
import { CHANGES } from './campaign.ts';
import { fleetCase, kindOf } from './fleet.ts';
import { type FlightCase, flyCase, INVARIANTS } from './flight-case.ts';
import { PLANTED_BUGS, PLANTED_GATES, type PlantedBug, type PlantedGate } from './planted-bugs.ts';

/** Everybody of the cast once. */
const PATIENTS = 60;
const CHANGE = CHANGES[0]?.[1] ?? 0;

const fleet = (bug: PlantedBug | null, replays: boolean): FlightCase => ({
  kind: 'fleet',
  fleet: fleetCase(1, PATIENTS, false, { bug, replays }),
});
const campaign = (bug: PlantedGate | null): FlightCase => ({
  kind: 'campaign',
  campaign: { seed: 1, people: 60, days: 4, change: CHANGE, bug },
});

const entries = <N extends string, T>(bugs: Readonly<Record<N, T>>) => Object.entries(bugs) as [N, T][];
const bugs: readonly (readonly [name: string, kind: string, flown: FlightCase])[] = [
  ...entries(PLANTED_BUGS).map(([bug, { kind }]) => [bug, kind, fleet(bug, kind === 'replay')] as const),
  ...entries(PLANTED_GATES).map(([gate, { kind }]) => [gate, kind, campaign(gate)] as const),
];

describe('a planted bug', () => {
  it.each(bugs)('%s is found as %s (X14)', async (_, kind, flown) => {
    const { problems } = await flyCase(flown);
    expect([...new Set(problems.map(kindOf))]).toContain(kind);
  });

  it.each([fleet(null, true), campaign(null)])('is all that is found: $kind', async (flown) => {
    expect((await flyCase(flown)).problems).toEqual([]);
  });

  it.each(Object.entries(INVARIANTS))('stands for %s', (_, kinds) => {
    expect(bugs.filter(([, kind]) => kinds.includes(kind))).not.toEqual([]);
  });
});

/**
 * A fleet of calls over every persona, with each fault the simulator knows at five in a hundred. Once with every delivery made
 * good by Telnyx' retries, once with webhooks that never come at all. `npm run fly` is the same with as many calls as you like.
 *
 * What must hold of each call (`audit.ts` judges it by the other end): it ends, its line is released, its note written, nothing
 * stays awaited; nobody is rung twice; neither recorder nor transcription runs before the patient's own 1 at the consent of
 * that call, nor runs on after the patient's `*8`; nobody is interviewed who has not said to be the patient and proved it;
 * nothing is ordered once the hang-up is known; an opt-out is stored, and what may be an emergency is noted and told to staff;
 * and every answer is in the note as it was given. What the patient wanted is read off the keys and words themselves
 * (`judge-wishes.ts`), and it may go unheard only where the clinic could not know: where no delivery of an event that says it
 * ever arrived. And its log, put through the core again, comes to the same bytes. `planted-bugs.test.ts` breaks each of these.
 */
import { expect, it } from 'vitest';
import { FLIGHT_SEED } from './deep.ts';
import { fleetCase, flyFleet, kindOf } from './fleet.ts';
import { shrinkCase } from './flight-case.ts';

it.each([
  ['every delivery made good', false],
  ['webhooks lost for good', true],
])(
  'ends every call whole, and its log replays byte for byte: %s (X14)',
  async (_, losesForGood) => {
    const { counts, problems } = await flyFleet(fleetCase(FLIGHT_SEED * 1_000_003, 150, losesForGood));
    expect(problems).toEqual([]);
    expect(counts['logs replayed']).toBe(counts.calls);
  },
  60_000,
);

it.each([
  ['records-without-consent', 'consent'],
  ['drops-words', 'answers'],
] as const)(
  'finds a core that %s, and makes the case small (X14)',
  async (bug, kind) => {
    const fleet = fleetCase(1, 60, false, { bug });
    const found = await flyFleet(fleet);
    expect(found.problems.map(kindOf)).toContain(kind);
    const least = await shrinkCase({ kind: 'fleet', fleet }, kind);
    if (least.kind !== 'fleet') throw new Error('a fleet stays a fleet');
    expect(least.fleet.patients).toHaveLength(1);
    expect(least.fleet.faults).toEqual({});
    const saved = JSON.parse(JSON.stringify(least.fleet));
    const again = await flyFleet(saved);
    expect(again.problems.map(kindOf)).toContain(kind);
    expect(again.problems).toEqual((await flyFleet(saved)).problems);
    expect((await flyFleet({ ...saved, bug: null })).problems).toEqual([]);
  },
  60_000,
);

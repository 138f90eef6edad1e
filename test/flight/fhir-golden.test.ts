/**
 * Golden Bundles: test/bundles/<persona>.json is what a system of the clinic gets of that simulated patient's call, and one with an
 * answer that staff put right. A changed file is a changed contract and is reviewed as one. As after a wanted change:
 *   UPDATE_GOLDEN=1 npx vitest run --config test/vitest.config.ts --project unit test/flight/fhir-golden.test.ts
 *   npx biome format --write test/bundles
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Bundle, FhirResource } from 'fhir/r4';
import { describe, expect, it } from 'vitest';
import { bundleOf } from '../../src/domain/fhir/bundle-of.ts';
import { fullRecorded } from '../../src/simulator/interview-personas.ts';
import type { Persona } from '../../src/simulator/persona.ts';
import { morePersonas, personas } from '../../src/simulator/personas.ts';
import { judgeBundle } from '../support/judge-fhir.ts';
import { castOf, crowdOf } from './cast.ts';
import { fhirInput } from './fhir-input.ts';
import { givenFlight } from './flight.ts';

/** `index`: what else there is of that call, as fhir-input.ts has it. */
const CASES: readonly { readonly name: string; readonly persona: Persona; readonly index: number }[] = [
  ...[...personas, ...morePersonas].map((persona) => ({ name: persona.id, persona, index: 0 })),
  { name: `${fullRecorded.id}.corrected`, persona: fullRecorded, index: 9 },
];
const folder = path.resolve(import.meta.dirname, '../bundles');

/** Each alone: a new persona changes nobody else's ids. */
async function bundleAfter(persona: Persona, index: number): Promise<Bundle<FhirResource>> {
  const [patient] = castOf(1, [persona]) as [Persona];
  const flight = await givenFlight(crowdOf([patient]));
  const session = flight.call(patient);
  await flight.land();
  return bundleOf(fhirInput(session, index));
}

describe('the golden Bundle', () => {
  it.each(CASES)(
    'of $name is what it was, and holds the official definitions (FH-01)',
    async ({ name, persona, index }) => {
      const file = path.join(folder, `${name}.json`);
      const bundle = await bundleAfter(persona, index);
      if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(file, `${JSON.stringify(bundle, null, 2)}\n`);
      const golden = JSON.parse(readFileSync(file, 'utf8')) as Bundle<FhirResource>;
      expect(JSON.parse(JSON.stringify(bundle))).toEqual(golden);
      expect(judgeBundle(golden)).toEqual([]);
    },
  );

  it('is there for each simulated patient, and for nobody else', () => {
    expect(readdirSync(folder).toSorted()).toEqual(CASES.map(({ name }) => `${name}.json`).toSorted());
  });
});

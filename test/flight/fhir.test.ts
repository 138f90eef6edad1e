/** The Bundle of every simulated call, by HL7's own definitions. Sixty calls at once; FHIR_CALLS for more. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { BundleInput } from '../../src/domain/fhir/bundle-input.ts';
import { bundleOf } from '../../src/domain/fhir/bundle-of.ts';
import { questionnaireOf } from '../../src/domain/fhir/questionnaire-of.ts';
import { languageOf } from '../../src/domain/fhir/response-of.ts';
import { judgeBundle } from '../support/judge-fhir.ts';
import { judgeResponse } from '../support/judge-response.ts';
import { castOf, crowdOf } from './cast.ts';
import { FHIR_CALLS } from './deep.ts';
import { fhirInput } from './fhir-input.ts';
import { givenFlight } from './flight.ts';

let inputs: BundleInput[];
beforeAll(async () => {
  const patients = castOf(FHIR_CALLS);
  const flight = await givenFlight({ ...crowdOf(patients), ringBacks: true });
  for (const persona of patients) flight.call(persona);
  await flight.land();
  inputs = [...flight.sessions.values()].map(fhirInput);
}, 600_000);

describe('the Bundles of simulated calls', () => {
  it(`of ${FHIR_CALLS} calls hold the official R4 definitions, whoever was called and however it ended (FH-01)`, () => {
    expect(inputs.length).toBeGreaterThanOrEqual(FHIR_CALLS);
    expect(inputs.filter(({ intake_data }) => intake_data === null).length).toBeGreaterThan(5);
    const problems = inputs.flatMap((input) =>
      judgeBundle(bundleOf(input)).map((each) => `${input.call.call_id} ${each}`),
    );
    expect(problems.slice(0, 20)).toEqual([]);
  });

  it('answer the version of the questionnaire that they name, item by item (FH-01)', () => {
    const problems = inputs.flatMap((input) => {
      const { intake_data: note, questionnaire, clinic, origin } = input;
      if (note === null) return [];
      const published = { questionnaire, status: 'active', date: null, clinic, origin } as const;
      const response = bundleOf(input).entry?.flatMap(({ resource }) =>
        resource?.resourceType === 'QuestionnaireResponse' ? [resource] : [],
      )[0];
      if (response === undefined) return ['there is no response'];
      return judgeResponse(response, questionnaireOf(published, languageOf(note)));
    });
    expect(problems).toEqual([]);
  });

  it('are the same Bundle, byte for byte, when they are made again', () => {
    for (const input of inputs)
      expect(JSON.stringify(bundleOf(input))).toBe(JSON.stringify(bundleOf(structuredClone(input))));
  });
});

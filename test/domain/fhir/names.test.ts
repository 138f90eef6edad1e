/** Ids of resources: made from ours, short enough for FHIR, and each its own. */
import { expect, it } from 'vitest';
import { fhirId } from '../../../src/domain/fhir/names.ts';

const UUID = '0199f3c2-7f4e-7000-8000-000000000001';
const DIGEST = '457bc82c8ec6e280c83c81770805a9733e5908f0b7dce1dce1b31c44779aafd8';
const SUFFIXES = [undefined, 'collection', 'recording', 'transcript', 'interview', 'pain.2', '20261128T201529868Z'];

it.each(['call', 'rec', 'pat', 'con', 'rev'])('of %s_… fit into the 64 characters that FHIR has (FH-01)', (prefix) => {
  for (const id of [UUID, DIGEST])
    for (const suffix of SUFFIXES) expect(fhirId(`${prefix}_${id}`, suffix)).toMatch(/^[A-Za-z0-9\-.]{1,64}$/);
});

it('keep what tells them apart', () => {
  expect(fhirId(`call_${UUID}`)).toBe(`call.${UUID}`);
  expect(fhirId(`call_${DIGEST}`)).toBe(`call.${DIGEST.slice(0, 32)}`);
  expect(fhirId(`call_${DIGEST}`)).not.toBe(fhirId(`call_${[...DIGEST].toReversed().join('')}`));
  expect(fhirId(`call_${DIGEST}`, 'pain')).not.toBe(fhirId(`call_${DIGEST}`));
});

/** What the doctor says of the systems that notes are handed to: told from the last ones, each system by itself. */
import { expect, it } from 'vitest';
import { judgeSinks, type SinkFacts } from '../../../src/domain/doctor/sinks.ts';

const well: SinkFacts = { name: 'backend', lastSuccessAt: 10, lastFailure: null };
const failing: SinkFacts = { name: 'fhir', lastSuccessAt: 10, lastFailure: { at: 11, code: 'answered_401' } };
const codes = (...sinks: SinkFacts[]) => judgeSinks(sinks).map(({ code, detail }) => [code, detail]);

it.each([
  [[], [['ok', 'Notes are handed to no other system.']]],
  [[well], [['ok', 'Each took the last note.']]],
  [[{ ...failing, lastSuccessAt: 12 }], [['ok', 'Each took the last note.']]],
  [[well, failing], [['sink_failing', 'The clinic’s FHIR server did not take the last note: answered_401.']]],
  [[{ ...failing, lastSuccessAt: null }], [['sink_failing', expect.any(String)]]],
  [[{ ...well, name: 'r2' as const, lastSuccessAt: null }], [['sink_untried', 'The archive has had no note yet.']]],
])('of %j: %j (X15)', (sinks, expected) => {
  expect(codes(...sinks)).toEqual(expected);
});

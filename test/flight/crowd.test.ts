/** The crowd of the campaigns through the core: each patient's call ends as their script says, those hard to reach at the second. */
import { expect, it } from 'vitest';
import { statusOf } from '../../src/domain/intake/call-record.ts';
import { crowd } from '../../src/simulator/crowd.ts';
import { syntheticNumbers } from '../tools/synthetic-numbers.ts';
import { auditPatient } from './audit.ts';
import { crowdOf } from './cast.ts';
import { FLIGHT_SEED } from './deep.ts';
import { givenFlight } from './flight.ts';

const PATIENTS = 150;
const HOUR_MS = 3_600_000;

it('goes as scripted for every patient of the crowd', async () => {
  const patients = crowd(FLIGHT_SEED, syntheticNumbers(PATIENTS));
  const flight = await givenFlight({ ...crowdOf(patients), seed: FLIGHT_SEED });
  const first = patients.map((persona) => flight.call(persona));
  await flight.clock.advance(HOUR_MS);
  const sessions = first.map((session, n) => {
    const persona = patients[n];
    if (persona?.redial === undefined) return [session];
    expect(['busy', 'no_answer'], persona.id).toContain(statusOf(session.state));
    return [session, flight.call(persona)];
  });
  await flight.land();
  const problems = patients.flatMap((persona, n) => {
    const of = sessions[n] ?? [];
    const last = of.at(-1);
    const status = last === undefined ? 'none' : statusOf(last.state);
    return [
      ...(status === persona.expected.status ? [] : [`${status} instead of ${persona.expected.status}`]),
      ...(last?.state.identity === (persona.expected.identity ?? last?.state.identity) ? [] : ['another identity']),
      ...auditPatient(flight, of),
    ].map((problem) => `${persona.id}: ${problem}`);
  });
  expect(problems).toEqual([]);
}, 60_000);

/**
 * Two quick keys, `**` or `*7`: the second is pressed before the first has got any answer, so it comes as a key outside a
 * gather, or in the next one, before or after the end of the gather that holds the `*`. One command is given, once.
 */
import { expect, it } from 'vitest';
import { callRecord } from '../../src/domain/intake/call-record.ts';
import { compareWithNote } from '../../src/simulator/compare-with-note.ts';
import { repeatsAndSkips, stopsRecording } from '../../src/simulator/interview-personas.ts';
import { optsOutMidway } from '../../src/simulator/refusing-personas.ts';
import { putThrough, staffNotThere } from '../../src/simulator/urgent-personas.ts';
import { auditPatient } from './audit.ts';
import { FLIGHT_SEED } from './deep.ts';
import { givenFlight } from './flight.ts';

const SEEDS = 40;
/** Longer than the pause between two keys. */
const LATENCIES_MS = [350, 600, 900];

it.each([repeatsAndSkips, stopsRecording, putThrough, staffNotThere, optsOutMidway])(
  'are one command, however their events come: $id',
  async (persona) => {
    const problems: string[] = [];
    for (let seed = FLIGHT_SEED; seed < FLIGHT_SEED + SEEDS; seed += 1) {
      const flight = await givenFlight({
        ...{ personas: [persona], seed, webhookLatencyMs: LATENCIES_MS[seed % LATENCIES_MS.length] ?? 0 },
        webhookFaults: { reorder: 0.3, jitterMs: 400, duplicate: 0.2 },
      });
      const session = flight.call(persona);
      await flight.land();
      const { status, identity } = callRecord(session.state);
      const { expected, ...who } = persona;
      const { consent: _, ...judged } = expected;
      const found = [
        ...compareWithNote({ ...who, expected: judged }, { status, identity }, session.note),
        ...auditPatient(flight, [session]),
      ];
      problems.push(...found.map((problem) => `seed ${seed}: ${problem}`));
    }
    expect(problems).toEqual([]);
  },
  60_000,
);

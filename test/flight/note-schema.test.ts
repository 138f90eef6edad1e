/** The note of every simulated patient, by the schema that /api/schemas/note publishes. */
import { expect, it } from 'vitest';
import { noteOf } from '../../src/domain/note/note.ts';
import { noteSchema } from '../../src/web/api/note-schema.ts';
import { castOf, crowdOf, everyPersona } from './cast.ts';
import { givenFlight } from './flight.ts';

it('fits, whoever was asked and however the call ended (C23, S1-F12)', async () => {
  const patients = castOf(everyPersona.length);
  const flight = await givenFlight({ ...crowdOf(patients), ringBacks: true });
  for (const persona of patients) flight.call(persona);
  await flight.land();
  const problems = [...flight.sessions.values()].flatMap(({ state, plan }) => {
    const note = noteOf(state, plan, 'note_1', 1, Date.now(), (at) => new Date(at).toISOString());
    // What became of the recording is told by the API, from the call.
    const answered = { ...note, recording: { ...note.recording, format: null, duration_seconds: null } };
    const { error } = noteSchema.safeParse(JSON.parse(JSON.stringify(answered)));
    return (error?.issues ?? []).map(({ path, message }) => `${plan.callId} ${path.join('.')}: ${message}`);
  });
  expect(flight.sessions.size).toBeGreaterThanOrEqual(patients.length);
  expect(problems).toEqual([]);
});

/**
 * X4: whoever says something that may be an emergency hears about it with the very next question, and staff have their task
 * from the same turn on: nothing waits for the end of the answer, of the read-back or of the call.
 */
import { expect, it } from 'vitest';
import type { Command } from '../../src/domain/intake/command.ts';
import { fullRecorded } from '../../src/simulator/interview-personas.ts';
import type { Persona, Reply } from '../../src/simulator/persona.ts';
import { redFlag, redFlagStaff, selfHarm } from '../../src/simulator/urgent-personas.ts';
import { auditPatient } from './audit.ts';
import { castOf, crowdOf } from './cast.ts';
import { FLIGHT_SEED } from './deep.ts';
import { givenFlight } from './flight.ts';
import { QUESTIONNAIRE } from './plans.ts';

/** Each by utterances: what is said with a pause in it counts as a whole. */
const PHRASES: readonly (readonly string[])[] = [
  ['I have chest pain'],
  ['there is a tightness', 'in my chest'],
  ["I can't breathe"],
  ['I want to kill myself'],
  ['my face is drooping'],
  ['I fainted this morning'],
  ['my throat is swelling shut'],
  ['Me duele el pecho'],
  ['no puedo respirar'],
  ['quiero morirme'],
];

const saying = (item: string, say: readonly string[]): Persona => {
  const replies: readonly Reply[] = [{ say }];
  const id = `${fullRecorded.id}, ${item}: ${say.join(' ')}`;
  const keys = { ...fullRecorded.keys, [item]: replies };
  return { ...fullRecorded, id, keys: { ...keys, 'ample.past_medical_history': ['1'] } };
};

const voiceItems = QUESTIONNAIRE.items.filter(({ type }) => type === 'voice').map(({ id }) => id);
const alarming: readonly Persona[] = [
  ...[redFlag, redFlagStaff, selfHarm],
  ...voiceItems.flatMap((item) => PHRASES.map((say) => saying(item, say))),
];

it('puts the emergency text next and opens the task in the same turn, in every call', async () => {
  const patients = castOf(alarming.length, alarming);
  const turns = new Map<string, readonly Command[]>();
  const flight = await givenFlight({
    ...crowdOf(patients),
    seed: FLIGHT_SEED,
    onEvent: (_, { state, plan }, event, commands) => {
      if (state.redFlags.some(({ eventId }) => eventId === event.id)) turns.set(plan.callId, commands);
    },
  });
  const sessions = patients.map((persona) => flight.call(persona));
  await flight.land();
  const problems: string[] = [];
  sessions.forEach((session, index) => {
    const who = patients[index]?.id;
    const turn = turns.get(session.plan.callId);
    if (turn === undefined) {
      problems.push(`${who}: no red flag`);
      return;
    }
    if (!turn.some((command) => command.name === 'open_task' && command.kind === 'red_flag'))
      problems.push(`${who}: no task in the same turn`);
    const question = turn.find(({ name }) => name === 'gather_using_speak');
    if (question?.name !== 'gather_using_speak' || question.step !== 'red_flag')
      problems.push(`${who}: the turn asks nothing of it`);
    const { asks, utterances } = flight.record(session);
    const { eventId } = session.state.redFlags[0] ?? {};
    const said = utterances.find((utterance) => utterance.eventId === eventId);
    if (asks[(said?.ask ?? -2) + 1]?.step !== 'red_flag')
      problems.push(`${who}: asked next ${asks[(said?.ask ?? -2) + 1]?.step}`);
    if (!session.tasks.includes('red_flag')) problems.push(`${who}: no task`);
    problems.push(...auditPatient(flight, [session]).map((problem) => `${who}: ${problem}`));
  });
  expect(problems).toEqual([]);
}, 60_000);

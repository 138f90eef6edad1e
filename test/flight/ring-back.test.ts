/**
 * X3: a call that breaks off, wherever that is, is taken up again when the patient rings back: nothing that was answered is
 * asked a second time, nothing is lost, the recorder waits for the new consent, and each answer names the call and event it
 * came from.
 */
import { describe, expect, it } from 'vitest';
import type { Command } from '../../src/domain/intake/command.ts';
import type { CallEvent } from '../../src/domain/intake/event.ts';
import type { Note, NoteAnswer } from '../../src/domain/note/note.ts';
import { fullRecorded } from '../../src/simulator/interview-personas.ts';
import type { Persona } from '../../src/simulator/persona.ts';
import { redFlag } from '../../src/simulator/urgent-personas.ts';
import { auditPatient } from './audit.ts';
import { type Flight, givenFlight } from './flight.ts';
import { QUESTIONNAIRE } from './plans.ts';
import type { Session } from './session.ts';

/** Where in an item the line breaks. Between words and read-back only for spoken items. */
const MOMENTS = [
  'at the question',
  'during the words',
  'after the words',
  'at the read-back',
  'after the answer',
] as const;
type Moment = (typeof MOMENTS)[number];

interface Drop {
  readonly item: string;
  readonly moment: Moment;
}

interface Flown {
  readonly flight: Flight;
  readonly sessions: Session[];
}

const ITEMS = QUESTIONNAIRE.items.map(({ id, type }) => ({ id, isVoice: type === 'voice' }));
const drops: readonly Drop[] = ITEMS.flatMap(({ id, isVoice }) =>
  MOMENTS.filter((moment) => isVoice || moment === 'at the question' || moment === 'after the answer').map(
    (moment) => ({
      item: id,
      moment,
    }),
  ),
);

const stepsAsked = (flight: Flight, session: Session): (string | null)[] =>
  flight.record(session).asks.map(({ step }) => step);

/** Flies the calls of `persona`; each breaks off where it is told to, the last one is heard to the end. */
async function fly(planned: readonly Drop[], persona: Persona = fullRecorded): Promise<Flown> {
  const sessions: Session[] = [];
  const dropOf = (session: Session): Drop | undefined => planned[sessions.indexOf(session)];
  const hangUpIn = (flight: Flight, session: Session, ms: number) =>
    flight.clock.after(ms, () => flight.hangUp(session));
  const flight = await givenFlight({
    personas: [persona],
    onSent: (self, session, { command }) => {
      const drop = dropOf(session);
      if (drop === undefined || command.name !== 'gather_using_speak') return;
      if (command.step === drop.item && drop.moment === 'at the question') hangUpIn(self, session, 1_000);
      // The patient begins to speak when the prompt is over.
      if (command.step === drop.item && drop.moment === 'during the words')
        hangUpIn(self, session, promptMs(command) + persona.reactionMs + 600);
      if (command.step === `${drop.item}.confirm` && drop.moment === 'at the read-back') hangUpIn(self, session, 1_000);
    },
    onEvent: (self, session, event) => {
      const drop = dropOf(session);
      if (drop === undefined) return;
      if (isEndOf(event, drop)) self.hangUp(session);
      if (drop.moment === 'after the words' && event.type === 'transcription.received' && isOpen(session, drop.item))
        hangUpIn(self, session, 1_500);
    },
  });
  sessions.push(flight.call(persona));
  await flight.clock.runUntilIdle(3_600_000);
  for (const _ of planned) {
    sessions.push(await flight.ring(persona));
    await flight.clock.runUntilIdle(3_600_000);
  }
  await flight.land();
  return { flight, sessions };
}

const promptMs = ({ payload }: Extract<Command, { payload: string }>): number => 600 + payload.length * 60;

/** The answer has been given: by key, or by the 1 at the read-back. */
function isEndOf(event: CallEvent, { item, moment }: Drop): boolean {
  if (moment !== 'after the answer' || event.type !== 'gather.ended' || event.status !== 'valid') return false;
  return event.asked?.step === item || event.asked?.step === `${item}.confirm`;
}

const isOpen = ({ state }: Session, item: string): boolean => state.phase === 'asking' && state.question.step === item;

function answersIn(note: Note | null): Record<string, NoteAnswer> {
  const answers: Record<string, NoteAnswer> = {};
  for (const section of ['hpi', 'ample', 'family_history'] as const)
    for (const [name, answer] of Object.entries(note?.[section] ?? {}))
      if (answer.input !== undefined) answers[`${section}.${name}`] = answer;
  return answers;
}

/** Holds the calls of a patient to the promise, one line for each break of it. */
function broken({ flight, sessions }: Flown): string[] {
  const problems = auditPatient(flight, sessions);
  for (let later = 1; later < sessions.length; later += 1) {
    const session = sessions[later] as Session;
    const earlier = sessions[later - 1] as Session;
    const known = answersIn(earlier.note);
    const asked = stepsAsked(flight, session);
    for (const [item, answer] of Object.entries(known)) {
      if (asked.includes(item) || asked.includes(`${item}.confirm`)) problems.push(`${item} is asked again`);
      const kept = answersIn(session.note)[item];
      const callId = answer.call_id;
      if (JSON.stringify({ ...kept, call_id: callId }) !== JSON.stringify({ ...answer, call_id: callId }))
        problems.push(`${item} changed: ${JSON.stringify(kept)} instead of ${JSON.stringify(answer)}`);
    }
    for (const [item, answer] of Object.entries(answersIn(session.note))) {
      const origin = item in known ? known[item]?.call_id : session.plan.callId;
      if (answer.call_id !== origin) problems.push(`${item} is of call ${answer.call_id}, not ${origin}`);
      const source = sessions.find(({ plan }) => plan.callId === answer.call_id);
      if (!source?.seen.some(({ id }) => id === answer.event_id)) problems.push(`${item} names no event of its call`);
    }
  }
  const last = sessions.at(-1);
  if (last?.state.outcome !== 'completed') problems.push(`ends ${last?.state.outcome}`);
  return problems;
}

describe('a ring-back', () => {
  it.each(drops)('goes on when the line broke $moment of $item', async (drop) => {
    const flown = await fly([drop]);
    // A call that was already whole is not taken up again.
    if (flown.sessions[0]?.state.outcome === 'completed') return expect(drop.item).toBe(ITEMS.at(-1)?.id);
    expect(flown.sessions[0]?.state.outcome).toBe('partial');
    expect(broken(flown)).toEqual([]);
  });

  it('keeps a red flag, with the call it was raised in, and does not interrupt for it again', async () => {
    const flown = await fly([{ item: 'hpi.pain_level', moment: 'at the question' }], redFlag);
    expect(broken(flown)).toEqual([]);
    const [first, second] = flown.sessions as [Session, Session];
    expect(second.note?.red_flags).toEqual(first.note?.red_flags);
    expect(second.note?.red_flags).toMatchObject([{ rule: 'chest-pain', call_id: first.plan.callId }]);
    expect(stepsAsked(flown.flight, second)).not.toContain('red_flag');
  });

  it('goes on after a second break and a second ring-back', async () => {
    const problems: string[] = [];
    let pairs = 0;
    for (let first = 0; first < drops.length - 1; first += 5) {
      for (let second = first + 1; second < drops.length - 1; second += 7) {
        const [one, two] = [drops[first] as Drop, drops[second] as Drop];
        if (one.item === two.item) continue;
        pairs += 1;
        const where = `${one.moment} of ${one.item}, then ${two.moment} of ${two.item}`;
        problems.push(...broken(await fly([one, two])).map((problem) => `${where}: ${problem}`));
      }
    }
    expect(problems).toEqual([]);
    expect(pairs).toBeGreaterThan(10);
  }, 60_000);
});

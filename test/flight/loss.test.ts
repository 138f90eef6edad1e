/**
 * A webhook that comes so late that a timer of the session has fired, or never: every single one of the recorded calls. Telnyx
 * is asked, the question is put again, and the call comes to the same note. Words that never came, or only when the next spoken
 * question was open, cannot be known in time to be read back: that item alone may differ.
 */
import { describe, expect, it } from 'vitest';
import type { Note } from '../../src/domain/note/note.ts';
import { fullRecorded, fullUnrecorded, repeatsAndSkips } from '../../src/simulator/interview-personas.ts';
import type { Persona } from '../../src/simulator/persona.ts';
import { auditPatient } from './audit.ts';
import { listensToCommands, thinksAloud } from './cast.ts';
import { type Flight, type FlightOptions, givenFlight } from './flight.ts';
import { recordedPersonas } from './recorded-personas.ts';

/** No question is put again so soon but by a command of the patient. */
const STILL_THE_SAME_MS = 5_000;
/** Longer than any silence of a question lasts until it is noticed. */
const LATE_MS = 80_000;

interface Flown {
  readonly problems: string[];
  readonly note: Note | null;
  readonly status: string | null;
  /** Types of the events, in the order they were first delivered. */
  readonly types: readonly string[];
}

async function fly(persona: Persona, options: FlightOptions = {}): Promise<Flown> {
  const types: string[] = [];
  const flight = await givenFlight({ personas: [persona], ...options });
  const session = flight.call(persona);
  await flight.land();
  for (const { type, metadata } of flight.engine.callEvents)
    if (type === 'webhook') types.push((metadata as { event_type: string }).event_type);
  return { problems: auditPatient(flight, [session]), note: session.note, status: session.state.outcome, types };
}

/** The event at this place of the call is held back; the others come as they do. */
function without(place: number, lateMs: number | null): FlightOptions {
  let seen = -1;
  let flight: Flight | null = null;
  return {
    onSent: (self) => {
      flight = self;
    },
    onDelivery: (_, deliver) => {
      seen += 1;
      if (seen !== place) return deliver();
      if (lateMs !== null) flight?.clock.after(lateMs, () => void deliver());
      return 200;
    },
  };
}

/** Held back until its question is put again, and told while that is spoken. */
function untilAskedAgain(place: number): FlightOptions {
  let seen = -1;
  let heldAt: number | null = null;
  let held: (() => number) | null = null;
  return {
    onSent: ({ clock }, _, { command }) => {
      if (held === null || heldAt === null || command.name !== 'gather_using_speak') return;
      if (clock.now() - heldAt < STILL_THE_SAME_MS) return;
      clock.after(1_000, held as () => void);
      held = null;
    },
    onEvent: ({ clock }) => {
      heldAt ??= held === null ? null : clock.now();
    },
    onDelivery: (_, deliver) => {
      seen += 1;
      if (seen !== place) return deliver();
      held = deliver;
      return 200;
    },
  };
}

/** Gives each answer once, and keeps what is read back; asked again, this patient waits. */
function answersOnce(persona: Persona): Persona {
  const keys = Object.entries(persona.keys).map(([step, replies]) => [step, [...replies, '']]);
  return { ...persona, keys: { ...Object.fromEntries(keys), '*.confirm': ['1'] } };
}

/** What no call reacts to, and of the keys of one entry all but the first. */
const saysNothing = (type: string, before: string | undefined): boolean =>
  type === 'call.cost' || type === 'call.speak.started' || (type === 'call.dtmf.received' && type === before);

/** What the patient answered, item by item. */
function answersOf(note: Note | null): Record<string, string> {
  const answers: Record<string, string> = {};
  for (const section of ['hpi', 'ample', 'family_history'] as const)
    for (const [name, { state, value }] of Object.entries(note?.[section] ?? {}))
      answers[`${section}.${name}`] = JSON.stringify({ state, value });
  return answers;
}

it.each([fullRecorded, fullUnrecorded, listensToCommands(repeatsAndSkips)].map(answersOnce))(
  'takes an answer of $id that comes while the question is put again',
  async (persona) => {
    const whole = await fly(persona);
    const problems: string[] = [];
    let held = 0;
    for (const [place, type] of whole.types.entries()) {
      if (type !== 'call.gather.ended') continue;
      held += 1;
      const flown = await fly(persona, untilAskedAgain(place));
      const wanted = answersOf(whole.note);
      const different = Object.entries(answersOf(flown.note)).filter(([item, answer]) => answer !== wanted[item]);
      for (const problem of [...flown.problems, ...different]) problems.push(`${place} ${type}: ${problem}`);
    }
    expect(problems).toEqual([]);
    expect(held).toBeGreaterThan(10);
  },
  60_000,
);

describe.each(recordedPersonas)('a call whose webhooks come late or never: $id', (persona) => {
  it.each([
    ['late', LATE_MS],
    ['never', null],
  ])(
    'comes to the same note when one comes %s',
    async (_, lateMs) => {
      const whole = await fly(persona);
      const problems: string[] = [];
      for (const [place, type] of whole.types.entries()) {
        if (saysNothing(type, whole.types[place - 1])) continue;
        const flown = await fly(persona, without(place, lateMs));
        const say = (problem: string) => problems.push(`${place} ${type}: ${problem}`);
        const areWords = type === 'call.transcription';
        for (const problem of flown.problems) if (!areWords || !/^(answers|words)/.test(problem)) say(problem);
        if (flown.status !== whole.status) say(`ends ${flown.status} instead of ${whole.status}`);
        const wanted = answersOf(whole.note);
        const different = Object.entries(answersOf(flown.note)).filter(([item, answer]) => answer !== wanted[item]);
        if (different.length > (areWords ? 1 : 0)) say(`answers ${JSON.stringify(different)}`);
      }
      expect(problems).toEqual([]);
    },
    60_000,
  );
});

it('keeps words that arrive when the next spoken question is open', async () => {
  const { types, note } = await fly(thinksAloud);
  const flown = await fly(thinksAloud, without(types.indexOf('call.transcription'), LATE_MS));
  expect(answersOf(flown.note)).toEqual(answersOf(note));
});

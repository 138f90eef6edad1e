/**
 * X5: every answer, consent and red flag of a note leads back to the event it came from: the event is in the log of its call,
 * says the same keys or words, the question was put in the words whose hash is noted, and the recording holds it where the
 * note says. Judged by the simulator's own times.
 */
import { expect, it } from 'vitest';
import type { NoteAnswer } from '../../src/domain/note/note.ts';
import { castOf, crowdOf } from './cast.ts';
import { FLIGHT_SEED } from './deep.ts';
import { type Flight, givenFlight } from './flight.ts';
import { hashOf, QUESTIONNAIRE } from './plans.ts';
import type { Session } from './session.ts';

const CALLS = 216;
const TOLERANCE_MS = 500;

interface Seen {
  readonly flight: Flight;
  /** The call the answer was given in. */
  readonly session: Session;
  readonly item: string;
  readonly answer: NoteAnswer;
}

const eventOf = ({ session }: Pick<Seen, 'session'>, id: string | null | undefined) =>
  session.seen.find((event) => event.id === id);

function keysDiffer({ flight, session, item, answer }: Seen): string[] {
  const event = eventOf({ session }, answer.event_id);
  if (event?.type !== 'gather.ended') return ['its event is no end of a gather'];
  const ask = flight.record(session).asks.find(({ eventId }) => eventId === event.id);
  const problems: string[] = [];
  if (answer.entry !== undefined && answer.entry !== event.digits)
    problems.push(`entry ${answer.entry}, keyed ${event.digits}`);
  if (ask === undefined) return [...problems, 'nobody was asked'];
  if (answer.state !== 'skipped' && ask.step !== item) problems.push(`keyed at ${ask.step}`);
  return problems;
}

function wordsDiffer({ flight, session, answer }: Seen): string[] {
  const heard = (answer.event_ids ?? []).map((id) => {
    const event = eventOf({ session }, id);
    return event?.type === 'transcription.received' ? event.text : null;
  });
  const told = flight
    .record(session)
    .utterances.filter(({ eventId }) => eventId !== null && answer.event_ids?.includes(eventId));
  const problems: string[] = [];
  if (answer.event_id !== answer.event_ids?.[0]) problems.push('its event is not its first words');
  if (heard.join(' ') !== answer.value) problems.push(`words ${heard.join(' ')}`);
  if (told.map((utterance) => utterance.heard).join(' ') !== answer.value) problems.push('words that were never heard');
  return problems;
}

/** The question as it was spoken to this patient, by its hash. */
function wordingDiffers({ flight, session, item, answer }: Seen): string[] {
  const { language } = session.state;
  const text = QUESTIONNAIRE.items.find(({ id }) => id === item)?.text[language] ?? '';
  const problems: string[] = [];
  if (answer.question_version !== QUESTIONNAIRE.version) problems.push('no version of the question');
  if (answer.wording !== hashOf(text)) problems.push('the wording of another question');
  const spoken = flight.record(session).asks.some(({ step, prompt }) => step === item && prompt.includes(text));
  return spoken ? problems : [...problems, 'the question was never put in these words'];
}

function placeDiffers({ flight, session, answer }: Seen): string[] {
  const { callControlId } = session.state.ids ?? {};
  const recording = flight.engine.recordings.all().find((each) => each.callControlId === callControlId);
  const { asks, utterances } = flight.record(session);
  const at =
    asks.find(({ eventId }) => eventId === answer.event_id)?.endedAt ??
    utterances.find(({ eventId }) => eventId === answer.event_id)?.finalAt;
  if (at === undefined || at === null) return ['the other end knows nothing of it'];
  if (recording === undefined || at < recording.startedAt || at > recording.endedAt)
    return answer.offset_ms === null ? [] : [`a place in no recording: ${answer.offset_ms}`];
  const wanted = at - recording.startedAt;
  if (answer.offset_ms === null || answer.offset_ms === undefined) return ['no place in the recording'];
  return Math.abs(answer.offset_ms - wanted) <= TOLERANCE_MS ? [] : [`${answer.offset_ms} ms instead of ${wanted}`];
}

function problemsOf(seen: Seen): string[] {
  const given = seen.answer.input === 'voice' ? wordsDiffer(seen) : keysDiffer(seen);
  return [...given, ...wordingDiffers(seen), ...placeDiffers(seen)].map((problem) => `${seen.item}: ${problem}`);
}

it('resolves every field of every note to its event, its words and its place in the recording', async () => {
  const patients = castOf(CALLS);
  const flight = await givenFlight({ ...crowdOf(patients), ringBacks: true, seed: FLIGHT_SEED });
  for (const persona of patients) flight.call(persona);
  await flight.land();
  const problems: string[] = [];
  const count = { notes: 0, keys: 0, voice: 0, consents: 0, redFlags: 0, placed: 0 };
  for (const { plan, note, ...rest } of sessionsOf(flight)) {
    if (note === null) continue;
    count.notes += 1;
    const where = `${plan.patient.patientId} ${plan.direction}`;
    for (const section of ['hpi', 'ample', 'family_history'] as const) {
      for (const [name, answer] of Object.entries(note[section])) {
        if (answer.input === undefined) continue;
        const session = flight.sessions.get(answer.call_id ?? '');
        if (session === undefined) {
          problems.push(`${where} ${name}: of no call`);
          continue;
        }
        count[answer.input === 'voice' ? 'voice' : 'keys'] += 1;
        if (typeof answer.offset_ms === 'number') count.placed += 1;
        const found = problemsOf({ flight, session, item: `${section}.${name}`, answer });
        problems.push(...found.map((problem) => `${where} ${problem}`));
      }
    }
    if (note.consent.key !== null) {
      count.consents += 1;
      const event = eventOf({ session: rest.session }, note.consent.event_id);
      if (event?.type !== 'gather.ended' || event.digits !== note.consent.key || event.asked?.step !== 'consent')
        problems.push(`${where}: the consent has no event`);
      if (note.consent.wording_hash === null) problems.push(`${where}: the consent has no wording`);
    }
    for (const { rule, event_id, call_id } of note.red_flags) {
      count.redFlags += 1;
      const source = flight.sessions.get(call_id);
      if (source === undefined || eventOf({ session: source }, event_id) === undefined)
        problems.push(`${where}: ${rule} has no event`);
    }
  }
  process.stdout.write(`provenance: ${JSON.stringify(count)}\n`);
  expect(problems).toEqual([]);
  expect(count.keys).toBeGreaterThan(CALLS);
  expect(count.voice).toBeGreaterThan(CALLS);
}, 60_000);

const sessionsOf = (flight: Flight) =>
  [...flight.sessions.values()].map((session) => ({ session, plan: session.plan, note: session.note }));

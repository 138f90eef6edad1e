/**
 * A message campaign in the air: every patient is played the recording to its end and asked for a reply, with each fault the
 * simulator knows, and with every end of the recording lost. What must hold of each call is judged by the other end.
 */
import { expect, it } from 'vitest';
import { callRecord } from '../../src/domain/intake/call-record.ts';
import { messageAndReply } from '../../src/domain/intake/message-and-reply.ts';
import { compareWithNote } from '../../src/simulator/compare-with-note.ts';
import { hearsMessageAgain, messagePersonas, repliesToMessage } from '../../src/simulator/message-personas.ts';
import type { Persona } from '../../src/simulator/persona.ts';
import { auditPatient } from './audit.ts';
import { castOf, crowdOf } from './cast.ts';
import { FLIGHT_SEED } from './deep.ts';
import { type Flight, type FlightOptions, givenFlight } from './flight.ts';
import type { Session } from './session.ts';

const MESSAGE = { questionnaire: messageAndReply, mediaUrl: 'http://clinic.test/media/med_1/k1.AAAA.mp3' };
const SEEDS = 20;
const LATENCIES_MS = [5, 350, 600, 900];
/** Of the recording, in human time. */
const AUDIO_MS = 30_000;
const fetchAudio = async () => AUDIO_MS;

function differences(persona: Persona, session: Session): string[] {
  const { status, identity } = callRecord(session.state);
  const { consent: _, ...expected } = persona.expected;
  return compareWithNote({ ...persona, expected }, { status, identity }, session.note);
}

/** How often the recording was played whole, and how often it was begun. */
function plays(flight: Flight, session: Session): { whole: number; begun: number } {
  const told = flight.logOf(session).filter(({ type }) => type === 'webhook');
  const ends = told.filter(({ name }) => name === 'call.playback.ended');
  const whole = ends.filter(
    ({ metadata }) => (metadata as { payload: { status: string } }).payload.status === 'completed',
  );
  return { whole: whole.length, begun: told.filter(({ name }) => name === 'call.playback.started').length };
}

async function fly(persona: Persona, seed: number, options: FlightOptions): Promise<[Flight, Session]> {
  const flight = await givenFlight({ personas: [persona], seed, fetchAudio, ...options });
  const session = flight.call(persona, MESSAGE);
  await flight.land();
  return [flight, session];
}

it.each(messagePersonas)(
  '$id: as scripted, however late, doubled and out of order the events come',
  async (persona) => {
    const problems: string[] = [];
    for (let seed = FLIGHT_SEED; seed < FLIGHT_SEED + SEEDS; seed += 1) {
      const [flight, session] = await fly(persona, seed, {
        webhookLatencyMs: LATENCIES_MS[seed % LATENCIES_MS.length] ?? 0,
        webhookFaults: { reorder: 0.3, jitterMs: 400, duplicate: 0.2 },
      });
      const found = [...differences(persona, session), ...auditPatient(flight, [session])];
      const { whole } = plays(flight, session);
      const heard = session.state.answers['message.audio']?.value === 'heard';
      if (heard !== whole > 0) found.push(`heard: ${heard}, played whole ${whole} times`);
      problems.push(...found.map((problem) => `seed ${seed}: ${problem}`));
    }
    expect(problems).toEqual([]);
  },
  60_000,
);

it('a message asked for again is begun twice and heard whole once', async () => {
  const [flight, session] = await fly(hearsMessageAgain, FLIGHT_SEED, {});
  expect(plays(flight, session)).toEqual({ whole: 1, begun: 2 });
});

it('nobody is asked anything while a message is played', async () => {
  const [flight, session] = await fly(repliesToMessage, FLIGHT_SEED, {});
  const log = flight.logOf(session).map(({ name }) => name);
  const during = log.slice(log.indexOf('call.playback.started') + 1, log.indexOf('call.playback.ended'));
  expect(during).not.toContain('gather_using_speak');
  expect(log.slice(log.indexOf('playback_start') - 2, log.indexOf('playback_start') + 1)).toEqual([
    ...['call.speak.started', 'call.speak.ended', 'playback_start'],
  ]);
});

it.each(['call.playback.ended', 'call.speak.ended', 'call.playback.started'])(
  'every %s lost: noticed, survived, and the reply is in the note',
  async (lost) => {
    const [flight, session] = await fly(repliesToMessage, FLIGHT_SEED, {
      onDelivery: ({ event_type: type }, deliver) => (type === lost ? 200 : deliver()),
    });
    expect(auditPatient(flight, [session])).toEqual([]);
    expect(session.note?.message).toMatchObject({
      audio: { state: lost === 'call.playback.ended' ? 'unknown' : 'answered' },
      reply: { state: 'answered', value: 'I am doing fine and I have a question' },
      call_back: { state: 'answered', value: true },
    });
    // Telnyx was asked, and the message was not played a second time.
    expect(plays(flight, session)).toEqual({ whole: 1, begun: 1 });
  },
);

it('a recording that is not there: the patient is told, and staff call back', async () => {
  const [flight, session] = await fly(repliesToMessage, FLIGHT_SEED, { fetchAudio: async () => null });
  expect(auditPatient(flight, [session])).toEqual([]);
  expect(callRecord(session.state)).toMatchObject({ status: 'partial', error: 'message_not_played' });
  expect(session.state.tasks).toEqual(['callback']);
  expect(session.transcript.at(-1)?.text).toContain('something went wrong on our side');
});

it('a crowd under every fault at five in a hundred: each call ends whole', async () => {
  const RATE = 0.05;
  const patients = castOf(200, messagePersonas);
  const flight = await givenFlight({
    ...{ ...crowdOf(patients), seed: FLIGHT_SEED, fetchAudio },
    webhookFaults: { duplicate: RATE, reorder: RATE, jitterMs: 300, lateAfterHangup: RATE, drop: RATE },
    requestFaults: { tooMany: RATE, serverError: RATE, noAnswer: RATE, slow: RATE, dialAfterWebhook: RATE },
  });
  const sessions = patients.map((persona) => flight.call(persona, MESSAGE));
  await flight.land();
  expect(sessions.flatMap((session) => auditPatient(flight, [session]))).toEqual([]);
  const statuses = sessions.map(({ state }) => callRecord(state).status);
  expect(statuses.filter((status) => status === 'completed').length).toBeGreaterThan(100);
}, 60_000);

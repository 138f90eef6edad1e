/**
 * A fleet of calls over every persona, with each fault the simulator knows at five in a hundred. Once with every delivery made
 * good by Telnyx' retries, once with webhooks that never come at all.
 *
 * What must hold of each call (`audit.ts` judges it by the other end): it ends, its line is released, its note written, nothing
 * stays awaited; nobody is rung twice; neither recorder nor transcription runs before the patient's own 1 at the consent of
 * that call; nothing is ordered once the hang-up is known; an opt-out is stored; and every answer is in the note as it was
 * given. An answer may be missing only where the clinic could not know: where no delivery of the event that says it, or of one
 * of the words it is made of, ever arrived.
 */
import { expect, it } from 'vitest';
import { statusOf } from '../../src/domain/intake/call-record.ts';
import { deriveNote } from '../../src/simulator/derive-note.ts';
import type { EngineOptions } from '../../src/simulator/engine-options.ts';
import { Random } from '../../src/simulator/random.ts';
import { auditPatient, eventsNeverHeard, recordOf } from './audit.ts';
import { castOf, everyPersona } from './cast.ts';
import { FLIGHT_CALLS, FLIGHT_SEED } from './deep.ts';
import { type Flight, givenFlight } from './flight.ts';
import type { Session } from './session.ts';

/** One engine holds so many calls: enough to crowd it, few enough to forget them soon. */
const BATCH = 150;
const RATE = 0.05;
/** Half of them each way. */
const CALLS = Math.ceil(FLIGHT_CALLS / 2);
/** Between two dials. */
const PACE_MS = 250;

const faults = (losesForGood: boolean): Pick<EngineOptions, 'webhookFaults' | 'requestFaults' | 'lineFaults'> => ({
  webhookFaults: {
    ...{ duplicate: RATE, reorder: RATE, jitterMs: 300, lateAfterHangup: RATE, extraFields: RATE, unknownEvents: RATE },
    ...(losesForGood ? { drop: RATE } : {}),
  },
  requestFaults: { tooMany: RATE, serverError: RATE, noAnswer: RATE, slow: RATE, dialAfterWebhook: RATE },
  lineFaults: { missingVerdicts: RATE, expiredLinks: RATE },
});

/** A delivery that is lost on its way, or whose answer is: Telnyx sends it again. */
function lossyDelivery(random: Random): (body: string, deliver: () => number) => number {
  return (_, deliver) => {
    if (random.chance(RATE)) throw new TypeError('lost on the way');
    const status = deliver();
    if (random.chance(RATE)) throw new TypeError('the answer is lost');
    return status;
  };
}

interface Tally {
  readonly calls: number;
  readonly counts: Record<string, number>;
  readonly problems: string[];
}

async function flyBatch(batch: number, size: number, losesForGood: boolean, tally: Tally): Promise<void> {
  const seed = FLIGHT_SEED * 1_000_003 + batch;
  const random = new Random(seed);
  const patients = castOf(size, [...everyPersona.slice(batch % everyPersona.length), ...everyPersona]);
  const flight = await givenFlight({
    ...{ personas: patients, ringBacks: true, seed, liveCalls: size, ...faults(losesForGood) },
    quirks: {
      hashAlone: random.chance(0.5) ? 'valid' : 'invalid',
      shortEntry: random.chance(0.5) ? 'timeout' : 'invalid',
      detectionCuts: random.chance(0.5),
    },
    mishear: { rate: RATE },
    webhookLatencyMs: random.chance(0.5) ? 5 : 400,
    onDelivery: lossyDelivery(random),
  });
  patients.forEach((persona, index) => {
    flight.clock.after(index * PACE_MS, () => void flight.call(persona));
  });
  await flight.land();
  for (const { phase, persona } of flight.engine.legs.values())
    if (phase !== 'ended') tally.problems.push(`batch ${batch}, ${persona.id}: open: a line is still ${phase}`);
  patients.forEach((persona) => {
    const sessions = [...flight.sessions.values()].filter(({ plan }) => plan.patientNumber === persona.phone);
    const name = (problem: string) => `batch ${batch}, ${persona.id} ${persona.phone}: ${problem}`;
    tally.problems.push(...auditPatient(flight, sessions).map(name));
    countAnswers(flight, sessions, tally.counts);
    for (const session of sessions) count(flight, session, tally.counts);
  });
}

function count(flight: Flight, session: Session, counts: Record<string, number>): void {
  const add = (name: string, by = 1) => {
    counts[name] = (counts[name] ?? 0) + by;
  };
  add('calls');
  add(`status ${statusOf(session.state)}`);
  add(`${session.plan.direction} calls`);
  add('webhooks', session.seen.length);
  add('webhooks never heard', eventsNeverHeard(flight, [session]).size);
  add('commands', session.sent.length);
  add('commands failed', session.sent.filter(({ outcome }) => outcome === 'failed').length);
  add('note versions', session.notes.length);
}

/** How much the judge of the answers has to say. */
function countAnswers(flight: Flight, sessions: readonly Session[], counts: Record<string, number>): void {
  const records = sessions.flatMap((session) => recordOf(flight, session) ?? []);
  const { items } = deriveNote(records, eventsNeverHeard(flight, sessions));
  for (const answer of Object.values(items)) {
    const name = answer === null ? 'answers not told' : `answers ${answer.input ?? answer.state}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
}

function table({ counts, problems }: Tally, title: string): string {
  const kinds: Record<string, number> = {};
  for (const problem of problems) {
    const kind = /: (\w+)/.exec(problem)?.[1] ?? '';
    kinds[`violations ${kind}`] = (kinds[`violations ${kind}`] ?? 0) + 1;
  }
  const rows = Object.entries({ ...counts, ...kinds, violations: problems.length }).sort(([a], [b]) =>
    a.localeCompare(b),
  );
  return `fleet, ${title}\n${rows.map(([name, value]) => `  ${name.padEnd(28)}${String(value).padStart(9)}`).join('\n')}\n`;
}

it.each([
  ['every delivery made good', false],
  ['webhooks lost for good', true],
])(
  'ends every call whole: %s',
  async (title, losesForGood) => {
    const tally: Tally = { calls: CALLS, counts: {}, problems: [] };
    for (let batch = 0; batch * BATCH < CALLS; batch += 1)
      await flyBatch(batch, Math.min(BATCH, CALLS - batch * BATCH), losesForGood, tally);
    process.stdout.write(table(tally, title));
    expect(tally.problems.slice(0, 50)).toEqual([]);
  },
  Math.max(60_000, CALLS * 100),
);

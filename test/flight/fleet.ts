/**
 * A fleet of calls over every persona with the faults the simulator knows, from a case that is plain data: the same case gives
 * the same flight. What must hold of each call says `audit.ts`.
 */
import { statusOf } from '../../src/domain/intake/call-record.ts';
import { transition } from '../../src/domain/intake/transition.ts';
import { deriveNote } from '../../src/simulator/derive-note.ts';
import type { Observation } from '../../src/simulator/observation.ts';
import { Random } from '../../src/simulator/random.ts';
import { auditPatient, recordOf } from './audit.ts';
import { castOf, clinicList } from './cast.ts';
import { type Flight, givenFlight } from './flight.ts';
import { PLANTED_BUGS, type PlantedBug } from './planted-bugs.ts';
import { logOfSession, outcomeOf, replayLog } from './replay-log.ts';
import type { Session } from './session.ts';

/** How often each goes wrong, from 0 to 1. */
export type FaultName = (typeof FAULTS)[number];
const WEBHOOK_FAULTS = ['drop', 'duplicate', 'reorder', 'lateAfterHangup', 'extraFields', 'unknownEvents'] as const;
const REQUEST_FAULTS = ['tooMany', 'serverError', 'noAnswer', 'slow', 'dialAfterWebhook'] as const;
const LINE_FAULTS = ['missingVerdicts', 'expiredLinks'] as const;
const OWN_FAULTS = ['lostDelivery', 'lostAnswer', 'mishear'] as const;
export const FAULTS = [...WEBHOOK_FAULTS, ...REQUEST_FAULTS, ...LINE_FAULTS, ...OWN_FAULTS] as const;

export interface FleetCase {
  readonly seed: number;
  readonly patients: readonly { readonly persona: string; readonly phone: string }[];
  readonly faults: Readonly<Partial<Record<FaultName, number>>>;
  readonly bug: PlantedBug | null;
  /** Whether the log of each call goes through the core once more. */
  readonly replays: boolean;
}

export interface Tally {
  readonly counts: Record<string, number>;
  readonly problems: string[];
}

const RATE = 0.05;
/** Between two dials. */
const PACE_MS = 250;
const JITTER_MS = 300;
const personaOf = new Map(clinicList.map((persona) => [persona.id, persona]));

/** One engine holds so many calls: enough to crowd it, few enough to forget them soon. */
export const FLEET_SIZE = 75;

export function fleetCase(
  seed: number,
  size: number,
  losesForGood: boolean,
  { bug = null, replays = true }: Partial<Pick<FleetCase, 'bug' | 'replays'>> = {},
): FleetCase {
  const first = seed % clinicList.length;
  const patients = castOf(size, [...clinicList.slice(first), ...clinicList.slice(0, first)]);
  const isOn = (fault: FaultName) => fault !== 'drop' || losesForGood;
  return {
    ...{ seed, bug, replays },
    patients: patients.map(({ id, phone }) => ({ persona: id, phone })),
    faults: Object.fromEntries(FAULTS.filter(isOn).map((fault) => [fault, RATE])),
  };
}

export async function flyFleet(
  { seed, patients: listed, faults, bug, replays }: FleetCase,
  onObservation?: (observation: Observation) => void,
): Promise<Tally> {
  const tally: Tally = { counts: {}, problems: [] };
  const add = (name: string, by = 1): void => {
    tally.counts[name] = (tally.counts[name] ?? 0) + by;
  };
  const random = new Random(seed);
  const patients = listed.map(({ persona, phone }) => {
    const script = personaOf.get(persona);
    if (script === undefined) throw new Error(`no persona ${persona}`);
    return { ...script, phone };
  });
  const rates = (names: readonly FaultName[]) => Object.fromEntries(names.map((name) => [name, faults[name] ?? 0]));
  const core = bug === null ? transition : PLANTED_BUGS[bug].broken;
  const seen = new Set<string>();
  const flight = await givenFlight({
    ...{ personas: patients, ringBacks: true, seed, liveCalls: Math.max(1, patients.length) },
    transition: core,
    ...(onObservation === undefined ? {} : { onObservation }),
    webhookFaults: { ...rates(WEBHOOK_FAULTS), jitterMs: JITTER_MS },
    requestFaults: rates(REQUEST_FAULTS),
    lineFaults: rates(LINE_FAULTS),
    quirks: {
      hashAlone: random.chance(0.5) ? 'valid' : 'invalid',
      shortEntry: random.chance(0.5) ? 'timeout' : 'invalid',
      detectionCuts: random.chance(0.5),
    },
    mishear: { rate: faults.mishear ?? 0 },
    webhookLatencyMs: random.chance(0.5) ? 5 : 400,
    // A delivery that is lost on its way, or whose answer is: Telnyx sends it again.
    onDelivery: ({ id }, deliver) => {
      if (random.chance(faults.lostDelivery ?? 0)) {
        add('fault: delivery lost on its way');
        throw new TypeError('lost on the way');
      }
      if (seen.has(id)) add('fault: delivered twice');
      seen.add(id);
      const status = deliver();
      if (!random.chance(faults.lostAnswer ?? 0)) return status;
      add('fault: answer to a delivery lost');
      throw new TypeError('the answer is lost');
    },
  });
  patients.forEach((persona, index) => {
    flight.clock.after(index * PACE_MS, () => void flight.call(persona));
  });
  await flight.land();
  for (const { phase, persona } of flight.engine.legs.values())
    if (phase !== 'ended') tally.problems.push(`${persona.id}: open: a line is still ${phase}`);
  add('fault: webhook never heard', flight.neverHeard.size);
  const byNumber = Map.groupBy(flight.sessions.values(), ({ plan }) => plan.patientNumber);
  for (const persona of patients) {
    const sessions = byNumber.get(persona.phone) ?? [];
    const problems = auditPatient(flight, sessions);
    if (replays) problems.push(...sessions.flatMap((session) => replayed(session, core)));
    tally.problems.push(...problems.map((problem) => `${persona.id} ${persona.phone}: ${problem}`));
    countAnswers(flight, sessions, add);
    for (const session of sessions) count(session, add);
    if (replays) add('logs replayed', sessions.length);
  }
  return tally;
}

/** The log of the call goes through the core again and comes to the same bytes. */
function replayed(session: Session, core: typeof transition): string[] {
  return replayLog(logOfSession(session), session.plan, core) === outcomeOf(session)
    ? []
    : ['replay: the log comes to other bytes'];
}

type Add = (name: string, by?: number) => void;

function count(session: Session, add: Add): void {
  add('calls');
  add(`ending: ${statusOf(session.state)}`);
  add(`${session.plan.direction} calls`);
  add('commands', session.sent.length);
  for (const { code } of session.sent) if (code !== null) add(`fault: command answered ${code}`);
  // What the session observed itself is named after its call.
  const own = `${session.plan.callId}:`;
  let latest = 0;
  for (const { at, id } of session.seen) {
    if (id.startsWith(own)) continue;
    add('webhooks');
    if (at < latest) add('fault: overtaken');
    latest = Math.max(latest, at);
  }
  add('fault: late', session.events.filter(({ effect }) => effect === 'late').length);
  add('note versions', session.notes.length);
}

/** How much the judge of the answers has to say. */
function countAnswers(flight: Flight, sessions: readonly Session[], add: Add): void {
  const records = sessions.flatMap((session) => recordOf(flight, session) ?? []);
  const { items } = deriveNote(records, flight.neverHeard);
  for (const answer of Object.values(items))
    add(answer === null ? 'answers not told' : `answers ${answer.input ?? answer.state}`);
}

/** By the first word of what is said after the patient. */
export const kindOf = (problem: string): string => /: ([\w -]+?):/.exec(problem)?.[1] ?? 'other';

/** Tries smaller cases as long as one of them has a violation of the same kind. */
export async function shrinkFleet(
  found: FleetCase,
  kind: string,
  deadline = Number.POSITIVE_INFINITY,
): Promise<FleetCase> {
  const fails = async (tried: FleetCase) =>
    (await flyFleet(tried)).problems.some((problem) => kindOf(problem) === kind);
  let least = found;
  const take = async (tried: FleetCase): Promise<boolean> => {
    if (Date.now() >= deadline || !(await fails(tried))) return false;
    least = tried;
    return true;
  };
  // Patients in ever smaller pieces, then the faults one after another.
  for (let piece = Math.ceil(least.patients.length / 2); piece >= 1; piece = Math.floor(piece / 2)) {
    for (let at = 0; at < least.patients.length; ) {
      const { patients } = least;
      const fewer = patients.filter((_, index) => index < at || index >= at + piece);
      if (fewer.length === 0 || !(await take({ ...least, patients: fewer }))) at += piece;
    }
  }
  for (const fault of FAULTS) {
    const { [fault]: rate, ...others } = least.faults;
    if (rate !== undefined) await take({ ...least, faults: others });
  }
  return least;
}

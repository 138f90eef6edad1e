/**
 * What the patient wanted, and whether it was done: told by the keys that were pressed and the words that were spoken, never by
 * what the core believes. Nothing is asked of the clinic that it could not know: a key counts once one of the events that tell
 * of it arrived.
 */
import { statusOf } from '../../src/domain/intake/call-record.ts';
import type { CommandName } from '../../src/domain/intake/command.ts';
import type { CallRecord, Press } from '../../src/simulator/call-record.ts';
import { type StarCommand, starCommands } from '../../src/simulator/star-commands.ts';
import type { Flight } from './flight.ts';
import type { Session } from './session.ts';

export function judgeWishes(flight: Flight, session: Session, record: CallRecord): string[] {
  const heardAt: HeardAt = (id) => {
    if (id === null || flight.neverHeard.has(id)) return NEVER;
    return session.events.find((event) => event.event_id === id)?.received_at ?? AT_ONCE;
  };
  const commands = starCommands(record);
  return [
    ...optOutLost(session, record, commands, heardAt),
    ...alarmsMissed(session, record, commands, heardAt),
    ...listenedOn(flight, session, record, commands, heardAt),
    ...askedWithoutLeave(session, record),
    ...wrongPersonMissed(session, record, heardAt),
  ];
}

/** When the clinic heard of an event of Telnyx. */
type HeardAt = (id: string | null) => number;

const NEVER = Number.POSITIVE_INFINITY;
/** It arrived, and the session was not told. */
const AT_ONCE = 0;

/** When the clinic knew of all the keys; Telnyx tells of each by itself, and of those of a question once more with its end. */
function knownAt({ asks }: CallRecord, presses: readonly Press[], heardAt: HeardAt): number {
  const times = presses.map(({ digit, ask, eventId }) => {
    const pressedInto = ask === null ? undefined : asks[ask];
    const inEnd = pressedInto?.digits.includes(digit) === true ? pressedInto.eventId : null;
    return Math.min(heardAt(eventId), heardAt(inEnd));
  });
  return Math.max(...times);
}

const SPOKEN_STOP = /\bstop calling me\b/;

/** `*9` anywhere, 9 at the opening, or said in words: then nothing more is asked and nobody calls this number again, and only then. */
function optOutLost(
  { suppressed, plan, sent }: Session,
  record: CallRecord,
  commands: readonly StarCommand[],
  heardAt: HeardAt,
): string[] {
  const keyed = [
    ...commands.filter(({ key }) => key === '9').map(({ presses }) => presses),
    ...record.presses
      .filter(({ digit, ask }) => digit === '9' && ask !== null && record.asks[ask]?.step === 'opening')
      .map((press) => [press]),
  ];
  const said = record.utterances.filter((utterance) => SPOKEN_STOP.test(utterance.said));
  const known = Math.min(
    ...keyed.map((presses) => knownAt(record, presses, heardAt)),
    ...said.map(({ heard, eventId }) => (SPOKEN_STOP.test(heard ?? '') ? heardAt(eventId) : NEVER)),
  );
  const problems: string[] = [];
  if (sent.some(({ command }) => command.name === 'gather_using_speak' && command.createdAt > known))
    problems.push('opt-out: more is asked after it');
  const isStored = suppressed.includes(plan.patientNumber);
  if (!isStored && known < NEVER) problems.push('opt-out: not stored');
  if (isStored && keyed.length + said.length === 0) problems.push('opt-out: stored, and nobody asked for it');
  return problems;
}

/** What nobody may overhear, in words plainer than the rules, so that a word misheard beside them changes nothing. */
const ALARMING: readonly (readonly [rule: string, words: RegExp])[] = [
  ['chest-pain', /\bchest pain\b/],
  ['self-harm', /\bdo not want to live\b/],
];

function alarmsMissed(
  { note, tasks }: Session,
  record: CallRecord,
  commands: readonly StarCommand[],
  heardAt: HeardAt,
): string[] {
  // From then on nobody may listen.
  const deafFrom = Math.min(...commands.filter(({ key }) => key === '8').map(({ at }) => at), ...joinedAt(record));
  const raised = new Set<string>();
  for (const { heard, eventId, finalAt } of record.utterances) {
    if (heard === null || finalAt === null || finalAt >= deafFrom) continue;
    for (const [rule, words] of ALARMING) if (words.test(heard) && heardAt(eventId) < NEVER) raised.add(rule);
  }
  for (const { step, outcome, digits, eventId } of record.asks)
    if (step === 'hpi.pain_level' && outcome === 'valid' && digits === '10' && heardAt(eventId) < NEVER)
      raised.add('worst-pain');
  if (raised.size === 0) return [];
  const noted = new Set(note?.red_flags.map(({ rule }) => rule));
  const problems = [...raised].filter((rule) => !noted.has(rule)).map((rule) => `red flag: ${rule} is not in the note`);
  return tasks.includes('red_flag') ? problems : [...problems, 'red flag: staff have no task'];
}

const joinedAt = ({ transfers }: CallRecord): number[] => transfers.flatMap(({ bridgedAt }) => bridgedAt ?? []);

/** Longer than one request takes for which the others wait. */
const UNDER_WAY_MS = 15_000;

const LISTENERS: readonly (readonly [start: CommandName, stop: CommandName])[] = [
  ['record_start', 'record_stop'],
  ['transcription_start', 'transcription_stop'],
];

/** After `*8`, and once staff have joined, nothing runs on that listens: RC-04, RC-06, from what Telnyx carried out. */
function listenedOn(
  flight: Flight,
  session: Session,
  record: CallRecord,
  commands: readonly StarCommand[],
  heardAt: HeardAt,
): string[] {
  const wishes = commands.filter(({ key }) => key === '8').map(({ presses }) => knownAt(record, presses, heardAt));
  if (joinedAt(record).length > 0)
    wishes.push(session.events.find(({ type }) => type === 'staff.answered')?.received_at ?? NEVER);
  const known = Math.min(...wishes);
  if (known + UNDER_WAY_MS >= (record.endedAt ?? NEVER)) return [];
  const log = flight.logOf(session);
  return LISTENERS.flatMap(([start, stop]) => {
    const last = log.findLast(({ type, name }) => type === 'command' && (name === start || name === stop));
    if (last?.name !== start) return [];
    // Ordered again and again, and never carried out.
    const tries = session.sent.filter(({ command, at }) => command.name === stop && at >= known);
    const isRefused = tries.length > 0 && tries.every(({ outcome }) => outcome !== 'accepted');
    return isRefused ? [] : [`withdrawal: ${start} runs to the end`];
  });
}

const isOfItem = (step: string): boolean => step.includes('.') || step === 'red_flag';

/** What must have been answered on this very line before anything more is asked: that it is the patient, the birth date, the consent. */
function askedWithoutLeave({ plan }: Session, { asks }: CallRecord): string[] {
  const known = plan.direction === 'outbound' ? [plan.patient] : plan.candidates.map(({ patient }) => patient);
  const birthDates = known.flatMap(({ dateOfBirth }) => dateOfBirth ?? []).map(keysOf);
  const isUnchecked = known.length === 1 && birthDates.length === 0;
  let [isPatient, isProved, agrees] = [false, false, false];
  const problems: string[] = [];
  for (const { step, outcome, digits } of asks) {
    if (step === null) continue;
    if (step === 'birth_date' && !isPatient) problems.push('identity: the birth date is asked of nobody known');
    if (step === 'consent' && !(isPatient && (isProved || isUnchecked)))
      problems.push('identity: the interview goes on with somebody else');
    if (isOfItem(step) && !agrees) problems.push(`identity: ${step} is asked without consent`);
    if (outcome !== 'valid') continue;
    isPatient ||= step === 'opening' && digits === '1';
    isProved ||= step === 'birth_date' && birthDates.includes(digits);
    agrees ||= step === 'consent' && (digits === '1' || digits === '2');
  }
  return problems;
}

/** `1980-04-12` as it is keyed: `04121980`. */
const keysOf = (birthDate: string): string => birthDate.slice(5).replace('-', '') + birthDate.slice(0, 4);

function wrongPersonMissed({ plan, state }: Session, { asks }: CallRecord, heardAt: HeardAt): string[] {
  if (plan.direction === 'inbound') return [];
  const isSaid = asks.some(
    ({ step, outcome, digits, eventId }) =>
      step === 'opening' && outcome === 'valid' && digits === '2' && heardAt(eventId) < NEVER,
  );
  const status = statusOf(state);
  return isSaid && status !== 'wrong_person' ? [`identity: a wrong person, and the call ends ${status}`] : [];
}

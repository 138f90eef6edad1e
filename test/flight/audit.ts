/**
 * What must be true of every call that is over, judged by the other end: by what the simulator says was dialled, carried out,
 * pressed and said. Empty when all of it is.
 */
import { leavesNote } from '../../src/domain/intake/call-record.ts';
import { isOwn } from '../../src/domain/intake/command.ts';
import { type Note, noteAnswers } from '../../src/domain/note/note.ts';
import { itemKind } from '../../src/simulator/answer-meaning.ts';
import type { CallRecord } from '../../src/simulator/call-record.ts';
import { compareWithRecords } from '../../src/simulator/compare-with-note.ts';
import { deriveNote } from '../../src/simulator/derive-note.ts';
import type { Leg } from '../../src/simulator/leg.ts';
import type { Flight } from './flight.ts';
import { judgeWishes } from './judge-wishes.ts';
import type { Session } from './session.ts';

/** The calls of one patient, in order: the one that was dialled, and the ring-backs. */
export function auditPatient(flight: Flight, sessions: readonly Session[]): string[] {
  const problems = sessions.flatMap((session) => auditCall(flight, session));
  const last = sessions.findLast(({ note }) => note !== null);
  const records = sessions.flatMap((session) => recordOf(flight, session) ?? []);
  const lost = flight.neverHeard;
  if (last?.note == null) {
    const asked = deriveNote(records, lost, sessions[0]?.plan.questionnaire.id).items;
    const given = Object.entries(asked).filter(([, answer]) => answer?.input !== undefined);
    return [...problems, ...given.map(([item]) => `answers: ${item} was given, and there is no note`)];
  }
  const answers = compareWithRecords(last.note, records, lost);
  const words = sessions.flatMap((session) => wordsLost(flight, session, last.note, lost));
  return [...problems, ...answers.map((difference) => `answers: ${difference}`), ...words];
}

/**
 * Word for word, where the comparison of answers is lenient: a final that arrived, said to an open item and neither taken back
 * nor skipped, is among the events of its answer.
 */
function wordsLost(flight: Flight, session: Session, note: Note | null, lost: ReadonlySet<string>): string[] {
  const record = recordOf(flight, session);
  if (record === null) return [];
  const heard = new Set(session.events.filter(({ effect }) => effect === 'applied').map(({ event_id }) => event_id));
  // Of any answer: the end of a sentence may be said into the next question.
  const inNote = new Set(
    Object.values(note === null ? {} : noteAnswers(note)).flatMap(({ event_ids: ids }) => ids ?? []),
  );
  return record.utterances.flatMap(({ step, ask, eventId, said }) => {
    if (step === null || eventId === null || lost.has(eventId)) return [];
    const item = step.replace(/\.confirm$/, '');
    if (itemKind(item) !== 'voice') return [];
    const answer = note === null ? undefined : noteAnswers(note)[item];
    if (answer === undefined || answer.state === 'skipped' || inNote.has(eventId)) return [];
    const takenBack = record.asks.some(
      (later, index) => index >= ask && later.step === `${item}.confirm` && later.digits === '2',
    );
    const effect = heard.has(eventId) ? 'applied' : 'without effect';
    return takenBack ? [] : [`words: ${item}: "${said}" is not in the note (${effect})`];
  });
}

/** So often in vain, and a gather counts as stopped. */
const VAIN_STOPS = 3;

/** One question at a time: a gather is never cut off by the next without having been stopped. */
function talkedOver(flight: Flight, session: Session): string[] {
  const { asks } = recordOf(flight, session) ?? { asks: [] };
  const stops = flight
    .logOf(session)
    .filter(({ name }) => name === 'gather_stop')
    .map(({ at }) => at);
  const inVain = session.sent.filter(({ command, outcome }) => command.name === 'gather_stop' && outcome === 'failed');
  const isVain = (from: number, to: number) => inVain.filter(({ at }) => at >= from && at <= to).length >= VAIN_STOPS;
  // What was cut off after stops in vain ends in the name of what cut it off, which is put again, whole, and may so end in its name again.
  let excused: string | null = null;
  return asks.flatMap((ask, index) => {
    const next = asks[index + 1];
    const isCut =
      next !== undefined && ask.outcome === 'cancelled' && ask.endedAt === next.at && !stops.includes(next.at);
    const isExcused = isCut && (isVain(ask.at, next.at) || (excused === ask.step && ask.step === next.step));
    excused = isExcused ? next.step : null;
    return isCut && !isExcused ? [`question: ${ask.step} is cut off by ${next.step}`] : [];
  });
}

function auditCall(flight: Flight, session: Session): string[] {
  const record = recordOf(flight, session);
  const legs = legsOf(flight, session);
  return [
    ...leftOpen(session, legs),
    ...dialledTwice(session, legs),
    ...listenedWithoutConsent(flight, session),
    ...sentAfterHangUp(session),
    ...talkedOver(flight, session),
    ...(record === null ? [] : judgeWishes(flight, session, record)),
  ];
}

export function recordOf(flight: Flight, { state }: Session): CallRecord | null {
  return state.ids === null ? null : flight.engine.record(state.ids.callControlId);
}

function leftOpen(session: Session, legs: readonly Leg[]): string[] {
  const { state, released, savedAt } = session;
  const problems: string[] = [];
  if (state.phase !== 'ended') problems.push(`open: the call is still ${state.phase}`);
  else if (!session.isIdle) problems.push('open: something is still awaited');
  if (savedAt === null) problems.push('open: nothing was saved');
  if (session.note === null && leavesNote(state, session.plan)) problems.push('open: the note was not written');
  if (released === 0) problems.push('open: the line was not released');
  for (const leg of legs) {
    if (leg.phase !== 'ended') problems.push(`open: the line is ${leg.phase}`);
  }
  return problems;
}

const legsOf = (flight: Flight, { plan }: Session): Leg[] =>
  [...flight.engine.legs.values()].filter(({ record }) => record.callId === plan.callId);

function dialledTwice({ plan }: Session, legs: readonly Leg[]): string[] {
  const rung = legs.filter(({ direction, to }) => direction === 'outgoing' && to === plan.patientNumber);
  const most = plan.direction === 'outbound' ? 1 : 0;
  return rung.length > most ? [`dial: rung ${rung.length} times`] : [];
}

/** X1, from what Telnyx carried out: never before the patient's own 1 at the consent of this very call. */
function listenedWithoutConsent(flight: Flight, session: Session): string[] {
  const started = flight
    .logOf(session)
    .filter(({ type, name }) => type === 'command' && (name === 'record_start' || name === 'transcription_start'));
  const consentAt = consentOf(recordOf(flight, session));
  return started
    .filter(({ at }) => consentAt === null || at < consentAt)
    .map(({ name }) => `consent: ${name} without consent`);
}

function consentOf(record: CallRecord | null): number | null {
  const given = record?.asks.find(({ step, outcome, digits }) => {
    return step === 'consent' && outcome === 'valid' && digits === '1';
  });
  return given?.endedAt ?? null;
}

/** TC-18: once the hang-up is known, nothing is asked of Telnyx any more. */
function sentAfterHangUp({ sent, events }: Session): string[] {
  const toldAt = events.find(({ type }) => type === 'call.hangup')?.received_at ?? Number.POSITIVE_INFINITY;
  return sent
    .filter(({ at, state }) => at > toldAt || state.phase === 'ended' || state.hangup !== null)
    .filter(({ command }) => !isOwn(command.name))
    .map(({ command }) => `after the end: ${command.name}`);
}

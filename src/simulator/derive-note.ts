/**
 * What the note of a call must hold, from nothing but the record of what the patient heard, pressed and said: the rules
 * of the interview told a second time. Pure. Where two readings are fair (words that arrived between two questions, an
 * entry cut off by the hang-up, an event that never reached the worker) it says nothing about that item.
 */
import { answerMeaning, itemKind, scriptOf } from './answer-meaning.ts';
import type { Ask, CallRecord, Utterance } from './call-record.ts';
import type { AnswerState } from './persona.ts';
import { starCommands } from './star-commands.ts';

export interface DerivedAnswer {
  readonly state: AnswerState;
  readonly value?: string | number | boolean | null;
  readonly confirmed?: boolean;
  readonly input?: 'keys' | 'voice';
}

export interface DerivedNote {
  /** By item; `null`: cannot be told. */
  readonly items: Readonly<Record<string, DerivedAnswer | null>>;
  readonly consent: { readonly collection?: string; readonly recording?: string };
  readonly optedOut: boolean;
}

type Answers = Map<string, DerivedAnswer | null>;

/** How one item fared in one call. */
interface Course {
  readonly words: string[];
  /** Words that may or may not have counted for it. */
  isMurky: boolean;
  silentTries: number;
  otherTries: number;
  settled: DerivedAnswer | null;
}

const triesOfAnItem = 3;

/**
 * `records`: one call, or the calls of one intake in order, when its patient rang back. `lost`: ids of events that never
 * reached the worker. `questionnaire`: the id of the one they were asked from; the intake when left out.
 */
export function deriveNote(
  records: readonly CallRecord[],
  lost: ReadonlySet<string> = new Set(),
  questionnaire: unknown = null,
): DerivedNote {
  const answers: Answers = new Map();
  let consent: DerivedNote['consent'] = {};
  let optedOut = false;
  for (const record of records) {
    const choice = record.entries['consent']?.digits;
    consent = consentOf(choice) ?? {};
    optedOut ||= record.entries['opening']?.digits === '9' || starCommands(record).some(({ key }) => key === '9');
    for (const [item, course] of coursesOf(record, lost)) answers.set(item, settle(item, course));
  }
  const wasAsked = records.some((record) => ['1', '2'].includes(record.entries['consent']?.digits ?? ''));
  const items: Record<string, DerivedAnswer | null> = {};
  for (const [item] of scriptOf(questionnaire)) {
    const answer = answers.get(item);
    items[item] = answer === undefined && wasAsked ? { state: 'not_asked' } : (answer ?? null);
  }
  return { items, consent, optedOut };
}

function consentOf(choice: string | undefined): DerivedNote['consent'] | null {
  switch (choice) {
    case '1':
      return { collection: 'given', recording: 'given' };
    case '2':
      return { collection: 'given', recording: 'declined' };
    case '3':
      return { collection: 'declined' };
    default:
      return null;
  }
}

function coursesOf(record: CallRecord, lost: ReadonlySet<string>): Map<string, Course> {
  const courses = new Map<string, Course>();
  const commands = starCommands(record);
  let open: string | null = null;
  record.asks.forEach((ask, index) => {
    const isConfirm = ask.step?.endsWith('.confirm') === true;
    const item: string | null = isConfirm ? (ask.step ?? '').slice(0, -'.confirm'.length) : ask.step;
    if (item !== null && itemKind(item) !== null) {
      open = item;
      const course = courses.get(item) ?? newCourse();
      courses.set(item, course);
      if (ask.eventId !== null && lost.has(ask.eventId)) course.isMurky = true;
      else if (isConfirm) takeConfirm(course, ask, index, record, lost);
      else if (itemKind(item) === 'voice') takeWords(course, ask, index, record, lost);
      else takeKeys(course, ask, item);
    }
    const course = open === null ? undefined : courses.get(open);
    for (const { key, ask: given } of commands) {
      if (given !== index || course === undefined) continue;
      if (key === '7') course.settled = { state: 'skipped' };
      if (key === '8' && open !== null && itemKind(open) === 'voice') course.isMurky = true;
    }
  });
  return courses;
}

function newCourse(): Course {
  return { words: [], isMurky: false, silentTries: 0, otherTries: 0, settled: null };
}

function takeKeys(course: Course, ask: Ask, item: string): void {
  const { digits, outcome } = ask;
  if (digits.includes('*')) return;
  const meaning = outcome === 'valid' ? answerMeaning(item, digits) : null;
  if (meaning !== null) {
    course.settled = { ...meaning, input: 'keys' };
    course.isMurky = false;
  } else {
    countTry(course, ask);
  }
}

function countTry(course: Course, { outcome, digits }: Ask): void {
  if (digits.includes('*')) return;
  if (outcome === 'timeout' && digits === '') course.silentTries += 1;
  else if (outcome === 'timeout' || outcome === 'valid' || outcome === 'invalid') course.otherTries += 1;
}

/** Words belong to the question that was open when their final was sent, which may be later than when they were said. */
function takeWords(course: Course, ask: Ask, index: number, record: CallRecord, lost: ReadonlySet<string>): void {
  const heardHere = heardAt(record, index);
  const saidHere = record.utterances.filter((utterance) => utterance.ask === index && utterance.finalAt !== null);
  if (saidHere.some((utterance) => !heardHere.includes(utterance)) || heardHere.some(isAfterEnd(record))) {
    course.isMurky = true;
  }
  if (heardHere.some(({ eventId }) => eventId !== null && lost.has(eventId))) course.isMurky = true;
  for (const { heard } of heardHere) if (heard !== null) course.words.push(heard);
  if (heardHere.length === 0) countTry(course, ask);
}

const heardAt = (record: CallRecord, index: number): Utterance[] =>
  record.utterances.filter(({ finalAt }) => openAskAt(record, finalAt) === index);

function openAskAt({ asks }: CallRecord, at: number | null): number {
  return at === null ? -1 : asks.findLastIndex((ask) => ask.at < at);
}

function isAfterEnd({ endedAt }: CallRecord): (utterance: Pick<Utterance, 'finalAt'>) => boolean {
  return ({ finalAt }) => endedAt !== null && finalAt !== null && finalAt >= endedAt;
}

/** Who talks on while the answer is read back adds to it, and hears it read again; with a key at the same reading it is unclear which came first. */
function takeConfirm(
  course: Course,
  { outcome, digits }: Ask,
  index: number,
  record: CallRecord,
  lost: ReadonlySet<string>,
): void {
  for (const { heard, eventId, ...utterance } of heardAt(record, index)) {
    if (heard !== null) course.words.push(heard);
    const isLost = eventId !== null && lost.has(eventId);
    if (isLost || outcome === 'valid' || isAfterEnd(record)(utterance)) course.isMurky = true;
  }
  if (outcome !== 'valid') return;
  if (digits === '3') course.settled = { state: 'skipped' };
  if (digits === '1') course.settled = course.words.length > 0 ? wordsOf(course, true) : null;
  if (digits === '2') Object.assign(course, newCourse(), { words: [] });
}

function wordsOf({ words }: Course, confirmed: boolean): DerivedAnswer {
  return { state: 'answered', value: words.join(' '), confirmed, input: 'voice' };
}

function settle(item: string, course: Course): DerivedAnswer | null {
  const { settled, isMurky, words, silentTries, otherTries } = course;
  if (isMurky) return settled?.state === 'skipped' ? settled : null;
  if (settled !== null) return settled;
  if (words.length > 0) return wordsOf(course, false);
  if (silentTries + otherTries < triesOfAnItem) return null;
  if (otherTries === 0) return { state: 'skipped' };
  return itemKind(item) === 'voice' ? null : { state: 'unclear' };
}

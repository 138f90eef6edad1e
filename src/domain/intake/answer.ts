/** What an open question makes of the patient's keys: opening, birth date, consent, items, read-back, red flag. Pure. */
import { ask, askNextItem, confirmedBy, itemOf, put, putCommand } from './ask.ts';
import { type CallPlan, planFor } from './call-plan.ts';
import { consentWording } from './call-texts.ts';
import { onCommand } from './commands.ts';
import type { CallEvent } from './event.ts';
import { candidateFor, chooseCandidate, onlyCandidateWithoutBirthDate } from './identify.ts';
import { overtaken, useStar } from './loose-keys.ts';
import { onOptOutLine, stopOwnCalls } from './opt-out-line.ts';
import { readAnswer } from './read-answer.ts';
import { type Keys, readBirthDate, sameBirthDate } from './read-keys.ts';
import { goOn, onFailedTry, settleAndGoOn, skip } from './settle-item.ts';
import { askAnew, awaitWords } from './speech.ts';
import { toStaff } from './staff.ts';
import type { Answer, CallState, StateIn } from './state.ts';
import { andThen, close, order, type Turn, withTask } from './turn.ts';
import { keepWords } from './voice-answer.ts';

type Asking = StateIn<'asking'>;

/** A key so soon after an emergency text broke in was meant for the question before it. */
const NOT_YET_HEARD_MS = 2500;
/** A `#` so soon after a question belongs to the answer of the one before. */
const STRAY_POUND_MS = 1000;
/** So often a question is put again at no cost: nothing may go round for ever. */
const MAX_FREE_REPEATS = 2;

export function onKeys(state: Asking, event: CallEvent, plan: CallPlan, keys: Keys): Turn {
  const heard: Asking = keys.kind === 'silence' ? state : { ...state, anyKey: true };
  if (keys.kind === 'command') {
    const key = keys.key ?? overtaken(heard, event, plan);
    const used = useStar(heard, event);
    return key === null ? putCommand(used, event, plan, heard.question) : onCommand(used, event, plan, key);
  }
  if (keys.kind !== 'silence' && isOfInterrupted(heard, event, plan))
    return put(heard, event, plan, { ...heard.question, anyInvalid: true }, null);
  if (keys.kind === 'pound' && isStrayPound(heard, event, plan)) {
    const repeated = putFree(heard, event, plan);
    if (repeated !== null) return repeated;
  }
  // `#`, silence and a wrong key all end the gather of a voice item; what was said may still be under way.
  if (itemOf(plan, heard.question.step)?.type === 'voice')
    return awaitWords(heard, event, plan, keys.kind === 'digits' ? 'invalid' : 'silence');
  return keys.kind === 'digits'
    ? onDigits(heard, event, plan, keys.digits)
    : onFailedTry(heard, event, plan, keys.kind === 'silence' ? 'silence' : 'invalid');
}

/** An emergency text must not be answered by a key that was on its way when it began. Once: `anyInvalid` remembers it. */
function isOfInterrupted({ question }: Asking, event: CallEvent, { timerScale }: CallPlan): boolean {
  const { step, since, failedTries, anyInvalid } = question;
  const first = step === 'red_flag' && failedTries === 0 && !anyInvalid;
  return first && event.at < since + NOT_YET_HEARD_MS * timerScale;
}

/** `1#` at a menu, which took the 1 alone. Where `#` means something, only what comes at once is stray. */
function isStrayPound(state: Asking, event: CallEvent, plan: CallPlan): boolean {
  const { step, since, putAt = since } = state.question;
  const type = itemOf(plan, step)?.type;
  const takesPound = step === 'birth_date' || type === 'number' || type === 'date' || type === 'voice';
  if (!takesPound && !(step === 'opening' && state.optOutLine)) return true;
  const heardWords = type === 'voice' && state.voice?.item === step && state.voice.words.length > 0;
  return !heardWords && event.at < putAt + STRAY_POUND_MS * plan.timerScale;
}

/** Put again without a word of why, and no try; null when that was done often enough. */
export function putFree(state: Asking, event: CallEvent, plan: CallPlan): Turn | null {
  const freeRepeats = (state.question.freeRepeats ?? 0) + 1;
  if (freeRepeats > MAX_FREE_REPEATS) return null;
  return put(state, event, plan, { ...state.question, freeRepeats }, null);
}

function onDigits(state: Asking, event: CallEvent, plan: CallPlan, digits: string): Turn {
  const { step } = state.question;
  switch (step) {
    case 'opening':
      return onOpening(state, event, plan, digits);
    case 'birth_date':
      return onBirthDate(state, event, plan, digits);
    case 'consent':
      return onConsent(state, event, plan, digits);
    case 'red_flag':
      return onRedFlag(state, event, plan, digits);
    default: {
      const item = confirmedBy(step);
      return item === null ? onItem(state, event, plan, digits) : onConfirm(state, event, plan, item, digits);
    }
  }
}

function onOpening(state: Asking, event: CallEvent, plan: CallPlan, digits: string): Turn {
  if (digits === '3') {
    const language = state.language === 'en' ? 'es' : 'en';
    return ask({ ...state, language }, event, plan, 'opening');
  }
  if (state.optOutLine) return onOptOutLine(state, event, plan, digits) ?? onFailedTry(state, event, plan, 'invalid');
  switch (digits) {
    case '1':
      return identify(state, event, plan);
    case '2':
      if (plan.direction === 'inbound') return onFailedTry(state, event, plan, 'invalid');
      return close(state, event, plan, 'wrongPerson', 'wrong_person');
    case '9':
      return stopOwnCalls(state, event, plan);
    case '0':
      return toStaff(state, event, plan, state.question);
    default:
      return onFailedTry(state, event, plan, 'invalid');
  }
}

/** A caller's number proves nothing (HS-15): everybody who rings is asked, so that nothing can be learned from being asked. */
function identify(state: Asking, event: CallEvent, plan: CallPlan): Turn {
  if (plan.direction === 'outbound')
    return ask(state, event, plan, plan.patient.dateOfBirth === null ? 'consent' : 'birth_date');
  const only = onlyCandidateWithoutBirthDate(plan);
  if (only === null) return ask(state, event, plan, 'birth_date');
  const known = chooseCandidate(state, plan, only);
  return ask(known, event, planFor(known, plan), 'consent');
}

function onBirthDate(state: Asking, event: CallEvent, plan: CallPlan, digits: string): Turn {
  const given = readBirthDate(digits);
  if (plan.direction === 'inbound') {
    const found = given === null ? null : candidateFor(plan, given);
    if (found === null) return onFailedTry(state, event, plan, 'invalid');
    return onVerified(chooseCandidate(state, plan, found) as Asking, event, plan);
  }
  if (given === null || !sameBirthDate(given, plan.patient.dateOfBirth ?? ''))
    return onFailedTry(state, event, plan, 'invalid');
  return onVerified(state, event, plan);
}

function onVerified(state: Asking, event: CallEvent, plan: CallPlan): Turn {
  const verified: Asking = { ...state, identity: 'verified' };
  // From here on the words are those of the questionnaire of whoever it is.
  const theirs = planFor(verified, plan);
  // CL-17: a minor is not interviewed; staff speak with a parent or guardian.
  if (theirs.patient.minor) return toStaff(withTask(verified, 'guardian'), event, theirs, null);
  return ask(verified, event, theirs, 'consent');
}

/**
 * Consent before the recorder (X1): `record_start` and `transcription_start` are ordered here, in the turn that stores the
 * consent, and nowhere else.
 */
function onConsent(state: Asking, event: CallEvent, plan: CallPlan, key: string): Turn {
  const consented = withConsent(state, event, plan, key);
  if (consented === null) return onFailedTry(state, event, plan, 'invalid');
  switch (key) {
    case '1': {
      const listening: CallState = { ...consented, recorder: 'on', transcriber: 'on' };
      const { language } = state;
      const started = order(
        [listening, []],
        event.receivedAt,
        { name: 'record_start' },
        { name: 'transcription_start', language },
      );
      return andThen(started, (current) => askNextItem(current, event, plan));
    }
    case '3':
      return close(consented, event, plan, 'declined', 'declined');
    default:
      return askNextItem(consented, event, plan);
  }
}

/** The consent as it is stored, with its proof; null for a key that means nothing there. */
export function withConsent(state: CallState, event: CallEvent, plan: CallPlan, key: string): CallState | null {
  if (key !== '1' && key !== '2' && key !== '3') return null;
  const { language } = state;
  const proof = {
    at: event.at,
    eventId: event.id,
    wording: consentWording(plan.questionnaire, language),
    wordingHash: plan.wordings[`${language}/consent`] ?? null,
    key,
  };
  const collection = key === '3' ? 'declined' : 'given';
  return { ...state, consent: { collection, recording: key === '1' ? 'given' : 'declined', ...proof } };
}

/** No key after one repeat: the interview goes on; the task was made when the flag was raised. */
function onRedFlag(state: Asking, event: CallEvent, plan: CallPlan, key: string): Turn {
  switch (key) {
    case '1':
      return toStaff(state, event, plan, state.question.flag?.after ?? 'next');
    case '2':
      return goOn(state, event, plan, state.question);
    default:
      return onFailedTry(state, event, plan, 'invalid');
  }
}

/** The read-back: 1 keeps, 2 asks again, which is no try, 3 skips. */
function onConfirm(state: Asking, event: CallEvent, plan: CallPlan, item: string, key: string): Turn {
  switch (key) {
    case '1':
      return askNextItem({ ...keepWords(state, plan, true), silentItems: 0 }, event, plan);
    case '2':
      return askAnew(state, event, plan, item);
    case '3':
      return skip(state, event, plan, item);
    default:
      return onFailedTry(state, event, plan, 'invalid');
  }
}

function onItem(state: Asking, event: CallEvent, plan: CallPlan, digits: string): Turn {
  const { step } = state.question;
  const item = itemOf(plan, step);
  const context = { language: state.language, today: plan.today };
  const read = item === undefined ? null : readAnswer(item, digits, context);
  if (read === null) return onFailedTry(state, event, plan, 'invalid');
  const answer: Answer = { ...read, input: 'keys', entry: digits, at: event.at, eventId: event.id };
  return settleAndGoOn(state, event, plan, step, answer);
}

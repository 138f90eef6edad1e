/** What an open question makes of the patient's keys: opening, birth date, consent, items, and the star commands. Pure. */
import { ask, askNextItem, itemOf, MAX_TRIES, put, putCommand, settle } from './ask.ts';
import type { CallPlan } from './call-plan.ts';
import { callTexts } from './call-texts.ts';
import type { CallEvent } from './event.ts';
import { readAnswer } from './read-answer.ts';
import { type Keys, readBirthDate, sameBirthDate } from './read-keys.ts';
import type { Answer, CallState, StateIn } from './state.ts';
import { close, order, stay, type Turn, withTask } from './turn.ts';

type Asking = StateIn<'asking'>;

export function onKeys(state: Asking, event: CallEvent, plan: CallPlan, keys: Keys): Turn {
  const heard: Asking = keys.kind === 'silence' ? state : { ...state, anyKey: true };
  switch (keys.kind) {
    case 'silence':
    case 'invalid':
      return onFailedTry(heard, event, plan, keys.kind);
    case 'command':
      return keys.key === null
        ? putCommand(heard, event, plan, heard.question)
        : onCommand(heard, event, plan, keys.key);
    case 'digits':
      return onDigits(heard, event, plan, keys.digits);
  }
}

function onDigits(state: Asking, event: CallEvent, plan: CallPlan, digits: string): Turn {
  switch (state.question.step) {
    case 'opening':
      return onOpening(state, event, plan, digits);
    case 'birth_date':
      return onBirthDate(state, event, plan, digits);
    case 'consent':
      return onConsent(state, event, plan, digits);
    default:
      return onItem(state, event, plan, digits);
  }
}

function onOpening(state: Asking, event: CallEvent, plan: CallPlan, digit: string): Turn {
  switch (digit) {
    case '1':
      return ask(state, event, plan, plan.patient.dateOfBirth === null ? 'consent' : 'birth_date');
    case '2':
      return close(state, event, plan, 'wrongPerson', 'wrong_person');
    case '3':
      return ask({ ...state, language: state.language === 'en' ? 'es' : 'en' }, event, plan, 'opening');
    case '9':
      return close(state, event, plan, 'optedOut', 'opted_out');
    case '0':
      return toStaff(state, event, plan);
    default:
      return onFailedTry(state, event, plan, 'invalid');
  }
}

function onBirthDate(state: Asking, event: CallEvent, plan: CallPlan, digits: string): Turn {
  const given = readBirthDate(digits);
  if (given !== null && sameBirthDate(given, plan.patient.dateOfBirth ?? '')) {
    return ask({ ...state, identity: 'verified' }, event, plan, 'consent');
  }
  return onFailedTry(state, event, plan, 'invalid');
}

/** Consent before the recorder (X1): `record_start` is ordered here, in the turn that stores the consent, and nowhere else. */
function onConsent(state: Asking, event: CallEvent, plan: CallPlan, digit: string): Turn {
  const proof = { at: event.at, eventId: event.id, wording: callTexts[state.language].consentWording };
  switch (digit) {
    case '1': {
      const given: CallState = {
        ...state,
        consent: { collection: 'given', recording: 'given', ...proof },
        recorder: 'on',
      };
      const [recording, started] = order([given, []], event.receivedAt, { name: 'record_start' });
      const [next, asked] = askNextItem(recording, event, plan);
      return [next, [...started, ...asked]];
    }
    case '2':
      return askNextItem({ ...state, consent: { collection: 'given', recording: 'declined', ...proof } }, event, plan);
    case '3': {
      const declined: CallState = { ...state, consent: { collection: 'declined', recording: 'declined', ...proof } };
      return close(declined, event, plan, 'declined', 'declined');
    }
    default:
      return onFailedTry(state, event, plan, 'invalid');
  }
}

function onItem(state: Asking, event: CallEvent, plan: CallPlan, digits: string): Turn {
  const item = itemOf(plan, state.question.step);
  const answer = item === undefined ? null : readAnswer(item, digits, state);
  if (item === undefined || answer === null) return onFailedTry(state, event, plan, 'invalid');
  return settleAndGoOn(state, event, plan, { ...answer, input: 'keys', at: event.at, eventId: event.id });
}

function settleAndGoOn(state: Asking, event: CallEvent, plan: CallPlan, answer: Answer): Turn {
  const silentItems = answer.state === 'skipped' && answer.input === undefined ? state.silentItems + 1 : 0;
  const settled = settle({ ...state, silentItems }, state.question.step, answer);
  if (silentItems >= MAX_TRIES) return close(settled, event, plan, 'partialClosing', 'partial');
  return askNextItem(settled, event, plan);
}

function onFailedTry(state: Asking, event: CallEvent, plan: CallPlan, why: 'silence' | 'invalid'): Turn {
  const { step, lostSeq } = state.question;
  const failedTries = state.question.failedTries + 1;
  const anyInvalid = state.question.anyInvalid || why === 'invalid';
  if (failedTries < MAX_TRIES) {
    return put(
      state,
      event,
      plan,
      { step, failedTries, anyInvalid, lostSeq },
      why === 'silence' ? 'silent' : 'invalid',
    );
  }
  switch (step) {
    case 'birth_date':
      return close(
        { ...state, identity: 'failed', error: 'identity_failed' },
        event,
        plan,
        'identityFailed',
        'identity_failed',
      );
    case 'opening':
    case 'consent':
      return close(state, event, plan, 'partialClosing', 'partial');
    default:
      return settleAndGoOn(state, event, plan, {
        state: anyInvalid ? 'unclear' : 'skipped',
        at: event.at,
        eventId: event.id,
      });
  }
}

/** `**` repeat, `*7` skip, `*8` stop recording, `*0` staff, `*9` stop all calls; anything else asks the question again. */
export function onCommand(state: Asking, event: CallEvent, plan: CallPlan, key: string | null): Turn {
  const { question } = state;
  const again = (from: CallState): Turn => put(from, event, plan, question, null);
  switch (key) {
    case '0':
      return toStaff(state, event, plan);
    case '9':
      return close(state, event, plan, 'optedOut', 'opted_out');
    case '7':
      if (itemOf(plan, question.step) === undefined) return again(state);
      return settleAndGoOn(state, event, plan, { state: 'skipped', input: 'keys', at: event.at, eventId: event.id });
    case '8': {
      // Also one believed to have failed: if it runs after all, it stops now.
      if (state.recorder === 'off' || state.recorder === 'stopped') return again(state);
      const [stopped, stop] = order([{ ...state, recorder: 'stopped' }, []], event.receivedAt, { name: 'record_stop' });
      const [next, asked] = again(stopped);
      return [next, [...stop, ...asked]];
    }
    default:
      return again(state);
  }
}

function toStaff(state: CallState, event: CallEvent, plan: CallPlan): Turn {
  return close(withTask(state, 'callback'), event, plan, 'staffCallback', 'partial');
}

/** A key outside a gather: it counts only when it completes a `*` command, and one key press counts once. */
export function onLooseKey(
  state: Asking,
  event: CallEvent,
  plan: CallPlan,
  digit: string,
  askedSeq: number | null,
): Turn {
  const { commandSince, seq } = state.question;
  const heard: Asking = { ...state, anyKey: true };
  const outside = commandSince !== null && event.at > commandSince && askedSeq !== seq;
  if (!outside) return stay(heard);
  // The command prompt may already be playing: it goes before the next question, so that one question is open at a time.
  const [stopped, stop] = order([heard, []], event.receivedAt, { name: 'gather_stop' });
  const [next, commands] = onCommand(stopped as Asking, event, plan, digit);
  return [next, [...stop, ...commands]];
}

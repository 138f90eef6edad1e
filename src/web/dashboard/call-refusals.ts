/** Why a call was not placed and what to do next, by the code of the gate. As static/app.js says it. */
import type { Viewer } from './viewer.ts';

export const STOPPED = 'kill_switch';

const REFUSALS: Readonly<Record<string, string>> = {
  bad_number: 'This number cannot be called. Check it with the patient.',
  no_consent: 'No consent to call this number is on file. State below how it was given, then place the call again.',
  suppressed: 'This number asked not to be called, so no call is placed. Reach the patient another way.',
  patient_flag: 'This patient is marked as not to be called. See “Marks” on this page.',
  reassigned: 'This number may belong to somebody else now. Ask the patient for a current one.',
  outside_hours: 'It is outside calling hours for this number. Place the call again within them.',
  state_policy: 'The rules of this state do not allow the call. Ask an administrator of your clinic.',
  frequency: 'The patient or this number has been called often enough for now.',
  capacity: 'All lines are in use, or what may be spent today is spent. Try again later.',
  already_reserved: 'This number is already being called. See “Calls” on this page.',
  not_production: 'This installation places no real calls. Ask an administrator of your clinic.',
  not_approved: 'These questions are not approved for calls. Ask an administrator of your clinic.',
};

/** Whoever may go on has the button in the banner at the head of the page. */
export const stoppedRefusal = ({ resumesDialing }: Pick<Viewer, 'resumesDialing'>): string =>
  resumesDialing
    ? 'All calls are stopped at the moment. Go on dialing above, then place the call again.'
    : 'All calls are stopped at the moment. Ask an administrator of your clinic.';

/** `when`: from when on it is possible again, where the gate knows. */
export const callRefusal = (code: string, when: string | undefined, viewer: Viewer): string => {
  if (code === STOPPED) return stoppedRefusal(viewer);
  const why =
    REFUSALS[code] ?? `The call was not placed (${code}). Try again; if it stays, tell whoever runs this service.`;
  return when !== undefined && Object.hasOwn(REFUSALS, code) ? `${why} ${when}` : why;
};

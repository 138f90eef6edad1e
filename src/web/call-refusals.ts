/** Why a call was not placed and what to do next, by the code of the gate: the same words on pages and in the API, and nothing of a patient in them. */
import type { GateCode } from '../domain/campaign/gate.ts';

export const GATE_DETAILS: Readonly<Record<GateCode, string>> = {
  bad_number: 'This number cannot be called. Check it with the patient.',
  no_consent: 'No consent to call this number is on file. State how it was given, then place the call again.',
  suppressed: 'This number asked not to be called, so no call is placed. Reach the patient another way.',
  patient_flag:
    'This patient is marked as not to be called. Reach them another way, or look at the marks on their record.',
  reassigned: 'This number may belong to somebody else now. Ask the patient for a current one.',
  outside_hours: 'It is outside calling hours for this number. Place the call again within them.',
  state_policy: 'The rules of this state do not allow the call. Ask an administrator of your clinic.',
  frequency: 'The patient or this number has been called often enough for now. Place the call again later.',
  capacity: 'All lines are in use, or what may be spent today is spent. Place the call again later.',
  already_reserved: 'This number is already being called. Look for that call in the list of calls.',
  kill_switch: 'All calls are stopped at the moment. Ask an administrator of your clinic.',
  not_production: 'This installation places no real calls. Ask an administrator of your clinic.',
  not_approved: 'These questions are not approved for calls. Ask an administrator of your clinic.',
};

const isGateCode = (code: string): code is GateCode => Object.hasOwn(GATE_DETAILS, code);

/** Of the gate's codes the one that whoever may go on dialing can do something about, by the button in the banner at the head of the page. */
export const STOPPED = 'kill_switch' satisfies GateCode;

export const stoppedRefusal = (resumesDialing: boolean): string =>
  resumesDialing
    ? 'All calls are stopped at the moment. Go on dialing above, then place the call again.'
    : GATE_DETAILS[STOPPED];

/** `detail`: as it was refused, with from when on it is possible again where the gate knows. */
export const callRefusal = (code: string, detail: string | undefined, resumesDialing: boolean): string => {
  if (code === STOPPED) return stoppedRefusal(resumesDialing);
  return isGateCode(code)
    ? (detail ?? GATE_DETAILS[code])
    : `The call was not placed (${code}). Try again; if it stays, tell whoever runs this service.`;
};

/** The words of the dashboard for the codes of the core. */
import type { CallRecord, CallStatus, RecordingStatus } from '../../domain/intake/call-record.ts';
import { isLiveStatus } from '../../domain/intake/call-record.ts';
import type { AnswerState, TaskKind } from '../../domain/intake/state.ts';

/** How a chip is coloured; the words carry the meaning. */
export type Tone = 'live' | 'good' | 'warn' | 'bad' | 'calm';

export const STATUS_LABELS: Readonly<Record<CallStatus, string>> = {
  queued: 'Queued',
  dialing: 'Dialing',
  ringing: 'Ringing',
  in_progress: 'In progress',
  completed: 'Completed',
  partial: 'Partial',
  declined: 'Declined',
  voicemail: 'Voicemail',
  no_answer: 'No answer',
  busy: 'Busy',
  failed: 'Failed',
  blocked: 'Blocked',
  canceled: 'Canceled',
  opted_out: 'Opted out',
  wrong_person: 'Wrong person',
};

export function statusTone(status: CallStatus): Tone {
  if (isLiveStatus(status)) return 'live';
  if (status === 'completed') return 'good';
  if (status === 'partial') return 'warn';
  return status === 'failed' || status === 'opted_out' || status === 'wrong_person' ? 'bad' : 'calm';
}

export const IDENTITY_LABELS: Readonly<Record<CallRecord['identity'], string>> = {
  verified: 'Birth date confirmed',
  failed: 'Birth date did not match',
  not_checked: 'Not checked',
};

export const RECORDING_LABELS: Readonly<Record<RecordingStatus, string>> = {
  none: 'None',
  pending: 'Not stored yet',
  ready: 'Stored',
  failed: 'Not available',
};

export const ANSWER_LABELS: Readonly<Record<AnswerState, { readonly label: string; readonly tone: Tone }>> = {
  answered: { label: 'Answered', tone: 'good' },
  none: { label: 'Said no', tone: 'good' },
  unknown: { label: 'Not sure', tone: 'warn' },
  declined: { label: 'Declined', tone: 'warn' },
  skipped: { label: 'Skipped', tone: 'warn' },
  not_asked: { label: 'Not asked', tone: 'calm' },
  unclear: { label: 'Unclear', tone: 'bad' },
};

export const TASK_LABELS: Readonly<Record<TaskKind, string>> = {
  callback: 'Call the patient back',
  voice_items: 'Ask the questions that need the patient’s own words',
};

const CONSENT_LABELS: Readonly<Record<CallRecord['consentCollection'], string>> = {
  given: 'Given',
  declined: 'Declined',
  not_asked: 'Not asked',
};

export function consentLabel(call: Pick<CallRecord, 'consentCollection' | 'consentRecording'>): string {
  const collection = CONSENT_LABELS[call.consentCollection];
  if (call.consentCollection !== 'given') return collection;
  return call.consentRecording === 'given' ? `${collection}, recording allowed` : `${collection}, not recorded`;
}

/** Telnyx' `caller` is whoever placed the call: us, unless the patient rang back. */
export function hangupParty(source: string, direction: string): string {
  if (source !== 'caller' && source !== 'callee') return 'unknown who';
  return (source === 'caller') === (direction === 'outbound') ? 'by the clinic' : 'by the patient';
}

const ITEM_TITLES: Readonly<Record<string, string>> = {
  opening: 'Opening',
  birth_date: 'Birth date',
  consent: 'Consent',
  closing: 'Closing',
  'hpi.chief_complaint': 'Chief complaint',
  'hpi.symptom_duration': 'How long',
  'hpi.pain_level': 'Pain, 0 to 10',
  'ample.allergies': 'Allergies',
  'ample.allergies_detail': 'Which allergies',
  'ample.medications': 'Medicines',
  'ample.medications_detail': 'Which medicines',
  'ample.past_medical_history': 'Past illness or surgery',
  'ample.past_medical_history_detail': 'Which illness or surgery',
  'ample.last_meal': 'Last meal',
  'ample.events': 'What happened before',
  'family_history.heart_disease': 'Heart disease in the family',
  'family_history.diabetes': 'Diabetes in the family',
  'family_history.cancer': 'Cancer in the family',
};

/** An item of a questionnaire that is not the shipped one gets its own name, made readable. */
export const itemTitle = (id: string): string => ITEM_TITLES[id] ?? readable(id.slice(id.indexOf('.') + 1));

/** The events and commands of a call, as staff would say them; one without a word here is made readable. */
const HAPPENED: Readonly<Record<string, string>> = {
  'call.requested': 'Call requested',
  'dial.sent': 'Dial sent',
  'dial.accepted': 'Telnyx took the dial',
  'dial.refused': 'Telnyx refused the dial',
  'dial.unknown': 'Telnyx did not answer the dial',
  'dial.checked': 'Looked for the dial at Telnyx',
  'call.initiated': 'Ringing',
  'call.answered': 'Answered',
  'dtmf.received': 'Key pressed',
  'gather.ended': 'Question ended',
  'speak.ended': 'Last words heard',
  'call.hangup': 'Line closed',
  'call.checked': 'Asked Telnyx for the call',
  'recording.saved': 'Recording saved at Telnyx',
  'command.failed': 'A command failed',
  'command.delayed': 'A command came late',
  'command.dropped': 'A command was not sent',
  'hangup.requested': 'Staff asked to hang up',
  'timeout.fired': 'Time was up',
};
const ORDERED: Readonly<Record<string, string>> = {
  dial: 'dial',
  gather_using_speak: 'ask',
  gather_stop: 'stop the question',
  speak: 'say the last words',
  record_start: 'start recording',
  record_stop: 'stop recording',
  hangup: 'hang up',
  retrieve_call: 'ask Telnyx for the call',
  find_dial: 'look for the dial',
  suppress_number: 'put the number on the do-not-call list',
  release_line: 'free the line',
  save_note: 'save the note',
};
export const eventLabel = (type: string): string => HAPPENED[type] ?? readable(type);
export const commandLabel = (name: string): string => ORDERED[name] ?? readable(name).toLowerCase();

/** `normal_clearing` to `Normal clearing`. */
export function readable(code: string): string {
  const words = code.replaceAll(/[._]/g, ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The words of the dashboard for the codes of the core. */
import type { CallRecord, CallStatus, RecordingStatus } from '../../domain/intake/call-record.ts';
import { isLiveStatus } from '../../domain/intake/call-record.ts';
import type { CommandName } from '../../domain/intake/command.ts';
import type { CallEvent } from '../../domain/intake/event.ts';
import type { AnswerState, TaskKind } from '../../domain/intake/state.ts';
import type { JobKind } from '../../domain/jobs/backoff.ts';
import type { JobStatus } from '../../store/jobs.ts';
import type { TaskStatus } from '../../store/tasks.ts';

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

export const ANSWERED_BY_LABELS: Readonly<Record<CallRecord['answeredBy'], string>> = {
  human: 'A person',
  machine: 'An answering machine',
  unknown: 'Not known',
};

export const RECORDING_LABELS: Readonly<Record<RecordingStatus, string>> = {
  none: 'None',
  pending: 'Not stored yet',
  ready: 'Stored',
  failed: 'Not available',
};

/** Why a recording is not there, and what can be done. Codes of our own, of downloads, and of Telnyx. */
const RECORDING_REASONS: Readonly<Record<string, string>> = {
  no_consent_proof: 'There was audio without a consent to it. It was not kept, and Telnyx was told to delete its copy.',
  not_found: 'Telnyx has no recording of this call.',
  link_refused:
    'Telnyx names a place for the audio that nothing is fetched from. Whoever runs this service can allow it.',
  before_consent: 'It was begun before the patient agreed, so it was not kept, and Telnyx was told to delete its copy.',
  too_large: 'The audio is larger than a call can be, so it was not kept.',
  wrong_type: 'What Telnyx gave was not audio.',
  corrupt: 'The stored audio is damaged, so it is not played.',
  missing: 'The stored audio is gone.',
  kept_its_time: 'It was kept as long as the retention policy says after the note was signed, then removed.',
  recording_failed: 'Telnyx could not keep the recording.',
  record_start_refused: 'Telnyx did not start the recording.',
};
export const recordingReason = (code: string | null): string =>
  RECORDING_REASONS[code ?? ''] ??
  `The recording could not be fetched from Telnyx (${code === null ? 'unknown' : readable(code).toLowerCase()}).`;

export const JOB_LABELS: Readonly<Record<JobKind, string>> = {
  fetch_recording: 'Fetch a recording',
  discard_recording: 'Discard a recording nobody agreed to',
  discard_stray: 'Discard a second recording of a call',
  erase_patient: 'Erase a patient',
  rotate_keys: 'Bring everything under the new key',
  sweep_storage: 'Tidy up the storage',
  apply_retention: 'Remove what was kept long enough',
  verify_audit: 'Check the audit',
  import_list: 'Read an uploaded list',
  transcribe: 'Write down uploaded audio',
  transcribe_recording: 'Write down a recording',
  deliver: 'Hand a note to another system',
  send_earlier: 'Send earlier notes to a system',
};
export const JOB_STATUS_LABELS: Readonly<Record<JobStatus, string>> = {
  dead: 'Given up',
  waiting: 'Waiting',
  done: 'Done',
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

export const TASK_LABELS: Readonly<Record<TaskKind, { readonly name: string; readonly toDo: string }>> = {
  red_flag: { name: 'Red flag', toDo: 'Read the answer and call the patient now' },
  guardian: { name: 'Patient is a minor', toDo: 'Speak with a parent or guardian' },
  opt_out_review: { name: 'Asked in words to stop calls', toDo: 'Check that the patient meant it so' },
  identity: {
    name: 'Identity not confirmed',
    toDo: 'Three wrong birth dates: check what is on file, and call the patient yourself',
  },
  callback: { name: 'Call back', toDo: 'Call the patient back' },
  voice_items: { name: 'Questions left open', toDo: 'Ask the questions that need the patient’s own words' },
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

export const TASK_STATUS_LABELS: Readonly<Record<TaskStatus, string>> = {
  open: 'Open',
  claimed: 'Claimed',
  done: 'Done',
};

const RED_FLAG_RULES: Readonly<Record<string, string>> = {
  'chest-pain': 'Chest pain or heart attack',
  breathing: 'Trouble breathing',
  stroke: 'Signs of a stroke',
  bleeding: 'Heavy bleeding',
  unconscious: 'Fainted or unconscious',
  'severe-allergy': 'Severe allergic reaction',
  'self-harm': 'Self-harm or suicide',
  overdose: 'Overdose or poisoning',
  'worst-headache': 'Worst headache of their life',
  seizure: 'Seizure or convulsions',
  'unbearable-pain': 'Unbearable pain',
  'worst-pain': 'Pain of 10 out of 10',
  'asks-for-rescue': 'Asked for an ambulance or emergency help',
  pregnancy: 'Emergency in pregnancy',
  'harm-to-others': 'Thoughts of harming others',
  violence: 'Violence or abuse now',
  'blood-sugar': 'Very low or very high blood sugar',
  'head-injury': 'Head injury',
  'low-oxygen': 'Low oxygen',
};
/** A rule of a questionnaire that is not the shipped one gets its own name, made readable. */
export const redFlagLabel = (rule: string): string => RED_FLAG_RULES[rule] ?? readable(rule.replaceAll('-', ' '));

/** Below this a transcriber's words may well be wrong; the read-back of the call says so too (X6). */
const LOW_CONFIDENCE = 0.6;
export const isUnsure = (confidence: number | null | undefined): boolean =>
  typeof confidence === 'number' && confidence < LOW_CONFIDENCE;
export const sureness = (confidence: number): string => `${Math.round(confidence * 100)} % sure`;

export const directionLabel = (direction: string): string => (direction === 'inbound' ? 'Rang us' : 'We rang');
/** An inbound caller may hide it. */
export const numberLabel = (number: string): string => (number === 'anonymous' ? 'Number withheld' : number);

/** Telnyx' `caller` is whoever placed the call: us, unless the patient rang back. */
export function hangupParty(source: string, direction: string): string {
  if (source !== 'caller' && source !== 'callee') return 'unknown who';
  return (source === 'caller') === (direction === 'outbound') ? 'by the clinic' : 'by the patient';
}

const ITEM_TITLES: Readonly<Record<string, string>> = {
  answer: 'Answering',
  opening: 'Opening',
  birth_date: 'Birth date',
  consent: 'Consent',
  red_flag: 'Emergency advice',
  command: 'Star commands',
  closing: 'Announcement',
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
  'message.audio': 'Recorded message',
  'message.reply': 'Reply to the message',
  'message.call_back': 'Wants a call back',
};

/** Of a step or an item. One of a questionnaire that is not the shipped one gets its own name, made readable. */
export function itemTitle(id: string): string {
  const item = id.replace(/\.confirm$/, '');
  const title = ITEM_TITLES[item] ?? readable(item.slice(item.indexOf('.') + 1));
  return item === id ? title : `${title}, read back`;
}

/** The events and commands of a call, as staff would say them; one of another version of this program is made readable. */
const HAPPENED: Readonly<Record<CallEvent['type'], string>> = {
  'call.requested': 'Call requested',
  'dial.sent': 'Dial sent',
  'dial.accepted': 'Telnyx took the dial',
  'dial.refused': 'Telnyx refused the dial',
  'dial.unknown': 'Telnyx did not answer the dial',
  'dial.checked': 'Looked for the dial at Telnyx',
  'call.initiated': 'Ringing',
  'call.received': 'The patient rings us',
  'call.answered': 'Answered',
  'machine.detected': 'Checked for an answering machine',
  'greeting.ended': 'Greeting of the machine over',
  'call_screening.detected': 'The phone asks who is calling',
  'transcription.received': 'Words heard',
  'staff.answered': 'Staff picked up',
  'staff.hung_up': 'Staff left the line',
  'dtmf.received': 'Key pressed',
  'gather.ended': 'Question ended',
  'speak.ended': 'Announcement over',
  'playback.ended': 'Recorded message over',
  'call.hangup': 'Line closed',
  'call.checked': 'Asked Telnyx for the call',
  'recording.saved': 'Recording saved at Telnyx',
  'recording.failed': 'Telnyx could not keep the recording',
  'cost.reported': 'Cost reported',
  'command.failed': 'A command failed',
  'command.delayed': 'A command came late',
  'command.dropped': 'A command was not sent',
  'hangup.requested': 'Staff asked to hang up',
  'timeout.fired': 'Time was up',
};
const ORDERED: Readonly<Record<CommandName, string>> = {
  dial: 'dial',
  answer: 'pick up',
  gather_using_speak: 'ask',
  gather_stop: 'stop the question',
  speak: 'make an announcement',
  playback_start: 'play the recorded message',
  playback_stop: 'stop the announcement',
  record_start: 'start recording',
  record_stop: 'stop recording',
  transcription_start: 'start writing down what is said',
  transcription_stop: 'stop writing down what is said',
  transfer: 'ring staff',
  hangup: 'hang up',
  retrieve_call: 'ask Telnyx for the call',
  find_dial: 'look for the dial',
  suppress_number: 'put the number on the do-not-call list',
  open_task: 'tell staff',
  release_line: 'free the line',
  save_note: 'save the note',
  run_jobs: 'see to the recording',
};
export const eventLabel = (type: string): string => (HAPPENED as Words)[type] ?? readable(type);
export const commandLabel = (name: string): string => (ORDERED as Words)[name] ?? readable(name).toLowerCase();
type Words = Readonly<Record<string, string>>;

/** `normal_clearing` to `Normal clearing`. */
export function readable(code: string): string {
  const words = code.replaceAll(/[._]/g, ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

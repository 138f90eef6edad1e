/**
 * What each command takes, from Telnyx' published API: what is checked, with its limits, and the names that are known
 * but change nothing here. Like the real service, an unknown name is ignored; unlike it, we tell (`unknown`).
 */
import { refusal } from './refusal.ts';

export type Body = Readonly<Record<string, unknown>>;

export type CommandName =
  | 'dial'
  | 'answer'
  | 'hangup'
  | 'speak'
  | 'gather_using_speak'
  | 'gather_stop'
  | 'playback_start'
  | 'playback_stop'
  | 'record_start'
  | 'record_stop'
  | 'transcription_start'
  | 'transcription_stop'
  | 'transfer';

export interface Rule {
  readonly required?: boolean;
  readonly e164?: boolean;
  readonly range?: readonly [number, number];
  readonly oneOf?: readonly string[];
  readonly maxLength?: number;
  readonly base64?: boolean;
}

export type Rules = Readonly<Record<string, Rule>>;

const onEvery: Rules = { client_state: { base64: true }, command_id: {} };
// The last is named by the documentation of late 2026 alone.
const amdModes = [
  ...['disabled', 'premium', 'detect', 'detect_beep', 'detect_words', 'greeting_end'],
  'premium_ios_call_screening_detection',
];
const engines = [
  ...['Google', 'Telnyx', 'Deepgram', 'Azure', 'xAI', 'AssemblyAI', 'Speechmatics', 'Soniox', 'Parakeet', 'Humain'],
  ...['Reson8', 'Cohere', 'A', 'B'],
];
const speech: Rules = {
  payload: { required: true, maxLength: 3000 },
  voice: { required: true },
  payload_type: { oneOf: ['text', 'ssml'] },
  service_level: { oneOf: ['premium', 'basic'] },
};
const outbound: Rules = {
  to: { required: true, e164: true },
  timeout_secs: { range: [5, 600] },
  time_limit_secs: { range: [30, 14_400] },
  answering_machine_detection: { oneOf: amdModes },
  record_channels: { oneOf: ['single', 'dual'] },
  record_format: { oneOf: ['wav', 'mp3'] },
  webhook_url_method: { oneOf: ['POST', 'GET'] },
};

const own: Readonly<Record<CommandName, Rules>> = {
  dial: { ...outbound, from: { required: true, e164: true }, connection_id: { required: true } },
  answer: {},
  hangup: {},
  speak: speech,
  gather_using_speak: {
    ...speech,
    invalid_payload: { maxLength: 3000 },
    minimum_digits: { range: [1, 128] },
    maximum_digits: { range: [1, 128] },
    maximum_tries: { range: [1, 128] },
    timeout_millis: { range: [1, 120_000] },
    inter_digit_timeout_millis: { range: [1, 120_000] },
    terminating_digit: { maxLength: 1 },
  },
  gather_stop: {},
  playback_start: { audio_type: { oneOf: ['mp3', 'wav'] }, target_legs: { oneOf: ['self', 'opposite', 'both'] } },
  playback_stop: { stop: { oneOf: ['all', 'current'] } },
  record_start: {
    channels: { required: true, oneOf: ['single', 'dual'] },
    format: { required: true, oneOf: ['wav', 'mp3'] },
    max_length: { range: [0, 14_400] },
    trim: { oneOf: ['trim-silence'] },
    recording_track: { oneOf: ['both', 'inbound', 'outbound'] },
  },
  record_stop: {},
  transcription_start: {
    transcription_engine: { oneOf: engines },
    transcription_tracks: { oneOf: ['inbound', 'outbound', 'both'] },
  },
  transcription_stop: {},
  transfer: { ...outbound, from: { e164: true }, target_leg_client_state: { base64: true } },
};

const recordNames =
  'record record_channels record_custom_file_name record_format record_max_length record_timeout_secs record_track record_trim';
const hookNames = 'webhook_url webhook_url_method webhook_urls webhook_urls_method webhook_retries_policies';
const legNames = `answering_machine_detection_config audio_url custom_headers diversion from_display_name media_encryption
  media_name park_after_unbridge preferred_codecs privacy route_to_mobile send_digits_on_answer sip_auth_password
  sip_auth_username sip_headers sip_region sip_transport_protocol sound_modifications ${recordNames} ${hookNames}`;
const startNames = `assistant billing_group_id conversation_relay_config deepfake_detection send_silence_when_idle stream_bidirectional_codec
  stream_bidirectional_mode stream_bidirectional_target_legs stream_codec stream_track stream_url transcription transcription_config`;

/** Known, accepted, and without effect on the checks. */
const alsoKnown: Readonly<Record<CommandName, string>> = {
  dial: `${legNames} ${startNames} bridge_intent bridge_on_answer conference_config dialogflow_config enable_dialogflow link_to
    prevent_double_bridge retry_on_timeout stream_auth_token stream_bidirectional_sampling_rate
    stream_establish_before_call_originate supervise_call_control_id supervisor_role`,
  answer: `${startNames} ${recordNames} ${hookNames} custom_headers preferred_codecs sip_headers sound_modifications`,
  hangup: 'custom_headers',
  speak: 'language loop stop target_legs voice_settings',
  gather_using_speak: 'gather_id language valid_digits voice_settings',
  gather_stop: '',
  playback_start: 'audio_url cache_audio loop media_name overlay playback_content stop',
  playback_stop: 'overlay',
  record_start: `custom_file_name play_beep timeout_secs transcription transcription_engine transcription_language
    transcription_max_speaker_count transcription_min_speaker_count transcription_profanity_filter transcription_speaker_diarization`,
  record_stop: 'recording_id',
  transcription_start: 'transcription_engine_config',
  transcription_stop: '',
  transfer: `${legNames} early_media mute_dtmf`,
};

const commands = Object.keys(own) as CommandName[];
const ofEach = <T>(make: (command: CommandName) => T) =>
  Object.fromEntries(commands.map((command) => [command, make(command)])) as Readonly<Record<CommandName, T>>;
const rules = ofEach((command): Rules => ({ ...own[command], ...onEvery }));
const known = ofEach((command) => new Set([...Object.keys(rules[command]), ...alsoKnown[command].split(/\s+/)]));

/** Throws the refusal of the first bad parameter; gives the names nobody knows. */
export function checkParameters(command: CommandName, body: Body): string[] {
  checkRules(rules[command], body, '');
  return Object.keys(body).filter((name) => !known[command].has(name));
}

/** `place`: the JSON pointer of the object that is checked. */
export function checkRules(all: Rules, body: Body, place: string): void {
  for (const [name, rule] of Object.entries(all)) checkOne(name, rule, body[name], `${place}/${name}`);
}

function checkOne(name: string, rule: Rule, value: unknown, pointer: string): void {
  if (value === undefined || value === null || (value === '' && rule.required === true)) {
    if (rule.required === true) throw refusal('10004', `The '${name}' parameter is required.`, pointer);
    return;
  }
  if (rule.e164 === true && !(typeof value === 'string' && /^\+[1-9]\d{6,14}$/.test(value))) {
    throw refusal('10016', `The '${name}' parameter must be a phone number in +E.164 format.`, pointer);
  }
  if (rule.oneOf !== undefined && !(typeof value === 'string' && rule.oneOf.includes(value))) {
    throw refusal('10032', `The '${name}' parameter must be one of: ${rule.oneOf.join(', ')}.`, pointer);
  }
  if (rule.range !== undefined) {
    const [low, high] = rule.range;
    if (!(typeof value === 'number' && Number.isInteger(value) && value >= low && value <= high)) {
      throw refusal('10033', `The '${name}' parameter must be between ${low} and ${high}.`, pointer);
    }
  }
  if (rule.maxLength !== undefined && !(typeof value === 'string' && value.length <= rule.maxLength)) {
    throw refusal('10033', `The '${name}' parameter must have at most ${rule.maxLength} characters.`, pointer);
  }
  if (rule.base64 === true && !(typeof value === 'string' && isBase64(value))) {
    throw refusal('90017', `The '${name}' parameter must be a base64 encoded string.`, pointer);
  }
}

function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
}

export function textOf(body: Body, name: string): string | null {
  const value = body[name];
  return typeof value === 'string' ? value : null;
}

export function numberOf(body: Body, name: string, fallback: number): number {
  const value = body[name];
  return typeof value === 'number' ? value : fallback;
}

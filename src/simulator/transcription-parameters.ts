/** The engine configuration of `transcription_start`, by engine: it repeats the engine's name, and each has its own fields. */
import { type Body, checkRules, type Rules } from './parameters.ts';
import { refusal } from './refusal.ts';

const pointer = 'transcription_engine_config';
const common = 'transcription_engine language interim_results transcription_model';

const googleModels = ['latest_long', 'latest_short', 'command_and_search', 'phone_call', 'video', 'default'];
const rulesOf: Readonly<Record<string, Rules>> = {
  Google: { model: { oneOf: [...googleModels, 'medical_conversation', 'medical_dictation'] } },
  Telnyx: { transcription_model: { oneOf: ['openai/whisper-tiny', 'openai/whisper-large-v3-turbo'] } },
  Deepgram: {
    transcription_model: { required: true, oneOf: ['deepgram/nova-2', 'deepgram/nova-3'] },
    utterance_end_ms: { range: [0, 5_000] },
  },
  Azure: {
    region: {
      required: true,
      oneOf: ['australiaeast', 'centralindia', 'eastus', 'northcentralus', 'westeurope', 'westus2'],
    },
  },
};
const known: Readonly<Record<string, string>> = {
  Google: `transcription_engine language interim_results enable_speaker_diarization min_speaker_count max_speaker_count
    profanity_filter use_enhanced model hints speech_context`,
  Telnyx: 'transcription_engine language transcription_model',
  Deepgram: `${common} smart_format utterance_end_ms keywords_boosting hints keyterms`,
  Azure: 'transcription_engine language region api_key_ref',
};

/** Throws the refusal of the first bad field; gives the names nobody knows. */
export function checkTranscriptionConfig(body: Body): string[] {
  const engine = fullName(typeof body['transcription_engine'] === 'string' ? body['transcription_engine'] : 'Google');
  const config = body[pointer];
  const rules = rulesOf[engine] ?? {};
  if (config === undefined || config === null) {
    const needed = Object.keys(rules).find((name) => rules[name]?.required === true);
    if (needed !== undefined) throw refusal('10004', `${engine} needs '${needed}'.`, `/${pointer}/${needed}`);
    return [];
  }
  if (typeof config !== 'object' || Array.isArray(config)) {
    throw refusal('10032', `The '${pointer}' parameter must be an object.`, `/${pointer}`);
  }
  const fields = config as Body;
  const named = fields['transcription_engine'];
  if (named === undefined) {
    throw refusal('10004', 'The configuration must name its engine.', `/${pointer}/transcription_engine`);
  }
  // The published types name Deepgram by its model here, believed to be a slip of their generator.
  if (fullName(String(named)) !== engine && !(engine === 'Deepgram' && named === 'deepgram/nova-3')) {
    throw refusal('10032', 'The configuration is that of another engine.', `/${pointer}/transcription_engine`);
  }
  checkRules(rules, fields, `/${pointer}`);
  const names = new Set((known[engine] ?? common).split(/\s+/));
  return Object.keys(fields).filter((name) => !names.has(name));
}

/** `A` and `B` are the old names. */
function fullName(engine: string): string {
  if (engine === 'A') return 'Google';
  return engine === 'B' ? 'Telnyx' : engine;
}

/**
 * Workers AI as another worker behind a binding, so that what is sent to it and comes back goes over the same wire: it takes MP3 as base64 and
 * hears the same two sentences in it. The binding is called FAKE_AI, for none is there unless a test gives it one.
 */
export const FAKE_AI = `
import { WorkerEntrypoint } from 'cloudflare:workers';
export default class extends WorkerEntrypoint {
  async run(model, { audio, language, task }) {
    if (model !== '@cf/openai/whisper-large-v3-turbo') throw new Error('5007: No such model');
    if (typeof audio !== 'string' || task !== 'transcribe') throw new Error('5006: Invalid input');
    const bytes = Uint8Array.from(atob(audio), (character) => character.charCodeAt(0));
    if (bytes[0] !== 0xff) throw new Error('AiError: 5004: Invalid data');
    return {
      transcription_info: { language: language ?? 'en', language_probability: 0.98, duration: 30 },
      text: 'my left knee hurts since yesterday',
      word_count: 6,
      segments: [
        { start: 4.2, end: 8.4, text: ' my left knee hurts', avg_logprob: -0.1, words: [] },
        { start: 25.5, end: 28.5, text: ' since yesterday', avg_logprob: -0.2, words: [] },
      ],
      vtt: 'WEBVTT',
    };
  }
}
`;

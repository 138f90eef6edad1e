/** Which engine writes down uploaded audio here: what the configuration says, asked anew for each try. */
import type { Config, Env } from '../env.ts';
import { openAiTranscriber } from './openai-transcriber.ts';
import type { Transcriber } from './transcriber.ts';
import { workersAiTranscriber } from './workers-ai-transcriber.ts';

/** A text is why there is none; whoever runs the service can change that, so it is no reason to give anything up for good. */
export function chooseTranscriber(
  env: Pick<Env, 'AI'>,
  { transcription }: Pick<Config, 'transcription'>,
): Transcriber | string {
  const { engine, refusal, openai } = transcription;
  if (refusal !== null) return refusal;
  if (engine === 'openai') return openAiTranscriber(openai);
  return env.AI === undefined ? 'no_ai_binding' : workersAiTranscriber(env.AI);
}

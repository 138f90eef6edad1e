/** Sending audio: one file without script, several one after another with it (static/upload.js). Or why nobody would write it down. */
import { languageName, SPOKEN_LANGUAGES } from '../../domain/transcription/transcript.ts';
import { limitsOf, REFUSAL_REMEDIES } from '../../domain/transcription/transcription-setting.ts';
import type { Config } from '../../env.ts';

const ENGINE_NAMES = { off: '', telnyx: '', openai: 'OpenAI', 'workers-ai': 'Workers AI at Cloudflare' } as const;
/** Those of the calls first. */
const FIRST = ['en', 'es'];
const OTHERS = SPOKEN_LANGUAGES.filter((code) => !FIRST.includes(code)).toSorted((a, b) =>
  languageName(a).localeCompare(languageName(b), 'en'),
);

interface FormView {
  readonly config: Pick<Config, 'transcription' | 'retentionDays'>;
  /** Why the file that was just sent was not taken. */
  readonly problem: string | null;
}

export const TranscriptionForm = ({ config, problem }: FormView) => {
  const { engine, refusal } = config.transcription;
  if (refusal !== null)
    return (
      <section class="notice notice-warn" aria-labelledby="upload-off">
        <p id="upload-off">
          <strong>No audio can be sent at the moment.</strong> {REFUSAL_REMEDIES[refusal]}
        </p>
        <p>Whoever runs this service sets it as a variable of the worker; the README lists them all.</p>
      </section>
    );
  const { formats, mostBytes } = limitsOf(engine);
  return (
    <form
      class="sheet upload-form"
      method="post"
      action="/dashboard/transcriptions"
      enctype="multipart/form-data"
      data-send-each="/api/transcriptions"
      data-shown-at="/dashboard/fragments/transcriptions/"
    >
      {problem === null ? null : (
        <p class="notice notice-bad" role="alert">
          {`Not taken. ${problem}`}
        </p>
      )}
      <div class="upload-fields">
        <label>
          Audio <span data-if-script="files" />
          <input
            name="file"
            type="file"
            required
            accept={['audio/*', ...formats.map((format) => `.${format}`), '.mp4', '.oga', '.opus'].join(',')}
            aria-describedby="upload-limits"
          />
        </label>
        <label>
          Language spoken
          <select name="language">
            <option value="">Find out by itself</option>
            {[...FIRST, ...OTHERS].map((code) => (
              <option value={code}>{languageName(code)}</option>
            ))}
          </select>
        </label>
        <button type="submit">Transcribe</button>
      </div>
      <p id="upload-limits" class="quiet">
        {`${formats.map((format) => format.toUpperCase()).join(', ')}; at most ${mostBytes / 1_000_000} MB each. ` +
          `${ENGINE_NAMES[engine]} writes it down; nothing but the audio goes there. Kept for ${config.retentionDays} days.`}
      </p>
      <ul class="sending" data-sending aria-live="polite" />
    </form>
  );
};

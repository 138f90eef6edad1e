/**
 * A call by text: what was said so far, the open question with its keys, and the note as it forms. Everything done so far travels in
 * the form and is played again each time; nothing is stored, and the patient is made up.
 */
import type { Language } from '../../domain/intake/questionnaire.ts';
import { answerText } from '../../domain/note/answer-text.ts';
import { type Note, noteAnswers } from '../../domain/note/note.ts';
import { STAR_COMMANDS } from '../../domain/preview/offered-keys.ts';
import type { OpenStep, Preview, PreviewInput } from '../../domain/preview/preview-call.ts';
import { MAX_KEYS, MAX_SPEECH } from '../preview-questionnaire.ts';
import { ANSWER_LABELS, itemTitle, redFlagLabel, STATUS_LABELS, statusTone, TASK_LABELS } from './labels.ts';
import { Chip } from './layout.tsx';
import { LANGUAGE_NAMES } from './questionnaire-labels.ts';

export interface Trial {
  /** A version that is kept; null: what stands in the editor beside it. */
  readonly of: { readonly id: string; readonly version: number } | null;
  readonly language: Language;
  readonly inputs: readonly PreviewInput[];
  /** Null: not begun, or what is to be tried is no questionnaire yet. */
  readonly preview: Preview | null;
  readonly problem: string | null;
}

export const TryPanel = ({ of, language, inputs, preview, problem }: Trial) => (
  <form
    id="try"
    class="try"
    method="post"
    action="/dashboard/try-questionnaire"
    hx-post="/dashboard/try-questionnaire"
    hx-target="#try"
    hx-swap="outerHTML"
    hx-sync="this:drop"
    hx-include={of === null ? '#definition' : undefined}
    data-then-focus="try-open"
    autocomplete="off"
  >
    {of === null ? null : (
      <>
        <input type="hidden" name="questionnaire_id" value={of.id} />
        <input type="hidden" name="version" value={String(of.version)} />
      </>
    )}
    <input type="hidden" name="language" value={language} />
    <input type="hidden" name="inputs" value={JSON.stringify(inputs)} />
    {problem === null ? null : (
      <p class="notice notice-bad" role="alert">
        {problem}
      </p>
    )}
    {preview === null ? <Begin /> : <Call preview={preview} language={language} />}
  </form>
);

const Begin = () => (
  <div id="try-open" tabindex={-1}>
    <p class="quiet">Plays the call by text, with a made-up patient. Nobody is rung and nothing is kept.</p>
    <StartButtons words="Start in" />
  </div>
);

const StartButtons = ({ words }: { words: string }) => (
  <p class="try-keys">
    {(['en', 'es'] as const).map((language) => (
      <button type="submit" name="again" value={language} class="secondary outline">
        {`${words} ${LANGUAGE_NAMES[language]}`}
      </button>
    ))}
  </p>
);

interface CallView {
  readonly preview: Preview;
  readonly language: Language;
}

const Call = ({ preview, language }: CallView) => {
  const { transcript, open, status, tasks, redFlags, note } = preview;
  const spoken = note?.questionnaire.language ?? language;
  return (
    <div class="try-columns">
      <div>
        <ol class="transcript try-said" tabindex={0} aria-label="What was said" data-scroll-end="">
          {transcript.map(({ speaker, text, step }) => (
            <li class={`line line-${speaker}`}>
              <p class="line-head">
                <strong>{speaker === 'agent' ? 'Clinic' : 'You'}</strong>
                {step === null ? null : <span>{itemTitle(step)}</span>}
              </p>
              <p lang={spoken}>{text}</p>
            </li>
          ))}
        </ol>
        {open === null ? <Over preview={preview} /> : <Open open={open} />}
        <StartButtons words="Start over in" />
      </div>
      <div>
        <p class="try-state">
          <Chip tone={statusTone(status)}>{STATUS_LABELS[status]}</Chip>
          {redFlags.map(({ rule }) => (
            <Chip tone="bad">{`Red flag: ${redFlagLabel(rule)}`}</Chip>
          ))}
          {tasks.map((kind) => (
            <Chip tone="warn">{`Task: ${TASK_LABELS[kind].name}`}</Chip>
          ))}
        </p>
        {note === null ? <p class="empty">A call that ends so leaves no note.</p> : <NoteSoFar note={note} />}
      </div>
    </div>
  );
};

const Over = ({ preview }: { preview: Preview }) => (
  <p id="try-open" class="notice notice-live" tabindex={-1}>
    {`The call is over: ${STATUS_LABELS[preview.status].toLowerCase()}.`}
  </p>
);

/** The answers so far; in the note of a call every item stands, asked or not. */
const NoteSoFar = ({ note }: { note: Note }) => {
  const answers = Object.entries(noteAnswers(note));
  const given = answers.filter(([, { state }]) => state !== 'not_asked');
  const open = answers.length - given.length;
  return (
    <section aria-labelledby="try-note">
      <h2 id="try-note">Note</h2>
      {given.length === 0 ? null : (
        <dl class="answers">
          {given.map(([item, answer]) => (
            <div class="answer">
              <dt>{itemTitle(item)}</dt>
              <dd>
                <span class="value" lang={note.questionnaire.language}>
                  {answer.state === 'answered' ? answerText(answer) : ''}
                </span>
                <Chip tone={ANSWER_LABELS[answer.state].tone}>{ANSWER_LABELS[answer.state].label}</Chip>
              </dd>
            </div>
          ))}
        </dl>
      )}
      <p class="quiet">{open === 1 ? '1 question is not asked.' : `${open} questions are not asked.`}</p>
    </section>
  );
};

const KeyButton = ({ keys, meaning, language }: { keys: string; meaning: string; language?: string | undefined }) => (
  <button type="submit" name="keys" value={keys} class="secondary">
    <kbd>{keys}</kbd> <span lang={language}>{meaning}</span>
  </button>
);

const Open = ({ open }: { open: OpenStep }) => {
  const { step, kind, keys, listening, triesLeft } = open;
  const early = step === 'opening' || step === 'birth_date';
  return (
    <fieldset id="try-open" class="try-open" tabindex={-1}>
      <legend>
        {`${itemTitle(step)}: ${kind === 'voice' ? 'say something' : 'press a key'}`}{' '}
        <span class="quiet">{triesLeft === 1 ? 'last try' : `${triesLeft} tries left`}</span>
      </legend>
      {/* What Enter in a field presses: it says, or keys, what is in it. */}
      <button type="submit" name="do" value="enter" class="visually-hidden" tabindex={-1}>
        Say or press what is typed
      </button>
      {kind === 'voice' && listening ? <Say /> : null}
      <div class="try-keys">
        {keys.map(({ keys: each, meaning, language }) => (
          <KeyButton keys={each} meaning={meaning} language={language} />
        ))}
        <button type="submit" name="do" value="silence" class="secondary outline">
          Say nothing
        </button>
      </div>
      {early || step === 'command' ? null : (
        <fieldset class="try-keys try-commands">
          <legend class="visually-hidden">Star commands</legend>
          {STAR_COMMANDS.map(({ keys: each, meaning }) => (
            <KeyButton keys={each} meaning={meaning} />
          ))}
        </fieldset>
      )}
      <div class="inline-form">
        <label for="try-typed">
          Other keys
          <input id="try-typed" name="typed" pattern="[0-9*#]*" maxlength={MAX_KEYS} inputmode="tel" />
        </label>
        <button type="submit" name="do" value="press" class="secondary">
          Press
        </button>
      </div>
      {kind === 'keys' && listening ? <Say /> : null}
    </fieldset>
  );
};

const Say = () => (
  <div class="inline-form">
    <label for="try-speech">
      Say
      <input id="try-speech" name="speech" maxlength={MAX_SPEECH} />
    </label>
    <button type="submit" name="do" value="say" class="secondary">
      Say it
    </button>
  </div>
);

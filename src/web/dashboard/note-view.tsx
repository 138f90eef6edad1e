/** The note by section: what the patient said, how sure that is and where it came from. */
import type { Item, Questionnaire } from '../../domain/intake/questionnaire.ts';
import type { Note, NoteAnswer } from '../../domain/note/note.ts';
import { type ClinicClock, Moment, spokenLength } from './clinic-clock.tsx';
import { CorrectAnswer } from './correct-answer.tsx';
import { ANSWER_LABELS, isUnsure, itemTitle, readable, sureness } from './labels.ts';
import { Chip } from './layout.tsx';
import { Seek } from './seek.tsx';

const SECTIONS = [
  ['message', 'Reply to our message'],
  ['hpi', 'Present illness'],
  ['ample', 'Allergies, medicines, history (AMPLE)'],
  ['family_history', 'Family history'],
] as const;

const NOTE_STATUS: Readonly<Record<Note['status'], string>> = {
  complete: 'Every question was reached.',
  partial: 'The call ended early; what was answered is below.',
  declined: 'The patient did not agree to answer.',
};

interface NoteViewProps {
  readonly note: Note;
  /** What was asked; null while nothing can be corrected. */
  readonly questions: Questionnaire | null;
  readonly clock: ClinicClock;
  /** The recording of this call is there to be heard. */
  readonly playable: boolean;
}

export const NoteView = ({ note, questions, clock, playable }: NoteViewProps) => (
  <section aria-labelledby="note">
    <h2 id="note">Note</h2>
    <p class="quiet">{NOTE_STATUS[note.status]}</p>
    {SECTIONS.map(([section, title]) => {
      const answers = Object.entries(note[section] ?? {});
      // A questionnaire need not have items of every section.
      if (answers.length === 0) return null;
      return (
        <>
          <h3>{title}</h3>
          <dl class="answers">
            {answers.map(([name, answer]) => (
              <AnswerRow
                {...{ answer, note, clock, playable }}
                item={`${section}.${name}`}
                question={questions?.items.find(({ id }) => id === `${section}.${name}`) ?? null}
              />
            ))}
          </dl>
        </>
      );
    })}
  </section>
);

interface AnswerView {
  readonly item: string;
  readonly answer: NoteAnswer;
  readonly note: Note;
  readonly question: Item | null;
  readonly clock: ClinicClock;
  readonly playable: boolean;
}

const AnswerRow = ({ item, answer, note, question, clock, playable }: AnswerView) => {
  const { label, tone } = ANSWER_LABELS[answer.state];
  const value = valueText(answer);
  const isWords = answer.display !== undefined || answer.input === 'voice';
  return (
    <div class={`answer answer-${answer.state}`} data-item={item}>
      <dt>{itemTitle(item)}</dt>
      <dd>
        {value === null ? null : (
          // A choice is shown in the language of the call, and words are of it.
          <span class="value" lang={isWords ? note.questionnaire.language : undefined}>
            {value}
          </span>
        )}{' '}
        <Chip tone={tone}>{label}</Chip>
        <Doubts answer={answer} />
        <Provenance {...{ item, answer, note, question, clock, playable }} />
        {answer.previous === undefined ? null : <Said answer={answer.previous} note={note} />}
      </dd>
    </div>
  );
};

function valueText({ state, value, display }: NoteAnswer): string | null {
  if (state === 'none') return 'No';
  if (value === true) return 'Yes';
  if (value === undefined || value === null || value === false) return null;
  return (
    display ?? (typeof value === 'string' && /^[a-z0-9]+(_[a-z0-9]+)+$/.test(value) ? readable(value) : String(value))
  );
}

/** What a reader must not overlook: words the patient never said yes to, and words that may be wrong. */
const Doubts = ({ answer: { confirmed, confidence } }: { answer: NoteAnswer }) => (
  <>
    {confirmed === false ? <Chip tone="warn">Not confirmed by the patient</Chip> : null}
    {isUnsure(confidence) ? <Chip tone="warn">Hard to understand</Chip> : null}
  </>
);

const INPUT_LABELS = { keys: 'by key', voice: 'spoken', staff: 'entered by staff' } as const;

const Provenance = ({ item, answer, note, question, clock, playable }: AnswerView) => {
  const { input, confirmed, confidence, timestamp, call_id, offset_ms, corrected_by } = answer;
  const correct = question === null ? null : <CorrectAnswer item={question} answer={answer} note={note} />;
  if (input === undefined && timestamp === undefined) return <div class="provenance">{correct}</div>;
  const parts = [
    corrected_by !== undefined ? `entered by ${corrected_by}` : input === undefined ? null : INPUT_LABELS[input],
    confirmed === true ? 'confirmed' : null,
    typeof confidence === 'number' ? sureness(confidence) : null,
  ].filter((part) => part !== null);
  const isEarlier = call_id !== undefined && call_id !== note.call_id;
  const at = timestamp === undefined ? null : Date.parse(timestamp);
  return (
    <div class="provenance">
      <span>
        {parts.join(', ')}
        {at === null ? null : (
          <>
            , <Moment at={at} clock={clock} exact={!isEarlier && corrected_by === undefined} />
          </>
        )}
        {typeof offset_ms === 'number' && !isEarlier && playable ? (
          <span class="no-print">
            , <Seek heard={{ offsetMs: offset_ms, words: wordsOf(answer) }} about={itemTitle(item)} playable />
          </span>
        ) : null}
        {isEarlier ? (
          <>
            , <a href={`/dashboard/calls/${call_id}`}>from an earlier call</a>
          </>
        ) : null}
      </span>
      <Origin item={item} answer={answer} note={note} />
      {correct}
    </div>
  );
};

/** What the patient said, of an answer that staff have put right. */
const Said = ({ answer, note }: { answer: NoteAnswer; note: Note }) => {
  const value = valueText(answer);
  return (
    <p class="said-before">
      {'The patient said: '}
      {value === null ? ANSWER_LABELS[answer.state].label.toLowerCase() : null}
      {value !== null && answer.input === 'voice' ? <q lang={note.questionnaire.language}>{value}</q> : value}
      {answer.input === undefined ? null : ` (${INPUT_LABELS[answer.input]})`}
    </p>
  );
};

const wordsOf = ({ input, entry }: NoteAnswer): string | null => (input === 'voice' ? (entry ?? '') : null);

/** Which words were put, and what exactly came back (CL-13): for whoever doubts the answer. */
const Origin = ({ item, answer, note }: Pick<AnswerView, 'item' | 'answer' | 'note'>) => {
  const { entry, wording, question_version, offset_ms, call_id = note.call_id } = answer;
  const facts = [
    // Words as they were heard stand above already.
    ['Entry', entry === answer.value ? undefined : entry],
    [
      call_id === note.call_id ? 'In the recording' : 'In the recording of that call',
      typeof offset_ms === 'number' ? spokenLength(Math.floor(offset_ms / 1000)) : undefined,
    ],
    ['Questions', question_version === undefined ? undefined : `${note.questionnaire.id}, version ${question_version}`],
    ['Wording', wording],
  ].filter((fact): fact is [string, string] => fact[1] !== undefined);
  if (facts.length === 0) return null;
  const id = `origin-${item.replaceAll('.', '-')}`;
  return (
    <details id={id} class="origin">
      <summary id={`${id}-title`} class="origin-title">
        Where from<span class="visually-hidden">{` ${itemTitle(item)}`}</span>
      </summary>
      <dl>
        {facts.map(([name, value]) => (
          <div>
            <dt>{name}</dt>
            <dd>{name === 'Wording' ? <code>{value}</code> : value}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
};

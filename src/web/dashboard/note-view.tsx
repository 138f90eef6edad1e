/** The note by section: what the patient said, how sure that is and where it came from. */
import type { Note, NoteAnswer } from '../../domain/note/note.ts';
import { type ClinicClock, Moment } from './clinic-clock.tsx';
import { ANSWER_LABELS, itemTitle, readable } from './labels.ts';
import { Chip } from './layout.tsx';

const SECTIONS = [
  ['hpi', 'Present illness'],
  ['ample', 'Allergies, medicines, history (AMPLE)'],
  ['family_history', 'Family history'],
] as const;

const NOTE_STATUS: Readonly<Record<Note['status'], string>> = {
  complete: 'Every question was reached.',
  partial: 'The call ended early; what was answered is below.',
  declined: 'The patient did not agree to answer.',
};

export const NoteView = ({ note, clock }: { note: Note; clock: ClinicClock }) => (
  <section aria-labelledby="note">
    <h2 id="note">Note</h2>
    <p class="quiet">{NOTE_STATUS[note.status]}</p>
    {SECTIONS.map(([section, title]) => (
      <>
        <h3>{title}</h3>
        <dl class="answers">
          {Object.entries(note[section]).map(([name, answer]) => (
            <AnswerRow
              item={`${section}.${name}`}
              answer={answer}
              clock={clock}
              language={note.questionnaire.language}
            />
          ))}
        </dl>
      </>
    ))}
  </section>
);

interface AnswerView {
  readonly item: string;
  readonly answer: NoteAnswer;
  readonly clock: ClinicClock;
  /** That of the call, in which a choice was shown. */
  readonly language: string;
}

const AnswerRow = ({ item, answer, clock, language }: AnswerView) => {
  const { label, tone } = ANSWER_LABELS[answer.state];
  const value = valueText(answer);
  return (
    <div class={`answer answer-${answer.state}`} data-item={item}>
      <dt>{itemTitle(item)}</dt>
      <dd>
        {value === null ? null : (
          <span class="value" lang={answer.display === undefined ? undefined : language}>
            {value}
          </span>
        )}{' '}
        <Chip tone={tone}>{label}</Chip>
        <Provenance answer={answer} clock={clock} />
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

const INPUT_LABELS = { keys: 'by key', voice: 'spoken', staff: 'entered by staff' } as const;

const Provenance = ({ answer, clock }: { answer: NoteAnswer; clock: ClinicClock }) => {
  const { input, confirmed, confidence, timestamp } = answer;
  if (input === undefined && timestamp === undefined) return null;
  const parts = [
    input === undefined ? null : INPUT_LABELS[input],
    confirmed === undefined ? null : confirmed ? 'confirmed' : 'not confirmed by the patient',
    typeof confidence === 'number' ? `${Math.round(confidence * 100)} % sure` : null,
  ].filter((part) => part !== null);
  return (
    <small class="provenance">
      {parts.join(', ')} {timestamp === undefined ? null : <Moment at={Date.parse(timestamp)} clock={clock} exact />}
    </small>
  );
};

/** Puts answers of a note right for whoever asks (C28); API and page both come through here. The note as it was stays, as does what was said. */
import { configuredSinks } from '../domain/delivery/sinks.ts';
import { type Correction, checkCorrection, withCorrections } from '../domain/note/correct-note.ts';
import { type Note, type NoteAnswer, noteAnswers } from '../domain/note/note.ts';
import { log } from '../log.ts';
import { insertCorrectedNote } from '../store/notes.ts';
import { dataKeyOf } from '../store/patient-keys.ts';
import { questionnaireVersion } from '../store/questionnaires.ts';
import { type FieldError, Problem } from './errors.ts';
import { noteChanged, reviewedNote, type Signer } from './sign-note.ts';

export interface CorrectionRequest {
  readonly items: readonly Correction[];
  /** The version that was shown; null: whichever is the newest. */
  readonly noteVersion: number | null;
}

/** The note's next version, which nobody has reviewed yet. */
export async function correctNote(signer: Signer, callId: string, request: CorrectionRequest): Promise<Note> {
  const { db, config, actor, now } = signer;
  const { call, note } = await reviewedNote(signer, callId);
  if (request.noteVersion !== null && request.noteVersion !== note.version) throw noteChanged();
  const { id, version, language } = note.questionnaire;
  const questionnaire = await questionnaireVersion(db, id, version);
  if (questionnaire === null) throw new Error('a note is of questions that are not there');

  const checked = request.items.map((item) => checkCorrection(questionnaire, language === 'es' ? 'es' : 'en', item));
  const errors = checked.flatMap((each, i): FieldError[] => {
    if (!each.ok) return [{ pointer: `/items/${i}/${each.problem.field}`, ...codeOf(each.problem) }];
    const isDouble = request.items.findIndex(({ item }) => item === request.items[i]?.item) !== i;
    return isDouble ? [{ pointer: `/items/${i}/item`, code: 'duplicate', detail: 'Each item once.' }] : [];
  });
  if (errors.length > 0) throw new Problem(422, 'invalid', { errors });
  const known = noteAnswers(note);
  const answers = new Map(
    checked.flatMap((each, i) =>
      each.ok && !isSameAnswer(each.answer, known[request.items[i]?.item ?? ''])
        ? [[request.items[i]?.item ?? '', each.answer]]
        : [],
    ),
  );

  if (answers.size === 0)
    throw new Problem(409, 'unchanged', { detail: 'The note says that already. Nothing was corrected.' });
  const next = note.version + 1;
  const at = new Date(now).toISOString();
  const corrected: Note = {
    ...note,
    ...withCorrections(note, answers, actor.name, at),
    version: next,
    // Apart from the ids of the call's own accounts, one of which may be on its way.
    note_id: `${note.note_id.replace(/\.\d+(-staff)?$/, '')}.${next}-staff`,
    created_at: at,
  };
  const dataKey = await dataKeyOf(config.keyRing, call.patientId);
  const sinks = configuredSinks(config.sinks);
  if (!(await insertCorrectedNote(db, dataKey, call.patientId, corrected, sinks, now))) throw noteChanged();
  log.info('note.corrected', { actor: actor.id, call_id: callId, count: answers.size });
  return corrected;
}

/** What the patient said stays the patient's as long as nothing else is known. */
const isSameAnswer = (
  { state, value = null }: { readonly state: string; readonly value?: unknown },
  known: NoteAnswer | undefined,
): boolean => known !== undefined && known.state === state && (known.value ?? null) === value;

const codeOf = ({ code, detail }: Pick<FieldError, 'code' | 'detail'>) => ({ code, detail });

/** Trying a questionnaire by text: the page of a version, and each step of a trial, which comes with everything done so far. */
import * as z from 'zod';
import { readQuestionnaire } from '../../domain/intake/judge-questionnaire.ts';
import { LANGUAGES, type Questionnaire } from '../../domain/intake/questionnaire.ts';
import type { PreviewInput } from '../../domain/preview/preview-call.ts';
import { inForce, versionsOf } from '../change-questionnaire.ts';
import { Problem } from '../errors.ts';
import { MAX_KEYS, MAX_SPEECH, previewInputs, questionnaireToTry, tryOut } from '../preview-questionnaire.ts';
import { readFields } from '../read-body.ts';
import { type Ask, type Route, route } from '../route.ts';
import { line } from '../text-line.ts';
import { MAX_FORM_BYTES } from './questionnaire-edit-routes.tsx';
import {
  framed,
  isFragment,
  oneQuestionnaire,
  questionnaireId,
  readers,
  versionNumber,
} from './questionnaire-routes.tsx';
import { type Trial, TryPanel } from './questionnaire-try.tsx';

/** What the form of a trial holds: everything so far, and the button that was pressed with what was typed beside it. */
const form = z.object({
  questionnaire_id: questionnaireId.optional(),
  version: versionNumber.optional(),
  definition: z.string().optional(),
  language: z.enum(LANGUAGES).default('en'),
  again: z.enum(LANGUAGES).optional(),
  inputs: z.string().default('[]'),
  do: z.enum(['enter', 'say', 'press', 'silence']).optional(),
  keys: z.string().optional(),
  speech: z.string().default(''),
  typed: z.string().default(''),
});
type Form = z.output<typeof form>;

type Step = { readonly input: PreviewInput | null; readonly problem: string | null };

/** What was done just now. Enter in a field says or presses what stands there. */
function stepOf({ do: what, keys, speech, typed }: Form): Step {
  if (keys !== undefined) return { input: { keys }, problem: null };
  if (what === 'silence') return { input: { silence: true }, problem: null };
  const said = what !== 'press' && speech.trim() !== '';
  if (said && !line(MAX_SPEECH).safeParse(speech).success)
    return { input: null, problem: 'Say it in words, in one line.' };
  if (said) return { input: { speech: speech.trim() }, problem: null };
  if (typed === '') return { input: null, problem: null };
  const isKeys = new RegExp(`^[0-9*#]{1,${MAX_KEYS}}$`).test(typed);
  return isKeys
    ? { input: { keys: typed }, problem: null }
    : { input: null, problem: 'A phone has the keys 0 to 9, * and #.' };
}

const inputsSoFar = (text: string): readonly PreviewInput[] | null =>
  previewInputs.safeParse(parsed(text)).data ?? null;

/** Undefined: not JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function trialOf(ask: Ask): Promise<Trial> {
  const sent = form.safeParse(await readFields(ask.c.req.raw, MAX_FORM_BYTES));
  if (!sent.success) throw new Problem(422, 'invalid', { detail: 'Load the page again.' });
  const { data } = sent;
  const { questionnaire_id: id, version } = data;
  const of = id === undefined || version === undefined ? null : { id, version };
  const language = data.again ?? data.language;
  const { input, problem } = data.again === undefined ? stepOf(data) : { input: null, problem: null };
  const before = data.again === undefined ? inputsSoFar(data.inputs) : [];
  const inputs = before === null ? null : previewInputs.safeParse([...before, ...(input === null ? [] : [input])]);
  const failed = (text: string): Trial => ({ of, language, inputs: [], preview: null, problem: text });
  if (inputs === null || !inputs.success) return failed('This trial has become too long. Start over.');
  const questionnaire = await questionnaireOf(ask, of, data);
  if (questionnaire === null) return failed('What stands in the editor is no questionnaire yet. Check it first.');
  try {
    const preview = await tryOut(ask, questionnaire, language, inputs.data);
    return { of, language, inputs: inputs.data, preview, problem };
  } catch (error) {
    if (!(error instanceof Problem) || error.status >= 500) throw error;
    return failed(error.details.detail ?? 'It cannot be tried. Check it first.');
  }
}

async function questionnaireOf(ask: Ask, of: Trial['of'], { definition }: Form): Promise<Questionnaire | null> {
  if (of !== null) return questionnaireToTry(ask, of.id, of.version);
  const read = readQuestionnaire(parsed(definition ?? ''));
  return read.ok ? read.questionnaire : null;
}

const tryPage = (ask: Ask, trial: Trial) => {
  const { of } = trial;
  const title = of === null ? 'Try it' : `Try version ${of.version} of ${of.id}`;
  return framed(
    ask,
    title,
    <>
      <p class="back">
        {of === null ? (
          <a href="/dashboard/questionnaires">All questionnaires</a>
        ) : (
          <a href={`/dashboard/questionnaires/${of.id}?version=${of.version}`}>Back to the version</a>
        )}
      </p>
      <div class="page-head">
        <h1>{title}</h1>
      </div>
      <TryPanel {...trial} />
    </>,
  );
};

export const questionnaireTryRoutes: readonly Route[] = [
  route(
    {
      ...{ ...readers, method: 'GET', path: '/dashboard/questionnaires/:questionnaire_id/try' },
      ...{ audit: 'page.questionnaire_try', params: oneQuestionnaire },
      query: z.strictObject({ version: versionNumber.optional() }),
    },
    async (ask) => {
      const { questionnaire_id: id } = ask.params;
      const versions = await versionsOf(ask, id);
      const version = ask.query.version ?? inForce(versions)?.version ?? versions[0]?.version ?? 0;
      const questionnaire = await questionnaireToTry(ask, id, version);
      const preview = await tryOut(ask, questionnaire, 'en', []);
      return tryPage(ask, { of: { id, version }, language: 'en', inputs: [], preview, problem: null });
    },
  ),
  route(
    { ...readers, method: 'POST', path: '/dashboard/try-questionnaire', audit: 'questionnaire.preview' },
    async (ask) => {
      const trial = await trialOf(ask);
      return isFragment(ask) ? ask.c.html(<TryPanel {...trial} />) : tryPage(ask, trial);
    },
  ),
];

/** A questionnaire tried out by text: a made-up patient, the clinic's own words and the engine of the calls. Nothing is kept. */
import * as z from 'zod';
import type { CallPlan } from '../domain/intake/call-plan.ts';
import { planProblem } from '../domain/intake/check-plan.ts';
import type { AttemptId, CallId } from '../domain/intake/ids.ts';
import { readQuestionnaire } from '../domain/intake/judge-questionnaire.ts';
import { type Language, playsAudio, type Questionnaire } from '../domain/intake/questionnaire.ts';
import { variablesOf } from '../domain/intake/variables.ts';
import { type Preview, type PreviewInput, previewCall } from '../domain/preview/preview-call.ts';
import { commonPlan } from '../store/prepare-plan.ts';
import { inForce, knownVersion, unsound, versionsOf } from './change-questionnaire.ts';
import { Problem } from './errors.ts';
import type { Ask } from './route.ts';
import { line } from './text-line.ts';

type Asker = Pick<Ask, 'db' | 'config' | 'actor' | 'now'>;

/** A call has fewer; each trial plays all of them again. */
const MAX_INPUTS = 200;
export const MAX_KEYS = 20;
export const MAX_SPEECH = 500;

const input = z.union([
  z.strictObject({
    keys: z.string().regex(new RegExp(`^[0-9*#]{1,${MAX_KEYS}}$`), `1 to ${MAX_KEYS} keys: figures, * and #.`),
  }),
  z.strictObject({ speech: line(MAX_SPEECH) }),
  z.strictObject({ silence: z.literal(true) }),
]);
/** All that was done so far. */
export const previewInputs = z.array(input).max(MAX_INPUTS, `At most ${MAX_INPUTS} things; start over.`);

/** Nobody: the number is of those that are never given out. */
const SAMPLE = {
  ...{ id: 'pat_sample', externalId: null },
  ...{ firstName: 'Ana', lastName: 'Sample', dateOfBirth: '1980-04-12' },
} as const;
const SAMPLE_NUMBER = '+12025550143';

/** The version that is named; else the one in force, else the newest. */
export async function questionnaireToTry(ask: Asker, id: string, version: number | null): Promise<Questionnaire> {
  const versions = await versionsOf(ask, id);
  const wanted = version ?? inForce(versions)?.version ?? versions[0]?.version ?? 0;
  return soundOr422((await knownVersion(ask, id, wanted)).definition);
}

export function soundOr422(definition: unknown): Questionnaire {
  const read = readQuestionnaire(definition);
  if (!read.ok) throw unsound(read.problems);
  return read.questionnaire;
}

export async function tryOut(
  { config, now }: Asker,
  questionnaire: Questionnaire,
  language: Language,
  inputs: readonly PreviewInput[],
): Promise<Preview> {
  const common = await commonPlan(config, questionnaire, SAMPLE, now);
  const plan: CallPlan = {
    ...common,
    ...{ callId: 'call_sample' as CallId, attemptId: 'att_sample' as AttemptId, createdAt: now, attempt: 1 },
    ...{ direction: 'outbound', candidates: [], optOutLine: false, language, timerScale: 1 },
    patientNumber: SAMPLE_NUMBER,
    clinicNumber: config.telnyx.fromNumbers[0] ?? SAMPLE_NUMBER,
    // What a list would bring is read by its name.
    variables: Object.fromEntries(variablesOf(questionnaire).map((name) => [name, name.replaceAll('_', ' ')])),
    mediaUrl: playsAudio(questionnaire) ? `${config.publicUrl}/media/sample` : null,
  };
  const problem = planProblem(plan);
  if (problem !== null)
    throw new Problem(409, problem, {
      detail: 'With its variables filled in, a text is longer than one prompt can be.',
    });
  return previewCall(plan, inputs, (at) => new Date(at).toISOString());
}

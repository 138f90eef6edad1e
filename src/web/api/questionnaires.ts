/** /api/questionnaires: what calls ask. Versions are written once, approved by a person, withdrawn; trying one out keeps nothing. */
import * as z from 'zod';
import { judgeQuestionnaire } from '../../domain/intake/judge-questionnaire.ts';
import { listHeads, listVersions } from '../../store/questionnaire-versions.ts';
import { ensureShipped } from '../../store/questionnaires.ts';
import { APPROVER_ROLES } from '../../store/staff.ts';
import {
  addVersion,
  approve,
  createQuestionnaire,
  knownVersion,
  MAX_DEFINITION_BYTES,
  type Saved,
  versionsOf,
  withdraw,
} from '../change-questionnaire.ts';
import { invalidField } from '../check-input.ts';
import { previewInputs, questionnaireToTry, soundOr422, tryOut } from '../preview-questionnaire.ts';
import { type Route, route } from '../route.ts';
import { DEFAULT_LIMIT, language, limit } from './fields.ts';
import {
  headJson,
  headShape,
  lintShape,
  previewJson,
  previewShape,
  savedShape,
  versionJson,
  versionShape,
  versionWithDefinitionShape,
} from './questionnaire-json.ts';

const readers = { roles: ['admin', 'clinician', 'intake', 'operator'], phi: false } as const;
const writers = { roles: APPROVER_ROLES, phi: false } as const;
const definition = z.unknown().refine((given) => given !== undefined);
const holdsDefinition = { maxBodyBytes: MAX_DEFINITION_BYTES } as const;

const id = z.string().regex(/^[a-z][a-z0-9-]{1,63}$/);
const number = z
  .string()
  .regex(/^[1-9]\d{0,8}$/)
  .transform(Number);
const one = z.strictObject({ questionnaire_id: id });
export const oneVersion = z.strictObject({ questionnaire_id: id, version: number });

const savedJson = ({ version, problems }: Saved) => ({
  ...{ questionnaire_id: version.questionnaireId, version: version.version },
  status: 'draft',
  problems,
});
const locationOf = ({ version: { questionnaireId, version } }: Saved) => ({
  Location: `/api/questionnaires/${questionnaireId}/versions/${version}`,
});

const list = route(
  {
    ...{ ...readers, method: 'GET', path: '/api/questionnaires', audit: 'questionnaire.list' },
    query: z.strictObject({ limit, cursor: id.optional() }),
    summary: 'The questionnaires, by id, each with the version the next call uses.',
    answers: { 200: z.strictObject({ items: z.array(headShape), next_cursor: z.string().nullable() }) },
  },
  async ({ c, db, query, now }) => {
    await ensureShipped(db, now);
    const { items, next } = await listHeads(db, { limit: query.limit ?? DEFAULT_LIMIT, after: query.cursor ?? null });
    return c.json({ items: items.map(headJson), next_cursor: next });
  },
);

const create = route(
  {
    ...{ ...writers, method: 'POST', path: '/api/questionnaires', audit: 'questionnaire.create' },
    ...holdsDefinition,
    body: z.strictObject({ definition }),
    summary: 'Keep a new questionnaire as a draft, its version 1.',
    answers: { 201: savedShape },
  },
  async (ask) => {
    const saved = await createQuestionnaire(ask, ask.body.definition);
    return ask.c.json(savedJson(saved), 201, locationOf(saved));
  },
);

const lint = route(
  {
    ...{ ...readers, method: 'POST', path: '/api/questionnaires/lint', audit: 'questionnaire.lint' },
    ...holdsDefinition,
    body: z.strictObject({ definition }),
    summary: 'What is wrong with a definition, and what to do about it. Nothing is kept.',
    answers: { 200: lintShape },
  },
  ({ c, body }) => {
    const { problems } = judgeQuestionnaire(body.definition);
    return c.json({ ok: !problems.some(({ level }) => level === 'error'), problems });
  },
);

const versions = route(
  {
    ...{ ...readers, method: 'GET', path: '/api/questionnaires/:questionnaire_id/versions', params: one },
    audit: 'questionnaire.versions',
    query: z.strictObject({ limit, cursor: number.optional() }),
    summary: 'The versions of a questionnaire, newest first: who wrote, approved and withdrew them.',
    answers: { 200: z.strictObject({ items: z.array(versionShape), next_cursor: z.string().nullable() }) },
  },
  async (ask) => {
    const { c, db, params, query } = ask;
    await versionsOf(ask, params.questionnaire_id);
    const page = { limit: query.limit ?? DEFAULT_LIMIT, before: query.cursor ?? null };
    const { items, next } = await listVersions(db, params.questionnaire_id, page);
    return c.json({ items: items.map(versionJson), next_cursor: next === null ? null : String(next) });
  },
);

const add = route(
  {
    ...{ ...writers, method: 'POST', path: '/api/questionnaires/:questionnaire_id/versions', params: one },
    ...{ ...holdsDefinition, audit: 'questionnaire.add_version' },
    body: z.strictObject({ definition }),
    summary: 'Keep a changed questionnaire as a draft under the next number; the number in it does not count.',
    answers: { 201: savedShape },
  },
  async (ask) => {
    const saved = await addVersion(ask, ask.params.questionnaire_id, ask.body.definition);
    return ask.c.json(savedJson(saved), 201, locationOf(saved));
  },
);

const read = route(
  {
    ...{ ...readers, method: 'GET', path: '/api/questionnaires/:questionnaire_id/versions/:version' },
    ...{ audit: 'questionnaire.read', params: oneVersion },
    summary: 'One version with its definition.',
    answers: { 200: versionWithDefinitionShape },
  },
  async (ask) => {
    const stored = await knownVersion(ask, ask.params.questionnaire_id, ask.params.version);
    return ask.c.json({ ...versionJson(stored), definition: stored.definition });
  },
);

const VERBS = [
  ['approve', approve, 'Approve a version: from now on new calls use the newest approved one.'],
  [
    'withdraw',
    withdraw,
    'Withdraw a version: new calls use the newest approved one that is left; calls that have it keep it.',
  ],
] as const;
const verbs = VERBS.map(([verb, act, summary]) =>
  route(
    {
      ...{ ...writers, method: 'POST', path: `/api/questionnaires/:questionnaire_id/versions/:version/${verb}` },
      ...{ audit: `questionnaire.${verb}`, params: oneVersion, summary, answers: { 200: versionShape } },
    },
    async (ask) => ask.c.json(versionJson(await act(ask, ask.params.questionnaire_id, ask.params.version))),
  ),
);

const preview = route(
  {
    ...{ ...readers, method: 'POST', path: '/api/questionnaires/:questionnaire_id/preview', params: one },
    ...{ ...holdsDefinition, audit: 'questionnaire.preview' },
    body: z.strictObject({
      version: z.int().positive().optional(),
      definition: z.unknown().optional(),
      language: language.default('en'),
      inputs: previewInputs,
    }),
    summary:
      'Try a questionnaire by text: send everything done so far, and get what was said, the open question and the note.',
    answers: { 200: previewShape },
  },
  async (ask) => {
    const { definition: given, version, language: spoken, inputs } = ask.body;
    if (given !== undefined && version !== undefined)
      throw invalidField('/version', 'one_of_both', 'Send a version or a definition, not both.');
    const questionnaire =
      given === undefined
        ? await questionnaireToTry(ask, ask.params.questionnaire_id, version ?? null)
        : soundOr422(given);
    return ask.c.json(previewJson(await tryOut(ask, questionnaire, spoken, inputs)));
  },
);

export const questionnaireRoutes: readonly Route[] = [list, create, lint, versions, add, read, ...verbs, preview];

/** The editor of questionnaires: a new one, a new version of one, and the check of what stands there. What was typed is never lost. */
import * as z from 'zod';
import { hasErrors, judgeQuestionnaire } from '../../domain/intake/judge-questionnaire.ts';
import { DEFAULT_QUESTIONNAIRE_ID } from '../../store/questionnaires.ts';
import {
  addVersion,
  createQuestionnaire,
  inForce,
  knownVersion,
  MAX_DEFINITION_BYTES,
  type Saved,
  versionsOf,
} from '../change-questionnaire.ts';
import { Problem } from '../errors.ts';
import { readFields } from '../read-body.ts';
import { type Ask, type Route, route } from '../route.ts';
import { scanJson } from '../scan-json.ts';
import { type Checked, CheckedView, type Editing, EditPage } from './questionnaire-edit-page.tsx';
import { framed, isFragment, oneQuestionnaire, versionNumber, writers } from './questionnaire-routes.tsx';

/** As a form sends it: three bytes for each that is no letter or figure. */
export const MAX_FORM_BYTES = 3 * MAX_DEFINITION_BYTES;

const shown = (definition: unknown): string => JSON.stringify(definition, null, 2);

/** The number is given when it is saved; whoever edits has nothing to do with it. */
function withoutNumber(definition: unknown): unknown {
  if (typeof definition !== 'object' || definition === null) return definition;
  const { version: _, ...rest } = definition as Record<string, unknown>;
  return rest;
}

async function editing(ask: Ask, id: string | null, from: number | null): Promise<Editing> {
  const source = id ?? DEFAULT_QUESTIONNAIRE_ID;
  const versions = await versionsOf(ask, source);
  const version = from ?? inForce(versions)?.version ?? versions[0]?.version ?? 0;
  const { definition } = await knownVersion(ask, source, version);
  return { id, from: version, text: shown(withoutNumber(definition)), checked: null };
}

const titleOf = ({ id }: Editing): string => (id === null ? 'New questionnaire' : `New version of ${id}`);
const editPage = (ask: Ask, view: Editing) => framed(ask, titleOf(view), <EditPage {...view} />);

/** What a text comes to; `definition` is there when it is JSON. */
function checkText(text: string): { readonly checked: Checked; readonly definition: unknown } {
  const scanned = scanJson(text);
  if (!scanned.ok) return { checked: { kind: 'unread', line: scanned.line }, definition: undefined };
  const definition: unknown = JSON.parse(text);
  return { checked: { kind: 'judged', judgement: judgeQuestionnaire(definition), lines: scanned.lines }, definition };
}

/** Saves, or says why not; the text stays in its field either way. */
async function answer(ask: Ask, id: string | null, save: (definition: unknown) => Promise<Saved>): Promise<Response> {
  const { definition: typed = '', do: what } = await readFields(ask.c.req.raw, MAX_FORM_BYTES);
  // Browsers send line breaks as two characters.
  const text = typed.replaceAll('\r\n', '\n');
  const { checked, definition } = checkText(text);
  const sound = checked.kind === 'judged' && checked.judgement.questionnaire !== null;
  if (what !== 'save' || !sound) return verdict(ask, id, text, checked);
  try {
    const { version } = await save(definition);
    const address = `/dashboard/questionnaires/${version.questionnaireId}?version=${version.version}`;
    return isFragment(ask) ? ask.c.body(null, 204, { 'HX-Redirect': address }) : ask.c.redirect(address, 303);
  } catch (error) {
    if (!(error instanceof Problem) || error.status >= 500) throw error;
    const { detail, errors = [] } = error.details;
    return verdict(ask, id, text, {
      kind: 'refused',
      detail: detail ?? errors.map((each) => each.detail).join(' '),
    });
  }
}

async function verdict(ask: Ask, id: string | null, text: string, checked: Checked): Promise<Response> {
  const isBad = checked.kind !== 'judged' || hasErrors(checked.judgement);
  if (isFragment(ask)) return ask.c.html(<CheckedView checked={checked} />, isBad ? 409 : 200);
  return editPage(ask, { ...(await editing(ask, id, null)), text, checked });
}

const posted = { ...writers, method: 'POST' } as const;

export const questionnaireEditRoutes: readonly Route[] = [
  route(
    { ...writers, method: 'GET', path: '/dashboard/new-questionnaire', audit: 'page.new_questionnaire' },
    async (ask) => editPage(ask, await editing(ask, null, null)),
  ),
  route({ ...posted, path: '/dashboard/new-questionnaire', audit: 'questionnaire.create' }, (ask) =>
    answer(ask, null, (definition) => createQuestionnaire(ask, definition)),
  ),
  route(
    {
      ...{ ...writers, method: 'GET', path: '/dashboard/questionnaires/:questionnaire_id/edit' },
      ...{ audit: 'page.questionnaire_edit', params: oneQuestionnaire },
      query: z.strictObject({ from: versionNumber.optional() }),
    },
    async (ask) => editPage(ask, await editing(ask, ask.params.questionnaire_id, ask.query.from ?? null)),
  ),
  route(
    {
      ...{ ...posted, path: '/dashboard/questionnaires/:questionnaire_id/edit' },
      ...{ audit: 'questionnaire.add_version', params: oneQuestionnaire },
    },
    async (ask) => {
      const { questionnaire_id: id } = ask.params;
      await versionsOf(ask, id);
      return answer(ask, id, (definition) => addVersion(ask, id, definition));
    },
  ),
];

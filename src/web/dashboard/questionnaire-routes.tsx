/** The pages of questionnaires: the list, one of them with its versions, and putting a version into use or taking it out. */
import * as z from 'zod';
import { compareQuestionnaires } from '../../domain/intake/compare-questionnaires.ts';
import { judgeQuestionnaire } from '../../domain/intake/judge-questionnaire.ts';
import { listHeads } from '../../store/questionnaire-versions.ts';
import { ensureShipped } from '../../store/questionnaires.ts';
import { APPROVER_ROLES } from '../../store/staff.ts';
import { countAlerts } from '../../store/tasks.ts';
import { approve, inForce, knownVersion, needsAnother, versionsOf, withdraw } from '../change-questionnaire.ts';
import { Problem } from '../errors.ts';
import { type Ask, type Route, route } from '../route.ts';
import { clinicClock } from './clinic-clock.tsx';
import { givenUpFor } from './given-up.ts';
import { MOST_ALERTS, Outcome, page } from './layout.tsx';
import { type OneQuestionnaire, QuestionnairePage } from './questionnaire-page.tsx';
import { QuestionnairesPage } from './questionnaires-page.tsx';
import { QUESTIONNAIRE_ROLES, viewerOf } from './viewer.ts';

const PAGE_SIZE = 50;

export const readers = { roles: QUESTIONNAIRE_ROLES, phi: false } as const;
export const writers = { roles: APPROVER_ROLES, phi: false } as const;
export const questionnaireId = z.string().regex(/^[a-z][a-z0-9-]{1,63}$/);
export const versionNumber = z
  .string()
  .regex(/^[1-9]\d{0,8}$/)
  .transform(Number);
export const oneQuestionnaire = z.strictObject({ questionnaire_id: questionnaireId });
const oneVersion = z.strictObject({ questionnaire_id: questionnaireId, version: versionNumber });

/** The frame around a page of this part. */
export async function framed(ask: Ask, title: string, children: unknown): Promise<Response> {
  const { c, config, actor, db } = ask;
  const [alerts, givenUp] = await Promise.all([countAlerts(db, MOST_ALERTS), givenUpFor(ask)]);
  return c.html(
    page({
      ...{ title, clinicName: config.clinic.name, viewer: viewerOf(actor), alerts, givenUp },
      ...{ current: 'questionnaires', children: <>{children}</> },
    }),
  );
}

/** htmx puts the answer into the page; without it a whole page is due. */
export const isFragment = ({ c }: Pick<Ask, 'c'>): boolean => c.req.header('HX-Request') === 'true';

async function viewOf(
  ask: Ask,
  id: string,
  chosen: { readonly version?: number | undefined; readonly against?: number | undefined },
  refused: string | null = null,
): Promise<OneQuestionnaire> {
  const versions = await versionsOf(ask, id);
  const inUse = inForce(versions)?.version ?? null;
  const wanted = chosen.version ?? inUse ?? versions[0]?.version ?? 0;
  const { definition, ...shown } = await knownVersion(ask, id, wanted);
  const { questionnaire, problems } = judgeQuestionnaire(definition);
  const other =
    chosen.against === undefined ? null : judgeQuestionnaire((await knownVersion(ask, id, chosen.against)).definition);
  const before = other?.questionnaire ?? null;
  return {
    ...{ id, title: questionnaire?.title.en ?? id, versions, inUse, shown, questionnaire, problems, refused },
    against:
      before === null || questionnaire === null
        ? null
        : { version: chosen.against ?? 0, comparison: compareQuestionnaires(before, questionnaire) },
    needsAnother: await needsAnother(ask, shown),
    ...{ viewer: viewerOf(ask.actor), clock: clinicClock(ask.config.clinic.timeZone, ask.now) },
  };
}

const list = route(
  {
    ...{ ...readers, method: 'GET', path: '/dashboard/questionnaires', audit: 'page.questionnaires' },
    query: z.strictObject({ cursor: questionnaireId.optional() }),
  },
  async (ask) => {
    const { db, now, query, actor, config } = ask;
    await ensureShipped(db, now);
    const cursor = query.cursor ?? null;
    const { items: heads, next } = await listHeads(db, { limit: PAGE_SIZE, after: cursor });
    const shared = { viewer: viewerOf(actor), clock: clinicClock(config.clinic.timeZone, now) };
    return framed(ask, 'Questionnaires', <QuestionnairesPage {...{ heads, cursor, next }} {...shared} />);
  },
);

const show = route(
  {
    ...{ ...readers, method: 'GET', path: '/dashboard/questionnaires/:questionnaire_id', audit: 'page.questionnaire' },
    params: oneQuestionnaire,
    query: z.strictObject({ version: versionNumber.optional(), against: versionNumber.optional() }),
  },
  async (ask) => {
    const one = await viewOf(ask, ask.params.questionnaire_id, ask.query);
    return framed(ask, one.title, <QuestionnairePage {...one} />);
  },
);

const VERBS = [
  ['approve', approve, 'is approved.'],
  ['withdraw', withdraw, 'is withdrawn.'],
] as const;
const verbs = VERBS.map(([verb, act, done]) =>
  route(
    {
      ...{ ...writers, method: 'POST', path: `/dashboard/questionnaires/:questionnaire_id/versions/:version/${verb}` },
      ...{ audit: `questionnaire.${verb}`, params: oneVersion },
    },
    async (ask) => {
      const { questionnaire_id: id, version } = ask.params;
      const refused = await refusalOf(() => act(ask, id, version));
      if (!isFragment(ask) && refused === null)
        return ask.c.redirect(`/dashboard/questionnaires/${id}?version=${version}`, 303);
      const one = await viewOf(ask, id, { version }, refused);
      if (!isFragment(ask)) return framed(ask, one.title, <QuestionnairePage {...one} />);
      return ask.c.html(
        <>
          <QuestionnairePage {...one} />
          <Outcome text={refused === null ? `Version ${version} ${done}` : ''} />
        </>,
        refused === null ? 200 : 409,
      );
    },
  ),
);

/** Null: it was done. */
async function refusalOf(act: () => Promise<unknown>): Promise<string | null> {
  try {
    await act();
    return null;
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 409) throw error;
    return error.details.detail ?? 'That was not done. Look at the version again.';
  }
}

export const questionnairePageRoutes: readonly Route[] = [list, show, ...verbs];

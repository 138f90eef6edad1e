/** Making a campaign: the form, and what is sent with it. What is wrong goes back to its field; the form itself stays in the browser. */

import { log } from '../../log.ts';
import { listMedia } from '../../store/media.ts';
import { listQuestionnaires } from '../../store/questionnaires.ts';
import { countAlerts } from '../../store/tasks.ts';
import { checkInput } from '../check-input.ts';
import { createWith } from '../create-campaign.ts';
import { Problem } from '../errors.ts';
import { MAX_LIST_BYTES } from '../read-list-file.ts';
import { readUpload, type UploadedFile } from '../read-upload.ts';
import type { Ask, Route } from '../route.ts';
import { route } from '../route.ts';
import { CAMPAIGN_FIELDS, campaignForm } from './campaign-form.ts';
import { CampaignProblems, NewCampaignPage } from './campaign-new-page.tsx';
import { clinicClock } from './clinic-clock.tsx';
import { EMPTY_FORM, type FormState } from './form-field.tsx';
import { givenUpFor } from './given-up.ts';
import { readable } from './labels.ts';
import { MOST_ALERTS, page } from './layout.tsx';
import { RUN_ROLES, viewerOf } from './viewer.ts';

const runners = { roles: RUN_ROLES, phi: false } as const;

/** The newest ones; who has more names them by the API. */
const MOST_MEDIA = 100;

const REFUSED: Readonly<Record<string, string>> = {
  invalid: 'Please check the marked fields.',
  too_large: 'The list is larger than 10 megabytes. Split it and make a campaign of each part.',
  not_a_list: 'This is not a list that can be read. Save the sheet as CSV (UTF-8) and choose that file.',
};
const refusedText = (code: string): string =>
  REFUSED[code] ??
  `The campaign was not made (${readable(code).toLowerCase()}). Try again; if it stays, tell whoever runs this service.`;

/** Of a problem, by the field of the form it is about; one about the list goes to the list. */
function problemsOf({ code, details }: Problem): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { pointer, detail } of details.errors ?? []) {
    const name = pointer.slice(1).replaceAll('/', '_');
    const field = CAMPAIGN_FIELDS.includes(name) ? name : 'file';
    if (!found.has(field)) found.set(field, detail);
  }
  if (found.size === 0 && code in REFUSED) found.set('file', REFUSED[code] ?? '');
  return found;
}

async function create(ask: Ask, fields: ReadonlyMap<string, string>, file: UploadedFile): Promise<string> {
  const { config, now } = ask;
  const settings = checkInput(campaignForm(config.clinic.timeZone, now), Object.fromEntries(fields));
  const { campaign } = await createWith(ask, settings, file, null);
  log.info('campaign.created', { campaign_id: campaign.id, actor: ask.actor.id, status: campaign.status });
  return campaign.id;
}

async function formPage(ask: Ask, form: FormState, notice: string | null, status: 200 | 409): Promise<Response> {
  const { c, config, db, actor, now } = ask;
  const [questionnaires, { items: media }, alerts, givenUp] = await Promise.all([
    listQuestionnaires(db, now),
    listMedia(db, { limit: MOST_MEDIA, cursor: null }),
    countAlerts(db, MOST_ALERTS),
    givenUpFor(ask),
  ]);
  const { today } = clinicClock(config.clinic.timeZone, now);
  const { ratePerSecond, maxLiveCalls } = config.dialing;
  return c.html(
    page({
      ...{ title: 'New campaign', clinicName: config.clinic.name, viewer: viewerOf(actor), alerts, givenUp },
      current: 'campaigns',
      children: <NewCampaignPage {...{ today, questionnaires, media, ratePerSecond, maxLiveCalls, form, notice }} />,
    }),
    status,
  );
}

export const newCampaignRoutes: readonly Route[] = [
  route({ ...runners, method: 'GET', path: '/dashboard/campaigns/new', audit: 'page.new_campaign' }, (ask) =>
    formPage(ask, EMPTY_FORM, null, 200),
  ),
  route({ ...runners, method: 'POST', path: '/dashboard/campaigns', audit: 'campaign.create' }, async (ask) => {
    const { c } = ask;
    const isScripted = c.req.header('HX-Request') === 'true';
    // A list that could not be read leaves nothing to fill in again.
    let typed: ReadonlyMap<string, string> = new Map();
    try {
      const { fields, file } = await readUpload(c.req.raw, MAX_LIST_BYTES.campaign);
      typed = fields;
      const path = `/dashboard/campaigns/${await create(ask, fields, file)}`;
      return isScripted ? c.body(null, 204, { 'HX-Redirect': path }) : c.redirect(path, 303);
    } catch (error) {
      if (!(error instanceof Problem) || error.status >= 500) throw error;
      const [problems, text] = [problemsOf(error), refusedText(error.code)];
      if (!isScripted) return formPage(ask, { values: Object.fromEntries(typed), problems }, text, 409);
      return c.html(<CampaignProblems problems={problems} text={text} />, 409);
    }
  }),
];

/** Making a campaign: the form, and what is sent with it. What is wrong goes back to its field; the form itself stays in the browser. */

import { log } from '../../log.ts';
import { listMedia } from '../../store/media.ts';
import { listQuestionnaires } from '../../store/questionnaires.ts';
import { countAlerts } from '../../store/tasks.ts';
import { checkInput } from '../check-input.ts';
import { createWith } from '../create-campaign.ts';
import { Problem } from '../errors.ts';
import { MAX_LIST_BYTES } from '../read-list-file.ts';
import { readUpload } from '../read-upload.ts';
import type { Ask, Route } from '../route.ts';
import { route } from '../route.ts';
import { CAMPAIGN_FIELDS, campaignForm } from './campaign-form.ts';
import { CampaignProblems, NewCampaignPage } from './campaign-new-page.tsx';
import { clinicClock } from './clinic-clock.tsx';
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

async function create(ask: Ask): Promise<string> {
  const { c, config, now } = ask;
  const { fields, file } = await readUpload(c.req.raw, MAX_LIST_BYTES.campaign);
  const settings = checkInput(campaignForm(config.clinic.timeZone, now), Object.fromEntries(fields));
  const { campaign } = await createWith(ask, settings, file, null);
  log.info('campaign.created', { campaign_id: campaign.id, actor: ask.actor.id, status: campaign.status });
  return campaign.id;
}

export const newCampaignRoutes: readonly Route[] = [
  route({ ...runners, method: 'GET', path: '/dashboard/campaigns/new', audit: 'page.new_campaign' }, async (ask) => {
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
        children: <NewCampaignPage {...{ today, questionnaires, media, ratePerSecond, maxLiveCalls }} />,
      }),
    );
  }),
  route({ ...runners, method: 'POST', path: '/dashboard/campaigns', audit: 'campaign.create' }, async (ask) => {
    try {
      const id = await create(ask);
      return ask.c.body(null, 204, { 'HX-Redirect': `/dashboard/campaigns/${id}` });
    } catch (error) {
      if (!(error instanceof Problem) || error.status >= 500) throw error;
      return ask.c.html(<CampaignProblems problems={problemsOf(error)} text={refusedText(error.code)} />, 409);
    }
  }),
];

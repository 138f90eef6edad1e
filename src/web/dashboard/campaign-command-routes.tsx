/** What can be done on the page of a campaign. Each answers with the page as it is then; what is refused is said where it was asked. */
import { log } from '../../log.ts';
import { isUsNumber } from '../../us-number.ts';
import { commandCampaign, knownCampaign, startCampaign } from '../command-campaign.ts';
import { Problem } from '../errors.ts';
import { makePreflight } from '../make-preflight.ts';
import { placeTestCall } from '../place-test-call.ts';
import { readFields } from '../read-body.ts';
import { type Ask, type Route, type RouteSpec, route } from '../route.ts';
import { askFirst, isScripted, isSure } from './ask-first.tsx';
import { CampaignAnswer, verbsOf } from './campaign-fragment.tsx';
import { refusalLabel } from './campaign-labels.ts';
import { CampaignPage } from './campaign-page.tsx';
import type { Refused } from './campaign-setup.tsx';
import { campaignView, oneCampaign } from './campaign-view.ts';
import { givenUpFor } from './given-up.ts';
import { page } from './layout.tsx';
import { typedNumber } from './typed-number.ts';
import { RUN_ROLES } from './viewer.ts';

const posted = { method: 'POST', roles: RUN_ROLES, phi: false, params: oneCampaign } as const;

/** What was refused, in words; anything else goes on its way. */
async function refusalOf(work: () => Promise<unknown>): Promise<string | null> {
  try {
    await work();
    return null;
  } catch (error) {
    if (error instanceof Problem && error.status === 409) return error.code;
    throw error;
  }
}

type AskOne = Ask<RouteSpec & { params: typeof oneCampaign }>;
interface Said {
  readonly outcome?: string;
  readonly refused?: Refused;
}

/** The page as it is now, and what came of what was asked; 409 when it was refused. */
async function answer(ask: AskOne, { outcome, refused }: Said, isRefused = refused !== undefined) {
  const view = await campaignView(ask, await knownCampaign(ask));
  const status = isRefused ? 409 : 200;
  if (isScripted(ask))
    return ask.c.html(<CampaignAnswer view={view} shown={null} outcome={outcome} refused={refused} />, status);
  const { name: title } = view.campaign;
  const frame = { title, clinicName: ask.config.clinic.name, viewer: view.viewer, alerts: view.alerts };
  const children = <CampaignPage {...{ view, refused }} contacts="left_out" outcome={outcome ?? null} />;
  return ask.c.html(page({ ...frame, givenUp: await givenUpFor(ask), current: 'campaigns', children }), status);
}

const DONE = {
  pause: 'is paused. Calls under way go on to the end.',
  resume: 'goes on.',
  cancel: 'is canceled. Calls under way go on to the end.',
  redial: 'rings those again whom it did not reach.',
} as const;

const verbs = (['pause', 'resume', 'cancel', 'redial'] as const).map((verb) =>
  route({ ...posted, path: `/dashboard/campaigns/:campaign_id/${verb}`, audit: `campaign.${verb}` }, async (ask) => {
    const campaign = await knownCampaign(ask);
    if (!(await isSure(ask))) {
      const asked = verbsOf(await campaignView(ask, campaign)).find((each) => each.verb === verb);
      const back = `/dashboard/campaigns/${campaign.id}`;
      if (asked !== undefined) return askFirst(ask, { question: asked.confirm, words: asked.words, back });
    }
    const code = await refusalOf(() => commandCampaign(ask, campaign, verb));
    if (code !== null) return answer(ask, { outcome: `Not done. ${refusalLabel(code)}` }, true);
    log.info('campaign.commanded', { campaign_id: campaign.id, actor: ask.actor.id, code: verb });
    return answer(ask, { outcome: `“${campaign.name}” ${DONE[verb]}` });
  }),
);

const preflight = route(
  { ...posted, path: '/dashboard/campaigns/:campaign_id/preflight', audit: 'campaign.preflight' },
  async (ask) => {
    const campaign = await knownCampaign(ask);
    const code = await refusalOf(() => makePreflight(ask, campaign));
    if (code !== null) return answer(ask, { refused: { step: 'preflight', code } });
    return answer(ask, { outcome: 'The pre-flight is made. Read it before you start.' });
  },
);

const testCall = route(
  { ...posted, path: '/dashboard/campaigns/:campaign_id/test-call', audit: 'campaign.test_call' },
  async (ask) => {
    const campaign = await knownCampaign(ask);
    const { phone_number: typed = '' } = await readFields(ask.c.req.raw);
    const number = typedNumber(typed);
    const code = isUsNumber(number) ? await refusalOf(() => placeTestCall(ask, campaign, number)) : 'bad_number';
    if (code !== null) return answer(ask, { refused: { step: 'test', code, typed } });
    return answer(ask, { outcome: 'The test call is on its way.' });
  },
);

const plain = (text: string): string => text.trim().replaceAll(/\s+/g, ' ').toLowerCase();

const start = route(
  { ...posted, path: '/dashboard/campaigns/:campaign_id/start', audit: 'campaign.start' },
  async (ask) => {
    const campaign = await knownCampaign(ask);
    const { name: typed = '', preflight_id = '' } = await readFields(ask.c.req.raw);
    if (plain(typed) !== plain(campaign.name))
      return answer(ask, { refused: { step: 'start', code: 'wrong_name', typed } });
    let started = campaign;
    const code = await refusalOf(async () => {
      started = await startCampaign(ask, campaign, preflight_id);
    });
    if (code !== null) return answer(ask, { refused: { step: 'start', code, typed } });
    log.info('campaign.commanded', { campaign_id: campaign.id, actor: ask.actor.id, code: 'start' });
    return answer(ask, {
      outcome:
        started.status === 'running'
          ? `“${campaign.name}” is started.`
          : 'The start is asked for. Another administrator now starts it from this page.',
    });
  },
);

export const campaignCommandRoutes: readonly Route[] = [preflight, testCall, start, ...verbs];

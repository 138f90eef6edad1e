/** The pages of campaigns: the list, one of them, and the people of it. What can be done there is in campaign-command-routes.tsx. */
import * as z from 'zod';
import { CAMPAIGN_STATUSES } from '../../domain/campaign/campaign-status.ts';
import { CALL_STATUSES } from '../../domain/intake/call-record.ts';
import { contactSums } from '../../store/campaign-progress.ts';
import { type Campaign, listCampaigns } from '../../store/campaigns.ts';
import { callsOfContacts } from '../../store/contact-calls.ts';
import { CONTACT_STATUSES, listContacts, openContacts } from '../../store/contacts.ts';
import { countAlerts } from '../../store/tasks.ts';
import { knownCampaign } from '../command-campaign.ts';
import { cursorText, pageCursor } from '../page-cursor.ts';
import { type Ask, type Route, type RouteSpec, route } from '../route.ts';
import { showing } from '../shown-patients.ts';
import { type ContactList, ContactsFragment } from './campaign-contacts.tsx';
import { CampaignAnswer } from './campaign-fragment.tsx';
import { CampaignPage } from './campaign-page.tsx';
import { campaignView, oneCampaign as one, sumBy } from './campaign-view.ts';
import { type CampaignList, CampaignsFragment } from './campaigns-fragment.tsx';
import { CampaignsPage } from './campaigns-page.tsx';
import { clinicClock } from './clinic-clock.tsx';
import { givenUpFor } from './given-up.ts';
import { MOST_ALERTS, page } from './layout.tsx';
import { CAMPAIGN_ROLES, CONTACT_ROLES, viewerOf } from './viewer.ts';

const PAGE_SIZE = 25;
const CONTACTS_PAGE = 50;

const seers = { roles: CAMPAIGN_ROLES, phi: false } as const;
/** An empty choice is a form's "All". */
const choice = <const T extends readonly [string, ...string[]]>(of: T) =>
  z
    .enum(['', ...of])
    .optional()
    .transform((given) => (given || null) as T[number] | null);
const listQuery = z.strictObject({ status: choice(CAMPAIGN_STATUSES), cursor: pageCursor('cmp').optional() });
const contactQuery = z.strictObject({
  status: choice(CONTACT_STATUSES),
  outcome: choice(CALL_STATUSES),
  code: z
    .string()
    .regex(/^[a-z_]{0,40}$/)
    .optional()
    .transform((given) => given || null),
  after: z
    .string()
    .regex(/^\d{1,9}$/, 'Not a row of this list.')
    .transform(Number)
    .optional(),
});

async function campaignList(ask: Ask<RouteSpec & { query: typeof listQuery }>): Promise<CampaignList> {
  const { db, config, query, actor, now } = ask;
  const { status, cursor = null } = query;
  const filter = { limit: PAGE_SIZE, cursor, ...(status === null ? {} : { status }) };
  const { items: campaigns, nextCursor } = await listCampaigns(db, filter);
  const sums = await contactSums(
    db,
    campaigns.map(({ id }) => id),
  );
  return {
    ...{ campaigns, sums, status, cursor: cursorText(cursor), nextCursor: cursorText(nextCursor) },
    ...{ viewer: viewerOf(actor), clock: clinicClock(config.clinic.timeZone, now) },
  };
}

async function contactList(
  ask: Ask<RouteSpec & { query: typeof contactQuery }>,
  campaign: Campaign,
  codes: readonly string[],
): Promise<ContactList> {
  const { db, config, query, actor, now } = ask;
  const { status, code, outcome, after = 0 } = query;
  const { rows, next } = await listContacts(db, campaign.id, {
    ...{ limit: CONTACTS_PAGE, after },
    ...(status === null ? {} : { status }),
    ...(code === null ? {} : { code }),
    ...(outcome === null ? {} : { outcome }),
  });
  const [contacts, calls] = await Promise.all([
    openContacts(config.keyRing, rows),
    callsOfContacts(
      db,
      rows.map(({ id }) => id),
    ),
  ]);
  showing(
    ask.c,
    rows.map(({ patientId }) => patientId),
  );
  return {
    ...{ campaignId: campaign.id, contacts, calls, status, code, outcome, after, next, codes },
    ...{ viewer: viewerOf(actor), clock: clinicClock(config.clinic.timeZone, now) },
  };
}

const frame = async (ask: Ask) => ({
  clinicName: ask.config.clinic.name,
  viewer: viewerOf(ask.actor),
  givenUp: await givenUpFor(ask),
  current: 'campaigns' as const,
});

export const campaignPageRoutes: readonly Route[] = [
  route(
    { ...seers, method: 'GET', path: '/dashboard/campaigns', audit: 'page.campaigns', query: listQuery },
    async (ask) => {
      const [list, alerts] = await Promise.all([campaignList(ask), countAlerts(ask.db, MOST_ALERTS)]);
      return ask.c.html(
        page({ ...(await frame(ask)), title: 'Campaigns', alerts, children: <CampaignsPage {...list} /> }),
      );
    },
  ),
  route(
    { ...seers, method: 'GET', path: '/dashboard/fragments/campaigns', audit: 'page.campaigns_poll', query: listQuery },
    async (ask) => ask.c.html(<CampaignsFragment {...(await campaignList(ask))} />),
  ),
  route(
    {
      ...{ method: 'GET', path: '/dashboard/campaigns/:campaign_id', audit: 'page.campaign', params: one },
      ...{ roles: CAMPAIGN_ROLES, phi: true, query: contactQuery },
    },
    async (ask) => {
      const campaign = await knownCampaign(ask);
      const view = await campaignView(ask, campaign);
      const codes = sumBy(view.counts, 'code', ...CONTACT_STATUSES).map(([code]) => code);
      const contacts = view.viewer.seesContacts ? await contactList(ask, campaign, codes) : null;
      const children = <CampaignPage view={view} contacts={contacts} />;
      return ask.c.html(page({ ...(await frame(ask)), title: campaign.name, alerts: view.alerts, children }));
    },
  ),
  route(
    {
      ...{ method: 'GET', path: '/dashboard/fragments/campaigns/:campaign_id', audit: 'page.campaign_poll' },
      ...{ ...seers, params: one, query: z.strictObject({ shown: z.string().max(200).optional() }) },
    },
    async (ask) => {
      const view = await campaignView(ask, await knownCampaign(ask));
      return ask.c.html(<CampaignAnswer view={view} shown={ask.query.shown ?? null} />);
    },
  ),
  route(
    {
      ...{ method: 'GET', path: '/dashboard/fragments/campaigns/:campaign_id/contacts', params: one },
      ...{ roles: CONTACT_ROLES, phi: true, audit: 'page.contacts_poll', query: contactQuery },
    },
    async (ask) => ask.c.html(<ContactsFragment {...(await contactList(ask, await knownCampaign(ask), []))} />),
  ),
];

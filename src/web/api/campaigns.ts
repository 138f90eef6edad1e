/** /api/campaigns: a list of people, what would happen to it, and the verbs that run it. Numbers are masked everywhere here. */
import * as z from 'zod';
import { callJson, iso } from '../../call-json.ts';
import { CAMPAIGN_STATUSES } from '../../domain/campaign/campaign-status.ts';
import { CALL_STATUSES } from '../../domain/intake/call-record.ts';
import { amountText } from '../../domain/intake/cost.ts';
import { log } from '../../log.ts';
import { campaignProgress } from '../../store/campaign-progress.ts';
import { listCampaigns } from '../../store/campaigns.ts';
import { CONTACT_STATUSES, countContacts, listContacts, openContacts } from '../../store/contacts.ts';
import { rejectedOf } from '../../store/imports.ts';
import { commandCampaign, knownCampaign, startCampaign } from '../command-campaign.ts';
import { campaignBodies, createFrom } from '../create-campaign.ts';
import { makePreflight } from '../make-preflight.ts';
import { cursorText, pageCursor } from '../page-cursor.ts';
import { placeTestCall } from '../place-test-call.ts';
import { type Route, route } from '../route.ts';
import { showing } from '../shown-patients.ts';
import { listOf } from './answer-fields.ts';
import { callAnswer } from './call-answer.ts';
import {
  campaignAnswer,
  contactAnswer,
  newCampaignAnswer,
  oneCampaignAnswer,
  preflightAnswer,
} from './campaign-answer.ts';
import { campaignJson, contactJson, countsJson, preflightCountsJson } from './campaign-json.ts';
import { campaignId, DEFAULT_LIMIT, limit, phoneNumber } from './fields.ts';
import { progressJson } from './progress-json.ts';

const seers = { roles: ['admin', 'clinician', 'intake', 'operator', 'auditor'], phi: false } as const;
const runners = { roles: ['admin', 'operator'], phi: false } as const;
const one = z.strictObject({ campaign_id: campaignId });

const list = route(
  {
    ...seers,
    method: 'GET',
    path: '/api/campaigns',
    audit: 'campaign.list',
    summary: 'List campaigns, newest first',
    answers: { 200: listOf(campaignAnswer) },
    query: z.strictObject({
      limit,
      cursor: pageCursor('cmp').optional(),
      status: z.enum(CAMPAIGN_STATUSES).optional(),
    }),
  },
  async ({ query, db, c }) => {
    const { items, nextCursor } = await listCampaigns(db, {
      limit: query.limit ?? DEFAULT_LIMIT,
      cursor: query.cursor ?? null,
      ...(query.status === undefined ? {} : { status: query.status }),
    });
    return c.json({ items: items.map(campaignJson), next_cursor: cursorText(nextCursor) });
  },
);

const create = route(
  {
    ...runners,
    method: 'POST',
    path: '/api/campaigns',
    audit: 'campaign.create',
    summary: 'Make a campaign of a list, as JSON or as a form with a .csv or .txt file',
    answers: { 201: newCampaignAnswer },
    reads: campaignBodies,
  },
  async (ask) => {
    const { campaign, importId } = await createFrom(ask);
    log.info('campaign.created', { campaign_id: campaign.id, actor: ask.actor.id, status: campaign.status });
    const counts = {
      accepted: countsJson(await countContacts(ask.db, campaign.id)).total,
      rejected: await rejectedOf(ask.db, campaign.id),
    };
    return ask.c.json({ ...campaignJson(campaign), import_id: importId, counts }, 201, {
      Location: `/api/campaigns/${campaign.id}`,
    });
  },
);

const read = route(
  {
    ...seers,
    method: 'GET',
    path: '/api/campaigns/:campaign_id',
    audit: 'campaign.read',
    params: one,
    summary: 'Read a campaign with its counts and how far it has come',
    answers: { 200: oneCampaignAnswer },
  },
  async (ask) => {
    const campaign = await knownCampaign(ask);
    const [counts, rejected, progress] = await Promise.all([
      countContacts(ask.db, campaign.id),
      rejectedOf(ask.db, campaign.id),
      campaignProgress(ask.db, campaign, ask.config.dialing, ask.now),
    ]);
    return ask.c.json({
      ...campaignJson(campaign),
      counts: { ...countsJson(counts), rejected },
      progress: progressJson(progress),
    });
  },
);

const preflight = route(
  {
    ...runners,
    method: 'POST',
    path: '/api/campaigns/:campaign_id/preflight',
    audit: 'campaign.preflight',
    summary: 'Ask the gate about everybody who waits: counts, forecast, and the receipt to start with',
    answers: { 201: preflightAnswer },
    params: one,
  },
  async (ask) => {
    const receipt = await makePreflight(ask, await knownCampaign(ask));
    const { calls, minutes, costNanos, finishAt } = receipt.forecast;
    return ask.c.json(
      {
        ...{ preflight_id: receipt.id, campaign_id: receipt.campaignId, hash: receipt.hash },
        counts: preflightCountsJson(receipt.counts),
        forecast: {
          ...{ calls, minutes },
          cost: { low: amountText(costNanos.low), high: amountText(costNanos.high), currency: 'USD' },
          finish_at: finishAt === null ? null : iso(finishAt),
        },
        ...{ policy_version: receipt.policyVersion, created_at: new Date(receipt.createdAt).toISOString() },
      },
      201,
    );
  },
);

const testCall = route(
  {
    ...runners,
    method: 'POST',
    path: '/api/campaigns/:campaign_id/test-call',
    audit: 'campaign.test_call',
    summary: 'Call a member of staff as patients of this campaign will be called',
    answers: { 201: callAnswer },
    params: one,
    body: z.strictObject({ phone_number: phoneNumber }),
  },
  async (ask) => {
    const call = await placeTestCall(ask, await knownCampaign(ask), ask.body.phone_number);
    return ask.c.json(callJson(call), 201, { Location: `/api/calls/${call.id}` });
  },
);

const start = route(
  {
    ...runners,
    method: 'POST',
    path: '/api/campaigns/:campaign_id/start',
    audit: 'campaign.start',
    summary: 'Start a campaign on a receipt; 202 while it waits for a second approver',
    answers: { 200: campaignAnswer, 202: campaignAnswer },
    params: one,
    body: z.strictObject({ preflight_id: z.string().max(64) }),
  },
  async (ask) => {
    const campaign = await startCampaign(ask, await knownCampaign(ask), ask.body.preflight_id);
    return ask.c.json(campaignJson(campaign), campaign.status === 'running' ? 200 : 202);
  },
);

const VERBS = ['pause', 'resume', 'cancel', 'redial'] as const;
const VERB_SUMMARIES = {
  pause: 'Pause a campaign: nobody new is dialled, live calls go on to their end',
  resume: 'Go on with a paused campaign',
  cancel: 'End a campaign for good',
  redial: 'Call those again whom a campaign did not reach',
} as const;
const verbs = VERBS.map((verb) =>
  route(
    {
      ...runners,
      method: 'POST',
      path: `/api/campaigns/:campaign_id/${verb}`,
      audit: `campaign.${verb}`,
      params: one,
      summary: VERB_SUMMARIES[verb],
      answers: { 202: campaignAnswer },
    },
    async (ask) => {
      const campaign = await commandCampaign(ask, await knownCampaign(ask), verb);
      log.info('campaign.commanded', { campaign_id: campaign.id, actor: ask.actor.id, code: verb });
      return ask.c.json(campaignJson(campaign), 202);
    },
  ),
);

const contacts = route(
  {
    ...{ method: 'GET', path: '/api/campaigns/:campaign_id/contacts', audit: 'campaign.contacts', params: one },
    ...{ roles: ['admin', 'clinician', 'intake', 'operator'], phi: true },
    summary: 'List the people of a campaign in the order of its list, with masked numbers and initials',
    answers: { 200: listOf(contactAnswer) },
    query: z.strictObject({
      limit,
      cursor: z
        .string()
        .regex(/^\d{1,9}$/, 'Not a cursor of this list.')
        .transform(Number)
        .optional(),
      status: z.enum(CONTACT_STATUSES).optional(),
      code: z
        .string()
        .regex(/^[a-z_]{1,40}$/, 'A code of small letters and _, as outside_hours.')
        .optional(),
      outcome: z.enum(CALL_STATUSES).optional(),
    }),
  },
  async (ask) => {
    const { query, db, config } = ask;
    const campaign = await knownCampaign(ask);
    const { status, code, outcome } = query;
    const { rows, next } = await listContacts(db, campaign.id, {
      ...{ limit: query.limit ?? DEFAULT_LIMIT, after: query.cursor ?? 0 },
      ...(status === undefined ? {} : { status }),
      ...(code === undefined ? {} : { code }),
      ...(outcome === undefined ? {} : { outcome }),
    });
    const items = await openContacts(config.keyRing, rows);
    showing(
      ask.c,
      rows.map((row) => row.patientId),
    );
    return ask.c.json({ items: items.map(contactJson), next_cursor: next === null ? null : String(next) });
  },
);

export const campaignRoutes: readonly Route[] = [create, list, read, preflight, testCall, start, ...verbs, contacts];

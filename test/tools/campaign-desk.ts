/**
 * Whoever runs a campaign, at the API: the list, the test call, the pre-flight, the start, and what became of everybody. Asks again
 * for as long as the worker is down, and makes nothing twice.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Persona } from '../../src/simulator/persona.ts';
import { insist, isPassing, type Json, once, type Running } from './front-desk.ts';

export interface CampaignOrder {
  readonly name: string;
  readonly people: readonly ListRow[];
  readonly pacePerSecond: number;
  readonly maxLiveCalls: number;
  readonly retry: object;
}
/** A row of the list. */
export type ListRow = Pick<Persona, 'id' | 'phone' | 'firstName' | 'lastName' | 'dateOfBirth'>;

/** As the API shows it, as far as a judge reads it. */
export interface ShownContact {
  readonly contact_id: string;
  readonly external_id: string;
  readonly status: string;
  readonly code: string | null;
  readonly outcome: string | null;
  readonly rings: number;
  readonly last_call_id: string | null;
}
export interface ShownCampaign {
  readonly status: string;
  readonly status_reason: string | null;
  readonly counts: Readonly<Record<'ready' | 'active' | 'done' | 'skipped' | 'canceled' | 'total', number>> & {
    readonly rejected: Readonly<Record<string, number>>;
    readonly outcomes: Readonly<Record<string, number>>;
  };
}
export interface ShownPreflight {
  readonly preflight_id: string;
  readonly counts: { readonly will_call: number; readonly skipped: Readonly<Record<string, number>> };
}
export interface ShownCall {
  readonly call_id: string;
  readonly dialed_at: string | null;
  readonly status: string;
}

/** Answers every call with the number of nobody else, as a member of staff does. */
export const TESTER = '+12025550191';
const MOST_TESTS = 12;
const POLL_MS = 500;
const PAGE = 200;

const contactOf = ({ id, phone, firstName, lastName, dateOfBirth }: ListRow) => ({
  ...{ phone_number: phone, external_id: id, first_name: firstName, last_name: lastName },
  ...(dateOfBirth === null ? {} : { date_of_birth: dateOfBirth }),
});

/** Gives the id of the campaign, once its list has been read. */
export async function createCampaign(running: Running, order: CampaignOrder): Promise<string> {
  const body = {
    ...{ name: order.name, purpose: 'intake', questionnaire: 'adult-intake' },
    ...{ pace_per_second: order.pacePerSecond, max_live_calls: order.maxLiveCalls, retry: order.retry },
    consent: {
      ...{ basis: 'number_given_by_patient', obtained_at: new Date().toISOString() },
      ...{ obtained_by: 'front desk', evidence: 'registration forms' },
    },
    contacts: order.people.map(contactOf),
  };
  const find = async () => {
    const { items } = (await insist(running, 'GET', '/api/campaigns')) as { items: Json[] };
    return items.find(({ name }) => name === order.name) ?? null;
  };
  const campaignId = String((await once(running, '/api/campaigns', body, find)).campaign_id);
  for (;;) {
    const { status } = await readCampaign(running, campaignId);
    if (status === 'draft') return campaignId;
    if (status !== 'importing') throw new Error(`the list was not read: the campaign is ${status}`);
    await pause(POLL_MS);
  }
}

export const readCampaign = async (running: Running, campaignId: string): Promise<ShownCampaign> =>
  (await insist(running, 'GET', `/api/campaigns/${campaignId}`)) as unknown as ShownCampaign;

/** Until one is answered: on a bad line that may take some. Gives the ids of the calls. */
export async function testCampaign(running: Running, campaignId: string): Promise<string[]> {
  const calls: string[] = [];
  while (calls.length < MOST_TESTS) {
    const path = `/api/campaigns/${campaignId}/test-call`;
    const answer = await running.api('POST', path, { phone_number: TESTER }).catch(() => null);
    // Lost on its way, or the last one is still on the line.
    if (answer === null || answer.status === 409 || isPassing(answer.status)) {
      await pause(POLL_MS);
      continue;
    }
    const callId = String((answer.body as Json).call_id);
    calls.push(callId);
    for (;;) {
      const call = await insist(running, 'GET', `/api/calls/${callId}`);
      if (call.answered_at !== null) return calls;
      if (call.ended_at !== null) break;
      await pause(POLL_MS);
    }
  }
  throw new Error('no test call was answered');
}

export const preflight = async (running: Running, campaignId: string): Promise<ShownPreflight> =>
  (await insist(running, 'POST', `/api/campaigns/${campaignId}/preflight`)) as unknown as ShownPreflight;

/** A start that was carried out, and whose answer was lost, is refused the second time: the status says so. */
export async function startCampaign(running: Running, campaignId: string, preflightId: string): Promise<void> {
  const find = async () => {
    const campaign = await insist(running, 'GET', `/api/campaigns/${campaignId}`);
    return campaign.status === 'draft' ? null : campaign;
  };
  await once(running, `/api/campaigns/${campaignId}/start`, { preflight_id: preflightId }, find);
}

/** Goes on after a pause that the campaign made by itself. */
export async function resumeCampaign(running: Running, campaignId: string): Promise<void> {
  // Whoever is too late finds it running.
  await running.api('POST', `/api/campaigns/${campaignId}/resume`).catch(() => null);
}

export const listContacts = (running: Running, campaignId: string): Promise<ShownContact[]> =>
  everyPage<ShownContact>(running, `/api/campaigns/${campaignId}/contacts?limit=${PAGE}`);

export const listCampaignCalls = (running: Running, campaignId: string): Promise<ShownCall[]> =>
  everyPage<ShownCall>(running, `/api/calls?campaign_id=${campaignId}&limit=${PAGE}`);

async function everyPage<T>(running: Running, path: string): Promise<T[]> {
  const all: T[] = [];
  for (let cursor: string | null = null; ; ) {
    const page = await insist(running, 'GET', cursor === null ? path : `${path}&cursor=${encodeURIComponent(cursor)}`);
    all.push(...(page.items as T[]));
    cursor = page.next_cursor as string | null;
    if (cursor === null) return all;
  }
}

export async function suppress(running: Running, phone: string): Promise<void> {
  await insist(running, 'POST', '/api/suppressions', { phone_number: phone, reason: 'asked the front desk' });
}

/**
 * Reads of the Telnyx account for the doctor: settings and limits, never a call. Shapes are the SDK's, none of which is certain to be
 * there, so each field is looked at; what was not said stays null. Numbers go into the query: they are the clinic's own.
 */
import { Telnyx } from 'telnyx';
import type { Reading } from '../domain/doctor/finding.ts';
import type { AccountFacts, ApplicationFacts, NumberFacts, ProfileFacts } from '../domain/doctor/telnyx-account.ts';
import { SEND_TIMEOUT_MS, type TelnyxSettings } from './client.ts';
import { failureOf } from './errors.ts';

/** What became of one webhook, as Telnyx saw it. */
export interface DeliveryFacts {
  readonly failed: boolean;
  readonly at: number;
  /** What was answered to the last attempt; null: nothing. */
  readonly status: number | null;
}

export type AccountReader = ReturnType<typeof createAccountReader>;

export function createAccountReader(settings: Pick<TelnyxSettings, 'apiKey' | 'apiBase' | 'connectionId'>) {
  /** Ours minus theirs, one for each answer that had a date. */
  const skews: number[] = [];
  const outcomes: AccountFacts['key'][] = [];
  const sdk = new Telnyx({
    apiKey: settings.apiKey,
    baseURL: settings.apiBase,
    maxRetries: 0,
    timeout: SEND_TIMEOUT_MS,
    fetch: async (input, init) => {
      const askedAt = Date.now();
      const response = await fetch(input, init);
      const theirs = Date.parse(response.headers.get('date') ?? '');
      // The header has whole seconds, rounded down.
      if (!Number.isNaN(theirs)) skews.push((askedAt + Date.now()) / 2 - (theirs + 500));
      return response;
    },
  });

  async function read<T>(ask: () => Promise<T>): Promise<Reading<T | null>> {
    try {
      const value = await ask();
      outcomes.push('accepted');
      return { read: true, value };
    } catch (error) {
      const { status, code } = failureOf(error);
      if (status === 404) {
        outcomes.push('accepted');
        return { read: true, value: null };
      }
      outcomes.push(keyAfter(status, code));
      return { read: false, why: whyNot(status, code) };
    }
  }

  return {
    application: (): Promise<Reading<ApplicationFacts | null>> =>
      read(async () => {
        const { data } = await sdk.callControlApplications.retrieve(settings.connectionId);
        return data?.id === undefined ? null : applicationIn(data);
      }),

    profile: (id: string): Promise<Reading<ProfileFacts | null>> =>
      read(async () => {
        const { data } = await sdk.outboundVoiceProfiles.retrieve(id);
        return data === undefined ? null : profileIn(data);
      }),

    /** Telnyx finds nothing for a filter with a sign in it, and more than one for a part of a number. */
    number: (number: string): Promise<Reading<NumberFacts | null>> =>
      read(async () => {
        const page = await sdk.phoneNumbers.list({ filter: { phone_number: number.replace('+', '') } });
        const owned = page.data?.find((row) => row.phone_number === number && row.status !== 'deleted');
        return owned === undefined ? null : numberIn(owned);
      }),

    balance: async (): Promise<AccountFacts['balance']> => {
      const reading = await read(async () => {
        const { data } = await sdk.balance.retrieve();
        const available = Number(data?.available_credit ?? data?.balance);
        return Number.isNaN(available) ? null : { available, currency: data?.currency ?? 'USD' };
      });
      return known(reading, 'Telnyx does not say what is left.');
    },

    /** Webhooks to one address since then, newest first. What was delivered in them is not looked at. */
    failedDeliveries: async (url: string, since: number): Promise<Reading<readonly DeliveryFacts[]>> => {
      const reading = await read(async () => {
        const page = await sdk.webhookDeliveries.list({
          filter: {
            status: { eq: 'failed' },
            attempts: { contains: url },
            started_at: { gte: new Date(since).toISOString() },
          },
          'page[size]': DELIVERIES,
        });
        return (page.data ?? [])
          .map(({ status, started_at, attempts }) => ({
            failed: status === 'failed',
            at: Date.parse(started_at ?? ''),
            status: attempts?.[0]?.http?.response?.status ?? null,
          }))
          .filter(({ at }) => !Number.isNaN(at))
          .toSorted((a, b) => b.at - a.at);
      });
      return known(reading, 'Telnyx keeps no list of webhooks here.');
    },

    /** Over everything that was asked so far. */
    key: (): AccountFacts['key'] =>
      (['refused', 'accepted', 'restricted'] as const).find((each) => outcomes.includes(each)) ?? 'unknown',

    clockSkewMs: (): Reading<number> => {
      // The nearest to none: an answer that was slow makes it look larger, never smaller.
      const [least] = skews.toSorted((a, b) => Math.abs(a) - Math.abs(b));
      return least === undefined
        ? { read: false, why: 'Telnyx told no time.' }
        : { read: true, value: Math.round(least) };
    },
  };
}

const DELIVERIES = 20;
/** Not permitted, limited; inactive, blocked, unverified, a level needed. */
const RESTRICTIONS = new Set(['10010', '10038', '10039', '20012', '20013', '20014', '20015', '20016', '20017']);

function keyAfter(status: number | null, code: string): AccountFacts['key'] {
  if (status === 401) return 'refused';
  return RESTRICTIONS.has(code) ? 'restricted' : 'unknown';
}

function whyNot(status: number | null, code: string): string {
  if (status === null) return 'Telnyx did not answer in time.';
  if (status === 401) return 'Telnyx does not accept the API key.';
  return `Telnyx answered ${status}${code.startsWith('http_') ? '' : ` (${code})`}.`;
}

const known = <T>(reading: Reading<T | null>, otherwise: string): Reading<T> =>
  reading.read && reading.value === null ? { read: false, why: otherwise } : (reading as Reading<T>);

type Application = NonNullable<Awaited<ReturnType<Telnyx['callControlApplications']['retrieve']>>['data']>;
const applicationIn = (data: Application): ApplicationFacts => ({
  active: data.active !== false,
  webhookVersion: data.webhook_api_version ?? null,
  webhookUrl: data.webhook_event_url || null,
  failoverUrl: data.webhook_event_failover_url || null,
  profileId: data.outbound?.outbound_voice_profile_id || null,
  channelLimit: data.outbound?.channel_limit ?? null,
  redactsKeys: data.redact_dtmf_debug_logging === true,
});

type Profile = NonNullable<Awaited<ReturnType<Telnyx['outboundVoiceProfiles']['retrieve']>>['data']>;
const profileIn = (data: Profile): ProfileFacts => ({
  enabled: data.enabled !== false,
  destinations: data.whitelisted_destinations ?? [],
  concurrentLimit: data.concurrent_call_limit ?? null,
  dailySpendUsd: data.daily_spend_limit_enabled === true ? Number(data.daily_spend_limit ?? 0) : null,
  hasCallingWindow: Boolean(data.calling_window?.start_time || data.calling_window?.end_time),
  records: !['none', undefined].includes(data.call_recording?.call_recording_type),
});

type OwnedNumber = NonNullable<Awaited<ReturnType<Telnyx['phoneNumbers']['list']>>['data']>[number];
const numberIn = (data: OwnedNumber): NumberFacts => ({
  status: data.status,
  connectionId: data.connection_id || null,
  records: data.call_recording_enabled === true,
});

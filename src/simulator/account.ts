/**
 * The account behind the calls, as Telnyx tells of it: the Call Control application, its outbound voice profile, the numbers, the
 * money. Everything is as it should be until somebody changes it; shapes are those of Telnyx' published types.
 */
import { numberedPage, type Query } from './pages.ts';
import { refusal } from './refusal.ts';
import { timestamp } from './timestamp.ts';
import type { DeliveryAttempt } from './webhook-delivery.ts';

type Fields = Record<string, unknown>;

/** What can be put otherwise; each part is laid over what holds. */
export interface AccountChange {
  readonly application?: Fields;
  readonly profile?: Fields;
  /** By number; null takes it out of the account. */
  readonly numbers?: Readonly<Record<string, Fields | null>>;
  readonly balance?: Fields;
  /** How far the clock of Telnyx is ahead of the right one. */
  readonly clockAheadMs?: number;
  readonly applicationExists?: boolean;
  readonly profileExists?: boolean;
}

export interface AccountSettings {
  readonly connectionId: string;
  readonly webhookUrl: string;
  readonly failoverUrl: string | null;
  readonly numbers: readonly string[];
}

const profileId = '1293384261075731499';
const createdAt = '2026-01-12T09:30:00.000Z';

export class Account {
  clockAheadMs = 0;
  #application: Fields;
  #profile: Fields;
  #numbers: Map<string, Fields>;
  #balance: Fields = {
    record_type: 'balance',
    ...{ balance: '500.00', credit_limit: '0.00', available_credit: '500.00', pending: '0.00', currency: 'USD' },
  };
  #applicationExists = true;
  #profileExists = true;

  constructor({ connectionId, webhookUrl, failoverUrl, numbers }: AccountSettings) {
    this.#application = {
      ...{ id: connectionId, record_type: 'call_control_application', application_name: 'intake', active: true },
      ...{ webhook_event_url: webhookUrl, webhook_event_failover_url: failoverUrl ?? '', webhook_api_version: '2' },
      ...{ webhook_timeout_secs: null, anchorsite_override: 'Latency', dtmf_type: 'RFC 2833', tags: [] },
      ...{ first_command_timeout: false, first_command_timeout_secs: 30, call_cost_in_webhooks: false },
      redact_dtmf_debug_logging: true,
      inbound: { shaken_stir_enabled: false, channel_limit: null },
      outbound: { channel_limit: null, outbound_voice_profile_id: profileId },
      ...{ created_at: createdAt, updated_at: createdAt },
    };
    this.#profile = {
      ...{ id: profileId, record_type: 'outbound_voice_profile', name: 'intake', enabled: true, tags: [] },
      ...{ traffic_type: 'conversational', service_plan: 'global', usage_payment_method: 'rate-deck' },
      ...{ whitelisted_destinations: ['US', 'CA'], concurrent_call_limit: null, max_destination_rate: null },
      ...{ daily_spend_limit: '100.00', daily_spend_limit_enabled: false, billing_group_id: null },
      call_recording: { call_recording_type: 'none', call_recording_channels: 'single', call_recording_format: 'wav' },
      calling_window: null,
      ...{ connections_count: 1, created_at: createdAt, updated_at: createdAt },
    };
    this.#numbers = new Map(
      numbers.map((number, place) => [
        number,
        ownedNumber(number, String(1_293_384_261_075_731_000 + place), connectionId),
      ]),
    );
  }

  change(change: AccountChange): void {
    this.#application = laidOver(this.#application, change.application);
    this.#profile = laidOver(this.#profile, change.profile);
    this.#balance = laidOver(this.#balance, change.balance);
    for (const [number, fields] of Object.entries(change.numbers ?? {})) {
      if (fields === null) this.#numbers.delete(number);
      else
        this.#numbers.set(
          number,
          laidOver(this.#numbers.get(number) ?? ownedNumber(number, number.slice(1), null), fields),
        );
    }
    this.clockAheadMs = change.clockAheadMs ?? this.clockAheadMs;
    this.#applicationExists = change.applicationExists ?? this.#applicationExists;
    this.#profileExists = change.profileExists ?? this.#profileExists;
  }

  application(id: string): object {
    if (!this.#applicationExists || id !== this.#application['id']) throw notFound();
    return { data: this.#application };
  }

  profile(id: string): object {
    if (!this.#profileExists || id !== this.#profile['id']) throw notFound();
    return { data: this.#profile };
  }

  /** A filter matches any part of a number, and nothing at all when it holds more than digits. */
  phoneNumbers(query: Query): object {
    const wanted = query['filter[phone_number]'];
    const connection = query['filter[connection_id]'];
    const rows = [...this.#numbers.values()].filter(
      (row) =>
        (wanted === undefined || (/^\d{3,}$/.test(wanted) && String(row['phone_number']).includes(wanted))) &&
        (connection === undefined || row['connection_id'] === connection),
    );
    return numberedPage(rows, query);
  }

  balance(): object {
    return { data: this.#balance };
  }

  /** Why no call can leave the account, as a dial is answered; null: one can. */
  dialGate(): 'D38' | 'D7' | null {
    const outbound = this.#application['outbound'] as Fields | null;
    if (!outbound?.['outbound_voice_profile_id'] || !this.#profileExists) return 'D38';
    return this.#profile['enabled'] === false ? 'D7' : null;
  }
}

const notFound = () => refusal('10005', 'The requested resource or URL could not be found.');

/** Objects are gone into, so that one field of one can be changed. */
function laidOver(below: Fields, above: Fields | undefined): Fields {
  const result = { ...below };
  for (const [name, value] of Object.entries(above ?? {})) {
    const under = result[name];
    result[name] = isFields(value) && isFields(under) ? laidOver(under, value) : value;
  }
  return result;
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const ownedNumber = (number: string, id: string, connectionId: string | null): Fields => ({
  ...{ id, record_type: 'phone_number', phone_number: number, status: 'active', country_iso_alpha2: 'US' },
  ...{
    connection_id: connectionId,
    connection_name: connectionId === null ? null : 'intake',
    phone_number_type: 'local',
  },
  ...{ call_recording_enabled: false, call_forwarding_enabled: true, caller_id_name_enabled: false, tags: [] },
  ...{ external_pin: null, deletion_lock_enabled: false, t38_fax_gateway_enabled: false, cnam_listing_enabled: false },
  ...{ purchased_at: createdAt, created_at: createdAt, updated_at: createdAt },
});

/** `GET /v2/webhook_deliveries`: what became of each event, newest first. Payloads are left out: nobody here reads them. */
export function webhookDeliveries(attempts: readonly DeliveryAttempt[], query: Query): object {
  const byEvent = Map.groupBy(attempts, ({ eventId }) => eventId);
  const rows = [...byEvent].map(([id, tries]) => deliveryOf(id, tries)).reverse();
  const status = query['filter[status][eq]'];
  const contains = query['filter[attempts][contains]'];
  const since = Date.parse(query['filter[started_at][gte]'] ?? '') || 0;
  const wanted = rows.filter(
    (row) =>
      (status === undefined || row.status === status) &&
      (contains === undefined || JSON.stringify(row.attempts).includes(contains)) &&
      Date.parse(row.started_at) >= since,
  );
  return numberedPage(wanted, query);
}

function deliveryOf(id: string, tries: readonly DeliveryAttempt[]) {
  const attempts = tries
    .map(({ at, url, status }) => ({
      status: isDelivered(status) ? 'delivered' : 'failed',
      ...{ started_at: timestamp(at, 0), finished_at: timestamp(at, 0), errors: [] },
      http: { request: { url, headers: [] }, ...(status > 0 ? { response: { status, headers: [], body: '' } } : {}) },
    }))
    .reverse();
  return {
    ...{ id, record_type: 'webhook_delivery', user_id: '6a09cdc3-8948-47f0-aa62-74ac943d6c58' },
    status: tries.some(({ status }) => isDelivered(status)) ? 'delivered' : 'failed',
    started_at: timestamp(tries[0]?.at ?? 0, 0),
    finished_at: timestamp(tries.at(-1)?.at ?? 0, 0),
    webhook: { id, record_type: 'event', event_type: tries[0]?.eventType },
    attempts,
  };
}

const isDelivered = (status: number): boolean => status >= 200 && status < 300;

/**
 * `POST /v2/calls`: parameters, account limits, and the 60 s in which a repeated `command_id` rings nobody twice. What an
 * ignored duplicate answers is undocumented; here it is the first call's data.
 */
import { ring } from './call-life.ts';
import type { Exchange } from './exchange.ts';
import { legIds } from './leg.ts';
import { type Body, checkParameters, numberOf, textOf } from './parameters.ts';
import type { Persona } from './persona.ts';
import { Refusal, refusal } from './refusal.ts';

export const dedupeMs = 60_000;
const rateWindowMs = 5_000;

export interface DialSettings {
  readonly connectionId: string;
  readonly webhookUrl: string;
  readonly dialsPerFiveSeconds: number;
  readonly liveCalls: number;
}

export class Dialing {
  readonly #settings: DialSettings;
  #recent: number[] = [];
  readonly #replies = new Map<string, { readonly at: number; readonly data: object }>();

  constructor(settings: DialSettings) {
    this.#settings = settings;
  }

  dial(exchange: Exchange, body: Body): object {
    for (const name of checkParameters('dial', body)) exchange.warn('/v2/calls', `unknown parameter ${name}`);
    const { connectionId, webhookUrl } = this.#settings;
    if (body['connection_id'] !== connectionId) {
      throw refusal('10015', 'The requested connection_id is unknown or has no webhook URL.', '/connection_id');
    }
    const now = exchange.clock.now();
    const commandId = textOf(body, 'command_id');
    const earlier = commandId === null ? undefined : this.#replies.get(commandId);
    if (earlier !== undefined && now - earlier.at < dedupeMs) return earlier.data;
    this.#checkLimits(exchange, now);
    const to = textOf(body, 'to') ?? '';
    const gate = exchange.account.dialGate();
    if (gate !== null) throw new Refusal(403, gatedBody(exchange, 'No usable outbound voice profile', gate));
    const persona = personaNow(exchange, to);
    if (persona.unreachable === true) throw new Refusal(403, noRouteBody(exchange));
    const leg = exchange.addLeg({
      connectionId,
      direction: 'outgoing',
      from: textOf(body, 'from') ?? '',
      to,
      webhookUrl: textOf(body, 'webhook_url') ?? webhookUrl,
      clientState: textOf(body, 'client_state'),
      persona,
      timeLimitMs: numberOf(body, 'time_limit_secs', 14_400) * 1000,
    });
    const clientState = leg.clientState === null ? {} : { client_state: leg.clientState };
    const data = { record_type: 'call', ...legIds(leg), is_alive: false, ...clientState };
    if (commandId !== null) this.#replies.set(commandId, { at: now, data });
    ring(exchange, leg, body);
    return data;
  }

  #checkLimits(exchange: Exchange, now: number): void {
    this.#recent = this.#recent.filter((at) => now - at < rateWindowMs);
    if (this.#recent.length >= this.#settings.dialsPerFiveSeconds) {
      throw refusal('90103', 'The dials per second limit of this account is exceeded.');
    }
    this.#recent.push(now);
    let live = 0;
    for (const leg of exchange.legs.values()) if (leg.direction === 'outgoing' && leg.phase !== 'ended') live += 1;
    if (live >= this.#settings.liveCalls) throw new Refusal(403, channelLimitBody(exchange));
  }
}

/** Who is called, as they pick up this time. */
function personaNow(exchange: Exchange, phone: string): Persona {
  const persona = exchange.personaOf(phone);
  const { redial } = persona;
  if (redial === undefined) return persona;
  const isFirst = ![...exchange.legs.values()].some(({ direction, to }) => direction === 'outgoing' && to === phone);
  return isFirst ? persona : { ...persona, pickup: redial };
}

const channelLimitBody = (exchange: Exchange) => gatedBody(exchange, 'User channel limit exceeded', 'D1');
const noRouteBody = (exchange: Exchange) => gatedBody(exchange, 'No route to the destination', 'D40');

/** As recorded in the field: the code is a number, and there is `data` beside the errors. */
function gatedBody(exchange: Exchange, detail: string, reason: string): object {
  return {
    data: { call_control_id: `v3:${exchange.random.token(54)}` },
    errors: [{ code: 10010, title: 'Authorization failed', detail: `${detail} ${reason}` }],
    telnyx_error: { error_code: reason },
  };
}

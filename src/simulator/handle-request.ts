/** The API by method and path: exactly what the worker asks of Telnyx; anything else is 404 in Telnyx' shape. */
import { webhookDeliveries } from './account.ts';
import type { Dialing } from './dial.ts';
import type { Exchange } from './exchange.ts';
import { callObject, type Leg, legIds } from './leg.ts';
import { listCallEvents } from './list-call-events.ts';
import { cursorPage, numberedPage, type Query } from './pages.ts';
import type { Body } from './parameters.ts';
import { isAction, performAction } from './perform-action.ts';
import { refusal } from './refusal.ts';

export interface ApiRequest {
  readonly method: string;
  /** Begins with `/v2`; ids may be percent-encoded. */
  readonly path: string;
  readonly query?: Query;
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: unknown;
}

export interface ApiResponse {
  readonly status: number;
  readonly body: unknown;
}

/** `GET /calls/{id}` knows a call until this long after its end. */
const knownAfterEndMs = 600_000;

export function handleRequest(
  exchange: Exchange,
  dialing: Dialing,
  connectionId: string,
  request: ApiRequest,
): ApiResponse {
  const parts = request.path.split('/').slice(2).map(decode);
  const [first = '', id = '', third = '', fourth = ''] = parts;
  const route = `${request.method} ${first}/${parts.length}`;
  const query = request.query ?? {};
  switch (route) {
    case 'POST calls/1':
      return ok({ data: dialing.dial(exchange, bodyOf(request)) });
    case 'POST calls/4':
      if (third !== 'actions' || !isAction(fourth)) break;
      return ok({ data: performAction(exchange, id, fourth, bodyOf(request)) });
    case 'GET calls/2':
      return ok({ data: callObject(knownLeg(exchange, id), exchange.clock.now()) });
    case 'GET call_events/1':
      return ok(numberedPage(listCallEvents(exchange, query), query));
    case 'GET connections/3':
      if (third !== 'active_calls' || id !== connectionId) break;
      return ok(activeCalls(exchange, query, request.path));
    case 'GET call_control_applications/2':
      return ok(exchange.account.application(id));
    case 'GET outbound_voice_profiles/2':
      return ok(exchange.account.profile(id));
    case 'GET phone_numbers/1':
      return ok(exchange.account.phoneNumbers(query));
    case 'GET balance/1':
      return ok(exchange.account.balance());
    case 'GET webhook_deliveries/1':
      return ok(webhookDeliveries(exchange.deliveries, query));
    case 'GET recordings/1':
      return ok(numberedPage(recordingViews(exchange, query), query));
    case 'GET recordings/2':
      return ok({ data: recordingView(exchange, id) });
    case 'DELETE recordings/2': {
      const data = recordingView(exchange, id);
      exchange.recordings.delete(id);
      return ok({ data });
    }
  }
  throw notFound();
}

function ok(body: object): ApiResponse {
  return { status: 200, body };
}

function notFound(): Error {
  return refusal('10005', 'The requested resource or URL could not be found.');
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export function bodyOf(request: ApiRequest): Body {
  const { body } = request;
  return typeof body === 'object' && body !== null && !Array.isArray(body) ? (body as Body) : {};
}

function knownLeg(exchange: Exchange, id: string): Leg {
  const leg = exchange.legs.get(id);
  if (leg === undefined) throw notFound();
  if (leg.endedAt !== null && exchange.clock.now() - leg.endedAt > knownAfterEndMs) throw notFound();
  return leg;
}

function activeCalls(exchange: Exchange, query: Query, path: string): object {
  const now = exchange.clock.now();
  const entries = [...exchange.legs.values()].map((leg, place) => ({ leg, place }));
  const live = entries
    .filter(({ leg }) => leg.phase !== 'ended')
    .map(({ leg, place }) => {
      const duration = Math.floor((now - leg.startedAt) / 1000);
      const view = { record_type: 'call', ...legIds(leg), client_state: leg.clientState, call_duration: duration };
      return { place, view };
    });
  return cursorPage(live, query, path);
}

const recordingFilters = {
  callControlId: 'filter[call_control_id]',
  callLegId: 'filter[call_leg_id]',
  callSessionId: 'filter[call_session_id]',
  connectionId: 'filter[connection_id]',
  from: 'filter[from]',
  to: 'filter[to]',
} as const;

function recordingViews(exchange: Exchange, query: Query): object[] {
  const wanted = Object.entries(recordingFilters) as [keyof typeof recordingFilters, string][];
  return exchange.recordings
    .all()
    .filter((recording) =>
      wanted.every(([field, name]) => query[name] === undefined || query[name] === recording[field]),
    )
    .map((recording) => exchange.recordings.view(recording));
}

function recordingView(exchange: Exchange, id: string): object {
  const recording = exchange.recordings.find(id);
  if (recording === undefined) throw notFound();
  return exchange.recordings.view(recording);
}

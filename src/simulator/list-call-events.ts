/**
 * `GET /v2/call_events`: the log of commands and webhooks, oldest first ("ordered by `occurred_at`" is all that Telnyx
 * says), and only of the last day unless a leg or a session is asked for. Numbers are those of the leg.
 */
import type { CallEvent, Exchange } from './exchange.ts';
import type { Query } from './pages.ts';
import { refusal } from './refusal.ts';
import { timestamp } from './timestamp.ts';

const windowMs = 86_400_000;
const path = '/v2/call_events';

type Matches = (event: CallEvent) => boolean;
type Filter = (wanted: string, exchange: Exchange) => Matches;

const compared =
  (fits: (at: number, wanted: number) => boolean): Filter =>
  (wanted) => {
    const time = Date.parse(wanted);
    return ({ at }) => fits(at, time);
  };

const filters: Readonly<Record<string, Filter>> = {
  'filter[leg_id]': (wanted) => (event) => event.callLegId === wanted,
  'filter[application_session_id]': (wanted) => (event) => event.callSessionId === wanted,
  'filter[connection_id]':
    (wanted, { legs }) =>
    (event) =>
      legs.get(event.callControlId)?.connectionId === wanted,
  'filter[from]':
    (wanted, { legs }) =>
    (event) =>
      legs.get(event.callControlId)?.from === wanted,
  'filter[to]':
    (wanted, { legs }) =>
    (event) =>
      legs.get(event.callControlId)?.to === wanted,
  'filter[name]': (wanted) => (event) => event.name === wanted,
  'filter[type]': (wanted) => (event) => event.type === wanted,
  'filter[product]': (wanted) => () => wanted === 'call_control',
  'filter[occurred_at][eq]': compared((at, wanted) => at === wanted),
  'filter[occurred_at][gt]': compared((at, wanted) => at > wanted),
  'filter[occurred_at][gte]': compared((at, wanted) => at >= wanted),
  'filter[occurred_at][lt]': compared((at, wanted) => at < wanted),
  'filter[occurred_at][lte]': compared((at, wanted) => at <= wanted),
};

export function listCallEvents(exchange: Exchange, query: Query): object[] {
  const asked = Object.entries(query).filter(([name]) => name.startsWith('filter'));
  checkTimes(exchange, asked);
  const wanted = asked.flatMap(([name, value]) => {
    const filter = filters[name];
    if (filter === undefined) exchange.warn(path, `${name} leaves out nothing here`);
    return filter === undefined ? [] : [filter(value, exchange)];
  });
  const isNarrow = query['filter[leg_id]'] !== undefined || query['filter[application_session_id]'] !== undefined;
  const since = isNarrow ? 0 : exchange.clock.now() - windowMs;
  return exchange.callEvents
    .filter((event) => event.at >= since && wanted.every((matches) => matches(event)))
    .map((event) => ({
      record_type: 'call_event',
      type: event.type,
      name: event.name,
      call_leg_id: event.callLegId,
      call_session_id: event.callSessionId,
      event_timestamp: timestamp(event.at),
      metadata: event.metadata,
    }));
}

function checkTimes(exchange: Exchange, asked: readonly (readonly [string, string])[]): void {
  const times = asked.filter(([name]) => name.startsWith('filter[occurred_at]'));
  for (const [name, value] of times) {
    if (Number.isNaN(Date.parse(value))) throw refusal('10033', 'This is no time.', `/${name}`);
  }
  // What the real service does then is not documented.
  if (times.length > 1) exchange.warn(path, 'only one filter[occurred_at] can be passed');
}

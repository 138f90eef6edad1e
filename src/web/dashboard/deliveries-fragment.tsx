/** The systems on top, and what became of each note. Ids and codes, nothing of a patient. While something waits it asks again. */
import { explainCode } from '../../domain/delivery/judge-answer.ts';
import type { DeliveryStatus, SinkName } from '../../domain/delivery/sinks.ts';
import type { ListedDelivery } from '../../store/delivery-list.ts';
import type { SinkView } from '../hand-on.ts';
import type { EarlierState } from '../send-earlier.ts';
import { type ClinicClock, Moment } from './clinic-clock.tsx';
import { DELIVERY_LABELS, DELIVERY_TONES, SINK_LABELS } from './delivery-labels.ts';
import { counted, DELIVERIES_PATH, posts, Sinks } from './delivery-sinks.tsx';
import { Earlier, type EarlierTyped } from './earlier-notes.tsx';
import { Chip, Outcome } from './layout.tsx';
import type { Viewer } from './viewer.ts';

export interface DeliveryQuery {
  readonly status: DeliveryStatus | null;
  readonly sink: SinkName | null;
  readonly callId: string | null;
}
export interface DeliveryListView {
  readonly sinks: readonly SinkView[];
  readonly earlier: readonly EarlierState[];
  readonly today: string;
  readonly items: readonly ListedDelivery[];
  readonly query: DeliveryQuery;
  readonly cursor: string | null;
  readonly nextCursor: string | null;
  readonly viewer: Viewer;
  readonly clock: ClinicClock;
}

/** The query of a page of the list. */
export function deliveriesQuery({ status, sink, callId }: DeliveryQuery, cursor: string | null): string {
  const parameters = new URLSearchParams();
  if (status !== null) parameters.set('status', status);
  if (sink !== null) parameters.set('sink', sink);
  if (callId !== null) parameters.set('call_id', callId);
  if (cursor !== null) parameters.set('cursor', cursor);
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
}

const POLLING = { 'hx-trigger': 'every 5s', 'hx-swap': 'outerHTML', 'hx-sync': 'this:drop' } as const;

export const DeliveriesFragment = (view: DeliveryListView & { readonly typed?: EarlierTyped }) => {
  const address = deliveriesQuery(view.query, view.cursor);
  const asksAgain = isWaiting(view) ? { 'hx-get': `/dashboard/fragments/deliveries${address}`, ...POLLING } : {};
  return (
    <div id="deliveries" {...asksAgain}>
      <Sinks sinks={view.sinks} viewer={view.viewer} clock={view.clock} query={address} />
      <Earlier {...view} query={address} />
      <div class="deliveries-head">
        <h2>Notes</h2>
        <AllAgain view={view} />
      </div>
      {view.items.length === 0 ? <p class="empty">{emptyText(view)}</p> : <Table view={view} address={address} />}
      <Paging view={view} />
    </div>
  );
};

const isWaiting = ({ sinks, items, earlier }: DeliveryListView): boolean =>
  earlier.some(({ status }) => status === 'waiting') ||
  sinks.some(({ waiting }) => waiting > 0) ||
  items.some(({ status }) => status === 'queued' || status === 'running');

export const DeliveriesAnswer = ({ view, outcome }: { view: DeliveryListView; outcome?: string }) => (
  <>
    <DeliveriesFragment {...view} />
    {outcome === undefined ? null : <Outcome text={outcome} />}
  </>
);

const AllAgain = ({ view: { sinks, viewer, query } }: { view: DeliveryListView }) => {
  const dead = sinks
    .filter(({ name }) => query.sink === null || query.sink === name)
    .reduce((sum, sink) => sum + sink.dead, 0);
  if (dead === 0 || !viewer.runsWork) return null;
  const address = `${DELIVERIES_PATH}/retry${deliveriesQuery(query, null)}`;
  return (
    <details id="all-again" class="all-again">
      <summary class="upload-summary">Send all that failed again</summary>
      <form {...posts(address)}>
        <p class="upload-warning">
          {dead === 1
            ? 'One note is sent again now, under the id it had. A system that has it already can tell.'
            : `${counted(dead)} notes are sent again now, each under the id it had. A system that has one already can tell.`}
        </p>
        <button type="submit">{dead === 1 ? 'Send it again' : 'Send them again'}</button>
      </form>
    </details>
  );
};

const EMPTY: Readonly<Record<DeliveryStatus, string>> = {
  queued: 'Nothing is waiting.',
  running: 'Nothing is being sent at this moment.',
  delivered: 'Nothing has been delivered yet.',
  dead: 'Nothing failed. What a system does not take is tried again for three days before it comes here.',
  canceled: 'Nothing was called off. That happens when a patient is erased.',
};
function emptyText({ query: { status, callId }, cursor, sinks }: DeliveryListView): string {
  if (cursor !== null) return 'There is no more.';
  if (callId !== null) return 'No note of this call was handed on.';
  if (status !== null) return EMPTY[status];
  return sinks.length === 0
    ? 'No note has been handed on.'
    : 'No note has been handed on yet. The next one is, within seconds of the end of its call.';
}

const Table = ({ view, address }: { view: DeliveryListView; address: string }) => {
  const { items, clock, viewer } = view;
  return (
    <table class="worklist deliverylist">
      <caption class="visually-hidden">{`Notes handed on, the newest first. Times are ${clock.zoneName}.`}</caption>
      <thead>
        <tr>
          <th scope="col">Note</th>
          <th scope="col">State</th>
          <th scope="col">What happened</th>
          <th scope="col">Tries</th>
          <th scope="col">{`When (${clock.zoneName})`}</th>
          <th scope="col">
            <span class="visually-hidden">What to do with it</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {items.map((item) => (
          <tr id={item.id} tabindex={-1}>
            <th scope="row" class="cell-note">
              {viewer.seesCalls ? (
                <a id={`call-${item.id}`} href={`/dashboard/calls/${item.callId}`}>
                  Call, <Moment at={item.createdAt} clock={clock} />
                  <span class="visually-hidden">{` ${item.callId}`}</span>
                </a>
              ) : (
                <code class="id">{item.callId}</code>
              )}
              <small class="quiet">{`${whatOf(item)}, ${SINK_LABELS[item.sink] ?? item.sink}`}</small>
            </th>
            <td class="cell-status">
              <Chip tone={DELIVERY_TONES[item.status]}>{DELIVERY_LABELS[item.status]}</Chip>
            </td>
            <td class="cell-why">
              <What item={item} />
            </td>
            <td class="cell-tries">
              {item.attempts}
              <span class="on-phone">{item.attempts === 1 ? ' try' : ' tries'}</span>
            </td>
            <td class="cell-due">
              <When item={item} clock={clock} />
            </td>
            <td class="cell-actions">{viewer.runsWork ? <Again item={item} address={address} /> : null}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
};

const whatOf = ({ noteVersion, part }: ListedDelivery): string =>
  part === 'note' ? `version ${noteVersion}` : `version ${noteVersion} with its transcript`;

const What = ({ item: { status, code, attempts } }: { item: ListedDelivery }) => {
  if (status === 'delivered' || code === null) return <span class="absent">—</span>;
  const text = explainCode(code);
  return <>{status === 'queued' && attempts > 0 ? `${text} It is tried again by itself.` : text}</>;
};

const When = ({ item, clock }: { item: ListedDelivery; clock: ClinicClock }) => {
  if (item.status === 'queued' && item.nextTryAt !== null)
    return (
      <>
        Next try <Moment at={item.nextTryAt} clock={clock} />
      </>
    );
  return <Moment at={item.endedAt ?? item.createdAt} clock={clock} />;
};

/** One that was delivered goes out again only after a second thought. */
const Again = ({ item, address }: { item: ListedDelivery; address: string }) => {
  const { id, status, code } = item;
  const isPutAway = status === 'canceled' && code === 'put_away';
  if (status === 'running' || (status === 'canceled' && !isPutAway)) return null;
  const form = posts(`${DELIVERIES_PATH}/${id}/retry${address}`);
  const about = <span class="visually-hidden">{` ${whatOf(item)} of ${item.callId}`}</span>;
  if (status !== 'delivered')
    return (
      <form {...form}>
        <button type="submit" id={`again-${id}`} class={status === 'dead' ? '' : 'secondary outline'}>
          {status === 'queued' ? 'Try now' : 'Send again'}
          {about}
        </button>
      </form>
    );
  return (
    <details id={`once-more-${id}`} class="once-more">
      <summary class="upload-summary">Send again{about}</summary>
      <form {...form}>
        <p class="upload-warning">The system has it. It is sent the same version once more, under the same id.</p>
        <button type="submit" class="secondary">
          Send it once more{about}
        </button>
      </form>
    </details>
  );
};

const Paging = ({ view: { query, cursor, nextCursor } }: { view: DeliveryListView }) => {
  if (cursor === null && nextCursor === null) return null;
  return (
    <nav class="paging" aria-label="Pages">
      {cursor === null ? <span /> : <a href={`${DELIVERIES_PATH}${deliveriesQuery(query, null)}`}>First page</a>}
      {nextCursor === null ? null : (
        <a id="more" href={`${DELIVERIES_PATH}${deliveriesQuery(query, nextCursor)}`} rel="next">
          More
        </a>
      )}
    </nav>
  );
};

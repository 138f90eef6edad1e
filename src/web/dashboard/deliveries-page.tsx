/** The page around the deliveries: which are shown, and what came of what somebody asked for where no script runs. */
import { DELIVERY_STATUSES, SINK_NAMES } from '../../domain/delivery/sinks.ts';
import { DeliveriesFragment, type DeliveryListView, deliveriesQuery } from './deliveries-fragment.tsx';
import { DELIVERY_LABELS, SINK_LABELS } from './delivery-labels.ts';
import { DELIVERIES_PATH } from './delivery-sinks.tsx';
import type { EarlierTyped } from './earlier-notes.tsx';
import { Said } from './said.tsx';

export interface DeliveriesSaid {
  readonly outcome?: string;
  /** Why it was not done. */
  readonly notice?: string;
  /** What was typed into the form that was refused. */
  readonly typed?: EarlierTyped;
}

export const DeliveriesPage = ({ view, outcome, notice, typed }: DeliveriesSaid & { view: DeliveryListView }) => (
  <>
    <header class="page-head">
      <div>
        <h1>Deliveries</h1>
        <p class="under-title">Each note, with its call, on its way to the clinic’s other systems.</p>
      </div>
      <nav class="tabs" aria-label="Which deliveries">
        {[null, ...DELIVERY_STATUSES].map((status) => (
          <a
            class="tab"
            href={`${DELIVERIES_PATH}${deliveriesQuery({ ...view.query, status }, null)}`}
            aria-current={status === view.query.status ? 'page' : undefined}
          >
            {status === null ? 'All' : DELIVERY_LABELS[status]}
          </a>
        ))}
      </nav>
    </header>
    <Said outcome={outcome ?? null} notice={notice ?? null} />
    <Filters view={view} />
    <DeliveriesFragment {...view} {...(typed === undefined ? {} : { typed })} />
  </>
);

/** Only where there is something to choose from: one system needs no filter, and a call is chosen on its own page. */
const Filters = ({ view: { query } }: { view: DeliveryListView }) =>
  query.callId === null && SINK_NAMES.length < 2 ? null : (
    <form class="filters" method="get" action={DELIVERIES_PATH}>
      {query.status === null ? null : <input type="hidden" name="status" value={query.status} />}
      <label>
        System
        <select name="sink">
          <option value="">All</option>
          {SINK_NAMES.map((name) => (
            <option value={name} selected={name === query.sink}>
              {SINK_LABELS[name]}
            </option>
          ))}
        </select>
      </label>
      <label>
        Call
        <input name="call_id" value={query.callId ?? ''} autocomplete="off" placeholder="Id" />
      </label>
      <button type="submit" class="secondary">
        Show
      </button>
    </form>
  );

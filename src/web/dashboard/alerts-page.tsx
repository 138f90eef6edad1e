/** What is or was wrong with the installation, what it means and what to do (C77). */
import { ALERT_KINDS, type AlertKind } from '../../domain/alerts/alert-rules.ts';
import { alertText } from '../../domain/alerts/alert-texts.ts';
import type { Alert } from '../../store/alerts.ts';
import { type ClinicClock, Moment } from './clinic-clock.tsx';
import { Chip } from './layout.tsx';
import { Said } from './said.tsx';
import type { Viewer } from './viewer.ts';

export interface AlertsQuery {
  readonly open: boolean | null;
  readonly kind: AlertKind | null;
}

interface AlertsView {
  readonly items: readonly Alert[];
  readonly nextCursor: string | null;
  readonly cursor: string | null;
  readonly query: AlertsQuery;
  /** Whether somebody is told elsewhere too. */
  readonly isTold: boolean;
  readonly outcome: string | null;
  readonly notice: string | null;
  readonly viewer: Viewer;
  readonly clock: ClinicClock;
}

function address({ open, kind }: AlertsQuery, cursor: string | null): string {
  const parameters = new URLSearchParams();
  if (open !== null) parameters.set('open', String(open));
  if (kind !== null) parameters.set('kind', kind);
  if (cursor !== null) parameters.set('cursor', cursor);
  const text = parameters.toString();
  return `/dashboard/alerts${text === '' ? '' : `?${text}`}`;
}

const TABS = [
  { open: true, name: 'Open' },
  { open: false, name: 'Over' },
  { open: null, name: 'All' },
] as const;

export const AlertsPage = (view: AlertsView) => (
  <>
    <Said outcome={view.outcome} notice={view.notice} />
    <div class="page-head">
      <div>
        <h1>Alerts</h1>
        <p class="under-title">
          {view.isTold
            ? 'What is wrong with this installation. Whoever listens at ALERT_URL is told once of each.'
            : 'What is wrong with this installation. ALERT_URL is not set: it is told of nowhere else.'}
        </p>
      </div>
      <nav class="tabs" aria-label="Which alerts">
        {TABS.map(({ open, name }) => (
          <a
            class="tab"
            href={address({ ...view.query, open }, null)}
            aria-current={view.query.open === open ? 'page' : undefined}
          >
            {name}
          </a>
        ))}
      </nav>
    </div>
    <form class="filters" method="get" action="/dashboard/alerts">
      {view.query.open === null ? null : <input type="hidden" name="open" value={String(view.query.open)} />}
      <label>
        Kind
        <select name="kind">
          <option value="">All</option>
          {ALERT_KINDS.map((kind) => (
            <option value={kind} selected={kind === view.query.kind}>
              {alertText(kind).name}
            </option>
          ))}
        </select>
      </label>
      <button type="submit" class="secondary">
        Show
      </button>
    </form>
    {view.items.length === 0 ? (
      <p class="empty">{view.query.open === true ? 'Nothing is wrong.' : 'No alert fits.'}</p>
    ) : (
      <ul class="alert-list">
        {view.items.map((alert) => (
          <OneAlert alert={alert} clock={view.clock} viewer={view.viewer} />
        ))}
      </ul>
    )}
    <Paging {...view} />
    {view.viewer.managesStaff && view.isTold ? (
      <form class="alert-form" method="post" action="/dashboard/alerts/test">
        <button type="submit" class="secondary">
          Send a test message
        </button>
      </form>
    ) : null}
  </>
);

const OneAlert = ({ alert, clock, viewer }: { alert: Alert; clock: ClinicClock; viewer: Viewer }) => {
  const { id, kind, code, count, openedAt, closedAt, acknowledgedBy, acknowledgedAt } = alert;
  const { name, meaning, toDo } = alertText(kind);
  return (
    <li>
      <h2>
        {name} {closedAt === null ? <Chip tone="bad">Open</Chip> : <Chip tone="calm">Over</Chip>}
      </h2>
      <p>{meaning}</p>
      {closedAt === null ? (
        <p>
          <strong>What to do: </strong>
          {toDo}
        </p>
      ) : null}
      <p class="quiet">
        {'Since '}
        <Moment at={openedAt} clock={clock} />
        {closedAt === null ? null : (
          <>
            {' until '}
            <Moment at={closedAt} clock={clock} />
          </>
        )}
        {' · '}
        <code>{code}</code>
        {count === null ? '' : ` · ${code.startsWith('cap_') ? `${count} %` : count}`}
      </p>
      {acknowledgedAt !== null ? (
        <p class="quiet">
          {`Seen by ${acknowledgedBy}, `}
          <Moment at={acknowledgedAt} clock={clock} />.
        </p>
      ) : closedAt === null && (kind !== 'emergency_access' || viewer.managesStaff) ? (
        <form class="alert-form" method="post" action={`/dashboard/alerts/${id}/acknowledge`}>
          <button type="submit" class="secondary">
            I have seen it<span class="visually-hidden">{`: ${name}`}</span>
          </button>
        </form>
      ) : null}
    </li>
  );
};

const Paging = ({ query, cursor, nextCursor }: AlertsView) =>
  cursor === null && nextCursor === null ? null : (
    <nav class="paging" aria-label="Pages">
      {cursor === null ? <span /> : <a href={address(query, null)}>Newest</a>}
      {nextCursor === null ? null : (
        <a href={address(query, nextCursor)} rel="next">
          Older
        </a>
      )}
    </nav>
  );

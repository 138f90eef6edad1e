/** One line for each thing done or seen, in words and by the code of the route, so that a search finds it in logs too. */
import { type AuditEvent, shownIn } from '../../store/audit-events.ts';
import { ACTION_LABELS, actionWords } from './action-labels.ts';
import { CheckForm } from './audit-check-page.tsx';
import type { AuditQuery } from './audit-routes.tsx';
import { type ClinicClock, Moment } from './clinic-clock.tsx';
import { Chip } from './layout.tsx';
import type { Viewer } from './viewer.ts';

interface AuditView {
  readonly items: readonly AuditEvent[];
  readonly nextCursor: number | null;
  readonly query: AuditQuery;
  readonly viewer: Viewer;
  readonly clock: ClinicClock;
}

function address(query: AuditQuery, cursor: number | null): string {
  const { who, action, about, day, from, to, phi, refused } = query;
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries({ who, action, about, day, from, to }))
    if (value !== null) parameters.set(name, String(value));
  if (phi) parameters.set('phi', 'true');
  if (refused) parameters.set('refused', 'true');
  if (cursor !== null) parameters.set('cursor', String(cursor));
  const text = parameters.toString();
  return `/dashboard/audit${text === '' ? '' : `?${text}`}`;
}

export const AuditPage = (view: AuditView) => (
  <>
    <header class="page-head">
      <div>
        <h1>Audit</h1>
        <p class="under-title">Who did or saw what. Lines are added and never changed; they name ids, not patients.</p>
      </div>
      <div class="page-tools">
        <a href="/dashboard/audit/reviews">Weekly reviews</a>
        <CheckForm />
      </div>
    </header>
    <Filters {...view} />
    <Span {...view} />
    {view.items.length === 0 ? <Nothing {...view} /> : <AuditLines {...view} />}
    <Paging {...view} />
  </>
);

/** What a link narrowed it to, and the way out. */
const Span = ({ query, clock }: AuditView) => {
  const { from, to } = query;
  if (from === null || to === null) return null;
  return (
    <p class="notice">
      Only from <Moment at={from} clock={clock} dated /> to <Moment at={to} clock={clock} dated />.{' '}
      <a href={address({ ...query, from: null, to: null }, null)}>Show other times too</a>
    </p>
  );
};

const Filters = ({ query: { who, action, about, day, from, to, phi, refused } }: AuditView) => (
  <form class="filters" method="get" action="/dashboard/audit">
    {from === null ? null : <input type="hidden" name="from" value={from} />}
    {to === null ? null : <input type="hidden" name="to" value={to} />}
    <label>
      Person
      <input name="who" value={who ?? ''} autocomplete="off" placeholder="Address, in full" />
    </label>
    <label>
      Action
      <input name="action" value={action ?? ''} autocomplete="off" placeholder="patient.export" list="actions" />
    </label>
    <datalist id="actions">
      {Object.entries(ACTION_LABELS).map(([code, words]) => (
        <option value={code}>{words}</option>
      ))}
    </datalist>
    <label>
      Patient or call
      <input name="about" value={about ?? ''} autocomplete="off" placeholder="Id" />
    </label>
    <label>
      Day
      <input type="date" name="day" value={day ?? ''} />
    </label>
    <label class="check">
      <input type="checkbox" name="phi" value="true" checked={phi} /> Patient data only
    </label>
    <label class="check">
      <input type="checkbox" name="refused" value="true" checked={refused} /> Refused only
    </label>
    <button type="submit" class="secondary">
      Show
    </button>
  </form>
);

interface LinesView extends Pick<AuditView, 'items' | 'clock' | 'viewer'> {
  /** Of a page about this one: no line leads to it again. */
  readonly patientId?: string;
}

export const AuditLines = ({ items, clock, viewer, patientId }: LinesView) => (
  <table class="worklist auditlist">
    <caption class="visually-hidden">{`Newest first. Times are ${clock.zoneName}.`}</caption>
    <thead>
      <tr>
        <th scope="col">{`When (${clock.zoneName})`}</th>
        <th scope="col">Who</th>
        <th scope="col">What</th>
        <th scope="col">About</th>
        <th scope="col">Result</th>
      </tr>
    </thead>
    <tbody>
      {items.map((event) => (
        <tr>
          <td class="cell-when">
            <Moment at={event.at} clock={clock} /> <small class="quiet">{clock.time(event.at)}</small>
          </td>
          <th scope="row" class="cell-who">
            {event.actorName}
            <small class="quiet">{event.roles === '' ? 'no role' : event.roles.replaceAll(',', ', ')}</small>
          </th>
          <td class="cell-what">
            {actionWords(event.action)} {event.phi ? <Chip tone="live">Patient data</Chip> : null}
            <small class="quiet">
              <code>{event.action}</code>
            </small>
          </td>
          <td class="cell-about">
            <About {...{ event, viewer, patientId }} />
          </td>
          <td class="cell-result">
            {event.status < 400 ? (
              <Chip tone="calm">Done</Chip>
            ) : (
              <Chip tone="warn">{`Refused: ${event.code ?? event.status}`}</Chip>
            )}
          </td>
        </tr>
      ))}
    </tbody>
  </table>
);

/** Only whoever may see the patient gets there; the others have the id to ask with. */
const About = ({
  event,
  viewer,
  patientId: of,
}: {
  event: AuditEvent;
  viewer: Viewer;
  patientId?: string | undefined;
}) => {
  const { callId, patientId, objectId } = event;
  const id = callId ?? patientId ?? objectId;
  const all = shownIn(event);
  const shown = all.length === 1 && all[0] === of ? [] : all;
  if (id === null && shown.length === 0) return <span class="absent">—</span>;
  const text = id === null ? null : <code class="id">{id}</code>;
  return (
    <>
      {callId !== null && viewer.seesCalls ? <a href={`/dashboard/calls/${callId}`}>{text}</a> : text}
      {shown.length === 0 ? null : <Shown ids={shown} />}
    </>
  );
};

const MOST_SHOWN = 200;

/** Whom it showed, each with the way to everybody who saw them. */
const Shown = ({ ids }: { ids: readonly string[] }) =>
  ids.length === 1 ? (
    <small>
      <a href={`/dashboard/audit/patients/${ids[0]}`}>Who saw this patient</a>
    </small>
  ) : (
    <details class="auditshown">
      <summary>{`${ids.length} patients`}</summary>
      <ul>
        {ids.slice(0, MOST_SHOWN).map((id) => (
          <li>
            <a href={`/dashboard/audit/patients/${id}`}>
              <code class="id">{id}</code>
            </a>
          </li>
        ))}
        {ids.length > MOST_SHOWN ? <li>{`and ${ids.length - MOST_SHOWN} more`}</li> : null}
      </ul>
    </details>
  );

const Nothing = ({ query, viewer }: AuditView) => (
  <p class="empty">
    {viewer.name === query.who ? 'You have done nothing that fits.' : 'Nothing fits.'}{' '}
    <a href="/dashboard/audit">Show everything</a>
  </p>
);

const Paging = ({ query, nextCursor }: AuditView) =>
  query.cursor === undefined && nextCursor === null ? null : (
    <nav class="paging" aria-label="Pages">
      {query.cursor === undefined ? <span /> : <a href={address(query, null)}>Newest</a>}
      {nextCursor === null ? null : (
        <a href={address(query, nextCursor)} rel="next">
          Older
        </a>
      )}
    </nav>
  );

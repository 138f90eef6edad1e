/** Who saw one patient, or did something with them (X12, HS-23). The patient is an id here: whoever reads this need not know more. */
import type { AuditPage } from '../../store/audit-events.ts';
import { AuditLines } from './audit-page.tsx';
import type { ClinicClock } from './clinic-clock.tsx';
import type { Viewer } from './viewer.ts';

interface AccessesView extends AuditPage {
  readonly patientId: string;
  /** `YYYY-MM-DD` at the clinic; null: no end. */
  readonly from: string | null;
  readonly to: string | null;
  readonly cursor: number | null;
  readonly viewer: Viewer;
  readonly clock: ClinicClock;
}

function address({ patientId, from, to }: AccessesView, cursor: number | null): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries({ from, to, cursor }))
    if (value !== null) parameters.set(name, String(value));
  const text = parameters.toString();
  return `/dashboard/audit/patients/${patientId}${text === '' ? '' : `?${text}`}`;
}

export const PatientAccessesPage = (view: AccessesView) => {
  const { patientId, from, to, items, cursor, nextCursor, viewer, clock } = view;
  return (
    <>
      <p class="back">
        <a href="/dashboard/audit">Audit</a>
      </p>
      <header class="page-head">
        <div>
          <h1>Who saw this patient</h1>
          <p class="under-title">
            <code class="id">{patientId}</code>
          </p>
          <p class="under-title">Every look, list, search, download and change, newest first.</p>
        </div>
        {viewer.seesPatients ? (
          <p class="page-tools">
            <a href={`/dashboard/patients/${patientId}`}>The patient</a>
          </p>
        ) : null}
      </header>
      <form class="filters" method="get" action={`/dashboard/audit/patients/${patientId}`}>
        <label>
          From
          <input type="date" name="from" value={from ?? ''} />
        </label>
        <label>
          To
          <input type="date" name="to" value={to ?? ''} />
        </label>
        <button type="submit" class="secondary">
          Show
        </button>
      </form>
      {items.length === 0 ? (
        <p class="empty">
          {from === null && to === null ? 'Nobody has seen this patient.' : 'Nobody saw this patient in those days.'}
        </p>
      ) : (
        <AuditLines {...{ items, viewer, clock, patientId }} />
      )}
      {cursor === null && nextCursor === null ? null : (
        <nav class="paging" aria-label="Pages">
          {cursor === null ? <span /> : <a href={address(view, null)}>Newest</a>}
          {nextCursor === null ? null : (
            <a href={address(view, nextCursor)} rel="next">
              Older
            </a>
          )}
        </nav>
      )}
    </>
  );
};

/** The numbers nobody may call, newest first, or what stands of one of them. Masked, as every list; lifting is in each row. */
import type { Suppression } from '../../store/suppression-list.ts';
import type { SUPPRESSION_REASONS } from '../../store/suppressions.ts';
import { maskNumber } from '../mask.ts';
import { type ClinicClock, Moment } from './clinic-clock.tsx';
import { numberLabel, readable } from './labels.ts';
import { Chip, Outcome } from './layout.tsx';
import { spokenNumber } from './spoken-number.ts';
import type { Viewer } from './viewer.ts';

/** Which rows: a page of the list, or those of one number that was looked up. */
export type SuppressionView =
  | {
      readonly kind: 'list';
      readonly active: boolean;
      readonly cursor: string | null;
      readonly nextCursor: string | null;
    }
  | {
      readonly kind: 'number';
      /** +E.164. */
      readonly phoneNumber: string;
      /** Whether it may not be called: also when the list cannot be compared. */
      readonly suppressed: boolean;
    };

export interface SuppressionList {
  readonly rows: readonly Suppression[];
  readonly view: SuppressionView;
  readonly viewer: Viewer;
  readonly clock: ClinicClock;
}

/** The query of a page of the list. */
export function suppressionsQuery(active: boolean, cursor: string | null): string {
  const parameters = new URLSearchParams();
  if (!active) parameters.set('active', 'false');
  if (cursor !== null) parameters.set('cursor', cursor);
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
}

export const REASON_LABELS: Readonly<Record<(typeof SUPPRESSION_REASONS)[number], string>> = {
  opted_out: 'Opted out in a call',
  asked: 'Asked us to stop',
  complaint: 'Complained',
  legal: 'Legal request',
  wrong_number: 'Wrong number',
  imported: 'From a list',
  stated: 'Stated by staff',
};

export const SuppressionsFragment = (list: SuppressionList) => (
  <div id="suppressions">
    {list.view.kind === 'number' ? <Finding list={list} view={list.view} /> : null}
    {list.rows.length === 0 ? <NoRows view={list.view} /> : <Table list={list} />}
    {list.view.kind === 'list' ? <Paging view={list.view} /> : null}
  </div>
);

/** The answer to what was asked here, and what came of it; what came of something before is not said any more. */
export const SuppressionsAnswer = ({ list, outcome = '' }: { list: SuppressionList; outcome?: string }) => (
  <>
    <SuppressionsFragment {...list} />
    <Outcome text={outcome} />
  </>
);

const Finding = ({
  list: { rows },
  view,
}: {
  list: SuppressionList;
  view: Extract<SuppressionView, { kind: 'number' }>;
}) => {
  const number = spokenNumber(view.phoneNumber);
  const isListed = rows.some(({ liftedAt }) => liftedAt === null);
  return (
    <p class={`notice ${view.suppressed ? 'notice-bad' : 'notice-live'}`}>
      <strong>{isListed ? `${number} is on the list.` : `${number} is not on the list.`}</strong>{' '}
      {view.suppressed && !isListed
        ? 'Nobody is called all the same: part of the list does not open with the keys of this installation. Tell whoever runs it.'
        : null}{' '}
      <a href="/dashboard/suppressions">Show the whole list</a>
    </p>
  );
};

const Table = ({ list }: { list: SuppressionList }) => {
  const { rows, clock, viewer } = list;
  return (
    <table class="worklist numberlist">
      <caption class="visually-hidden">{`Numbers, newest first. Times are ${clock.zoneName}.`}</caption>
      <thead>
        <tr>
          <th scope="col">Number</th>
          <th scope="col">Why</th>
          <th scope="col">{`Added (${clock.zoneName})`}</th>
          <th scope="col">Now</th>
          {viewer.liftsSuppressions ? (
            <th scope="col">
              <span class="visually-hidden">What to do with it</span>
            </th>
          ) : null}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <Row row={row} list={list} />
        ))}
      </tbody>
    </table>
  );
};

const Row = ({ row, list: { viewer, clock } }: { row: Suppression; list: SuppressionList }) => (
  <tr id={`row-${row.id}`} tabindex={-1}>
    <th scope="row" class="cell-number">
      {row.phoneNumber === null ? <span class="absent">Cannot be read</span> : numberLabel(maskNumber(row.phoneNumber))}
    </th>
    <td class="cell-why">
      {row.statement !== null && viewer.readsSuppressions ? row.statement : reasonLabel(row.reason)}
    </td>
    <td class="cell-started">
      <Moment at={row.createdAt} clock={clock} />
      <small class="task-text">
        {row.callId !== null && viewer.seesCalls ? (
          <a id={`link-${row.id}`} href={`/dashboard/calls/${row.callId}`}>
            The call
          </a>
        ) : (
          byName(row.createdBy)
        )}
      </small>
    </td>
    <td class="cell-status">
      {row.liftedAt === null ? (
        <Chip tone="bad">Not called</Chip>
      ) : (
        <>
          <Chip tone="calm">Lifted</Chip> <Moment at={row.liftedAt} clock={clock} />
          <small class="task-text">{row.liftedBy === null ? 'Another row holds it' : byName(row.liftedBy)}</small>
          {row.liftEvidence !== null && viewer.readsSuppressions ? (
            <small class="task-text">{row.liftEvidence}</small>
          ) : null}
        </>
      )}
    </td>
    {viewer.liftsSuppressions ? (
      <td class="cell-actions">{row.liftedAt === null && row.phoneNumber !== null ? <Lift row={row} /> : null}</td>
    ) : null}
  </tr>
);

const reasonLabel = (reason: string): string =>
  (REASON_LABELS as Readonly<Record<string, string>>)[reason] ?? readable(reason);

/** A list that was imported names whoever did by an id, which tells nobody anything. */
const byName = (name: string | null): string | null =>
  name === null || /^(staff_|admin:|service:|unknown:)/.test(name) ? null : `by ${name}`;

/** Off the list only by newer evidence (TC-12): it has to be written down before the button does anything. */
const Lift = ({ row }: { row: Suppression }) => {
  const number = row.phoneNumber === null ? '' : maskNumber(row.phoneNumber);
  return (
    <details id={`lift-${row.id}`} class="lift">
      <summary>
        Lift<span class="visually-hidden">{` ${number}`}</span>
      </summary>
      <form
        method="post"
        action={`/dashboard/suppressions/${row.id}/lift`}
        hx-post={`/dashboard/suppressions/${row.id}/lift`}
        hx-target="#suppressions"
        hx-swap="outerHTML"
        hx-disabled-elt="find button"
        hx-confirm={`Take ${number} off the list? From this moment it may be called again, also by campaigns that run.`}
      >
        <label>
          Evidence, newer than the request not to be called
          <textarea name="evidence" required maxlength={2000} rows={3} placeholder="Signed form of May 2, scanned" />
        </label>
        <button type="submit" class="danger">
          Take off the list
        </button>
      </form>
    </details>
  );
};

const NoRows = ({ view }: { view: SuppressionView }) => {
  if (view.kind === 'number') return null;
  if (view.cursor !== null) return <p class="empty">There are no older ones.</p>;
  if (!view.active) return <p class="empty">No number was ever taken off the list.</p>;
  return (
    <section class="empty">
      <h2>Nobody has asked not to be called</h2>
      <p>
        Numbers come here by themselves when somebody presses 9 or says so in a call. Add others by hand, or import the
        list of an earlier system.
      </p>
    </section>
  );
};

const Paging = ({ view: { active, cursor, nextCursor } }: { view: Extract<SuppressionView, { kind: 'list' }> }) => {
  if (cursor === null && nextCursor === null) return null;
  return (
    <nav class="paging" aria-label="Pages">
      {cursor === null ? <span /> : <a href={`/dashboard/suppressions${suppressionsQuery(active, null)}`}>Newest</a>}
      {nextCursor === null ? null : (
        <a id="older" href={`/dashboard/suppressions${suppressionsQuery(active, nextCursor)}`} rel="next">
          Older
        </a>
      )}
    </nav>
  );
};

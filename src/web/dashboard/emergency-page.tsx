/** Emergency access: take it, give it up, and for administrators what others took and why (HS-02). */
import type { EmergencyAccess } from '../../store/emergency-accesses.ts';
import { type ClinicClock, Moment } from './clinic-clock.tsx';
import { Chip } from './layout.tsx';
import { Said } from './said.tsx';

interface EmergencyView {
  /** Of whoever looks; null: none. */
  readonly until: number | null;
  /** Their roles show them everything already. */
  readonly isNeeded: boolean;
  /** Null for whoever may not see what others took. */
  readonly list: readonly EmergencyAccess[] | null;
  readonly nextCursor: string | null;
  readonly readsReasons: boolean;
  readonly me: string;
  readonly outcome: string | null;
  readonly notice: string | null;
  readonly typed: string;
  readonly now: number;
  readonly clock: ClinicClock;
}

export const EmergencyPage = (view: EmergencyView) => (
  <>
    <Said outcome={view.outcome} notice={view.notice} />
    <Own {...view} />
    {view.list === null ? null : <Others {...view} list={view.list} />}
  </>
);

const Own = ({ until, isNeeded, typed, clock }: EmergencyView) => {
  if (until !== null)
    return (
      <form class="sheet" method="post" action="/dashboard/settings/emergency/end">
        <p>{`You see what a clinician sees until ${clock.time(until)} (${clock.zoneName}). Everything you look at is written down, and will be reviewed.`}</p>
        <div class="form-actions">
          <button type="submit">End it now</button>
        </div>
      </form>
    );
  if (!isNeeded)
    return <p class="quiet settings-lead">Your role shows you everything a clinician sees, so you do not need this.</p>;
  return (
    <form class="sheet" method="post" action="/dashboard/settings/emergency">
      <p>
        When a patient is in danger and nobody who may read their answers can be reached, you can take a clinician’s
        rights for one hour. It starts at once. An administrator is told, everything you look at is written down, and
        somebody else reviews it afterwards.
      </p>
      <div class="field">
        <label for="reason">Why you need it</label>
        <textarea
          id="reason"
          name="reason"
          rows={3}
          required
          minlength={10}
          maxlength={1000}
          aria-describedby="hint-reason"
        >
          {typed}
        </textarea>
        <small id="hint-reason">
          No name of the patient: whom you look at is written down anyway. What you write goes when that patient is
          erased.
        </small>
      </div>
      <div class="form-actions">
        <button type="submit" class="danger">
          Take emergency access
        </button>
      </div>
    </form>
  );
};

/** In the hour of it and no longer: the rest of their work is not what is judged. */
const lookedAt = ({ staffName, startedAt, endedAt, expiresAt }: EmergencyAccess): string =>
  `/dashboard/audit?${new URLSearchParams({ who: staffName, from: String(startedAt), to: String(endedAt ?? expiresAt) })}`;

const isOver = ({ endedAt, expiresAt }: EmergencyAccess, now: number): boolean => endedAt !== null || expiresAt <= now;

const Others = ({
  list,
  nextCursor,
  readsReasons,
  me,
  now,
  clock,
}: EmergencyView & { list: readonly EmergencyAccess[] }) => (
  <>
    <h2 id="taken">What was taken</h2>
    {list.length === 0 ? (
      <p class="empty">Nobody has taken emergency access.</p>
    ) : (
      <ul class="addenda">
        {list.map((access) => (
          <li class="sheet">
            <p>
              <strong>{access.staffName}</strong>, <Moment at={access.startedAt} clock={clock} /> to{' '}
              {clock.minute(access.endedAt ?? access.expiresAt)} <State access={access} now={now} />
            </p>
            {readsReasons ? <p class="addendum-text">{access.reason ?? 'The reason can no longer be read.'}</p> : null}
            <p>
              <a href={lookedAt(access)}>What they looked at in that time</a>
            </p>
            {access.review !== null ? (
              <p class="quiet addendum-text">{`Reviewed by ${access.review.by}. ${readsReasons ? (access.review.note ?? '') : ''}`}</p>
            ) : readsReasons && access.staffId !== me && isOver(access, now) ? (
              <Review id={access.id} />
            ) : null}
          </li>
        ))}
      </ul>
    )}
    {nextCursor === null ? null : (
      <nav class="paging" aria-label="Pages">
        <span />
        <a href={`/dashboard/settings/emergency?cursor=${nextCursor}`} rel="next">
          Older
        </a>
      </nav>
    )}
  </>
);

const Review = ({ id }: Pick<EmergencyAccess, 'id'>) => {
  const path = `/dashboard/settings/emergency/${id}/review`;
  return (
    <>
      <form method="post" action={path}>
        <label>
          What you found, if there is something to say; no names of patients
          <textarea name="note" rows={2} maxlength={2000} />
        </label>
        <div class="form-actions">
          <button type="submit" name="verdict" value="justified">
            It was justified
          </button>
        </div>
      </form>
      <details>
        <summary>It was not justified</summary>
        <form method="post" action={path}>
          <label>
            What was not justified, and what follows from it; no names of patients
            <textarea name="note" rows={2} required maxlength={2000} />
          </label>
          <label>
            <input type="checkbox" name="sure" value="true" required /> I have looked at what they saw. This cannot be
            changed afterwards.
          </label>
          <div class="form-actions">
            <button type="submit" name="verdict" value="not_justified" class="danger">
              Save that it was not justified
            </button>
          </div>
        </form>
      </details>
    </>
  );
};

const State = ({ access, now }: { access: EmergencyAccess; now: number }) => {
  if (!isOver(access, now)) return <Chip tone="live">Open now</Chip>;
  if (access.review === null) return <Chip tone="bad">Not reviewed</Chip>;
  return access.review.verdict === 'justified' ? (
    <Chip tone="calm">Justified</Chip>
  ) : (
    <Chip tone="warn">Not justified</Chip>
  );
};

/** How long everything is kept, what was removed last, what goes next, and what is held back and why. Counts and ids, nothing of a patient. */
import type { RetentionState, RuleState } from '../read-retention.ts';
import { counted } from './campaign-labels.ts';
import { type ClinicClock, Moment } from './clinic-clock.tsx';
import { readable } from './labels.ts';
import { Chip } from './layout.tsx';
import type { Viewer } from './viewer.ts';

interface RetentionView {
  readonly state: RetentionState;
  readonly viewer: Viewer;
  readonly clock: ClinicClock;
  readonly now: number;
}

export const RetentionPage = (view: RetentionView) => {
  const { state, clock } = view;
  const byRound = state.rules.filter(({ rule }) => rule.removal === 'daily_round');
  const bySweep = state.rules.filter(({ rule }) => rule.removal === 'own_sweep');
  const kept = state.rules.filter(({ rule }) => rule.removal === 'none');
  return (
    <>
      <p class="quiet settings-lead">
        {`Policy ${state.version}, in force since ${state.effectiveFrom}. `}
        <Round view={view} /> A term can be changed in a new version of the policy; nothing goes before its legal
        minimum.
      </p>
      {state.heldPatients === 0 ? null : (
        <p class="notice notice-warn">
          {state.heldPatients === 1
            ? 'One patient is under a legal hold: nothing of theirs is removed.'
            : `${counted(state.heldPatients)} patients are under a legal hold: nothing of theirs is removed.`}
        </p>
      )}
      <Overdue view={view} />
      <section aria-labelledby="round-title">
        <h2 id="round-title">Removed by the daily round</h2>
        <table class="worklist retentionlist">
          <caption class="visually-hidden">{`Times are ${clock.zoneName}.`}</caption>
          <thead>
            <tr>
              <th scope="col">What</th>
              <th scope="col">Kept</th>
              <th scope="col">{`Oldest goes (${clock.zoneName})`}</th>
              <th scope="col">Last round</th>
              <th scope="col">Held back</th>
            </tr>
          </thead>
          <tbody>
            {byRound.map((each) => (
              <Row each={each} view={view} />
            ))}
          </tbody>
        </table>
      </section>
      <Terms title="Removed as it falls due" id="sweep-title" rules={bySweep} />
      <Terms title="Not removed by age" id="kept-title" rules={kept} />
    </>
  );
};

const Round = ({ view: { state, clock } }: { view: RetentionView }) => {
  const { round } = state;
  if (round === null) return <>The daily round has not run yet; it begins by itself.</>;
  if (round.status === 'dead')
    return (
      <strong>
        The daily round was given up. See <a href="/dashboard/jobs">Background work</a>.
      </strong>
    );
  if (round.status === 'waiting') return <>The daily round is under way.</>;
  return (
    <>
      The daily round last ended <Moment at={round.endedAt} clock={clock} />.
    </>
  );
};

const Overdue = ({ view: { state, viewer, clock } }: { view: RetentionView }) => {
  const { count, shown } = state.overdue;
  if (count === 0) return null;
  return (
    <section aria-labelledby="overdue-title">
      <h2 id="overdue-title">
        Recordings that wait for a signature <span class="count">{counted(count)}</span>
      </h2>
      <p class="notice notice-warn">
        These are older than recordings are kept, and nobody has signed the note. They are never removed unseen: sign
        the note, and their time begins.
      </p>
      <ul class="rows">
        {shown.map(({ callId, at }) => (
          <li class="rows-row">
            {viewer.seesCalls ? (
              <a href={`/dashboard/calls/${callId}`} class="row-link">
                <code class="id">{callId}</code>
              </a>
            ) : (
              <code class="id">{callId}</code>
            )}
            <span class="row-end">
              <Moment at={at} clock={clock} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
};

const TWO_YEARS = 2 * 365;
/** `90 days`, `1 year`, `6 years`. */
export const period = (days: number): string => {
  if (days === 365 || days === 366) return '1 year';
  if (days < TWO_YEARS) return days === 1 ? '1 day' : `${counted(days)} days`;
  const years = Math.round(days / 365.25);
  // What is no whole number of years is said as it was set.
  return Math.abs(days - years * 365.25) < 1 || days === years * 365 ? `${years} years` : `${counted(days)} days`;
};
const term = ({ days, rule }: RuleState): string =>
  days === null ? rule.from : days === 0 ? `until ${rule.from}` : `${period(days)} from ${rule.from}`;

const Row = ({ each, view: { clock, now } }: { each: RuleState; view: RetentionView }) => {
  const { rule, run, nextAt, held, refused } = each;
  return (
    <tr>
      <th scope="row" class="cell-what">
        {rule.what}
        {rule.minimumDays === 0 ? null : <small class="quiet">{`Never before ${period(rule.minimumDays)}`}</small>}
      </th>
      <td class="cell-kept">{term(each)}</td>
      <td class="cell-next">
        {refused !== null ? (
          <Chip tone="bad">{`Nothing goes: ${readable(refused).toLowerCase()}`}</Chip>
        ) : nextAt !== null && nextAt <= now ? (
          'With the next round'
        ) : (
          <Moment at={nextAt} clock={clock} />
        )}
      </td>
      <td class="cell-last">
        {run === null ? (
          <span class="absent">—</span>
        ) : (
          <>
            {`${counted(run.removed)} removed`}
            <small class="quiet">{`${counted(run.removedTotal)} in all`}</small>
          </>
        )}
      </td>
      <td class="cell-held">{held === 0 ? <span class="absent">—</span> : `${counted(held)} by a legal hold`}</td>
    </tr>
  );
};

const Terms = ({ title, id, rules }: { title: string; id: string; rules: readonly RuleState[] }) => (
  <section aria-labelledby={id}>
    <h2 id={id}>{title}</h2>
    <dl class="settings">
      {rules.map((each) => (
        <div class="setting">
          <dt>{each.rule.what}</dt>
          <dd>{term(each)}</dd>
        </div>
      ))}
    </dl>
  </section>
);

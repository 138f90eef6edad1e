/** How calls went over a time: the figures that matter with what they were before, their course, where calls end, and by what they differ. */
import type { Step } from '../../domain/stats/period.ts';
import { type Share, shareOf } from '../../domain/stats/share.ts';
import type { Whole } from '../read-analytics.ts';
import { AnalyticsCourse } from './analytics-course.tsx';
import {
  callLength,
  costEachText,
  costNote,
  countChange,
  NONE,
  ofText,
  percent,
  rateChange,
  ratioText,
  waitLength,
  wasText,
} from './analytics-labels.ts';
import { AnalyticsQuestions } from './analytics-questions.tsx';
import { AnalyticsTables } from './analytics-tables.tsx';
import { ANALYTICS_PATH, type AnalyticsPageView, callsBehind, PERIODS, pageOfDays } from './analytics-view.ts';
import { callCount, counted } from './campaign-labels.ts';
import { VersionField } from './version-field.tsx';

export const AnalyticsPage = (view: AnalyticsPageView) => {
  const { found, clock, now } = view;
  const span = ({ from, to }: { from: number; to: number }) => `${clock.day(from)} to ${clock.day(to)}`;
  return (
    <>
      <header class="page-head">
        <div>
          <h1>Analytics</h1>
          <p class="under-title">
            {`${span(found.time)}${found.time.to > now ? ', today so far' : ''}, ${clock.zoneName}; “before” is ${span(found.before)}. Counts only, without test calls to staff.`}
          </p>
        </div>
      </header>
      <Filter {...view} />
      {found.total.calls === 0 ? (
        <p class="empty">
          {found.previous.calls === 0
            ? 'No calls in this time. Choose a longer one, or other calls.'
            : `No calls in this time; ${callCount(found.previous.calls)} before. Choose a longer one, or other calls.`}
        </p>
      ) : (
        <>
          <Headline {...view} />
          <AnalyticsCourse {...view} />
          <AnalyticsQuestions {...view} />
          <AnalyticsTables {...view} />
        </>
      )}
    </>
  );
};

const STEP_NAMES: Readonly<Record<Exclude<Step, 'hour'>, string>> = { day: 'Day', week: 'Week' };

const Filter = (view: AnalyticsPageView) => {
  const { found, query, campaigns, versions, clock } = view;
  const isChosen = Object.values(query).some((each) => each !== null);
  return (
    <form method="get" action={ANALYTICS_PATH} class="filter filter-many">
      <p class="chosen periods">
        {PERIODS.map((days) => (
          <a
            href={pageOfDays(view, days)}
            aria-current={
              query.days === days || (days === 30 && query.days === null && query.from === null) ? 'true' : undefined
            }
          >{`${days} days`}</a>
        ))}
      </p>
      <span class="filter-field">
        <label for="from">From</label>
        <input id="from" name="from" type="date" value={clock.isoDay(found.time.from)} max={clock.today} />
      </span>
      <span class="filter-field">
        <label for="to">To</label>
        <input id="to" name="to" type="date" value={clock.isoDay(found.time.to)} max={clock.today} />
      </span>
      <span class="filter-field">
        <label for="by">By</label>
        <select id="by" name="by">
          {(['day', 'week'] as const).map((step) => (
            <option value={step} selected={step === found.by}>
              {STEP_NAMES[step]}
            </option>
          ))}
        </select>
      </span>
      {campaigns.length === 0 && query.campaign_id === null ? null : (
        <span class="filter-field">
          <label for="campaign">Campaign</label>
          <select id="campaign" name="campaign_id">
            <option value="">All calls</option>
            {withChosen(view).map(({ id, name }) => (
              <option value={id} selected={id === query.campaign_id}>
                {name}
              </option>
            ))}
          </select>
        </span>
      )}
      <VersionField versions={versions} chosen={query.version} />
      <button type="submit" class="secondary">
        Show
      </button>
      {isChosen ? <a href={ANALYTICS_PATH}>Clear</a> : null}
    </form>
  );
};

/** An older campaign than those on offer is the one that was come from. */
const withChosen = ({ campaigns, query: { campaign_id: id } }: AnalyticsPageView) =>
  id === null || campaigns.some((each) => each.id === id)
    ? campaigns
    : [{ id, name: 'An earlier campaign' }, ...campaigns];

const Headline = (view: AnalyticsPageView) => {
  const { total: now, previous: before } = view.found;
  return (
    <section aria-labelledby="headline-title">
      <h2 id="headline-title" class="visually-hidden">
        The figures
      </h2>
      <dl class="figures-row headline">
        <Figure
          name="Calls that rang"
          value={counted(now.attempts)}
          note={attemptsNote(now)}
          was={countChange(now.attempts, before.attempts)}
          href={callsBehind(view, {})}
        />
        <Rate name="Reached a person" now={now.reached} before={before.reached} />
        <Rate name="Agreed to the call" now={now.consented} before={before.consented} />
        <Rate name="Agreed to recording" now={now.recorded} before={before.recorded} />
        <Rate
          name="Completed"
          now={now.completed}
          before={before.completed}
          href={callsBehind(view, { status: 'completed' })}
        />
        <Rate
          name="With a red flag"
          now={now.flagged}
          before={before.flagged}
          href={callsBehind(view, { flagged: true })}
        />
        <Figure
          name="Call length"
          value={callLength(now.duration.median) ?? NONE}
          note={now.duration.p90 === null ? '' : `Half are shorter; 9 of 10 under ${callLength(now.duration.p90)}`}
          was={wasText(callLength(before.duration.median))}
        />
        <Figure
          name="Note to signature"
          value={waitLength(now.review.median) ?? NONE}
          note={
            now.review.count === 0
              ? 'None signed'
              : `Half of ${counted(now.review.count)} took less; 9 of 10 under ${waitLength(now.review.p90)}`
          }
          was={wasText(waitLength(before.review.median))}
        />
        <Figure
          name="Cost per completed intake"
          value={costEachText(now.costs) ?? NONE}
          note={costNote(now.costs)}
          was={wasText(costEachText(before.costs))}
        />
        <Figure
          name="Redials per completed intake"
          value={ratioText(now.redialsPerCompleted)}
          note={`${counted(now.redials)} in all`}
          was={wasText(before.redialsPerCompleted === null ? null : ratioText(before.redialsPerCompleted))}
        />
      </dl>
      <Ends {...view} />
    </section>
  );
};

/** What of the calls did not ring, and why, and of which it is not known. */
function attemptsNote({ notDialled: never, underWay, refusedDials, unknownDials }: Whole): string {
  return [
    ...(underWay > 0 ? [`${counted(underWay)} under way`] : never > 0 ? [`${counted(never)} more never rang`] : []),
    ...(refusedDials > 0 ? [`${counted(refusedDials)} more refused by Telnyx`] : []),
    ...(unknownDials > 0 ? [`${counted(unknownDials)} of them may not have rung`] : []),
  ].join('; ');
}

interface FigureView {
  readonly name: string;
  readonly value: string;
  readonly note: string;
  readonly was: string;
  readonly href?: string | null;
}
const Figure = ({ name, value, note, was, href = null }: FigureView) => (
  <div class="figure-box">
    <dt>{href === null ? name : <a href={href}>{name}</a>}</dt>
    <dd>
      {value}
      <small>{note}</small>
      <small>{was}</small>
    </dd>
  </div>
);

const Rate = ({ now, before, ...rest }: { name: string; now: Share; before: Share; href?: string | null }) => (
  <Figure {...rest} value={percent(now)} note={ofText(now)} was={rateChange(now, before)} />
);

const talkingOf = ({ talking, reached }: Whole): Share => shareOf(talking, reached.count);

/** How the calls ended that a person answered, and those that a machine did. */
const Ends = (view: AnalyticsPageView) => {
  const { total: now, previous: before } = view.found;
  const ends = [
    ['Completed', now.completed, before.completed, 'completed'],
    ['Partial', now.partial, before.partial, 'partial'],
    ['Declined', now.declined, before.declined, 'declined'],
    ['Asked not to be called again', now.optedOut, before.optedOut, 'opted_out'],
    ['Somebody else answered', now.wrongPerson, before.wrongPerson, 'wrong_person'],
    // Not every failed call is one, so there is no list of them to lead to.
    ['Identity not confirmed', now.identityFailed, before.identityFailed, null],
    ...(now.otherwise.count === 0 ? [] : [['Other', now.otherwise, before.otherwise, null] as const]),
    ...(now.talking === 0 ? [] : [['Still on the line', talkingOf(now), talkingOf(before), null] as const]),
    ['Voicemail, of all that rang', now.voicemail, before.voicemail, 'voicemail'],
  ] as const;
  return (
    <>
      <h2>How they ended</h2>
      <ol class="funnel ends" aria-label="How calls ended that a person answered">
        {ends.map(([name, share, was, status]) => {
          const href = status === null ? null : callsBehind(view, { status });
          return (
            <li>
              <span class="funnel-name">{href === null ? name : <a href={href}>{name}</a>}</span>
              <progress value={share.count} max={Math.max(1, share.of)} aria-hidden="true" />
              <span class="funnel-number number">
                <strong>{percent(share)}</strong> <small>{ofText(share)}</small>
              </span>
              <small class="ends-was">{rateChange(share, was)}</small>
            </li>
          );
        })}
      </ol>
    </>
  );
};

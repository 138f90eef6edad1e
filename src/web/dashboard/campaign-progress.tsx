/** How far a campaign has come: people, the way from call to complete interview, pace and money, and why the others wait. */
import type { Child } from 'hono/jsx';
import { CALL_STATUSES, type CallStatus } from '../../domain/intake/call-record.ts';
import { codeLabel, counted, dollars, people, TRIED_AGAIN } from './campaign-labels.ts';
import { type CampaignView, type ContactCounts, countOf, sumBy, totalOf } from './campaign-view.ts';
import { Moment } from './clinic-clock.tsx';
import { STATUS_LABELS } from './labels.ts';
import { OutcomeChart } from './outcome-chart.tsx';

export const Progress = ({ view }: { view: CampaignView }) => {
  const { campaign, counts, progress } = view;
  const total = totalOf(counts);
  const over = countOf(counts, 'done', 'skipped', 'canceled');
  return (
    <section aria-labelledby="progress-title">
      <h2 id="progress-title">Progress</h2>
      <div class="progress-box">
        <p class="progress-line">
          <strong>{`${counted(over)} of ${people(total)} settled`}</strong>
          <span>{total === 0 ? '' : `${Math.floor((over * 100) / total)} %`}</span>
        </p>
        <progress value={over} max={Math.max(1, total)} aria-labelledby="progress-title" />
        <dl class="tally">
          <Tally name="Done" n={countOf(counts, 'done')} />
          <Tally name="Being called" n={countOf(counts, 'active')} />
          <Tally name="Waiting" n={countOf(counts, 'ready')} />
          <Tally name="Not called" n={countOf(counts, 'skipped')} />
          {countOf(counts, 'canceled') === 0 ? null : <Tally name="Canceled" n={countOf(counts, 'canceled')} />}
        </dl>
      </div>
      <Funnel view={view} />
      {view.paces.some(({ total }) => total > 0) ? (
        <OutcomeChart
          title="Calls, by when they were asked for"
          periods={view.paces}
          labelOf={(at) => view.clock.dateTime(at)}
          axisOf={(at) => (isByDay(view.paces) ? view.clock.day(at) : view.clock.minute(at))}
          unit={`From (${view.clock.zoneName})`}
        />
      ) : null}
      <dl class="facts">
        <Fact name="On the line now">{counted(progress.live)}</Fact>
        <Fact name="Pace">
          {perMinute(progress.callsPerMinute)}
          <small>{`at most ${campaign.pacePerSecond} a second, ${campaign.maxLiveCalls} at once`}</small>
        </Fact>
        <Fact name={campaign.endedAt === null ? 'Ends, at this pace' : 'Ended'}>
          <Moment at={campaign.endedAt ?? progress.finishAt} clock={view.clock} zoned />
          {campaign.endsAt === null || campaign.endedAt !== null ? null : (
            <small>
              at the latest <Moment at={campaign.endsAt} clock={view.clock} zoned />
            </small>
          )}
        </Fact>
        <Fact name="Spent">
          {dollars(progress.spentNanos)}
          {campaign.spendCapNanos === null ? null : <small>{`of at most ${dollars(campaign.spendCapNanos)}`}</small>}
        </Fact>
        <Fact name="Started">
          <Moment at={campaign.startedAt} clock={view.clock} zoned />
        </Fact>
        <Fact name="Tries">{`At most ${campaign.retry.budget} a person`}</Fact>
      </dl>
      <Reasons view={view} />
      <Downloads view={view} />
    </section>
  );
};

const DAY_MS = 86_400_000;
const isByDay = ([first, second]: CampaignView['paces']): boolean =>
  first !== undefined && second !== undefined && second.start - first.start >= DAY_MS;

const Tally = ({ name, n }: { name: string; n: number }) => (
  <div>
    <dt>{name}</dt>
    <dd>{counted(n)}</dd>
  </div>
);

const Fact = ({ name, children }: { name: string; children: Child }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);

const perMinute = (calls: number): string =>
  calls === 0 ? 'No calls lately' : `${calls >= 10 ? counted(Math.round(calls)) : calls.toFixed(1)} calls a minute`;

const Funnel = ({ view: { progress } }: { view: CampaignView }) => {
  const { dialled, answered, consented, complete } = progress;
  const steps = [
    { name: 'Calls dialled', n: dialled, of: null },
    { name: 'Answered by a person', n: answered, of: dialled },
    { name: 'Agreed to go on', n: consented, of: answered },
    { name: 'Interview complete', n: complete, of: consented },
  ];
  return (
    <ol class="funnel" aria-label="From call to complete interview">
      {steps.map(({ name, n, of }) => (
        <li>
          <span class="funnel-name">{name}</span>
          <progress value={n} max={Math.max(1, dialled)} aria-hidden="true" />
          <span class="funnel-number number">
            <strong>{counted(n)}</strong>
            <small>{of === null || of === 0 ? '' : ` ${Math.round((n * 100) / of)} %`}</small>
          </span>
        </li>
      ))}
    </ol>
  );
};

/** With a code, or after a call; the others only wait for their turn. */
function waiting(counts: ContactCounts): readonly (readonly [string, number])[] {
  const again = totalOf(
    counts.filter(({ status, code, outcome }) => status === 'ready' && code === null && outcome !== null),
  );
  return [...(again === 0 ? [] : [['', again] as const]), ...sumBy(counts, 'code', 'ready')];
}

/** How calls ended, why people wait, why others are not called. */
const Reasons = ({ view: { counts } }: { view: CampaignView }) => {
  const isStatus = (name: string): name is CallStatus => (CALL_STATUSES as readonly string[]).includes(name);
  const groups = [
    { title: 'Last call of each', label: (name: string) => (isStatus(name) ? STATUS_LABELS[name] : name) },
    { title: 'Waiting, because', label: (code: string) => (code === '' ? TRIED_AGAIN : codeLabel(code)) },
    { title: 'Not called, because', label: codeLabel },
  ] as const;
  const rows = [
    sumBy(counts, 'outcome', 'ready', 'active', 'done', 'skipped', 'canceled'),
    waiting(counts),
    sumBy(counts, 'code', 'skipped'),
  ];
  return (
    <div class="reasons">
      {groups.map(({ title, label }, i) => {
        const found = rows[i] ?? [];
        return found.length === 0 ? null : (
          <section>
            <h3>{title}</h3>
            <dl class="sums">
              {found.map(([name, n]) => (
                <div class="sum">
                  <dt>{label(name)}</dt>
                  <dd class="number">{counted(n)}</dd>
                </div>
              ))}
            </dl>
          </section>
        );
      })}
    </div>
  );
};

const FORMATS = ['csv', 'tsv', 'json'] as const;
const Downloads = ({ view: { campaign, viewer } }: { view: CampaignView }) =>
  viewer.seesCalls ? (
    <p class="downloads">
      {'Results so far: '}
      {FORMATS.map((format) => (
        <a href={`/api/campaigns/${campaign.id}/results?format=${format}`} download>
          {format.toUpperCase()}
        </a>
      ))}
    </p>
  ) : null;

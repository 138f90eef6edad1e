/** How figures went over the time: calls as bars, rates as small lines of one scale, drawn here, each with the same in a table beneath. */
import type { Analytics } from '../../domain/stats/call-analytics.ts';
import { outcomesOf } from '../../domain/stats/call-outcomes.ts';
import { isFew, type Share } from '../../domain/stats/share.ts';
import type { Period } from '../read-analytics.ts';
import { ofText, percent } from './analytics-labels.ts';
import { AnalyticsLengths } from './analytics-lengths.tsx';
import { type AnalyticsPageView, fileOf } from './analytics-view.ts';
import { LineChart } from './line-chart.tsx';
import { OutcomeChart } from './outcome-chart.tsx';

const RATES = [
  ['Reached a person', ({ reached }: Analytics) => reached],
  ['Agreed to the call', ({ consented }: Analytics) => consented],
  ['Completed', ({ completed }: Analytics) => completed],
  ['With a red flag', ({ flagged }: Analytics) => flagged],
] as const;

export const AnalyticsCourse = (view: AnalyticsPageView) => {
  const { found, clock } = view;
  const unit = found.by === 'week' ? 'Week from' : 'Day';
  return (
    <section aria-labelledby="course-title">
      <h2 id="course-title">{found.by === 'week' ? 'Week by week' : 'Day by day'}</h2>
      <OutcomeChart
        title="Calls, by when they were asked for"
        periods={found.periods.map(barOf)}
        labelOf={(at) => clock.day(at)}
        axisOf={(at) => clock.day(at)}
        unit={unit}
      />
      <figure class="chart rates">
        <figcaption>
          <span>Rates, each from 0 to 100 %. A hollow point stands for fewer than five calls.</span>
          <a href={fileOf(view, 'periods')} download>
            CSV
          </a>
        </figcaption>
        <div class="rate-charts">
          {RATES.map(([name, rateOf]) => (
            <LineChart
              name={name}
              whole={percent(rateOf(found.total))}
              days={found.periods.map(({ from }) => clock.day(from))}
              points={found.periods.map(rateOf).map((share) => ({ height: share.rate, isFew: isFew(share) }))}
            />
          ))}
        </div>
        <details>
          <summary class="chart-summary">The rates as a table</summary>
          <section class="scroll" tabindex={0} aria-label="Rates as figures">
            <table class="figures">
              <thead>
                <tr>
                  <th scope="col">{unit}</th>
                  {RATES.map(([name]) => (
                    <th scope="col">{name}</th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {found.periods.map((period) => (
                  <tr>
                    <th scope="row">{clock.day(period.from)}</th>
                    {RATES.map(([, rateOf]) => (
                      <td>{rateText(rateOf(period))}</td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
        </details>
      </figure>
      <AnalyticsLengths {...view} />
    </section>
  );
};

const rateText = (share: Share): string => (share.of === 0 ? percent(share) : `${percent(share)} (${ofText(share)})`);

function barOf({ from, calls, reached, completed, notDialled, underWay, talking }: Period) {
  const counts = { calls, notDialled, underWay, talking, reached: reached.count, completed: completed.count };
  return { ...{ start: from, total: calls, notDialled }, byOutcome: outcomesOf(counts) };
}

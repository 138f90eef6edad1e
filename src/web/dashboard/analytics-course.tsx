/** How figures went over the time: calls as bars, rates as small lines of one scale, drawn here, each with the same in a table beneath. */
import type { Analytics } from '../../domain/stats/call-analytics.ts';
import { isFew, type Share } from '../../domain/stats/share.ts';
import type { AnalyticsView } from '../read-analytics.ts';
import { ofText, percent } from './analytics-labels.ts';
import { type AnalyticsPageView, fileOf } from './analytics-view.ts';
import { OutcomeChart } from './outcome-chart.tsx';

type Period = AnalyticsView['periods'][number];
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
            <RateChart {...{ name, clock }} whole={rateOf(found.total)} periods={found.periods} rateOf={rateOf} />
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
    </section>
  );
};

const rateText = (share: Share): string => (share.of === 0 ? percent(share) : `${percent(share)} (${ofText(share)})`);

function barOf({ from, calls, reached, completed, underWay, talking }: Period) {
  return {
    ...{ start: from, total: calls },
    byOutcome: {
      completed: completed.count,
      reached: reached.count - completed.count - talking,
      not_reached: calls - reached.count - (underWay - talking),
      under_way: underWay,
    },
  };
}

const WIDTH = 300;
const HEIGHT = 86;
const LEFT = 4;
const TOP = 6;
const BOTTOM = 16;

interface RateView {
  readonly name: string;
  readonly whole: Share;
  readonly periods: readonly Period[];
  readonly rateOf: (of: Analytics) => Share;
  readonly clock: AnalyticsPageView['clock'];
}

const RateChart = ({ name, whole, periods, rateOf, clock }: RateView) => {
  const wide = WIDTH - 2 * LEFT;
  const x = (place: number) => round(LEFT + (periods.length === 1 ? wide / 2 : (place * wide) / (periods.length - 1)));
  const y = (rate: number) => round(HEIGHT - BOTTOM - rate * (HEIGHT - BOTTOM - TOP));
  const points = periods.map((period, place) => ({ place, share: rateOf(period) }));
  const [first, last] = [periods[0], periods.at(-1)];
  return (
    <div class="rate-chart">
      <p>
        {name} <strong>{percent(whole)}</strong>
      </p>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true" focusable="false">
        <g class="tick">
          {[0, 0.5, 1].map((rate) => (
            <line x1={LEFT} x2={WIDTH - LEFT} y1={y(rate)} y2={y(rate)} />
          ))}
        </g>
        {lines(points).map((line) => (
          <polyline points={line.map(({ place, rate }) => `${x(place)},${y(rate)}`).join(' ')} />
        ))}
        {points.map(({ place, share }) =>
          share.rate === null ? null : (
            <circle
              cx={x(place)}
              cy={y(share.rate)}
              r={periods.length > 40 ? 1.8 : 2.4}
              class={isFew(share) ? 'few' : undefined}
            />
          ),
        )}
        {first === undefined || last === undefined ? null : (
          <>
            <text x={LEFT} y={HEIGHT - 3}>
              {clock.day(first.from)}
            </text>
            {periods.length === 1 ? null : (
              <text x={WIDTH - LEFT} y={HEIGHT - 3} text-anchor="end">
                {clock.day(last.from)}
              </text>
            )}
          </>
        )}
      </svg>
    </div>
  );
};

const round = (value: number): number => Math.round(value * 10) / 10;

interface Point {
  readonly place: number;
  readonly rate: number;
}
/** A part of the time that has no rate breaks the line. */
function lines(points: readonly { readonly place: number; readonly share: Share }[]): readonly (readonly Point[])[] {
  const found: Point[][] = [[]];
  for (const { place, share } of points) {
    if (share.rate === null) found.push([]);
    else found.at(-1)?.push({ place, rate: share.rate });
  }
  return found.filter((line) => line.length > 1);
}

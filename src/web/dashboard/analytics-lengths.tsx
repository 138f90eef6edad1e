/** How long answered calls were over the time: what half of them and nine of ten were shorter than, on one scale, with the same in a table. */
import { nice } from 'd3-array';
import { FEW } from '../../domain/stats/share.ts';
import type { Spread } from '../../store/call-analytics.ts';
import { callLength, NONE } from './analytics-labels.ts';
import type { AnalyticsPageView } from './analytics-view.ts';
import { counted } from './campaign-labels.ts';
import { LineChart } from './line-chart.tsx';

const LENGTHS = [
  ['Half are shorter than', ({ median }: Spread) => median],
  ['9 of 10 are shorter than', ({ p90 }: Spread) => p90],
] as const;
const MOST_TICKS = 4;

export const AnalyticsLengths = ({ found, clock }: AnalyticsPageView) => {
  const unit = found.by === 'week' ? 'Week from' : 'Day';
  const minutes = Math.max(1, ...found.periods.map(({ duration }) => (duration.p90 ?? 0) / 60));
  const [, top] = nice(0, minutes, MOST_TICKS);
  return (
    <figure class="chart rates">
      <figcaption>
        <span>{`How long answered calls were, each from 0 to ${callLength(top * 60)}.`}</span>
      </figcaption>
      <div class="rate-charts lengths">
        {LENGTHS.map(([name, of]) => (
          <LineChart
            name={name}
            whole={callLength(of(found.total.duration)) ?? NONE}
            days={found.periods.map(({ from }) => clock.day(from))}
            points={found.periods.map(({ duration }) => {
              const seconds = of(duration);
              return { height: seconds === null ? null : seconds / 60 / top, isFew: duration.count < FEW };
            })}
          />
        ))}
      </div>
      <details>
        <summary class="chart-summary">The lengths as a table</summary>
        <section class="scroll" tabindex={0} aria-label="Lengths as figures">
          <table class="figures">
            <thead>
              <tr>
                <th scope="col">{unit}</th>
                <th scope="col">Answered calls</th>
                {LENGTHS.map(([name]) => (
                  <th scope="col">{name}</th>
                ))}
              </tr>
            </thead>
            <tbody>
              {found.periods.map(({ from, duration }) => (
                <tr>
                  <th scope="row">{clock.day(from)}</th>
                  <td>{counted(duration.count)}</td>
                  {LENGTHS.map(([, of]) => (
                    <td>{callLength(of(duration)) ?? NONE}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      </details>
    </figure>
  );
};

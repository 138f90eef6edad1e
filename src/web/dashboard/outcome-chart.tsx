/** Calls by the hour or day and by how far they got: bars drawn here, so that the page needs no script for them, and the same as a table. */
import { nice, ticks } from 'd3-array';
import { scaleBand } from 'd3-scale';
import { type CallPeriod, OUTCOMES, type Outcome } from '../../domain/stats/call-outcomes.ts';
import { counted } from './campaign-labels.ts';

const OUTCOME_LABELS: Readonly<Record<Outcome, string>> = {
  completed: 'Completed',
  reached: 'Reached, not completed',
  not_reached: 'Not reached',
  under_way: 'Under way',
};

type Bar = Pick<CallPeriod, 'start' | 'total' | 'byOutcome' | 'notDialled'>;

interface Chart {
  readonly title: string;
  readonly periods: readonly Bar[];
  readonly labelOf: (start: number) => string;
  /** As `labelOf`, but short; every so many of them are shown that they do not run into each other. */
  readonly axisOf: (start: number) => string;
  /** What the first column of the table is. */
  readonly unit: string;
}

const WIDTH = 720;
const HEIGHT = 150;
const LEFT = 30;
const BOTTOM = 18;
const TOP = 8;
const MOST_LABELS = 12;
const MOST_TICKS = 4;

export const OutcomeChart = ({ title, periods, labelOf, axisOf, unit }: Chart) => {
  const most = Math.max(1, ...periods.map(({ total, notDialled }) => total - notDialled));
  const notDialled = periods.reduce((sum, period) => sum + period.notDialled, 0);
  const [, top] = nice(0, most, MOST_TICKS);
  // As a rule four or five; for some tops up to eight, of which a narrow screen shows every second.
  const lines = ticks(0, top, MOST_TICKS).filter(Number.isInteger);
  const y = (count: number) => HEIGHT - BOTTOM - (count / top) * (HEIGHT - BOTTOM - TOP);
  const x = scaleBand(
    periods.map(({ start }) => start),
    [LEFT, WIDTH],
  ).paddingInner(0.25);
  const every = Math.ceil(periods.length / MOST_LABELS);
  return (
    <figure class="chart">
      <figcaption>
        <span>{title}</span>
        <ul class="legend">
          {OUTCOMES.filter((outcome) => periods.some(({ byOutcome }) => byOutcome[outcome] > 0)).map((outcome) => (
            <li class={`legend-key key-${outcome}`}>{OUTCOME_LABELS[outcome]}</li>
          ))}
          {notDialled === 0 ? null : <li class="legend-note">{`${counted(notDialled)} not dialled, in no bar`}</li>}
        </ul>
      </figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true" focusable="false">
        {lines.map((tick, i) => (
          <g class="tick">
            <line x1={LEFT} x2={WIDTH} y1={y(tick)} y2={y(tick)} />
            <text
              x={LEFT - 6}
              y={y(tick) + 3}
              text-anchor="end"
              class={lines.length > MOST_TICKS + 1 && i % 2 === 1 ? 'odd' : undefined}
            >
              {tick}
            </text>
          </g>
        ))}
        {periods.map((period, i) => (
          <g>
            {stacked(period).map(({ outcome, from, to }) => (
              <rect
                class={`bar-${outcome}`}
                x={round(x(period.start) ?? 0)}
                y={round(y(to))}
                width={round(x.bandwidth())}
                height={round(y(from) - y(to))}
              >
                <title>{`${labelOf(period.start)}: ${to - from} ${OUTCOME_LABELS[outcome].toLowerCase()}`}</title>
              </rect>
            ))}
            {i % every === 0 ? (
              <text
                x={round((x(period.start) ?? 0) + x.bandwidth() / 2)}
                y={HEIGHT - 4}
                text-anchor="middle"
                class={(i / every) % 3 === 0 ? undefined : 'odd'}
              >
                {axisOf(period.start)}
              </text>
            ) : null}
          </g>
        ))}
      </svg>
      <details id="chart-figures">
        <summary class="chart-summary">The figures</summary>
        <Figures periods={periods} labelOf={labelOf} unit={unit} />
      </details>
    </figure>
  );
};

const round = (value: number): number => Math.round(value * 10) / 10;

function stacked({ byOutcome }: Bar) {
  let sum = 0;
  return OUTCOMES.flatMap((outcome) => {
    const from = sum;
    sum += byOutcome[outcome];
    return from === sum ? [] : [{ outcome, from, to: sum }];
  });
}

const Figures = ({ periods, labelOf, unit }: Omit<Chart, 'title' | 'axisOf'>) => (
  <section class="scroll" tabindex={0} aria-label="Calls as figures">
    <table class="figures">
      <thead>
        <tr>
          <th scope="col">{unit}</th>
          <th scope="col">Calls</th>
          {OUTCOMES.map((outcome) => (
            <th scope="col">{OUTCOME_LABELS[outcome]}</th>
          ))}
          <th scope="col">Not dialled</th>
        </tr>
      </thead>
      <tbody>
        {periods.map(({ start, total, byOutcome, notDialled }) => (
          <tr>
            <th scope="row">{labelOf(start)}</th>
            <td>{total}</td>
            {OUTCOMES.map((outcome) => (
              <td>{byOutcome[outcome]}</td>
            ))}
            <td>{notDialled}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </section>
);

/** One small line over a time, drawn here, from nothing at its foot to the whole of its scale. Its figures stand in a table beneath. */

interface Point {
  /** Of its scale, from 0 to 1; null breaks the line. */
  readonly height: number | null;
  /** Of few calls: hollow. */
  readonly isFew: boolean;
}
interface Line {
  readonly name: string;
  /** Of the whole time. */
  readonly whole: string;
  /** What each point is of. */
  readonly days: readonly string[];
  readonly points: readonly Point[];
}

const WIDTH = 300;
const HEIGHT = 86;
const LEFT = 4;
const TOP = 6;
const BOTTOM = 16;
/** More points than these are drawn smaller. */
const MANY = 40;

export const LineChart = ({ name, whole, days, points }: Line) => {
  const wide = WIDTH - 2 * LEFT;
  const x = (place: number) => round(LEFT + (points.length === 1 ? wide / 2 : (place * wide) / (points.length - 1)));
  const y = (height: number) => round(HEIGHT - BOTTOM - height * (HEIGHT - BOTTOM - TOP));
  return (
    <div class="line-chart">
      <p>
        {name} <strong>{whole}</strong>
      </p>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true" focusable="false">
        <g class="tick">
          {[0, 0.5, 1].map((height) => (
            <line x1={LEFT} x2={WIDTH - LEFT} y1={y(height)} y2={y(height)} />
          ))}
        </g>
        {unbroken(points).map((line) => (
          <polyline points={line.map(({ place, height }) => `${x(place)},${y(height)}`).join(' ')} />
        ))}
        {points.map(({ height, isFew }, place) =>
          height === null ? null : (
            <circle
              cx={x(place)}
              cy={y(height)}
              r={points.length > MANY ? 1.8 : 2.4}
              class={isFew ? 'few' : undefined}
            />
          ),
        )}
        <text x={LEFT} y={HEIGHT - 3}>
          {days[0]}
        </text>
        {days.length < 2 ? null : (
          <text x={WIDTH - LEFT} y={HEIGHT - 3} text-anchor="end">
            {days.at(-1)}
          </text>
        )}
      </svg>
    </div>
  );
};

const round = (value: number): number => Math.round(value * 10) / 10;

interface Placed {
  readonly place: number;
  readonly height: number;
}
function unbroken(points: readonly Point[]): readonly (readonly Placed[])[] {
  const found: Placed[][] = [[]];
  for (const [place, { height }] of points.entries()) {
    if (height === null) found.push([]);
    else found.at(-1)?.push({ place, height });
  }
  return found.filter((line) => line.length > 1);
}

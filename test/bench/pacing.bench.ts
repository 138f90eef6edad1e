/**
 * A list of 100,000 dialled in virtual time by the rules that pace it (test/flight/pacing-flight.ts): how many calls a second come of a rate and
 * of so many lines, and what is the bound. Ends are told late, twice or never, and hints are lost and doubled; no second may have more
 * calls than the rate, no line be used twice, nobody be rung twice or left out.
 */
import { flyPacing, type PacingCase } from '../flight/pacing-flight.ts';
import type { Benchmark, Row } from './row.ts';
import { judged } from './statistics.ts';

const PEOPLE = 100_000;
/** The rate that is asked for, the lines, and what Telnyx gives, when that is less than it was told. */
const CASES: readonly (readonly [rate: number, lines: number, channels?: number])[] = [
  [1, 100],
  [5, 500],
  [5, 500, 100],
  [30, 10],
  [30, 1000],
  [30, 3000],
  // More than the worker may be set to: what Telnyx' window leaves of it.
  [100, 3000],
];
const BOUNDS = { rate: 'the rate', window: 'Telnyx’ 150 dials in 5 s', lines: 'the lines' };

async function flown(rate: number, lines: number, channels?: number): Promise<Row[]> {
  const given: PacingCase = { seed: 1, people: PEOPLE, ratePerSecond: rate, maxLiveCalls: lines };
  const figures = await flyPacing(channels === undefined ? given : { ...given, channels });
  const told = channels === undefined ? `${lines} lines` : `${lines} lines told, ${channels} given`;
  const name = `${rate} a second over ${told}`;
  const { perSecond, possible, bound, mostInASecond, mostLive, refused, problems, seconds } = figures;
  const note = [
    `${PEOPLE.toLocaleString('en-US')} people in ${(seconds / 3600).toFixed(1)} h, bound by ${BOUNDS[bound]}`,
    `at most ${mostInASecond} in a second and ${mostLive} at once`,
    `refused for rate ${refused.rate}, for channels ${refused.channels}`,
    ...problems,
  ];
  return [
    {
      ...{ name, unit: '/s', value: perSecond, low: perSecond, high: perSecond, note: note.join('; ') },
      ...{ baseline: { name: 'possible', value: possible }, ratio: perSecond / possible },
    },
    judged(
      { name: `broken rules at ${name}`, unit: '', value: problems.length, low: 0, high: problems.length },
      { op: '<=', value: 0, from: 'design 6' },
    ),
  ];
}

export const pacing: Benchmark = {
  name: 'pacing',
  run: async ({ progress }) => {
    const rows: Row[] = [];
    for (const each of CASES) {
      rows.push(...(await flown(...each)));
      progress(`${rows.at(-2)?.name}: ${rows.at(-2)?.value.toFixed(2)} a second`);
    }
    return rows;
  },
};

/** The figures as tables for spreadsheets: a row for each part of the time, campaign, version of a questionnaire, or question. */
import { iso } from '../call-json.ts';
import { dayAt } from '../domain/campaign/local-day.ts';
import type { Item } from '../domain/intake/questionnaire.ts';
import type { Analytics, Cost } from '../domain/stats/call-analytics.ts';
import type { ItemFigures } from '../domain/stats/item-codes.ts';
import type { AnalyticsView, DropOff } from './read-analytics.ts';
import { type Column, TABULAR_TYPES, tabularStream } from './tabular.ts';
import { textStream } from './text-stream.ts';

export const ANALYTICS_TABLES = ['periods', 'campaigns', 'questionnaires', 'items'] as const;
export type AnalyticsTable = (typeof ANALYTICS_TABLES)[number];

/** Counts alone, each beside what it is a part of: a spreadsheet divides by itself. */
const COUNTS: readonly Column<Analytics>[] = [
  { name: 'calls', cell: ({ calls }) => calls },
  { name: 'not_dialled', cell: ({ notDialled }) => notDialled },
  { name: 'under_way', cell: ({ underWay }) => underWay },
  { name: 'attempts', cell: ({ attempts }) => attempts },
  { name: 'refused_dials', cell: ({ refusedDials }) => refusedDials },
  { name: 'unknown_dials', cell: ({ unknownDials }) => unknownDials },
  { name: 'redials', cell: ({ redials }) => redials },
  { name: 'reached', cell: ({ reached }) => reached.count },
  { name: 'asked_for_consent', cell: ({ consented }) => consented.of },
  { name: 'consented', cell: ({ consented }) => consented.count },
  { name: 'asked_for_recording', cell: ({ recorded }) => recorded.of },
  { name: 'recording_consented', cell: ({ recorded }) => recorded.count },
  { name: 'completed', cell: ({ completed }) => completed.count },
  { name: 'partial', cell: ({ partial }) => partial.count },
  { name: 'declined', cell: ({ declined }) => declined.count },
  { name: 'opted_out', cell: ({ optedOut }) => optedOut.count },
  { name: 'wrong_person', cell: ({ wrongPerson }) => wrongPerson.count },
  { name: 'identity_failed', cell: ({ identityFailed }) => identityFailed.count },
  { name: 'ended_otherwise', cell: ({ otherwise }) => otherwise.count },
  { name: 'voicemail', cell: ({ voicemail }) => voicemail.count },
  { name: 'red_flagged', cell: ({ flagged }) => flagged.count },
  { name: 'average_seconds', cell: ({ averageSeconds }) => averageSeconds },
];

/** A column for each currency that anything was paid in, and of dollars in any case. */
function figuresOf({ total }: AnalyticsView): readonly Column<Analytics>[] {
  const currencies = new Set(['USD', ...total.costs.map(({ currency }) => currency)]);
  const column = (name: string, currency: string, nanosOf: (cost: Cost) => number | null): Column<Analytics> => ({
    name: `${name}_${currency}`,
    cell: ({ costs }) => {
      const cost = costs.find((each) => each.currency === currency);
      const nanos = cost === undefined ? null : nanosOf(cost);
      return nanos === null ? null : nanos / 1e9;
    },
  });
  return [
    ...COUNTS,
    ...[...currencies]
      .toSorted()
      .flatMap((currency) => [
        column('cost', currency, ({ nanos }) => nanos),
        ...(currency === 'USD' ? [column('transcription', currency, (cost) => cost.transcriptionNanos)] : []),
        column('cost_per_completed', currency, ({ perCompletedNanos }) => perCompletedNanos),
      ]),
  ];
}

type ItemRow = Pick<DropOff, 'id' | 'version'> & ItemFigures<Item>;
const ITEMS: readonly Column<ItemRow>[] = [
  { name: 'questionnaire', cell: ({ id }) => id },
  { name: 'version', cell: ({ version }) => version },
  { name: 'item', cell: ({ item }) => item.id },
  { name: 'question', cell: ({ item }) => item.text.en },
  { name: 'asked', cell: ({ asked }) => asked },
  { name: 'asked_again', cell: ({ askedAgain }) => askedAgain },
  { name: 'answered', cell: ({ ends }) => ends.answered },
  { name: 'skipped', cell: ({ ends }) => ends.skipped },
  { name: 'declined', cell: ({ ends }) => ends.declined },
  { name: 'unclear', cell: ({ ends }) => ends.unclear },
  { name: 'ended_here', cell: ({ ends }) => ends.ended_here },
];

async function* once<T>(rows: readonly T[]): AsyncGenerator<readonly T[], void> {
  yield rows;
}

function textsOf(view: AnalyticsView, table: AnalyticsTable): AsyncGenerator<string, void> {
  const { zone } = view;
  const figures = figuresOf(view);
  switch (table) {
    case 'periods':
      return tabularStream(
        'csv',
        [
          { name: 'start', cell: ({ from }) => iso(from) },
          { name: 'day', cell: ({ from }) => dayAt(zone, from) },
          ...figures,
          { name: 'median_seconds', cell: ({ duration }) => duration.median },
          { name: 'p90_seconds', cell: ({ duration }) => duration.p90 },
        ],
        once(view.periods),
      );
    case 'campaigns':
      return tabularStream(
        'csv',
        [{ name: 'campaign_id', cell: ({ id }) => id }, { name: 'name', cell: ({ name }) => name }, ...figures],
        once(view.campaigns),
      );
    case 'questionnaires':
      return tabularStream(
        'csv',
        [
          { name: 'questionnaire', cell: ({ id }) => id },
          { name: 'version', cell: ({ version }) => version },
          ...figures,
        ],
        once(view.versions),
      );
    case 'items': {
      const rows = view.dropOff.flatMap(({ id, version, items }) => items.map((row) => ({ id, version, ...row })));
      return tabularStream('csv', ITEMS, once(rows));
    }
  }
}

export function analyticsFile(view: AnalyticsView, table: AnalyticsTable): Response {
  const { zone, time } = view;
  const name = `analytics-${table}-${dayAt(zone, time.from)}-to-${dayAt(zone, time.to)}.csv`;
  const headers = { 'Content-Type': TABULAR_TYPES.csv, 'Content-Disposition': `attachment; filename="${name}"` };
  return new Response(textStream(textsOf(view, table)), { headers });
}

/** Question by question: how many calls put it, how it went, and at which one calls ended. One table for each version that was asked. */
import { ITEM_ENDS, type ItemEnd } from '../../domain/stats/item-codes.ts';
import { shareOf } from '../../domain/stats/share.ts';
import type { DropOff } from '../read-analytics.ts';
import { percent } from './analytics-labels.ts';
import { type AnalyticsPageView, fileOf } from './analytics-view.ts';
import { callCount, counted } from './campaign-labels.ts';
import { itemTitle } from './labels.ts';

/** More than these are found by choosing one. */
const MOST_SHOWN = 3;

export const AnalyticsQuestions = (view: AnalyticsPageView) => {
  const { dropOff, total } = view.found;
  return (
    <section aria-labelledby="questions-title">
      <div class="section-head">
        <h2 id="questions-title">Question by question</h2>
        {dropOff.length === 0 ? null : (
          <a href={fileOf(view, 'items')} download>
            CSV
          </a>
        )}
      </div>
      {dropOff.length === 0 ? (
        <p class="empty">No call of this time has got to its questions, or none was counted yet.</p>
      ) : null}
      {total.uncounted === 0 ? null : (
        <p class="quiet">
          {`${callCount(total.uncounted)} of this time left a note before questions were counted. What is in a note cannot be counted afterwards; it is sealed.`}
        </p>
      )}
      {dropOff.slice(0, MOST_SHOWN).map((version) => (
        <Version {...version} />
      ))}
      {dropOff.length <= MOST_SHOWN ? null : (
        <p class="quiet">{`${dropOff.length - MOST_SHOWN} more versions were asked. Choose one above to see it.`}</p>
      )}
      {dropOff.length === 0 ? null : (
        <p class="quiet">
          A question that only follows a yes is counted with the one before it: that it was put would tell the answer.
          “Answered” includes “none” and “not sure”.
        </p>
      )}
    </section>
  );
};

const END_NAMES: Readonly<Record<Exclude<ItemEnd, 'ended_here'>, string>> = {
  answered: 'Answered',
  skipped: 'Skipped',
  declined: 'Declined',
  unclear: 'Unclear',
};
const named = ITEM_ENDS.filter((end) => end !== 'ended_here');

const Version = ({ id, version, title, counted: calls, beforeItems, items }: DropOff) => (
  <>
    <h3>{`${title?.en ?? id}, version ${version}`}</h3>
    <p class="quiet">
      {`${callCount(calls)} counted; ${counted(beforeItems)} of them ended before the first question. The bar shows how many put the question; its marked end, how many ended there.`}
    </p>
    <table class="worklist questionlist">
      <caption class="visually-hidden">{`How each question of ${title?.en ?? id}, version ${version}, went`}</caption>
      <thead>
        <tr>
          <th scope="col">Question</th>
          <th scope="col" class="number">
            Asked
          </th>
          {named.map((end) => (
            <th scope="col" class="number">
              {END_NAMES[end]}
            </th>
          ))}
          <th scope="col" class="number">
            Asked again
          </th>
          <th scope="col" class="number">
            Ended here
          </th>
        </tr>
      </thead>
      <tbody>
        {items.map(({ item, asked, askedAgain, ends }) => (
          <tr>
            <th scope="row" class="cell-question">
              <span class="question-name">{itemTitle(item.id)}</span>
              <small class="question-words">{item.text.en}</small>
              <Bar asked={asked} ended={ends.ended_here} of={calls} />
            </th>
            <td class="number" data-name="Asked">
              {counted(asked)}
            </td>
            {named.map((end) => (
              <Part name={END_NAMES[end]} n={ends[end]} of={asked} />
            ))}
            <Part name="Asked again" n={askedAgain} of={asked} />
            <Part name="Ended here" n={ends.ended_here} of={asked} />
          </tr>
        ))}
      </tbody>
    </table>
  </>
);

const Part = ({ name, n, of }: { name: string; n: number; of: number }) => (
  <td class={n === 0 ? 'number absent' : 'number'} data-name={name}>
    {counted(n)}
    {n === 0 ? null : <small>{percent(shareOf(n, of))}</small>}
  </td>
);

const WIDE = 100;
const Bar = ({ asked, ended, of }: { asked: number; ended: number; of: number }) => {
  const wide = (n: number) => Math.round((n * WIDE * 10) / Math.max(1, of)) / 10;
  return (
    <svg class="question-bar" viewBox={`0 0 ${WIDE} 4`} preserveAspectRatio="none" aria-hidden="true" focusable="false">
      <rect class="bar-ground" x="0" y="0" width={WIDE} height="4" />
      <rect class="bar-asked" x="0" y="0" width={wide(asked)} height="4" />
      <rect class="bar-ended" x={wide(asked - ended)} y="0" width={wide(ended)} height="4" />
    </svg>
  );
};

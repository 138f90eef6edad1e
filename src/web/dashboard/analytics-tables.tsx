/** The same figures by campaign and by version of a questionnaire, side by side to compare. */
import type { Child } from 'hono/jsx';
import type { Analytics } from '../../domain/stats/call-analytics.ts';
import { isFew, type Share } from '../../domain/stats/share.ts';
import { callLength, costEachText, NONE, ofText, percent, ratioText } from './analytics-labels.ts';
import { type AnalyticsPageView, callsBehind, fileOf, pageOfVersion } from './analytics-view.ts';
import { counted } from './campaign-labels.ts';

const MOST_SHOWN = 40;

export const AnalyticsTables = (view: AnalyticsPageView) => {
  const { campaigns, versions } = view.found;
  return (
    <>
      <Figures
        id="campaigns"
        title="By campaign"
        file={fileOf(view, 'campaigns')}
        rows={campaigns.map(({ id, name, ...figures }) => ({
          ...{ figures, calls: id === null ? null : callsBehind(view, { campaignId: id }) },
          name:
            id === null ? 'Outside of campaigns' : <a href={`/dashboard/campaigns/${id}`}>{name ?? 'A campaign'}</a>,
        }))}
      />
      <Figures
        id="versions"
        title="By questionnaire"
        file={fileOf(view, 'questionnaires')}
        rows={versions.map(({ id, version, title, ...figures }) => ({
          ...{ figures, calls: callsBehind(view, { version: `${id}:${version}` }) },
          name: <a href={pageOfVersion(view, id, version)}>{`${title?.en ?? id}, version ${version}`}</a>,
        }))}
      />
    </>
  );
};

interface Row {
  readonly name: Child;
  readonly figures: Analytics;
  /** Where they are listed. */
  readonly calls: string | null;
}
interface FiguresView {
  readonly id: string;
  readonly title: string;
  readonly file: string;
  readonly rows: readonly Row[];
}

const HEADS = ['Calls', 'Reached', 'Agreed', 'Completed', 'Red flags', 'Length', 'Redials each', 'Cost each'] as const;

const Figures = ({ id, title, file, rows }: FiguresView) => (
  <section aria-labelledby={`${id}-title`}>
    <div class="section-head">
      <h2 id={`${id}-title`}>{title}</h2>
      <a href={file} download>
        CSV
      </a>
    </div>
    <table class="worklist comparison">
      <caption class="visually-hidden">{`${title}: rates with the counts they are made of. Length is the mean of answered calls; each: for a completed intake.`}</caption>
      <thead>
        <tr>
          <th scope="col">{title.replace('By ', '').replace(/^./, (first) => first.toUpperCase())}</th>
          {HEADS.map((head) => (
            <th scope="col" class="number">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.slice(0, MOST_SHOWN).map(({ name, figures, calls }) => (
          <tr>
            <th scope="row">{name}</th>
            <td class="number" data-name="Calls">
              {calls === null ? counted(figures.calls) : <a href={calls}>{counted(figures.calls)}</a>}
            </td>
            <Rate name="Reached" share={figures.reached} />
            <Rate name="Agreed" share={figures.consented} />
            <Rate name="Completed" share={figures.completed} />
            <Rate name="Red flags" share={figures.flagged} />
            <Cell name="Length">{callLength(figures.averageSeconds) ?? NONE}</Cell>
            <Cell name="Redials each">{ratioText(figures.redialsPerCompleted)}</Cell>
            <Cell name="Cost each">{costEachText(figures.costs) ?? NONE}</Cell>
          </tr>
        ))}
      </tbody>
    </table>
    {rows.length <= MOST_SHOWN ? null : (
      <p class="quiet">{`${counted(rows.length - MOST_SHOWN)} more are in the file.`}</p>
    )}
  </section>
);

const Rate = ({ name, share }: { name: string; share: Share }) => (
  <td class={isFew(share) ? 'number few' : 'number'} data-name={name}>
    {percent(share)}
    <small>{ofText(share)}</small>
  </td>
);

const Cell = ({ name, children }: { name: string; children: Child }) => (
  <td class="number" data-name={name}>
    {children}
  </td>
);

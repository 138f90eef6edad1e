/** What differs between two versions, item by item, the older words struck out and the newer marked. */
import type { Comparison, Difference, PartChange } from '../../domain/intake/compare-questionnaires.ts';
import { itemTitle, readable, redFlagLabel } from './labels.ts';
import { Chip } from './layout.tsx';
import { placeLabel } from './questionnaire-labels.ts';

interface DifferencesView {
  readonly comparison: Comparison;
  readonly before: number;
  readonly after: number;
}

const KINDS = {
  added: { words: 'Added', tone: 'good' },
  removed: { words: 'Taken out', tone: 'bad' },
  changed: { words: 'Changed', tone: 'warn' },
} as const;

export const Differences = ({ comparison, before, after }: DifferencesView) => {
  const { about, items, reordered, redFlags, texts } = comparison;
  const none = about.length + items.length + redFlags.length + texts.length === 0 && !reordered;
  return (
    <section aria-labelledby="differences">
      <h2 id="differences">{`From version ${before} to version ${after}`}</h2>
      {none ? <p class="empty">These two versions say exactly the same.</p> : null}
      {reordered ? <p class="notice notice-warn">The questions are asked in another order.</p> : null}
      {about.length === 0 ? null : <Lines of={about} />}
      <Parts title="Questions" parts={items} name={itemTitle} />
      <Parts title="Red flags" parts={redFlags} name={redFlagLabel} />
      <Parts
        title="Words around the questions"
        parts={texts}
        name={(id) => readable(id.replaceAll(/([A-Z]|\d+)/g, ' $1').toLowerCase())}
      />
    </section>
  );
};

interface PartsView {
  readonly title: string;
  readonly parts: readonly PartChange[];
  readonly name: (id: string) => string;
}

const Parts = ({ title, parts, name }: PartsView) =>
  parts.length === 0 ? null : (
    <>
      <h3>{title}</h3>
      <ul class="items">
        {parts.map(({ id, kind, differences }) => (
          <li class="item">
            <p class="item-head">
              <strong>{name(id)}</strong> <Chip tone={KINDS[kind].tone}>{KINDS[kind].words}</Chip>{' '}
              <code class="item-id">{id}</code>
            </p>
            <Lines of={differences} />
          </li>
        ))}
      </ul>
    </>
  );

const Lines = ({ of }: { of: readonly Difference[] }) => (
  <dl class="differences">
    {of.map(({ name, before, after }) => (
      <div class="difference">
        <dt>{placeLabel(name)}</dt>
        <dd>
          {before === null ? null : (
            <p>
              <del>
                <span class="visually-hidden">Before: </span>
                {before}
              </del>
            </p>
          )}
          {after === null ? null : (
            <p>
              <ins>
                <span class="visually-hidden">Now: </span>
                {after}
              </ins>
            </p>
          )}
        </dd>
      </div>
    ))}
  </dl>
);

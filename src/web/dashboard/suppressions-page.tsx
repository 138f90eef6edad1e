/** The page around the do-not-call list: looking a number up, adding one, and the whole list in and out. */
import type { Child } from 'hono/jsx';
import type { SuppressionCounts } from '../../store/suppression-list.ts';
import { counted } from './campaign-labels.ts';
import { ExportThese } from './export-these.tsx';
import { Said } from './said.tsx';
import {
  REASON_LABELS,
  type SuppressionList,
  SuppressionsFragment,
  suppressionsQuery,
} from './suppressions-fragment.tsx';

/** What staff choose from; the other reasons come by themselves. */
export const STAFF_REASONS = ['asked', 'complaint', 'legal', 'wrong_number'] as const;

const PATH = '/dashboard/suppressions';
/** Numbers travel in bodies, without a script too: an address would keep them. */
const posting = (verb: 'search' | 'add' | 'import') =>
  ({ method: 'post', action: `${PATH}/${verb}`, 'hx-post': `${PATH}/${verb}` }) as const;
const posts = { 'hx-target': '#suppressions', 'hx-swap': 'outerHTML', 'hx-disabled-elt': 'find button' } as const;

interface TabsProps {
  readonly counts: SuppressionCounts;
  /** What is shown; null: what stands of one number. */
  readonly active: boolean | null;
  /** The whole list, with whole numbers, is for administrators. */
  readonly exports: boolean;
  /** In the answer to a request, from where it goes to its place. */
  readonly elsewhere?: boolean;
}

export const SuppressionTabs = ({ counts, active, exports, elsewhere = false }: TabsProps) => (
  <div id="number-tabs" class="page-tools" {...(elsewhere ? { 'hx-swap-oob': 'true' } : {})}>
    <nav class="tabs" aria-label="Which numbers">
      {([true, false] as const).map((each) => (
        <a
          class="tab"
          href={`/dashboard/suppressions${suppressionsQuery(each, null)}`}
          aria-current={each === active ? 'page' : undefined}
        >
          {each ? `On the list (${counted(counts.active)})` : `Lifted (${counted(counts.lifted)})`}
        </a>
      ))}
    </nav>
    {exports && active !== null ? <ExportThese what="suppressions" filters={{ active: String(active) }} /> : null}
  </div>
);

/** What came of a form that was sent without a script. */
export interface SentPlainly {
  readonly outcome?: string;
  readonly notice?: string;
  /** What was refused of a number that was to be added. */
  readonly typed?: Readonly<Record<string, string>>;
  readonly problem?: string;
  readonly imported?: Child;
}

interface SuppressionsView {
  readonly list: SuppressionList;
  readonly counts: SuppressionCounts;
  readonly sent?: SentPlainly;
}

export const SuppressionsPage = ({ list, counts, sent = {} }: SuppressionsView) => {
  const { viewer, view } = list;
  const { typed = {}, problem = null } = sent;
  return (
    <>
      <Said outcome={sent.outcome ?? null} notice={sent.notice ?? null} />
      <div class="page-head">
        <h1>Do not call</h1>
        <SuppressionTabs
          counts={counts}
          active={view.kind === 'list' ? view.active : null}
          exports={viewer.liftsSuppressions}
        />
      </div>
      <div class="number-tools">
        <form class="filter" {...posting('search')} {...posts}>
          <label for="search-number">Number</label>
          <input
            id="search-number"
            name="phone_number"
            type="tel"
            required
            autocomplete="off"
            placeholder="(202) 555-0143"
          />
          <button type="submit" class="secondary">
            Look up
          </button>
        </form>
        <details id="add-panel" open={problem !== null}>
          <summary>Add a number</summary>
          <AddForm typed={typed} problem={problem} />
        </details>
        {viewer.importsSuppressions ? <ImportPanel /> : null}
      </div>
      <div id="import-status">{sent.imported ?? null}</div>
      <SuppressionsFragment {...list} />
    </>
  );
};

interface AddFormProps {
  /** What was sent and refused. */
  readonly typed?: Readonly<Record<string, string>>;
  readonly problem?: string | null;
  /** In the answer to a request, from where it goes to its place. */
  readonly elsewhere?: boolean;
}

export const AddForm = ({ typed = {}, problem = null, elsewhere = false }: AddFormProps) => (
  <form id="add-number" class="sheet" {...posting('add')} {...(elsewhere ? { 'hx-swap-oob': 'true' } : {})} {...posts}>
    {problem === null ? null : (
      <p class="notice notice-bad" role="alert">
        {problem}
      </p>
    )}
    <label>
      Telephone number
      <input
        name="phone_number"
        type="tel"
        required
        autocomplete="off"
        placeholder="(202) 555-0143"
        value={typed['phone_number'] ?? ''}
      />
    </label>
    <label>
      Why
      <select name="reason">
        {STAFF_REASONS.map((reason) => (
          <option value={reason} selected={reason === typed['reason']}>
            {REASON_LABELS[reason]}
          </option>
        ))}
      </select>
    </label>
    <label>
      In their words, if it matters
      <input name="statement" maxlength={500} autocomplete="off" value={typed['statement'] ?? ''} />
    </label>
    <button type="submit">Add to the list</button>
    <p class="quiet">It counts from this moment, also for calls that wait. Only an administrator can take it off.</p>
  </form>
);

const ImportPanel = () => (
  <details id="import-panel">
    <summary>Import a list</summary>
    <form
      class="sheet"
      {...posting('import')}
      enctype="multipart/form-data"
      hx-encoding="multipart/form-data"
      hx-target="#import-status"
      hx-swap="innerHTML"
      hx-disabled-elt="find button"
    >
      <label>
        File
        <input name="file" type="file" accept=".csv,.txt,text/csv,text/plain" required />
        <small>
          Text with one number on each line, or CSV with a heading over the column of numbers; up to 500,000 rows.
        </small>
      </label>
      <button type="submit">Import</button>
      <p class="quiet">An import only ever adds: it takes no number off the list.</p>
    </form>
  </details>
);

/** Writing a version: its JSON with what is wrong by line, a trial of what stands there, and saving it as a draft. */
import type { Judgement } from '../../domain/intake/judge-questionnaire.ts';
import { Problems } from './questionnaire-problems.tsx';
import { TryPanel } from './questionnaire-try.tsx';

/** What came of the text in the editor. */
export type Checked =
  | { readonly kind: 'unread'; readonly line: number }
  | { readonly kind: 'judged'; readonly judgement: Judgement; readonly lines: ReadonlyMap<string, number> }
  /** Kept out for another reason, as that there is one of that id. */
  | { readonly kind: 'refused'; readonly detail: string };

export interface Editing {
  /** Null: a new questionnaire. */
  readonly id: string | null;
  /** The version it began with. */
  readonly from: number | null;
  readonly text: string;
  readonly checked: Checked | null;
}

export const EditPage = ({ id, from, text, checked }: Editing) => {
  const back = id === null ? '/dashboard/questionnaires' : `/dashboard/questionnaires/${id}`;
  const address = id === null ? '/dashboard/new-questionnaire' : `/dashboard/questionnaires/${id}/edit`;
  return (
    <>
      <p class="back">
        <a href={back}>{id === null ? 'All questionnaires' : 'Back to the versions'}</a>
      </p>
      <div class="page-head">
        <div>
          <h1>{id === null ? 'New questionnaire' : `New version of ${id}`}</h1>
          <p class="quiet">
            {id === null
              ? 'It begins as a copy of the shipped one: give it an id of its own, then change it.'
              : `It begins as version ${from}.`}{' '}
            Saving makes a draft; calls ask it once it is approved.
          </p>
        </div>
      </div>
      <form
        class="editor"
        method="post"
        action={address}
        hx-post={address}
        hx-target="#checked"
        hx-swap="outerHTML"
        hx-disabled-elt="find button"
        data-then-focus="checked"
      >
        <label for="definition">Definition, as JSON</label>
        <textarea
          id="definition"
          name="definition"
          class="code"
          rows={28}
          spellcheck={false}
          autocomplete="off"
          wrap="off"
          aria-describedby="checked"
        >
          {text}
        </textarea>
        <p class="task-actions">
          <button type="submit" name="do" value="check" class="secondary">
            Check
          </button>
          <button type="submit" name="do" value="save">
            {id === null ? 'Save as a draft' : 'Save as new version'}
          </button>
        </p>
        <CheckedView checked={checked} />
      </form>
      <section aria-labelledby="try-title">
        <h2 id="try-title">Try what stands there</h2>
        <TryPanel of={null} language="en" inputs={[]} preview={null} problem={null} />
      </section>
    </>
  );
};

export const CheckedView = ({ checked }: { checked: Checked | null }) => (
  <div id="checked" tabindex={-1} role="status">
    {checked === null ? null : <Verdict checked={checked} />}
  </div>
);

const Verdict = ({ checked }: { checked: Checked }) => {
  switch (checked.kind) {
    case 'unread':
      return (
        <p class="notice notice-bad">
          This is not JSON: look at{' '}
          <button type="button" class="plain" data-goto-line={String(checked.line)}>
            {`line ${checked.line}`}
          </button>
          , or just before it. Often a comma or a quotation mark is missing, or one is too many. Nothing was saved.
        </p>
      );
    case 'refused':
      return <p class="notice notice-bad">{`${checked.detail} Nothing was saved.`}</p>;
    case 'judged': {
      const { questionnaire, problems } = checked.judgement;
      if (problems.length === 0) return <p class="notice notice-live">Nothing to correct.</p>;
      return (
        <>
          {questionnaire === null ? (
            <p class="notice notice-bad">This is no questionnaire yet, so it cannot be saved.</p>
          ) : null}
          <Problems problems={problems} lines={checked.lines} />
        </>
      );
    }
  }
};

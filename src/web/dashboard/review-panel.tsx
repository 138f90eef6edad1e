/**
 * Under the note: what a signature means and the button for it; once signed, by whom and what was added. What somebody is writing
 * here outlives the polls of the page: while nothing has changed, a poll leaves the panel as it is.
 */
import type { Note } from '../../domain/note/note.ts';
import type { Addendum, Reviews, Signature } from '../../store/reviews.ts';
import { signatureOf } from '../sign-note.ts';
import { type ClinicClock, Moment } from './clinic-clock.tsx';

export interface ReviewView {
  readonly note: Note;
  readonly reviews: Reviews;
  /** A red flag that the note names, and nobody has claimed. */
  readonly flagOpen: boolean;
  readonly actorName: string;
  readonly clock: ClinicClock;
}

/** What a panel shows, short: the page tells with each request which one it has. */
export const reviewState = ({ note, reviews, flagOpen }: Pick<ReviewView, 'note' | 'reviews' | 'flagOpen'>): string =>
  [note.version, reviews.signatures.length, reviews.addenda.length, flagOpen ? 'flag' : 'free'].join('-');
export const SHOWN_REVIEW = 'X-Shown-Review';

interface PanelView extends ReviewView {
  /** The state of the panel that whoever asks has before them. */
  readonly shown: string | null;
  /** What they wrote, if it was not taken. */
  readonly typed: string;
}

export const ReviewPanel = (view: PanelView) => {
  const { note, reviews, flagOpen, shown, clock, actorName } = view;
  if (reviewState(view) === shown) return <section id="review" hx-preserve="true" />;
  const signature = signatureOf(reviews, note.version);
  const earlier = reviews.signatures.filter(({ noteVersion }) => noteVersion !== note.version);
  return (
    <section id="review" class="review" aria-labelledby="review-title" tabindex={-1}>
      <h2 id="review-title">Review</h2>
      {signature === undefined ? null : (
        <p class="signed-by">
          <SignedBy signature={signature} actorName={actorName} clock={clock} />
          <span class="quiet">{` Version ${note.version} of the note.`}</span>
        </p>
      )}
      {earlier.map((each) => (
        <p class="quiet">
          {`Version ${each.noteVersion}: `}
          <SignedBy signature={each} actorName={actorName} clock={clock} />
        </p>
      ))}
      <Addenda addenda={reviews.addenda} newest={note.version} actorName={actorName} clock={clock} />
      {signature === undefined ? (
        <p class="print-only signature-line">Not reviewed. Signature, name and date:</p>
      ) : null}
      {signature !== undefined ? <AddForm view={view} /> : flagOpen ? <FlagFirst /> : <SignForm view={view} />}
    </section>
  );
};

export const SignedBy = ({
  signature,
  actorName,
  clock,
}: { signature: Signature } & Omit<ReviewView, 'note' | 'reviews' | 'flagOpen'>) => (
  <>
    {'Signed by '}
    <Person by={signature} actorName={actorName} />
    {', '}
    <Moment at={signature.createdAt} clock={clock} dated zoned />
    {'.'}
  </>
);

/** On paper nobody is "you". */
const Person = ({ by, actorName }: { by: Pick<Signature, 'actorName'>; actorName: string }) => (
  <>
    {by.actorName}
    {by.actorName === actorName ? <span class="no-print"> (you)</span> : null}
  </>
);

type AddendaView = Pick<ReviewView, 'actorName' | 'clock'> & {
  readonly addenda: readonly Addendum[];
  readonly newest: number;
};

const Addenda = ({ addenda, newest, actorName, clock }: AddendaView) =>
  addenda.length === 0 ? null : (
    <>
      <h3>{addenda.length === 1 ? 'Addendum' : `${addenda.length} addenda`}</h3>
      <ol class="addenda">
        {addenda.map((addendum) => (
          <li>
            <p class="addendum-text">{addendum.text}</p>
            <p class="quiet addendum-by">
              <Person by={addendum} actorName={actorName} />
              {', '}
              <Moment at={addendum.createdAt} clock={clock} dated zoned />
              {addendum.noteVersion === newest ? null : `, to version ${addendum.noteVersion}`}
            </p>
          </li>
        ))}
      </ol>
    </>
  );

const FlagFirst = () => (
  <p class="notice notice-bad flag-first">
    A red flag is open: nobody has claimed it.{' '}
    <a href="#red-flags" class="in-notice">
      Claim it first
    </a>
    , then sign.
  </p>
);

const SignForm = ({ view }: { view: PanelView }) => (
  <Form view={view} confirm={`Sign version ${view.note.version} of this note? A signature cannot be taken back.`}>
    <p>
      By signing you say that you have read this note and the answers in it, and have checked with the patient whatever
      you rely on. It stays what the patient said; it does not become a finding. Your name and the time are kept with
      it. A signature cannot be taken back and nothing in the note is changed: what is to be put right goes into an
      addendum.
    </p>
    <Words label="Addendum, if there is something to add" typed={view.typed} />
    <Send idle="Sign the note" busy="Signing…" />
  </Form>
);

const AddForm = ({ view }: { view: PanelView }) => (
  <details id="add-addendum" class="add-addendum" open={view.typed !== ''}>
    <summary id="add-addendum-title">Add an addendum</summary>
    <Form view={view}>
      <Words label="Addendum" typed={view.typed} required />
      <Send idle="Add it" busy="Adding…" />
    </Form>
  </details>
);

const Form = ({ view, confirm, children }: { view: PanelView; confirm?: string; children: unknown }) => {
  const path = `/dashboard/calls/${view.note.call_id}/review`;
  return (
    <form
      id="review-form"
      class="review-form"
      method="post"
      action={path}
      hx-post={path}
      hx-target="#call"
      hx-swap="outerHTML"
      hx-sync="#call:replace"
      hx-disabled-elt="find button"
      hx-confirm={confirm}
      data-then-focus="review"
    >
      <input type="hidden" name="note_version" value={String(view.note.version)} />
      {children}
    </form>
  );
};

const Words = ({ label, typed, required = false }: { label: string; typed: string; required?: boolean }) => (
  <>
    <label for="addendum">{label}</label>
    <textarea
      id="addendum"
      name="addendum"
      rows={3}
      maxlength={4000}
      required={required}
      autocomplete="off"
      aria-describedby="addendum-hint"
    >
      {typed}
    </textarea>
    <small id="addendum-hint">
      It is kept beside the note with your name and the time, and cannot be changed later.
    </small>
  </>
);

const Send = ({ idle, busy }: { idle: string; busy: string }) => (
  <button type="submit">
    <span class="while-idle">{idle}</span>
    <span class="while-busy">{busy}</span>
  </button>
);

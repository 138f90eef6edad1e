/** Above everything of a call: whether somebody has read its note, and how far one may rely on it until then. */
import { signatureOf } from '../sign-note.ts';
import { type ReviewView, SignedBy } from './review-panel.tsx';

/** `view` is null while there is no note. */
export const ReviewNotice = ({ view }: { view: ReviewView | null }) => {
  const signature = view === null ? undefined : signatureOf(view.reviews, view.note.version);
  const last = view?.reviews.signatures.at(-1);
  if (view === null || signature === undefined) {
    return (
      <p class="notice notice-warn">
        <strong>Patient-reported by automated call, not reviewed.</strong> Check it with the patient before you rely on
        it.{' '}
        {view === null || last === undefined
          ? null
          : `It has changed since version ${last.noteVersion} was signed: this is version ${view.note.version}. `}
        {view === null ? null : (
          <a href="#review" class="in-notice no-print">
            Review and sign
          </a>
        )}
      </p>
    );
  }
  const { addenda } = view.reviews;
  return (
    <p class="notice notice-good">
      <strong>Patient-reported by automated call, reviewed.</strong>{' '}
      <SignedBy signature={signature} actorName={view.actorName} clock={view.clock} />{' '}
      {addenda.length === 0 ? null : (
        <a href="#review" class="in-notice">
          {addenda.length === 1 ? 'One addendum' : `${addenda.length} addenda`}
        </a>
      )}
    </p>
  );
};

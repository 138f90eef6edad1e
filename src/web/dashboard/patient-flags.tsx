/** The marks on a patient: what each does, and the form that sets and clears them. */
import { PATIENT_FLAGS, type PatientFlag } from '../../domain/campaign/gate-policy.ts';

export const FLAG_LABELS: Readonly<Record<PatientFlag, { readonly name: string; readonly does: string }>> = {
  deceased: { name: 'Deceased', does: 'No automated call is placed again, by anybody or any campaign.' },
  restricted: {
    name: 'Restricted',
    does: 'The patient, or the law, limits what may be done with their data. No automated call is placed.',
  },
  staff_only: { name: 'Staff only', does: 'Only a person rings this patient; automated calls are refused.' },
  wrong_number: {
    name: 'Wrong number',
    does: 'Somebody else answers there. Automated calls are refused until the number is put right and this is cleared.',
  },
  no_voicemail: {
    name: 'No voicemail',
    does: 'The patient is still called; an answering machine is hung up on without a message.',
  },
  sensitive: {
    name: 'Sensitive',
    does: 'Name, number and birth date are hidden from the front desk, which cannot change this patient either.',
  },
};

interface FlagsView {
  readonly id: string;
  readonly flags: readonly PatientFlag[];
}
export const FlagsForm = ({ id, flags }: FlagsView) => (
  <form method="post" action={`/dashboard/patients/${id}/flags`}>
    <fieldset class="flag-choices">
      <legend class="visually-hidden">Marks</legend>
      {PATIENT_FLAGS.map((flag) => (
        <div class="flag-choice">
          <input
            type="checkbox"
            id={`flag-${flag}`}
            name={flag}
            value="true"
            checked={flags.includes(flag)}
            aria-describedby={`about-${flag}`}
          />
          <label for={`flag-${flag}`}>{FLAG_LABELS[flag].name}</label>
          <small id={`about-${flag}`}>{FLAG_LABELS[flag].does}</small>
        </div>
      ))}
    </fieldset>
    <button type="submit" class="secondary outline small">
      Save the marks
    </button>
  </form>
);

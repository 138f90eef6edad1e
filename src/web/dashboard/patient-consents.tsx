/** What was ever said about calling a patient, with its evidence; recording another, and ending one. Nothing is deleted. */
import type { Consent } from '../../store/consents.ts';
import { maskNumber } from '../mask.ts';
import { PURPOSE_LABELS } from './campaign-labels.ts';
import { type ClinicClock, Moment } from './clinic-clock.tsx';
import { FormNotice, type FormState } from './form-field.tsx';
import { readable } from './labels.ts';
import { Chip } from './layout.tsx';
import { ConsentFields } from './patient-fields.tsx';

interface ConsentsView {
  readonly patientId: string;
  readonly consents: readonly Consent[];
  readonly form: FormState;
  readonly notice: string | null;
  readonly clock: ClinicClock;
  readonly now: number;
}

const BASIS_LABELS: Readonly<Record<string, string>> = {
  number_given_by_patient: 'Number given by the patient',
  verbal: 'Verbal',
  written: 'Written',
};
const REVOCATION_LABELS: Readonly<Record<string, string>> = {
  asked: 'the patient asked',
  mistake: 'recorded by mistake',
  wrong_person: 'somebody else answered there',
  number_changed: 'the number changed',
};

export const PatientConsents = ({ patientId, consents, form, notice, clock, now }: ConsentsView) => (
  <section id="consents" aria-labelledby="consents-title">
    <h2 id="consents-title">Consent to be called</h2>
    {consents.length === 0 ? <p class="empty">None on file. No call is placed without one.</p> : null}
    <ul class="steps">
      {consents.map((consent) => (
        <Item consent={consent} patientId={patientId} clock={clock} now={now} />
      ))}
    </ul>
    <details id="add-consent" open={notice !== null}>
      <summary>Record a consent</summary>
      <form method="post" action={`/dashboard/patients/${patientId}/consents`}>
        <FormNotice text={notice} />
        <ConsentFields form={form} today={clock.today} none={null} />
        <button type="submit" class="secondary">
          Record it
        </button>
      </form>
    </details>
  </section>
);

const standing = ({ revokedAt, expiresAt }: Consent, now: number) => {
  if (revokedAt !== null) return { words: 'Ended', tone: 'calm', isInForce: false } as const;
  if (expiresAt !== null && expiresAt <= now) return { words: 'Expired', tone: 'calm', isInForce: false } as const;
  return { words: 'In force', tone: 'good', isInForce: true } as const;
};

const Item = ({
  consent,
  patientId,
  clock,
  now,
}: {
  consent: Consent;
  patientId: string;
  clock: ClinicClock;
  now: number;
}) => {
  const { id, basis, phoneNumber, obtainedAt, obtainedBy, evidence, expiresAt, revokedAt, purposes } = consent;
  const { words, tone, isInForce } = standing(consent, now);
  return (
    <li id={`consent-${id}`} class="step">
      <p class="consent-line">
        <Chip tone={tone}>{words}</Chip> <strong>{BASIS_LABELS[basis] ?? readable(basis)}</strong>{' '}
        {`at ${maskNumber(phoneNumber)}`}
      </p>
      <p class="consent-line task-text">
        {`Obtained by ${obtainedBy}, `}
        <Moment at={obtainedAt} clock={clock} />
        {expiresAt === null ? null : (
          <>
            , until <Moment at={expiresAt} clock={clock} />
          </>
        )}
      </p>
      <p class="consent-line evidence">{evidence}</p>
      <p class="consent-line task-text">{`For: ${purposes.map((purpose) => PURPOSE_LABELS[purpose].toLowerCase()).join(', ')}`}</p>
      {revokedAt === null ? null : (
        <p class="consent-line task-text">
          Ended <Moment at={revokedAt} clock={clock} />
          {`: ${consent.revokedStatement ?? REVOCATION_LABELS[consent.revokedReason ?? ''] ?? readable(consent.revokedReason ?? 'no reason on file')}`}
        </p>
      )}
      {isInForce ? (
        <details id={`end-${id}`}>
          <summary>
            End it<span class="visually-hidden">{`: ${BASIS_LABELS[basis] ?? basis}, ${maskNumber(phoneNumber)}`}</span>
          </summary>
          <form method="post" action={`/dashboard/patients/${patientId}/consents/${id}/revoke`}>
            <label>
              Why, in plain words
              <input name="reason" maxlength={500} required autocomplete="off" placeholder="Asked at the front desk" />
            </label>
            <button type="submit" class="secondary outline">
              End this consent
            </button>
            <p class="quiet">It stays on file as ended. Calls that wait are refused from now on.</p>
          </form>
        </details>
      ) : null}
    </li>
  );
};

/**
 * Who a patient is: initials and last digits until somebody asks for more, which is written down (HS-18). What was shown is hidden again
 * with the next page.
 */
import type { Child } from 'hono/jsx';
import type { ShownPatient } from '../shown-patient.ts';
import { type ClinicClock, Moment } from './clinic-clock.tsx';
import { spokenNumber } from './spoken-number.ts';

interface WhoView {
  readonly patient: ShownPatient;
  readonly revealed: boolean;
  readonly clock: ClinicClock;
}

const Fact = ({ name, children }: { name: string; children: Child }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);
const Unknown = () => <span class="absent">Not known</span>;
const Hidden = () => <span class="absent">Hidden</span>;

/** `AD •••• 0143`, for headings and buttons. */
export const briefly = ({ initials, maskedNumber }: ShownPatient): string =>
  `${initials ?? 'No name'} ${maskedNumber ?? ''}`;

export const PatientWho = ({ patient, revealed, clock }: WhoView) => {
  const name = [patient.firstName, patient.lastName].filter(Boolean).join(' ');
  const canReveal = patient.phoneNumber !== null;
  return (
    <section id="who" aria-labelledby="who-title" tabindex={-1}>
      <div class="section-head">
        <h2 id="who-title">Who</h2>
        {revealed ? (
          <a href={`/dashboard/patients/${patient.id}`}>Hide</a>
        ) : canReveal ? (
          <form method="post" action={`/dashboard/patients/${patient.id}/reveal`}>
            <button
              type="submit"
              class="secondary outline small"
              hx-post={`/dashboard/patients/${patient.id}/reveal`}
              hx-target="#who"
              hx-swap="outerHTML"
              hx-disabled-elt="this"
              data-then-focus="who"
            >
              Show<span class="visually-hidden"> name, number and birth date</span>
            </button>
          </form>
        ) : null}
      </div>
      <dl class="facts">
        <Fact name="Name">{revealed ? name === '' ? <Unknown /> : name : (patient.initials ?? <Unknown />)}</Fact>
        <Fact name="Telephone">
          {revealed && patient.phoneNumber !== null ? spokenNumber(patient.phoneNumber) : patient.maskedNumber}
        </Fact>
        <Fact name="Born">{revealed ? (patient.dateOfBirth ?? <Unknown />) : <Hidden />}</Fact>
        <Fact name="Record">{patient.externalId ?? <Unknown />}</Fact>
        <Fact name="Language">{patient.language === 'es' ? 'Spanish' : 'English'}</Fact>
        <Fact name="State">{patient.state ?? <Unknown />}</Fact>
        <Fact name="Time zone">{patient.timeZone?.replaceAll('_', ' ') ?? <Unknown />}</Fact>
        <Fact name="On file since">
          <Moment at={patient.createdAt} clock={clock} />
        </Fact>
      </dl>
      {revealed || !canReveal ? null : <p class="quiet">Whoever shows more of a patient is written down.</p>}
    </section>
  );
};

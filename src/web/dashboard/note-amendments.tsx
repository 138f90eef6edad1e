/** What the patient asked to have put right in this note, beside it: accepted with the version that did, or denied with the reason (HS-20). */
import type { PatientRequest } from '../../store/patient-requests.ts';
import { type ClinicClock, Moment } from './clinic-clock.tsx';
import { RequestDue, RequestStatusChip } from './patient-requests.tsx';

interface AmendmentsView {
  readonly amendments: readonly PatientRequest[];
  readonly clock: ClinicClock;
  readonly now: number;
}
export const NoteAmendments = ({ amendments, clock, now }: AmendmentsView) =>
  amendments.length === 0 ? null : (
    <section aria-labelledby="amendments-title">
      <h2 id="amendments-title">The patient asked for a correction</h2>
      <ul class="steps">
        {amendments.map((request) => (
          <li class="step">
            <p class="consent-line">
              <RequestStatusChip status={request.status} />{' '}
              <a href={`/dashboard/patients/${request.patientId}/rights#request-${request.id}`}>
                <Moment at={request.receivedAt} clock={clock} dayOnly />
              </a>
              {request.noteVersion === null ? '' : `, put right by version ${request.noteVersion}`}
            </p>
            {request.details === null ? null : <p class="consent-line evidence">{request.details}</p>}
            {request.outcome === null ? null : <p class="consent-line evidence">{`Answer: ${request.outcome}`}</p>}
            {request.status === 'open' ? (
              <p class="consent-line task-text">
                Due <RequestDue request={request} clock={clock} now={now} />
              </p>
            ) : null}
          </li>
        ))}
      </ul>
    </section>
  );

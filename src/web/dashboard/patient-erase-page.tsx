/** Erasing a patient: what goes and what stays, confirmed by typing; and the page of somebody who was erased. */
import type { Job } from '../../store/jobs.ts';
import type { ListedRequest } from '../../store/patient-requests.ts';
import type { ShownPatient } from '../shown-patient.ts';
import { type ClinicClock, Moment } from './clinic-clock.tsx';
import { FormNotice } from './form-field.tsx';
import { EndsUnanswered } from './patient-requests.tsx';
import { briefly } from './patient-who.tsx';

interface EraseView {
  readonly patient: ShownPatient;
  /** Why it was refused. */
  readonly notice: string | null;
  /** Another administrator has to approve it. */
  readonly needsSecond: boolean;
  readonly isHeld: boolean;
  /** What the patient asked for and nobody has answered. */
  readonly open: readonly ListedRequest[];
  readonly clock: ClinicClock;
}

/** What has to be typed. */
export const lastDigits = ({ maskedNumber }: ShownPatient): string => (maskedNumber ?? '').replaceAll(/\D/g, '');

export const ErasePatientPage = (view: EraseView) => {
  const { patient, notice, isHeld, open } = view;
  const waiting = open.find(({ kind }) => kind === 'erasure');
  return (
    <>
      <p class="back">
        <a href={`/dashboard/patients/${patient.id}`}>Back to the patient</a>
      </p>
      <div class="page-head">
        <h1>{`Erase ${briefly(patient)}`}</h1>
      </div>
      <FormNotice text={notice} />
      {isHeld ? (
        <Held id={patient.id} />
      ) : waiting !== undefined ? (
        <Waiting view={view} request={waiting} />
      ) : (
        <EraseForm view={view} />
      )}
    </>
  );
};

const Held = ({ id }: Pick<ShownPatient, 'id'>) => (
  <>
    <p class="notice notice-warn">
      <strong>Under a legal hold.</strong> Nothing of this patient may be erased while it stands. If it is over, an
      administrator lifts it with the reason, under “Legal holds” on the page of their data; then erase.
    </p>
    <p class="actions">
      <a href={`/dashboard/patients/${id}/rights#holds`} class="button">
        To the legal holds
      </a>
    </p>
  </>
);

const Waiting = ({ view: { patient, clock }, request }: { view: EraseView; request: ListedRequest }) => (
  <>
    <p class="notice notice-warn">
      <strong>An erasure was asked for already.</strong> {`${request.createdName} asked for it `}
      <Moment at={request.createdAt} clock={clock} />. Nothing is erased until another administrator approves it on the
      page of their data; whoever asked can take it back there.
    </p>
    <p class="actions">
      <a href={`/dashboard/patients/${patient.id}/rights`} class="button">
        To the erasure that waits
      </a>
    </p>
  </>
);

const EraseForm = ({ view: { patient, needsSecond, open, clock } }: { view: EraseView }) => (
  <form class="sheet" method="post" action={`/dashboard/patients/${patient.id}/erase`}>
    <p>
      <strong>This cannot be undone, by anybody.</strong> The key of this patient is destroyed at once; nothing sealed
      with it opens again, in no copy and no backup. Copies that the platform keeps of its database last up to 30 days;
      they do not open without the key.
    </p>
    <EndsUnanswered requests={open} clock={clock} />
    {needsSecond ? (
      <p class="notice notice-warn">
        Another administrator has to approve it. Until then nothing is erased, and the request stands on the page of the
        patient.
      </p>
    ) : null}
    <h2>What is destroyed</h2>
    <ul>
      <li>Name, number, birth date, record number and marks; who obtained their consents, and the evidence.</li>
      <li>Every call with its note, transcript and events, and the tasks it left.</li>
      <li>Every recording, here and at Telnyx.</li>
      <li>Their place in the lists of campaigns.</li>
    </ul>
    <h2>What stays</h2>
    <ul>
      <li>The number on the do-not-call list, if it is there: it goes on not being called.</li>
      <li>That calls were decided on and dialled, by opaque ids and times, without the number.</li>
      <li>Who did what and when in the audit lines, and what calls cost.</li>
      <li>That somebody agreed to be called, when and for what, without whose consent it was.</li>
      <li>That there was emergency access, and how it was judged, without the words of it.</li>
      <li>That there were legal holds, requests and disclosures, without a word of them.</li>
    </ul>
    <label>
      {`Type ${lastDigits(patient)}, the last digits of the number, to confirm`}
      <input name="confirmation" required autocomplete="off" inputmode="numeric" maxlength={10} />
    </label>
    <div class="form-actions">
      <button type="submit" class="danger">
        {needsSecond ? 'Ask for the erasure' : 'Erase this patient'}
      </button>
      <a href={`/dashboard/patients/${patient.id}`}>Keep them</a>
    </div>
  </form>
);

const PROGRESS: Readonly<Record<Job['status'] | 'none', string>> = {
  waiting: 'Their rows and recordings are being removed now. You may leave this page.',
  done: 'Their rows and recordings have been removed as well.',
  dead: 'Removing the rest was given up. Nothing opens any more, but an administrator should try again under Background work.',
  none: 'Their rows and recordings have been removed as well.',
};

export const ErasedPatientPage = ({ id, job }: { id: string; job: Job | null }) => (
  <section class="lone">
    <h1>This patient was erased</h1>
    <p>Nothing about them can be read any more.</p>
    <ErasureProgress id={id} job={job} />
    <p class="actions">
      <a href="/dashboard/patients" class="button">
        All patients
      </a>
    </p>
  </section>
);

export const ErasureProgress = ({ id, job }: { id: string; job: Job | null }) => {
  const status = job?.status ?? 'none';
  const polling =
    status === 'waiting'
      ? {
          'hx-get': `/dashboard/fragments/patients/${id}/erasure`,
          'hx-trigger': 'every 2s',
          'hx-swap': 'outerHTML',
        }
      : {};
  return (
    <p id="erasure" class={`notice ${status === 'dead' ? 'notice-bad' : 'notice-live'}`} role="status" {...polling}>
      {PROGRESS[status]}
    </p>
  );
};

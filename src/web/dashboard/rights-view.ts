/** What the page of a patient's own data is made of, for each of its parts. */
import type { Disclosure, HandedOn } from '../../store/disclosures.ts';
import type { Hold } from '../../store/holds.ts';
import type { PatientRequest } from '../../store/patient-requests.ts';
import type { ShownPatient } from '../shown-patient.ts';
import type { ClinicClock } from './clinic-clock.tsx';
import type { Viewer } from './viewer.ts';

/** `form`: which of the page, or the id of the request that it answers. */
export interface SentRights {
  readonly form: string;
  readonly fields: Readonly<Record<string, string>>;
}
/** What was typed into a form that was refused; null: it was not this one. */
export const typedInto = ({ sent }: RightsView, form: string): SentRights['fields'] | null =>
  sent?.form === form ? sent.fields : null;

export interface RightsView {
  readonly patient: ShownPatient;
  readonly requests: readonly PatientRequest[];
  /** Whether this person may say the second word on the erasure that waits. */
  readonly mayApprove: boolean;
  /** Also one who became an administrator too lately to approve it. */
  readonly mayRefuse: boolean;
  readonly isHeld: boolean;
  /** Null, as the next two: not theirs to see. */
  readonly holds: readonly Hold[] | null;
  readonly disclosures: { readonly items: readonly Disclosure[]; readonly handedOn: readonly HandedOn[] } | null;
  /** What was done, and led here; or why it was not. */
  readonly outcome: string | null;
  readonly notice: string | null;
  /** The form that was refused. */
  readonly sent: SentRights | null;
  readonly viewer: Viewer;
  readonly clock: ClinicClock;
  readonly now: number;
}

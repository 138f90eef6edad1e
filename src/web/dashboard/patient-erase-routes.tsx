/** Erasing a patient, and what is left to see of one who was erased. */
import { standingHold } from '../../store/holds.ts';
import { findJob } from '../../store/jobs.ts';
import { openRequestsOf } from '../../store/patient-requests.ts';
import { knownPatient } from '../change-patient.ts';
import { erasePatient, isErased } from '../erase-patient.ts';
import { notFound, Problem } from '../errors.ts';
import { readFields } from '../read-body.ts';
import { type Ask, type Route, type RouteSpec, route } from '../route.ts';
import { needsSecond } from '../second-person.ts';
import { shownPatient } from '../shown-patient.ts';
import { clinicClock } from './clinic-clock.tsx';
import { page } from './layout.tsx';
import { onePatient } from './patient-answer.tsx';
import { ErasePatientPage, ErasureProgress, lastDigits } from './patient-erase-page.tsx';
import { patientFrame } from './patient-frame.ts';
import { ERASE_ROLES } from './viewer.ts';

const eraser = { roles: ERASE_ROLES, phi: true, params: onePatient.params } as const;

type One = RouteSpec & { params: typeof onePatient.params };

async function answerErase(ask: Ask<One>, notice: string | null, status: 200 | 409 | 422) {
  const patient = await knownPatient(ask, ask.params.patient_id);
  const { db, config, now } = ask;
  const [hold, open, second] = await Promise.all([
    standingHold(db, patient.id),
    openRequestsOf(db, patient.id),
    needsSecond(ask),
  ]);
  const view = {
    ...{ patient: shownPatient(ask.actor, patient), notice, needsSecond: second, isHeld: hold !== null, open },
    clock: clinicClock(config.clinic.timeZone, now),
  };
  const children = <ErasePatientPage {...view} />;
  return ask.c.html(page({ ...(await patientFrame(ask)), title: 'Erase a patient', children }), status);
}

const eraseForm = route(
  { ...eraser, method: 'GET', path: '/dashboard/patients/:patient_id/erase', audit: 'page.erase_patient' },
  (ask) => answerErase(ask, null, 200),
);

const IN_THE_WAY: Readonly<Record<string, string>> = {
  call_live: 'A call to this patient is under way. Hang it up, or wait until it is over, then erase.',
  database_set_back:
    'The database was set back to an earlier time, or cannot be checked just now: a legal hold may be missing in it. It is made whole by itself, so erase again in some minutes. The doctor, under Settings, says whether it is whole.',
  legal_hold: 'This patient is under a legal hold.',
  role_too_new:
    'You became an administrator, or your roles were changed, less than a day ago: so long you have no say in what takes two people. Ask again tomorrow.',
  administrator_left:
    'An administrator was taken off the list less than a day ago, so nobody erases alone yet. Ask again tomorrow.',
  retention_minimum:
    'Their record has to be kept for longer by the law of the state. See RECORD_MINIMUM_YEARS under Settings.',
  open_red_flag: 'A red flag of this patient waits under Tasks. Somebody has to see to it first, then erase.',
};

const erase = route(
  { ...eraser, method: 'POST', path: '/dashboard/patients/:patient_id/erase', audit: 'patient.erase' },
  async (ask) => {
    const patient = await knownPatient(ask, ask.params.patient_id);
    const { confirmation = '' } = await readFields(ask.c.req.raw);
    if (confirmation.trim() !== lastDigits(shownPatient(ask.actor, patient)))
      return answerErase(ask, 'Nothing was erased: what was typed is not the last digits of the number.', 422);
    try {
      const { status } = await erasePatient(ask, patient.id);
      if (status === 'waiting') return ask.c.redirect(`/dashboard/patients/${patient.id}/rights?done=waiting`, 303);
    } catch (error) {
      const notice = error instanceof Problem ? IN_THE_WAY[error.code] : undefined;
      if (notice === undefined) throw error;
      return answerErase(ask, `Nothing was erased. ${notice}`, 409);
    }
    return ask.c.redirect(`/dashboard/patients/${patient.id}`, 303);
  },
);

const erasure = route(
  {
    ...{ ...onePatient, method: 'GET', path: '/dashboard/fragments/patients/:patient_id/erasure', phi: false },
    audit: 'page.erasure_poll',
  },
  async (ask) => {
    const id = ask.params.patient_id;
    if (!(await isErased(ask, id))) throw notFound();
    return ask.c.html(<ErasureProgress id={id} job={await findJob(ask.db, 'erase_patient', id)} />);
  },
);

export const patientEraseRoutes: readonly Route[] = [eraseForm, erase, erasure];

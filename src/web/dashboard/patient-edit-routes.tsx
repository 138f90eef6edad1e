/** Changing what is known of a patient. The form comes back as it was sent when it is refused. */
import { changePatient, knownPatient } from '../change-patient.ts';
import { Problem } from '../errors.ts';
import { readFields } from '../read-body.ts';
import { type Ask, type Route, route } from '../route.ts';
import { refuseIfHidden, seesWhole } from '../shown-patient.ts';
import { clinicClock } from './clinic-clock.tsx';
import { CHECK_FIELDS } from './form-field.tsx';
import { page } from './layout.tsx';
import { onePatient, toPatientPost } from './patient-answer.tsx';
import { checkedPatient, formOf } from './patient-form.ts';
import { EditPatientPage } from './patient-form-page.tsx';
import { patientFrame } from './patient-frame.ts';

async function answerEdit(
  ask: Ask,
  view: Omit<Parameters<typeof EditPatientPage>[0], 'today'>,
  status: 200 | 409 | 422,
) {
  const { today } = clinicClock(ask.config.clinic.timeZone, ask.now);
  const children = <EditPatientPage {...view} today={today} />;
  return ask.c.html(page({ ...(await patientFrame(ask)), title: 'Edit patient', children }), status);
}

/** A form to change something in shows it whole. */
const edit = route(
  { ...onePatient, method: 'GET', path: '/dashboard/patients/:patient_id/edit', audit: 'patient.reveal' },
  async (ask) => {
    const patient = await knownPatient(ask, ask.params.patient_id);
    if (!seesWhole(ask.actor)) throw new Problem(403, 'forbidden');
    refuseIfHidden(ask.actor, patient);
    return answerEdit(ask, { id: patient.id, form: formOf(patient), notice: null }, 200);
  },
);

const CHANGED_MEANWHILE =
  'Somebody has changed this patient since you opened the form. What you typed is still here; save again to put it over theirs.';

const save = route(
  { ...toPatientPost, path: '/dashboard/patients/:patient_id/edit', audit: 'patient.change' },
  async (ask) => {
    const id = ask.params.patient_id;
    if (!seesWhole(ask.actor)) throw new Problem(403, 'forbidden');
    const values = await readFields(ask.c.req.raw);
    const checked = checkedPatient(values);
    if (!checked.ok)
      return answerEdit(ask, { id, form: { values, problems: checked.problems }, notice: CHECK_FIELDS }, 422);
    const { flags: _, ...changes } = checked.value;
    // What is no moment is none at which anything was written.
    const seenAt = Number(values['seen_at'] ?? '') || 0;
    if ((await changePatient(ask, id, changes, seenAt)) === 'changed') {
      const { updatedAt } = await knownPatient(ask, id);
      const form = { values: { ...values, seen_at: String(updatedAt) }, problems: new Map<string, string>() };
      return answerEdit(ask, { id, form, notice: CHANGED_MEANWHILE }, 409);
    }
    return ask.c.redirect(`/dashboard/patients/${id}?done=saved`, 303);
  },
);

export const patientEditRoutes: readonly Route[] = [edit, save];

/** The page of one patient, and what can be done there. Each form comes back as it was sent when it is refused. */
import * as z from 'zod';
import { PATIENT_FLAGS } from '../../domain/campaign/gate-policy.ts';
import { LANGUAGES } from '../../domain/intake/questionnaire.ts';
import { findJob } from '../../store/jobs.ts';
import { getPatient } from '../../store/patients.ts';
import { callRefusal, STOPPED } from '../call-refusals.ts';
import { addConsent, changePatient, endConsent, knownPatient } from '../change-patient.ts';
import { isErased } from '../erase-patient.ts';
import { notFound, Problem } from '../errors.ts';
import { pageCursor } from '../page-cursor.ts';
import { placePatientCall } from '../place-patient-call.ts';
import { readFields } from '../read-body.ts';
import { hangUp, storedCall } from '../read-call.ts';
import { type Route, route } from '../route.ts';
import { shownPatient } from '../shown-patient.ts';
import { line } from '../text-line.ts';
import { clinicClock } from './clinic-clock.tsx';
import { dialingView } from './dialing-view.ts';
import { CHECK_FIELDS, EMPTY_FORM } from './form-field.tsx';
import { page } from './layout.tsx';
import { answerPatient, historyOf, itemQuery, onePatient, patientId, toPatientPost } from './patient-answer.tsx';
import { PatientCalls } from './patient-calls.tsx';
import { ErasedPatientPage } from './patient-erase-page.tsx';
import { checkedConsent } from './patient-form.ts';
import { patientFrame } from './patient-frame.ts';
import { PatientWho } from './patient-who.tsx';
import { viewerOf } from './viewer.ts';

const show = route(
  { ...onePatient, method: 'GET', path: '/dashboard/patients/:patient_id', audit: 'page.patient', query: itemQuery },
  async (ask) => {
    const id = ask.params.patient_id;
    const patient = await getPatient(ask.db, ask.config.keyRing, id);
    if (patient !== null) return answerPatient(ask, patient, { query: ask.query });
    if (!(await isErased(ask, id))) throw notFound();
    const children = <ErasedPatientPage id={id} job={await findJob(ask.db, 'erase_patient', id)} />;
    return ask.c.html(page({ ...(await patientFrame(ask)), title: 'Erased patient', children }));
  },
);

const reveal = route(
  { ...toPatientPost, path: '/dashboard/patients/:patient_id/reveal', audit: 'patient.reveal' },
  async (ask) => {
    const patient = await knownPatient(ask, ask.params.patient_id);
    if (ask.c.req.header('HX-Request') !== 'true') return answerPatient(ask, patient, { revealed: true });
    const clock = clinicClock(ask.config.clinic.timeZone, ask.now);
    return ask.c.html(<PatientWho patient={shownPatient(ask.actor, patient)} revealed clock={clock} />);
  },
);

const call = route(
  { ...toPatientPost, path: '/dashboard/patients/:patient_id/call', audit: 'call.place' },
  async (ask) => {
    const patient = await knownPatient(ask, ask.params.patient_id);
    const values = await readFields(ask.c.req.raw);
    const refused = (notice: string, problems: ReadonlyMap<string, string>) =>
      answerPatient(ask, patient, { call: { form: { values, problems }, notice } }, 422);
    const language = z.enum(LANGUAGES).safeParse(values['call_language']);
    const consent = checkedConsent(values, ask.now, 'call_');
    if (!consent.ok) return refused(CHECK_FIELDS, consent.problems);
    try {
      const placed = await placePatientCall(ask, {
        ...{ phoneNumber: patient.phoneNumber, patientId: patient.id, questionnaireId: null },
        ...{ language: language.success ? language.data : null, consent: consent.value },
      });
      const seen = viewerOf(ask.actor).seesCalls;
      return ask.c.redirect(
        seen ? `/dashboard/calls/${placed.id}` : `/dashboard/patients/${patient.id}?done=called`,
        303,
      );
    } catch (error) {
      if (!(error instanceof Problem) || error.status >= 500) throw error;
      const notice = callRefusal(error.code, error.details.detail, viewerOf(ask.actor).resumesDialing);
      const dialing = error.code === STOPPED ? await dialingView(ask) : null;
      return answerPatient(ask, patient, { dialing, call: { form: { values, problems: new Map() }, notice } }, 409);
    }
  },
);

/** For whoever does not see the page of a call. */
const hangup = route(
  {
    ...{ ...toPatientPost, path: '/dashboard/patients/:patient_id/calls/:call_id/hangup', audit: 'call.hangup' },
    params: z.strictObject({ patient_id: patientId, call_id: z.string().regex(/^call_[0-9a-f-]{36,64}$/) }),
  },
  async (ask) => {
    const { patient_id: id, call_id } = ask.params;
    if ((await storedCall(ask, call_id)).patientId !== id) throw notFound();
    try {
      await hangUp(ask, call_id);
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'not_live') throw error;
      return ask.c.redirect(`/dashboard/patients/${id}?done=over#calls`, 303);
    }
    return ask.c.redirect(`/dashboard/patients/${id}?done=hung_up#calls`, 303);
  },
);

const consent = route(
  { ...toPatientPost, path: '/dashboard/patients/:patient_id/consents', audit: 'consent.add' },
  async (ask) => {
    const id = ask.params.patient_id;
    const values = await readFields(ask.c.req.raw);
    const checked = checkedConsent(values, ask.now);
    if (checked.ok && checked.value !== null) {
      await addConsent(ask, id, checked.value, null);
      return ask.c.redirect(`/dashboard/patients/${id}?done=consented#consents`, 303);
    }
    const problems = checked.ok ? new Map([['consent_basis', 'Choose how consent was given.']]) : checked.problems;
    const form = { form: { values, problems }, notice: CHECK_FIELDS };
    return answerPatient(ask, await knownPatient(ask, id), { consent: form }, 422);
  },
);

const revoke = route(
  {
    ...{
      ...toPatientPost,
      path: '/dashboard/patients/:patient_id/consents/:consent_id/revoke',
      audit: 'consent.revoke',
    },
    params: z.strictObject({ patient_id: patientId, consent_id: z.string().regex(/^con_[0-9a-f-]{36}$/) }),
  },
  async (ask) => {
    const { patient_id: id, consent_id } = ask.params;
    const { reason = '' } = await readFields(ask.c.req.raw);
    const words = line(500).safeParse(reason);
    const refused = async (notice: string) =>
      answerPatient(ask, await knownPatient(ask, id), { consent: { form: EMPTY_FORM, notice } }, 409);
    if (!words.success) return refused('Not ended: say why, in one line of plain words.');
    try {
      await endConsent(ask, id, consent_id, words.data);
    } catch (error) {
      if (error instanceof Problem && error.code === 'not_in_force') return refused('This consent had ended already.');
      throw error;
    }
    return ask.c.redirect(`/dashboard/patients/${id}?done=ended#consents`, 303);
  },
);

const flags = route(
  { ...toPatientPost, path: '/dashboard/patients/:patient_id/flags', audit: 'patient.flag' },
  async (ask) => {
    const id = ask.params.patient_id;
    const fields = await readFields(ask.c.req.raw);
    await changePatient(ask, id, { flags: PATIENT_FLAGS.filter((flag) => fields[flag] === 'true') });
    return ask.c.redirect(`/dashboard/patients/${id}?done=marked`, 303);
  },
);

const calls = route(
  {
    ...{
      ...onePatient,
      method: 'GET',
      path: '/dashboard/fragments/patients/:patient_id/calls',
      audit: 'page.patient_poll',
    },
    query: z.strictObject({ cursor: pageCursor('call').optional() }),
  },
  async (ask) => {
    const { id } = await knownPatient(ask, ask.params.patient_id);
    return ask.c.html(<PatientCalls {...(await historyOf(ask, id, ask.query.cursor))} />);
  },
);

export const patientPageRoutes: readonly Route[] = [show, reveal, call, hangup, consent, revoke, flags, calls];

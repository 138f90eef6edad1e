/** The page of one patient, and what can be done there. Each form comes back as it was sent when it is refused. */
import * as z from 'zod';
import { PATIENT_FLAGS } from '../../domain/campaign/gate-policy.ts';
import { LANGUAGES } from '../../domain/intake/questionnaire.ts';
import { listCalls } from '../../store/calls.ts';
import { findJob } from '../../store/jobs.ts';
import { noteStatuses } from '../../store/notes.ts';
import { getPatient, type Patient } from '../../store/patients.ts';
import { activeSuppression } from '../../store/suppression-list.ts';
import { isSuppressed } from '../../store/suppressions.ts';
import { tasksOfPatient } from '../../store/tasks.ts';
import { addConsent, changePatient, endConsent, knownPatient, listConsents } from '../change-patient.ts';
import { erasePatient } from '../erase-patient.ts';
import { notFound, Problem } from '../errors.ts';
import { accessTo, sees } from '../field-access.ts';
import { cursorText, pageCursor } from '../page-cursor.ts';
import { placePatientCall } from '../place-patient-call.ts';
import { readFields } from '../read-body.ts';
import { hangUp, storedCall } from '../read-call.ts';
import { type Ask, type Route, type RouteSpec, route } from '../route.ts';
import { seesWhole, shownPatient } from '../shown-patient.ts';
import { line } from '../text-line.ts';
import { callRefusal } from './call-refusals.ts';
import { clinicClock } from './clinic-clock.tsx';
import { CHECK_FIELDS, EMPTY_FORM } from './form-field.tsx';
import { page } from './layout.tsx';
import { type CallHistory, PatientCalls } from './patient-calls.tsx';
import { ErasedPatientPage, ErasePatientPage, ErasureProgress, lastDigits } from './patient-erase-page.tsx';
import { checkedConsent, checkedPatient, formOf } from './patient-form.ts';
import { EditPatientPage } from './patient-form-page.tsx';
import { patientFrame } from './patient-list-routes.tsx';
import { PatientPage, type SentForm } from './patient-page.tsx';
import { PatientWho } from './patient-who.tsx';
import { ERASE_ROLES, PATIENT_ROLES, viewerOf } from './viewer.ts';

const PAGE_SIZE = 10;
const MOST_TASKS = 20;
const patientId = z.string().regex(/^pat_[0-9a-f-]{36,64}$/);
const one = z.strictObject({ patient_id: patientId });
const people = { roles: PATIENT_ROLES, phi: true, params: one } as const;
const posted = { ...people, method: 'POST' } as const;

const OUTCOMES = {
  created: 'The patient is on file.',
  saved: 'The changes are saved.',
  marked: 'The marks are saved. They count from the next call.',
  consented: 'The consent is on file.',
  ended: 'The consent has ended.',
  called: 'The call is placed. What becomes of it shows below.',
  hung_up: 'The call is being hung up.',
  over: 'This call was already over.',
} as const;
const itemQuery = z.strictObject({
  cursor: pageCursor('call').optional(),
  done: z.enum(Object.keys(OUTCOMES) as (keyof typeof OUTCOMES)[]).optional(),
});
type Query = z.output<typeof itemQuery>;

async function historyOf(ask: Ask, id: string, cursor: Query['cursor'] | null): Promise<CallHistory> {
  const { db, config, actor, now } = ask;
  const filter = { limit: PAGE_SIZE, cursor: cursor ?? null, patientId: id };
  const { items: calls, nextCursor } = await listCalls(db, config.keyRing, filter);
  return {
    ...{ patientId: id, calls, viewer: viewerOf(actor), now, clock: clinicClock(config.clinic.timeZone, now) },
    notes: await noteStatuses(
      db,
      calls.map((call) => call.id),
    ),
    ...{ cursor: cursorText(cursor ?? null), nextCursor: cursorText(nextCursor) },
  };
}

interface Shown {
  readonly revealed?: boolean;
  readonly call?: SentForm;
  readonly consent?: SentForm;
  readonly query?: Query;
}
const UNSENT: SentForm = { form: EMPTY_FORM, notice: null };

async function standingOf({ db, config }: Ask, { phoneNumber }: Patient) {
  const [row, suppressed] = await Promise.all([
    activeSuppression(db, config.keyRing, phoneNumber),
    isSuppressed(db, config.keyRing, phoneNumber),
  ]);
  return { suppressed, since: row?.createdAt ?? null };
}

async function answerPatient(ask: Ask, patient: Patient, shown: Shown, status: 200 | 409 | 422 = 200) {
  const { db, config, actor, now } = ask;
  const { id } = patient;
  const [consents, history, standing] = await Promise.all([
    sees(actor, 'consent_evidence') ? listConsents(ask, id) : null,
    sees(actor, 'call_status') ? historyOf(ask, id, shown.query?.cursor ?? null) : null,
    accessTo(actor, 'suppressed_numbers') === 'none' ? null : standingOf(ask, patient),
  ]);
  const tasks = sees(actor, 'tasks') ? await tasksOfPatient(db, id, MOST_TASKS) : null;
  const view = {
    ...{ patient: shownPatient(actor, patient), consents, history, tasks, standing, now },
    ...{ viewer: viewerOf(actor), clock: clinicClock(config.clinic.timeZone, now), revealed: shown.revealed ?? false },
    ...{ call: shown.call ?? UNSENT, consent: shown.consent ?? UNSENT },
    outcome: shown.query?.done === undefined ? null : OUTCOMES[shown.query.done],
  };
  const children = <PatientPage {...view} />;
  return ask.c.html(page({ ...(await patientFrame(ask)), title: 'Patient', children }), status);
}

/** Null: they were erased. 404: there never was such a patient. */
async function patientOr404({ db, config }: Pick<Ask, 'db' | 'config'>, id: string): Promise<Patient | null> {
  const patient = await getPatient(db, config.keyRing, id);
  if (patient !== null) return patient;
  if ((await config.keyRing.vault().erasedOf([id])).length > 0) return null;
  throw notFound();
}

const show = route(
  { ...people, method: 'GET', path: '/dashboard/patients/:patient_id', audit: 'page.patient', query: itemQuery },
  async (ask) => {
    const id = ask.params.patient_id;
    const patient = await patientOr404(ask, id);
    if (patient !== null) return answerPatient(ask, patient, { query: ask.query });
    const children = <ErasedPatientPage id={id} job={await findJob(ask.db, 'erase_patient', id)} />;
    return ask.c.html(page({ ...(await patientFrame(ask)), title: 'Erased patient', children }));
  },
);

const reveal = route(
  { ...posted, path: '/dashboard/patients/:patient_id/reveal', audit: 'patient.reveal' },
  async (ask) => {
    const patient = await knownPatient(ask, ask.params.patient_id);
    if (ask.c.req.header('HX-Request') !== 'true') return answerPatient(ask, patient, { revealed: true });
    const clock = clinicClock(ask.config.clinic.timeZone, ask.now);
    return ask.c.html(<PatientWho patient={shownPatient(ask.actor, patient)} revealed clock={clock} />);
  },
);

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
  { ...people, method: 'GET', path: '/dashboard/patients/:patient_id/edit', audit: 'patient.reveal' },
  async (ask) => {
    const patient = await knownPatient(ask, ask.params.patient_id);
    if (!seesWhole(ask.actor)) throw new Problem(403, 'forbidden');
    return answerEdit(ask, { id: patient.id, form: formOf(patient), notice: null }, 200);
  },
);

const CHANGED_MEANWHILE =
  'Somebody has changed this patient since you opened the form. What you typed is still here; save again to put it over theirs.';

const save = route(
  { ...posted, path: '/dashboard/patients/:patient_id/edit', audit: 'patient.change' },
  async (ask) => {
    const id = ask.params.patient_id;
    if (!seesWhole(ask.actor)) throw new Problem(403, 'forbidden');
    const values = await readFields(ask.c.req.raw);
    const checked = checkedPatient(values);
    if (!checked.ok)
      return answerEdit(ask, { id, form: { values, problems: checked.problems }, notice: CHECK_FIELDS }, 422);
    const { updatedAt } = await knownPatient(ask, id);
    if (values['seen_at'] !== String(updatedAt)) {
      const form = { values: { ...values, seen_at: String(updatedAt) }, problems: new Map<string, string>() };
      return answerEdit(ask, { id, form, notice: CHANGED_MEANWHILE }, 409);
    }
    const { flags: _, ...changes } = checked.value;
    await changePatient(ask, id, changes);
    return ask.c.redirect(`/dashboard/patients/${id}?done=saved`, 303);
  },
);

const call = route({ ...posted, path: '/dashboard/patients/:patient_id/call', audit: 'call.place' }, async (ask) => {
  const patient = await knownPatient(ask, ask.params.patient_id);
  const values = await readFields(ask.c.req.raw);
  const refused = (notice: string, problems: ReadonlyMap<string, string>, status: 409 | 422) =>
    answerPatient(ask, patient, { call: { form: { values, problems }, notice } }, status);
  const language = z.enum(LANGUAGES).safeParse(values['call_language']);
  const consent = checkedConsent(values, ask.now, 'call_');
  if (!consent.ok) return refused(CHECK_FIELDS, consent.problems, 422);
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
    return refused(callRefusal(error.code), new Map(), 409);
  }
});

const consent = route(
  { ...posted, path: '/dashboard/patients/:patient_id/consents', audit: 'consent.add' },
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
    ...{ ...posted, path: '/dashboard/patients/:patient_id/consents/:consent_id/revoke', audit: 'consent.revoke' },
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
  { ...posted, path: '/dashboard/patients/:patient_id/flags', audit: 'patient.flag' },
  async (ask) => {
    const id = ask.params.patient_id;
    const fields = await readFields(ask.c.req.raw);
    await changePatient(ask, id, { flags: PATIENT_FLAGS.filter((flag) => fields[flag] === 'true') });
    return ask.c.redirect(`/dashboard/patients/${id}?done=marked`, 303);
  },
);

/** For whoever does not see the page of a call. */
const hangup = route(
  {
    ...{ ...posted, path: '/dashboard/patients/:patient_id/calls/:call_id/hangup', audit: 'call.hangup' },
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

const calls = route(
  {
    ...{
      ...people,
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

const eraser = { roles: ERASE_ROLES, phi: true, params: one } as const;
type One = RouteSpec & { params: typeof one };

async function answerErase(ask: Ask<One>, notice: string | null, status: 200 | 409 | 422) {
  const patient = await knownPatient(ask, ask.params.patient_id);
  const children = <ErasePatientPage patient={shownPatient(ask.actor, patient)} notice={notice} />;
  return ask.c.html(page({ ...(await patientFrame(ask)), title: 'Erase a patient', children }), status);
}

const eraseForm = route(
  { ...eraser, method: 'GET', path: '/dashboard/patients/:patient_id/erase', audit: 'page.erase_patient' },
  (ask) => answerErase(ask, null, 200),
);

const IN_THE_WAY: Readonly<Record<string, string>> = {
  call_live: 'A call to this patient is under way. Hang it up, or wait until it is over, then erase.',
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
      await erasePatient(ask, patient.id);
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
    ...{ ...people, method: 'GET', path: '/dashboard/fragments/patients/:patient_id/erasure', phi: false },
    audit: 'page.erasure_poll',
  },
  async (ask) => {
    const id = ask.params.patient_id;
    if ((await patientOr404(ask, id)) !== null) throw notFound();
    return ask.c.html(<ErasureProgress id={id} job={await findJob(ask.db, 'erase_patient', id)} />);
  },
);

export const patientPageRoutes: readonly Route[] = [
  ...[show, reveal, edit, save, call, hangup, consent, revoke, flags, calls],
  ...[eraseForm, erase, erasure],
];

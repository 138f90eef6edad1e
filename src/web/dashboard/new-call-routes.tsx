/** The page of the form behind "Call a patient", filled in for a patient where their id is given; and the form sent without a script. */
import * as z from 'zod';
import { LANGUAGES } from '../../domain/intake/questionnaire.ts';
import { getPatient, type Patient } from '../../store/patients.ts';
import { countAlerts } from '../../store/tasks.ts';
import { callRefusal, STOPPED } from '../call-refusals.ts';
import { knownPatient } from '../change-patient.ts';
import { notFound, Problem } from '../errors.ts';
import { wholeFields } from '../patient-fields.ts';
import { placePatientCall } from '../place-patient-call.ts';
import { readFields } from '../read-body.ts';
import { type Ask, type Route, route } from '../route.ts';
import { showing } from '../shown-patients.ts';
import { clinicClock } from './clinic-clock.tsx';
import { dialingView } from './dialing-view.ts';
import { CHECK_FIELDS, EMPTY_FORM } from './form-field.tsx';
import { givenUpFor } from './given-up.ts';
import { MOST_ALERTS, page } from './layout.tsx';
import { NewCallPage, type NewCallView } from './new-call-page.tsx';
import { checkedConsent } from './patient-form.ts';
import type { DialingView } from './stop-dialing.tsx';
import { typedNumber } from './typed-number.ts';
import { PLACE_ROLES, viewerOf } from './viewer.ts';

const PATH = '/dashboard/new-call';
const placers = { path: PATH, roles: PLACE_ROLES, phi: true } as const;
const patientId = z.string().regex(/^pat_[0-9a-f-]{36,64}$/);

async function answer(
  ask: Ask,
  view: Pick<NewCallView, 'patient' | 'form' | 'notice'>,
  status: 200 | 409 | 422,
  dialing: DialingView | null = null,
) {
  const { c, config, db, actor, now } = ask;
  showing(c, [view.patient?.id ?? null]);
  return c.html(
    page({
      title: 'Call a patient',
      clinicName: config.clinic.name,
      viewer: viewerOf(actor),
      alerts: await countAlerts(db, MOST_ALERTS),
      givenUp: await givenUpFor(ask),
      ...{ current: 'new-call', dialing },
      children: (
        <NewCallPage {...view} today={clinicClock(config.clinic.timeZone, now).today} viewer={viewerOf(actor)} />
      ),
    }),
    status,
  );
}

/** The fields of a consent are named as the API nests them. */
const nested = (name: string): string => name.replace(/^consent_/, 'consent.');
const flat = (name: string): string => name.replace(/^consent\./, 'consent_');

const show = route(
  {
    ...{ ...placers, method: 'GET', audit: 'page.new_call' },
    query: z.strictObject({ patient_id: patientId.optional() }),
  },
  async (ask) => {
    const { config, db, query } = ask;
    const patient = query.patient_id === undefined ? null : await getPatient(db, config.keyRing, query.patient_id);
    if (query.patient_id !== undefined && patient === null) throw notFound();
    const values: Record<string, string> = patient === null ? {} : { phone_number: patient.phoneNumber };
    return answer(ask, { patient, form: { ...EMPTY_FORM, values }, notice: null }, 200);
  },
);

async function patientOf(ask: Ask, id: string | undefined): Promise<Patient | null> {
  if (id === undefined || id === '') return null;
  if (!patientId.safeParse(id).success) throw notFound();
  return knownPatient(ask, id);
}

const place = route({ ...placers, method: 'POST', audit: 'call.place' }, async (ask) => {
  const values = await readFields(ask.c.req.raw);
  const patient = await patientOf(ask, values['patient_id']);
  const number = wholeFields.phone_number.safeParse(typedNumber(values['phone_number'] ?? ''));
  const language = z.enum(LANGUAGES).safeParse(values['language']);
  const consent = checkedConsent(
    Object.fromEntries(Object.entries(values).map(([name, value]) => [flat(name), value])),
    ask.now,
  );
  if (!number.success || !consent.ok) {
    const problems = new Map([
      ...(number.success ? [] : [['phone_number', 'This is not a US number that can be called.'] as const]),
      ...(consent.ok ? [] : [...consent.problems].map(([name, words]) => [nested(name), words] as const)),
    ]);
    return answer(ask, { patient, form: { values, problems }, notice: CHECK_FIELDS }, 422);
  }
  try {
    const placed = await placePatientCall(ask, {
      ...{ phoneNumber: number.data, patientId: patient?.id ?? null, questionnaireId: null },
      ...{ language: language.success ? language.data : null, consent: consent.value },
    });
    const where = viewerOf(ask.actor).seesCalls ? `calls/${placed.id}` : `patients/${placed.patientId}?done=called`;
    return ask.c.redirect(`/dashboard/${where}`, 303);
  } catch (error) {
    if (!(error instanceof Problem) || error.status >= 500) throw error;
    const notice = callRefusal(error.code, error.details.detail, viewerOf(ask.actor).resumesDialing);
    const dialing = error.code === STOPPED ? await dialingView(ask) : null;
    return answer(ask, { patient, form: { values, problems: new Map() }, notice }, 409, dialing);
  }
});

export const newCallRoutes: readonly Route[] = [show, place];

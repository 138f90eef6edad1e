/** The pages about patients together: the list and the search, putting one on file, and reading in a list. */
import * as z from 'zod';
import { listPatients, type PatientFilter } from '../../store/find-patients.ts';
import { getImport } from '../../store/imports.ts';
import { isUsNumber } from '../../us-number.ts';
import { addPatient } from '../change-patient.ts';
import { notFound, Problem } from '../errors.ts';
import { beginPatientImport } from '../import-patients.ts';
import { birthDate } from '../patient-fields.ts';
import { readFields } from '../read-body.ts';
import { MAX_LIST_BYTES } from '../read-list-file.ts';
import { readUpload } from '../read-upload.ts';
import { type Ask, type Route, route } from '../route.ts';
import { shownPatient } from '../shown-patient.ts';
import { showing } from '../shown-patients.ts';
import { clinicClock } from './clinic-clock.tsx';
import { CHECK_FIELDS, EMPTY_FORM } from './form-field.tsx';
import { page } from './layout.tsx';
import { checkedConsent, checkedPatient, together } from './patient-form.ts';
import { NewPatientPage } from './patient-form-page.tsx';
import { patientFrame } from './patient-frame.ts';
import { ImportPatientsPage, PatientImportRefused, PatientImportStatus } from './patient-import-page.tsx';
import { type PatientList, PatientsPage, SEARCH_FIELDS } from './patients-page.tsx';
import { typedNumber } from './typed-number.ts';
import { PATIENT_ROLES } from './viewer.ts';

const PAGE_SIZE = 25;
const people = { roles: PATIENT_ROLES, phi: true } as const;
const idOf = (kind: string) => z.string().regex(new RegExp(`^${kind}_[0-9a-f-]{36,64}$`));
const cursor = idOf('pat').optional();

async function found(ask: Ask, filter: Omit<PatientFilter, 'limit'>) {
  const { items, nextCursor } = await listPatients(ask.db, ask.config.keyRing, { ...filter, limit: PAGE_SIZE });
  showing(
    ask.c,
    items.map(({ id }) => id),
  );
  return { patients: items.map((each) => shownPatient(ask.actor, each)), cursor: filter.cursor, nextCursor };
}

async function answerList(ask: Ask, list: Omit<PatientList, 'clock'>, status: 200 | 422 = 200) {
  const clock = clinicClock(ask.config.clinic.timeZone, ask.now);
  const children = <PatientsPage {...list} clock={clock} />;
  return ask.c.html(page({ ...(await patientFrame(ask)), title: 'Patients', children }), status);
}

const show = route(
  { ...people, method: 'GET', path: '/dashboard/patients', audit: 'page.patients', query: z.strictObject({ cursor }) },
  async (ask) =>
    answerList(ask, { ...(await found(ask, { cursor: ask.query.cursor ?? null })), search: null, notice: null }),
);

const SEARCH_WORDS: Readonly<Record<string, string>> = {
  family_name: 'The family name as it is on file, as plain text.',
  date_of_birth: 'A day from 1900 to today, together with a name or a number.',
  number: 'A US number of ten digits, or its last four.',
  external_id: 'As it is on file, without spaces.',
};
const searched = z.object({
  family_name: z.string().trim().min(1).max(100).optional(),
  date_of_birth: birthDate.optional(),
  number: z
    .string()
    .transform((text) => (/^\s*\d{4}\s*$/.test(text) ? text.trim() : typedNumber(text)))
    .refine((text) => text.length === 4 || isUsNumber(text))
    .optional(),
  external_id: z.string().trim().max(64).optional(),
});

const search = route(
  { ...people, method: 'POST', path: '/dashboard/patients/search', audit: 'patient.search' },
  async (ask) => {
    const fields = await readFields(ask.c.req.raw);
    const values = Object.fromEntries(SEARCH_FIELDS.map((name) => [name, (fields[name] ?? '').trim()]));
    const filled = Object.fromEntries(Object.entries(values).filter(([, text]) => text !== ''));
    const { data, error } = searched.safeParse(filled);
    const nothing = { patients: [], cursor: null, nextCursor: null };
    if (data === undefined) {
      const problems = new Map(
        error.issues.map(({ path }) => [String(path[0]), SEARCH_WORDS[String(path[0])] ?? CHECK_FIELDS]),
      );
      return answerList(ask, { ...nothing, search: { values, problems }, notice: CHECK_FIELDS }, 422);
    }
    const { family_name, date_of_birth, number, external_id } = data;
    if (family_name === undefined && number === undefined && external_id === undefined) {
      const notice = 'Say a family name, a number, its last four digits or a record number.';
      return answerList(ask, { ...nothing, search: { values, problems: new Map() }, notice }, 422);
    }
    const after = idOf('pat').safeParse(fields['cursor']);
    const list = await found(ask, {
      cursor: after.success ? after.data : null,
      ...(family_name === undefined ? {} : { familyName: family_name }),
      ...(date_of_birth === undefined ? {} : { dateOfBirth: date_of_birth }),
      ...(number === undefined ? {} : number.length === 4 ? { lastFour: number } : { phoneNumber: number }),
      ...(external_id === undefined ? {} : { externalId: external_id }),
    });
    return answerList(ask, { ...list, search: { values, problems: new Map() }, notice: null });
  },
);

async function answerNew(ask: Ask, view: Omit<Parameters<typeof NewPatientPage>[0], 'today'>, status: 200 | 422 = 200) {
  const { today } = clinicClock(ask.config.clinic.timeZone, ask.now);
  const children = <NewPatientPage {...view} today={today} />;
  return ask.c.html(page({ ...(await patientFrame(ask)), title: 'New patient', children }), status);
}

const blank = route(
  { ...people, method: 'GET', path: '/dashboard/patients/new', audit: 'page.new_patient', phi: false },
  (ask) => answerNew(ask, { form: EMPTY_FORM, notice: null }),
);

const create = route(
  { ...people, method: 'POST', path: '/dashboard/patients', audit: 'patient.create' },
  async (ask) => {
    const values = await readFields(ask.c.req.raw);
    const [patient, consent] = [checkedPatient(values), checkedConsent(values, ask.now)];
    if (!patient.ok || !consent.ok)
      return answerNew(ask, { form: { values, problems: together(patient, consent) }, notice: CHECK_FIELDS }, 422);
    const { id } = await addPatient(ask, patient.value, consent.value);
    return ask.c.redirect(`/dashboard/patients/${id}?done=created`, 303);
  },
);

const importForm = route(
  { ...people, method: 'GET', path: '/dashboard/patients/import', audit: 'page.import_patients', phi: false },
  async (ask) => {
    const { today } = clinicClock(ask.config.clinic.timeZone, ask.now);
    const children = <ImportPatientsPage today={today} />;
    return ask.c.html(page({ ...(await patientFrame(ask)), title: 'Import patients', children }));
  },
);

const REFUSED: Readonly<Record<string, string>> = {
  too_large: 'The list is larger than 10 megabytes. Split it.',
  not_a_list: 'This is no list that can be read. Save the sheet as CSV (UTF-8) and choose that file.',
};

/** A fragment for the page, a page for whoever has no script. */
async function answerImport(ask: Ask, children: ReturnType<typeof PatientImportStatus>, status: 200 | 409) {
  if (ask.c.req.header('HX-Request') === 'true') return ask.c.html(children, status);
  return ask.c.html(page({ ...(await patientFrame(ask)), title: 'Import patients', children }), status);
}

const upload = route(
  { ...people, method: 'POST', path: '/dashboard/patients/import', audit: 'patient.import' },
  async (ask) => {
    try {
      const { file, fields } = await readUpload(ask.c.req.raw, MAX_LIST_BYTES.patients);
      const consent = checkedConsent(Object.fromEntries(fields), ask.now);
      if (!consent.ok) return await answerImport(ask, refusedConsent(consent.problems), 409);
      const id = await beginPatientImport(ask, file, null, consent.value);
      const list = await getImport(ask.db, id);
      if (list === null) throw new Error('an import that was just begun is not there');
      return await answerImport(ask, <PatientImportStatus list={list} />, 200);
    } catch (error) {
      if (!(error instanceof Problem) || error.status >= 500) throw error;
      const { code, details } = error;
      const text = REFUSED[code] ?? details.errors?.[0]?.detail ?? details.detail ?? 'The file could not be read.';
      return answerImport(ask, <PatientImportRefused text={text} />, 409);
    }
  },
);

const refusedConsent = (problems: ReadonlyMap<string, string>) => (
  <PatientImportRefused text={`About the consent: ${[...problems.values()].join(' ')}`} />
);

const importStatus = route(
  {
    ...{ ...people, method: 'GET', path: '/dashboard/fragments/patients/imports/:import_id', phi: false },
    ...{ audit: 'page.import_poll', params: z.strictObject({ import_id: idOf('imp') }) },
  },
  async (ask) => {
    const list = await getImport(ask.db, ask.params.import_id);
    if (list === null || list.kind !== 'patients') throw notFound();
    return ask.c.html(<PatientImportStatus list={list} />);
  },
);

export const patientListRoutes: readonly Route[] = [show, search, blank, create, importForm, upload, importStatus];

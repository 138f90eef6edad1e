/** The page of one patient as it is answered, whatever was asked there: all of it is read anew, and a refused form comes along. */

import * as z from 'zod';
import { listCalls } from '../../store/calls.ts';
import { standingHold } from '../../store/holds.ts';
import { noteStatuses } from '../../store/notes.ts';
import { openErasureOf } from '../../store/patient-requests.ts';
import type { Patient } from '../../store/patients.ts';
import { activeSuppression } from '../../store/suppression-list.ts';
import { isSuppressed } from '../../store/suppressions.ts';
import { tasksOfPatient } from '../../store/tasks.ts';
import { listConsents } from '../change-patient.ts';
import { accessTo, sees } from '../field-access.ts';
import { cursorText, pageCursor } from '../page-cursor.ts';
import type { Ask } from '../route.ts';
import { shownPatient } from '../shown-patient.ts';
import { clinicClock } from './clinic-clock.tsx';
import { EMPTY_FORM } from './form-field.tsx';
import { page } from './layout.tsx';
import type { CallHistory } from './patient-calls.tsx';
import { patientFrame } from './patient-frame.ts';
import { PatientPage, type SentForm } from './patient-page.tsx';
import type { DialingView } from './stop-dialing.tsx';
import { PATIENT_ROLES, viewerOf } from './viewer.ts';

const PAGE_SIZE = 10;

const MOST_TASKS = 20;

export const patientId = z.string().regex(/^pat_[0-9a-f-]{36,64}$/);

const one = z.strictObject({ patient_id: patientId });

export const onePatient = { roles: PATIENT_ROLES, phi: true, params: one } as const;

export const toPatientPost = { ...onePatient, method: 'POST' } as const;

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

export const itemQuery = z.strictObject({
  cursor: pageCursor('call').optional(),
  done: z.enum(Object.keys(OUTCOMES) as (keyof typeof OUTCOMES)[]).optional(),
});

type Query = z.output<typeof itemQuery>;

export async function historyOf(ask: Ask, id: string, cursor: Query['cursor'] | null): Promise<CallHistory> {
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
  readonly dialing?: DialingView | null;
}

const UNSENT: SentForm = { form: EMPTY_FORM, notice: null };

async function standingOf({ db, config }: Ask, { phoneNumber }: Patient) {
  const [row, suppressed] = await Promise.all([
    activeSuppression(db, config.keyRing, phoneNumber),
    isSuppressed(db, config.keyRing, phoneNumber),
  ]);
  return { suppressed, since: row?.createdAt ?? null };
}

export async function answerPatient(ask: Ask, patient: Patient, shown: Shown, status: 200 | 409 | 422 = 200) {
  const { db, config, actor, now } = ask;
  const { id } = patient;
  const [hold, erasure] = await Promise.all([standingHold(db, id), openErasureOf(db, id)]);
  const [consents, history, standing] = await Promise.all([
    sees(actor, 'consent_evidence') ? listConsents(ask, id) : null,
    sees(actor, 'call_status') ? historyOf(ask, id, shown.query?.cursor ?? null) : null,
    accessTo(actor, 'suppressed_numbers') === 'none' ? null : standingOf(ask, patient),
  ]);
  const tasks = sees(actor, 'tasks') ? await tasksOfPatient(db, id, MOST_TASKS) : null;
  const view = {
    ...{ patient: shownPatient(actor, patient), consents, history, tasks, standing, now },
    ...{ viewer: viewerOf(actor), clock: clinicClock(config.clinic.timeZone, now), revealed: shown.revealed ?? false },
    rights: { isHeld: hold !== null, erasureWaits: erasure !== null },
    ...{ call: shown.call ?? UNSENT, consent: shown.consent ?? UNSENT },
    outcome: shown.query?.done === undefined ? null : OUTCOMES[shown.query.done],
  };
  const children = <PatientPage {...view} />;
  const frame = { ...(await patientFrame(ask)), dialing: shown.dialing ?? null };
  return ask.c.html(page({ ...frame, title: 'Patient', children }), status);
}

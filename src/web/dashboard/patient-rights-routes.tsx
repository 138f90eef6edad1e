/** The page of a patient's own data, and what can be done there; each through the function that the API uses. */
import * as z from 'zod';
import { boundsOfDay } from '../../domain/campaign/local-day.ts';
import { DISCLOSED_THINGS, DISCLOSURE_PURPOSES } from '../../store/disclosures.ts';
import { HOLD_REASONS, standingHold } from '../../store/holds.ts';
import { addRequest, answerRequest, knownRequest, listRequestsOf, putOffRequest } from '../answer-request.ts';
import { knownPatient } from '../change-patient.ts';
import { addDisclosure, readDisclosures } from '../disclose-patient.ts';
import { approveErasure, mayApprove, mayRefuse, refuseErasureRequest } from '../erase-patient.ts';
import { notFound, Problem } from '../errors.ts';
import { EXPORT_FORMATS, EXPORT_PURPOSES } from '../export-patient.ts';
import { exportResponse } from '../export-response.ts';
import { rolesSeeing, sees } from '../field-access.ts';
import { endHold, listHolds, placeHold } from '../hold-patient.ts';
import { readFields } from '../read-body.ts';
import { type Ask, type Route, type RouteSpec, route } from '../route.ts';
import { shownPatient } from '../shown-patient.ts';
import { line } from '../text-line.ts';
import { clinicClock } from './clinic-clock.tsx';
import { page } from './layout.tsx';
import { onePatient } from './patient-answer.tsx';
import { patientFrame } from './patient-frame.ts';
import { PatientRightsPage } from './patient-rights-page.tsx';
import type { SentRights } from './rights-view.ts';
import { ERASE_ROLES, viewerOf } from './viewer.ts';

const MOST_DISCLOSURES = 50;

const OUTCOMES = {
  waiting: 'The erasure waits for another administrator. Nothing has been erased yet.',
  refused: 'The erasure was refused.',
  noted: 'The request is noted down.',
  answered: 'The answer is saved.',
  extended: 'It was put off. Tell the patient in writing why, and until when.',
  held: 'The hold stands. Nothing of this patient is removed while it does.',
  lifted: 'The hold is lifted.',
  disclosed: 'It is noted down.',
} as const;
type Done = keyof typeof OUTCOMES;

const people = { ...onePatient, roles: rolesSeeing('patient_requests') } as const;
type One = RouteSpec & { params: typeof onePatient.params };

interface Answered {
  readonly outcome?: Done;
  readonly notice?: string;
  readonly status?: 409 | 422;
  /** The form that was refused. */
  readonly sent?: SentRights;
}

async function answerRights(ask: Ask<One>, { outcome, notice, status, sent }: Answered) {
  const { db, config, actor, now } = ask;
  const id = ask.params.patient_id;
  const patient = await knownPatient(ask, id);
  const viewer = viewerOf(actor);
  const [requests, hold, holds, disclosures] = await Promise.all([
    listRequestsOf(ask, id),
    standingHold(db, id),
    viewer.erasesPatients ? listHolds(ask, id) : null,
    sees(actor, 'disclosures') ? readDisclosures(ask, id, { limit: MOST_DISCLOSURES, cursor: null }) : null,
  ]);
  const waiting = requests.find((each) => each.kind === 'erasure' && each.status === 'open');
  const view = {
    ...{ patient: shownPatient(actor, patient), requests, holds, disclosures, viewer, now },
    ...{ notice: notice ?? null, sent: sent ?? null },
    isHeld: hold !== null,
    mayApprove: waiting !== undefined && mayApprove(actor, waiting, now),
    mayRefuse: waiting !== undefined && mayRefuse(actor, waiting),
    ...{ outcome: outcome === undefined ? null : OUTCOMES[outcome], clock: clinicClock(config.clinic.timeZone, now) },
  };
  const children = <PatientRightsPage {...view} />;
  return ask.c.html(page({ ...(await patientFrame(ask)), title: 'Data of a patient', children }), status ?? 200);
}

/** What was refused is said on the page itself, and its form comes back as it was sent. */
async function done(
  ask: Ask<One>,
  outcome: Done,
  change: () => Promise<unknown>,
  sent?: SentRights,
): Promise<Response> {
  try {
    await change();
  } catch (error) {
    if (!(error instanceof Problem) || (error.status !== 409 && error.status !== 422)) throw error;
    const detail = error.details.detail ?? error.details.errors?.[0]?.detail ?? 'Please check what you entered.';
    return answerRights(ask, {
      ...{ notice: `That was not done. ${detail}`, status: error.status },
      ...(sent === undefined ? {} : { sent }),
    });
  }
  return ask.c.redirect(`/dashboard/patients/${ask.params.patient_id}/rights?done=${outcome}`, 303);
}

const bad = (detail: string) => new Problem(422, 'invalid', { detail });
/** A line that must be there; what is said of it otherwise. */
function words(text: string | undefined, most: number, otherwise: string): string {
  const checked = line(most).safeParse(text ?? '');
  if (!checked.success) throw bad(otherwise);
  return checked.data;
}
const wordsOrNull = (text: string | undefined, most: number): string | null =>
  (text ?? '').trim() === '' ? null : words(text, most, 'One line of plain words, please.');
function chosen<const T extends readonly [string, ...string[]]>(options: T, text: string | undefined): T[number] {
  const found = options.find((each) => each === text);
  if (found === undefined) throw bad('Choose one of what is offered.');
  return found;
}

const show = route(
  {
    ...{ ...people, method: 'GET', path: '/dashboard/patients/:patient_id/rights', audit: 'page.rights' },
    query: z.strictObject({ done: z.enum(Object.keys(OUTCOMES) as Done[]).optional() }),
  },
  (ask) => answerRights(ask, ask.query.done === undefined ? {} : { outcome: ask.query.done }),
);

const post = { ...people, method: 'POST' } as const;

const add = route(
  { ...post, path: '/dashboard/patients/:patient_id/rights/requests', audit: 'request.add' },
  async (ask) => {
    const fields = await readFields(ask.c.req.raw);
    return done(
      ask,
      'noted',
      async () => {
        const day = z.iso.date().safeParse(fields['received']);
        if (!day.success) throw bad('Say on which day it was received.');
        const receivedAt = Math.min(boundsOfDay(ask.config.clinic.timeZone, day.data)?.from ?? ask.now, ask.now);
        const kind = chosen(['access', 'amendment', 'accounting'], fields['kind']);
        const given = { kind, receivedAt, details: wordsOrNull(fields['details'], 2000), callId: null };
        await addRequest(ask, ask.params.patient_id, given);
      },
      { form: 'request', fields },
    );
  },
);

const oneRequest = z.strictObject({
  patient_id: onePatient.params.shape.patient_id,
  patient_request_id: z.string().regex(/^req_[0-9a-f-]{36}$/),
});
type OneRequest = RouteSpec & { params: typeof oneRequest };

/** Of this patient, or it is not there. */
async function requestId(ask: Ask<OneRequest>): Promise<string> {
  const request = await knownRequest(ask, ask.params.patient_request_id);
  if (request.patientId !== ask.params.patient_id) throw notFound();
  return request.id;
}
const REQUEST = '/dashboard/patients/:patient_id/rights/requests/:patient_request_id';

const answer = route(
  { ...post, params: oneRequest, path: `${REQUEST}/answer`, audit: 'request.answer' },
  async (ask) => {
    const id = await requestId(ask);
    const fields = await readFields(ask.c.req.raw);
    return done(
      ask,
      'answered',
      async () => {
        const callId = wordsOrNull(fields['call_id'], 80);
        if (callId !== null && !/^call_[0-9a-f-]{36,64}$/.test(callId)) throw bad('That is not the id of a call.');
        const status = chosen(['done', 'denied', 'withdrawn'], fields['status']);
        await answerRequest(ask, id, { status, outcome: wordsOrNull(fields['outcome'], 2000), callId });
      },
      { form: id, fields },
    );
  },
);

const extend = route(
  { ...post, params: oneRequest, path: `${REQUEST}/extend`, audit: 'request.extend' },
  async (ask) => {
    const id = await requestId(ask);
    return done(ask, 'extended', () => putOffRequest(ask, id));
  },
);

const admins = { ...post, roles: ERASE_ROLES } as const;

const approve = route(
  { ...admins, params: oneRequest, path: `${REQUEST}/approve`, audit: 'erasure.approve', needsPerson: true },
  async (ask) => {
    const id = await requestId(ask);
    const { sure } = await readFields(ask.c.req.raw);
    const answered = await done(ask, 'answered', async () => {
      if (sure !== 'true') throw bad('Say that you have read what is destroyed.');
      await approveErasure(ask, id);
    });
    return answered.status === 303 ? ask.c.redirect(`/dashboard/patients/${ask.params.patient_id}`, 303) : answered;
  },
);

const refuse = route(
  { ...admins, params: oneRequest, path: `${REQUEST}/refuse`, audit: 'erasure.refuse', needsPerson: true },
  async (ask) => {
    const id = await requestId(ask);
    const { reason } = await readFields(ask.c.req.raw);
    return done(ask, 'refused', async () =>
      refuseErasureRequest(ask, id, words(reason, 2000, 'Say why it is refused, in one line.')),
    );
  },
);

const hold = route(
  { ...admins, path: '/dashboard/patients/:patient_id/rights/holds', audit: 'hold.place' },
  async (ask) => {
    const fields = await readFields(ask.c.req.raw);
    const { reason, text } = fields;
    return done(
      ask,
      'held',
      async () => {
        const given = {
          reason: chosen(HOLD_REASONS, reason),
          text: words(text, 2000, 'Say what it is about, in one line.'),
        };
        await placeHold(ask, ask.params.patient_id, given);
      },
      { form: 'hold', fields },
    );
  },
);

const lift = route(
  {
    ...{ ...admins, path: '/dashboard/patients/:patient_id/rights/holds/:hold_id/lift', audit: 'hold.lift' },
    params: z.strictObject({
      patient_id: onePatient.params.shape.patient_id,
      hold_id: z.string().regex(/^hold_[0-9a-f-]{36}$/),
    }),
  },
  async (ask) => {
    const { patient_id, hold_id } = ask.params;
    const { reason } = await readFields(ask.c.req.raw);
    return done(ask, 'lifted', async () =>
      endHold(ask, patient_id, hold_id, words(reason, 2000, 'Say why it is lifted, in one line.')),
    );
  },
);

const exporters = { ...post, roles: rolesSeeing('patient_export') } as const;

const take = route(
  { ...exporters, path: '/dashboard/patients/:patient_id/rights/export', audit: 'patient.export', isExport: true },
  async (ask) => {
    const fields = await readFields(ask.c.req.raw);
    let response: Response | null = null;
    const refused = await done(
      ask,
      'answered',
      async () => {
        const wish = {
          ...{ purpose: chosen(EXPORT_PURPOSES, fields['purpose']), format: chosen(EXPORT_FORMATS, fields['format']) },
          recipient: wordsOrNull(fields['recipient'], 200),
        };
        response = await exportResponse(ask, ask.params.patient_id, wish);
      },
      { form: 'export', fields },
    );
    return response ?? refused;
  },
);

const disclose = route(
  {
    ...{ ...post, roles: rolesSeeing('disclosures') },
    ...{ path: '/dashboard/patients/:patient_id/rights/disclosures', audit: 'disclosure.add' },
  },
  async (ask) => {
    const fields = await readFields(ask.c.req.raw);
    return done(
      ask,
      'disclosed',
      async () => {
        const given = {
          ...{
            purpose: chosen(DISCLOSURE_PURPOSES, fields['purpose']),
            what: chosen(DISCLOSED_THINGS, fields['what']),
          },
          ...{ recipient: words(fields['to'], 200, 'Say to whom it went, in one line.'), at: ask.now },
          description: wordsOrNull(fields['description'], 2000),
        };
        await addDisclosure(ask, ask.params.patient_id, given);
      },
      { form: 'disclosure', fields },
    );
  },
);

export const patientRightsRoutes: readonly Route[] = [
  ...[show, add, answer, extend, approve, refuse, hold, lift, take, disclose],
];

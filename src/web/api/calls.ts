/** /api/calls: place a call, list them, read one, hang up. Numbers are masked in the list and whole in the item. */
import * as z from 'zod';
import { CALL_STATUSES } from '../../domain/intake/call-record.ts';
import { listCalls } from '../../store/calls.ts';
import { rolesSeeing } from '../field-access.ts';
import { cursorText, pageCursor } from '../page-cursor.ts';
import { placePatientCall } from '../place-patient-call.ts';
import { hangUp, readCall } from '../read-call.ts';
import { type Route, route } from '../route.ts';
import { showing } from '../shown-patients.ts';
import { versionName } from '../version-name.ts';
import { idOf, listOf } from './answer-fields.ts';
import { callAnswer } from './call-answer.ts';
import {
  callId,
  campaignId,
  consent,
  DEFAULT_LIMIT,
  flag,
  language,
  limit,
  patientId,
  phoneNumber,
  time,
} from './fields.ts';
import { listedCall, shownCall } from './shown-call.ts';

const oneCall = z.strictObject({ call_id: callId });

const place = route(
  {
    method: 'POST',
    path: '/api/calls',
    roles: rolesSeeing('call_status'),
    audit: 'call.place',
    phi: true,
    summary: 'Call a patient, if the gate allows it',
    answers: { 201: callAnswer },
    body: z.strictObject({
      phone_number: phoneNumber,
      patient_id: z.string().max(100).nullish(),
      questionnaire: z.string().max(64).nullish(),
      language: language.nullish(),
      consent: consent.nullish(),
    }),
  },
  async (ask) => {
    const { body, c } = ask;
    const call = await placePatientCall(ask, {
      phoneNumber: body.phone_number,
      patientId: body.patient_id ?? null,
      questionnaireId: body.questionnaire ?? null,
      language: body.language ?? null,
      consent: body.consent ?? null,
    });
    return c.json(shownCall(ask.actor, call), 201, { Location: `/api/calls/${call.id}` });
  },
);

const list = route(
  {
    method: 'GET',
    path: '/api/calls',
    roles: rolesSeeing('call_status'),
    audit: 'call.list',
    phi: true,
    summary: 'List calls, newest first, with masked numbers',
    answers: { 200: listOf(callAnswer) },
    query: z.strictObject({
      limit,
      cursor: pageCursor('call').optional(),
      flagged: flag.optional(),
      reviewed: flag.optional(),
      status: z.enum(CALL_STATUSES).optional(),
      patient_id: patientId.optional(),
      campaign_id: campaignId.optional(),
      version: versionName.optional(),
      from: time.optional(),
      to: time.optional(),
    }),
  },
  async ({ query, db, config, actor, c }) => {
    const { status, flagged, reviewed, patient_id, campaign_id, version, from, to } = query;
    const found = await listCalls(db, config.keyRing, {
      limit: query.limit ?? DEFAULT_LIMIT,
      cursor: query.cursor ?? null,
      ...(status === undefined ? {} : { status }),
      ...(flagged === undefined ? {} : { flagged }),
      ...(reviewed === undefined ? {} : { reviewed }),
      ...(patient_id === undefined ? {} : { patientId: patient_id }),
      ...(campaign_id === undefined ? {} : { campaignId: campaign_id }),
      ...(version === undefined ? {} : { version }),
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
    });
    showing(
      c,
      found.items.map(({ patientId }) => patientId),
    );
    const items = found.items.map((call) => listedCall(actor, call));
    return c.json({ items, next_cursor: cursorText(found.nextCursor) });
  },
);

const read = route(
  {
    method: 'GET',
    path: '/api/calls/:call_id',
    roles: rolesSeeing('call_status'),
    audit: 'call.read',
    phi: true,
    summary: 'Read a call; while it lives, as its session has it',
    answers: { 200: callAnswer },
    params: oneCall,
  },
  async (ask) => ask.c.json(shownCall(ask.actor, (await readCall(ask, ask.params.call_id)).call)),
);

const hangup = route(
  {
    method: 'POST',
    path: '/api/calls/:call_id/hangup',
    roles: rolesSeeing('call_status'),
    audit: 'call.hangup',
    phi: false,
    summary: 'Hang up a call',
    answers: { 202: z.strictObject({ call_id: idOf('call') }) },
    params: oneCall,
  },
  async (ask) => {
    await hangUp(ask, ask.params.call_id);
    return ask.c.json({ call_id: ask.params.call_id }, 202);
  },
);

export const callRoutes: readonly Route[] = [place, list, read, hangup];

/** /api/calls: place a call, list them, read one, hang up. Numbers are masked in the list and whole in the item. */
import * as z from 'zod';
import { callJson } from '../../call-json.ts';
import { CALL_STATUSES } from '../../domain/intake/call-record.ts';
import { log } from '../../log.ts';
import { listCalls } from '../../store/calls.ts';
import { placeCall } from '../../store/place-call.ts';
import { invalidField } from '../check-input.ts';
import { dialingStopped } from '../dialing-stopped.ts';
import { enqueueCall } from '../enqueue-call.ts';
import { Problem } from '../errors.ts';
import { maskNumber } from '../mask.ts';
import { cursorText, pageCursor } from '../page-cursor.ts';
import { hangUp, readCall, storedCall } from '../read-call.ts';
import { type Route, route } from '../route.ts';
import { callId, campaignId, consent, DEFAULT_LIMIT, language, limit, patientId, phoneNumber, time } from './fields.ts';

const oneCall = z.strictObject({ call_id: callId });

const place = route(
  {
    method: 'POST',
    path: '/api/calls',
    roles: ['admin', 'clinician'],
    audit: 'call.place',
    phi: true,
    body: z.strictObject({
      phone_number: phoneNumber,
      patient_id: z.string().max(100).nullish(),
      questionnaire: z.string().max(64).nullish(),
      language: language.nullish(),
      consent: consent.nullish(),
    }),
  },
  async (ask) => {
    const { body, env, config, db, actor, now, c } = ask;
    const request = {
      phoneNumber: body.phone_number,
      // The schema takes no other.
      numberValid: true,
      patientId: body.patient_id ?? null,
      questionnaireId: body.questionnaire ?? null,
      language: body.language ?? null,
      consent: body.consent ?? null,
      ...{ purpose: 'intake' as const, testOf: null },
      stopped: await dialingStopped(env),
      requestedBy: actor.id,
    };
    const placed = await placeCall(db, config, request, now);
    if (!placed.ok && placed.kind === 'unknown') {
      throw invalidField(`/${placed.field}`, 'unknown', 'There is none with this id.');
    }
    if (!placed.ok) {
      log.info('call.refused', { actor: actor.id, code: placed.code, decision_id: placed.decisionId });
      throw new Problem(409, placed.code, { decisionId: placed.decisionId });
    }
    log.info('call.placed', { actor: actor.id, call_id: placed.callId, attempt_id: placed.attemptId });
    await enqueueCall(env, placed);
    const call = await storedCall(ask, placed.callId);
    return c.json(callJson(call), 201, { Location: `/api/calls/${call.id}` });
  },
);

const list = route(
  {
    method: 'GET',
    path: '/api/calls',
    roles: ['admin', 'clinician'],
    audit: 'call.list',
    phi: true,
    query: z.strictObject({
      limit,
      cursor: pageCursor('call').optional(),
      flagged: z
        .enum(['true', 'false'])
        .transform((text) => text === 'true')
        .optional(),
      status: z.enum(CALL_STATUSES).optional(),
      patient_id: patientId.optional(),
      campaign_id: campaignId.optional(),
      from: time.optional(),
      to: time.optional(),
    }),
  },
  async ({ query, db, config, c }) => {
    const { status, flagged, patient_id, campaign_id, from, to } = query;
    const found = await listCalls(db, config.keyRing, {
      limit: query.limit ?? DEFAULT_LIMIT,
      cursor: query.cursor ?? null,
      ...(status === undefined ? {} : { status }),
      ...(flagged === undefined ? {} : { flagged }),
      ...(patient_id === undefined ? {} : { patientId: patient_id }),
      ...(campaign_id === undefined ? {} : { campaignId: campaign_id }),
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
    });
    const items = found.items.map((call) => ({ ...callJson(call), phone_number: maskNumber(call.phoneNumber) }));
    return c.json({ items, next_cursor: cursorText(found.nextCursor) });
  },
);

const read = route(
  {
    method: 'GET',
    path: '/api/calls/:call_id',
    roles: ['admin', 'clinician'],
    audit: 'call.read',
    phi: true,
    params: oneCall,
  },
  async (ask) => ask.c.json(callJson((await readCall(ask, ask.params.call_id)).call)),
);

const hangup = route(
  {
    method: 'POST',
    path: '/api/calls/:call_id/hangup',
    roles: ['admin', 'clinician'],
    audit: 'call.hangup',
    phi: false,
    params: oneCall,
  },
  async (ask) => {
    await hangUp(ask, ask.params.call_id);
    return ask.c.json({ call_id: ask.params.call_id }, 202);
  },
);

export const callRoutes: readonly Route[] = [place, list, read, hangup];

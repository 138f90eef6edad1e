/**
 * FHIR R4: the Bundle of a call, and the Questionnaire that its answers name. What is in them is decided in domain/fhir; whoever may read
 * the note may read its Bundle.
 */
import * as z from 'zod';
import { bundleOf } from '../../domain/fhir/bundle-of.ts';
import { questionnaireOf } from '../../domain/fhir/questionnaire-of.ts';
import { isLiveStatus } from '../../domain/intake/call-record.ts';
import { readBundleInput } from '../../read-bundle-input.ts';
import { questionnaireVersion } from '../../store/questionnaires.ts';
import { knownVersion } from '../change-questionnaire.ts';
import type { AppContext } from '../context.ts';
import { notFound, Problem } from '../errors.ts';
import { rolesSeeing } from '../field-access.ts';
import { storedCall } from '../read-call.ts';
import { type Route, route } from '../route.ts';
import { callId, language } from './fields.ts';
import { oneVersion } from './questionnaires.ts';

const FHIR_JSON = 'application/fhir+json';
const answer = (c: AppContext, resource: object): Response =>
  c.body(JSON.stringify(resource), 200, { 'Content-Type': FHIR_JSON });

const bundle = route(
  {
    method: 'GET',
    path: '/api/calls/:call_id/fhir',
    roles: rolesSeeing('answers'),
    audit: 'note.read_fhir',
    phi: true,
    params: z.strictObject({ call_id: callId }),
    summary: 'Read a call and its note as a FHIR R4 transaction Bundle',
    answers: { 200: null },
    types: [FHIR_JSON],
  },
  async (ask) => {
    const call = await storedCall(ask, ask.params.call_id);
    if (isLiveStatus(call.status))
      throw new Problem(404, 'not_ready', { detail: 'The note is written when the call is over. Ask again then.' });
    const input = await readBundleInput(ask, call, null);
    if (input === null) throw notFound();
    return answer(ask.c, bundleOf(input));
  },
);

const questionnaire = route(
  {
    method: 'GET',
    path: '/api/questionnaires/:questionnaire_id/versions/:version/fhir',
    roles: ['admin', 'clinician', 'intake', 'operator'],
    audit: 'questionnaire.read_fhir',
    phi: false,
    params: oneVersion,
    query: z.strictObject({ language: language.optional().describe('Of its words; the other stands beside them.') }),
    summary: 'Read a version that is, or was, approved as a FHIR R4 Questionnaire',
    answers: { 200: null },
    types: [FHIR_JSON],
    refusals: [409],
  },
  async (ask) => {
    const { questionnaire_id: id, version } = ask.params;
    const { approvedAt, withdrawnAt } = await knownVersion(ask, id, version);
    if (approvedAt === null)
      throw new Problem(409, 'not_approved', { detail: 'A draft is not published. Approve this version first.' });
    const questions = await questionnaireVersion(ask.db, id, version);
    if (questions === null)
      throw new Problem(409, 'not_sound', { detail: 'This version does not read any more. Use a later one.' });
    const published = {
      questionnaire: questions,
      status: withdrawnAt === null ? 'active' : 'retired',
      date: new Date(approvedAt).toISOString(),
      clinic: { name: ask.config.clinic.name },
      origin: ask.config.publicUrl,
    } as const;
    return answer(ask.c, questionnaireOf(published, ask.query.language ?? 'en'));
  },
);

export const fhirRoutes: readonly Route[] = [bundle, questionnaire];

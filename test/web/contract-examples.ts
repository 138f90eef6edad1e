/**
 * One good request, or more, for every operation of the document; `api-contract.test.ts` sends each and holds the answer to what the
 * document says. A new route needs one line here: `'METHOD /api/path/{thing_id}': [{ ... }]`.
 */
import type { Role } from '../../src/store/staff.ts';
import { addLines } from '../support/given-audit.ts';
import { audioForm, audioOnly, formOf, listForm, type World } from './contract-world.ts';
import { CONSENT } from './given-call.ts';

export interface Example {
  /** Makes what the path names; its ids by the names of the path's parameters. */
  readonly path?: (world: World) => Promise<Readonly<Record<string, string>>>;
  readonly query?: Readonly<Record<string, string>>;
  /** JSON; `ids` is what `path` gave. */
  readonly body?: (world: World, ids: Readonly<Record<string, string>>) => unknown;
  readonly form?: (world: World) => FormData;
  readonly headers?: Readonly<Record<string, string>>;
  /** An administrator, when left out. */
  readonly as?: Role;
  /** The first one that the document names, when left out. */
  readonly status?: number;
  /** JSON, when left out. */
  readonly type?: string;
}

const newPatient = (world: World) => ({
  ...{ phone_number: world.nextNumber(), first_name: 'Ana', last_name: 'Diaz', date_of_birth: '1980-04-12' },
  ...{ state: 'NY', time_zone: 'America/New_York', consent: CONSENT },
});
const newCampaign = { name: 'Spring check-up', purpose: 'intake', consent: CONSENT };
const anyCall = { path: (world: World) => world.call() };
const draft = { path: (world: World) => world.campaign() };
const running = { path: (world: World) => world.campaign({ status: 'running' }) };
const paused = { path: (world: World) => world.campaign({ status: 'paused' }) };
const completed = { path: (world: World) => world.campaign({ status: 'completed' }) };
const written = { path: (world: World) => world.transcription() };
/** A week that is over, with a line in it: one from before there was an audit is not known. */
const weekWithLines = async () => {
  await addLines({ at: Date.parse('2026-11-04T12:00:00Z') });
  return { week: '2026-11-02' };
};
const HTML = 'text/html; charset=UTF-8';
const CSV = 'text/csv; charset=utf-8';
const FHIR = 'application/fhir+json';
const TSV = 'text/tab-separated-values; charset=utf-8';

export const EXAMPLES: Readonly<Record<string, readonly Example[]>> = {
  'GET /api/exports': [{ as: 'intake' }, { path: (world) => world.call() }],
  'POST /api/exports': [
    { ...anyCall, body: () => ({ what: 'calls', format: 'json' }) },
    { ...anyCall, body: () => ({ what: 'answers', format: 'json', filters: { reviewed: false } }) },
    {
      path: (world) => world.patient(),
      body: () => ({ what: 'patients', filters: { family_name: 'Diaz' }, columns: ['patient_id'] }),
      type: CSV,
    },
    { ...draft, body: () => ({ what: 'campaigns', format: 'tsv' }), type: TSV },
    { ...anyCall, body: () => ({ what: 'calls', format: 'ndjson' }), type: 'application/x-ndjson; charset=utf-8' },
    { body: () => ({ what: 'suppressions', format: 'json', filters: { active: true } }) },
  ],
  'POST /api/calls': [{ body: (world) => ({ phone_number: world.nextNumber(), consent: CONSENT }) }],
  'GET /api/calls': [anyCall, { ...anyCall, query: { limit: '1', flagged: 'true' } }],
  'GET /api/calls/{call_id}': [
    anyCall,
    { path: (world) => world.liveCall() },
    { path: (world) => world.recordedCall() },
  ],
  'POST /api/calls/{call_id}/hangup': [{ path: (world) => world.liveCall() }],
  'GET /api/calls/{call_id}/intake-data': [anyCall, { path: (world) => world.recordedCall() }],
  'GET /api/calls/{call_id}/events': [anyCall],
  'GET /api/calls/{call_id}/transcripts': [
    anyCall,
    { ...anyCall, query: { format: 'txt' }, type: 'text/plain; charset=utf-8' },
    { ...anyCall, query: { format: 'tsv' }, type: TSV },
    { path: (world) => world.writtenDown(), query: { source: 'recording' } },
  ],
  'POST /api/calls/{call_id}/transcripts/retry': [{ path: (world) => world.recordedCall() }],
  'GET /api/calls/{call_id}/recording': [
    { path: (world) => world.recordedCall(), type: 'audio/mpeg' },
    { path: (world) => world.recordedCall(), headers: { Range: 'bytes=0-9' }, status: 206, type: 'audio/mpeg' },
  ],
  'GET /api/calls/{call_id}/fhir': [
    { ...anyCall, type: FHIR },
    { path: (world) => world.recordedCall(), type: FHIR },
  ],
  'POST /api/calls/{call_id}/recording/retry': [{ path: (world) => world.failedRecording() }],

  'GET /api/calls/{call_id}/review': [anyCall],
  'POST /api/calls/{call_id}/review': [
    {
      path: (world) => world.calmCall(),
      body: () => ({ verdict: 'signed', addendum: 'Seen on the ward.' }),
      status: 201,
    },
  ],
  'POST /api/calls/{call_id}/corrections': [
    { ...anyCall, body: () => ({ items: [{ item: 'hpi.chief_complaint', state: 'answered', value: 'knee' }] }) },
  ],
  'GET /api/intake-notes': [anyCall],
  'GET /api/schemas/note': [{ type: 'application/schema+json' }],

  'POST /api/patients': [{ body: newPatient }],
  'GET /api/patients': [{ path: (world) => world.patient() }],
  'GET /api/patients/{patient_id}': [{ path: (world) => world.patient() }],
  'PATCH /api/patients/{patient_id}': [{ path: (world) => world.patient(), body: () => ({ state: 'CA' }) }],
  'DELETE /api/patients/{patient_id}': [{ path: (world) => world.patient() }],
  'PUT /api/patients/{patient_id}': [
    {
      path: (world) => world.patient(),
      body: (world) => ({
        phone_number: world.nextNumber(),
        first_name: 'Ana',
        last_name: 'Diaz',
        external_id: 'MRN-7',
      }),
    },
  ],
  'POST /api/patients/search': [{ path: (world) => world.patient(), body: () => ({ family_name: 'Diaz', limit: 2 }) }],
  'POST /api/patients/import': [
    { form: (world) => listForm({ consent: JSON.stringify(CONSENT) }, world.nextNumber()) },
  ],
  'GET /api/patients/{patient_id}/calls': [{ path: (world) => world.patientOfCall() }],
  'GET /api/patients/{patient_id}/export': [
    { path: (world) => world.patientOfCall() },
    { path: (world) => world.consent() },
    { path: (world) => world.patientOfCall(), query: { format: 'html', purpose: 'treatment' }, type: HTML },
    { path: (world) => world.patientOfCall(), query: { format: 'zip' }, type: 'application/zip' },
  ],
  'POST /api/patients/{patient_id}/export': [
    { path: (world) => world.patientOfCall(), body: () => ({ purpose: 'legal', recipient: 'The county court' }) },
  ],
  'GET /api/patients/{patient_id}/disclosures': [{ path: (world) => world.disclosed() }],
  'POST /api/patients/{patient_id}/disclosures': [
    { path: (world) => world.patient(), body: () => ({ purpose: 'research', what: 'note', to: 'A university' }) },
  ],
  'GET /api/patients/{patient_id}/holds': [{ path: (world) => world.hold() }],
  'POST /api/patients/{patient_id}/holds': [
    { path: (world) => world.patient(), body: () => ({ reason: 'litigation', text: 'Letter of a lawyer' }) },
  ],
  'DELETE /api/patients/{patient_id}/holds/{hold_id}': [
    { path: (world) => world.hold(), body: () => ({ reason: 'The case is over' }) },
  ],
  'GET /api/patients/{patient_id}/requests': [{ path: (world) => world.request() }],
  'POST /api/patients/{patient_id}/requests': [
    { path: (world) => world.patient(), body: () => ({ kind: 'access', details: 'Wants it on paper' }) },
  ],
  'GET /api/patient-requests': [{ path: (world) => world.request() }],
  'GET /api/patient-requests/{patient_request_id}': [{ path: (world) => world.request() }],
  'POST /api/patient-requests/{patient_request_id}/extend': [{ path: (world) => world.request() }],
  'POST /api/patient-requests/{patient_request_id}/answer': [
    { path: (world) => world.request(), body: () => ({ status: 'denied', outcome: 'It is right as it stands' }) },
  ],
  'POST /api/patient-requests/{patient_request_id}/approve': [{ path: (world) => world.erasure() }],
  'POST /api/patient-requests/{patient_request_id}/refuse': [
    { path: (world) => world.erasure(), body: () => ({ reason: 'They changed their mind' }) },
  ],
  'GET /api/retention': [{}],
  'GET /api/patients/{patient_id}/consents': [{ path: (world) => world.consent() }],
  'POST /api/patients/{patient_id}/consents': [{ path: (world) => world.patient(), body: () => CONSENT }],
  'POST /api/patients/{patient_id}/consents/{consent_id}/revoke': [
    { path: (world) => world.consent(), body: () => ({ reason: 'told the desk' }) },
  ],
  'PUT /api/patients/{patient_id}/flags': [
    { path: (world) => world.patient(), body: () => ({ flags: ['staff_only'] }) },
  ],

  'GET /api/alerts': [{ path: (world) => world.alert() }],
  'POST /api/alerts/{alert_id}/acknowledge': [{ path: (world) => world.alert() }],
  'POST /api/alerts/test': [{ path: (world) => world.listener() }],
  'POST /api/emergency-access': [{ as: 'intake', body: () => ({ reason: 'A patient is not breathing well.' }) }],
  'POST /api/emergency-access/end': [{ as: 'operator', path: (world) => world.emergency('operator') }],
  'GET /api/emergency-access': [{ path: (world) => world.emergency() }],
  'POST /api/emergency-access/{emergency_id}/review': [
    {
      path: (world) => world.emergency(),
      body: () => ({ verdict: 'justified', note: 'The ward had no doctor.' }),
    },
  ],
  'GET /api/staff': [{ path: (world) => world.staff() }],
  'POST /api/staff': [{ body: () => ({ email: `${crypto.randomUUID()}@clinic.example`, roles: ['intake'] }) }],
  'PATCH /api/staff/{staff_id}': [{ path: (world) => world.staff(), body: () => ({ roles: ['operator', 'auditor'] }) }],
  'DELETE /api/staff/{staff_id}': [{ path: (world) => world.staff() }],

  'GET /api/tasks': [{ path: (world) => world.task() }],
  'GET /api/tasks/{task_id}': [{ path: (world) => world.task() }],
  'POST /api/tasks/{task_id}/claim': [{ path: (world) => world.task() }],
  'POST /api/tasks/{task_id}/done': [{ path: (world) => world.task() }],

  'GET /api/jobs': [{ path: (world) => world.deadJob() }, { ...anyCall, query: { status: 'waiting' } }],
  'GET /api/jobs/{job_id}': [{ path: (world) => world.deadJob() }],
  'POST /api/jobs/{job_id}/retry': [{ path: (world) => world.deadJob() }],
  'POST /api/jobs/{job_id}/dismiss': [{ path: (world) => world.deadJob() }],

  'GET /api/campaigns': [{ path: (world) => world.campaign() }],
  'POST /api/campaigns': [
    { body: (world) => ({ ...newCampaign, contacts: [{ phone_number: world.nextNumber() }] }) },
    {
      form: (world) =>
        listForm({ name: 'By file', purpose: 'intake', consent: JSON.stringify(CONSENT) }, world.nextNumber()),
    },
  ],
  'GET /api/campaigns/{campaign_id}': [draft, running, completed],
  'POST /api/campaigns/{campaign_id}/preflight': [draft],
  'POST /api/campaigns/{campaign_id}/test-call': [
    { ...draft, body: (world) => ({ phone_number: world.nextNumber() }) },
  ],
  'POST /api/campaigns/{campaign_id}/start': [
    { ...draft, body: (world, { campaign_id = '' }) => world.preflight(campaign_id) },
  ],
  'POST /api/campaigns/{campaign_id}/pause': [running],
  'POST /api/campaigns/{campaign_id}/resume': [paused],
  'POST /api/campaigns/{campaign_id}/cancel': [running],
  'POST /api/campaigns/{campaign_id}/redial': [completed],
  'GET /api/campaigns/{campaign_id}/contacts': [draft, { ...completed, query: { limit: '1' } }],
  'GET /api/campaigns/{campaign_id}/results': [
    completed,
    { ...completed, query: { format: 'csv' }, type: CSV },
    { ...completed, query: { format: 'tsv' }, type: TSV },
  ],

  'POST /api/suppressions': [{ body: (world) => ({ phone_number: world.nextNumber(), reason: 'asked' }), status: 201 }],
  'GET /api/suppressions': [
    { path: (world) => world.suppression() },
    { path: (world) => world.suppression(), query: { total: 'true', active: 'true' } },
  ],
  'POST /api/suppressions/check': [{ body: (world) => ({ phone_number: world.nextNumber() }) }],
  'GET /api/suppressions/export': [
    { path: (world) => world.suppression(), type: CSV },
    { query: { format: 'tsv' }, type: TSV },
    { query: { format: 'ndjson' }, type: 'application/x-ndjson; charset=utf-8' },
  ],
  'POST /api/suppressions/import': [{ form: (world) => listForm({ reason: 'state_list' }, world.nextNumber()) }],
  'GET /api/suppressions/{suppression_id}': [{ path: (world) => world.suppression() }],
  'DELETE /api/suppressions/{suppression_id}': [
    { path: (world) => world.suppression(), body: () => ({ evidence: 'asked to be called again' }) },
  ],

  'POST /api/reassigned-numbers': [
    { body: (world) => [{ phone_number: world.nextNumber(), answer: 'no', asked_for: '2026-11-01' }] },
  ],
  'GET /api/reassigned-numbers': [{}],

  'GET /api/dialing': [{}],
  'POST /api/dialing/stop': [{ body: () => ({}) }, { body: () => ({ hang_up_live: true }) }],
  'POST /api/dialing/resume': [{}],

  'GET /api/imports/{import_id}': [{ path: (world) => world.listBeingRead() }, { path: (world) => world.listRead() }],
  'GET /api/imports/{import_id}/rows': [
    { path: (world) => world.listRead() },
    { path: (world) => world.listRead(), query: { format: 'csv' }, type: CSV },
  ],
  'POST /api/imports/{import_id}/cancel': [{ path: (world) => world.listBeingRead() }],

  'POST /api/media': [{ form: audioForm }],
  'GET /api/media': [{ path: (world) => world.media() }],
  'GET /api/media/{media_id}': [{ path: (world) => world.media() }],
  'GET /api/media/{media_id}/audio': [
    { path: (world) => world.media(), type: 'audio/mpeg' },
    { path: (world) => world.media(), headers: { Range: 'bytes=0-9' }, status: 206, type: 'audio/mpeg' },
  ],
  'DELETE /api/media/{media_id}': [{ path: (world) => world.media() }],

  'GET /api/questionnaires': [{}],
  'POST /api/questionnaires': [{ body: (world) => ({ definition: world.definition() }) }],
  'POST /api/questionnaires/lint': [{ body: () => ({ definition: { id: 'x' } }) }],
  'GET /api/questionnaires/{questionnaire_id}/versions': [{ path: (world) => world.questionnaire() }],
  'POST /api/questionnaires/{questionnaire_id}/versions': [
    {
      path: (world) => world.questionnaire(),
      body: (world, { questionnaire_id = '' }) => {
        const changed = { en: 'Changed', es: 'Cambiado' };
        return { definition: { ...world.definition(), id: questionnaire_id, title: changed } };
      },
    },
  ],
  'GET /api/questionnaires/{questionnaire_id}/versions/{version}': [{ path: (world) => world.questionnaire() }],
  'GET /api/questionnaires/{questionnaire_id}/versions/{version}/fhir': [
    { path: (world) => world.approved(), query: { language: 'es' }, type: FHIR },
  ],
  'POST /api/questionnaires/{questionnaire_id}/versions/{version}/approve': [
    { path: (world) => world.questionnaire() },
  ],
  'POST /api/questionnaires/{questionnaire_id}/versions/{version}/withdraw': [{ path: (world) => world.approved() }],
  'POST /api/questionnaires/{questionnaire_id}/preview': [
    { path: (world) => world.approved(), body: () => ({ inputs: [] }) },
    { path: (world) => world.approved(), body: () => ({ inputs: [{ keys: '1' }], language: 'es' }) },
  ],

  'POST /api/transcriptions': [{ form: audioOnly }],
  'GET /api/transcriptions': [written],
  'GET /api/transcriptions/results': [written, { ...written, query: { format: 'csv' }, type: CSV }],
  'GET /api/transcriptions/{transcription_id}': [written],
  'GET /api/transcriptions/{transcription_id}/audio': [{ ...written, type: 'audio/mpeg' }],
  'POST /api/transcriptions/{transcription_id}/retry': [{ path: (world) => world.transcription(false) }],
  'DELETE /api/transcriptions/{transcription_id}': [written],

  'GET /api/config': [{}],
  'GET /api/audit': [anyCall],
  'GET /api/patients/{patient_id}/accesses': [{ path: (world) => world.patient() }],
  'GET /api/audit/reviews': [anyCall],
  'GET /api/audit/reviews/{week}': [{ path: weekWithLines }],
  'POST /api/audit/reviews/{week}': [{ path: weekWithLines, body: () => ({ note: 'Nothing out of the ordinary.' }) }],
  'GET /api/audit/verify': [anyCall, { query: { after: '1' } }],
  'GET /api/stats': [anyCall],
  'GET /api/analytics': [
    anyCall,
    { query: { by: 'hour', from: '2026-11-20T00:00:00Z', to: '2026-11-21T00:00:00Z' } },
    { ...anyCall, query: { format: 'csv', table: 'questionnaires', days: '7' }, type: CSV },
  ],
  'GET /api/sinks': [{ path: (world) => world.delivery() }],
  'POST /api/sinks/test': [{ body: () => ({ sink: 'backend' }) }],
  'GET /api/deliveries': [{ path: (world) => world.delivery(), query: { status: 'queued', limit: '1' } }],
  'GET /api/deliveries/{delivery_id}': [{ path: (world) => world.delivery() }],
  'POST /api/deliveries/{delivery_id}/retry': [{ path: (world) => world.delivery() }],
  'GET /api/deliveries/earlier': [{ path: (world) => world.earlier() }],
  'POST /api/deliveries/earlier': [
    { body: () => ({ sink: 'backend', from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z' }) },
  ],
  'POST /api/deliveries/retry': [{ body: () => ({ status: 'dead', sink: 'backend' }) }],
  'POST /api/storage/test': [{}],

  'GET /api/doctor': [{}],
  'GET /api/openapi.json': [{}],
  'GET /api/docs': [{ type: HTML }, { type: HTML, query: { resource: 'calls' } }],
};

/** A form that lacks its file. */
export const EMPTY_FORM = () => formOf({ nobody_knows_this: 'x' });

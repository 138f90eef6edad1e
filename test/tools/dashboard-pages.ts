/** Every page of the dashboard, by name. Whoever adds one adds its line here: a test compares this with the routes. */
import type { FilledClinic } from './filled-clinic.ts';

export interface DashboardPage {
  readonly name: string;
  readonly path: string;
  /** The route's own path. */
  readonly route: string;
}

const QUESTIONNAIRE = '/dashboard/questionnaires';

export const dashboardPages = ({
  callId,
  flaggedCallId,
  campaignId,
  patientId,
  transcriptionId,
}: FilledClinic): readonly DashboardPage[] => [
  page('today', '/dashboard/today'),
  page('calls', '/dashboard/calls'),
  page('calls-none', '/dashboard/calls?status=blocked', '/dashboard/calls'),
  page('call', `/dashboard/calls/${callId}`, '/dashboard/calls/:call_id'),
  page('call-red-flag', `/dashboard/calls/${flaggedCallId}`, '/dashboard/calls/:call_id'),
  page('patients', '/dashboard/patients'),
  page('patient-new', '/dashboard/patients/new'),
  page('patients-import', '/dashboard/patients/import'),
  page('patient', `/dashboard/patients/${patientId}`, '/dashboard/patients/:patient_id'),
  page('patient-edit', `/dashboard/patients/${patientId}/edit`, '/dashboard/patients/:patient_id/edit'),
  page('patient-erase', `/dashboard/patients/${patientId}/erase`, '/dashboard/patients/:patient_id/erase'),
  page('patient-rights', `/dashboard/patients/${patientId}/rights`, '/dashboard/patients/:patient_id/rights'),
  page('requests', '/dashboard/requests'),
  page('requests-none', '/dashboard/requests?status=withdrawn', '/dashboard/requests'),
  page('tasks', '/dashboard/tasks'),
  page('downtime', '/dashboard/downtime'),
  page('new-call', '/dashboard/new-call'),
  page('campaigns', '/dashboard/campaigns'),
  page('campaign-new', '/dashboard/campaigns/new'),
  page('campaign', `/dashboard/campaigns/${campaignId}`, '/dashboard/campaigns/:campaign_id'),
  page('analytics', '/dashboard/analytics'),
  page('analytics-none', '/dashboard/analytics?from=2026-01-01&to=2026-01-07', '/dashboard/analytics'),
  page('dialing', '/dashboard/dialing'),
  page('suppressions', '/dashboard/suppressions'),
  page('questionnaires', '/dashboard/questionnaires'),
  page('questionnaire', `${QUESTIONNAIRE}/adult-intake`, `${QUESTIONNAIRE}/:questionnaire_id`),
  page('questionnaire-edit', `${QUESTIONNAIRE}/adult-intake/edit`, `${QUESTIONNAIRE}/:questionnaire_id/edit`),
  page('questionnaire-try', `${QUESTIONNAIRE}/adult-intake/try`, `${QUESTIONNAIRE}/:questionnaire_id/try`),
  page('questionnaire-new', '/dashboard/new-questionnaire'),
  page('transcriptions', '/dashboard/transcriptions'),
  page('transcription', `/dashboard/transcriptions/${transcriptionId}`, '/dashboard/transcriptions/:transcription_id'),
  page('deliveries', '/dashboard/deliveries'),
  page('deliveries-none', '/dashboard/deliveries?status=canceled', '/dashboard/deliveries'),
  page('exports', '/dashboard/exports'),
  page('jobs', '/dashboard/jobs'),
  page('alerts', '/dashboard/alerts'),
  page('audit', '/dashboard/audit'),
  page('audit-reviews', '/dashboard/audit/reviews'),
  page('audit-review', `/dashboard/audit/reviews/${thisMonday()}`, '/dashboard/audit/reviews/:week'),
  page('patient-accesses', `/dashboard/audit/patients/${patientId}`, '/dashboard/audit/patients/:patient_id'),
  page('api', '/api/docs'),
  page('api-campaigns', '/api/docs?resource=campaigns', '/api/docs'),
  page('roles', '/dashboard/settings/roles'),
  page('settings', '/dashboard/settings'),
  page('doctor', '/dashboard/settings/doctor'),
  page('retention', '/dashboard/settings/retention'),
  page('staff', '/dashboard/settings/staff'),
  page('emergency', '/dashboard/settings/emergency'),
  page('nothing-here', '/dashboard/nothing', '*'),
];

/** Of this week, at the clinic: there is no other of a clinic that has just begun. */
function thisMonday(): string {
  const today = new Intl.DateTimeFormat('en-CA', { timeZone: 'America/New_York' }).format(Date.now());
  const days = (new Date(today).getUTCDay() + 6) % 7;
  return new Date(Date.parse(today) - days * 86_400_000).toISOString().slice(0, 10);
}

function page(name: string, path: string, route: string = path): DashboardPage {
  return { name, path, route };
}

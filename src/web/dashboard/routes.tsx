/** The pages. Handlers read, pages show; what a page can do goes through the same functions as the API. */
import { type Route, route } from '../route.ts';
import { alertPageRoutes } from './alert-routes.tsx';
import { analyticsPageRoutes } from './analytics-routes.tsx';
import { auditReviewPageRoutes } from './audit-review-routes.tsx';
import { auditPageRoutes } from './audit-routes.tsx';
import { callPageRoutes } from './call-routes.tsx';
import { callsPageRoutes } from './calls-routes.tsx';
import { campaignCommandRoutes } from './campaign-command-routes.tsx';
import { newCampaignRoutes } from './campaign-new-routes.tsx';
import { campaignPageRoutes } from './campaign-routes.tsx';
import { deliveryPageRoutes } from './delivery-routes.tsx';
import { downtimePageRoutes } from './downtime-routes.tsx';
import { emergencyPageRoutes } from './emergency-routes.tsx';
import { exportPageRoutes } from './exports-routes.tsx';
import { jobPageRoutes } from './job-routes.tsx';
import { newCallRoutes } from './new-call-routes.tsx';
import { patientEditRoutes } from './patient-edit-routes.tsx';
import { patientEraseRoutes } from './patient-erase-routes.tsx';
import { patientListRoutes } from './patient-list-routes.tsx';
import { patientRightsRoutes } from './patient-rights-routes.tsx';
import { patientPageRoutes } from './patient-routes.tsx';
import { questionnaireEditRoutes } from './questionnaire-edit-routes.tsx';
import { questionnairePageRoutes } from './questionnaire-routes.tsx';
import { questionnaireTryRoutes } from './questionnaire-try-routes.tsx';
import { recordingTranscriptRoutes } from './recording-transcript-routes.tsx';
import { requestsPageRoutes } from './requests-routes.tsx';
import { settingsPageRoutes } from './settings-routes.tsx';
import { staffPageRoutes } from './staff-routes.tsx';
import { stopDialingRoutes } from './stop-dialing-routes.tsx';
import { suppressionPageRoutes } from './suppression-routes.tsx';
import { taskPageRoutes } from './task-routes.tsx';
import { todayPageRoutes } from './today-routes.tsx';
import { transcriptionPageRoutes } from './transcription-routes.tsx';
import { CAMPAIGN_ROLES, homeOf, viewerOf } from './viewer.ts';

const home = { method: 'GET', roles: CAMPAIGN_ROLES, audit: 'page.home', phi: false } as const;

export const dashboardRoutes: readonly Route[] = [
  route({ ...home, path: '/' }, ({ c }) => c.redirect('/dashboard')),
  ...(['/dashboard', '/dashboard/'] as const).map((path) =>
    route({ ...home, path }, ({ c, actor }) => c.redirect(homeOf(viewerOf(actor))?.path ?? '/dashboard/today')),
  ),
  ...todayPageRoutes,
  ...callsPageRoutes,
  ...callPageRoutes,
  ...recordingTranscriptRoutes,
  ...patientListRoutes,
  ...patientPageRoutes,
  ...patientEditRoutes,
  ...patientEraseRoutes,
  ...patientRightsRoutes,
  ...requestsPageRoutes,
  ...taskPageRoutes,
  ...downtimePageRoutes,
  ...deliveryPageRoutes,
  ...exportPageRoutes,
  ...jobPageRoutes,
  ...auditPageRoutes,
  ...alertPageRoutes,
  ...auditReviewPageRoutes,
  ...newCampaignRoutes,
  ...campaignPageRoutes,
  ...campaignCommandRoutes,
  ...analyticsPageRoutes,
  ...stopDialingRoutes,
  ...questionnairePageRoutes,
  ...questionnaireEditRoutes,
  ...questionnaireTryRoutes,
  ...suppressionPageRoutes,
  ...transcriptionPageRoutes,
  ...newCallRoutes,
  ...settingsPageRoutes,
  ...staffPageRoutes,
  ...emergencyPageRoutes,
];

/** Every protected route. Tests crawl this table. */
import { auditRoutes } from './api/audit.ts';
import { callLogRoutes } from './api/call-logs.ts';
import { callRoutes } from './api/calls.ts';
import { campaignResultRoutes } from './api/campaign-results.ts';
import { campaignRoutes } from './api/campaigns.ts';
import { consentRoutes } from './api/consents.ts';
import { deliveryRoutes } from './api/deliveries.ts';
import { dialingRoutes } from './api/dialing.ts';
import { doctorRoutes } from './api/doctor.ts';
import { importRoutes } from './api/imports.ts';
import { jobRoutes } from './api/jobs.ts';
import { mediaRoutes } from './api/media.ts';
import { patientRoutes } from './api/patients.ts';
import { questionnaireRoutes } from './api/questionnaires.ts';
import { reassignedNumberRoutes } from './api/reassigned-numbers.ts';
import { recordingRoutes } from './api/recordings.ts';
import { staffRoutes } from './api/staff.ts';
import { statsRoutes } from './api/stats.ts';
import { suppressionImportRoutes } from './api/suppression-imports.ts';
import { suppressionRoutes } from './api/suppressions.ts';
import { taskRoutes } from './api/tasks.ts';
import { transcriptionRoutes } from './api/transcriptions.ts';
import { dashboardRoutes } from './dashboard/routes.tsx';
import type { Route } from './route.ts';

export const routes: readonly Route[] = [
  ...callRoutes,
  ...callLogRoutes,
  ...recordingRoutes,
  ...patientRoutes,
  ...staffRoutes,
  ...taskRoutes,
  ...jobRoutes,
  ...campaignRoutes,
  ...campaignResultRoutes,
  ...consentRoutes,
  ...questionnaireRoutes,
  // Before the list itself, whose ids have a place in the same address.
  ...suppressionImportRoutes,
  ...suppressionRoutes,
  ...reassignedNumberRoutes,
  ...dialingRoutes,
  ...importRoutes,
  ...mediaRoutes,
  ...transcriptionRoutes,
  ...deliveryRoutes,
  ...doctorRoutes,
  ...auditRoutes,
  ...statsRoutes,
  ...dashboardRoutes,
];

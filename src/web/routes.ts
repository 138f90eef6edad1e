/** Every protected route. Tests crawl this table. */
import { alertRoutes } from './api/alerts.ts';
import { analyticsRoutes } from './api/analytics.ts';
import { auditRoutes } from './api/audit.ts';
import { auditReviewRoutes } from './api/audit-reviews.ts';
import { callLogRoutes } from './api/call-logs.ts';
import { callRoutes } from './api/calls.ts';
import { campaignResultRoutes } from './api/campaign-results.ts';
import { campaignRoutes } from './api/campaigns.ts';
import { configRoutes } from './api/config.ts';
import { consentRoutes } from './api/consents.ts';
import { correctionRoutes } from './api/corrections.ts';
import { deliveryRoutes } from './api/deliveries.ts';
import { dialingRoutes } from './api/dialing.ts';
import { disclosureRoutes } from './api/disclosures.ts';
import { doctorRoutes } from './api/doctor.ts';
import { emergencyAccessRoutes } from './api/emergency-access.ts';
import { exportRoutes } from './api/exports.ts';
import { fhirRoutes } from './api/fhir.ts';
import { holdRoutes } from './api/holds.ts';
import { importRoutes } from './api/imports.ts';
import { intakeNoteRoutes } from './api/intake-notes.ts';
import { jobRoutes } from './api/jobs.ts';
import { mediaRoutes } from './api/media.ts';
import { openApiRoutes } from './api/openapi.ts';
import { patientCallRoutes } from './api/patient-calls.ts';
import { patientExportRoutes } from './api/patient-export.ts';
import { patientImportRoutes } from './api/patient-imports.ts';
import { patientRequestRoutes } from './api/patient-requests.ts';
import { patientRoutes } from './api/patients.ts';
import { questionnaireRoutes } from './api/questionnaires.ts';
import { reassignedNumberRoutes } from './api/reassigned-numbers.ts';
import { recordingRoutes } from './api/recordings.ts';
import { retentionRoutes } from './api/retention.ts';
import { reviewRoutes } from './api/reviews.ts';
import { staffRoutes } from './api/staff.ts';
import { statsRoutes } from './api/stats.ts';
import { suppressionImportRoutes } from './api/suppression-imports.ts';
import { suppressionRoutes } from './api/suppressions.ts';
import { taskRoutes } from './api/tasks.ts';
import { transcriptionRoutes } from './api/transcriptions.ts';

import { apiDocsRoutes } from './dashboard/api-docs-routes.tsx';

import { rolePageRoutes } from './dashboard/roles-routes.tsx';

import { dashboardRoutes } from './dashboard/routes.tsx';
import { documentOf } from './openapi.ts';
import type { Route } from './route.ts';

const document = documentOf(() => routes);

const listed: readonly Route[] = [
  ...callRoutes,
  ...callLogRoutes,
  ...reviewRoutes,
  ...correctionRoutes,
  ...fhirRoutes,
  ...intakeNoteRoutes,
  ...recordingRoutes,
  // Before one patient, whose id has a place in the same address.
  ...patientImportRoutes,
  ...patientRoutes,
  ...patientCallRoutes,
  ...patientExportRoutes,
  ...disclosureRoutes,
  ...holdRoutes,
  ...patientRequestRoutes,
  ...retentionRoutes,
  ...staffRoutes,
  ...emergencyAccessRoutes,
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
  ...openApiRoutes(document),
  ...apiDocsRoutes(document),
  ...auditRoutes,
  ...alertRoutes,
  ...auditReviewRoutes,
  ...statsRoutes,
  ...analyticsRoutes,
  ...exportRoutes,
  ...configRoutes,
  ...dashboardRoutes,
];

export const routes: readonly Route[] = [...listed, ...rolePageRoutes(listed)];

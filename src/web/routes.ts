/** Every protected route. Tests crawl this table. */
import { callLogRoutes } from './api/call-logs.ts';
import { callRoutes } from './api/calls.ts';
import { doctorRoutes } from './api/doctor.ts';
import { jobRoutes } from './api/jobs.ts';
import { patientRoutes } from './api/patients.ts';
import { recordingRoutes } from './api/recordings.ts';
import { staffRoutes } from './api/staff.ts';
import { taskRoutes } from './api/tasks.ts';
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
  ...doctorRoutes,
  ...dashboardRoutes,
];

/** Every protected route. Tests crawl this table. */
import { callLogRoutes } from './api/call-logs.ts';
import { callRoutes } from './api/calls.ts';
import { patientRoutes } from './api/patients.ts';
import { staffRoutes } from './api/staff.ts';
import { taskRoutes } from './api/tasks.ts';
import { dashboardRoutes } from './dashboard/routes.tsx';
import type { Route } from './route.ts';

export const routes: readonly Route[] = [
  ...callRoutes,
  ...callLogRoutes,
  ...patientRoutes,
  ...staffRoutes,
  ...taskRoutes,
  ...dashboardRoutes,
];

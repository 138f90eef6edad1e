/** The pages. Handlers read, pages show; what a page can do goes through the same functions as the API. */
import { countAlerts } from '../../store/tasks.ts';
import { type Route, route } from '../route.ts';
import { auditPageRoutes } from './audit-routes.tsx';
import { callPageRoutes } from './call-routes.tsx';
import { campaignCommandRoutes } from './campaign-command-routes.tsx';
import { newCampaignRoutes } from './campaign-new-routes.tsx';
import { campaignPageRoutes } from './campaign-routes.tsx';
import { clinicClock } from './clinic-clock.tsx';
import { deliveryPageRoutes } from './delivery-routes.tsx';
import { givenUpFor } from './given-up.ts';
import { jobPageRoutes } from './job-routes.tsx';
import { MOST_ALERTS, page } from './layout.tsx';
import { NewCallPage } from './new-call-page.tsx';
import { questionnaireEditRoutes } from './questionnaire-edit-routes.tsx';
import { questionnairePageRoutes } from './questionnaire-routes.tsx';
import { questionnaireTryRoutes } from './questionnaire-try-routes.tsx';
import { stopDialingRoutes } from './stop-dialing-routes.tsx';
import { suppressionPageRoutes } from './suppression-routes.tsx';
import { taskPageRoutes } from './task-routes.tsx';
import { todayPageRoutes } from './today-routes.tsx';
import { transcriptionPageRoutes } from './transcription-routes.tsx';
import { CALL_ROLES, CAMPAIGN_ROLES, homeOf, viewerOf } from './viewer.ts';

const home = { method: 'GET', roles: CAMPAIGN_ROLES, audit: 'page.home', phi: false } as const;

export const dashboardRoutes: readonly Route[] = [
  route({ ...home, path: '/' }, ({ c }) => c.redirect('/dashboard')),
  ...(['/dashboard', '/dashboard/'] as const).map((path) =>
    route({ ...home, path }, ({ c, actor }) => c.redirect(homeOf(viewerOf(actor))?.path ?? '/dashboard/today')),
  ),
  ...todayPageRoutes,
  ...callPageRoutes,
  ...taskPageRoutes,
  ...deliveryPageRoutes,
  ...jobPageRoutes,
  ...auditPageRoutes,
  ...newCampaignRoutes,
  ...campaignPageRoutes,
  ...campaignCommandRoutes,
  ...stopDialingRoutes,
  ...questionnairePageRoutes,
  ...questionnaireEditRoutes,
  ...questionnaireTryRoutes,
  ...suppressionPageRoutes,
  ...transcriptionPageRoutes,
  route(
    { method: 'GET', roles: CALL_ROLES, path: '/dashboard/new-call', audit: 'page.new_call', phi: false },
    async (ask) => {
      const { c, config, db, actor, now } = ask;
      const { today } = clinicClock(config.clinic.timeZone, now);
      return c.html(
        page({
          title: 'Call a patient',
          clinicName: config.clinic.name,
          viewer: viewerOf(actor),
          alerts: await countAlerts(db, MOST_ALERTS),
          givenUp: await givenUpFor(ask),
          current: 'new-call',
          children: <NewCallPage today={today} />,
        }),
      );
    },
  ),
];

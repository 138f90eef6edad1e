/** The page about roles. It shows the table of routes it stands in itself. */
import { ROLES } from '../../store/staff.ts';
import { countAlerts } from '../../store/tasks.ts';
import { type Route, type RouteSpec, route } from '../route.ts';
import { givenUpFor } from './given-up.ts';
import { MOST_ALERTS, page } from './layout.tsx';
import { RolesPage } from './roles-page.tsx';
import { viewerOf } from './viewer.ts';

export const rolePageRoutes = (routes: readonly RouteSpec[]): readonly Route[] => [
  route(
    { method: 'GET', path: '/dashboard/settings/roles', roles: ROLES, audit: 'page.roles', phi: false },
    async (ask) => {
      const { c, config, db, actor } = ask;
      return c.html(
        page({
          ...{ title: 'Roles', clinicName: config.clinic.name, viewer: viewerOf(actor), current: null },
          ...{ alerts: await countAlerts(db, MOST_ALERTS), givenUp: await givenUpFor(ask) },
          children: <RolesPage routes={routes} mine={actor.roles} />,
        }),
      );
    },
  ),
];

/** The page about roles. It shows the table of routes it stands in itself. */
import { ROLES } from '../../store/staff.ts';
import { type Route, type RouteSpec, route } from '../route.ts';
import { RolesPage } from './roles-page.tsx';
import { settingsPage } from './settings-frame.tsx';

export const rolePageRoutes = (routes: readonly RouteSpec[]): readonly Route[] => [
  route({ method: 'GET', path: '/dashboard/settings/roles', roles: ROLES, audit: 'page.roles', phi: false }, (ask) =>
    settingsPage(ask, 'roles', 'Roles', <RolesPage routes={routes} mine={ask.actor.roles} />),
  ),
];

/** The frame of everything under Settings: one heading, and a tab for each part. */
import type { Child } from 'hono/jsx';
import { countAlerts } from '../../store/tasks.ts';
import type { Ask } from '../route.ts';
import { givenUpFor } from './given-up.ts';
import { MOST_ALERTS, page } from './layout.tsx';
import { type Viewer, viewerOf } from './viewer.ts';

const TABS = [
  { key: 'configuration', path: '/dashboard/settings', name: 'Configuration', needs: 'seesSettings' },
  { key: 'doctor', path: '/dashboard/settings/doctor', name: 'Doctor', needs: 'seesSettings' },
  { key: 'retention', path: '/dashboard/settings/retention', name: 'Retention', needs: 'seesSettings' },
  { key: 'staff', path: '/dashboard/settings/staff', name: 'Staff', needs: 'managesStaff' },
  { key: 'roles', path: '/dashboard/settings/roles', name: 'Roles', needs: 'seesRoles' },
  { key: 'emergency', path: '/dashboard/settings/emergency', name: 'Emergency access', needs: 'seesRoles' },
] as const;
type Tab = (typeof TABS)[number]['key'];

const Head = ({ current, viewer }: { current: Tab; viewer: Viewer }) => (
  <div class="page-head">
    <h1>Settings</h1>
    <nav class="tabs" aria-label="Settings">
      {TABS.filter(({ needs }) => viewer[needs]).map(({ key, path, name }) => (
        <a class="tab" href={path} aria-current={key === current ? 'page' : undefined}>
          {name}
        </a>
      ))}
    </nav>
  </div>
);

/** A whole page of it; `status` as of what was asked. */
export async function settingsPage(ask: Ask, current: Tab, title: string, children: Child, status: 200 | 409 = 200) {
  const viewer = viewerOf(ask.actor);
  const [alerts, givenUp] = await Promise.all([countAlerts(ask.db, MOST_ALERTS), givenUpFor(ask)]);
  return ask.c.html(
    page({
      ...{ title, clinicName: ask.config.clinic.name, viewer, alerts, givenUp, current: 'settings' },
      children: (
        <>
          <Head current={current} viewer={viewer} />
          {children}
        </>
      ),
    }),
    status,
  );
}

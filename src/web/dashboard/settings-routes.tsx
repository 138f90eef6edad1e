/** The pages under Settings that show how this installation is set up, and what the doctor finds. */
import { examine } from '../doctor.ts';
import { readRetention } from '../read-retention.ts';
import { readSettings } from '../read-settings.ts';
import { type Ask, type Route, route } from '../route.ts';
import { clinicClock } from './clinic-clock.tsx';
import { Configuration } from './configuration.tsx';
import { DoctorAtWork, DoctorReport } from './doctor-fragment.tsx';
import { DoctorPage } from './doctor-page.tsx';
import { RetentionPage } from './retention-page.tsx';
import { settingsPage } from './settings-frame.tsx';
import { viewerOf, WORK_ROLES } from './viewer.ts';

const people = { roles: WORK_ROLES, phi: false } as const;

const reported = async (ask: Ask) => (
  <DoctorReport report={await examine(ask)} clock={clinicClock(ask.config.clinic.timeZone, ask.now)} />
);

const fragment = (['GET', 'POST'] as const).map((method) =>
  route({ ...people, method, path: '/dashboard/fragments/doctor', audit: 'doctor.read' }, async (ask) =>
    ask.c.html(await reported(ask)),
  ),
);

export const settingsPageRoutes: readonly Route[] = [
  route({ ...people, method: 'GET', path: '/dashboard/settings', audit: 'page.settings' }, async (ask) =>
    settingsPage(ask, 'configuration', 'Settings', <Configuration groups={await readSettings(ask.env, ask.config)} />),
  ),
  route({ ...people, method: 'GET', path: '/dashboard/settings/doctor', audit: 'page.doctor' }, (ask) =>
    settingsPage(
      ask,
      'doctor',
      'Doctor',
      <DoctorPage>
        <DoctorAtWork />
      </DoctorPage>,
    ),
  ),
  route({ ...people, method: 'POST', path: '/dashboard/settings/doctor', audit: 'doctor.read' }, async (ask) =>
    settingsPage(ask, 'doctor', 'Doctor', <DoctorPage>{await reported(ask)}</DoctorPage>),
  ),
  route({ ...people, method: 'GET', path: '/dashboard/settings/retention', audit: 'page.retention' }, async (ask) => {
    const clock = clinicClock(ask.config.clinic.timeZone, ask.now);
    const view = { state: await readRetention(ask), viewer: viewerOf(ask.actor), clock, now: ask.now };
    return settingsPage(ask, 'retention', 'Retention', <RetentionPage {...view} />);
  }),
  ...fragment,
];

/** /api/doctor: what is wrong with this installation, and what to do about it. */
import { examine } from '../doctor.ts';
import { type Route, route } from '../route.ts';

export const doctorRoutes: readonly Route[] = [
  route(
    { method: 'GET', path: '/api/doctor', roles: ['admin', 'auditor'], audit: 'doctor.read', phi: false },
    async ({ db, config, c }) => {
      const findings = await examine(db, config);
      return c.json({ ok: findings.every(({ level }) => level !== 'fault'), findings });
    },
  ),
];

/** /api/doctor: what is wrong with this installation, and what to do about it. */
import * as z from 'zod';
import { examine } from '../doctor.ts';
import { type Route, route } from '../route.ts';

const answer = z.strictObject({
  ok: z.boolean(),
  findings: z.array(
    z
      .strictObject({
        check: z.string(),
        level: z.enum(['ok', 'warning', 'fault']),
        code: z.string(),
        detail: z.string(),
        remedy: z.string().nullable(),
      })
      .meta({ id: 'Finding' }),
  ),
});

export const doctorRoutes: readonly Route[] = [
  route(
    {
      method: 'GET',
      path: '/api/doctor',
      roles: ['admin', 'auditor'],
      audit: 'doctor.read',
      phi: false,
      summary: 'Examine this installation: what is wrong, and what to do about it',
      answers: { 200: answer },
    },
    async ({ db, config, c }) => {
      const findings = await examine(db, config);
      return c.json({ ok: findings.every(({ level }) => level !== 'fault'), findings });
    },
  ),
];

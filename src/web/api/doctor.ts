/** /api/doctor: what is wrong with this installation, and what to do about it. Takes up to ten seconds, when something is. */
import * as z from 'zod';
import { CODES } from '../../domain/doctor/codes.ts';
import { CHECKS, type Finding } from '../../domain/doctor/finding.ts';
import { examine } from '../doctor.ts';
import { type Route, route } from '../route.ts';

const findingJson = z.strictObject({
  check: z.enum(CHECKS),
  level: z.enum(['ok', 'warning', 'fault']),
  code: z.enum(['ok', ...Object.keys(CODES)] as [string, ...string[]]),
  detail: z.string(),
  remedy: z.string().nullable(),
  exit_code: z.int(),
});
const doctorJson = z.strictObject({
  ok: z.boolean(),
  exit_code: z.int(),
  checked_at: z.iso.datetime(),
  findings: z.array(findingJson),
});

const shown = ({ check, level, code, detail, remedy, exitCode }: Finding): z.output<typeof findingJson> => ({
  ...{ check, level, code, detail, remedy },
  exit_code: exitCode,
});

export const doctorRoutes: readonly Route[] = [
  route(
    {
      method: 'GET',
      path: '/api/doctor',
      roles: ['admin', 'auditor'],
      audit: 'doctor.read',
      phi: false,
      summary: 'Look at everything this installation needs, and say what is wrong with it',
      answers: { 200: doctorJson },
    },
    async (ask) => {
      const { ok, exitCode, checkedAt, findings } = await examine(ask);
      const body: z.output<typeof doctorJson> = {
        ok,
        exit_code: exitCode,
        checked_at: new Date(checkedAt).toISOString(),
        findings: findings.map(shown),
      };
      return ask.c.json(body);
    },
  ),
];

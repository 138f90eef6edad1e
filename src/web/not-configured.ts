/** Fail closed: while a variable is missing or malformed only health answers. Its name stands in the log, never in the answer. */
import type { MiddlewareHandler } from 'hono';
import { type ReadConfig, readConfig } from '../env.ts';
import { log } from '../log.ts';
import type { AppEnv } from './context.ts';
import { Problem } from './errors.ts';

export const requireConfig = (): MiddlewareHandler<AppEnv> =>
  async function requireConfig(c, next) {
    const read = readConfig(c.env);
    if (!read.ok) {
      logProblems(read.problems);
      throw new Problem(503, 'not_configured');
    }
    c.set('config', read.config);
    await next();
  };

export function logProblems(problems: Extract<ReadConfig, { ok: false }>['problems']): void {
  for (const { variable, code } of problems) log.error('config.refused', { variable, code });
}

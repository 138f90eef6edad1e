/** What lets work go on behind an answer. */
import type { AppContext } from './context.ts';

/** Null: nobody lets it. Hono throws then. */
export function contextOf(c: AppContext): AppContext['executionCtx'] | null {
  try {
    return c.executionCtx;
  } catch {
    return null;
  }
}

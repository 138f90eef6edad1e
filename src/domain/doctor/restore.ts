/** Whether the database was set back to an earlier time, and whether that is over (HS-12). */
import { type Finding, fine, found } from './finding.ts';
import { ago } from './webhooks.ts';

export interface RestoreFacts {
  /** When it was noticed; null: nobody is kept from dialing by it. */
  readonly heldAt: number | null;
  /** The last time that all was written again. */
  readonly replayed: { readonly at: number; readonly since: number } | null;
}

/** So long a person is reminded of what only a person can look at. */
const REMIND_MS = 7 * 24 * 3_600_000;

export function judgeRestore({ heldAt, replayed }: RestoreFacts, now: number): Finding {
  if (heldAt !== null)
    return found('restore', 'database_set_back', `That the database was set back was noticed ${ago(heldAt, now)}.`);
  if (replayed === null || replayed.at < now - REMIND_MS) return fine('restore', 'The database was not set back.');
  const detail = `The database was set back to its state of ${ago(replayed.since, now)}, and made whole ${ago(replayed.at, now)}.`;
  return found('restore', 'database_replayed', detail);
}

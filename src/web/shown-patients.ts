/**
 * Whom an answer shows: every handler whose answer says something of patients names them here, and the audit line carries their ids,
 * so that it is known who saw whom (X12, HS-23). A test asks every route and holds the answer against its line.
 */
import type { AppContext } from './context.ts';

export function showing(c: AppContext, patientIds: Iterable<string | null>): void {
  const shown = c.get('shown') ?? new Set<string>();
  for (const id of patientIds) if (id !== null) shown.add(id);
  c.set('shown', shown);
}

export const shownBy = (c: AppContext): ReadonlySet<string> => c.get('shown') ?? new Set();

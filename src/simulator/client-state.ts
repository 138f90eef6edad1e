/** What the worker writes into `client_state`: its call id, the step being asked, a running number. Never trusted to be there. */
export interface ClientState {
  readonly callId: string | null;
  readonly step: string | null;
}

export function readClientState(encoded: string | null): ClientState {
  if (encoded === null) return { callId: null, step: null };
  try {
    const value: unknown = JSON.parse(atob(encoded));
    if (typeof value !== 'object' || value === null) return { callId: null, step: null };
    const { s, q } = value as { s?: unknown; q?: unknown };
    return { callId: typeof s === 'string' ? s : null, step: typeof q === 'string' ? q : null };
  } catch {
    // Another caller's own format: legal, and nothing a patient could act on.
    return { callId: null, step: null };
  }
}

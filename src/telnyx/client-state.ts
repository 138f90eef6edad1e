/** The opaque ids that travel through Telnyx and come back on every webhook of a leg: base64 of `{"s","q","n"}`. Never patient data. */
import * as z from 'zod';

export interface ClientState {
  /** Our call id. */
  readonly callId: string;
  /** The step of a question, `dial`, or `leg_b`. */
  readonly step: string;
  /** The seq of the command that set it. */
  readonly seq: number;
}

const shape = z.object({
  s: z.string().regex(/^call_[A-Za-z0-9-]{1,64}$/),
  q: z.string().max(100),
  n: z.number().int().nonnegative(),
});

export const encodeClientState = ({ callId, step, seq }: ClientState): string =>
  btoa(JSON.stringify({ s: callId, q: step, n: seq }));

/** Null for anything that is not ours. */
export function decodeClientState(encoded: string | null | undefined): ClientState | null {
  if (!encoded) return null;
  try {
    const { success, data } = shape.safeParse(JSON.parse(atob(encoded)));
    return success ? { callId: data.s, step: data.q, seq: data.n } : null;
  } catch {
    return null;
  }
}

/** The id of a call that Telnyx began: made from its leg, so that every webhook of it finds the same session, client_state or not. */
import type { CallId } from '../domain/intake/ids.ts';

export async function inboundCallId(callLegId: string): Promise<CallId> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(callLegId));
  return `call_${new Uint8Array(digest).toHex()}` as CallId;
}

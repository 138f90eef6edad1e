/**
 * How a FHIR server lets us in: with a token that does not change, or with one that the clinic's token service gives (OAuth 2, client
 * credentials, RFC 6749 4.4), kept in memory until shortly before its end. Neither tokens nor answers get into logs.
 */
import type { ClientSettings, FhirAccess } from '../domain/delivery/sink-settings.ts';
import { readJson } from './read-json.ts';
import { retryAfterOf } from './retry-after.ts';
import type { SinkOutcome } from './sink.ts';

export type Access =
  | { readonly ok: true; readonly headers: Readonly<Record<string, string>> }
  | { readonly ok: false; readonly outcome: SinkOutcome };

/** When a token service does not say how long a token holds. */
const UNSAID_SECONDS = 300;
/** So long before its end it is not used any more: a request takes its time. */
const MARGIN_SECONDS = 60;

interface Held {
  readonly token: string;
  /** Epoch milliseconds. */
  readonly until: number;
}
/** By service, client and scope; for the life of the isolate. */
const held = new Map<string, Held>();
const keyOf = ({ tokenUrl, id, scope }: ClientSettings): string => JSON.stringify([tokenUrl, id, scope]);

/** `renewed`: the server did not take the one that was kept. */
export async function accessTo(access: FhirAccess, signal: AbortSignal, renewed = false): Promise<Access> {
  switch (access.kind) {
    case 'open':
      return { ok: true, headers: {} };
    case 'token':
      return { ok: true, headers: bearer(access.token) };
    case 'client': {
      const kept = held.get(keyOf(access));
      if (!renewed && kept !== undefined && kept.until > Date.now()) return { ok: true, headers: bearer(kept.token) };
      return askForToken(access, signal);
    }
  }
}

const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });

async function askForToken(client: ClientSettings, signal: AbortSignal): Promise<Access> {
  const { tokenUrl, id, secret, scope } = client;
  held.delete(keyOf(client));
  const response = await fetch(tokenUrl, {
    ...{ method: 'POST', redirect: 'manual', signal },
    headers: {
      Accept: 'application/json',
      'Content-Type': 'application/x-www-form-urlencoded',
      // Encoded like a form before it is put together (RFC 6749 2.3.1).
      Authorization: `Basic ${btoa(`${formText(id)}:${formText(secret)}`)}`,
    },
    body: new URLSearchParams({ grant_type: 'client_credentials', ...(scope === '' ? {} : { scope }) }).toString(),
  });
  const { status } = response;
  const retryAfterMs = retryAfterOf(response.headers.get('Retry-After'), Date.now());
  const refused = status === 400 || status === 401 || status === 403;
  const failed = (kind: 'refused' | 'try_again', code: string): Access => ({
    ok: false,
    outcome: { kind, code, httpStatus: status, retryAfterMs },
  });
  if (!response.ok) {
    await response.body?.cancel().catch(() => undefined);
    return refused ? failed('refused', 'token_refused') : failed('try_again', 'token_unavailable');
  }
  const answer = (await readJson(response, signal)) as Partial<Record<string, unknown>> | null | undefined;
  const token = answer?.['access_token'];
  if (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token)) return failed('try_again', 'token_unavailable');
  const seconds = Number(answer?.['expires_in'] ?? UNSAID_SECONDS) || 0;
  held.set(keyOf(client), { token, until: Date.now() + (seconds - Math.min(MARGIN_SECONDS, seconds / 2)) * 1000 });
  return { ok: true, headers: bearer(token) };
}

const formText = (text: string): string => new URLSearchParams([['', text]]).toString().slice(1);
